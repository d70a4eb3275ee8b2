/*
 * Any bytes as the replies of a server: taken one after the other they stay
 * within the limits, a reply that is cut anywhere is never judged differently,
 * and what is said of it fits what it holds.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

static void
check_reply(const struct reply *r, size_t took)
{
	struct buf words = BUF_INIT;

	must(r->code >= 200 && r->code <= 599);
	must(took <= REPLY_BYTES_MAX);
	must(r->text.len < took);
	must(strlen(r->enhanced) < sizeof(r->enhanced));
	if (r->enhanced[0] != '\0') {
		must(r->enhanced[0] == '0' + r->code / 100);
		must(strspn(r->enhanced, "0123456789.") ==
		    strlen(r->enhanced));
	}
	reply_words(r, &words);
	must(words.len <= r->text.len);
	must(memchr(buf_string(&words), '\n', words.len) == NULL);
	buf_free(&words);
}

/* The first n bytes alone say nothing else than all of them. */
static void
check_prefix(struct slice in, size_t n, long result)
{
	struct reply r = REPLY_INIT;
	const char *why = NULL;
	long early;

	early = reply_parse((struct slice){in.ptr, n}, &r, &why);
	must(early == 0 || early == result);
	must(early >= 0 || why != NULL);
	if (result > 0)
		must((n >= (size_t)result) == (early == result));
	reply_free(&r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = {(const char *)data, size};
	struct reply r = REPLY_INIT;
	const char *why = NULL;
	size_t step;
	long took;

	for (;;) {
		took = reply_parse(in, &r, &why);
		must(took >= -1 && took <= (long)in.len);
		step = in.len / 16 + 1;
		for (size_t n = 0; n < in.len; n += step)
			check_prefix(in, n, took);
		if (took <= 0)
			break;
		check_reply(&r, (size_t)took);
		in.ptr += took;
		in.len -= (size_t)took;
	}
	must(took == 0 || why != NULL);
	/* What may still become a reply is not endless. */
	must(took != 0 || in.len < REPLY_BYTES_MAX);
	reply_free(&r);
	return 0;
}
