#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "spool/id.h"
#include "spool/journal.h"

static char folder[64];
static struct spool *spool;
static char id[ID_LEN + 1];

static void
make_spool(void)
{
	struct buf error = BUF_INIT;

	snprintf(folder, sizeof(folder), "/tmp/navette-unit-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert(spool_create(folder, (uid_t)-1, (gid_t)-1, &error));
	spool = spool_open(folder, &error);
	ck_assert_ptr_nonnull(spool);
	id_new(id);
}

static void
remove_spool(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

/* What was read back, as one line for each event. */
static void
note(void *arg, const struct journal_entry *e)
{
	buf_addf(arg, "%lld %d %u-%u %d %.*s;", (long long)e->time,
	    (int)e->what, e->verdict.first, e->verdict.last, e->verdict.code,
	    (int)e->verdict.text.len, e->verdict.text.ptr);
}

static void
add(enum journal_what what, unsigned first, int code, const char *text)
{
	struct journal_entry e;
	struct journal *j;

	memset(&e, 0, sizeof(e));
	e.time = 17;
	e.what = what;
	e.verdict.first = first;
	e.verdict.last = first + 1;
	e.verdict.code = code;
	e.verdict.kind = VERDICT_REFUSED;
	e.verdict.text = slice_from(text);
	j = journal_open(spool, id, 4);
	ck_assert_ptr_nonnull(j);
	ck_assert(journal_add(j, &e));
	ck_assert(journal_sync(j));
	journal_close(j);
}

static bool
spool_has_journal(void)
{
	bool has;
	int fd;

	fd = spool_open_journal(spool, id, O_RDONLY);
	has = fd >= 0;
	file_close(&fd);
	return has;
}

static const char *
read_back(void)
{
	static struct buf all;
	bool found;

	buf_clear(&all);
	ck_assert(journal_each(spool, id, note, &all, &found));
	ck_assert_int_eq(found, spool_has_journal());
	return buf_string(&all);
}

START_TEST(what_was_written_is_read_in_order)
{
	ck_assert_str_eq(read_back(), "");
	add(JOURNAL_VERDICT, 0, 550, "no\r\nsuch \\ user");
	add(JOURNAL_BOUNCED, 0, 0, "");
	add(JOURNAL_WARNED, 0, 0, "");
	ck_assert_str_eq(read_back(), "17 0 0-1 550 no\r\nsuch \\ user;"
	    "17 3 0-1 0 ;17 2 0-1 0 ;");
}
END_TEST

static void
append_raw(const char *text)
{
	int fd;

	fd = spool_open_journal(spool, id, O_WRONLY | O_APPEND);
	ck_assert_int_ge(fd, 0);
	ck_assert(file_write(fd, text, strlen(text)));
	file_close(&fd);
}

START_TEST(a_torn_last_line_is_passed_over_and_swallows_nothing)
{
	add(JOURNAL_VERDICT, 0, 550, "a");
	append_raw("18 verdict 1\t2");
	ck_assert_str_eq(read_back(), "17 0 0-1 550 a;");
	add(JOURNAL_VERDICT, 2, 551, "b");
	ck_assert_str_eq(read_back(), "17 0 0-1 550 a;17 0 2-3 551 b;");
}
END_TEST

START_TEST(lines_that_make_no_sense_are_passed_over)
{
	add(JOURNAL_VERDICT, 0, 550, "a");
	append_raw("nonsense\n12 unheard-of x\n\n");
	add(JOURNAL_WARNED, 0, 0, "");
	ck_assert_str_eq(read_back(), "17 0 0-1 550 a;17 2 0-1 0 ;");
}
END_TEST

START_TEST(room_taken_ahead_does_not_show)
{
	struct journal *j;

	j = journal_open(spool, id, 1000);
	ck_assert_ptr_nonnull(j);
	journal_close(j);
	ck_assert_str_eq(read_back(), "");
	add(JOURNAL_ATTEMPT, 0, 0, "x");
	ck_assert_str_eq(read_back(), "17 1 0-1 0 x;");
}
END_TEST

static Suite *
journal_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("spool/journal");
	t = tcase_create("journal");
	tcase_add_checked_fixture(t, make_spool, remove_spool);
	tcase_add_test(t, what_was_written_is_read_in_order);
	tcase_add_test(t,
	    a_torn_last_line_is_passed_over_and_swallows_nothing);
	tcase_add_test(t, lines_that_make_no_sense_are_passed_over);
	tcase_add_test(t, room_taken_ahead_does_not_show);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(journal_suite)
