#include "unit.h"

#include <string.h>

#include "mail/verdict.h"

static const struct verdict refused = {
	.job = 7, .first = 3, .last = 9,
	.kind = VERDICT_REFUSED, .scope = SCOPE_RECIPIENT,
	.stage = STAGE_RCPT, .code = 550, .enhanced = "5.1.1",
	.text = {"no such user", 12},
};

static void
check_same(const struct verdict *a, const struct verdict *b)
{
	ck_assert_uint_eq(a->job, b->job);
	ck_assert_uint_eq(a->first, b->first);
	ck_assert_uint_eq(a->last, b->last);
	ck_assert_int_eq(a->kind, b->kind);
	ck_assert_int_eq(a->scope, b->scope);
	ck_assert_int_eq(a->stage, b->stage);
	ck_assert_int_eq(a->code, b->code);
	ck_assert_str_eq(a->enhanced, b->enhanced);
	ck_assert(slice_equal(a->text, b->text));
}

/* Prints, looks at the line, reads it back. */
static void
check_round(const struct verdict *v, const char *line)
{
	struct verdict back;
	struct buf out = BUF_INIT, words = BUF_INIT;

	verdict_print(v, &out);
	ck_assert_str_eq(buf_string(&out), line);
	ck_assert(verdict_parse(buf_slice(&out), &back, &words));
	check_same(v, &back);
	buf_free(&out);
	buf_free(&words);
}

START_TEST(a_verdict_reads_back_as_it_was_printed)
{
	check_round(&refused, "7 3-9 refused recipient rcpt 550 5.1.1 "
	    "no such user");
}
END_TEST

START_TEST(a_verdict_without_code_and_words_reads_back)
{
	struct verdict v = {.kind = VERDICT_DOUBT, .stage = STAGE_BODY,
	    .scope = SCOPE_CONNECTION, .last = UINT32_MAX};

	check_round(&v, "0 0-4294967295 doubt connection body 0 - ");
}
END_TEST

START_TEST(hostile_words_stay_on_one_printable_line)
{
	struct verdict v = refused;

	v.text = (struct slice){"a\r\nb\\c\0\xff", 8};
	check_round(&v, "7 3-9 refused recipient rcpt 550 5.1.1 "
	    "a\\x0d\\x0ab\\\\c\\x00\\xff");
}
END_TEST

START_TEST(long_words_are_cut)
{
	struct verdict v = refused, back;
	struct buf out = BUF_INIT, words = BUF_INIT;
	char text[VERDICT_TEXT_MAX + 1];

	memset(text, 'x', sizeof(text));
	v.text = (struct slice){text, sizeof(text)};
	verdict_print(&v, &out);
	ck_assert(verdict_parse(buf_slice(&out), &back, &words));
	ck_assert_uint_eq(back.text.len, VERDICT_TEXT_MAX + 3);
	ck_assert_mem_eq(back.text.ptr + VERDICT_TEXT_MAX, "...", 3);
	buf_free(&out);
	buf_free(&words);
}
END_TEST

START_TEST(every_kind_scope_and_stage_has_names_of_its_own)
{
	struct verdict v = refused, back;
	struct buf out = BUF_INIT, words = BUF_INIT;
	int kind, scope, stage;

	for (kind = VERDICT_DELIVERED; kind <= VERDICT_DOUBT; kind++) {
		for (scope = SCOPE_RECIPIENT; scope <= SCOPE_QUOTA; scope++) {
			for (stage = 0; stage <= STAGE_QUIT; stage++) {
				v.kind = (enum verdict_kind)kind;
				v.scope = (enum verdict_scope)scope;
				v.stage = (enum verdict_stage)stage;
				buf_clear(&out);
				verdict_print(&v, &out);
				ck_assert(verdict_parse(buf_slice(&out), &back,
				    &words));
				check_same(&v, &back);
			}
		}
	}
	ck_assert_str_eq(verdict_kind_name(VERDICT_DEFERRED), "deferred");
	ck_assert_str_eq(verdict_scope_name(SCOPE_ACCOUNT), "account");
	ck_assert_str_eq(verdict_stage_name(STAGE_BODY), "end of data");
	buf_free(&out);
	buf_free(&words);
}
END_TEST

START_TEST(codes_that_are_none_are_not_printed)
{
	struct verdict v = refused;
	struct buf out = BUF_INIT;

	v.code = 12;
	memcpy(v.enhanced, "nonsense", 9);
	verdict_print(&v, &out);
	ck_assert_str_eq(buf_string(&out),
	    "7 3-9 refused recipient rcpt 0 - no such user");
	buf_free(&out);
}
END_TEST

static const char *const nonsense[] = {
	"",
	"7",
	"x 3-9 refused recipient rcpt 550 5.1.1 words",
	"7 39 refused recipient rcpt 550 5.1.1 words",
	"7 9-3 refused recipient rcpt 550 5.1.1 words",
	"7 3-9 gone recipient rcpt 550 5.1.1 words",
	"7 3-9 refused nobody rcpt 550 5.1.1 words",
	"7 3-9 refused recipient vrfy 550 5.1.1 words",
	"7 3-9 refused recipient rcpt",
	"7 3-9 refused recipient rcpt 600 5.1.1 words",
	"7 3-9 refused recipient rcpt 100 5.1.1 words",
	"7 3-9 refused recipient rcpt 550 1.1.1 words",
	"7 3-9 refused recipient rcpt 550 5.1 words",
	"7 3-9 refused recipient rcpt 550 5.1.1.1 words",
	"7 3-9 refused recipient rcpt 550 55.1.1 words",
	"7 3-9 refused recipient rcpt 550 5.1111.1 words",
	"7 3-9 refused recipient rcpt 550 5..1 words",
	"7 3-9 refused recipient rcpt 550",
	"7 3-9 refused recipient rcpt 550 ",
	"7 3-9 refused recipient rcpt 550 5.1.1",
	"7 3-9 refused recipient rcpt 550 5.1.1 broken \\x",
	"4294967296 3-9 refused recipient rcpt 550 5.1.1 words",
};

START_TEST(nonsense_is_no_verdict)
{
	struct verdict v;
	struct buf words = BUF_INIT;

	ck_assert_msg(!verdict_parse(slice_from(nonsense[_i]), &v, &words),
	    "%s", nonsense[_i]);
	buf_free(&words);
}
END_TEST

static Suite *
verdict_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("mail/verdict");
	t = tcase_create("line");
	tcase_add_test(t, a_verdict_reads_back_as_it_was_printed);
	tcase_add_test(t, a_verdict_without_code_and_words_reads_back);
	tcase_add_test(t, hostile_words_stay_on_one_printable_line);
	tcase_add_test(t, long_words_are_cut);
	tcase_add_test(t, every_kind_scope_and_stage_has_names_of_its_own);
	tcase_add_test(t, codes_that_are_none_are_not_printed);
	tcase_add_loop_test(t, nonsense_is_no_verdict, 0,
	    (int)(sizeof(nonsense) / sizeof(nonsense[0])));
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(verdict_suite)
