#include "managed.h"

#include <stdlib.h>

#include "queue/flight.h"

#define MANY 60000u

static struct sending *sending;
static struct flight *flight;
static struct job job;

/* Every second one goes another way. */
static void
begin(uint32_t count)
{
	struct recipient *to;
	struct envelope e = {.uid = 1000, .sender = SLICE("s@example.org"),
	    .time = 1};
	struct entry *entry;
	uint32_t i;

	e.recipients = to = xcalloc(count, sizeof(*to));
	e.count = count;
	for (i = 0; i < count; i++)
		to[i].addr = i % 2 == 0 ? SLICE("a@example.net") :
		    SLICE("b@shop.example");
	entry = managed_queue(&e, "x\r\n");
	free(to);
	lane_withdraw(entry->lane, entry);
	entry->lane = lane_choose(&managed, entry, NULL, 0);
	flight = flight_begin(&managed, entry, accounts_first(), 8, &job);
	ck_assert_ptr_nonnull(flight);
	sending = flight->sending;
}

static void
setup(void)
{
	managed_begin("bulk { threshold = 1000000 }\n"
	    "route \"shop\" { recipient-domain = {\"shop.example\"}\n"
	    "smarthosts = {\"isp\"} }\n");
}

static void
teardown(void)
{
	flight_end(&managed, flight, 0, false);
	job_free(&job);
	spooled_end();
}

static void
hear(uint32_t first, uint32_t last)
{
	struct verdict v;

	memset(&v, 0, sizeof(v));
	v.kind = VERDICT_DELIVERED;
	v.first = first;
	v.last = last;
	v.code = 250;
	flight_hear(&managed, flight, &v);
}

START_TEST(only_those_who_were_asked_for_are_believed)
{
	begin(4);
	ck_assert_uint_eq(flight->asked, 2);
	hear(0, 3);
	hear(1, 1);
	hear(3, 3);
	hear(2, 1);
	ck_assert_uint_eq(queued_open_count(&sending->queued), 4);
	hear(2, 2);
	ck_assert_uint_eq(queued_open_count(&sending->queued), 3);
	ck_assert(!queued_is_open(&sending->queued, 2));
}
END_TEST

/* A socket takes so much at once, and a job goes as a whole or not at all. */
START_TEST(a_job_for_many_is_small_enough_to_be_handed_over)
{
	struct buf text = BUF_INIT;

	begin(MANY);
	job_print(&job, &text);
	ck_assert_uint_lt(text.len, 65536);
	ck_assert_uint_gt(flight->asked, 1000);
	buf_free(&text);
}
END_TEST

static Suite *
flight_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("queue/flight");
	t = tcase_create("flight");
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, only_those_who_were_asked_for_are_believed);
	tcase_add_test(t, a_job_for_many_is_small_enough_to_be_handed_over);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(flight_suite)
