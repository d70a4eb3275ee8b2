#include "unit.h"

#include <string.h>

#include "mail/submission.h"

#define S(literal) SLICE(literal)
/* The same in a static initializer. */
#define WORD(literal) {(literal), sizeof(literal) - 1}

static struct recipient recipients[] = {
	{WORD("root"), {NULL, 0}, {NULL, 0}, 0},
	{WORD("b@x.example"), WORD("rfc822;b@x"), {NULL, 0}, NOTIFY_DELAY},
};

static const struct submission full = {
	.has_sender = true, .sender = WORD("me@x.example"),
	.name = WORD("Jean \xc3\x89lan"), .has_uid = true, .uid = 33,
	.flags = SUBMIT_EXTRACT | SUBMIT_VERBOSE | SUBMIT_8BIT | SUBMIT_DSN,
	.notify = NOTIFY_SUCCESS | NOTIFY_FAILURE, .envid = WORD("id+3D1"),
	.ret = RETURN_FULL, .recipients = recipients, .count = 2,
};

static const char full_print[] =
    "navette-submission 1\n"
    "sender me@x.example\n"
    "name Jean \xc3\x89lan\n"
    "uid 33\n"
    "flags 15\n"
    "notify SUCCESS,FAILURE\n"
    "envid id+3D1\n"
    "ret FULL\n"
    "rcpt\t0\troot\t\t\t\n"
    "rcpt\t1\tb@x.example\trfc822;b@x\tDELAY\t\n"
    "\n";

static void
check_same(const struct submission *a, const struct submission *b)
{
	size_t i;

	ck_assert(a->has_sender == b->has_sender);
	ck_assert(slice_equal(a->sender, b->sender));
	ck_assert(slice_equal(a->name, b->name));
	ck_assert((a->name.ptr == NULL) == (b->name.ptr == NULL));
	ck_assert(a->has_uid == b->has_uid);
	ck_assert_uint_eq(a->uid, b->uid);
	ck_assert_uint_eq(a->flags, b->flags);
	ck_assert_uint_eq(a->notify, b->notify);
	ck_assert(slice_equal(a->envid, b->envid));
	ck_assert_int_eq(a->ret, b->ret);
	ck_assert_uint_eq(a->count, b->count);
	for (i = 0; i < a->count; i++) {
		ck_assert(slice_equal(a->recipients[i].addr,
		    b->recipients[i].addr));
		ck_assert(slice_equal(a->recipients[i].orcpt,
		    b->recipients[i].orcpt));
		ck_assert_uint_eq(a->recipients[i].notify,
		    b->recipients[i].notify);
	}
}

START_TEST(a_submission_is_printed_as_documented)
{
	struct buf out = BUF_INIT;

	submission_print(&full, &out);
	ck_assert_str_eq(buf_string(&out), full_print);
	buf_free(&out);
}
END_TEST

START_TEST(a_submission_reads_back_as_it_was_printed)
{
	struct submission s;
	const char *why;

	ck_assert(submission_parse(slice_from(full_print), &s, &why));
	check_same(&full, &s);
	submission_free(&s);
	ck_assert_ptr_null(s.recipients);
}
END_TEST

START_TEST(a_submission_without_any_wish_reads_back)
{
	struct submission s, none = {.has_sender = false};
	struct buf out = BUF_INIT;
	const char *why;

	submission_print(&none, &out);
	ck_assert_str_eq(buf_string(&out), SUBMISSION_MAGIC "\n");
	ck_assert(submission_parse(buf_slice(&out), &s, &why));
	check_same(&none, &s);
	buf_free(&out);
}
END_TEST

START_TEST(the_null_sender_and_an_empty_name_are_not_none)
{
	struct submission s, sent = {.has_sender = true, .sender = S(""),
	    .name = S("")};
	struct buf out = BUF_INIT;
	const char *why;

	submission_print(&sent, &out);
	ck_assert(submission_parse(buf_slice(&out), &s, &why));
	check_same(&sent, &s);
	buf_free(&out);
}
END_TEST

START_TEST(the_end_is_found_only_when_it_is_there)
{
	size_t n;

	for (n = 0; n < sizeof(full_print) - 1; n++)
		ck_assert_uint_eq(submission_find_end(
		    (struct slice){full_print, n}), 0);
	ck_assert_uint_eq(submission_find_end(slice_from(full_print)), n);
	ck_assert_uint_eq(submission_find_end(S("GET / HTTP/1.0\r\n")), 16);
}
END_TEST

START_TEST(wishes_without_end_are_refused_at_the_limit)
{
	struct submission s;
	struct buf text = BUF_INIT;
	const char *why;

	buf_add_string(&text, SUBMISSION_MAGIC "sender ");
	buf_reserve(&text, SUBMISSION_MAX);
	memset(text.data + text.len, 'x', SUBMISSION_MAX);
	text.len += SUBMISSION_MAX;
	ck_assert_uint_eq(submission_find_end(buf_slice(&text)), text.len);
	ck_assert(!submission_parse(buf_slice(&text), &s, &why));
	buf_add_string(&text, "\n\n");
	ck_assert(!submission_parse(buf_slice(&text), &s, &why));
	buf_free(&text);
}
END_TEST

static const char *const nonsense[] = {
	"",
	"navette-submission 1",
	SUBMISSION_MAGIC,
	"navette-submission 2\n\n",
	SUBMISSION_MAGIC "sender a",
	SUBMISSION_MAGIC "sender a\n",
	SUBMISSION_MAGIC "sender a\nsender b\n\n",
	SUBMISSION_MAGIC "sender a\rb\n\n",
	SUBMISSION_MAGIC "name a\tb\n\n",
	SUBMISSION_MAGIC "uid x\n\n",
	SUBMISSION_MAGIC "flags 16\n\n",
	SUBMISSION_MAGIC "notify NEVER,DELAY\n\n",
	SUBMISSION_MAGIC "envid \n\n",
	SUBMISSION_MAGIC "ret SOME\n\n",
	SUBMISSION_MAGIC "rcpt\t0\ta\t\t\t\nrcpt\t2\tb\t\t\t\n\n",
	SUBMISSION_MAGIC "shell /bin/sh\n\n",
};

START_TEST(nonsense_is_no_submission)
{
	struct submission s;
	const char *why;

	why = NULL;
	ck_assert_msg(!submission_parse(slice_from(nonsense[_i]), &s, &why),
	    "%s", nonsense[_i]);
	ck_assert_ptr_nonnull(why);
	ck_assert_ptr_null(s.recipients);
}
END_TEST

START_TEST(a_block_head_carries_its_length)
{
	static const uint32_t lengths[] = {0, 1, 258, 65536,
	    SUBMISSION_BLOCK_MAX};
	char head[SUBMISSION_BLOCK_HEAD];
	uint32_t len;
	size_t i;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		submission_block_head(lengths[i], head);
		ck_assert(submission_block_length(head, &len));
		ck_assert_uint_eq(len, lengths[i]);
	}
	submission_block_head(258, head);
	ck_assert_mem_eq(head, "\0\0\1\2", 4);
}
END_TEST

START_TEST(a_block_above_the_limit_is_refused)
{
	char head[SUBMISSION_BLOCK_HEAD];
	uint32_t len;

	submission_block_head(SUBMISSION_BLOCK_MAX + 1, head);
	ck_assert(!submission_block_length(head, &len));
	ck_assert(!submission_block_length("\xff\xff\xff\xff", &len));
}
END_TEST

START_TEST(an_answer_reads_back_as_it_was_printed)
{
	struct submission_answer a;
	struct buf out = BUF_INIT;

	submission_answer_print(0, "0123456789abcdef", &out);
	ck_assert_str_eq(buf_string(&out), "0 0123456789abcdef\n");
	ck_assert_int_eq(submission_answer_parse(buf_slice(&out), &a), 1);
	ck_assert_int_eq(a.status, 0);
	ck_assert(slice_is(a.text, "0123456789abcdef"));
	buf_clear(&out);
	submission_answer_print(75, "two\nlines", &out);
	ck_assert_str_eq(buf_string(&out), "75 two\\x0alines\n");
	buf_free(&out);
}
END_TEST

START_TEST(an_answer_waits_for_its_line_but_not_for_ever)
{
	struct submission_answer a;
	struct buf out = BUF_INIT;
	unsigned i;

	ck_assert_int_eq(submission_answer_parse(S(""), &a), 0);
	ck_assert_int_eq(submission_answer_parse(S("75 half"), &a), 0);
	for (i = 0; i < 5000; i++)
		buf_add_char(&out, 'x');
	ck_assert_int_eq(submission_answer_parse(buf_slice(&out), &a), -1);
	ck_assert_int_eq(submission_answer_parse(S("\n"), &a), -1);
	ck_assert_int_eq(submission_answer_parse(S("0\n"), &a), -1);
	ck_assert_int_eq(submission_answer_parse(S("79 x\n"), &a), -1);
	ck_assert_int_eq(submission_answer_parse(S("ok x\n"), &a), -1);
	buf_free(&out);
}
END_TEST

START_TEST(the_longest_answer_is_one_that_is_waited_for)
{
	struct submission_answer a;
	struct buf text = BUF_INIT, out = BUF_INIT;
	unsigned i;

	for (i = 0; i < 5000; i++)
		buf_add_char(&text, '\1');
	submission_answer_print(70, buf_string(&text), &out);
	ck_assert_uint_lt(out.len, 4096);
	ck_assert_int_eq(submission_answer_parse(buf_slice(&out), &a), 1);
	buf_free(&text);
	buf_free(&out);
}
END_TEST

static Suite *
submission_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("mail/submission");
	t = tcase_create("wishes");
	tcase_add_test(t, a_submission_is_printed_as_documented);
	tcase_add_test(t, a_submission_reads_back_as_it_was_printed);
	tcase_add_test(t, a_submission_without_any_wish_reads_back);
	tcase_add_test(t, the_null_sender_and_an_empty_name_are_not_none);
	tcase_add_test(t, the_end_is_found_only_when_it_is_there);
	tcase_add_test(t, wishes_without_end_are_refused_at_the_limit);
	tcase_add_loop_test(t, nonsense_is_no_submission, 0,
	    (int)(sizeof(nonsense) / sizeof(nonsense[0])));
	suite_add_tcase(s, t);
	t = tcase_create("blocks and answers");
	tcase_add_test(t, a_block_head_carries_its_length);
	tcase_add_test(t, a_block_above_the_limit_is_refused);
	tcase_add_test(t, an_answer_reads_back_as_it_was_printed);
	tcase_add_test(t, an_answer_waits_for_its_line_but_not_for_ever);
	tcase_add_test(t, the_longest_answer_is_one_that_is_waited_for);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(submission_suite)
