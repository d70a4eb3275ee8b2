#include "unit.h"

#include "base/clock.h"
#include "mail/pace.h"

START_TEST(without_a_pause_nothing_is_held_back)
{
	struct pace p;
	int i;

	pace_begin(&p, 0, 100);
	for (i = 0; i < 1000; i++) {
		ck_assert_int_eq(pace_next(&p, 100), 100);
		pace_start(&p, 100);
		pace_success(&p, 1);
	}
	ck_assert_uint_eq(p.rate, 0);
}
END_TEST

START_TEST(a_pause_is_kept)
{
	struct pace p;

	pace_begin(&p, 2 * CLOCK_SEC, 0);
	ck_assert_int_eq(pace_next(&p, 5), 5);
	pace_start(&p, 5);
	ck_assert_int_eq(pace_next(&p, 6), 2 * CLOCK_SEC + 5);
}
END_TEST

START_TEST(too_much_halves_and_success_adds)
{
	struct pace p;
	uint32_t before;
	int i;

	pace_begin(&p, 0, 0);
	for (i = 0; i < 600; i++)
		pace_success(&p, 1);
	/* 600 in 600 seconds are 3600 an hour. */
	pace_too_much(&p, 599 * CLOCK_SEC);
	ck_assert_uint_eq(p.rate, 1800);
	pace_start(&p, 599 * CLOCK_SEC);
	ck_assert_int_eq(pace_next(&p, 0), 601 * CLOCK_SEC);
	pace_too_much(&p, 600 * CLOCK_SEC);
	ck_assert_uint_eq(p.rate, 900);
	before = p.rate;
	pace_success(&p, 1);
	ck_assert_uint_gt(p.rate, before);
	ck_assert_uint_lt(p.rate, before + 10);
}
END_TEST

START_TEST(it_never_stands_still_and_gets_free_again)
{
	struct pace p;
	int i;

	pace_begin(&p, 0, 0);
	for (i = 0; i < 100; i++)
		pace_too_much(&p, 0);
	ck_assert_uint_gt(p.rate, 0);
	for (i = 0; i < 100000 && p.rate > 0; i++)
		pace_success(&p, 1);
	ck_assert_uint_eq(p.rate, 0);
}
END_TEST

START_TEST(a_pace_from_before_is_kept_from_the_first)
{
	struct pace p;

	pace_begin(&p, 0, 0);
	pace_resume(&p, 1800, 5 * CLOCK_SEC);
	ck_assert_int_eq(pace_next(&p, 5 * CLOCK_SEC), 7 * CLOCK_SEC);
	pace_resume(&p, 0, 5 * CLOCK_SEC);
	ck_assert_uint_eq(p.rate, 0);
	pace_resume(&p, PACE_FREE, 5 * CLOCK_SEC);
	ck_assert_uint_eq(p.rate, 0);
}
END_TEST

START_TEST(several_at_once_are_several)
{
	struct pace p;

	pace_begin(&p, 0, 0);
	pace_resume(&p, 100, 0);
	pace_success(&p, 10);
	ck_assert_uint_eq(p.rate, 120);
	pace_success(&p, 0);
	ck_assert_uint_eq(p.rate, 122);
	pace_success(&p, UINT32_MAX);
	ck_assert_uint_eq(p.rate, 0);
	ck_assert_uint_eq(p.done, UINT32_MAX);
}
END_TEST

static Suite *
pace_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("mail/pace");
	t = tcase_create("pace");
	tcase_add_test(t, without_a_pause_nothing_is_held_back);
	tcase_add_test(t, a_pause_is_kept);
	tcase_add_test(t, too_much_halves_and_success_adds);
	tcase_add_test(t, a_pace_from_before_is_kept_from_the_first);
	tcase_add_test(t, several_at_once_are_several);
	tcase_add_test(t, it_never_stands_still_and_gets_free_again);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(pace_suite)
