#include "record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "options.h"
#include "stats.h"

static uint64_t taken_number, refused_number;

static void
file_write(const char *path, const struct bytes *data)
{
	struct bytes fresh = { 0 };
	FILE *file;

	bytes_format(&fresh, "%s.new", path);
	file = fopen(fresh.data, "we");
	if (file == NULL || fwrite(bytes_string(data), 1, data->len, file) !=
	    data->len || fclose(file) != 0 || rename(fresh.data, path) == -1)
		die("cannot write %s: %s", path, strerror(errno));
	bytes_free(&fresh);
}

static void
describe_connection(const struct session *session, struct bytes *out)
{
	const struct link *link = &session->link;

	bytes_format(out, "connection %" PRIu64 "\nport %s\n", link->number,
	    link->smtps ? "smtps" : "plain");
	if (link->tls == NULL)
		bytes_text(out, "tls none\n");
	else
		bytes_format(out, "tls %s\ncipher %s\nresumed %s\nsni %s\n",
		    tls_version(link->tls), tls_cipher(link->tls),
		    tls_resumed(link->tls) ? "yes" : "no",
		    tls_server_name(link->tls));
	if (session->logged_in)
		bytes_format(out, "auth %s\nuser %s\n",
		    auth_name(&session->auth),
		    bytes_string(&session->auth.user));
	else
		bytes_text(out, "auth none\n");
}

static void
describe(const struct session *session, int code, struct bytes *out)
{
	describe_connection(session, out);
	bytes_format(out, "helo %s\nmail %s\n%s", bytes_string(&session->helo),
	    bytes_string(&session->mail_line),
	    bytes_string(&session->rcpt_lines));
	bytes_format(out, "how %s\nreply %d\n",
	    session->chunked ? "BDAT" : "DATA", code);
}

/* The next stem that no message has, not even one of an earlier run. */
static void
record_stem(bool taken, struct bytes *path)
{
	uint64_t *number = taken ? &taken_number : &refused_number;
	size_t stem;

	do {
		bytes_clear(path);
		bytes_format(path, "%s/%s%04" PRIu64, options.spool,
		    taken ? "" : "refused-", ++*number);
		stem = path->len;
		bytes_text(path, ".eml");
	} while (access(path->data, F_OK) == 0);
	path->len = stem;
	path->data[stem] = '\0';
}

static void
record_files(const struct session *session, int code, bool taken)
{
	struct bytes path = { 0 }, text = { 0 };
	size_t stem;

	record_stem(taken, &path);
	stem = path.len;
	describe(session, code, &text);
	bytes_text(&path, ".env");
	file_write(path.data, &text);
	path.len = stem;
	bytes_text(&path, ".eml");
	file_write(path.data, &session->body.kept);
	bytes_free(&path);
	bytes_free(&text);
}

/* The value of X-Bench-Id: in the header, its blanks as underscores. */
static void
bench_id(const struct bytes *header, struct bytes *id)
{
	static const char name[] = "X-Bench-Id:";
	const char *at = header->len == 0 ? NULL :
	    memmem(header->data, header->len, name, sizeof(name) - 1);

	if (at != NULL) {
		at += sizeof(name) - 1;
		at += strspn(at, " ");
		bytes_add(id, at, strcspn(at, "\r\n"));
	}
	for (size_t i = 0; i < id->len; i++)
		if (id->data[i] == ' ' || id->data[i] == '\t')
			id->data[i] = '_';
	if (id->len == 0)
		bytes_text(id, "-");
}

static void
record_digest(struct session *session)
{
	struct bytes line = { 0 }, id = { 0 };

	bench_id(&session->body.kept, &id);
	bytes_format(&line, "M %" PRIu64 " %" PRIu64 " %s %s %" PRIu64
	    " %" PRIu64 " ", session->link.number, now() / 1000U, id.data,
	    session->from.len == 0 ? "<>" : session->from.data,
	    session->recipients, session->body.octets);
	body_digest(&session->body, &line);
	bytes_format(&line, " %s\n", bytes_string(&session->to));
	log_digest(&line);
	bytes_free(&id);
	bytes_free(&line);
}

void
record_message(struct session *session, int code, bool taken)
{
	if (taken) {
		stats_message();
		stats_add(RECIPIENTS, session->recipients);
	} else
		stats_add(MESSAGES_REFUSED, 1);
	if (options.digest) {
		if (taken)
			record_digest(session);
	} else if (options.spool != NULL)
		record_files(session, code, taken);
}

void
record_reset(void)
{
	taken_number = refused_number = 0;
}
