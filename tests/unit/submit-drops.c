#include "spooled.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include "mail/submission.h"
#include "spool/drop.h"
#include "spool/id.h"
#include "submit/aliases.h"
#include "submit/drops.h"
#include "submit/limits.h"

static struct intake_context context = {.is_over_limit = limits_is_over};
static struct strlist told;

static void
setup(void)
{
	spooled_begin("keep-free = \"0\"\n");
	context.spool = spooled;
	context.config = spooled_config;
	ck_assert(aliases_refresh(spooled_config));
}

static void
teardown(void)
{
	strlist_free(&told);
	spooled_end();
}

static void
hear(void *arg, const char *id)
{
	ck_assert_ptr_eq(arg, &told);
	strlist_add(&told, id);
}

static bool
settle(void)
{
	bool later;

	drops_settle(&context, hear, &told, &later);
	return later;
}

/* Drops a letter to this recipient, with or without its end record. */
static void
drop(const char *to, bool whole, char id[static ID_LEN + 1])
{
	struct recipient one = {.addr = slice_from(to)};
	struct submission wish = {.recipients = &one, .count = 1};
	struct buf out = BUF_INIT;
	int fd;

	submission_print(&wish, &out);
	buf_add(&out, "\0\0\0\5\nhey\n\0\0\0\0", whole ? 13 : 9);
	fd = drop_begin(spooled_path("spool/drop"), id);
	ck_assert_int_ge(fd, 0);
	ck_assert(file_write(fd, out.data, out.len));
	ck_assert(drop_commit(spooled_path("spool/drop"), id, &fd));
	buf_free(&out);
}

START_TEST(what_was_dropped_is_queued_under_its_id_and_gone)
{
	char id[ID_LEN + 1];
	char *queued;

	drop("marie@example.net", true, id);
	ck_assert(!settle());
	ck_assert_uint_eq(told.count, 1);
	ck_assert_str_eq(told.items[0], id);
	ck_assert(!spool_drop_has(spooled, id));
	ck_assert_uint_eq(spooled_count(&queued), 1);
	ck_assert_str_eq(queued, id);
	free(queued);
}
END_TEST

START_TEST(a_drop_that_was_queued_before_a_crash_is_not_queued_twice)
{
	char id[ID_LEN + 1], from[300];

	drop("marie@example.net", true, id);
	snprintf(from, sizeof(from), "%s/spool/drop/%s", spooled_folder, id);
	ck_assert_int_eq(link(from, spooled_path("kept")), 0);
	/* Two names make it a foreign file. */
	ck_assert(!settle());
	ck_assert_uint_eq(told.count, 0);
	ck_assert_int_eq(unlink(spooled_path("kept")), 0);
	ck_assert(!settle());
	ck_assert_uint_eq(told.count, 1);
	/* The same file once more, as if its removal had been lost. */
	drop("marie@example.net", true, id);
	snprintf(from, sizeof(from), "%s/spool/drop/%s", spooled_folder, id);
	ck_assert_int_eq(renameat(AT_FDCWD, from, spool_drop_fd(spooled),
	    told.items[0]), 0);
	ck_assert(!settle());
	ck_assert_uint_eq(told.count, 2);
	ck_assert_uint_eq(spooled_count(NULL), 1);
	ck_assert(!spool_drop_has(spooled, told.items[0]));
}
END_TEST

START_TEST(a_drop_without_its_end_record_is_left_alone)
{
	char id[ID_LEN + 1];

	drop("marie@example.net", false, id);
	ck_assert(!settle());
	ck_assert_uint_eq(told.count, 0);
	ck_assert(spool_drop_has(spooled, id));
	ck_assert_uint_eq(spooled_count(NULL), 0);
}
END_TEST

START_TEST(foreign_files_are_left_alone)
{
	char id[ID_LEN + 1], name[64];

	spooled_write("spool/drop/README", "navette-submission 1\n", 0600);
	id_new(id);
	snprintf(name, sizeof(name), "spool/drop/%s", id);
	spooled_write(name, "something else\n", 0600);
	ck_assert(!settle());
	ck_assert_uint_eq(told.count, 0);
	ck_assert(spool_drop_has(spooled, "README"));
	ck_assert(spool_drop_has(spooled, id));
}
END_TEST

START_TEST(what_cannot_be_queued_comes_back_as_a_bounce)
{
	struct buf text = BUF_INIT;
	struct envelope e;
	char id[ID_LEN + 1];

	drop("nobody@", true, id);
	ck_assert(!settle());
	ck_assert(!spool_drop_has(spooled, id));
	ck_assert_uint_eq(told.count, 1);
	ck_assert_str_ne(told.items[0], id);
	spooled_read(told.items[0], &text, &e);
	ck_assert_uint_eq(e.sender.len, 0);
	ck_assert_uint_ne(e.flags & ENVELOPE_BOUNCE, 0);
	ck_assert_ptr_nonnull(strstr(buf_string(&text), id));
	envelope_free(&e);
	buf_free(&text);
}
END_TEST

START_TEST(a_user_over_the_limit_keeps_the_drop_for_later)
{
	struct buf word = BUF_INIT;
	char id[ID_LEN + 1];

	drop("marie@example.net", true, id);
	buf_addf(&word, "%lu 1", (unsigned long)geteuid());
	limits_hear(buf_slice(&word));
	limits_hear(SLICE("nonsense"));
	ck_assert(settle());
	ck_assert(spool_drop_has(spooled, id));
	word.data[word.len - 1] = '0';
	limits_hear(buf_slice(&word));
	ck_assert(!settle());
	ck_assert(!spool_drop_has(spooled, id));
	buf_free(&word);
}
END_TEST

START_TEST(the_watch_wakes_for_whole_files)
{
	struct pollfd p = {.events = POLLIN};
	char id[ID_LEN + 1];
	int fd;

	p.fd = drops_watch(spooled);
	ck_assert_int_ge(p.fd, 0);
	fd = drop_begin(spooled_path("spool/drop"), id);
	ck_assert_int_eq(poll(&p, 1, 0), 0);
	drop_abandon(spooled_path("spool/drop"), id, &fd);
	ck_assert_int_eq(poll(&p, 1, 0), 0);
	drop("marie@example.net", true, id);
	ck_assert_int_eq(poll(&p, 1, 1000), 1);
	drops_drain(p.fd);
	ck_assert_int_eq(poll(&p, 1, 0), 0);
	file_close(&p.fd);
}
END_TEST

static Suite *
drops_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("submit/drops");
	t = tcase_create("drops");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_was_dropped_is_queued_under_its_id_and_gone);
	tcase_add_test(t,
	    a_drop_that_was_queued_before_a_crash_is_not_queued_twice);
	tcase_add_test(t, a_drop_without_its_end_record_is_left_alone);
	tcase_add_test(t, foreign_files_are_left_alone);
	tcase_add_test(t, what_cannot_be_queued_comes_back_as_a_bounce);
	tcase_add_test(t, a_user_over_the_limit_keeps_the_drop_for_later);
	tcase_add_test(t, the_watch_wakes_for_whole_files);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(drops_suite)
