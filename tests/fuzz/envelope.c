/*
 * Any bytes as the envelope of a queue file: what is read is printed, and read
 * again as the same; the end that is found is the end that was read.
 */
#include <stdint.h>
#include <stdlib.h>

#include "mail/envelope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

static void
must_equal(struct slice a, struct slice b)
{
	must(slice_equal(a, b));
	must((a.ptr == NULL) == (b.ptr == NULL) || a.len == 0);
}

static void
check_same(const struct envelope *a, const struct envelope *b)
{
	size_t i;

	must(a->header_size == b->header_size && a->body_size == b->body_size);
	must(a->uid == b->uid && a->time == b->time);
	must(a->flags == b->flags && a->ret == b->ret && a->count == b->count);
	must_equal(a->sender, b->sender);
	must_equal(a->envid, b->envid);
	for (i = 0; i < a->count; i++) {
		must_equal(a->recipients[i].addr, b->recipients[i].addr);
		must_equal(a->recipients[i].orcpt, b->recipients[i].orcpt);
		must((a->recipients[i].return_path.ptr == NULL) ==
		    (b->recipients[i].return_path.ptr == NULL));
		must_equal(a->recipients[i].return_path,
		    b->recipients[i].return_path);
		must(a->recipients[i].notify == b->recipients[i].notify);
	}
}

static void
check_again(const struct envelope *e)
{
	struct envelope again;
	struct buf print = BUF_INIT;
	const char *why;

	envelope_print(e, &print);
	must(envelope_find_end(buf_slice(&print)) == print.len);
	must(envelope_parse(buf_slice(&print), &again, &why));
	must(again.length == print.len);
	check_same(e, &again);
	envelope_free(&again);
	buf_free(&print);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size};
	struct envelope e;
	const char *why;

	why = NULL;
	if (envelope_parse(text, &e, &why)) {
		must(e.length == envelope_find_end(text));
		must(e.length <= size);
		check_again(&e);
	} else {
		must(why != NULL && e.recipients == NULL);
	}
	envelope_free(&e);
	return 0;
}
