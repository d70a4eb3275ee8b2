#include "options.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "bytes.h"
#include "script.h"

struct options options = {
	.port = 0,
	.smtps_port = 0,
	.name = "localhost",
	.cert = "good",
	.client_cert = "none",
	.tls_min = "1.2",
	.tls_max = "1.3",
	.tickets = true,
	.resumption = true,
	.auth = "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256 SCRAM-SHA-256-PLUS "
	    "XOAUTH2 OAUTHBEARER EXTERNAL",
	.require_auth = true,
	.offered = { true, true, true, true, true, true, true, true },
	.size = 52428800,
	.quota_reply = "450 4.7.1 Quota of recipients exceeded, try later",
	.trap = TRAP_POSTFIX,
};

static const char *const extension_names[EXTENSIONS] = {
	[EXT_PIPELINING] = "PIPELINING",
	[EXT_CHUNKING] = "CHUNKING",
	[EXT_SIZE] = "SIZE",
	[EXT_8BITMIME] = "8BITMIME",
	[EXT_DSN] = "DSN",
	[EXT_SMTPUTF8] = "SMTPUTF8",
	[EXT_ENHANCEDSTATUSCODES] = "ENHANCEDSTATUSCODES",
	[EXT_STARTTLS] = "STARTTLS",
};

struct setting {
	const char *name;
	bool (*set)(void *target, const char *value);
	void *target;
	bool is_switch;
};

const char *
extension_name(enum extension extension)
{
	return extension_names[extension];
}

bool
words_have(const char *list, const char *word)
{
	size_t n = strlen(word);

	while (list != NULL && *list != '\0') {
		size_t len = strcspn(list, " ,");

		if (len == n && strncasecmp(list, word, n) == 0)
			return true;
		list += len;
		list += strspn(list, " ,");
	}
	return false;
}

static bool
set_switch(void *target, const char *value)
{
	bool *it = target;

	*it = value == NULL || strcmp(value, "on") == 0;
	return *it || strcmp(value, "off") == 0;
}

static char *
keep_text(const char *text)
{
	size_t n = strlen(text);

	return memcpy(must_keep(n + 1), text, n + 1);
}

static bool
set_text(void *target, const char *value)
{
	const char **it = target;

	*it = keep_text(value);
	return true;
}

static bool
set_number(void *target, const char *value)
{
	return number_parse(value, INT64_MAX, target);
}

static bool
set_duration(void *target, const char *value)
{
	return duration_parse(value, target);
}

static bool
set_extension(const char *list, bool on)
{
	for (size_t i = 0; i < EXTENSIONS; i++)
		if (words_have(list, extension_names[i]))
			options.offered[i] = on;
	return true;
}

static bool
set_with(void *target, const char *value)
{
	(void)target;
	return set_extension(value, true);
}

static bool
set_without(void *target, const char *value)
{
	(void)target;
	return set_extension(value, false);
}

static bool
set_bind(void *target, const char *value)
{
	(void)target;
	if (options.binds == BINDS)
		return false;
	options.bind[options.binds++] = keep_text(value);
	return true;
}

/* N/DURATION, or 0 to have none. */
static bool
set_quota(void *target, const char *value)
{
	size_t n = strcspn(value, "/");
	char *number = must_copy(value, n);
	bool fine = number_parse(number, UINT32_MAX, target);

	free(number);
	if (value[n] == '/')
		return fine &&
		    duration_parse(value + n + 1, &options.quota_window);
	return fine && options.quota == 0;
}

static bool
set_word(const char *const *words, int *number, const char *value)
{
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], value) == 0) {
			*number = i;
			return true;
		}
	return false;
}

static bool
set_trap(void *target, const char *value)
{
	static const char *const words[] = { "none", "postfix", "exim", NULL };
	int number = 0;
	bool fine = set_word(words, &number, value);

	(void)target;
	options.trap = (enum trap)number;
	return fine;
}

static bool
set_sync(void *target, const char *value)
{
	static const char *const words[] = { "count", "close", NULL };
	int number = 0;
	bool fine = set_word(words, &number, value);

	(void)target;
	options.sync = (enum sync)number;
	return fine;
}

static bool
add_script(void *target, const char *value)
{
	struct bytes trouble = { 0 };
	bool fine = script_add(value, &trouble);

	(void)target;
	if (!fine)
		fprintf(stderr, "smarthost: %s\n", bytes_string(&trouble));
	bytes_free(&trouble);
	return fine;
}

static bool
add_script_file(void *target, const char *value)
{
	struct bytes text = { 0 };
	FILE *file = fopen(value, "re");
	size_t n = 0;
	bool fine;

	if (file == NULL)
		return false;
	do {
		text.len += n;
		n = fread(bytes_room(&text, 4096), 1, 4096, file);
	} while (n > 0);
	fclose(file);
	bytes_add(&text, "", 0);
	fine = add_script(target, bytes_string(&text));
	bytes_free(&text);
	return fine;
}

static const struct setting settings[] = {
	{ "auth", set_text, &options.auth, false },
	{ "auth-before-tls", set_switch, &options.auth_before_tls, true },
	{ "auth-old", set_switch, &options.auth_old, true },
	{ "bind", set_bind, NULL, false },
	{ "ca", set_text, &options.ca, false },
	{ "ca-key", set_text, &options.ca_key, false },
	{ "cert", set_text, &options.cert, false },
	{ "client-cert", set_text, &options.client_cert, false },
	{ "client-pair", set_text, &options.client_pair, false },
	{ "control", set_text, &options.control, false },
	{ "digest", set_switch, &options.digest, true },
	{ "dot-delay", set_duration, &options.dot_delay, false },
	{ "helo-only", set_switch, &options.helo_only, true },
	{ "log", set_text, &options.log, false },
	{ "max-connections", set_number, &options.max_connections, false },
	{ "max-messages", set_number, &options.max_messages, false },
	{ "max-rcpt", set_number, &options.max_rcpt, false },
	{ "name", set_text, &options.name, false },
	{ "password", set_text, &options.password, false },
	{ "port", set_number, &options.port, false },
	{ "ports", set_text, &options.ports, false },
	{ "quota", set_quota, &options.quota, false },
	{ "quota-reply", set_text, &options.quota_reply, false },
	{ "require-auth", set_switch, &options.require_auth, true },
	{ "require-tls", set_switch, &options.require_tls, true },
	{ "resumption", set_switch, &options.resumption, true },
	{ "rtt", set_duration, &options.rtt, false },
	{ "script", add_script, NULL, false },
	{ "script-file", add_script_file, NULL, false },
	{ "size", set_number, &options.size, false },
	{ "smtps-port", set_number, &options.smtps_port, false },
	{ "spool", set_text, &options.spool, false },
	{ "sync", set_sync, NULL, false },
	{ "tickets", set_switch, &options.tickets, true },
	{ "tls-max", set_text, &options.tls_max, false },
	{ "tls-min", set_text, &options.tls_min, false },
	{ "trap", set_trap, NULL, false },
	{ "user", set_text, &options.user, false },
	{ "with", set_with, NULL, false },
	{ "without", set_without, NULL, false },
};

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

bool
options_set(const char *name, const char *value)
{
	for (size_t i = 0; i < SETTINGS; i++) {
		const struct setting *it = &settings[i];

		if (strcmp(it->name, name) != 0)
			continue;
		if (value == NULL && !it->is_switch)
			return false;
		return it->set(it->target, value);
	}
	return false;
}

bool
duration_parse(const char *text, uint64_t *ns)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = { { "", 1e6 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };
	size_t n = strspn(text, "0123456789.");
	double value;
	char *end;

	if (n == 0 || n > 12)
		return false;
	value = strtod(text, &end);
	if (end != text + n)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(end, units[i].name) == 0) {
			*ns = (uint64_t)(value * units[i].ns);
			return true;
		}
	return false;
}

static _Noreturn void
options_usage(void)
{
	fputs("usage: smarthost --ports FILE [OPTION...]\n"
	    "       smarthost --ask SOCKET COMMAND [WORD...]\n"
	    "options (see README.md):", stderr);
	for (size_t i = 0; i < SETTINGS; i++)
		fprintf(stderr, " --%s", settings[i].name);
	fputc('\n', stderr);
	exit(EX_USAGE);
}

void
options_read(int argc, char **argv)
{
	struct option known[SETTINGS + 1] = { 0 };
	int at = 0, found;

	for (size_t i = 0; i < SETTINGS; i++) {
		known[i].name = settings[i].name;
		known[i].has_arg = settings[i].is_switch ? optional_argument :
		    required_argument;
	}
	while ((found = getopt_long(argc, argv, "+", known, &at)) == 0)
		if (!options_set(known[at].name, optarg)) {
			fprintf(stderr, "smarthost: --%s cannot be '%s'\n",
			    known[at].name, optarg == NULL ? "" : optarg);
			exit(EX_USAGE);
		}
	if (found != -1 || optind != argc)
		options_usage();
}
