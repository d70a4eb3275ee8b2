#include "managed.h"

#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "queue/commands.h"
#include "queue/fair.h"
#include "queue/embargo.h"

static const struct asker root = {0, true}, jean = {1000, false},
    anna = {1001, false};
static struct buf out;

static struct entry *
queue_from(uint32_t uid, const char *sender)
{
	struct recipient to = {.addr = SLICE("a@example.net")};
	struct envelope e = {.uid = uid, .sender = slice_from(sender),
	    .time = 1, .recipients = &to, .count = 1};

	return managed_queue(&e, "x\r\n");
}

static void
setup(void)
{
	managed_begin("route \"shop\" { sender = {\"@shop.example\"}\n"
	    "smarthosts = {\"isp\"} }\n");
	ck_assert(embargo_begin(&managed));
}

static void
teardown(void)
{
	buf_free(&out);
	spooled_end();
}

/* Asks, and gives the status. */
static int
ask(const struct asker *who, const char *line)
{
	struct answer answer = {.status = -1};
	int status;

	buf_clear(&out);
	command_obey(&managed, who, slice_from(line), &answer);
	while (answer_more(&managed, who, &answer, &out))
		;
	status = answer.status;
	answer_free(&answer);
	return status;
}

static int
ask_about(const struct asker *who, const char *command, const struct entry *e)
{
	struct buf line = BUF_INIT;
	int status;

	buf_addf(&line, "%s %s", command, entry_id(e).text);
	status = ask(who, buf_string(&line));
	buf_free(&line);
	return status;
}

static bool
says(const char *words)
{
	return strstr(buf_string(&out), words) != NULL;
}

START_TEST(a_sender_is_held_with_what_is_there_and_what_comes)
{
	struct entry *early, *late, *other;

	early = queue_from(1000, "s@example.org");
	other = queue_from(1000, "t@example.org");
	ck_assert_int_eq(early->state, ENTRY_READY);
	ck_assert_int_eq(ask(&root, "hold-sender <S@Example.org>"), EX_OK);
	late = queue_from(1001, "s@example.org");
	ck_assert_int_eq(early->state, ENTRY_HELD);
	ck_assert_int_eq(late->state, ENTRY_HELD);
	ck_assert_int_eq(other->state, ENTRY_READY);
	ck_assert_uint_eq(other->lane->ready.count, 1);
	ck_assert_int_eq(ask(&root, "list"), EX_OK);
	ck_assert(says(" mail of <S@Example.org> is held since "));
	ck_assert(says("held with its sender"));
	ck_assert_int_eq(ask_about(&root, "release", early), EX_UNAVAILABLE);
	ck_assert_int_eq(ask(&root, "release-sender s@example.org"), EX_OK);
	ck_assert_int_eq(early->state, ENTRY_READY);
	ck_assert_int_eq(late->state, ENTRY_READY);
	ck_assert_uint_eq(other->lane->ready.count, 3);
	ck_assert_int_eq(ask(&root, "release-sender s@example.org"),
	    EX_NOINPUT);
}
END_TEST

START_TEST(what_waits_is_held_when_its_time_comes)
{
	struct entry *e;

	e = queue_from(1000, "s@example.org");
	lane_withdraw(e->lane, e);
	entry_wait(e, clock_boot() + 3600 * CLOCK_SEC);
	ck_assert_int_eq(ask(&jean, "hold-sender s@example.org"), EX_OK);
	ck_assert_int_eq(ask(&jean, "list"), EX_OK);
	ck_assert(says("held with its sender"));
	entry_unwait(e);
	lane_enqueue(e->lane, e, false);
	ck_assert_int_eq(e->state, ENTRY_HELD);
}
END_TEST

START_TEST(an_owner_holds_their_own_mail_only)
{
	struct entry *own, *others;

	own = queue_from(1000, "s@example.org");
	others = queue_from(1001, "s@example.org");
	ck_assert_int_eq(ask(&jean, "hold-sender s@example.org"), EX_OK);
	ck_assert_int_eq(own->state, ENTRY_HELD);
	ck_assert_int_eq(others->state, ENTRY_READY);
	ck_assert_int_eq(ask(&anna, "list"), EX_OK);
	ck_assert(!says("is held"));
	ck_assert_int_eq(ask(&anna, "release-sender s@example.org"),
	    EX_NOINPUT);
	ck_assert_int_eq(own->state, ENTRY_HELD);
	ck_assert_int_eq(ask(&root, "release-sender s@example.org"), EX_OK);
	ck_assert_int_eq(own->state, ENTRY_READY);
}
END_TEST

START_TEST(what_an_administrator_holds_no_owner_releases)
{
	struct entry *e;

	e = queue_from(1000, "s@example.org");
	ck_assert_int_eq(ask(&root, "hold-sender s@example.org"), EX_OK);
	ck_assert_int_eq(ask(&jean, "release-sender s@example.org"),
	    EX_NOPERM);
	ck_assert(says("is held by an administrator"));
	/* One of their own beside it changes nothing. */
	ck_assert_int_eq(ask(&jean, "hold-sender s@example.org"), EX_OK);
	ck_assert_int_eq(ask(&jean, "release-sender s@example.org"), EX_OK);
	ck_assert_int_eq(e->state, ENTRY_HELD);
	ck_assert_int_eq(ask(&root, "release-sender s@example.org"), EX_OK);
	ck_assert_int_eq(e->state, ENTRY_READY);
	/* The same for one message. */
	ck_assert_int_eq(ask_about(&root, "hold", e), EX_OK);
	ck_assert_int_eq(ask_about(&jean, "hold", e), EX_OK);
	ck_assert_int_eq(ask_about(&jean, "release", e), EX_NOPERM);
	ck_assert_int_eq(ask_about(&jean, "remove", e), EX_NOPERM);
	ck_assert_int_eq(ask_about(&jean, "retry", e), EX_UNAVAILABLE);
	ck_assert_int_eq(e->state, ENTRY_HELD);
	ck_assert_int_eq(ask_about(&root, "release", e), EX_OK);
	ck_assert_int_eq(e->state, ENTRY_READY);
	ck_assert_int_eq(ask_about(&jean, "hold", e), EX_OK);
	ck_assert_int_eq(ask_about(&jean, "release", e), EX_OK);
}
END_TEST

START_TEST(the_journal_remembers_who_held_a_message)
{
	struct entry *e;
	struct queued q;
	const char *why;

	e = queue_from(1000, "s@example.org");
	ck_assert_int_eq(ask_about(&jean, "hold", e), EX_OK);
	ck_assert(queued_load(spooled, entry_id(e).text, QUEUED_WAITING,
	    &q, NULL, &why));
	ck_assert(q.held);
	ck_assert(!q.held_by_admin);
	queued_free(&q);
	ck_assert_int_eq(ask_about(&root, "hold", e), EX_OK);
	ck_assert(queued_load(spooled, entry_id(e).text, QUEUED_WAITING,
	    &q, NULL, &why));
	ck_assert(q.held_by_admin);
	queued_free(&q);
}
END_TEST

static const char *const of_lanes[] = {"hold-lane mail", "release-lane mail",
    "retry-lane mail", "remove-lane mail"};

START_TEST(lanes_are_the_administrators)
{
	struct entry *e;

	e = queue_from(1000, "s@example.org");
	ck_assert_int_eq(ask(&jean, of_lanes[_i]), EX_NOPERM);
	ck_assert(!e->lane->held);
	ck_assert_uint_eq(entry_count(), 1);
}
END_TEST

START_TEST(a_held_lane_gives_nothing_out_and_says_so)
{
	struct entry *e, *shop;
	int64_t wake;

	e = queue_from(1000, "s@example.org");
	shop = queue_from(1000, "s@shop.example");
	ck_assert_int_eq(ask(&root, "hold-lane nowhere"), EX_NOINPUT);
	ck_assert_int_eq(ask(&root, "hold-lane shop"), EX_OK);
	ck_assert(!lane_is_open(shop->lane));
	ck_assert(lane_is_open(e->lane));
	wake = CLOCK_NEVER;
	lane_dispatch(&managed, shop->lane, &wake);
	ck_assert_uint_eq(shop->lane->accounts[0]->worker_count, 0);
	ck_assert_uint_eq(shop->lane->ready.count, 1);
	ck_assert_int_eq(ask(&jean, "list"), EX_OK);
	ck_assert(says(" lane shop is held since "));
	ck_assert(says("held with its lane"));
	ck_assert_int_eq(ask(&root, "status"), EX_OK);
	ck_assert(says(" lane shop is held since "));
	ck_assert(says(" lane mail: 1 in the queue, 1 ready, by isp\n"));
	ck_assert(says(" lane shop: 1 in the queue, 1 ready, held, by isp\n"));
	ck_assert(!says(" lane bulk"));
	ck_assert_int_eq(ask_about(&root, "release", shop), EX_UNAVAILABLE);
	ck_assert_int_eq(ask_about(&root, "retry", shop), EX_UNAVAILABLE);
	ck_assert_int_eq(ask(&root, "release-lane shop"), EX_OK);
	ck_assert(lane_is_open(shop->lane));
}
END_TEST

START_TEST(all_of_a_sender_or_a_lane_is_removed)
{
	int i;

	for (i = 0; i < 60; i++) {
		queue_from(1000, "s@example.org");
		queue_from(1000, "s@shop.example");
	}
	queue_from(1001, "s@example.org");
	ck_assert_int_eq(ask(&jean, "remove-sender s@example.org"), EX_OK);
	ck_assert_uint_eq(entry_count(), 61);
	ck_assert_int_eq(ask(&root, "remove-lane shop"), EX_OK);
	ck_assert_uint_eq(entry_count(), 1);
	ck_assert_int_eq(ask(&root, "remove-lane shop"), EX_OK);
	ck_assert(says("nothing of it waits"));
}
END_TEST

/* Two senders that are one party to us. */
#define ONE "5e108ad8-104024@example.org"
#define OTHER "8e483fb9-139401@example.org"

START_TEST(nothing_is_removed_for_another_sender_of_the_same_party)
{
	struct id_text id;

	id = entry_id(queue_from(1000, OTHER));
	queue_from(1000, ONE);
	ck_assert_uint_eq(fair_party(1000, SLICE(ONE)),
	    fair_party(1000, SLICE(OTHER)));
	ck_assert_int_eq(ask(&root, "remove-sender " ONE), EX_OK);
	ck_assert_uint_eq(entry_count(), 1);
	ck_assert_ptr_nonnull(entry_find(id.text));
	ck_assert_int_eq(ask(&root, "remove-sender <" OTHER ">"), EX_OK);
	ck_assert_uint_eq(entry_count(), 0);
}
END_TEST

START_TEST(what_is_longer_than_an_address_is_not_held)
{
	struct buf line = BUF_INIT;
	int i;

	buf_add_string(&line, "hold-sender ");
	for (i = 0; i < 2000; i++)
		buf_add_char(&line, 'x');
	ck_assert_int_eq(ask(&jean, buf_string(&line)), EX_DATAERR);
	ck_assert_int_eq(ask(&jean, "list"), EX_OK);
	ck_assert(!says("is held since"));
	buf_free(&line);
}
END_TEST

START_TEST(all_of_a_sender_is_due_at_once)
{
	struct entry *e;

	e = queue_from(1000, "s@example.org");
	lane_withdraw(e->lane, e);
	entry_wait(e, clock_boot() + 3600 * CLOCK_SEC);
	ck_assert_int_eq(ask(&jean, "retry-sender s@example.org"), EX_OK);
	ck_assert_int_le(e->due, clock_boot());
}
END_TEST

START_TEST(what_cannot_be_recorded_is_not_held)
{
	struct entry *e;

	e = queue_from(1000, "s@example.org");
	ck_assert_int_eq(mkdir(spooled_path("spool/state/held~"), 0700), 0);
	ck_assert_int_eq(ask(&root, "hold-sender s@example.org"), EX_IOERR);
	ck_assert_int_eq(e->state, ENTRY_READY);
	ck_assert_int_eq(ask(&root, "hold-lane mail"), EX_IOERR);
	ck_assert(!e->lane->held);
	ck_assert_int_eq(rmdir(spooled_path("spool/state/held~")), 0);
}
END_TEST

START_TEST(what_cannot_be_recorded_is_not_released)
{
	struct entry *e;

	e = queue_from(1000, "s@example.org");
	ck_assert_int_eq(ask(&root, "hold-sender s@example.org"), EX_OK);
	ck_assert_int_eq(mkdir(spooled_path("spool/state/held~"), 0700), 0);
	ck_assert_int_eq(ask(&root, "release-sender s@example.org"),
	    EX_IOERR);
	ck_assert_int_eq(e->state, ENTRY_HELD);
	ck_assert_int_eq(rmdir(spooled_path("spool/state/held~")), 0);
	ck_assert_int_eq(ask(&root, "list"), EX_OK);
	ck_assert(says(" mail of <s@example.org> is held since "));
	ck_assert_int_eq(ask(&root, "release-sender s@example.org"), EX_OK);
	ck_assert_int_eq(e->state, ENTRY_READY);
}
END_TEST

START_TEST(a_hold_of_one_that_cannot_be_recorded_says_so)
{
	struct buf name = BUF_INIT;
	struct entry *e;

	e = queue_from(1000, "s@example.org");
	buf_addf(&name, "spool/queue/%s.log", entry_id(e).text);
	ck_assert_int_eq(mkdir(spooled_path(buf_string(&name)), 0700), 0);
	ck_assert_int_eq(ask_about(&root, "hold", e), EX_IOERR);
	ck_assert(says("until a restart"));
	ck_assert_int_eq(e->state, ENTRY_HELD);
	ck_assert_int_eq(ask_about(&root, "release", e), EX_IOERR);
	ck_assert_int_eq(e->state, ENTRY_READY);
	buf_free(&name);
}
END_TEST

START_TEST(one_user_cannot_make_holds_without_end)
{
	struct buf line = BUF_INIT;
	int i, status;

	status = EX_OK;
	for (i = 0; i < 100 && status == EX_OK; i++) {
		buf_clear(&line);
		buf_addf(&line, "hold-sender s%d@example.org", i);
		status = ask(&jean, buf_string(&line));
	}
	ck_assert_int_eq(status, EX_UNAVAILABLE);
	ck_assert_int_eq(i, 21);
	ck_assert_int_eq(ask(&anna, "hold-sender s@example.org"), EX_OK);
	ck_assert_int_eq(ask(&jean, "release-sender s1@example.org"), EX_OK);
	ck_assert_int_eq(ask(&jean, "hold-sender t@example.org"), EX_OK);
	buf_free(&line);
}
END_TEST

START_TEST(a_start_finds_the_holds_of_before)
{
	struct entry e = {.uid = 1000};

	/* One with a word that makes no sense is passed over. */
	spooled_write("spool/state/held", "lane 0 admin 5 shop/bulk\nrubbish\n"
	    "sender 1000 owner 6 s\\x20\\\\@example.org\n", 0600);
	ck_assert(embargo_begin(&managed));
	ck_assert(embargo_has_lane("shop/bulk"));
	ck_assert(!embargo_has_lane("shop"));
	e.party = fair_party(1000, SLICE("s \\@example.org"));
	ck_assert(embargo_covers(&e));
	e.uid = 1001;
	e.party = fair_party(1001, SLICE("s \\@example.org"));
	ck_assert(!embargo_covers(&e));
}
END_TEST

static Suite *
embargo_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("queue/embargo");
	t = tcase_create("embargo");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_sender_is_held_with_what_is_there_and_what_comes);
	tcase_add_test(t, what_waits_is_held_when_its_time_comes);
	tcase_add_test(t, an_owner_holds_their_own_mail_only);
	tcase_add_test(t, what_an_administrator_holds_no_owner_releases);
	tcase_add_test(t, the_journal_remembers_who_held_a_message);
	tcase_add_loop_test(t, lanes_are_the_administrators, 0,
	    (int)(sizeof(of_lanes) / sizeof(of_lanes[0])));
	tcase_add_test(t, a_held_lane_gives_nothing_out_and_says_so);
	tcase_add_test(t, all_of_a_sender_or_a_lane_is_removed);
	tcase_add_test(t,
	    nothing_is_removed_for_another_sender_of_the_same_party);
	tcase_add_test(t, what_is_longer_than_an_address_is_not_held);
	tcase_add_test(t, all_of_a_sender_is_due_at_once);
	tcase_add_test(t, what_cannot_be_recorded_is_not_held);
	tcase_add_test(t, what_cannot_be_recorded_is_not_released);
	tcase_add_test(t, a_hold_of_one_that_cannot_be_recorded_says_so);
	tcase_add_test(t, one_user_cannot_make_holds_without_end);
	tcase_add_test(t, a_start_finds_the_holds_of_before);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(embargo_suite)
