#include "managed.h"

#include "queue/standing.h"
#include "spool/pacefile.h"

static struct account *isp;
static struct verdict much = {.kind = VERDICT_DEFERRED,
	.scope = SCOPE_QUOTA, .stage = STAGE_MAIL, .code = 450,
	.text = {"too much", 8}};

static void
setup(void)
{
	managed_begin("retry-first = \"10m\"\nretry-max = \"1h\"\n");
	isp = account_find("isp");
}

/* The account as the next daemon would make it. */
static struct account
next_daemons(void)
{
	struct account a;

	memset(&a, 0, sizeof(a));
	a.title = isp->title;
	a.smarthost = isp->smarthost;
	pace_begin(&a.pace, 0, clock_boot());
	standing_recall(&managed, &a);
	return a;
}

static bool
is_kept(void)
{
	return access(spooled_path("spool/state/pace-isp"), F_OK) == 0;
}

START_TEST(who_was_never_told_too_much_has_nothing_kept)
{
	struct account a = next_daemons();

	ck_assert_uint_eq(a.pace.rate, 0);
	ck_assert_int_eq(a.paused_until, 0);
	standing_recover(&managed, isp);
	ck_assert(!is_kept());
}
END_TEST

START_TEST(a_ban_and_its_pace_outlive_the_daemon)
{
	struct account a;
	int64_t left;

	account_stop(&managed, isp, &much);
	a = next_daemons();
	ck_assert_uint_gt(isp->pace.rate, 0);
	ck_assert_uint_eq(a.pace.rate, isp->pace.rate);
	ck_assert_uint_eq(a.failures, 1);
	ck_assert_int_eq(a.stopped_wall, isp->stopped_wall);
	ck_assert(!account_is_open(&a));
	left = a.paused_until - isp->paused_until;
	ck_assert_int_lt(left > 0 ? left : -left, 60 * CLOCK_SEC);
	ck_assert_int_eq(a.trouble.scope, SCOPE_QUOTA);
	ck_assert(slice_is(a.trouble.text, "too much"));
	buf_free(&a.trouble_words);
}
END_TEST

START_TEST(a_stop_for_another_reason_is_no_ban)
{
	struct verdict down = {.kind = VERDICT_DEFERRED,
	    .scope = SCOPE_CONNECTION, .stage = STAGE_CONNECT};

	account_stop(&managed, isp, &down);
	ck_assert(!is_kept());
}
END_TEST

START_TEST(an_end_of_the_ban_is_kept_with_the_first_success)
{
	struct account a;

	account_stop(&managed, isp, &much);
	account_open(isp);
	account_heal(isp);
	standing_recover(&managed, isp);
	a = next_daemons();
	ck_assert_int_eq(a.paused_until, 0);
	ck_assert_uint_eq(a.pace.rate, isp->pace.rate);
}
END_TEST

START_TEST(a_pace_is_kept_again_when_it_is_an_eighth_more_or_free)
{
	struct account a;
	uint32_t was;

	account_stop(&managed, isp, &much);
	account_open(isp);
	account_heal(isp);
	isp->pace.rate = 800;
	standing_keep(&managed, isp);
	was = isp->pace.rate;
	isp->pace.rate = was + was / 8;
	standing_recover(&managed, isp);
	a = next_daemons();
	ck_assert_uint_eq(a.pace.rate, was);
	isp->pace.rate++;
	standing_recover(&managed, isp);
	a = next_daemons();
	ck_assert_uint_eq(a.pace.rate, was + was / 8 + 1);
	isp->pace.rate = 0;
	standing_recover(&managed, isp);
	a = next_daemons();
	ck_assert_uint_eq(a.pace.rate, 0);
}
END_TEST

START_TEST(a_file_that_was_edited_stops_nobody_for_ever)
{
	struct pacefile p = {.rate = 100, .failures = 3,
	    .ban = CLOCK_NEVER / 2, .stopped_wall = 1, .why = much};
	struct ledger_time now;
	struct account a;

	ledger_clock(&now);
	ck_assert(pacefile_write(spooled, "isp", &now, &p));
	a = next_daemons();
	ck_assert_uint_eq(a.pace.rate, 100);
	ck_assert(!account_is_open(&a));
	ck_assert_int_le(a.paused_until,
	    clock_boot() + (int64_t)72 * 60 * CLOCK_SEC);
	buf_free(&a.trouble_words);
	spooled_write("spool/state/pace-isp", "nonsense\n", 0600);
	a = next_daemons();
	ck_assert_uint_eq(a.pace.rate, 0);
	ck_assert(account_is_open(&a));
}
END_TEST

static Suite *
standing_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("queue/standing");
	t = tcase_create("standing");
	tcase_add_checked_fixture(t, setup, spooled_end);
	tcase_add_test(t, who_was_never_told_too_much_has_nothing_kept);
	tcase_add_test(t, a_ban_and_its_pace_outlive_the_daemon);
	tcase_add_test(t, a_stop_for_another_reason_is_no_ban);
	tcase_add_test(t, an_end_of_the_ban_is_kept_with_the_first_success);
	tcase_add_test(t,
	    a_pace_is_kept_again_when_it_is_an_eighth_more_or_free);
	tcase_add_test(t, a_file_that_was_edited_stops_nobody_for_ever);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(standing_suite)
