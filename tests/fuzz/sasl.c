/*
 * Any lines as the challenges of a server, to each mechanism, and the last of
 * them as the words of its 235: no answer is anything but base64 on one line,
 * three are the most, and a server without the password never passes SCRAM.
 * In the first challenge, "%" stands for the nonce that the client chose.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/base64.h"
#include "net/sasl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

static const struct sasl_login login = {
	.user = "jean=bon,x",
	.secret = {"p\303\244ssword", 9},
	.host = "smtp.isp.example",
	.port = 587,
	.binding_name = "tls-exporter",
	.binding = {"0123456789abcdef0123456789abcdef", 32},
};

/* Base64 that decodes, or nothing; its bytes are appended to raw. */
static void
check_line(struct slice line, struct buf *raw)
{
	must(line.len == 0 || slice_is(line, "=") || base64_decode(line, raw));
}

/* The challenge with the nonce put in, in base64 if it begins with "!". */
static void
make_challenge(struct slice line, const char *nonce, struct buf *out)
{
	struct buf raw = BUF_INIT;
	size_t i;

	if (line.len == 0 || line.ptr[0] != '!') {
		buf_add_slice(out, line);
		return;
	}
	for (i = 1; i < line.len; i++)
		if (line.ptr[i] == '%')
			buf_add_string(&raw, nonce);
		else
			buf_add_char(&raw, line.ptr[i]);
	base64_encode(buf_slice(&raw), out);
	buf_free(&raw);
}

/* Asks for so many iterations that it would be slow, and tell nothing more. */
static bool
is_slow(struct slice line)
{
	size_t i, n;

	for (i = 0; i + 2 < line.len; i++) {
		if (line.ptr[i] != 'i' || line.ptr[i + 1] != '=')
			continue;
		n = strspn(line.ptr + i + 2, "0123456789");
		if (n > 4 && n < 8)
			return true;
	}
	return false;
}

static void
converse(struct sasl *s, struct slice lines, bool is_scram)
{
	struct buf out = BUF_INIT, raw = BUF_INIT, text = BUF_INIT;
	struct buf nonce = BUF_INIT;
	const char *at, *why = NULL;
	struct slice line;
	int answered;

	if (sasl_initial(s, &out))
		check_line(buf_slice(&out), &raw);
	at = strstr(buf_string(&raw), ",r=");
	if (is_scram && at != NULL)
		buf_add_string(&nonce, at + 3);
	for (answered = 0; slice_cut(&lines, '\n', &line); answered++) {
		buf_clear(&text);
		buf_clear(&out);
		buf_clear(&raw);
		make_challenge(line, buf_string(&nonce), &text);
		if (!sasl_answer(s, buf_slice(&text), &out, &why))
			break;
		must(answered < 3);
		check_line(buf_slice(&out), &raw);
	}
	must(sasl_is_complete(s, buf_slice(&text), &why) == !is_scram);
	must(!is_scram || why != NULL);
	buf_free(&out);
	buf_free(&raw);
	buf_free(&text);
	buf_free(&nonce);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf lines = BUF_INIT;
	struct sasl *s;
	unsigned bit;

	if (size == 0)
		return 0;
	buf_add(&lines, data + 1, size - 1);
	bit = 1u << (data[0] & 7);
	if (!is_slow(buf_slice(&lines))) {
		s = sasl_new(bit, &login);
		converse(s, buf_slice(&lines),
		    bit == SASL_SCRAM || bit == SASL_SCRAM_PLUS);
		sasl_free(s);
	}
	buf_free(&lines);
	return 0;
}
