#include "mail/message.h"

#include <stdlib.h>
#include <string.h>

#include "mail/address.h"
#include "mail/collect.h"
#include "mail/field.h"
#include "mail/header.h"
#include "mail/origin.h"
#include "mail/utf8.h"

/* Of a header with its bare names made addresses. */
#define GROWN_MAX ((size_t)2 * MESSAGE_HEADER_MAX)

/* Without one of these a resending says nothing about recipients. */
#define RESENT_WHOM (1u << FIELD_RESENT_TO | 1u << FIELD_RESENT_CC | \
    1u << FIELD_RESENT_BCC)

/* One completion. The header is walked twice: to see what there is, and to
 * write it anew. */
struct work {
	const struct message_origin *origin;
	struct message *out;
	struct buf *error;
	struct collection to;
	unsigned seen;		/* bits of fields, with something in them */
	unsigned written;
	unsigned joined;	/* made one with the first of their kind */
	unsigned resent_seen;	/* the same of the newest Resent set */
	size_t resent_start;	/* where that set starts and ends */
	size_t resent_end;
	bool is_first;		/* of its kind: the field that is written */
	bool resent;
};

static bool
is_blank(const struct header_field *f)
{
	return slice_trim(f->value).len == 0;
}

/*
 * Each resending puts its fields on top (RFC 5322 3.6.6). The newest set ends
 * where a trace field stands or where a field comes again; a Resent-To straight
 * behind another is the same set's, since no program writes such a pair.
 */
static void
note_resent(struct work *w, const struct field_kind *kind,
    const struct field_kind *before, size_t at)
{
	unsigned bit;

	if (at >= w->resent_end)
		return;
	if ((kind->flags & FIELD_TRACE) != 0 && w->resent)
		w->resent_end = at;
	if ((kind->flags & FIELD_RESENT) == 0)
		return;
	if (!w->resent)
		w->resent_start = at;
	w->resent = true;
	bit = 1u << kind->id;
	if ((w->resent_seen & bit) != 0 &&
	    !(kind == before && (kind->flags & FIELD_RECIPIENTS) != 0))
		w->resent_end = at;
	else
		w->resent_seen |= bit;
}

static bool
is_bulk(const struct header_field *f, enum field_id id)
{
	struct slice value;

	value = slice_trim(f->value);
	return id == FIELD_LIST_ID || (id == FIELD_PRECEDENCE &&
	    (slice_is_nocase(value, "bulk") || slice_is_nocase(value, "list") ||
	    slice_is_nocase(value, "junk")));
}

static void
survey(struct work *w, struct slice header)
{
	const struct field_kind *kind, *before;
	struct header_field f;
	struct slice rest;

	rest = header;
	before = NULL;
	w->resent_end = header.len;
	while (header_next(&rest, &f)) {
		kind = field_identify(&f);
		if (is_bulk(&f, kind->id))
			w->out->is_bulk = true;
		if (kind->id == FIELD_RECEIVED)
			w->out->hops++;
		if (!is_blank(&f)) {
			w->seen |= 1u << kind->id;
			note_resent(w, kind, before,
			    (size_t)(f.whole.ptr - header.ptr));
		}
		before = kind;
	}
}

/* Whether the field at position at says who gets the message. */
static bool
is_source(const struct work *w, const struct field_kind *kind, size_t at)
{
	if (!w->origin->extract || (kind->flags & FIELD_RECIPIENTS) == 0)
		return false;
	if ((w->seen & RESENT_WHOM) != 0)
		return (kind->flags & FIELD_RESENT) != 0 && at < w->resent_end;
	return true;
}

/* What makes a bare name an address. */
static void
add_mailname(const struct work *w, struct buf *out)
{
	buf_add_char(out, '@');
	buf_add_string(out, w->origin->mailname);
}

/* A name of one letter becomes ten times as long and more. */
static bool
is_within(struct work *w)
{
	if (w->out->header.len <= GROWN_MAX)
		return true;
	buf_addf(w->error, "the header is longer than %zu bytes with its "
	    "bare names made addresses", GROWN_MAX);
	return false;
}

static void
cut_back(struct buf *b, size_t len)
{
	b->len = len;
	b->data[len] = '\0';
}

/* Appends the field's value with its bare names qualified, all else as it was;
 * just as it was where it cannot be read and nobody depends on it. */
static bool
add_addresses(struct work *w, const struct header_field *f, bool source)
{
	struct buf *out = &w->out->header;
	struct address_cursor c;
	struct mailbox m;
	size_t mark, copied;
	int got;

	mark = out->len;
	copied = 0;
	address_begin(&c, f->value);
	while ((got = address_next(&c, &m)) > 0 || (got < 0 && source)) {
		if (got < 0) {
			collect_broken(&w->to, f->name, &c);
			continue;
		}
		if (m.bare) {
			buf_add(out, f->value.ptr + copied,
			    m.addr_end - copied);
			add_mailname(w, out);
			copied = m.addr_end;
		}
		if (source)
			collect_mailbox(&w->to, f->name, &m);
		mailbox_free(&m);
		if (!is_within(w))
			return false;
	}
	if (c.why != NULL) {
		cut_back(out, mark);
		copied = 0;
	}
	buf_add(out, f->value.ptr + copied, f->value.len - copied);
	return true;
}

/* What was appended since mark is one field without its last line end. */
static void
finish_field(struct buf *out, size_t mark)
{
	struct buf text = BUF_INIT;

	buf_add_string(out, "\r\n");
	if (out->len - mark - 2 <= HEADER_LINE_MAX)
		return;
	buf_add(&text, out->data + mark, out->len - mark);
	cut_back(out, mark);
	header_fold(buf_slice(&text), HEADER_LINE_MAX, out);
	buf_free(&text);
}

/* Whether a list can be read, and another behind it: its groups are closed. */
static bool
is_joinable(struct slice list)
{
	struct address_cursor c;
	struct mailbox m;

	address_begin(&c, list);
	while (address_next(&c, &m) > 0)
		mailbox_free(&m);
	return c.why == NULL && !c.in_group;
}

/* Whether the field and those of its kind behind it, if there are any, can be
 * made one. */
static bool
can_join(const struct field_kind *kind, const struct header_field *f,
    struct slice behind)
{
	struct header_field other;
	bool several, ok;

	several = false;
	ok = true;
	while (ok && header_next(&behind, &other)) {
		if (field_identify(&other) != kind || is_blank(&other))
			continue;
		several = true;
		ok = is_joinable(other.value);
	}
	return several && ok && is_joinable(f->value);
}

/* Many receivers refuse a message with two To fields. */
static bool
join(struct work *w, const struct field_kind *kind, bool source,
    struct slice behind)
{
	struct header_field f;

	while (header_next(&behind, &f)) {
		if (field_identify(&f) != kind || is_blank(&f))
			continue;
		buf_add_string(&w->out->header, ",\r\n ");
		f.value = slice_trim(f.value);
		if (!add_addresses(w, &f, source))
			return false;
	}
	w->joined |= 1u << kind->id;
	return true;
}

static bool
add_value(struct work *w, const struct field_kind *kind,
    const struct header_field *f, size_t at, struct slice behind)
{
	bool source;

	if ((kind->flags & FIELD_ADDRESSES) == 0) {
		buf_add_slice(&w->out->header, f->value);
		return true;
	}
	source = is_source(w, kind, at);
	if (!add_addresses(w, f, source))
		return false;
	if ((kind->flags & FIELD_JOINED) == 0 || !w->is_first ||
	    !can_join(kind, f, behind))
		return true;
	return join(w, kind, source, behind);
}

/* Whether the field says nothing, or nothing that is not there already. */
static bool
is_needless(const struct work *w, const struct field_kind *kind,
    const struct header_field *f)
{
	unsigned bit;

	bit = 1u << kind->id;
	if (!is_blank(f))
		return (w->joined & bit) != 0;
	return (kind->flags & FIELD_FILLED) != 0 ||
	    ((kind->flags & FIELD_ONCE) != 0 &&
	    ((w->seen | w->written) & bit) != 0);
}

/* A second From or Subject goes by another name: which of them a receiver would
 * believe, or whether it would take the message, nobody can tell. */
static void
add_name(struct work *w, const struct field_kind *kind,
    const struct header_field *f)
{
	struct buf *out = &w->out->header;
	unsigned bit;

	bit = 1u << kind->id;
	w->is_first = (w->written & bit) == 0;
	w->written |= bit;
	if (!w->is_first && (kind->flags & FIELD_ONCE) != 0 &&
	    (kind->flags & FIELD_JOINED) == 0)
		buf_add_string(out, "X-Duplicate-");
	buf_add_slice(out, f->name);
	buf_add_char(out, ':');
}

static bool
add_field(struct work *w, const struct header_field *f, size_t at,
    struct slice behind)
{
	struct buf *out = &w->out->header;
	const struct field_kind *kind;
	size_t mark;

	kind = field_identify(f);
	if (is_needless(w, kind, f))
		return true;
	mark = out->len;
	add_name(w, kind, f);
	if (!add_value(w, kind, f, at, behind))
		return false;
	if ((kind->flags & FIELD_REMOVED) != 0)
		cut_back(out, mark);
	else
		finish_field(out, mark);
	return true;
}

static bool
lacks(unsigned seen, enum field_id id)
{
	return (seen & 1u << id) == 0;
}

/* What the newest resending lacks. */
static void
add_missing_resent(struct work *w)
{
	struct buf *out = &w->out->header;

	if (lacks(w->resent_seen, FIELD_RESENT_FROM))
		origin_print_from(w->origin, "Resent-From", out);
	if (lacks(w->resent_seen, FIELD_RESENT_DATE))
		origin_print_date(w->origin, "Resent-Date", out);
	if (lacks(w->resent_seen, FIELD_RESENT_MESSAGE_ID))
		origin_print_message_id(w->origin, "Resent-Message-ID",
		    "resent.", out);
}

static void
add_missing(struct work *w)
{
	struct buf *out = &w->out->header;

	if (lacks(w->seen, FIELD_FROM))
		origin_print_from(w->origin, "From", out);
	if (lacks(w->seen, FIELD_TO) && lacks(w->seen, FIELD_CC))
		buf_add_string(out, "To: undisclosed-recipients:;\r\n");
	if (lacks(w->seen, FIELD_DATE))
		origin_print_date(w->origin, "Date", out);
	if (lacks(w->seen, FIELD_MESSAGE_ID))
		origin_print_message_id(w->origin, "Message-ID", "", out);
}

static bool
write_header(struct work *w, struct slice header)
{
	struct header_field f;
	struct slice rest;
	size_t at;

	origin_print_received(w->origin, &w->out->header);
	rest = header;
	while (header_next(&rest, &f)) {
		at = (size_t)(f.whole.ptr - header.ptr);
		if (w->resent && at == w->resent_start)
			add_missing_resent(w);
		if (!add_field(w, &f, at, rest))
			return false;
	}
	add_missing(w);
	w->out->is_8bit = utf8_has_8bit(buf_slice(&w->out->header));
	w->out->is_utf8 = w->out->is_8bit &&
	    utf8_is_valid(buf_slice(&w->out->header));
	buf_add_string(&w->out->header, "\r\n");
	return true;
}

/* Without the mbox lines in front. */
static struct slice
fields_of(struct slice header)
{
	size_t at, end;

	at = 0;
	while (at < header.len && header_line_kind((struct slice){
	    header.ptr + at, header.len - at}) != HEADER_LINE_FIELD)
		at = header_line_next(header, at, &end);
	return (struct slice){header.ptr + at, header.len - at};
}

bool
message_complete(struct slice raw_header, const struct message_origin *origin,
    struct message *out, struct buf *error)
{
	struct message_body lines = MESSAGE_BODY_INIT;
	struct buf text = BUF_INIT;
	struct work w = {0};
	struct slice header;
	bool ok;

	memset(out, 0, sizeof(*out));
	w.origin = origin;
	w.out = out;
	w.error = error;
	collect_begin(&w.to, origin->mailname, slice_from(origin->id));
	message_body_add(&lines, raw_header, &text);
	message_body_end(&lines, &text);
	buf_reserve(&text, 1);
	header = fields_of(buf_slice(&text));
	survey(&w, header);
	ok = write_header(&w, header) &&
	    collect_may_pass(&w.to, origin->given, error);
	if (ok) {
		out->recipients = w.to.found.list;
		out->faults = w.to.faults;
		w.to.found.list = w.to.faults = (struct strlist)STRLIST_INIT;
	} else {
		message_free(out);
	}
	collect_end(&w.to);
	buf_free(&text);
	return ok;
}

void
message_free(struct message *m)
{
	buf_free(&m->header);
	strlist_free(&m->recipients);
	strlist_free(&m->faults);
}
