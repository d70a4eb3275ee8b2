/*
 * What the administrator said: /etc/navette/navette.conf, read by libconfuse,
 * checked and turned into values. Every error names file, line, key and the
 * legal values. It reads the one text it is given and never the secrets that
 * the text points to (config/secret does).
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/strlist.h"

#define CONFIG_DEFAULT_FILE NAVETTE_SYSCONFDIR "/navette/navette.conf"

enum tls_mode {
	TLS_NONE,
	TLS_STARTTLS,
	TLS_SMTPS
};

/* AUTH_* bits of mail/capability are not known here: one floor, two rooms. */
enum auth_choice {
	AUTH_CHOICE_AUTO,
	AUTH_CHOICE_PLAIN,
	AUTH_CHOICE_LOGIN,
	AUTH_CHOICE_CRAM_MD5,
	AUTH_CHOICE_SCRAM_SHA_256,
	AUTH_CHOICE_SCRAM_SHA_256_PLUS,
	AUTH_CHOICE_XOAUTH2,
	AUTH_CHOICE_OAUTHBEARER,
	AUTH_CHOICE_EXTERNAL,
	AUTH_CHOICE_NONE
};

/* How long each command may take, nanoseconds. */
struct timeouts {
	int64_t connect, greeting, helo, starttls, auth, mail, rcpt, data,
	    body, final, quit;
};

/* So many in any time of that length. */
struct limit {
	uint64_t count;
	int64_t span;		/* nanoseconds */
};

struct limits {
	struct limit *items;
	size_t count;
};

/* Mail of who goes out under that address. */
struct sendas_line {
	char *who;		/* address, @domain, user:NAME, or a name at
				 * mailname */
	char *address;
};

struct sendas_map {
	struct sendas_line *items;
	size_t count;
};

/* One account at a provider. Strings are "" or NULL as said; all are owned by
 * the configuration. */
struct smarthost {
	char *title;		/* the name in quotes */
	unsigned line;		/* where it starts in the file */
	char *host;
	uint16_t port;
	enum tls_mode tls;
	char *user;		/* NULL: no login */
	char *password_file;	/* NULL: none */
	struct strlist password_command;	/* argument vector; empty */
	enum auth_choice auth;
	bool auth_in_clear;
	char *helo;		/* NULL: the mailname */
	char *ca_file;		/* NULL: the system's store */
	char *fingerprint;	/* 64 lower-case hex digits, or NULL */
	char *client_certificate, *client_key;	/* NULL: none */
	unsigned password_line, key_line;	/* where those are said */
	uint64_t max_size;	/* bytes of a message, whatever the server
				 * says */
	char *send_as;		/* for whom no line of the map fits; NULL: their
				 * senders stay as they are */
	struct sendas_map send_as_map;
	struct strlist own_addresses;	/* and @domains that need no other */
	unsigned connections;	/* at once */
	unsigned messages_per_connection;	/* 0: no limit */
	unsigned recipients_per_transaction;
	struct limits connections_per;	/* of new connections */
	struct limits recipient_quota, message_quota;
	int64_t pause;		/* at least, between two transactions */
	unsigned reserve;	/* percent of each quota: ordinary mail only */
	unsigned in_flight;	/* BDAT messages sent ahead of their reply */
	int64_t idle;		/* a warm connection is kept so long */
	int64_t session_limit;	/* after that, no message is begun on one */
	uint64_t min_rate;	/* bytes a second; 0: no minimum */
	bool keep_8bit;		/* whatever the server offers */
	struct timeouts timeouts;
};

/* When the sender of a list gets a report. */
enum report_choice {
	REPORT_FAILURES,	/* when somebody did not get it */
	REPORT_ALWAYS
};

/* What counts as bulk mail, and how it goes out. */
struct bulk {
	unsigned line;		/* 0: not in the file, all as by default */
	unsigned threshold;	/* more recipients than this */
	struct strlist smarthosts;	/* empty: as ordinary mail */
	bool individual;	/* a transaction for each recipient */
	bool verp;		/* and a return path for each */
	enum report_choice report;
	bool list_headers;	/* Precedence: and List-Id: count */
	struct limits burst;	/* more messages of one sender than this */
};

/* Mail that goes another way, by its sender and its recipients; an empty list
 * is true of all. */
struct route {
	char *title;
	unsigned line;
	struct strlist senders;	/* address, @domain or user:NAME */
	struct strlist domains;
	struct strlist smarthosts;	/* tried in this order */
};

#define ROUTES_MAX 31

struct config {
	char *file;
	char *mailname;		/* NULL after config_parse(): not said */
	char *postmaster;	/* NULL: none */
	char *spool;
	char *socket;		/* submit; "control" lies beside it */
	char *aliases;
	char *user;		/* of the daemon */
	char *admin_group;	/* NULL: none */
	unsigned admin_group_line;
	int64_t stop_wait;
	uint64_t max_size;	/* bytes of a message; no more than some
				 * smarthost takes */
	unsigned max_waiting;	/* messages a user may have in the queue */
	uint64_t max_waiting_size;	/* bytes of them */
	unsigned max_recipients;	/* of a message, aliases expanded */
	uint64_t keep_free;	/* bytes that stay free in the spool */
	bool local_to_postmaster;	/* names without alias, too */
	int64_t retry_first, retry_max, lifetime, warn_after;
	struct smarthost *smarthosts;	/* in the order of the file */
	size_t count;
	struct strlist order;	/* of the smarthosts for ordinary mail; filled
				 * in where it is not said */
	unsigned order_line;	/* where it is said; 0: not */
	struct bulk bulk;
	struct route *routes;	/* in the order of the file */
	size_t route_count;
	struct buf text;	/* what it was made of, for other processes */
};

/*
 * Parses text; file is its name for errors. NULL with whole sentences, one a
 * line, in *errors. config_free() frees it.
 */
struct config *config_parse(struct slice text, const char *file,
    struct buf *errors);
/* Reads the file by path first: regular, at most 1 MiB; and finds the mailname
 * where none is said (which config_parse() leaves NULL). */
struct config *config_load(const char *path, struct buf *errors);
/* Appends the first line of the file at path (/etc/mailname), or, where that is
 * not there, the full name of this host. False with a sentence in *error. */
bool config_find_mailname(const char *path, struct buf *name,
    struct buf *error);
void config_free(struct config *c);

#endif
