#include "bytes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

_Noreturn void
die(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	fputs("smarthost: ", stderr);
	vfprintf(stderr, format, list);
	fputc('\n', stderr);
	va_end(list);
	exit(EX_SOFTWARE);
}

void *
must_alloc(size_t size)
{
	void *p = calloc(1, size);

	if (p == NULL)
		die("out of memory");
	return p;
}

void *
must_keep(size_t size)
{
	static struct kept {
		struct kept *next;
		max_align_t memory[];
	} *all;
	struct kept *kept = must_alloc(sizeof(*kept) + size);

	kept->next = all;
	all = kept;
	return kept->memory;
}

char *
must_copy(const char *text, size_t len)
{
	char *copy = must_alloc(len + 1);

	if (len > 0)
		memcpy(copy, text, len);
	return copy;
}

uint64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

char *
bytes_room(struct bytes *b, size_t n)
{
	if (b->cap - b->len <= n) {
		size_t cap = (b->len + n + 1) * 2;
		char *data = realloc(b->data, cap);

		if (data == NULL)
			die("out of memory");
		b->data = data;
		b->cap = cap;
	}
	return b->data + b->len;
}

void
bytes_add(struct bytes *b, const void *data, size_t n)
{
	char *room = bytes_room(b, n);

	if (n > 0)
		memcpy(room, data, n);
	room[n] = '\0';
	b->len += n;
}

void
bytes_text(struct bytes *b, const char *text)
{
	bytes_add(b, text, strlen(text));
}

void
bytes_format_list(struct bytes *b, const char *format, va_list list)
{
	va_list again;
	int n;

	va_copy(again, list);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n < 0)
		die("cannot format text: %s", strerror(errno));
	vsnprintf(bytes_room(b, (size_t)n), (size_t)n + 1, format, list);
	b->len += (size_t)n;
}

void
bytes_format(struct bytes *b, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	bytes_format_list(b, format, list);
	va_end(list);
}

void
bytes_drop(struct bytes *b, size_t n)
{
	if (n == 0)
		return;
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
	b->data[b->len] = '\0';
}

void
bytes_clear(struct bytes *b)
{
	b->len = 0;
	if (b->data != NULL)
		b->data[0] = '\0';
}

void
bytes_free(struct bytes *b)
{
	free(b->data);
	*b = (struct bytes){ 0 };
}

const char *
bytes_string(const struct bytes *b)
{
	return b->data == NULL ? "" : b->data;
}

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_encode(const void *data, size_t n, struct bytes *out)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16;
		char group[4];

		if (i + 1 < n)
			v |= (uint32_t)p[i + 1] << 8;
		if (i + 2 < n)
			v |= p[i + 2];
		for (size_t digit = 0; digit < 4; digit++)
			group[digit] = alphabet[v >> (18 - 6 * digit) & 63];
		if (i + 2 >= n)
			group[3] = '=';
		if (i + 1 >= n)
			group[2] = '=';
		bytes_add(out, group, sizeof(group));
	}
	bytes_add(out, "", 0);
}

/* Adds the one to three bytes of a group; false if it is not one. */
static bool
base64_group(const char *group, bool last, struct bytes *out)
{
	size_t digits = 4;
	uint32_t v = 0;
	char three[3];

	if (last && group[3] == '=')
		digits = group[2] == '=' ? 2 : 3;
	for (size_t i = 0; i < 4; i++) {
		const char *at = i < digits ? strchr(alphabet, group[i]) : "";

		if (at == NULL || (i < digits && group[i] == '\0'))
			return false;
		v = v << 6 | (i < digits ? (uint32_t)(at - alphabet) : 0);
	}
	three[0] = (char)(v >> 16);
	three[1] = (char)(v >> 8 & 255);
	three[2] = (char)(v & 255);
	bytes_add(out, three, digits - 1);
	return (v & (digits == 4 ? 0 : digits == 3 ? 0xffU : 0xffffU)) == 0;
}

bool
base64_decode(const char *text, struct bytes *out)
{
	size_t len = strlen(text);

	bytes_clear(out);
	bytes_add(out, "", 0);
	if (len % 4 != 0)
		return false;
	for (size_t i = 0; i < len; i += 4)
		if (!base64_group(text + i, i + 4 == len, out))
			return false;
	return true;
}

void
hex_encode(const void *data, size_t n, struct bytes *out)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < n; i++)
		bytes_format(out, "%02x", p[i]);
}

bool
number_parse(const char *text, uint64_t max, uint64_t *number)
{
	uint64_t value = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (uint64_t)(*text - '0');
		if (value > max)
			return false;
	}
	*number = value;
	return true;
}
