/*
 * A byte that says what to mend, then a message, whose LFs become CRLFs: no
 * line is too long afterwards, a body of one part decodes to the same octets,
 * and neither the cutting in pieces nor a second rewriting changes anything.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/header.h"
#include "mail/mime.h"
#include "mail/mime_part.h"
#include "mail/utf8.h"

#define LINE_MAX_OCTETS 998

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

static void
rewrite(struct slice in, unsigned what, size_t step, struct buf *out)
{
	struct mime_rewriter *m;
	size_t n;

	m = mime_begin(what);
	for (; in.len > 0; in.ptr += n, in.len -= n) {
		n = in.len < step ? in.len : step;
		mime_add(m, (struct slice){in.ptr, n}, out);
	}
	mime_end(m, out);
	must(mime_header_size(m) <= out->len);
	must(mime_is_8bit(m) == utf8_has_8bit(buf_slice(out)));
	mime_free(m);
}

static void
check_lines(struct slice text)
{
	const char *end;
	size_t n;

	while (text.len > 0) {
		end = memmem(text.ptr, text.len, "\r\n", 2);
		n = end == NULL ? text.len : (size_t)(end - text.ptr);
		must(n <= LINE_MAX_OCTETS);
		n += end == NULL ? 0 : 2;
		text.ptr += n;
		text.len -= n;
	}
}

static int
value_of(char c, const char *digits)
{
	const char *at;

	at = c == '\0' ? NULL : strchr(digits, c);
	return at == NULL ? -1 : (int)(at - digits);
}

static void
decode_qp(struct slice text, struct buf *out)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t i;

	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] != '=') {
			buf_add_char(out, text.ptr[i]);
		} else if (i + 2 < text.len && text.ptr[i + 1] == '\r') {
			i += 2;
		} else if (i + 2 < text.len &&
		    value_of(text.ptr[i + 1], hex) >= 0 &&
		    value_of(text.ptr[i + 2], hex) >= 0) {
			buf_add_char(out, (char)(
			    value_of(text.ptr[i + 1], hex) * 16 +
			    value_of(text.ptr[i + 2], hex)));
			i += 2;
		} else if (i + 2 < text.len) {
			buf_add_char(out, '=');
		}
	}
}

static void
decode_base64(struct slice text, struct buf *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
	    "mnopqrstuvwxyz0123456789+/";
	unsigned bits, count;
	size_t i;
	int value;

	bits = count = 0;
	for (i = 0; i < text.len; i++) {
		value = value_of(text.ptr[i], digits);
		if (value < 0)
			continue;
		bits = bits << 6 | (unsigned)value;
		count += 6;
		if (count >= 8) {
			count -= 8;
			buf_add_char(out, (char)(bits >> count & 0xff));
		}
	}
}

static bool
is_header(struct slice text)
{
	struct header_field f;

	while (header_next(&text, &f))
		;
	return text.len == 0;
}

/* What a message of one part says; false for others. */
static bool
decode(struct slice message, struct buf *out)
{
	struct mime_part p = {.boundary = BUF_INIT};
	struct slice header, body;
	const char *end;

	end = message.len == 0 ? NULL :
	    memmem(message.ptr, message.len, "\r\n\r\n", 4);
	if (end == NULL)
		return false;
	header = (struct slice){message.ptr,
	    (size_t)(end - message.ptr) + 2};
	body = (struct slice){end + 4, message.len - header.len - 2};
	if (!is_header(header))
		return false;
	mime_part_parse(header, true, false, &p);
	buf_free(&p.boundary);
	if (p.body == MIME_LEAF)
		buf_add_slice(out, body);
	else if (p.body == MIME_ENCODED_QP)
		decode_qp(body, out);
	else if (p.body == MIME_ENCODED_BASE64)
		decode_base64(body, out);
	return p.body == MIME_LEAF || p.body == MIME_ENCODED_QP ||
	    p.body == MIME_ENCODED_BASE64;
}

static void
check_content(struct slice before, struct slice after)
{
	struct buf one = BUF_INIT, other = BUF_INIT;

	if (decode(before, &one)) {
		must(decode(after, &other));
		must(slice_equal(buf_slice(&one), buf_slice(&other)));
	}
	buf_free(&one);
	buf_free(&other);
}

static void
check_message(struct slice in, unsigned what)
{
	struct buf out = BUF_INIT, again = BUF_INIT;

	rewrite(in, what, SIZE_MAX, &out);
	rewrite(in, what, 1, &again);
	must(slice_equal(buf_slice(&out), buf_slice(&again)));
	if ((what & MIME_FIX_LINES) != 0)
		check_lines(buf_slice(&out));
	check_content(in, buf_slice(&out));
	buf_clear(&again);
	rewrite(buf_slice(&out), what, 1024, &again);
	must(slice_equal(buf_slice(&out), buf_slice(&again)));
	buf_free(&out);
	buf_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf wire = BUF_INIT;
	size_t i;

	if (size == 0)
		return 0;
	for (i = 1; i < size; i++) {
		if (data[i] == '\n')
			buf_add_string(&wire, "\r\n");
		else if (data[i] != '\r')
			buf_add_char(&wire, (char)data[i]);
	}
	check_message(buf_slice(&wire), data[0] & 3u);
	buf_free(&wire);
	return 0;
}
