#include "managed.h"

#include <stdlib.h>

#include "mail/schedule.h"

static uint32_t told_uid;
static int told_over;

static void
tell(uint32_t uid, bool over)
{
	told_uid = uid;
	told_over += over;
}

static void
setup(void)
{
	managed_begin("max-waiting = 2\n");
	users_begin(spooled_config, tell);
	told_over = 0;
}

static void
teardown(void)
{
	spooled_end();
}

static struct entry *
queue_one(void)
{
	struct recipient to = {.addr = SLICE("a@example.net")};
	struct envelope e = {.uid = 1000, .sender = SLICE("s@example.org"),
	    .time = 1, .recipients = &to, .count = 1};

	return managed_queue(&e, "x\r\n");
}

static struct entry *
queue_damaged(void)
{
	struct buf name = BUF_INIT;
	char id[ID_LEN + 1];

	id_new(id);
	buf_addf(&name, "spool/queue/%s", id);
	spooled_write(buf_string(&name), "navette-message 1\n", 0600);
	buf_free(&name);
	manager_admit(&managed, id);
	return entry_find(id);
}

/* The first one has no journal, and errno says so. */
START_TEST(what_is_damaged_is_not_taken_for_one_that_is_gone)
{
	struct entry *e;

	queue_one();
	e = queue_damaged();
	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(e->state, ENTRY_BROKEN);
	ck_assert_uint_eq(entry_count(), 2);
}
END_TEST

START_TEST(what_was_never_read_counts_for_nobody)
{
	struct entry *e;

	queue_one();
	e = queue_damaged();
	e->uid = 1000;
	manager_forget(&managed, e);
	ck_assert_int_eq(told_over, 0);
	queue_one();
	ck_assert_int_eq(told_over, 1);
	ck_assert_uint_eq(told_uid, 1000);
}
END_TEST

static const int64_t set_back[] = {-60, 0, 60, 3600, 400 * 86400ll};

START_TEST(no_clock_that_was_set_back_makes_a_pause_longer)
{
	struct journal_entry attempt = {.what = JOURNAL_ATTEMPT};
	struct id_text id;
	struct journal *j;
	struct entry *e;

	e = queue_one();
	id = entry_id(e);
	lane_withdraw(e->lane, e);
	entry_drop(e);
	attempt.time = clock_wall() + set_back[_i] * CLOCK_SEC;
	attempt.verdict.job = 3;
	j = journal_open(spooled, id.text, 1);
	ck_assert_ptr_nonnull(j);
	ck_assert(journal_add(j, &attempt));
	journal_close(j);
	manager_admit(&managed, id.text);
	e = entry_find(id.text);
	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(e->state, ENTRY_WAITING);
	ck_assert_uint_eq(e->attempts, 3);
	ck_assert_int_le(e->due, clock_boot() + schedule_pause(3,
	    spooled_config->retry_first, spooled_config->retry_max,
	    UINT32_MAX));
}
END_TEST

static Suite *
manager_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("queue/manager");
	t = tcase_create("manager");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_is_damaged_is_not_taken_for_one_that_is_gone);
	tcase_add_test(t, what_was_never_read_counts_for_nobody);
	tcase_add_loop_test(t,
	    no_clock_that_was_set_back_makes_a_pause_longer, 0,
	    (int)(sizeof(set_back) / sizeof(set_back[0])));
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(manager_suite)
