#include "config/keys.h"

#include <string.h>

#include "base/clock.h"
#include "config/config.h"

#define MINUTE (60 * CLOCK_SEC)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define KIB ((int64_t)1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define TIB (1024 * GIB)
#define MANY ((int64_t)100000000)

#define TOP(field) offsetof(struct config, field)
#define IN(field) offsetof(struct smarthost, field)
#define BULK(field) offsetof(struct bulk, field)
#define ROUTE(field) offsetof(struct route, field)

const struct key config_keys[] = {
	{"mailname", KEY_DOMAIN, TOP(mailname), 0, 0, NULL, false},
	{"postmaster", KEY_ADDRESS, TOP(postmaster), 0, 0, NULL, false},
	{"local-to-postmaster", KEY_YES_NO, TOP(local_to_postmaster), 0, 0,
	    "false", false},
	{"aliases", KEY_PATH, TOP(aliases), 0, 0, "/etc/aliases", false},
	{"spool", KEY_PATH, TOP(spool), 0, 0, "/var/spool/navette", false},
	{"socket", KEY_SOCKET, TOP(socket), 0, 0, "/run/navette/submit",
	    false},
	{"user", KEY_ACCOUNT, TOP(user), 0, 0, "navette", false},
	{"admin-group", KEY_ACCOUNT, TOP(admin_group), 0, 0, NULL, false},
	{"stop-wait", KEY_DURATION, TOP(stop_wait), 0, HOUR, "30s", false},
	{"max-size", KEY_SIZE, TOP(max_size), KIB, 2 * GIB, "50M", false},
	{"max-recipients", KEY_COUNT, TOP(max_recipients), 1, MANY, "100000",
	    false},
	{"max-waiting", KEY_COUNT, TOP(max_waiting), 1, MANY, "200000", false},
	{"max-waiting-size", KEY_SIZE, TOP(max_waiting_size), KIB, 64 * TIB,
	    "4G", false},
	{"keep-free", KEY_SIZE, TOP(keep_free), 0, 64 * TIB, "50M", false},
	{"retry-first", KEY_DURATION, TOP(retry_first), CLOCK_MSEC, 7 * DAY,
	    "1m", false},
	{"retry-max", KEY_DURATION, TOP(retry_max), CLOCK_MSEC, 7 * DAY, "1h",
	    false},
	{"lifetime", KEY_DURATION, TOP(lifetime), CLOCK_SEC, 90 * DAY, "5d",
	    false},
	{"warn-after", KEY_DURATION, TOP(warn_after), CLOCK_SEC, 90 * DAY,
	    "4h", false},
	{"smarthosts", KEY_NAMES, TOP(order), 0, 0, NULL, false},
	{NULL, KEY_TEXT, 0, 0, 0, NULL, false},
};

#define TIMEOUT(name, field, fallback)				\
	{"timeout-" name, KEY_DURATION, IN(timeouts.field),	\
	    100 * CLOCK_MSEC, DAY, fallback, true}

const struct key smarthost_keys[] = {
	{"host", KEY_HOST, IN(host), 0, 0, NULL, false},
	{"port", KEY_PORT, IN(port), 0, 0, "587", false},
	{"tls", KEY_TLS, IN(tls), 0, 0, "starttls", false},
	{"user", KEY_TEXT, IN(user), 0, 0, NULL, false},
	{"password-file", KEY_PASSWORD_FILE, IN(password_file), 0, 0, NULL,
	    false},
	{"password-command", KEY_COMMAND, IN(password_command), 0, 0, NULL,
	    false},
	{"auth", KEY_AUTH, IN(auth), 0, 0, "auto", false},
	{"auth-in-clear", KEY_YES_NO, IN(auth_in_clear), 0, 0, "false",
	    false},
	{"fingerprint", KEY_FINGERPRINT, IN(fingerprint), 0, 0, NULL, false},
	{"client-certificate", KEY_PATH, IN(client_certificate), 0, 0, NULL,
	    false},
	{"client-key", KEY_PATH, IN(client_key), 0, 0, NULL, false},
	{"ca-file", KEY_PATH, IN(ca_file), 0, 0, NULL, true},
	{"helo", KEY_HELO, IN(helo), 0, 0, NULL, true},
	{"max-size", KEY_SIZE, IN(max_size), KIB, 2 * GIB, "2G", false},
	{"send-as", KEY_ADDRESS, IN(send_as), 0, 0, NULL, true},
	{"send-as-map", KEY_SENDAS_MAP, IN(send_as_map), 0, 0, NULL, true},
	{"own-addresses", KEY_OWN, IN(own_addresses), 0, 0, NULL, true},
	{"connections", KEY_COUNT, IN(connections), 1, 100, "4", true},
	{"messages-per-connection", KEY_COUNT, IN(messages_per_connection), 0,
	    MANY, "0", true},
	{"recipients-per-transaction", KEY_COUNT,
	    IN(recipients_per_transaction), 1, MANY, "100", true},
	{"connections-per", KEY_LIMITS, IN(connections_per), 0, 0, NULL,
	    false},
	{"recipient-quota", KEY_LIMITS, IN(recipient_quota), 0, 0, NULL,
	    false},
	{"message-quota", KEY_LIMITS, IN(message_quota), 0, 0, NULL, false},
	{"pause", KEY_DURATION, IN(pause), 0, HOUR, "0", true},
	{"reserve", KEY_PERCENT, IN(reserve), 0, 90, "0%", true},
	{"in-flight", KEY_COUNT, IN(in_flight), 1, 100, "8", true},
	{"idle", KEY_DURATION, IN(idle), 0, HOUR, "5s", true},
	{"session-limit", KEY_DURATION, IN(session_limit), 100 * CLOCK_MSEC,
	    DAY, "1h", true},
	{"min-rate", KEY_SIZE, IN(min_rate), 0, GIB, "1000", true},
	{"keep-8bit", KEY_YES_NO, IN(keep_8bit), 0, 0, "false", true},
	TIMEOUT("connect", connect, "30s"),
	TIMEOUT("greeting", greeting, "5m"),
	TIMEOUT("helo", helo, "5m"),
	TIMEOUT("starttls", starttls, "5m"),
	TIMEOUT("auth", auth, "5m"),
	TIMEOUT("mail", mail, "5m"),
	TIMEOUT("rcpt", rcpt, "5m"),
	TIMEOUT("data", data, "2m"),
	TIMEOUT("body", body, "3m"),
	TIMEOUT("final", final, "10m"),
	TIMEOUT("quit", quit, "5s"),
	{NULL, KEY_TEXT, 0, 0, 0, NULL, false},
};

const struct key bulk_keys[] = {
	{"threshold", KEY_COUNT, BULK(threshold), 1, MANY, "10", false},
	{"smarthosts", KEY_NAMES, BULK(smarthosts), 0, 0, NULL, false},
	{"individual", KEY_YES_NO, BULK(individual), 0, 0, "false", false},
	{"verp", KEY_YES_NO, BULK(verp), 0, 0, "false", false},
	{"report", KEY_REPORT, BULK(report), 0, 0, "failures", false},
	{"list-headers", KEY_YES_NO, BULK(list_headers), 0, 0, "true", false},
	{"burst", KEY_LIMITS, BULK(burst), 0, 0, NULL, false},
	{NULL, KEY_TEXT, 0, 0, 0, NULL, false},
};

const struct key route_keys[] = {
	{"sender", KEY_SENDERS, ROUTE(senders), 0, 0, NULL, false},
	{"recipient-domain", KEY_DOMAINS, ROUTE(domains), 0, 0, NULL, false},
	{"smarthosts", KEY_NAMES, ROUTE(smarthosts), 0, 0, NULL, false},
	{NULL, KEY_TEXT, 0, 0, 0, NULL, false},
};

const struct key *
key_find(const struct key *table, const char *name)
{
	for (; table->name != NULL; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}

size_t
key_count(const struct key *table)
{
	size_t n;

	n = 0;
	while (table[n].name != NULL)
		n++;
	return n;
}

void
key_list(const struct key *table, bool only_shared, struct buf *out)
{
	for (; table->name != NULL; table++) {
		if (only_shared && !table->shared)
			continue;
		if (out->len > 0)
			buf_add_string(out, ", ");
		buf_add_string(out, table->name);
	}
}
