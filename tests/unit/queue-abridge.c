#include "managed.h"

#include <stdlib.h>
#include <unistd.h>

#include "queue/abridge.h"
#include "queue/sending.h"

#define RECIPIENTS 40
#define ROUNDS 100
#define NAME(i) ((char[]){'a', (char)('a' + (i) / 26), \
	(char)('a' + (i) % 26), '@', 'x', '\0'})

static struct entry *entry;
static struct sending *sending;
static struct queued before, after;

static void
record(enum journal_what what, size_t first, size_t last,
    enum verdict_kind kind, const char *words)
{
	struct verdict v;

	memset(&v, 0, sizeof(v));
	v.first = (uint32_t)first;
	v.last = (uint32_t)last;
	v.kind = kind;
	v.job = 7;
	v.text = slice_from(words);
	ck_assert(sending_record(&managed, sending, what, &v));
}

static void
load(struct queued *q)
{
	const char *why;

	ck_assert(queued_load(spooled, entry_id(entry).text, QUEUED_WAITING,
	    q, NULL, &why));
}

static uint64_t
size(void)
{
	return journal_size(sending->journal);
}

/* Forty recipients, put off again and again in many words. */
static void
setup(void)
{
	static struct recipient to[RECIPIENTS];
	struct envelope e = {.uid = 1000, .sender = SLICE("s@example.org"),
	    .time = 1, .recipients = to, .count = RECIPIENTS};
	char words[400];
	size_t i, round;

	managed_begin("");
	memset(words, 'w', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	for (i = 0; i < RECIPIENTS; i++)
		to[i].addr = slice_from(xstrdup(NAME(i)));
	entry = managed_queue(&e, "x\r\n");
	for (i = 0; i < RECIPIENTS; i++)
		free((void *)(uintptr_t)to[i].addr.ptr);
	sending = sending_of(&managed, entry);
	ck_assert_ptr_nonnull(sending);
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < RECIPIENTS - 10; i++)
			record(JOURNAL_VERDICT, i, i, VERDICT_DEFERRED, words);
		record(JOURNAL_ATTEMPT, 0, 0, VERDICT_DELIVERED, "");
	}
	record(JOURNAL_VERDICT, 3, 5, VERDICT_REFUSED, "no \\ such user");
	record(JOURNAL_VERDICT, 6, 7, VERDICT_DELIVERED, "ok");
	record(JOURNAL_RELAYED, 6, 7, VERDICT_DELIVERED, "ok");
	record(JOURNAL_BOUNCED, 3, 4, VERDICT_DELIVERED, "");
	record(JOURNAL_FREED, 0, 0, VERDICT_DELIVERED, "");
	record(JOURNAL_WARNED, 0, 0, VERDICT_DELIVERED, "");
	entry->warned = true;
	sending_sync(&managed, sending);
	sending_close(sending);
	load(&before);
	sending = sending_of(&managed, entry);
	ck_assert(sending_prepare(&managed, sending));
}

static void
teardown(void)
{
	sending_close(sending);
	queued_free(&before);
	queued_free(&after);
	spooled_end();
}

static void
same_outcome(size_t i)
{
	const struct outcome *a = queued_outcome(&before, i),
	    *b = queued_outcome(&after, i);

	ck_assert_int_eq(a == NULL, b == NULL);
	if (a == NULL)
		return;
	ck_assert_int_eq(a->time, b->time);
	ck_assert_int_eq(a->relayed, b->relayed);
	ck_assert_int_eq(a->verdict.kind, b->verdict.kind);
	ck_assert(slice_equal(a->verdict.text, b->verdict.text));
}

START_TEST(what_is_known_stays_the_same)
{
	uint64_t was;
	size_t i;

	was = size();
	abridge_journal(&managed, sending);
	ck_assert_uint_lt(size() * 50, was);
	load(&after);
	for (i = 0; i < RECIPIENTS; i++) {
		same_outcome(i);
		ck_assert_int_eq(before.answered[i], after.answered[i]);
	}
	ck_assert_int_eq(before.first_attempt, after.first_attempt);
	ck_assert_int_eq(before.last_attempt, after.last_attempt);
	ck_assert_uint_eq(before.attempts, after.attempts);
	ck_assert_int_eq(before.freed, after.freed);
	ck_assert(after.warned);
	ck_assert(!after.held);
	ck_assert(queued_is_relayed(&after, 7));
	ck_assert_uint_lt(after.count, RECIPIENTS);
}
END_TEST

START_TEST(what_comes_after_is_written_behind_it)
{
	abridge_journal(&managed, sending);
	record(JOURNAL_VERDICT, 39, 39, VERDICT_DELIVERED, "late");
	sending_sync(&managed, sending);
	load(&after);
	ck_assert(!queued_is_open(&after, 39));
	ck_assert(queued_is_open(&after, 38));
	ck_assert(!managed.unsafe);
}
END_TEST

START_TEST(what_cannot_be_written_leaves_the_old_one)
{
	struct buf name = BUF_INIT;
	uint64_t was;

	buf_addf(&name, "spool/tmp/%s.log", entry_id(entry).text);
	ck_assert_int_eq(mkdir(spooled_path(buf_string(&name)), 0700), 0);
	was = size();
	abridge_journal(&managed, sending);
	ck_assert_uint_eq(size(), was);
	ck_assert(!managed.unsafe);
	load(&after);
	ck_assert_uint_eq(after.count, before.count);
	buf_free(&name);
}
END_TEST

static Suite *
abridge_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("queue/abridge");
	t = tcase_create("abridge");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_is_known_stays_the_same);
	tcase_add_test(t, what_comes_after_is_written_behind_it);
	tcase_add_test(t, what_cannot_be_written_leaves_the_old_one);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(abridge_suite)
