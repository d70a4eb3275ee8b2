#include "mail/utf8.h"

#include <stdint.h>

/* What the first byte tells: which bits it has set, how long the character is,
 * and the smallest value that needs so many octets. */
static const struct form {
	unsigned char mask;
	unsigned char lead;
	unsigned char length;
	uint32_t least;
} forms[] = {
	{0x80, 0x00, 1, 0},
	{0xe0, 0xc0, 2, 0x80},
	{0xf0, 0xe0, 3, 0x800},
	{0xf8, 0xf0, 4, 0x10000},
};

#define FORMS (sizeof(forms) / sizeof(forms[0]))

static const struct form *
find_form(unsigned char first)
{
	size_t i;

	for (i = 0; i < FORMS; i++)
		if ((first & forms[i].mask) == forms[i].lead)
			return &forms[i];
	return NULL;
}

size_t
utf8_length(struct slice s)
{
	const struct form *f;
	uint32_t value;
	unsigned char c;
	size_t i;

	if (s.len == 0)
		return 0;
	c = (unsigned char)s.ptr[0];
	f = find_form(c);
	if (f == NULL || f->length > s.len)
		return 0;
	value = (uint32_t)(c & ~f->mask);
	for (i = 1; i < f->length; i++) {
		c = (unsigned char)s.ptr[i];
		if ((c & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (c & 0x3f);
	}
	if (value < f->least || value > 0x10ffff ||
	    (value >= 0xd800 && value <= 0xdfff))
		return 0;
	return f->length;
}

bool
utf8_is_valid(struct slice s)
{
	size_t n;

	while (s.len > 0) {
		n = utf8_length(s);
		if (n == 0)
			return false;
		s.ptr += n;
		s.len -= n;
	}
	return true;
}

bool
utf8_has_8bit(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (((unsigned char)s.ptr[i] & 0x80) != 0)
			return true;
	return false;
}
