#include "managed.h"

#include "queue/rivals.h"

static struct account *isp;
static struct rivals r;

/* Bulk mail of this sender, ready to go; each is younger than the last. */
static struct entry *
list_of(const char *sender, uint32_t recipients)
{
	struct recipient to = {.addr = SLICE("a@example.net")};
	struct envelope like = {.uid = 1000, .sender = slice_from(sender),
	    .time = 1, .recipients = &to, .count = 1,
	    .flags = ENVELOPE_BULK};
	struct entry *e = managed_queue(&like, "x\r\n");

	ck_assert(e->bulk);
	ck_assert_uint_eq(e->open, 1);
	e->recipients = e->open = recipients;
	return e;
}

static void
setup(void)
{
	managed_begin("");
	isp = account_find("isp");
}

START_TEST(a_list_alone_has_no_rivals)
{
	rivals_count(list_of("a@x", 500), isp, 50, &r);
	ck_assert_uint_eq(r.recipients, 0);
	ck_assert_uint_eq(r.transactions, 0);
}
END_TEST

START_TEST(parties_take_turns)
{
	struct entry *small = list_of("a@x", 100), *large = list_of("b@x",
	    1000);

	/* The large one has had two turns when the small one is done. */
	rivals_count(small, isp, 50, &r);
	ck_assert_uint_eq(r.recipients, 100);
	ck_assert_uint_eq(r.transactions, 2);
	rivals_count(large, isp, 50, &r);
	ck_assert_uint_eq(r.recipients, 100);
	ck_assert_uint_eq(r.transactions, 2);
	/* A third sender's short messages are a turn each. */
	list_of("c@x", 1);
	list_of("c@x", 1);
	list_of("c@x", 1);
	rivals_count(small, isp, 50, &r);
	ck_assert_uint_eq(r.recipients, 102);
	ck_assert_uint_eq(r.transactions, 4);
}
END_TEST

START_TEST(what_the_same_sender_handed_over_before_goes_first)
{
	struct entry *first = list_of("a@x", 1000), *second = list_of("a@x",
	    100), *other = list_of("b@x", 5000);

	rivals_count(first, isp, 50, &r);
	ck_assert_uint_eq(r.recipients, 1000);
	/* Twenty turns of the first, two of its own, as many of the other. */
	rivals_count(second, isp, 50, &r);
	ck_assert_uint_eq(r.recipients, 1000 + 22 * 50);
	ck_assert_uint_eq(r.transactions, 20 + 22);
	rivals_count(other, isp, 50, &r);
	ck_assert_uint_eq(r.recipients, 1100);
}
END_TEST

START_TEST(what_cannot_go_is_no_rival)
{
	struct entry *list = list_of("a@x", 100), *other = list_of("b@x", 100);

	lane_withdraw(other->lane, other);
	entry_wait(other, CLOCK_NEVER);
	rivals_count(list, isp, 50, &r);
	ck_assert_uint_eq(r.recipients, 0);
	entry_unwait(other);
	lane_enqueue(other->lane, other, false);
	other->bulk = false;
	rivals_count(list, isp, 50, &r);
	ck_assert_uint_eq(r.recipients, 0);
	other->bulk = true;
	other->open = 30;
	rivals_count(list, isp, 50, &r);
	ck_assert_uint_eq(r.recipients, 30);
	ck_assert_uint_eq(r.transactions, 1);
}
END_TEST

static Suite *
rivals_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("queue/rivals");
	t = tcase_create("rivals");
	tcase_add_checked_fixture(t, setup, spooled_end);
	tcase_add_test(t, a_list_alone_has_no_rivals);
	tcase_add_test(t, parties_take_turns);
	tcase_add_test(t, what_the_same_sender_handed_over_before_goes_first);
	tcase_add_test(t, what_cannot_go_is_no_rival);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(rivals_suite)
