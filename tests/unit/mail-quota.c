#include "unit.h"

#include <string.h>

#include "base/clock.h"
#include "mail/quota.h"

static struct quota q;

static unsigned
chance(unsigned below)
{
	static unsigned state = 7;

	state = state * 1103515245u + 12345u;
	return (state >> 8) % below;
}

START_TEST(what_is_used_comes_back_after_the_window)
{
	quota_begin(&q, 10, 60 * CLOCK_SEC);
	ck_assert_uint_eq(quota_left(&q, 0, 0), 10);
	quota_use(&q, 4, 0);
	quota_use(&q, 3, 30 * CLOCK_SEC);
	ck_assert_uint_eq(quota_left(&q, 0, 31 * CLOCK_SEC), 3);
	ck_assert_uint_eq(quota_left(&q, 2, 31 * CLOCK_SEC), 1);
	ck_assert_uint_eq(quota_left(&q, 5, 31 * CLOCK_SEC), 0);
	ck_assert_int_eq(quota_again(&q, 31 * CLOCK_SEC), 60 * CLOCK_SEC);
	ck_assert_uint_eq(quota_left(&q, 0, 60 * CLOCK_SEC), 7);
	ck_assert_uint_eq(quota_left(&q, 0, 90 * CLOCK_SEC), 10);
	ck_assert_int_eq(quota_again(&q, 90 * CLOCK_SEC), 90 * CLOCK_SEC);
}
END_TEST

START_TEST(what_is_returned_was_never_used)
{
	quota_begin(&q, 10, 60 * CLOCK_SEC);
	quota_use(&q, 4, 0);
	quota_use(&q, 6, 10 * CLOCK_SEC);
	quota_return(&q, 7);
	ck_assert_uint_eq(quota_left(&q, 0, 11 * CLOCK_SEC), 7);
}
END_TEST

#define USES 20000

/* Every use with its time, and a window slid over them by hand. */
START_TEST(no_window_ever_holds_more_than_the_limit)
{
	static int64_t when[USES];
	static uint64_t count[USES];
	size_t i, from;
	uint64_t sum, n, left;
	int64_t now, span;

	span = 60 * CLOCK_SEC;
	quota_begin(&q, 30, span);
	now = 0;
	sum = from = 0;
	for (i = 0; i < USES; i++) {
		now += (int64_t)chance(3000) * CLOCK_MSEC;
		n = 1 + chance(5);
		left = quota_left(&q, 0, now);
		n = n < left ? n : left;
		if (n > 0)
			quota_use(&q, n, now);
		when[i] = now;
		count[i] = n;
		sum += n;
		while (when[from] <= now - span)
			sum -= count[from++];
		ck_assert_uint_le(sum, 30);
	}
}
END_TEST

static Suite *
quota_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("mail/quota");
	t = tcase_create("quota");
	tcase_add_test(t, what_is_used_comes_back_after_the_window);
	tcase_add_test(t, what_is_returned_was_never_used);
	tcase_add_test(t, no_window_ever_holds_more_than_the_limit);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(quota_suite)
