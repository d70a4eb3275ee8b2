/*
 * Any bytes as what a caller of the submit socket says: the wishes, the head of
 * a block, and an answer. What is read is printed, and read again as the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/submission.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

static void
check_same(const struct submission *a, const struct submission *b)
{
	size_t i;

	must(a->has_sender == b->has_sender && a->has_uid == b->has_uid);
	must(slice_equal(a->sender, b->sender));
	must(slice_equal(a->name, b->name));
	must((a->name.ptr == NULL) == (b->name.ptr == NULL));
	must(a->uid == b->uid && a->flags == b->flags);
	must(a->notify == b->notify && a->ret == b->ret);
	must(slice_equal(a->envid, b->envid) && a->count == b->count);
	for (i = 0; i < a->count; i++) {
		must(slice_equal(a->recipients[i].addr,
		    b->recipients[i].addr));
		must(slice_equal(a->recipients[i].orcpt,
		    b->recipients[i].orcpt));
		must(a->recipients[i].notify == b->recipients[i].notify);
	}
}

static void
check_wishes(struct slice text)
{
	struct submission s, again;
	struct buf print = BUF_INIT;
	const char *why;

	why = NULL;
	if (!submission_parse(text, &s, &why)) {
		must(why != NULL && s.recipients == NULL);
		return;
	}
	must(submission_find_end(text) <= text.len);
	submission_print(&s, &print);
	must(submission_find_end(buf_slice(&print)) == print.len);
	must(submission_parse(buf_slice(&print), &again, &why));
	check_same(&s, &again);
	submission_free(&again);
	submission_free(&s);
	buf_free(&print);
}

static void
check_head(const char *head)
{
	char again[SUBMISSION_BLOCK_HEAD];
	uint32_t len;
	bool ok;

	ok = submission_block_length(head, &len);
	must(ok == (len <= SUBMISSION_BLOCK_MAX));
	submission_block_head(len, again);
	must(memcmp(head, again, sizeof(again)) == 0);
}

static void
check_answer(struct slice text)
{
	struct submission_answer a, again;
	struct buf print = BUF_INIT, words = BUF_INIT;

	if (submission_answer_parse(text, &a) != 1)
		return;
	buf_add_slice(&words, a.text);
	submission_answer_print(a.status, buf_string(&words), &print);
	must(submission_answer_parse(buf_slice(&print), &again) == 1);
	must(again.status == a.status);
	buf_free(&print);
	buf_free(&words);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size};

	check_wishes(text);
	check_answer(text);
	if (size >= SUBMISSION_BLOCK_HEAD)
		check_head(text.ptr);
	return 0;
}
