#include "unit.h"

#include <string.h>

#include "admin/bar.h"

static struct bar bar;
static struct buf out;

static void
teardown(void)
{
	buf_free(&bar.words);
	buf_free(&out);
}

static const char *
drawn(size_t width)
{
	buf_clear(&out);
	bar_draw(&bar, width, &out);
	return buf_string(&out);
}

START_TEST(what_the_daemon_says_is_read_whole_or_not_at_all)
{
	static const char *const wrong[] = {"", "1", "1 2", "1 2 x", "a b c",
	    "1  2 3", "-1 2 3 x", "99999999999 1 1", "ID: no such list"};
	size_t i;

	ck_assert(bar_read(&bar, SLICE("3 1 96 pace free")));
	ck_assert_uint_eq(bar.sent, 3);
	ck_assert_uint_eq(bar.refused, 1);
	ck_assert_uint_eq(bar.waiting, 96);
	ck_assert_str_eq(buf_string(&bar.words), "pace free");
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert(!bar_read(&bar, slice_from(wrong[i])));
	ck_assert_uint_eq(bar.waiting, 96);
	ck_assert(bar_read(&bar, SLICE("0 0 7")));
	bar_print(&bar, &out);
	ck_assert_str_eq(buf_string(&out), "0 sent, 0 refused, 7 waiting");
}
END_TEST

START_TEST(the_bar_takes_what_the_words_leave)
{
	ck_assert(bar_read(&bar, SLICE("4 1 5 x")));
	ck_assert_str_eq(drawn(59), "[##########----------]  50% "
	    "4 sent, 1 refused, 5 waiting, x");
	ck_assert_uint_eq(strlen(drawn(200)), 200);
}
END_TEST

START_TEST(no_line_is_wider_than_the_terminal)
{
	size_t width;

	ck_assert(bar_read(&bar, SLICE("4 1 5 pace 30/h, quota left 7")));
	for (width = 0; width < 300; width++)
		ck_assert_uint_le(strlen(drawn(width)), width);
	ck_assert_str_eq(drawn(18), "[#####-----]  50% ");
}
END_TEST

START_TEST(nothing_and_everything_are_shares_too)
{
	ck_assert(bar_read(&bar, SLICE("0 0 0")));
	ck_assert_ptr_nonnull(strstr(drawn(80), "]   0% "));
	ck_assert(bar_read(&bar, SLICE("4294967295 0 0")));
	ck_assert_ptr_nonnull(strstr(drawn(80), "] 100% "));
	ck_assert_ptr_null(strchr(drawn(80), '-'));
	ck_assert(bar_read(&bar, SLICE("999 0 1")));
	ck_assert_ptr_nonnull(strstr(drawn(80), "]  99% "));
	ck_assert_ptr_nonnull(strchr(drawn(80), '-'));
}
END_TEST

static Suite *
bar_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("admin/bar");
	t = tcase_create("bar");
	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, what_the_daemon_says_is_read_whole_or_not_at_all);
	tcase_add_test(t, the_bar_takes_what_the_words_leave);
	tcase_add_test(t, no_line_is_wider_than_the_terminal);
	tcase_add_test(t, nothing_and_everything_are_shares_too);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(bar_suite)
