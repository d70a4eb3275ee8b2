#include "mail/lines.h"

#include <stdint.h>
#include <string.h>

static bool
is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

void
lines_add_clean(struct buf *out, struct slice s)
{
	size_t i, from;

	from = out->len;
	buf_add_slice(out, s);
	for (i = from; i < out->len; i++)
		if (is_control(out->data[i]))
			out->data[i] = '?';
}

void
lines_print(const char *key, struct slice value, struct buf *out)
{
	buf_add_string(out, key);
	buf_add_char(out, ' ');
	lines_add_clean(out, value);
	buf_add_char(out, '\n');
}

size_t
lines_find_end(struct slice text, const char *magic)
{
	const char *at;
	size_t n;

	n = strlen(magic);
	if (n > text.len)
		n = text.len;
	if (n > 0 && memcmp(text.ptr, magic, n) != 0)
		return text.len;
	at = text.len == 0 ? NULL : memmem(text.ptr, text.len, "\n\n", 2);
	return at == NULL ? 0 : (size_t)(at - text.ptr) + 2;
}

static bool
value_is_clean(struct slice value, bool has_fields)
{
	size_t i;

	for (i = 0; i < value.len; i++)
		if (is_control(value.ptr[i]) &&
		    (value.ptr[i] != '\t' || !has_fields))
			return false;
	return true;
}

/* Cuts the value off; false where the line is not of that key. */
static bool
line_is(struct slice line, const struct line_key *key, struct slice *value)
{
	size_t n;

	n = strlen(key->name);
	if (line.len <= n || memcmp(line.ptr, key->name, n) != 0 ||
	    line.ptr[n] != (key->many ? '\t' : ' '))
		return false;
	*value = (struct slice){line.ptr + n + 1, line.len - n - 1};
	return true;
}

static const char *
line_take(struct slice line, const struct line_key *keys, size_t count,
    void *into, uint32_t *seen)
{
	struct slice value;
	size_t i;

	for (i = 0; i < count && !line_is(line, &keys[i], &value); i++)
		;
	if (i == count)
		return "a key is unknown";
	if (!keys[i].many && (*seen & 1u << i) != 0)
		return "a key is there twice";
	*seen |= 1u << i;
	if (!value_is_clean(value, keys[i].many) ||
	    !keys[i].take(into, value))
		return "a value makes no sense";
	return NULL;
}

bool
lines_parse(struct slice text, const struct line_key *keys, size_t count,
    void *into, const char **why)
{
	struct slice line;
	uint32_t seen;
	size_t i;

	seen = 0;
	while (text.len > 0) {
		slice_cut(&text, '\n', &line);
		*why = line_take(line, keys, count, into, &seen);
		if (*why != NULL)
			return false;
	}
	for (i = 0; i < count; i++) {
		if (keys[i].required && (seen & 1u << i) == 0) {
			*why = "a key is missing";
			return false;
		}
	}
	return true;
}
