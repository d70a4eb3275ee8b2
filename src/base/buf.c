#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>
#include <unistd.h>

static void __attribute__((noreturn))
out_of_memory(void)
{
	static const char words[] = "navette: out of memory\n";

	/* Nothing is left to do if even this fails. */
	if (write(STDERR_FILENO, words, sizeof(words) - 1) < 0)
		_exit(EX_OSERR);
	_exit(EX_OSERR);
}

void *
xmalloc(size_t size)
{
	void *p;

	p = malloc(size == 0 ? 1 : size);
	if (p == NULL)
		out_of_memory();
	return p;
}

void *
xcalloc(size_t count, size_t size)
{
	void *p;

	p = calloc(count == 0 ? 1 : count, size == 0 ? 1 : size);
	if (p == NULL)
		out_of_memory();
	return p;
}

void *
xrealloc(void *ptr, size_t count, size_t size)
{
	void *p;

	if (count == 0 || size == 0)
		count = size = 1;
	p = reallocarray(ptr, count, size);
	if (p == NULL)
		out_of_memory();
	return p;
}

char *
xstrdup(const char *s)
{
	size_t len;
	char *copy;

	len = strlen(s) + 1;
	copy = xmalloc(len);
	memcpy(copy, s, len);
	return copy;
}

/* It costs as much as a small message. */
#define MANY 1000

void
xtrim(size_t parts)
{
	if (parts > MANY)
		malloc_trim(0);
}

void
buf_reserve(struct buf *b, size_t extra)
{
	size_t need, cap;

	if (extra > SIZE_MAX / 2 - b->len - 1)
		out_of_memory();
	need = b->len + extra + 1;
	if (need <= b->cap)
		return;
	cap = b->cap < 64 ? 64 : b->cap;
	while (cap < need)
		cap += cap / 2;
	b->data = xrealloc(b->data, cap, 1);
	b->cap = cap;
	b->data[b->len] = '\0';
}

void
buf_add(struct buf *b, const void *data, size_t len)
{
	buf_reserve(b, len);
	if (len > 0)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void
buf_add_slice(struct buf *b, struct slice s)
{
	buf_add(b, s.ptr, s.len);
}

void
buf_add_string(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_add_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	size_t room;
	int n;

	/* Most of it fits at once. */
	buf_reserve(b, 63);
	room = b->cap - b->len;
	va_copy(again, ap);
	n = vsnprintf(b->data + b->len, room, fmt, again);
	va_end(again);
	if (n >= 0 && (size_t)n >= room) {
		buf_reserve(b, (size_t)n);
		vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	}
	if (n >= 0)
		b->len += (size_t)n;
	b->data[b->len] = '\0';
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(b, fmt, ap);
	va_end(ap);
}

static void
escape(struct buf *b, struct slice s, size_t max, unsigned char lowest)
{
	size_t i, n;
	unsigned char c;

	n = s.len < max ? s.len : max;
	for (i = 0; i < n; i++) {
		c = (unsigned char)s.ptr[i];
		if (c == '\\')
			buf_add_string(b, "\\\\");
		else if (c >= lowest && c < 0x7f)
			buf_add_char(b, (char)c);
		else
			buf_addf(b, "\\x%02x", c);
	}
	if (n < s.len)
		buf_add_string(b, "...");
}

void
buf_add_escaped(struct buf *b, struct slice s, size_t max)
{
	escape(b, s, max, ' ');
}

void
buf_add_word(struct buf *b, struct slice s, size_t max)
{
	escape(b, s, max, '!');
}

void
buf_add_quoted(struct buf *b, struct slice s)
{
	size_t i;

	buf_add_char(b, '"');
	for (i = 0; i < s.len; i++) {
		if (s.ptr[i] == '"')
			buf_add_char(b, '\\');
		buf_add_char(b, s.ptr[i]);
	}
	buf_add_char(b, '"');
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool
buf_add_unescaped(struct buf *b, struct slice s)
{
	size_t i;
	int high, low;

	for (i = 0; i < s.len; i++) {
		if (s.ptr[i] != '\\') {
			buf_add_char(b, s.ptr[i]);
			continue;
		}
		if (i + 1 < s.len && s.ptr[i + 1] == '\\') {
			buf_add_char(b, '\\');
			i++;
			continue;
		}
		if (i + 3 >= s.len || s.ptr[i + 1] != 'x')
			return false;
		high = hex_value(s.ptr[i + 2]);
		low = hex_value(s.ptr[i + 3]);
		if (high < 0 || low < 0)
			return false;
		buf_add_char(b, (char)(high * 16 + low));
		i += 3;
	}
	return true;
}

void
buf_consume(struct buf *b, size_t n)
{
	if (n >= b->len) {
		buf_clear(b);
		return;
	}
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
	b->data[b->len] = '\0';
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	if (b->data != NULL)
		b->data[0] = '\0';
}

void
buf_free(struct buf *b)
{
	free(b->data);
	b->data = NULL;
	b->len = b->cap = 0;
}

void
buf_wipe(struct buf *b)
{
	if (b->data != NULL)
		wipe(b->data, b->cap);
	buf_free(b);
}

const char *
buf_string(const struct buf *b)
{
	return b->data == NULL ? "" : b->data;
}

struct slice
buf_slice(const struct buf *b)
{
	return (struct slice){b->data, b->len};
}

struct slice
slice_from(const char *s)
{
	return (struct slice){s, s == NULL ? 0 : strlen(s)};
}

bool
slice_is(struct slice s, const char *word)
{
	return slice_equal(s, slice_from(word));
}

bool
slice_is_nocase(struct slice s, const char *word)
{
	return slice_equal_nocase(s, slice_from(word));
}

bool
slice_equal(struct slice a, struct slice b)
{
	return a.len == b.len &&
	    (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool
slice_equal_nocase(struct slice a, struct slice b)
{
	return a.len == b.len &&
	    (a.len == 0 || strncasecmp(a.ptr, b.ptr, a.len) == 0);
}

bool
slice_starts(struct slice s, const char *prefix)
{
	size_t n;

	n = strlen(prefix);
	return s.len >= n && (n == 0 || memcmp(s.ptr, prefix, n) == 0);
}

bool
slice_starts_nocase(struct slice s, const char *prefix)
{
	size_t n;

	n = strlen(prefix);
	return s.len >= n && (n == 0 || strncasecmp(s.ptr, prefix, n) == 0);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice
slice_trim(struct slice s)
{
	while (s.len > 0 && is_blank(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len > 0 && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

bool
slice_cut(struct slice *s, char c, struct slice *part)
{
	size_t at;

	if (s->ptr == NULL)
		return false;
	at = slice_find(*s, c);
	*part = (struct slice){s->ptr, at};
	if (at == s->len)
		*s = (struct slice){NULL, 0};
	else
		*s = (struct slice){s->ptr + at + 1, s->len - at - 1};
	return true;
}

size_t
slice_find(struct slice s, char c)
{
	const char *at;

	at = s.len == 0 ? NULL : memchr(s.ptr, c, s.len);
	return at == NULL ? s.len : (size_t)(at - s.ptr);
}

char *
slice_dup(struct slice s)
{
	char *copy;

	copy = xmalloc(s.len + 1);
	if (s.len > 0)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return copy;
}

bool
slice_to_number(struct slice s, unsigned long long max,
    unsigned long long *out)
{
	unsigned long long value, digit;
	size_t i;

	value = 0;
	for (i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		digit = (unsigned long long)(s.ptr[i] - '0');
		if (value > (max - digit) / 10 || digit > max)
			return false;
		value = value * 10 + digit;
	}
	if (s.len == 0)
		return false;
	*out = value;
	return true;
}

void
wipe(void *data, size_t len)
{
	explicit_bzero(data, len);
}
