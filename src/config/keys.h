/*
 * The keys of navette.conf: a table for the top of the file and one for each
 * kind of section. A key is a row: its name, what values it takes, where they
 * go and what holds when nothing is said. It never reads a file.
 */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum key_type {
	KEY_TEXT,		/* char *: printable, not empty */
	KEY_HOST,		/* char *: host name or IP address */
	KEY_DOMAIN,		/* char *: host name */
	KEY_HELO,		/* char *: host name or [address] */
	KEY_ADDRESS,		/* char *: local@domain */
	KEY_ACCOUNT,		/* char *: a user or group of the system */
	KEY_PATH,		/* char *: absolute */
	KEY_SOCKET,		/* char *: absolute, short enough to bind */
	KEY_PASSWORD_FILE,	/* char *: absolute, or a credential's name */
	KEY_COMMAND,		/* struct strlist: an argument vector */
	KEY_FINGERPRINT,	/* char *: 64 lower-case hex digits */
	KEY_LIMITS,		/* struct limits: list of "N/window" */
	KEY_NAMES,		/* struct strlist: names of smarthosts */
	KEY_SENDERS,		/* struct strlist: senders of a route */
	KEY_DOMAINS,		/* struct strlist: host names */
	KEY_SENDAS_MAP,		/* struct sendas_map: "WHO = ADDRESS" */
	KEY_OWN,		/* struct strlist: addresses, @domains */
	KEY_PORT,		/* uint16_t */
	KEY_PERCENT,		/* unsigned, min to max, "10%" */
	KEY_COUNT,		/* unsigned, min to max */
	KEY_DURATION,		/* int64_t nanoseconds, min to max */
	KEY_SIZE,		/* uint64_t bytes, min to max */
	KEY_YES_NO,		/* bool */
	KEY_TLS,		/* enum tls_mode */
	KEY_AUTH,		/* enum auth_choice */
	KEY_REPORT		/* enum report_choice */
};

struct key {
	const char *name;
	enum key_type type;
	size_t offset;		/* in the struct of its section */
	int64_t min, max;
	const char *fallback;	/* as one would write it, or NULL */
	bool shared;		/* of a smarthost, and at the top of the file
				 * for all smarthosts that do not say it */
};

/* Each ends with a row without a name. */
extern const struct key config_keys[];
extern const struct key smarthost_keys[];
extern const struct key bulk_keys[];
extern const struct key route_keys[];

/* The row of that name in a table, or NULL. */
const struct key *key_find(const struct key *table, const char *name);
size_t key_count(const struct key *table);
/* Appends the names of a table, shared ones only if so asked. */
void key_list(const struct key *table, bool only_shared, struct buf *out);

#endif
