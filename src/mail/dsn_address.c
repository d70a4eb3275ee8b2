#include "mail/dsn_address.h"

#include <string.h>

#include "mail/utf8.h"

/* The character that n octets of UTF-8 stand for. */
static unsigned long
character(const char *s, size_t n)
{
	unsigned long c;
	size_t i;

	c = (unsigned char)s[0] & (0xffu >> (n + 1));
	for (i = 1; i < n; i++)
		c = c << 6 | ((unsigned char)s[i] & 0x3fu);
	return c;
}

/* RFC 6533 3: \x{HEX} for what is not ASCII and for the octets in special. */
static void
add_embedded(struct slice addr, const char *special, struct buf *out)
{
	size_t i, n;
	unsigned char c;

	for (i = 0; i < addr.len; i += n) {
		c = (unsigned char)addr.ptr[i];
		n = utf8_length((struct slice){addr.ptr + i, addr.len - i});
		if (n > 1)
			buf_addf(out, "\\x{%lX}", character(addr.ptr + i, n));
		else if (c < 0x20 || c > 0x7e || strchr(special, c) != NULL)
			buf_addf(out, "\\x{%X}", c);
		else
			buf_add_char(out, (char)c);
		if (n == 0)
			n = 1;
	}
}

void
dsn_add_address(struct slice addr, struct buf *out)
{
	add_embedded(addr, "", out);
}

void
dsn_add_typed(struct slice addr, struct buf *out)
{
	if (utf8_has_8bit(addr)) {
		buf_add_string(out, "utf-8; ");
		add_embedded(addr, "+\\=", out);
		return;
	}
	buf_add_string(out, "rfc822; ");
	add_embedded(addr, "", out);
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void
dsn_add_xtext(struct slice text, struct buf *out)
{
	struct buf plain = BUF_INIT;
	size_t i;
	int high, low;

	for (i = 0; i < text.len; i++) {
		high = low = -1;
		if (text.ptr[i] == '+' && i + 2 < text.len) {
			high = hex_value(text.ptr[i + 1]);
			low = hex_value(text.ptr[i + 2]);
		}
		if (high < 0 || low < 0) {
			buf_add_char(&plain, text.ptr[i]);
			continue;
		}
		buf_add_char(&plain, (char)(high * 16 + low));
		i += 2;
	}
	add_embedded(buf_slice(&plain), "", out);
	buf_free(&plain);
}

void
dsn_add_orcpt(struct slice orcpt, struct buf *out)
{
	struct slice type;

	slice_cut(&orcpt, ';', &type);
	dsn_add_xtext(type, out);
	buf_add_string(out, "; ");
	dsn_add_xtext(orcpt, out);
}
