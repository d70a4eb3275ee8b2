#include "managed.h"

#include "queue/sending.h"

static struct recipient to[] = {
	{.addr = {"a@example.net", 13}}, {.addr = {"b@example.net", 13}},
	{.addr = {"c@away.example", 14}}, {.addr = {"d@example.net", 13}},
	{.addr = {"e@away.example", 14}}
};
#define ALL (sizeof(to) / sizeof(to[0]))

static struct entry *
queue_for(size_t count)
{
	struct envelope e = {.uid = 1000, .sender = {"me@example.org", 14},
	    .time = 1, .recipients = to, .count = count};
	struct entry *of = managed_queue(&e, "x\r\n");

	lane_withdraw(of->lane, of);
	of->state = ENTRY_FLYING;
	return of;
}

static void
setup(void)
{
	managed_begin("route \"away\" { recipient-domain = "
	    "{\"away.example\"} smarthosts = {\"isp\"} }\n");
}

static bool
has_journal(const struct entry *e)
{
	char name[64];

	snprintf(name, sizeof(name), "spool/queue/%s.log", entry_id(e).text);
	return access(spooled_path(name), F_OK) == 0;
}

START_TEST(a_message_is_read_once_for_all_its_jobs)
{
	struct entry *e = queue_for(2), *other = queue_for(1);
	struct sending *s = sending_of(&managed, e), *t;

	ck_assert_ptr_nonnull(s);
	ck_assert_uint_eq(s->open, 2);
	t = sending_of(&managed, other);
	ck_assert_ptr_ne(s, t);
	s->jobs = 1;
	sending_close(s);
	ck_assert_ptr_eq(sending_of(&managed, e), s);
	s->jobs = 0;
	sending_close(s);
	sending_close(t);
}
END_TEST

START_TEST(what_cannot_be_read_is_broken)
{
	struct entry *e = queue_for(1);
	char name[64];

	snprintf(name, sizeof(name), "spool/queue/%s", entry_id(e).text);
	spooled_write(name, "navette-message 1\nnonsense\n", 0600);
	ck_assert_ptr_null(sending_of(&managed, e));
	ck_assert_int_eq(e->state, ENTRY_BROKEN);
}
END_TEST

START_TEST(those_of_its_lane_come_in_turn)
{
	struct entry *e = queue_for(ALL);
	struct sending *s = sending_of(&managed, e);

	e->lane = lane_choose(&managed, e, &s->queued.envelope, 0);
	ck_assert_uint_eq(sending_next(&managed, s, 0), 0);
	ck_assert_uint_eq(sending_next(&managed, s, 1), 1);
	ck_assert_uint_eq(sending_next(&managed, s, 2), 3);
	ck_assert_uint_eq(sending_next(&managed, s, 4), ALL);
	e->lane = lane_choose(&managed, e, &s->queued.envelope, 2);
	ck_assert_uint_eq(sending_next(&managed, s, 0), 2);
	ck_assert_uint_eq(sending_next(&managed, s, 3), 4);
	sending_close(s);
}
END_TEST

START_TEST(what_an_agent_has_is_not_asked_for_again_until_it_is_back)
{
	struct entry *e = queue_for(2);
	struct sending *s = sending_of(&managed, e);
	const struct range first = {0, 0}, both = {0, 1};

	sending_mark(s, &first, true);
	ck_assert_uint_eq(sending_next(&managed, s, 0), 1);
	sending_mark(s, &both, true);
	ck_assert_uint_eq(sending_next(&managed, s, 0), 2);
	sending_mark(s, &first, false);
	ck_assert_uint_eq(sending_next(&managed, s, 0), 0);
	ck_assert_uint_eq(sending_next(&managed, s, 1), 2);
	sending_close(s);
}
END_TEST

START_TEST(who_has_an_answer_is_not_asked_again_in_this_round)
{
	struct entry *e = queue_for(2);
	struct sending *s = sending_of(&managed, e);
	struct verdict v = {.kind = VERDICT_DEFERRED,
	    .scope = SCOPE_RECIPIENT, .stage = STAGE_RCPT, .code = 450};

	e->round = clock_wall();
	queued_learn(&s->queued, &v, clock_wall());
	ck_assert_uint_eq(sending_next(&managed, s, 0), 1);
	/* Nor those who have had theirs. */
	v.kind = VERDICT_DELIVERED;
	v.first = v.last = 1;
	queued_learn(&s->queued, &v, clock_wall());
	s->next_number = 0;
	ck_assert_uint_eq(sending_next(&managed, s, 0), 2);
	e->round = 0;
	s->next_number = 0;
	ck_assert_uint_eq(sending_next(&managed, s, 0), 0);
	sending_close(s);
}
END_TEST

START_TEST(the_place_for_results_is_made_where_there_can_be_several)
{
	struct entry *one = queue_for(1), *two = queue_for(2);
	struct sending *s = sending_of(&managed, one);

	ck_assert(sending_prepare(&managed, s));
	ck_assert(!has_journal(one));
	sending_close(s);
	s = sending_of(&managed, two);
	ck_assert(sending_prepare(&managed, s));
	ck_assert(has_journal(two));
	ck_assert(two->journal);
	sending_close(s);
}
END_TEST

START_TEST(without_a_place_for_results_nothing_is_sent)
{
	struct entry *e = queue_for(2);
	struct sending *s = sending_of(&managed, e);
	char name[64];

	snprintf(name, sizeof(name), "spool/queue/%s.log", entry_id(e).text);
	ck_assert_int_eq(mkdir(spooled_path(name), 0700), 0);
	ck_assert(!sending_prepare(&managed, s));
	ck_assert(managed.unsafe);
	sending_close(s);
	managed.unsafe = false;
}
END_TEST

START_TEST(what_is_recorded_is_there_when_it_is_read_again)
{
	struct entry *e = queue_for(2);
	struct sending *s = sending_of(&managed, e);
	struct verdict v = {.kind = VERDICT_DELIVERED, .code = 250,
	    .stage = STAGE_BODY, .scope = SCOPE_MESSAGE, .first = 1,
	    .last = 1, .text = SLICE("taken")};

	ck_assert(sending_record(&managed, s, JOURNAL_VERDICT, &v));
	ck_assert(s->unsynced);
	sending_sync(&managed, s);
	ck_assert(!s->unsynced);
	sending_close(s);
	s = sending_of(&managed, e);
	ck_assert_uint_eq(s->open, 1);
	ck_assert_uint_eq(sending_next(&managed, s, 0), 0);
	ck_assert_uint_eq(sending_next(&managed, s, 1), 2);
	sending_close(s);
}
END_TEST

static Suite *
sending_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("queue/sending");
	t = tcase_create("sending");
	tcase_add_checked_fixture(t, setup, spooled_end);
	tcase_add_test(t, a_message_is_read_once_for_all_its_jobs);
	tcase_add_test(t, what_cannot_be_read_is_broken);
	tcase_add_test(t, those_of_its_lane_come_in_turn);
	tcase_add_test(t,
	    what_an_agent_has_is_not_asked_for_again_until_it_is_back);
	tcase_add_test(t, who_has_an_answer_is_not_asked_again_in_this_round);
	tcase_add_test(t,
	    the_place_for_results_is_made_where_there_can_be_several);
	tcase_add_test(t, without_a_place_for_results_nothing_is_sent);
	tcase_add_test(t, what_is_recorded_is_there_when_it_is_read_again);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(sending_suite)
