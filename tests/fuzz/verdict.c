/*
 * Any bytes as the line of a verdict: what is read is printed, and read again
 * as the same; and whatever the words are, they are judged.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/advice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

static void
check_again(const struct verdict *v)
{
	struct verdict again;
	struct buf print = BUF_INIT, words = BUF_INIT;
	size_t i;

	verdict_print(v, &print);
	for (i = 0; i < print.len; i++)
		must(print.data[i] >= 0x20 && print.data[i] < 0x7f);
	must(verdict_parse(buf_slice(&print), &again, &words));
	must(again.job == v->job && again.first == v->first);
	must(again.last == v->last && again.kind == v->kind);
	must(again.scope == v->scope && again.stage == v->stage);
	must(again.code == v->code);
	must(strcmp(again.enhanced, v->enhanced) == 0);
	if (v->text.len <= VERDICT_TEXT_MAX)
		must(slice_equal(again.text, v->text));
	buf_free(&print);
	buf_free(&words);
}

static void
check_judged(struct verdict v)
{
	enum verdict_kind kind = v.kind;

	advice_judge(&v);
	if (v.code >= 400 && v.code < 500)
		must(v.kind == VERDICT_DEFERRED);
	if (v.code >= 300 && v.stage < STAGE_MAIL)
		must(v.kind == VERDICT_DEFERRED);
	if (v.code == 0 && v.stage == STAGE_LOCAL)
		must(v.kind == kind);
	advice_cure(&v);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size};
	struct verdict v;
	struct buf words = BUF_INIT;

	if (verdict_parse(text, &v, &words)) {
		check_again(&v);
		check_judged(v);
	}
	v = (struct verdict){.stage = STAGE_RCPT, .code = 550, .text = text};
	check_again(&v);
	check_judged(v);
	buf_free(&words);
	return 0;
}
