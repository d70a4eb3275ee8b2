/*
 * What the smarthost was told to be: one structure, filled from the command
 * line and, where it makes sense while running, changed through the control
 * socket. README.md explains every option.
 */
#ifndef SMARTHOST_OPTIONS_H
#define SMARTHOST_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum extension {
	EXT_PIPELINING,
	EXT_CHUNKING,
	EXT_SIZE,
	EXT_8BITMIME,
	EXT_DSN,
	EXT_SMTPUTF8,
	EXT_ENHANCEDSTATUSCODES,
	EXT_STARTTLS,
	EXTENSIONS
};

/* What becomes of a transaction whose content was refused for want of a
 * recipient: see README.md. */
enum trap { TRAP_NONE, TRAP_POSTFIX, TRAP_EXIM };

/* What is done about a client that speaks out of turn. */
enum sync { SYNC_COUNT, SYNC_CLOSE };

#define BINDS 4

struct options {
	const char *bind[BINDS];
	size_t binds;
	uint64_t port;
	uint64_t smtps_port;
	const char *ports;
	const char *spool;
	const char *log;
	const char *control;
	bool digest;
	uint64_t rtt;
	uint64_t dot_delay;

	const char *name;
	const char *cert;
	const char *ca;
	const char *ca_key;
	const char *client_pair;
	const char *client_cert;
	const char *tls_min;
	const char *tls_max;
	bool tickets;
	bool resumption;

	const char *user;
	const char *password;
	const char *auth;
	bool auth_before_tls;
	bool auth_old;
	bool require_auth;
	bool require_tls;

	bool offered[EXTENSIONS];
	bool helo_only;
	uint64_t size;
	uint64_t max_rcpt;
	uint64_t max_messages;
	uint64_t max_connections;
	uint64_t quota;
	uint64_t quota_window;
	const char *quota_reply;
	enum trap trap;
	enum sync sync;
};

extern struct options options;

const char *extension_name(enum extension extension);

/* Reads the command line; says what is wrong with it and exits 64. */
void options_read(int argc, char **argv);

/* Sets one option by name; false if there is none such or the value is not
 * one. value may be NULL for a switch that is turned on. */
bool options_set(const char *name, const char *value);

/* A duration: digits with at most one point and us, ms (default) or s. */
bool duration_parse(const char *text, uint64_t *ns);

/* Is word one of the words in list, whatever their case? */
bool words_have(const char *list, const char *word);

#endif
