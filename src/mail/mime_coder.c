#include "mail/mime_coder.h"

#include <string.h>

#include "mail/utf8.h"

/* RFC 2045 6.7, 6.8: encoded lines have at most 76 octets. */
#define QP_MAX 75		/* and a "=" */
#define BASE64_MAX 76
/* From here on a line is folded, but in no UTF-8 character. */
#define FOLD_AT 990

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
mime_coder_begin(struct mime_coder *c, enum mime_coding coding)
{
	memset(c, 0, sizeof(*c));
	c->coding = coding;
}

bool
mime_piece_is_long(const struct mime_piece *p)
{
	return !p->starts || p->data.len > MIME_LINE_MAX;
}

static bool
is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* --- as it is ------------------------------------------------------------ */

static void
plain_char(struct mime_coder *c, char octet, bool folds, struct buf *out)
{
	if (folds && (c->column >= MIME_LINE_MAX ||
	    (c->column >= FOLD_AT && !is_continuation(octet)))) {
		buf_add_string(out, "\r\n ");
		c->column = 1;
	}
	if (c->is_masked && (octet & 0x80) != 0)
		octet = '?';
	buf_add_char(out, octet);
	c->column++;
}

static void
plain_add(struct mime_coder *c, const struct mime_piece *p, struct buf *out)
{
	bool is_long;
	size_t i;

	if (p->starts)
		c->column = 0;
	is_long = mime_piece_is_long(p);
	if (is_long || c->is_masked)
		for (i = 0; i < p->data.len; i++)
			plain_char(c, p->data.ptr[i], is_long && c->is_folded,
			    out);
	else
		buf_add_slice(out, p->data);
	if (p->ends)
		buf_add_string(out, "\r\n");
}

/* --- quoted-printable ---------------------------------------------------- */

static void
soft_break(struct mime_coder *c, struct buf *out)
{
	buf_add_string(out, "=\r\n");
	c->column = 0;
	c->is_soft = true;
}

static void
qp_escape(struct mime_coder *c, char octet, struct buf *out)
{
	if (c->column + 3 > QP_MAX)
		soft_break(c, out);
	buf_addf(out, "=%02X", (unsigned char)octet);
	c->column += 3;
}

static void
qp_literal(struct mime_coder *c, char octet, struct buf *out)
{
	if (c->column + 1 > QP_MAX)
		soft_break(c, out);
	/* No line of our making begins like a boundary. */
	if (c->column == 0 && c->is_soft && octet == '-') {
		qp_escape(c, octet, out);
		return;
	}
	buf_add_char(out, octet);
	c->column++;
}

static void
qp_char(struct mime_coder *c, char octet, struct buf *out)
{
	if (c->blank != '\0')
		qp_literal(c, c->blank, out);
	c->blank = '\0';
	if (octet == ' ' || octet == '\t')
		c->blank = octet;
	else if (octet > 0x20 && octet < 0x7f && octet != '=')
		qp_literal(c, octet, out);
	else
		qp_escape(c, octet, out);
}

/* White space at the end of a line would not survive. */
static void
qp_flush(struct mime_coder *c, struct buf *out)
{
	if (c->blank != '\0')
		qp_escape(c, c->blank, out);
	c->blank = '\0';
}

static void
qp_newline(struct mime_coder *c, struct buf *out)
{
	qp_flush(c, out);
	buf_add_string(out, "\r\n");
	c->column = 0;
	c->is_soft = false;
}

/* --- base64 -------------------------------------------------------------- */

static void
base64_digits(struct mime_coder *c, unsigned digits, struct buf *out)
{
	char group[4] = {'=', '=', '=', '='};
	unsigned i;

	if (c->column == BASE64_MAX) {
		buf_add_string(out, "\r\n");
		c->column = 0;
	}
	c->bits <<= 8 * (3 - c->count);
	for (i = 0; i < digits; i++)
		group[i] = alphabet[c->bits >> (18 - 6 * i) & 63];
	buf_add(out, group, sizeof(group));
	c->column += 4;
	c->bits = 0;
	c->count = 0;
}

static void
base64_char(struct mime_coder *c, char octet, struct buf *out)
{
	c->bits = c->bits << 8 | (unsigned char)octet;
	if (++c->count == 3)
		base64_digits(c, 4, out);
}

static void
base64_newline(struct mime_coder *c, struct buf *out)
{
	base64_char(c, '\r', out);
	base64_char(c, '\n', out);
}

static void
base64_end(struct mime_coder *c, struct buf *out)
{
	if (c->count > 0)
		base64_digits(c, c->count + 1, out);
	if (c->column > 0)
		buf_add_string(out, "\r\n");
}

/* --- what is encoded already --------------------------------------------- */

/* Breaks go between the octets of the text, not into a =XX. */
static void
mend_qp_char(struct mime_coder *c, char octet, struct buf *out)
{
	if (c->escape > 0 && octet != '=' && (octet & 0x80) == 0) {
		c->escape--;
		buf_add_char(out, octet);
		c->column++;
		return;
	}
	c->escape = 0;
	if (octet == '=') {
		if (c->column + 3 > QP_MAX)
			soft_break(c, out);
		buf_add_char(out, octet);
		c->column++;
		c->escape = 2;
	} else if ((octet & 0x80) != 0) {
		qp_escape(c, octet, out);
	} else {
		qp_literal(c, octet, out);
	}
}

/* Anything outside the alphabet means nothing there. */
static void
mend_base64_char(struct mime_coder *c, char octet, struct buf *out)
{
	if (octet != '=' && (octet == '\0' || strchr(alphabet, octet) == NULL))
		return;
	if (c->column == BASE64_MAX) {
		buf_add_string(out, "\r\n");
		c->column = 0;
	}
	buf_add_char(out, octet);
	c->column++;
}

static void
mend_add(struct mime_coder *c, const struct mime_piece *p, struct buf *out)
{
	size_t i;

	if (p->starts) {
		c->column = 0;
		c->escape = 0;
		c->is_soft = false;
	}
	if (p->ends && !mime_piece_is_long(p) &&
	    !(c->is_narrowed && utf8_has_8bit(p->data))) {
		buf_add_slice(out, p->data);
	} else {
		for (i = 0; i < p->data.len; i++) {
			if (c->coding == MIME_MEND_QP)
				mend_qp_char(c, p->data.ptr[i], out);
			else
				mend_base64_char(c, p->data.ptr[i], out);
		}
	}
	if (p->ends)
		buf_add_string(out, "\r\n");
}

/* --- all ----------------------------------------------------------------- */

static void
newline(struct mime_coder *c, struct buf *out)
{
	if (c->coding == MIME_QP)
		qp_newline(c, out);
	else
		base64_newline(c, out);
}

void
mime_coder_add(struct mime_coder *c, const struct mime_piece *p,
    struct buf *out)
{
	size_t i;

	if (c->coding == MIME_AS_IS) {
		plain_add(c, p, out);
		return;
	}
	if (c->coding == MIME_MEND_QP || c->coding == MIME_MEND_BASE64) {
		mend_add(c, p, out);
		return;
	}
	if (c->is_pending)
		newline(c, out);
	for (i = 0; i < p->data.len; i++) {
		if (c->coding == MIME_QP)
			qp_char(c, p->data.ptr[i], out);
		else
			base64_char(c, p->data.ptr[i], out);
	}
	c->is_pending = p->ends;
}

void
mime_coder_end(struct mime_coder *c, bool before_boundary, struct buf *out)
{
	if (c->coding != MIME_QP && c->coding != MIME_BASE64)
		return;
	if (c->is_pending && !before_boundary)
		newline(c, out);
	if (c->coding == MIME_BASE64) {
		base64_end(c, out);
		return;
	}
	qp_flush(c, out);
	if (before_boundary && c->is_pending)
		buf_add_string(out, "\r\n");
	else if (c->column > 0)
		soft_break(c, out);
}
