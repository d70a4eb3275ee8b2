#include "mail/mime_part.h"

#include <string.h>

#include "mail/header.h"

#define TYPE "Content-Type"
#define ENCODING "Content-Transfer-Encoding"
#define VERSION "MIME-Version"

/* RFC 2046 5.1.1 has 70; some write more. */
#define BOUNDARY_MAX 200

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The first that fits; a name with a slash at its end stands for all below. */
static const struct {
	const char *type;
	enum mime_body body;
} types[] = {
	{"multipart/signed", MIME_OPAQUE},
	{"multipart/encrypted", MIME_OPAQUE},
	{"multipart/", MIME_MULTIPART},
	{"message/rfc822", MIME_MESSAGE},
	/* RFC 6532 3.7: the one message that may be encoded. */
	{"message/global", MIME_LEAF},
	{"message/", MIME_OPAQUE},
};

static const struct {
	const char *name;
	enum mime_body body;
	bool is_wide;
} encodings[] = {
	{"", MIME_LEAF, false},
	{"7bit", MIME_LEAF, false},
	{"8bit", MIME_LEAF, true},
	{"binary", MIME_LEAF, true},
	{"quoted-printable", MIME_ENCODED_QP, false},
	{"base64", MIME_ENCODED_BASE64, false},
};

static void
drop(struct slice *s, size_t n)
{
	s->ptr += n;
	s->len -= n;
}

/* Over a comment of RFC 5322, nested or without end. */
static void
skip_comment(struct slice *s)
{
	unsigned depth;

	depth = 0;
	do {
		if (s->ptr[0] == '(')
			depth++;
		else if (s->ptr[0] == ')')
			depth--;
		else if (s->ptr[0] == '\\' && s->len > 1)
			drop(s, 1);
		drop(s, 1);
	} while (s->len > 0 && depth > 0);
}

static void
skip_gap(struct slice *s)
{
	while (s->len > 0) {
		if (s->ptr[0] == '(')
			skip_comment(s);
		else if (strchr(" \t\r\n", s->ptr[0]) != NULL)
			drop(s, 1);
		else
			break;
	}
}

/* A token of RFC 2045 5.1. */
static void
take_token(struct slice *s, struct buf *out)
{
	skip_gap(s);
	while (s->len > 0 && s->ptr[0] > 0x20 && s->ptr[0] != 0x7f &&
	    strchr("()<>@,;:\\\"/[]?=", s->ptr[0]) == NULL) {
		buf_add_char(out, s->ptr[0]);
		drop(s, 1);
	}
	skip_gap(s);
}

/* A token in lower case. */
static void
take_name(struct slice *s, struct buf *out)
{
	size_t i;

	i = out->len;
	take_token(s, out);
	for (; i < out->len; i++)
		if (out->data[i] >= 'A' && out->data[i] <= 'Z')
			out->data[i] = (char)(out->data[i] - 'A' + 'a');
}

/* A token or a quoted string. */
static void
take_value(struct slice *s, struct buf *out)
{
	skip_gap(s);
	if (s->len == 0 || s->ptr[0] != '"') {
		take_token(s, out);
		return;
	}
	for (drop(s, 1); s->len > 0 && s->ptr[0] != '"'; drop(s, 1)) {
		if (s->ptr[0] == '\\' && s->len > 1)
			drop(s, 1);
		if (s->ptr[0] != '\r' && s->ptr[0] != '\n')
			buf_add_char(out, s->ptr[0]);
	}
	if (s->len > 0)
		drop(s, 1);
}

/* To the next parameter; its name, in lower case, and its value. */
static bool
take_parameter(struct slice *s, struct buf *name, struct buf *value)
{
	size_t n;

	n = slice_find(*s, ';');
	if (n == s->len)
		return false;
	drop(s, n + 1);
	buf_clear(name);
	buf_clear(value);
	take_name(s, name);
	if (s->len > 0 && s->ptr[0] == '=') {
		drop(s, 1);
		take_value(s, value);
	}
	return true;
}

static void
take_parameters(struct slice *s, struct mime_part *p)
{
	struct buf name = BUF_INIT, value = BUF_INIT;

	while (take_parameter(s, &name, &value)) {
		if (slice_starts(buf_slice(&name), "charset"))
			p->has_charset = true;
		else if (slice_is(buf_slice(&name), "boundary") &&
		    p->boundary.len == 0)
			buf_add_slice(&p->boundary, buf_slice(&value));
	}
	while (p->boundary.len > 0 &&
	    p->boundary.data[p->boundary.len - 1] == ' ')
		p->boundary.len--;
	buf_free(&name);
	buf_free(&value);
}

static bool
type_fits(struct slice type, const char *pattern)
{
	return pattern[strlen(pattern) - 1] == '/' ?
	    slice_starts(type, pattern) : slice_is(type, pattern);
}

static enum mime_body
body_of_type(struct slice type)
{
	size_t i;

	for (i = 0; i < COUNT(types); i++)
		if (type_fits(type, types[i].type))
			return types[i].body;
	return MIME_LEAF;
}

static void
parse_type(struct slice value, struct mime_part *p)
{
	struct buf type = BUF_INIT;

	take_name(&value, &type);
	/* RFC 1049 had "text" alone. */
	p->is_text = slice_is(buf_slice(&type), "text");
	if (value.len > 0 && value.ptr[0] == '/') {
		drop(&value, 1);
		buf_add_char(&type, '/');
		take_name(&value, &type);
	}
	p->body = body_of_type(buf_slice(&type));
	p->is_digest = slice_is(buf_slice(&type), "multipart/digest");
	take_parameters(&value, p);
	if (p->body == MIME_MULTIPART &&
	    (p->boundary.len == 0 || p->boundary.len > BOUNDARY_MAX))
		p->body = MIME_OPAQUE;
	buf_free(&type);
}

/* What is encoded is a leaf, whatever its type. */
static void
apply_encoding(struct slice value, struct mime_part *p)
{
	struct buf name = BUF_INIT;
	size_t i;

	take_name(&value, &name);
	for (i = 0; i < COUNT(encodings); i++)
		if (slice_is(buf_slice(&name), encodings[i].name))
			break;
	buf_free(&name);
	if (i == COUNT(encodings)) {
		p->body = MIME_OPAQUE;
		return;
	}
	p->is_wide = encodings[i].is_wide;
	if (encodings[i].body != MIME_LEAF)
		p->body = encodings[i].body;
}

void
mime_part_parse(struct slice header, bool is_message, bool in_digest,
    struct mime_part *p)
{
	struct header_field f;
	struct buf boundary = p->boundary;

	buf_clear(&boundary);
	*p = (struct mime_part){.boundary = boundary, .is_text = true};
	p->body = in_digest && !is_message ? MIME_MESSAGE : MIME_LEAF;
	if (header_find(header, TYPE, &f))
		parse_type(f.value, p);
	if (is_message && header_find(header, "DKIM-Signature", &f))
		p->body = MIME_OPAQUE;
	if (header_find(header, ENCODING, &f))
		apply_encoding(f.value, p);
}

static void
print_type(const struct header_field *f, const char *charset, struct buf *out)
{
	struct slice text;

	if (charset == NULL) {
		buf_add_slice(out, f->whole);
		return;
	}
	text = slice_trim(f->whole);
	while (text.len > 0 && text.ptr[text.len - 1] == ';')
		text = slice_trim((struct slice){text.ptr, text.len - 1});
	buf_add_slice(out, text);
	buf_addf(out, ";\r\n\tcharset=%s\r\n", charset);
}

static void
print_encoding(const char *encoding, struct buf *out)
{
	buf_addf(out, ENCODING ": %s\r\n", encoding);
}

void
mime_part_print(struct slice header, const struct mime_change *change,
    struct buf *out)
{
	struct header_field f;
	struct slice rest;
	bool version, encoding;
	const char *charset;

	version = change->version;
	charset = change->charset;
	encoding = change->encoding != NULL;
	for (rest = header; header_next(&rest, &f); ) {
		if (header_is(&f, VERSION))
			version = false;
		if (header_is(&f, TYPE)) {
			print_type(&f, charset, out);
			charset = NULL;
		} else if (!header_is(&f, ENCODING) ||
		    change->encoding == NULL) {
			buf_add_slice(out, f.whole);
		} else if (encoding) {
			print_encoding(change->encoding, out);
			encoding = false;
		}
	}
	/* Where a bare LF made a line that is no field. */
	buf_add_slice(out, rest);
	if (version)
		buf_add_string(out, VERSION ": 1.0\r\n");
	if (charset != NULL)
		buf_addf(out, TYPE ": text/plain; charset=%s\r\n", charset);
	if (encoding)
		print_encoding(change->encoding, out);
}
