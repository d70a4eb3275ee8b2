#include "spooled.h"

#include <errno.h>

#include "base/clock.h"
#include "queue/queued.h"
#include "spool/id.h"
#include "spool/journal.h"

#define THREE 3

static char id[ID_LEN + 1];
static struct queued q;
static const char *why;

static void
queue_text(struct slice text)
{
	int fd;

	id_new(id);
	fd = spool_begin(spooled, id);
	ck_assert_int_ge(fd, 0);
	ck_assert(file_write(fd, text.ptr, text.len));
	ck_assert(spool_commit(spooled, id, &fd));
}

/* A message to three recipients, without a journal. */
static void
setup(void)
{
	struct recipient to[THREE] = {{.addr = SLICE("a@example.net")},
	    {.addr = SLICE("b@example.net")},
	    {.addr = SLICE("c@example.net")}};
	struct envelope e = {.header_size = 2, .sender = SLICE("s@x.org"),
	    .recipients = to, .count = THREE};
	struct buf all = BUF_INIT;

	spooled_begin("");
	envelope_print(&e, &all);
	buf_add_string(&all, "\r\n");
	queue_text(buf_slice(&all));
	buf_free(&all);
}

static void
note(enum journal_what what, uint32_t first, uint32_t last,
    enum verdict_kind kind)
{
	struct journal_entry e;
	struct journal *j;

	memset(&e, 0, sizeof(e));
	e.time = 17;
	e.what = what;
	e.verdict.job = 5;
	e.verdict.first = first;
	e.verdict.last = last;
	e.verdict.kind = kind;
	e.verdict.text = SLICE("so it was said");
	j = journal_open(spooled, id, 1);
	ck_assert_ptr_nonnull(j);
	ck_assert(journal_add(j, &e));
	ck_assert(journal_sync(j));
	journal_close(j);
}

static void
load(void)
{
	ck_assert_msg(queued_load(spooled, id, QUEUED_WAITING, &q, NULL, &why),
	    "%s", why);
}

START_TEST(without_a_journal_every_recipient_is_open)
{
	int fd;

	ck_assert(queued_load(spooled, id, QUEUED_WAITING, &q, &fd, &why));
	ck_assert_int_ge(fd, 0);
	file_close(&fd);
	ck_assert_uint_eq(queued_open_count(&q), THREE);
	ck_assert_ptr_null(queued_outcome(&q, 0));
	ck_assert(!q.held && !q.warned);
	queued_free(&q);
}
END_TEST

/* Who knows that there is no journal does not look for it. */
START_TEST(what_is_plain_is_read_without_a_journal)
{
	load();
	ck_assert(!q.journal);
	queued_free(&q);
	note(JOURNAL_VERDICT, 0, 1, VERDICT_DELIVERED);
	load();
	ck_assert(q.journal);
	queued_free(&q);
	ck_assert(queued_load(spooled, id, QUEUED_PLAIN, &q, NULL, &why));
	ck_assert_uint_eq(queued_open_count(&q), THREE);
	queued_free(&q);
}
END_TEST

START_TEST(a_later_word_counts_but_not_against_a_final_one)
{
	note(JOURNAL_VERDICT, 0, 1, VERDICT_DEFERRED);
	note(JOURNAL_VERDICT, 0, 0, VERDICT_DELIVERED);
	note(JOURNAL_VERDICT, 0, 2, VERDICT_REFUSED);
	note(JOURNAL_VERDICT, 0, 2, VERDICT_DEFERRED);
	load();
	ck_assert_uint_eq(queued_open_count(&q), 0);
	ck_assert_int_eq(queued_outcome(&q, 0)->verdict.kind,
	    VERDICT_DELIVERED);
	ck_assert_int_eq(queued_outcome(&q, 1)->verdict.kind,
	    VERDICT_REFUSED);
	ck_assert(slice_is(queued_outcome(&q, 2)->verdict.text,
	    "so it was said"));
	ck_assert_int_eq(queued_outcome(&q, 2)->time, 17);
	queued_free(&q);
}
END_TEST

START_TEST(who_was_refused_is_answered_for_once)
{
	note(JOURNAL_VERDICT, 0, 1, VERDICT_REFUSED);
	note(JOURNAL_BOUNCED, 0, 0, VERDICT_DELIVERED);
	load();
	ck_assert(!queued_is_unanswered(&q, 0));
	ck_assert(queued_is_unanswered(&q, 1));
	ck_assert(!queued_is_unanswered(&q, 2));
	queued_answer(&q, 1, 4000000000u);
	ck_assert(!queued_is_unanswered(&q, 1));
	queued_free(&q);
}
END_TEST

START_TEST(more_recipients_than_the_threshold_are_a_list)
{
	struct config c;

	memset(&c, 0, sizeof(c));
	load();
	c.bulk.threshold = THREE;
	ck_assert(!queued_is_list(&q, &c));
	c.bulk.threshold = THREE - 1;
	ck_assert(queued_is_list(&q, &c));
	q.envelope.flags |= ENVELOPE_BOUNCE;
	ck_assert(!queued_is_list(&q, &c));
	queued_free(&q);
}
END_TEST

START_TEST(a_list_is_reported_when_everybody_was_told_of)
{
	note(JOURNAL_VERDICT, 0, 1, VERDICT_REFUSED);
	note(JOURNAL_VERDICT, 2, 2, VERDICT_DELIVERED);
	note(JOURNAL_BOUNCED, 0, 1, VERDICT_DELIVERED);
	load();
	ck_assert(!queued_is_reported(&q));
	ck_assert(queued_is_refused(&q, 1));
	ck_assert(!queued_is_refused(&q, 2));
	queued_free(&q);
	note(JOURNAL_BOUNCED, 0, 2, VERDICT_DELIVERED);
	load();
	ck_assert(queued_is_reported(&q));
	queued_free(&q);
}
END_TEST

START_TEST(a_list_remembers_who_was_only_handed_on)
{
	note(JOURNAL_VERDICT, 0, 1, VERDICT_DELIVERED);
	note(JOURNAL_RELAYED, 0, 1, VERDICT_DELIVERED);
	note(JOURNAL_VERDICT, 2, 2, VERDICT_REFUSED);
	note(JOURNAL_RELAYED, 2, 2, VERDICT_DELIVERED);
	note(JOURNAL_RELAYED, 7, 7, VERDICT_DELIVERED);
	load();
	ck_assert(queued_is_relayed(&q, 0));
	ck_assert(queued_is_relayed(&q, 1));
	ck_assert(!queued_is_relayed(&q, 2));
	queued_free(&q);
}
END_TEST

START_TEST(attempts_holds_and_warnings_are_remembered)
{
	note(JOURNAL_ATTEMPT, 0, 0, VERDICT_DELIVERED);
	note(JOURNAL_WARNED, 0, 0, VERDICT_DELIVERED);
	note(JOURNAL_HELD, 0, 0, VERDICT_DELIVERED);
	load();
	ck_assert_uint_eq(q.attempts, 5);
	ck_assert_int_eq(q.first_attempt, 17);
	ck_assert_int_eq(q.last_attempt, 17);
	ck_assert(q.warned && q.held);
	queued_free(&q);
	note(JOURNAL_FREED, 0, 0, VERDICT_DELIVERED);
	load();
	ck_assert(!q.held);
	queued_free(&q);
}
END_TEST

START_TEST(a_verdict_about_recipients_that_are_not_there_is_harmless)
{
	note(JOURNAL_VERDICT, 2, 4000000000u, VERDICT_REFUSED);
	note(JOURNAL_VERDICT, 9, 10, VERDICT_DELIVERED);
	load();
	ck_assert_uint_eq(queued_open_count(&q), THREE - 1);
	queued_free(&q);
}
END_TEST

static const char *const damaged[] = {
	"", "navette-message 1\n", "something else\n\n",
	"navette-message 99\n\n"
};

START_TEST(what_is_damaged_is_told_and_leaves_nothing)
{
	queue_text(slice_from(damaged[_i]));
	why = NULL;
	/* As the journal that another one does not have leaves it. */
	errno = ENOENT;
	ck_assert(!queued_load(spooled, id, QUEUED_WAITING, &q, NULL, &why));
	ck_assert_ptr_nonnull(why);
	ck_assert_int_ne(errno, ENOENT);
	ck_assert_ptr_null(q.text.data);
}
END_TEST

START_TEST(what_is_gone_is_told)
{
	ck_assert(spool_remove(spooled, id, true));
	ck_assert(!queued_load(spooled, id, QUEUED_WAITING, &q, NULL, &why));
	ck_assert_str_eq(why, "No such file or directory");
}
END_TEST

static Suite *
queued_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("queue/queued");
	t = tcase_create("queued");
	tcase_add_checked_fixture(t, setup, spooled_end);
	tcase_add_test(t, without_a_journal_every_recipient_is_open);
	tcase_add_test(t, what_is_plain_is_read_without_a_journal);
	tcase_add_test(t, a_later_word_counts_but_not_against_a_final_one);
	tcase_add_test(t, who_was_refused_is_answered_for_once);
	tcase_add_test(t, more_recipients_than_the_threshold_are_a_list);
	tcase_add_test(t, a_list_remembers_who_was_only_handed_on);
	tcase_add_test(t, a_list_is_reported_when_everybody_was_told_of);
	tcase_add_test(t, attempts_holds_and_warnings_are_remembered);
	tcase_add_test(t,
	    a_verdict_about_recipients_that_are_not_there_is_harmless);
	tcase_add_loop_test(t, what_is_damaged_is_told_and_leaves_nothing, 0,
	    sizeof(damaged) / sizeof(damaged[0]));
	tcase_add_test(t, what_is_gone_is_told);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(queued_suite)
