#include "mail/address.h"

#include <string.h>

#include "mail/utf8.h"

/* RFC 2047: an encoded word has at most 75 octets. */
#define ENCODED_WORD_MAX 75

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

/* What may stand in an encoded word of a phrase (RFC 2047 section 5). */
static bool
is_plain_q(char c)
{
	return is_alnum(c) || (c != '\0' && strchr("!*+-/", c) != NULL);
}

static char
printable(char c)
{
	if (c == '\t')
		return ' ';
	if ((unsigned char)c < 0x20 || c == 0x7f)
		return '?';
	return c;
}

/* Whether words, single spaces and no more than atext make the name. */
static bool
is_atoms(struct slice name)
{
	size_t i;
	char c, last;

	last = ' ';
	for (i = 0; i < name.len; i++) {
		c = name.ptr[i];
		if (c == ' ' && last == ' ')
			return false;
		if (c != ' ' && !is_alnum(c) &&
		    (c == '\0' || strchr("!#$%&'*+-/=?^_`{|}~", c) == NULL))
			return false;
		last = c;
	}
	return last != ' ';
}

static void
print_quoted(struct slice name, struct buf *out)
{
	size_t i;

	buf_add_char(out, '"');
	for (i = 0; i < name.len; i++) {
		if (name.ptr[i] == '"' || name.ptr[i] == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, printable(name.ptr[i]));
	}
	buf_add_char(out, '"');
}

static void
encode_char(struct slice bytes, struct buf *out)
{
	size_t i;
	char c;

	for (i = 0; i < bytes.len; i++) {
		c = printable(bytes.ptr[i]);
		if (c == ' ')
			buf_add_char(out, '_');
		else if (is_plain_q(c))
			buf_add_char(out, c);
		else
			buf_addf(out, "=%02X", (unsigned char)c);
	}
}

/* No character is cut in two (RFC 2047 section 5, last rule). White space
 * between two encoded words is not shown. */
static void
print_encoded(struct slice name, struct buf *out)
{
	struct buf piece = BUF_INIT;
	const char *head;
	size_t start, n;
	bool utf8;

	utf8 = utf8_is_valid(name);
	head = utf8 ? "=?UTF-8?Q?" : "=?unknown-8bit?Q?";
	start = out->len;
	buf_add_string(out, head);
	while (name.len > 0) {
		n = utf8 ? utf8_length(name) : 1;
		buf_clear(&piece);
		encode_char((struct slice){name.ptr, n}, &piece);
		if (out->len - start + piece.len + 2 > ENCODED_WORD_MAX) {
			buf_add_string(out, "?= ");
			start = out->len;
			buf_add_string(out, head);
		}
		buf_add_slice(out, buf_slice(&piece));
		name.ptr += n;
		name.len -= n;
	}
	buf_add_string(out, "?=");
	buf_free(&piece);
}

void
address_print_phrase(struct slice name, struct buf *out)
{
	if (name.len == 0)
		return;
	if (utf8_has_8bit(name))
		print_encoded(name, out);
	else if (is_atoms(name))
		buf_add_slice(out, name);
	else
		print_quoted(name, out);
}

void
xtext_print(struct slice text, struct buf *out)
{
	size_t i;
	char c;

	for (i = 0; i < text.len; i++) {
		c = text.ptr[i];
		if (c > 0x20 && c < 0x7f && c != '+' && c != '=')
			buf_add_char(out, c);
		else
			buf_addf(out, "+%02X", (unsigned char)c);
	}
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

bool
xtext_is_valid(struct slice text)
{
	size_t i;
	char c;

	for (i = 0; i < text.len; i++) {
		c = text.ptr[i];
		if (c <= 0x20 || c >= 0x7f || c == '=')
			return false;
		if (c != '+')
			continue;
		if (i + 2 >= text.len || !is_hex(text.ptr[i + 1]) ||
		    !is_hex(text.ptr[i + 2]))
			return false;
		i += 2;
	}
	return true;
}
