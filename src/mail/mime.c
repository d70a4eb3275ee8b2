#include "mail/mime.h"

#include <stdlib.h>
#include <string.h>

#include "mail/header.h"
#include "mail/mime_coder.h"
#include "mail/mime_part.h"
#include "mail/utf8.h"

/* A longer header is passed on as it is, and so is what follows it. */
#define HEADER_MAX (8u << 20)
/* What is looked at of a part before its encoding is chosen. */
#define HELD_MAX (256u << 10)
/* Lines come in pieces of this; more than a legal line with its end. */
#define PIECE_MAX 1024
/* Multiparts within each other; a deeper one is not taken apart. */
#define DEPTH_MAX 30

struct level {
	struct buf boundary;
	bool is_digest;
};

enum place {
	IN_HEADER,
	IN_LONG_HEADER,		/* no longer held */
	IN_HELD_BODY,		/* of a part whose header is held, too */
	IN_BODY
};

struct mime_rewriter {
	unsigned what;
	enum place place;
	struct buf line;	/* of the present line, what was not used */
	struct buf header;	/* fields of the present part */
	struct buf held;	/* the body so far, CRLFs included */
	size_t hard;		/* octets of it that quoted-printable makes
				 * three of */
	size_t before;		/* octets put out by earlier calls */
	size_t start;		/* of out, where this call began */
	size_t header_size;
	size_t depth;
	struct level levels[DEPTH_MAX];
	struct mime_part part;
	struct mime_coder coder;
	bool is_line_begun;	/* an earlier piece of the line was used */
	bool is_message;	/* the header is that of a message */
	bool in_digest;
	bool has_long;		/* what was held has a line too long, */
	bool has_8bit;		/* a byte above 127 */
	bool has_header_size;
	bool is_8bit;
};

struct mime_rewriter *
mime_begin(unsigned what)
{
	struct mime_rewriter *m;

	m = xcalloc(1, sizeof(*m));
	m->what = what;
	m->is_message = true;
	return m;
}

/* Everything above the parts of the message header is a part's. */
static void
header_done(struct mime_rewriter *m, const struct buf *out)
{
	if (!m->has_header_size)
		m->header_size = m->before + out->len - m->start;
	m->has_header_size = true;
	buf_clear(&m->header);
}

/* Folds only lines that are too long, and only where that is wanted. */
static void
header_put(const struct mime_rewriter *m, struct slice text, struct buf *out)
{
	if ((m->what & MIME_FIX_LINES) != 0)
		header_fold(text, MIME_LINE_MAX, out);
	else
		buf_add_slice(out, text);
}

/* Puts out the header, changed, with the empty line behind it. */
static void
header_print(struct mime_rewriter *m, const struct mime_change *change,
    const char *end, struct buf *out)
{
	struct buf text = BUF_INIT;

	mime_part_print(buf_slice(&m->header), change, &text);
	header_put(m, buf_slice(&text), out);
	buf_add_string(out, end);
	buf_free(&text);
	header_done(m, out);
}

static void
body_begin(struct mime_rewriter *m, enum mime_coding coding)
{
	mime_coder_begin(&m->coder, coding);
	m->coder.is_folded = (m->what & MIME_FIX_LINES) != 0;
	m->coder.is_narrowed = (m->what & MIME_FIX_8BIT) != 0;
	m->place = IN_BODY;
}

/* What nobody reads: before the first part of a multipart, after the last. */
static void
margin_begin(struct mime_rewriter *m)
{
	body_begin(m, MIME_AS_IS);
	m->coder.is_masked = (m->what & MIME_FIX_8BIT) != 0;
}

static void
level_push(struct mime_rewriter *m)
{
	struct level *l = &m->levels[m->depth++];

	buf_clear(&l->boundary);
	buf_add_slice(&l->boundary, buf_slice(&m->part.boundary));
	l->is_digest = m->part.is_digest;
}

static void
held_begin(struct mime_rewriter *m)
{
	buf_clear(&m->held);
	m->has_long = m->has_8bit = false;
	m->hard = 0;
	m->place = IN_HELD_BODY;
}

static enum mime_coding
coding_of(enum mime_body body)
{
	if (body == MIME_ENCODED_QP)
		return MIME_MEND_QP;
	return body == MIME_ENCODED_BASE64 ? MIME_MEND_BASE64 : MIME_AS_IS;
}

/* The header is whole: what follows it? */
static void
header_close(struct mime_rewriter *m, struct buf *out)
{
	struct mime_change change = {NULL, NULL, false};
	enum mime_body body;

	mime_part_parse(buf_slice(&m->header), m->is_message, m->in_digest,
	    &m->part);
	body = m->part.body;
	if (body == MIME_MULTIPART && m->depth == DEPTH_MAX)
		body = MIME_OPAQUE;
	if (body == MIME_LEAF) {
		held_begin(m);
		return;
	}
	if ((body == MIME_MULTIPART || body == MIME_MESSAGE) &&
	    m->part.is_wide && (m->what & MIME_FIX_8BIT) != 0)
		change.encoding = "7bit";
	header_print(m, &change, "\r\n", out);
	m->is_message = body == MIME_MESSAGE;
	if (body == MIME_MESSAGE) {
		m->place = IN_HEADER;
	} else if (body == MIME_MULTIPART) {
		level_push(m);
		margin_begin(m);
	} else {
		body_begin(m, coding_of(body));
	}
}

/* Passes the header on as it came, without what is to be known of it. */
static void
header_give_up(struct mime_rewriter *m, struct buf *out)
{
	header_put(m, buf_slice(&m->header), out);
	body_begin(m, MIME_AS_IS);
}

static bool
is_header_line(const struct mime_rewriter *m, struct slice line)
{
	enum header_line kind;

	kind = header_line_kind(line);
	return kind == HEADER_LINE_FIELD ||
	    (kind == HEADER_LINE_MORE && m->header.len > 0);
}

static void
piece_add(struct buf *to, const struct mime_piece *p)
{
	buf_add_slice(to, p->data);
	if (p->ends)
		buf_add_string(to, "\r\n");
}

static void
header_piece(struct mime_rewriter *m, const struct mime_piece *p,
    struct buf *out)
{
	if (p->starts && p->ends && p->data.len == 0) {
		header_close(m, out);
	} else if (p->starts && !is_header_line(m, p->data)) {
		/* A body without an empty line before it. */
		header_give_up(m, out);
		header_done(m, out);
		mime_coder_add(&m->coder, p, out);
	} else if (m->header.len > HEADER_MAX && p->starts) {
		header_give_up(m, out);
		buf_clear(&m->header);
		m->place = IN_LONG_HEADER;
		mime_coder_add(&m->coder, p, out);
	} else {
		piece_add(&m->header, p);
	}
}

static void
long_header_piece(struct mime_rewriter *m, const struct mime_piece *p,
    struct buf *out)
{
	mime_coder_add(&m->coder, p, out);
	if (p->starts && p->ends && p->data.len == 0) {
		header_done(m, out);
		body_begin(m, MIME_AS_IS);
	}
}

/* How the held part is to be encoded; is_whole: there is no more of it. */
static enum mime_coding
coding_choose(const struct mime_rewriter *m, bool is_whole)
{
	if (is_whole && !(m->has_long && (m->what & MIME_FIX_LINES) != 0) &&
	    !(m->has_8bit && (m->what & MIME_FIX_8BIT) != 0))
		return MIME_AS_IS;
	/* Text stays readable, unless most of it would not be. */
	return m->part.is_text && m->hard <= m->held.len / 4 ?
	    MIME_QP : MIME_BASE64;
}

static void
held_replay(struct mime_rewriter *m, struct buf *out)
{
	struct slice rest;
	struct mime_piece p;
	const char *end;

	for (rest = buf_slice(&m->held); rest.len > 0; ) {
		end = memmem(rest.ptr, rest.len, "\r\n", 2);
		p = (struct mime_piece){rest, true, end != NULL};
		if (end != NULL)
			p.data.len = (size_t)(end - rest.ptr);
		mime_coder_add(&m->coder, &p, out);
		rest.ptr += p.data.len + (p.ends ? 2 : 0);
		rest.len -= p.data.len + (p.ends ? 2 : 0);
	}
	buf_clear(&m->held);
}

/* What nobody named is UTF-8 where it can be (the last character may be cut off
 * where there is more), else RFC 1428 has a name for it. */
static const char *
charset_guess(const struct mime_rewriter *m, bool is_whole)
{
	size_t cut, most;

	most = is_whole || m->held.len < 3 ? 0 : 3;
	for (cut = 0; m->has_8bit && cut <= most; cut++)
		if (utf8_is_valid((struct slice){m->held.data,
		    m->held.len - cut}))
			return "utf-8";
	return "unknown-8bit";
}

static void
held_close(struct mime_rewriter *m, bool is_whole, struct buf *out)
{
	struct mime_change change = {NULL, NULL, false};
	enum mime_coding coding;

	coding = coding_choose(m, is_whole);
	if (coding != MIME_AS_IS) {
		change.encoding = coding == MIME_QP ? "quoted-printable" :
		    "base64";
		if (m->part.is_text && !m->part.has_charset &&
		    (m->has_8bit || !is_whole))
			change.charset = charset_guess(m, is_whole);
		change.version = m->is_message;
	} else if (m->part.is_wide && (m->what & MIME_FIX_8BIT) != 0) {
		change.encoding = "7bit";
	}
	header_print(m, &change, "\r\n", out);
	body_begin(m, coding);
	held_replay(m, out);
}

static bool
is_hard(char c)
{
	return c == '=' || c > 0x7e || (c < 0x20 && c != '\t');
}

static void
held_piece(struct mime_rewriter *m, const struct mime_piece *p,
    struct buf *out)
{
	size_t i;

	piece_add(&m->held, p);
	m->has_long = m->has_long || mime_piece_is_long(p);
	m->has_8bit = m->has_8bit || utf8_has_8bit(p->data);
	for (i = 0; i < p->data.len; i++)
		m->hard += is_hard(p->data.ptr[i]);
	/* Whole lines only, so that a CRLF is not cut in two. */
	if (m->held.len > HELD_MAX)
		held_close(m, false, out);
}

static void
part_close(struct mime_rewriter *m, bool before_boundary, struct buf *out)
{
	struct mime_change change = {NULL, NULL, false};

	if (m->place == IN_HEADER)
		header_print(m, &change, "", out);
	else if (m->place == IN_LONG_HEADER)
		header_done(m, out);
	else if (m->place == IN_HELD_BODY)
		held_close(m, true, out);
	if (m->place == IN_BODY)
		mime_coder_end(&m->coder, before_boundary, out);
}

/* Whether line is "--" and the boundary, with "--" and white space behind. */
static bool
is_boundary(struct slice line, const struct buf *boundary, bool *is_last)
{
	line.ptr += 2;
	line.len -= 2;
	if (line.len < boundary->len ||
	    memcmp(line.ptr, boundary->data, boundary->len) != 0)
		return false;
	line.ptr += boundary->len;
	line.len -= boundary->len;
	*is_last = slice_starts(line, "--");
	if (*is_last) {
		line.ptr += 2;
		line.len -= 2;
	}
	return slice_trim(line).len == 0;
}

/* The boundary of an outer multipart ends the inner ones, too. */
static bool
boundary_take(struct mime_rewriter *m, const struct mime_piece *p,
    struct buf *out)
{
	size_t i;
	bool is_last;

	is_last = false;
	if (!slice_starts(p->data, "--"))
		return false;
	for (i = m->depth; i > 0; i--)
		if (is_boundary(p->data, &m->levels[i - 1].boundary,
		    &is_last))
			break;
	if (i == 0)
		return false;
	part_close(m, true, out);
	m->depth = is_last ? i - 1 : i;
	m->is_message = false;
	m->in_digest = m->levels[i - 1].is_digest;
	m->place = IN_HEADER;
	if (is_last)
		margin_begin(m);
	piece_add(out, p);
	return true;
}

static void
piece_take(struct mime_rewriter *m, const struct mime_piece *p,
    struct buf *out)
{
	if (p->starts && boundary_take(m, p, out))
		return;
	switch (m->place) {
	case IN_HEADER:
		header_piece(m, p, out);
		break;
	case IN_LONG_HEADER:
		long_header_piece(m, p, out);
		break;
	case IN_HELD_BODY:
		held_piece(m, p, out);
		break;
	case IN_BODY:
		mime_coder_add(&m->coder, p, out);
		break;
	}
}

/* Uses up the line, or as much of it as may be: not the CR of a CRLF. */
static void
line_use(struct mime_rewriter *m, bool at_end, struct buf *out)
{
	struct mime_piece p;
	bool keeps_cr;
	size_t n;

	n = m->line.len;
	p = (struct mime_piece){buf_slice(&m->line), !m->is_line_begun,
	    n >= 2 && memcmp(m->line.data + n - 2, "\r\n", 2) == 0};
	keeps_cr = !p.ends && !at_end && m->line.data[n - 1] == '\r';
	p.data.len -= p.ends ? 2 : keeps_cr;
	piece_take(m, &p, out);
	m->is_line_begun = !p.ends;
	buf_clear(&m->line);
	if (keeps_cr)
		buf_add_char(&m->line, '\r');
}

static void
call_begin(struct mime_rewriter *m, const struct buf *out)
{
	m->start = out->len;
}

static void
call_end(struct mime_rewriter *m, const struct buf *out)
{
	m->before += out->len - m->start;
	m->is_8bit = m->is_8bit || (out->len > m->start && utf8_has_8bit(
	    (struct slice){out->data + m->start, out->len - m->start}));
}

void
mime_add(struct mime_rewriter *m, struct slice wire, struct buf *out)
{
	size_t n, room;

	call_begin(m, out);
	for (; wire.len > 0; wire.ptr += n, wire.len -= n) {
		room = PIECE_MAX - m->line.len;
		n = slice_find(wire, '\n');
		if (n < wire.len)
			n++;
		if (n > room)
			n = room;
		buf_add(&m->line, wire.ptr, n);
		if (m->line.len == PIECE_MAX || (m->line.len >= 2 &&
		    memcmp(m->line.data + m->line.len - 2, "\r\n", 2) == 0))
			line_use(m, false, out);
	}
	call_end(m, out);
}

void
mime_end(struct mime_rewriter *m, struct buf *out)
{
	call_begin(m, out);
	if (m->line.len > 0)
		line_use(m, true, out);
	part_close(m, false, out);
	call_end(m, out);
}

size_t
mime_header_size(const struct mime_rewriter *m)
{
	return m->header_size;
}

bool
mime_is_8bit(const struct mime_rewriter *m)
{
	return m->is_8bit;
}

void
mime_free(struct mime_rewriter *m)
{
	size_t i;

	for (i = 0; i < DEPTH_MAX; i++)
		buf_free(&m->levels[i].boundary);
	buf_free(&m->line);
	buf_free(&m->header);
	buf_free(&m->held);
	buf_free(&m->part.boundary);
	free(m);
}
