#include "unit.h"

#include <limits.h>
#include <time.h>

#include "base/clock.h"

START_TEST(the_boot_clock_never_goes_back)
{
	int64_t last, now;
	int i;

	last = clock_boot();
	ck_assert_int_gt(last, 0);
	for (i = 0; i < 1000; i++) {
		now = clock_boot();
		ck_assert_int_ge(now, last);
		last = now;
	}
}
END_TEST

START_TEST(the_wall_clock_counts_from_1970)
{
	int64_t before, now;

	before = (int64_t)time(NULL) - 1;
	now = clock_wall();
	ck_assert_int_ge(now / CLOCK_SEC, before);
	ck_assert_int_le(now / CLOCK_SEC, before + 10);
}
END_TEST

START_TEST(a_time_out_is_in_milliseconds_and_never_early)
{
	int i, ms;

	ms = clock_poll_timeout(clock_boot() + 2 * CLOCK_SEC);
	ck_assert_int_gt(ms, 1000);
	ck_assert_int_le(ms, 2000);
	/* Less than a millisecond is one, or the loop would spin; on a busy
	 * machine it may have passed already. */
	for (i = 0; i < 1000; i++) {
		ms = clock_poll_timeout(clock_boot() + CLOCK_MSEC);
		ck_assert_int_le(ms, 1);
		if (ms == 1)
			break;
	}
	ck_assert_int_eq(ms, 1);
}
END_TEST

START_TEST(what_has_passed_is_no_wait)
{
	ck_assert_int_eq(clock_poll_timeout(0), 0);
	ck_assert_int_eq(clock_poll_timeout(clock_boot()), 0);
}
END_TEST

START_TEST(never_is_minus_one_and_far_away_is_cut)
{
	ck_assert_int_eq(clock_poll_timeout(CLOCK_NEVER), -1);
	ck_assert_int_eq(clock_poll_timeout(CLOCK_NEVER - 1), INT_MAX);
}
END_TEST

START_TEST(adding_stops_at_never)
{
	ck_assert_int_eq(clock_add(1, 2), 3);
	ck_assert_int_eq(clock_add(5, -2), 3);
	ck_assert_int_eq(clock_add(CLOCK_NEVER, 0), CLOCK_NEVER);
	ck_assert_int_eq(clock_add(CLOCK_NEVER, 1), CLOCK_NEVER);
	ck_assert_int_eq(clock_add(CLOCK_NEVER - 1, 1), CLOCK_NEVER);
	ck_assert_int_eq(clock_add(CLOCK_NEVER - 1, CLOCK_NEVER), CLOCK_NEVER);
	ck_assert_int_eq(clock_add(1, CLOCK_NEVER), CLOCK_NEVER);
}
END_TEST

START_TEST(a_span_is_told_in_the_largest_unit_that_fits)
{
	static const struct {
		int64_t seconds;
		const char *words;
	} spans[] = {{86400, "1d"}, {7L * 86400, "7d"}, {90000, "25h"},
	    {3600, "1h"}, {5400, "90m"}, {61, "61s"}};
	struct buf out = BUF_INIT;
	size_t i;

	for (i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		buf_clear(&out);
		clock_print(spans[i].seconds * CLOCK_SEC, &out);
		ck_assert_str_eq(buf_string(&out), spans[i].words);
	}
	buf_free(&out);
}
END_TEST

static Suite *
clock_suite(void)
{
	Suite *s;
	TCase *t;

	t = tcase_create("clocks");
	tcase_add_test(t, the_boot_clock_never_goes_back);
	tcase_add_test(t, the_wall_clock_counts_from_1970);
	tcase_add_test(t, a_time_out_is_in_milliseconds_and_never_early);
	tcase_add_test(t, what_has_passed_is_no_wait);
	tcase_add_test(t, never_is_minus_one_and_far_away_is_cut);
	tcase_add_test(t, adding_stops_at_never);
	tcase_add_test(t, a_span_is_told_in_the_largest_unit_that_fits);
	s = suite_create("base/clock");
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(clock_suite)
