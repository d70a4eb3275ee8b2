#include "deliver.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "commands.h"
#include "limits.h"
#include "options.h"
#include "path.h"
#include "record.h"
#include "stats.h"

/* What keeps a transaction from beginning, whatever its sender. */
static bool
mail_is_early(struct session *session)
{
	if (session->helo.len == 0)
		session_reply(session, 503, "5.5.1 ", "Say EHLO first");
	else if (options.require_tls && !session->link.secure)
		session_reply(session, 530, "5.7.0 ",
		    "Must issue a STARTTLS command first");
	else if (options.require_auth && options.user != NULL &&
	    !session->logged_in)
		session_reply(session, 530, "5.7.0 ",
		    "Authentication required");
	else if (session->mail && options.trap != TRAP_NONE) {
		session_reply(session, 503, "5.5.1 ", "Nested MAIL command");
		stats_add(NESTED_MAIL, 1);
	} else if (options.max_messages > 0 &&
	    session->transactions >= options.max_messages)
		session_reply(session, 421, "4.7.0 ",
		    "Too many messages on this connection");
	else
		return false;
	return true;
}

/* What is wrong with address or parameters, if anything is. */
static bool
address_refused(struct session *session, const char *rest, bool of_mail,
    struct parameters *parameters)
{
	struct bytes trouble = { 0 };
	bool utf8;

	if (!parameters_parse(rest, of_mail, parameters, &trouble)) {
		stats_add(UNOFFERED, 1);
		session_reply(session, 555, "5.5.4 ",
		    "Unsupported parameter %s", trouble.data);
		bytes_free(&trouble);
		return true;
	}
	utf8 = of_mail ? parameters->utf8 : session->utf8;
	for (size_t i = 0; i < session->subject.len && !utf8; i++)
		if ((unsigned char)session->subject.data[i] >= 128) {
			session_reply(session, 553, "5.6.7 ",
			    "Address needs SMTPUTF8");
			return true;
		}
	return false;
}

void
judge_mail(struct session *session, const char *args)
{
	struct parameters parameters;
	const char *rest;
	bool fine = path_parse(args, "FROM:", &session->subject, &rest);

	if (mail_is_early(session))
		return;
	if (!fine)
		session_reply(session, 501, "5.1.7 ", "Bad sender syntax");
	else if (address_refused(session, rest, true, &parameters))
		return;
	else if (options.size > 0 && parameters.size > options.size)
		session_reply(session, 552, "5.3.4 ", "Message too big");
	else
		session_reply(session, 250, "2.1.0 ", "Sender ok");
}

void
effect_mail(struct session *session, const char *args, int code)
{
	struct parameters parameters = { 0 };
	struct bytes trouble = { 0 };
	const char *rest = "";

	session->transactions++;
	stats_add(TRANSACTIONS, 1);
	if (code / 100 != 2)
		return;
	if (path_parse(args, "FROM:", &session->subject, &rest))
		parameters_parse(rest, true, &parameters, &trouble);
	bytes_free(&trouble);
	session_reset(session);
	session->mail = true;
	session->eightbit = parameters.eightbit;
	session->utf8 = parameters.utf8;
	bytes_add(&session->from, session->subject.data,
	    session->subject.len);
	bytes_add(&session->mail_line, session->line.data, session->line.len);
}

void
judge_rcpt(struct session *session, const char *args)
{
	struct parameters parameters;
	const char *rest;
	bool fine = path_parse(args, "TO:", &session->subject, &rest);

	if (!session->mail || session->chunks_begun)
		session_reply(session, 503, "5.5.1 ", "Need MAIL first");
	else if (!fine || session->subject.len == 0)
		session_reply(session, 501, "5.1.3 ", "Bad recipient syntax");
	else if (address_refused(session, rest, false, &parameters))
		return;
	else if (options.max_rcpt > 0 &&
	    session->recipients >= options.max_rcpt)
		session_reply(session, 452, "4.5.3 ", "Too many recipients");
	else if (!quota_has_room()) {
		session->own_code =
		    (int)strtol(options.quota_reply, NULL, 10);
		bytes_format(&session->own, "%s\r\n", options.quota_reply);
	} else
		session_reply(session, 250, "2.1.5 ", "Recipient ok");
}

void
effect_rcpt(struct session *session, const char *args, int code)
{
	(void)args;
	if (code / 100 != 2) {
		session->refused++;
		stats_add(RECIPIENTS_REFUSED, 1);
		return;
	}
	quota_use();
	if (session->recipients++ > 0)
		bytes_text(&session->to, ",");
	bytes_add(&session->to, session->subject.data, session->subject.len);
	bytes_format(&session->rcpt_lines, "rcpt %s\n", session->line.data);
}

void
judge_data(struct session *session, const char *args)
{
	if (!session->mail || session->chunks_begun)
		session_reply(session, 503, "5.5.1 ", "Need MAIL first");
	else if (session->recipients == 0)
		session_reply(session, 554, "5.5.1 ", "No valid recipients");
	else if (*args != '\0')
		session_reply(session, 501, "5.5.4 ", "No arguments, please");
	else
		session_reply(session, 354, "", "Go ahead, end with a dot");
}

void
effect_data(struct session *session, const char *args, int code)
{
	(void)args;
	if (code != 354)
		return;
	session->mode = MODE_DATA;
	session->body_asked = false;
	body_begin(&session->body);
}

/* The last word on a message. */
static void
judge_content(struct session *session)
{
	if (session->recipients == 0)
		session_reply(session, 554, "5.5.1 ", "No valid recipients");
	else if (options.size > 0 && session->body.octets > options.size)
		session_reply(session, 552, "5.3.4 ", "Message too big");
	else
		session_reply(session, 250, "2.0.0 ", "Stored as %llu",
		    (unsigned long long)stats_get(MESSAGES) + 1);
}

void
judge_dot(struct session *session, const char *args)
{
	(void)args;
	session->mode = MODE_COMMAND;
	judge_content(session);
}

void
effect_dot(struct session *session, const char *args, int code)
{
	(void)args;
	record_message(session, code, code / 100 == 2 &&
	    session->recipients > 0);
	session_reset(session);
}

/* "N" or "N LAST" */
static bool
chunk_parse(struct session *session, const char *args)
{
	size_t n = strcspn(args, " ");
	char *number = must_copy(args, n);
	bool fine = number_parse(number, UINT64_MAX / 16,
	    &session->chunk_left);

	free(number);
	session->chunk_last = strcasecmp(args + n, " LAST") == 0;
	return fine && (session->chunk_last || args[n] == '\0');
}

/* Right is silence: the answer comes after the content. */
void
judge_bdat(struct session *session, const char *args)
{
	session->own_code = 200;
	if (!options.offered[EXT_CHUNKING]) {
		stats_add(UNOFFERED, 1);
		session_reply(session, 502, "5.5.1 ", "Not implemented");
	} else if (!chunk_parse(session, args))
		session_reply(session, 501, "5.5.4 ", "Bad chunk");
}

void
effect_bdat(struct session *session, const char *args, int code)
{
	(void)args;
	if (code != 200)
		return;
	stats_add(BDATS, 1);
	session->mode = MODE_BDAT;
	session->chunked = true;
	if (!session->mail || session->recipients == 0)
		session->chunk_refused = true;
	else if (!session->chunks_begun) {
		session->chunks_begun = true;
		session->body_asked = false;
		body_begin(&session->body);
	}
}

void
judge_chunk(struct session *session, const char *args)
{
	(void)args;
	session->mode = MODE_COMMAND;
	if (session->chunk_refused)
		session_reply(session, 503, "5.5.1 ", session->mail ?
		    "Need RCPT first" : "Need MAIL first");
	else if (session->chunk_last)
		judge_content(session);
	else
		session_reply(session, 250, "2.0.0 ", "%llu octets",
		    (unsigned long long)session->body.octets);
}

void
effect_chunk(struct session *session, const char *args, int code)
{
	bool taken = code / 100 == 2;

	(void)args;
	if (!session->chunk_refused && session->chunk_last) {
		record_message(session, code, taken);
		session_reset(session);
	} else if (!taken && session->mail && options.trap == TRAP_EXIM)
		/* Exim keeps the transaction open, sender and all. */
		session->chunk_refused = session->recipients > 0;
	else if (!taken)
		session_reset(session);
}
