#include "unit.h"

#include "mail/job.h"

static struct range ranges[] = {{0, 99}, {105, 105}, {200, UINT32_MAX}};

START_TEST(a_job_reads_back_as_it_was_printed)
{
	struct job j = {12, "0123456789abcdEF", JOB_VERP, 1, 8,
	    ranges, 3}, back;
	struct buf out = BUF_INIT;
	size_t i;

	job_print(&j, &out);
	ck_assert_str_eq(buf_string(&out),
	    "12 0123456789abcdEF 2 1 8 0-99,105,200-4294967295");
	ck_assert(job_parse(buf_slice(&out), &back));
	ck_assert_uint_eq(back.number, 12);
	ck_assert_str_eq(back.id, j.id);
	ck_assert_uint_eq(back.each, 1);
	ck_assert_uint_eq(back.most, 8);
	ck_assert_uint_eq(back.flags, JOB_VERP);
	ck_assert_uint_eq(back.count, 3);
	for (i = 0; i < 3; i++) {
		ck_assert_uint_eq(back.ranges[i].first, ranges[i].first);
		ck_assert_uint_eq(back.ranges[i].last, ranges[i].last);
	}
	job_free(&back);
	buf_free(&out);
}
END_TEST

START_TEST(recipients_are_counted_over_all_ranges)
{
	struct job j = {.ranges = ranges, .count = 2};

	ck_assert_uint_eq(job_recipients(&j), 101);
	j.count = 3;
	ck_assert_uint_eq(job_recipients(&j), 101 + 4294967096u);
	j.count = 0;
	ck_assert_uint_eq(job_recipients(&j), 0);
}
END_TEST

START_TEST(a_job_of_many_ranges_reads_back)
{
	struct job back;
	struct buf out = BUF_INIT;
	unsigned i;

	buf_add_string(&out, "1 0123456789abcdef 0 0 0 0");
	for (i = 1; i < 50000; i++)
		buf_addf(&out, ",%u", i * 2);
	ck_assert(job_parse(buf_slice(&out), &back));
	ck_assert_uint_eq(job_recipients(&back), 50000);
	job_free(&back);
	buf_free(&out);
}
END_TEST

static const char *const nonsense[] = {
	"",
	"12",
	"x 0123456789abcdef 0 0 0 0",
	"4294967296 0123456789abcdef 0 0 0 0",
	"12 0123456789abcde 0 0 0 0",
	"12 0123456789abcdef0 0 0 0 0",
	"12 ../../../etc/pas 0 0 0 0",
	"12 0123456789abcdef",
	"12 0123456789abcdef 0 0 0 ",
	"12 0123456789abcdef 0 0 0 x",
	"12 0123456789abcdef 0 0 0 1-",
	"12 0123456789abcdef 0 0 0 1-x",
	"12 0123456789abcdef 0 0 0 2-1",
	"12 0123456789abcdef 0 0 0 1-2,3-4",
	"12 0123456789abcdef 0 0 0 1-2,1",
	"12 0123456789abcdef 0 0 0 1,,3",
	"12 0123456789abcdef 0 0 0 0-4294967295,0",
	"12 0123456789abcdef 0 0 0 4294967296",
	"12 0123456789abcdef 0 0 0",
	"12 0123456789abcdef 4 0 0 0",
	"12 0123456789abcdef 0 x 0 0",
	"12 0123456789abcdef 0 0 4294967296 0",
};

START_TEST(nonsense_is_no_job)
{
	struct job j;

	ck_assert_msg(!job_parse(slice_from(nonsense[_i]), &j), "%s",
	    nonsense[_i]);
}
END_TEST

START_TEST(the_end_of_a_job_reads_back)
{
	struct job_end e = {12, 3}, back;
	struct buf out = BUF_INIT;

	job_end_print(&e, &out);
	ck_assert_str_eq(buf_string(&out), "12 3");
	ck_assert(job_end_parse(buf_slice(&out), &back));
	ck_assert_uint_eq(back.number, 12);
	ck_assert_uint_eq(back.transactions, 3);
	ck_assert(!job_end_parse(SLICE("12"), &back));
	ck_assert(!job_end_parse(SLICE("12 x"), &back));
	ck_assert(!job_end_parse(SLICE("12 3 4"), &back));
	buf_free(&out);
}
END_TEST

static Suite *
job_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("mail/job");
	t = tcase_create("record");
	tcase_add_test(t, a_job_reads_back_as_it_was_printed);
	tcase_add_test(t, the_end_of_a_job_reads_back);
	tcase_add_test(t, recipients_are_counted_over_all_ranges);
	tcase_add_test(t, a_job_of_many_ranges_reads_back);
	tcase_add_loop_test(t, nonsense_is_no_job, 0,
	    (int)(sizeof(nonsense) / sizeof(nonsense[0])));
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(job_suite)
