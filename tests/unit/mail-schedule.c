#include "unit.h"

#include "base/clock.h"
#include "mail/schedule.h"

#define FIRST (300 * CLOCK_SEC)
#define MAX (7200 * CLOCK_SEC)

/* Pauses at the middle of the jitter. */
static int64_t
middle(unsigned attempt)
{
	return schedule_pause(attempt, FIRST, MAX, 0x80000000u);
}

START_TEST(the_first_pause_is_the_configured_one)
{
	ck_assert_int_eq(middle(1), FIRST);
	ck_assert_int_eq(middle(0), FIRST);
}
END_TEST

START_TEST(each_pause_is_half_as_long_again)
{
	ck_assert_int_eq(middle(2), FIRST / 2 * 3);
	ck_assert_int_eq(middle(3), FIRST / 4 * 9);
	ck_assert_int_eq(middle(4), FIRST / 8 * 27);
}
END_TEST

START_TEST(no_pause_grows_beyond_the_largest)
{
	ck_assert_int_eq(middle(9), MAX);
	ck_assert_int_eq(middle(1000), MAX);
	ck_assert_int_eq(middle(UINT32_MAX), MAX);
}
END_TEST

START_TEST(jitter_is_a_fifth_either_way)
{
	ck_assert_int_eq(schedule_pause(1, FIRST, MAX, 0), FIRST / 5 * 4);
	ck_assert_int_gt(schedule_pause(1, FIRST, MAX, UINT32_MAX),
	    FIRST / 5 * 6 - CLOCK_SEC);
	ck_assert_int_le(schedule_pause(1, FIRST, MAX, UINT32_MAX),
	    FIRST / 5 * 6);
}
END_TEST

START_TEST(jitter_spreads_what_failed_together)
{
	int64_t last, pause;
	unsigned i;

	last = 0;
	for (i = 0; i < 16; i++) {
		pause = schedule_pause(5, FIRST, MAX, i << 28);
		ck_assert_int_gt(pause, last);
		last = pause;
	}
}
END_TEST

START_TEST(odd_settings_do_no_harm)
{
	ck_assert_int_eq(schedule_pause(7, MAX, FIRST, 0x80000000u), FIRST);
	ck_assert_int_eq(schedule_pause(100, 0, MAX, UINT32_MAX), 0);
	ck_assert_int_eq(schedule_pause(UINT32_MAX, 1, MAX, 0), 1);
	ck_assert_int_gt(schedule_pause(UINT32_MAX, FIRST, INT64_MAX,
	    UINT32_MAX), MAX);
	ck_assert_int_eq(schedule_pause(300, FIRST, INT64_MAX, UINT32_MAX),
	    CLOCK_NEVER);
}
END_TEST

static Suite *
schedule_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("mail/schedule");
	t = tcase_create("pause");
	tcase_add_test(t, the_first_pause_is_the_configured_one);
	tcase_add_test(t, each_pause_is_half_as_long_again);
	tcase_add_test(t, no_pause_grows_beyond_the_largest);
	tcase_add_test(t, jitter_is_a_fifth_either_way);
	tcase_add_test(t, jitter_spreads_what_failed_together);
	tcase_add_test(t, odd_settings_do_no_harm);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(schedule_suite)
