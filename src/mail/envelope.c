#include "mail/envelope.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "mail/address.h"
#include "mail/lines.h"

#define MAGIC "navette-message "
#define VERSION 1

const char ENVELOPE_NEWER[] = "it was written by a later version of navette";

struct bit_name {
	unsigned bit;
	const char *name;
};

static const struct bit_name flag_names[] = {
	{ENVELOPE_8BIT, "8bit"},
	{ENVELOPE_UTF8, "utf8"},
	{ENVELOPE_BOUNCE, "bounce"},
	{ENVELOPE_BULK, "bulk"},
};

static const struct bit_name notify_names[] = {
	{NOTIFY_NEVER, "NEVER"},
	{NOTIFY_SUCCESS, "SUCCESS"},
	{NOTIFY_FAILURE, "FAILURE"},
	{NOTIFY_DELAY, "DELAY"},
};

static const char *const return_names[] = {
	[RETURN_UNSAID] = "",
	[RETURN_FULL] = "FULL",
	[RETURN_HEADERS] = "HDRS",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
bits_print(unsigned bits, const struct bit_name *names, size_t count,
    struct buf *out)
{
	const char *comma;
	size_t i;

	comma = "";
	for (i = 0; i < count; i++) {
		if ((bits & names[i].bit) == 0)
			continue;
		buf_addf(out, "%s%s", comma, names[i].name);
		comma = ",";
	}
}

static bool
bits_parse(struct slice text, const struct bit_name *names, size_t count,
    unsigned *bits)
{
	struct slice word;
	size_t i;

	*bits = 0;
	while (slice_cut(&text, ',', &word)) {
		word = slice_trim(word);
		for (i = 0; i < count; i++)
			if (slice_is_nocase(word, names[i].name))
				break;
		if (i == count)
			return false;
		*bits |= names[i].bit;
	}
	return true;
}

bool
notify_parse(struct slice text, unsigned *bits)
{
	if (text.len == 0 ||
	    !bits_parse(text, notify_names, COUNT(notify_names), bits))
		return false;
	return (*bits & NOTIFY_NEVER) == 0 || *bits == NOTIFY_NEVER;
}

void
notify_print(unsigned bits, struct buf *out)
{
	bits_print(bits, notify_names, COUNT(notify_names), out);
}

bool
envid_is_valid(struct slice envid)
{
	return envid.len > 0 && envid.len <= ENVID_MAX &&
	    xtext_is_valid(envid);
}

bool
orcpt_is_valid(struct slice orcpt)
{
	size_t semicolon;

	semicolon = slice_find(orcpt, ';');
	return semicolon > 0 && semicolon < orcpt.len &&
	    orcpt.len <= ORCPT_MAX && xtext_is_valid(orcpt);
}

bool
return_parse(struct slice text, enum envelope_return *ret)
{
	size_t i;

	for (i = RETURN_FULL; i < COUNT(return_names); i++) {
		if (slice_is_nocase(text, return_names[i])) {
			*ret = (enum envelope_return)i;
			return true;
		}
	}
	return false;
}

const char *
return_name(enum envelope_return ret)
{
	return return_names[ret];
}

void
envelope_print_sizes(uint64_t header, uint64_t body,
    char out[static ENVELOPE_SIZES_LEN + 1])
{
	snprintf(out, ENVELOPE_SIZES_LEN + 1, "%020" PRIu64 " %020" PRIu64,
	    header, body);
}

/* A return path of its own stands in angle brackets, to tell the null one from
 * none. */
static void
return_path_print(struct slice path, struct buf *out)
{
	if (path.ptr == NULL)
		return;
	buf_add_char(out, '<');
	lines_add_clean(out, path);
	buf_add_char(out, '>');
}

void
recipient_print(const struct recipient *r, size_t number, struct buf *out)
{
	buf_addf(out, "rcpt\t%zu\t", number);
	lines_add_clean(out, r->addr);
	buf_add_char(out, '\t');
	lines_add_clean(out, r->orcpt);
	buf_add_char(out, '\t');
	notify_print(r->notify, out);
	buf_add_char(out, '\t');
	return_path_print(r->return_path, out);
	buf_add_char(out, '\n');
}

void
fault_print(const struct fault *f, struct buf *out)
{
	buf_add_string(out, "fault\t");
	lines_add_clean(out, f->what);
	buf_add_char(out, '\t');
	lines_add_clean(out, f->why);
	buf_add_char(out, '\t');
	return_path_print(f->return_path, out);
	buf_add_char(out, '\n');
}

void
envelope_print(const struct envelope *e, struct buf *out)
{
	char sizes[ENVELOPE_SIZES_LEN + 1];
	size_t i;

	envelope_print_sizes(e->header_size, e->body_size, sizes);
	buf_addf(out, MAGIC "%d\nsizes %s\n", VERSION, sizes);
	buf_addf(out, "uid %" PRIu32 "\n", e->uid);
	buf_addf(out, "time %" PRId64 "\n", e->time < 0 ? 0 : e->time);
	if (e->flags != 0) {
		buf_add_string(out, "flags ");
		bits_print(e->flags, flag_names, COUNT(flag_names), out);
		buf_add_char(out, '\n');
	}
	lines_print("sender", e->sender, out);
	if (e->envid.len > 0)
		lines_print("envid", e->envid, out);
	if (e->ret != RETURN_UNSAID)
		lines_print("ret", slice_from(return_name(e->ret)), out);
	for (i = 0; i < e->count; i++)
		recipient_print(&e->recipients[i], i, out);
	for (i = 0; i < e->fault_count; i++)
		fault_print(&e->faults[i], out);
	buf_add_char(out, '\n');
}

size_t
envelope_find_end(struct slice text)
{
	return lines_find_end(text, MAGIC);
}

static bool
take_sizes(void *into, struct slice value)
{
	struct envelope *e = into;
	struct slice header, body;
	unsigned long long h, b;

	if (value.len != ENVELOPE_SIZES_LEN)
		return false;
	body = value;
	slice_cut(&body, ' ', &header);
	if (!slice_to_number(header, UINT64_MAX, &h) ||
	    !slice_to_number(body, UINT64_MAX, &b))
		return false;
	e->header_size = h;
	e->body_size = b;
	return true;
}

static bool
take_uid(void *into, struct slice value)
{
	struct envelope *e = into;
	unsigned long long n;

	if (!slice_to_number(value, UINT32_MAX, &n))
		return false;
	e->uid = (uint32_t)n;
	return true;
}

static bool
take_time(void *into, struct slice value)
{
	struct envelope *e = into;
	unsigned long long n;

	if (!slice_to_number(value, INT64_MAX, &n))
		return false;
	e->time = (int64_t)n;
	return true;
}

static bool
take_flags(void *into, struct slice value)
{
	struct envelope *e = into;

	return bits_parse(value, flag_names, COUNT(flag_names), &e->flags);
}

static bool
take_sender(void *into, struct slice value)
{
	struct envelope *e = into;

	e->sender = value;
	return true;
}

static bool
take_envid(void *into, struct slice value)
{
	struct envelope *e = into;

	e->envid = value;
	return value.len > 0;
}

static bool
take_return(void *into, struct slice value)
{
	struct envelope *e = into;

	return return_parse(value, &e->ret);
}

static bool
take_recipient(void *into, struct slice value)
{
	struct envelope *e = into;

	return recipient_parse(value, &e->recipients, &e->count);
}

static bool
take_fault(void *into, struct slice value)
{
	struct envelope *e = into;

	return fault_parse(value, &e->faults, &e->fault_count);
}

static bool
return_path_parse(struct slice field, struct slice *path)
{
	*path = (struct slice){NULL, 0};
	if (field.len == 0)
		return true;
	if (field.len < 2 || field.ptr[0] != '<' ||
	    field.ptr[field.len - 1] != '>')
		return false;
	*path = (struct slice){field.ptr + 1, field.len - 2};
	return true;
}

static bool
fields_split(struct slice value, struct slice *fields, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!slice_cut(&value, '\t', &fields[i]))
			return false;
	return value.ptr == NULL;
}

bool
recipient_parse(struct slice value, struct recipient **list, size_t *count)
{
	struct slice fields[5];
	struct recipient r;
	unsigned long long n;

	if (!fields_split(value, fields, COUNT(fields)) ||
	    !slice_to_number(fields[0], UINT32_MAX, &n) || n != *count)
		return false;
	r = (struct recipient){.addr = fields[1], .orcpt = fields[2]};
	if (r.addr.len == 0 ||
	    (fields[3].len > 0 && !notify_parse(fields[3], &r.notify)) ||
	    !return_path_parse(fields[4], &r.return_path))
		return false;
	/* Twice as much at each power of two. */
	if ((*count & (*count - 1)) == 0)
		*list = xrealloc(*list, *count == 0 ? 1 : *count * 2,
		    sizeof(**list));
	(*list)[(*count)++] = r;
	return true;
}

bool
fault_add(const struct fault *f, struct fault **list, size_t *count)
{
	if (*count >= FAULTS_MAX)
		return false;
	if ((*count & (*count - 1)) == 0)
		*list = xrealloc(*list, *count == 0 ? 1 : *count * 2,
		    sizeof(**list));
	(*list)[(*count)++] = *f;
	return true;
}

bool
fault_parse(struct slice value, struct fault **list, size_t *count)
{
	struct slice fields[3];
	struct fault f;

	if (!fields_split(value, fields, COUNT(fields)))
		return false;
	f = (struct fault){.what = fields[0], .why = fields[1]};
	return f.what.len > 0 && f.why.len > 0 &&
	    return_path_parse(fields[2], &f.return_path) &&
	    fault_add(&f, list, count);
}

static const struct line_key keys[] = {
	{"rcpt", take_recipient, true, false},
	{"fault", take_fault, true, false},
	{"sizes", take_sizes, false, true},
	{"uid", take_uid, false, true},
	{"time", take_time, false, true},
	{"flags", take_flags, false, false},
	{"sender", take_sender, false, true},
	{"envid", take_envid, false, false},
	{"ret", take_return, false, false},
};

/* Looks at the first line and takes it off. */
static bool
version_check(struct slice *text, const char **why)
{
	struct slice number;
	unsigned long long version;

	*why = "it does not begin as a queued message does";
	if (!slice_starts(*text, MAGIC))
		return false;
	text->ptr += sizeof(MAGIC) - 1;
	text->len -= sizeof(MAGIC) - 1;
	slice_cut(text, '\n', &number);
	if (!slice_to_number(number, UINT32_MAX, &version) || version == 0)
		return false;
	if (version > VERSION)
		*why = ENVELOPE_NEWER;
	return version == VERSION;
}

bool
envelope_parse(struct slice text, struct envelope *e, const char **why)
{
	struct slice rest;
	size_t length;

	*e = (struct envelope){.ret = RETURN_UNSAID};
	rest = text;
	if (!version_check(&rest, why))
		return false;
	length = envelope_find_end(text);
	if (length == 0) {
		*why = "its envelope has no end";
		return false;
	}
	/* All but the empty line. */
	rest.len = (size_t)(text.ptr + length - rest.ptr) - 1;
	if (!lines_parse(rest, keys, COUNT(keys), e, why)) {
		envelope_free(e);
		return false;
	}
	e->length = length;
	return true;
}

bool
envelope_peek_uid(struct slice head, uint32_t *uid)
{
	struct slice line;
	unsigned long long n;

	if (!slice_starts(head, MAGIC))
		return false;
	while (slice_find(head, '\n') < head.len &&
	    slice_cut(&head, '\n', &line)) {
		if (!slice_starts(line, "uid "))
			continue;
		line = (struct slice){line.ptr + 4, line.len - 4};
		if (!slice_to_number(line, UINT32_MAX, &n))
			return false;
		*uid = (uint32_t)n;
		return true;
	}
	return false;
}

void
envelope_free(struct envelope *e)
{
	free(e->recipients);
	free(e->faults);
	e->recipients = NULL;
	e->faults = NULL;
	e->count = e->fault_count = 0;
}
