#include "net/base64.h"

#include <stdint.h>
#include <string.h>

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_encode(struct slice data, struct buf *out)
{
	unsigned char in[3];
	char group[4];
	size_t at, n;

	buf_reserve(out, (data.len + 2) / 3 * 4);
	for (at = 0; at < data.len; at += n) {
		n = data.len - at < 3 ? data.len - at : 3;
		memset(in, 0, sizeof(in));
		memcpy(in, data.ptr + at, n);
		group[0] = alphabet[in[0] >> 2];
		group[1] = alphabet[(in[0] & 3) << 4 | in[1] >> 4];
		group[2] = alphabet[(in[1] & 15) << 2 | in[2] >> 6];
		group[3] = alphabet[in[2] & 63];
		memset(group + 1 + n, '=', 3 - n);
		buf_add(out, group, sizeof(group));
	}
	wipe(in, sizeof(in));
}

/* The six bits of a letter, -1 where it is none. */
static int
value(char c)
{
	const char *at;

	at = c == '\0' ? NULL : strchr(alphabet, c);
	return at == NULL ? -1 : (int)(at - alphabet);
}

/* How many bytes a group of four stands for, 0 if it is wrong. */
static size_t
decode_group(const char *group, unsigned char *out)
{
	uint32_t bits;
	size_t i, pad;
	int six;

	pad = 0;
	bits = 0;
	for (i = 0; i < 4; i++) {
		six = value(group[i]);
		if (group[i] == '=' && i >= 2) {
			pad++;
			six = 0;
		} else if (six < 0 || pad > 0)
			return 0;
		bits = bits << 6 | (uint32_t)six;
	}
	/* Bits that no byte is made of must be zero: one text, one meaning. */
	if ((bits & ((1u << (8 * pad)) - 1)) != 0)
		return 0;
	out[0] = (unsigned char)(bits >> 16);
	out[1] = (unsigned char)(bits >> 8);
	out[2] = (unsigned char)bits;
	return 3 - pad;
}

bool
base64_decode(struct slice text, struct buf *out)
{
	unsigned char bytes[3];
	size_t at, n;

	if (text.len % 4 != 0)
		return false;
	buf_reserve(out, text.len / 4 * 3);
	for (at = 0; at < text.len; at += 4) {
		n = decode_group(text.ptr + at, bytes);
		if (n == 0 || (n < 3 && at + 4 < text.len))
			return false;
		buf_add(out, bytes, n);
	}
	return true;
}
