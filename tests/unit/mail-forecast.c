#include "unit.h"

#include "base/clock.h"
#include "mail/forecast.h"

#define DAY (86400 * CLOCK_SEC)

START_TEST(a_pause_holds_up_each)
{
	ck_assert_int_eq(forecast_pause(10, 2 * CLOCK_SEC), 20 * CLOCK_SEC);
	ck_assert_int_eq(forecast_pause(10, 0), 0);
	ck_assert_int_eq(forecast_pause(0, CLOCK_SEC), 0);
	ck_assert_int_eq(forecast_pause(UINT64_MAX, DAY), CLOCK_NEVER);
}
END_TEST

static const struct {
	uint64_t n, limit, left;
	int64_t again, expected;	/* in hours; the window is a day */
} windows[] = {
	{0, 500, 0, 5, 0},
	{500, 500, 500, 0, 0},
	{501, 500, 500, 0, 24},
	{1000, 500, 500, 0, 24},
	{1001, 500, 500, 0, 48},
	{5000, 500, 500, 0, 9L * 24},
	{1, 500, 0, 5, 5},
	{500, 500, 0, 5, 5},
	{501, 500, 0, 5, 29},
};

START_TEST(a_window_lets_a_portion_through_at_a_time)
{
	struct forecast_window w;

	w = (struct forecast_window){windows[_i].limit, windows[_i].left, DAY,
	    windows[_i].again * 3600 * CLOCK_SEC};
	ck_assert_int_eq(forecast_window(windows[_i].n, &w),
	    windows[_i].expected * 3600 * CLOCK_SEC);
}
END_TEST

START_TEST(a_window_that_is_all_reserve_lasts_for_ever)
{
	struct forecast_window w = {0, 0, DAY, 0};

	ck_assert_int_eq(forecast_window(1, &w), CLOCK_NEVER);
	w = (struct forecast_window){1, 0, DAY, 0};
	ck_assert_int_eq(forecast_window(UINT64_MAX, &w), CLOCK_NEVER);
}
END_TEST

START_TEST(a_pace_is_measured_or_unknown)
{
	ck_assert_int_eq(forecast_measured(100, 50, 10 * CLOCK_SEC),
	    20 * CLOCK_SEC);
	ck_assert_int_eq(forecast_measured(100, 0, 10 * CLOCK_SEC), 0);
	ck_assert_int_eq(forecast_measured(100, 50, CLOCK_SEC / 2), 0);
}
END_TEST

static Suite *
forecast_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("mail/forecast");
	t = tcase_create("forecast");
	tcase_add_test(t, a_pause_holds_up_each);
	tcase_add_loop_test(t, a_window_lets_a_portion_through_at_a_time, 0,
	    sizeof(windows) / sizeof(windows[0]));
	tcase_add_test(t, a_window_that_is_all_reserve_lasts_for_ever);
	tcase_add_test(t, a_pace_is_measured_or_unknown);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(forecast_suite)
