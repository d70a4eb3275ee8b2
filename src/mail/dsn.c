#include "mail/dsn.h"

#include <stdarg.h>
#include <string.h>

#include "mail/advice.h"
#include "mail/date.h"
#include "mail/dsn_address.h"
#include "mail/header.h"
#include "mail/lines.h"
#include "mail/utf8.h"

/* Where lines of our own are broken, and where a word is that has no space. */
#define WRAP_AT 76
#define WORD_MAX 900

/* What is said of the recipients that share an action. */
static const struct telling {
	enum dsn_action action;
	const char *name;	/* RFC 3464 2.3.3 */
	const char *subject;
	const char *head;
	const char *tail;
} tellings[] = {
	{DSN_FAILED, "failed", "Your mail could not be delivered",
	    "Your message could not be delivered to the following, and is not "
	    "tried any more:",
	    NULL},
	{DSN_DELAYED, "delayed", "Your mail is delayed",
	    "Your message could not be delivered yet to the following, and is "
	    "tried further:",
	    "You need not send it again. If it still fails then, you will be "
	    "told."},
	{DSN_RELAYED, "relayed", "Your mail was handed on",
	    "Your message was handed on for the following, by way of a server "
	    "that sends no notice of delivery:",
	    NULL},
	{DSN_EXPANDED, "expanded", "Your mail was sent to a list",
	    "Your message was sent on to the members of the following:",
	    NULL},
};

#define TELLINGS (sizeof(tellings) / sizeof(tellings[0]))

static void
line(struct buf *out, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
line(struct buf *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(out, fmt, ap);
	va_end(ap);
	buf_add_string(out, "\r\n");
}

/* Appends text and a line end; lines after the first begin with indent. used is
 * what stands on the first one already. */
static void
wrap(struct buf *out, size_t used, const char *indent, struct slice text)
{
	struct slice word;
	const char *gap;

	gap = "";
	while (slice_cut(&text, ' ', &word)) {
		if (word.len == 0)
			continue;
		if (*gap != '\0' && used + 1 + word.len > WRAP_AT) {
			buf_addf(out, "\r\n%s", indent);
			used = strlen(indent);
			gap = "";
		}
		buf_add_string(out, gap);
		for (; word.len > WORD_MAX; word.ptr += WORD_MAX) {
			buf_add(out, word.ptr, WORD_MAX);
			buf_addf(out, "\r\n%s", indent);
			word.len -= WORD_MAX;
		}
		buf_add_slice(out, word);
		used += strlen(gap) + word.len;
		gap = " ";
	}
	buf_add_string(out, "\r\n");
}

static void
wrap_string(struct buf *out, const char *indent, const char *text)
{
	buf_add_string(out, indent);
	wrap(out, strlen(indent), indent, slice_from(text));
}

/* A field whose lines may have to be folded; value is freed. */
static void
folded_field(const char *name, struct buf *value, struct buf *out)
{
	buf_addf(out, "%s: ", name);
	wrap(out, strlen(name) + 2, " ", buf_slice(value));
	buf_free(value);
}

static void
date_field(const char *name, int64_t wall, struct buf *out)
{
	buf_addf(out, "%s: ", name);
	date_print(wall, 0, out);
	buf_add_string(out, "\r\n");
}

/* "550 5.1.1 words", whatever of it there is. */
static void
answer_print(const struct verdict *v, struct buf *out)
{
	if (v->code != 0)
		buf_addf(out, "%d ", v->code);
	if (v->enhanced[0] != '\0' && v->code != 0)
		buf_addf(out, "%s ", v->enhanced);
	buf_add_escaped(out, v->text, VERDICT_TEXT_MAX);
}

static bool
has_action(const struct dsn *d, enum dsn_action action)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		if (d->recipients[i].action == action)
			return true;
	return false;
}

/* The first kind of news decides: failures before delays before the rest. */
static const struct telling *
main_telling(const struct dsn *d)
{
	size_t i;

	for (i = 0; i < TELLINGS - 1; i++)
		if (has_action(d, tellings[i].action))
			break;
	return &tellings[i];
}

/* Made of the fresh ID, so that nothing in the original can hold it; but a copy
 * of this very notification could. */
static void
boundary_make(const struct dsn *d, struct buf *boundary)
{
	buf_addf(boundary, "=_navette_%.32s_", d->id);
	while (d->original.len > 0 && boundary->len < 70 &&
	    memmem(d->original.ptr, d->original.len, boundary->data,
	    boundary->len) != NULL)
		buf_add_char(boundary, '=');
}

/* Whole lines of the original only. */
static struct slice
original_cut(const struct dsn *d)
{
	struct slice s;
	const char *end;

	s = d->original;
	if (s.len > DSN_ORIGINAL_MAX)
		s.len = DSN_ORIGINAL_MAX;
	end = s.len == 0 ? NULL : memrchr(s.ptr, '\n', s.len);
	if (end != NULL)
		s.len = (size_t)(end - s.ptr) + 1;
	return s;
}

static bool
is_8bit(const struct dsn *d)
{
	return d->is_8bit || utf8_has_8bit(original_cut(d));
}

/* With nobody to report on, plain text is all there is. */
static void
type_print(const struct dsn *d, const char *boundary, struct buf *out)
{
	if (d->count == 0) {
		line(out, "Content-Type: text/plain; charset=us-ascii");
		return;
	}
	line(out, "Content-Type: multipart/report; "
	    "report-type=delivery-status;\r\n\tboundary=\"%s\"", boundary);
	if (is_8bit(d))
		line(out, "Content-Transfer-Encoding: 8bit");
}

static void
header_print(const struct dsn *d, const char *boundary, struct buf *out)
{
	buf_add_string(out, "From: Mail delivery <");
	lines_add_clean(out, d->from);
	buf_add_string(out, ">\r\nTo: <");
	lines_add_clean(out, d->sender);
	buf_add_string(out, ">\r\nSubject: ");
	if (d->tally != NULL)
		dsn_tally_subject(d->tally, out);
	else
		buf_add_string(out, main_telling(d)->subject);
	buf_add_string(out, "\r\n");
	date_field("Date", d->now, out);
	line(out, "Message-ID: <%s@%s>", d->id, d->reporting_mta);
	line(out, "Auto-Submitted: auto-replied");
	line(out, "MIME-Version: 1.0");
	type_print(d, boundary, out);
	buf_add_string(out, "\r\n");
}

static void
reason_print(const struct dsn *d, const struct verdict *v, struct buf *out)
{
	const char *server;

	server = d->smarthost == NULL ? "the server" : d->smarthost;
	if (v->code != 0)
		buf_addf(out, "The answer of %s to %s: ", server,
		    verdict_stage_name(v->stage));
	else if (v->text.len > 0 && v->stage != STAGE_LOCAL &&
	    v->stage < STAGE_MAIL)
		buf_addf(out, "The way to %s failed (%s): ", server,
		    verdict_stage_name(v->stage));
	answer_print(v, out);
}

/* Not refused: its delivery time expired. */
static bool
is_given_up(const struct dsn_recipient *r)
{
	return r->action == DSN_FAILED && r->verdict.kind != VERDICT_REFUSED;
}

/* One recipient, for people. */
static void
recipient_tell(const struct dsn *d, const struct dsn_recipient *r,
    struct buf *out)
{
	struct buf text = BUF_INIT;
	const char *cure;

	if (!r->is_broken)
		buf_add_char(&text, '<');
	dsn_add_address(r->addr, &text);
	if (!r->is_broken)
		buf_add_char(&text, '>');
	wrap_string(out, "  ", buf_string(&text));
	buf_clear(&text);
	reason_print(d, &r->verdict, &text);
	if (text.len > 0)
		wrap_string(out, "    ", buf_string(&text));
	if (is_given_up(r) && r->last_attempt > 0 && d->tally == NULL) {
		buf_add_string(out, "    It was tried until ");
		date_print(r->last_attempt, 0, out);
		line(out, ".");
	}
	cure = r->verdict.code == 0 && r->verdict.text.len == 0 ? NULL :
	    advice_cure(&r->verdict);
	if (cure != NULL && r->action <= DSN_DELAYED) {
		line(out, "    What the administrator can do:");
		wrap_string(out, "    ", cure);
	}
	buf_free(&text);
}

static void
group_tell(const struct dsn *d, const struct telling *t, struct buf *out)
{
	int64_t until;
	size_t i;

	until = 0;
	wrap_string(out, "", t->head);
	buf_add_string(out, "\r\n");
	for (i = 0; i < d->count; i++) {
		if (d->recipients[i].action != t->action)
			continue;
		recipient_tell(d, &d->recipients[i], out);
		buf_add_string(out, "\r\n");
		if (d->recipients[i].retry_until > until)
			until = d->recipients[i].retry_until;
	}
	if (until > 0 && t->action == DSN_DELAYED) {
		buf_add_string(out, "It is tried until ");
		date_print(until, 0, out);
		line(out, ".");
	}
	if (t->tail != NULL && d->tally == NULL) {
		wrap_string(out, "", t->tail);
		buf_add_string(out, "\r\n");
	}
}

static void
text_print(const struct dsn *d, struct buf *out)
{
	size_t i;

	line(out, "This is the mail system of %s.\r\n", d->reporting_mta);
	if (d->tally != NULL)
		dsn_tally_print(d->tally, out);
	for (i = 0; i < TELLINGS; i++)
		if (has_action(d, tellings[i].action))
			group_tell(d, &tellings[i], out);
	if (d->tally != NULL)
		dsn_tally_unlisted(d->tally, out);
	buf_addf(out, "The message was accepted here as %s on ",
	    d->original_id);
	date_print(d->arrival, 0, out);
	buf_add_string(out, ".\r\n");
}

static void
text_part(const struct dsn *d, const char *boundary, struct buf *out)
{
	line(out, "--%s", boundary);
	line(out, "Content-Description: Notification");
	line(out, "Content-Type: text/plain; charset=us-ascii\r\n");
	text_print(d, out);
	line(out, "%s", d->headers_only ? "Its header is attached.\r\n" :
	    "It is attached, or its beginning if it is long.\r\n");
}

/* RFC 3463, where the server gave no code that fits the action. */
static const char *
status_of(const struct dsn_recipient *r)
{
	static const char class[] = {
		[DSN_FAILED] = '5', [DSN_DELAYED] = '4',
		[DSN_RELAYED] = '2', [DSN_EXPANDED] = '2',
	};

	if (r->verdict.enhanced[0] == class[r->action])
		return r->verdict.enhanced;
	if (r->action >= DSN_RELAYED)
		return "2.0.0";
	if (is_given_up(r))
		return "5.4.7";
	if (r->action == DSN_DELAYED && r->verdict.code == 0)
		return "4.4.1";
	return r->action == DSN_FAILED ? "5.0.0" : "4.0.0";
}

static void
diagnostic_field(const struct verdict *v, struct buf *out)
{
	struct buf text = BUF_INIT;

	if (v->code == 0 && v->text.len == 0)
		return;
	buf_addf(&text, "%s; ", v->code != 0 ? "smtp" : "x-navette");
	answer_print(v, &text);
	folded_field("Diagnostic-Code", &text, out);
}

static void
address_fields(const struct dsn_recipient *r, struct buf *out)
{
	struct buf value = BUF_INIT;

	if (r->orcpt.len > 0) {
		dsn_add_orcpt(r->orcpt, &value);
		folded_field("Original-Recipient", &value, out);
	}
	if (r->is_broken) {
		buf_add_string(&value, "x-navette-broken; ");
		dsn_add_address(r->addr, &value);
	} else {
		dsn_add_typed(r->addr, &value);
	}
	folded_field("Final-Recipient", &value, out);
}

/* RFC 3464 2.3. */
static void
recipient_fields(const struct dsn *d, const struct dsn_recipient *r,
    struct buf *out)
{
	buf_add_string(out, "\r\n");
	address_fields(r, out);
	line(out, "Action: %s", tellings[r->action].name);
	line(out, "Status: %s", status_of(r));
	if (r->verdict.code != 0 && d->smarthost != NULL)
		line(out, "Remote-MTA: dns; %s", d->smarthost);
	diagnostic_field(&r->verdict, out);
	if (r->last_attempt != 0)
		date_field("Last-Attempt-Date", r->last_attempt, out);
	if (r->action == DSN_DELAYED && r->retry_until != 0)
		date_field("Will-Retry-Until", r->retry_until, out);
}

/* RFC 3464 2.2, 2.3. */
static void
status_part(const struct dsn *d, const char *boundary, struct buf *out)
{
	struct buf envid = BUF_INIT;
	size_t i;

	line(out, "--%s", boundary);
	line(out, "Content-Description: Delivery report");
	line(out, "Content-Type: message/delivery-status\r\n");
	if (d->envid.len > 0) {
		dsn_add_xtext(d->envid, &envid);
		folded_field("Original-Envelope-Id", &envid, out);
	}
	line(out, "Reporting-MTA: dns; %s", d->reporting_mta);
	line(out, "X-Navette-Queue-Id: %s", d->original_id);
	date_field("Arrival-Date", d->arrival, out);
	for (i = 0; i < d->count; i++)
		recipient_fields(d, &d->recipients[i], out);
	buf_add_string(out, "\r\n");
}

/* RFC 6533 6: a header above ASCII has types of its own. */
static const char *
original_type(const struct dsn *d, struct slice original)
{
	struct slice header;
	const char *end;
	bool is_utf8;

	header = original;
	end = header.len == 0 ? NULL :
	    memmem(header.ptr, header.len, "\r\n\r\n", 4);
	if (end != NULL)
		header.len = (size_t)(end - header.ptr);
	is_utf8 = utf8_has_8bit(header) && utf8_is_valid(header);
	if (d->headers_only)
		return is_utf8 ? "message/global-headers" :
		    "text/rfc822-headers";
	return is_utf8 ? "message/global" : "message/rfc822";
}

static void
original_part(const struct dsn *d, const char *boundary, struct buf *out)
{
	struct slice original;

	original = original_cut(d);
	line(out, "--%s", boundary);
	line(out, "Content-Description: %s", d->headers_only ?
	    "Header of the message" : "The message");
	line(out, "Content-Type: %s", original_type(d, original));
	if (is_8bit(d))
		line(out, "Content-Transfer-Encoding: 8bit");
	buf_add_string(out, "\r\n");
	buf_add_slice(out, original);
	line(out, "\r\n--%s--", boundary);
}

void
dsn_print(const struct dsn *d, struct buf *out, size_t *header_size)
{
	struct buf boundary = BUF_INIT;
	size_t start;

	start = out->len;
	boundary_make(d, &boundary);
	header_print(d, buf_string(&boundary), out);
	*header_size = out->len - start;
	if (d->count == 0) {
		text_print(d, out);
	} else {
		text_part(d, buf_string(&boundary), out);
		status_part(d, buf_string(&boundary), out);
		original_part(d, buf_string(&boundary), out);
	}
	buf_free(&boundary);
}
