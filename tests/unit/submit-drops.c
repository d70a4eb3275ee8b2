#include "spooled.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "mail/submission.h"
#include "spool/drop.h"
#include "spool/dropped.h"
#include "spool/id.h"
#include "submit/aliases.h"
#include "submit/drops.h"
#include "submit/limits.h"

static struct intake_context context = {.is_over_limit = limits_is_over};
static struct strlist told;
static uint32_t asked, answered;
static int watch;

static void
hear(void *arg, const char *id)
{
	ck_assert_ptr_eq(arg, &told);
	strlist_add(&told, id);
}

static void
hear_settled(void *arg, uint32_t number)
{
	ck_assert_ptr_eq(arg, &told);
	ck_assert_uint_gt(number, answered);
	answered = number;
}

static void
begin(void)
{
	struct drops_start start = {&context, hear, hear_settled, &told};

	drops_begin(&start, &watch);
	ck_assert_int_ge(watch, 0);
}

static void
setup(void)
{
	spooled_begin("keep-free = \"0\"\nmax-recipients = 3\n"
	    "max-size = \"8M\"\n");
	context.spool = spooled;
	context.config = spooled_config;
	ck_assert(aliases_refresh(spooled_config));
	begin();
}

static void
teardown(void)
{
	drops_stop();
	strlist_free(&told);
	spooled_end();
}

/* Until a question is answered. */
static void
settle(void)
{
	drops_ask(++asked);
	while (answered != asked) {
		ck_assert_int_le(drops_wake(), clock_boot());
		drops_step();
	}
}

/* All of the folder is read again, as at a start. */
static void
start_again(void)
{
	drops_stop();
	begin();
}

/* What a letter to this recipient is in a drop file. */
static void
print(const char *to, const char *claim, size_t body, struct buf *out)
{
	struct recipient one = {.addr = slice_from(to)};
	struct submission wish = {.recipients = &one, .count = 1};
	char head[SUBMISSION_BLOCK_HEAD];
	size_t end;

	if (claim != NULL) {
		wish.has_uid = true;
		wish.uid = (uint32_t)strtoul(claim, NULL, 10);
	}
	submission_print(&wish, out);
	end = out->len + sizeof(head) + body;
	submission_block_head((uint32_t)body, head);
	buf_add(out, head, sizeof(head));
	while (out->len < end)
		buf_add_string(out, out->len + 40 < end ?
		    "\nmany words, again and again and again" : "\n");
	buf_add(out, "\0\0\0\0", 4);
}

static void
drop_bytes(struct slice bytes, char id[static ID_LEN + 1])
{
	int fd;

	fd = drop_begin(spooled_path("spool/drop"), id);
	ck_assert_int_ge(fd, 0);
	ck_assert(file_write(fd, bytes.ptr, bytes.len));
	ck_assert(drop_commit(spooled_path("spool/drop"), id, &fd));
}

static void
drop(const char *to, char id[static ID_LEN + 1])
{
	struct buf out = BUF_INIT;

	print(to, NULL, 5, &out);
	drop_bytes(buf_slice(&out), id);
	buf_free(&out);
}

/* The path of a name in the folder, until the next call. */
static const char *
dropped_path(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%.60s/spool/drop/%.40s",
	    spooled_folder, name);
	return path;
}

/* One of another user; only root can make it. */
static void
drop_as(uid_t owner, const char *to, char id[static ID_LEN + 1])
{
	drop(to, id);
	ck_assert_int_eq(chown(dropped_path(id), owner, (gid_t)-1), 0);
}

static void
limit(uid_t uid, bool over)
{
	struct buf word = BUF_INIT;
	uid_t below;

	buf_addf(&word, "%lu %d", (unsigned long)uid, over);
	if (limits_hear(buf_slice(&word), &below)) {
		ck_assert(!over);
		ck_assert_uint_eq(below, uid);
		drops_unpark(below);
	}
	buf_free(&word);
}

START_TEST(what_was_dropped_is_queued_under_its_id_and_gone)
{
	char id[ID_LEN + 1];
	char *queued;

	drop("marie@example.net", id);
	settle();
	ck_assert_uint_eq(told.count, 1);
	ck_assert_str_eq(told.items[0], id);
	ck_assert(!dropped_has(spooled, id));
	ck_assert_uint_eq(spooled_count(&queued), 1);
	ck_assert_str_eq(queued, id);
	free(queued);
}
END_TEST

START_TEST(a_question_is_answered_when_all_is_in)
{
	char id[ID_LEN + 1];
	int i;

	for (i = 0; i < 40; i++)
		drop("marie@example.net", id);
	drops_ask(++asked);
	drops_step();
	/* A bounded piece: others have a turn between two. */
	ck_assert_uint_gt(told.count, 0);
	ck_assert_uint_lt(told.count, 40);
	ck_assert_uint_lt(answered, asked);
	settle();
	ck_assert_uint_eq(told.count, 40);
	ck_assert_uint_eq(spooled_count(NULL), 40);
}
END_TEST

START_TEST(a_drop_that_was_queued_before_a_crash_is_not_queued_twice)
{
	char id[ID_LEN + 1], to[300];

	drop("marie@example.net", id);
	snprintf(to, sizeof(to), "%s", dropped_path(id));
	ck_assert_int_eq(link(to, spooled_path("kept")), 0);
	/* Two names make it a foreign file. */
	settle();
	ck_assert_uint_eq(told.count, 0);
	ck_assert_int_eq(unlink(spooled_path("kept")), 0);
	start_again();
	settle();
	ck_assert_uint_eq(told.count, 1);
	/* The same file once more, as if its removal had been lost; that its
	 * user is over a limit does not matter. */
	limit(geteuid(), true);
	drop("marie@example.net", id);
	snprintf(to, sizeof(to), "%s", dropped_path(id));
	ck_assert_int_eq(renameat(AT_FDCWD, to, spool_drop_fd(spooled),
	    told.items[0]), 0);
	settle();
	ck_assert_uint_eq(told.count, 2);
	ck_assert_uint_eq(spooled_count(NULL), 1);
	ck_assert(!dropped_has(spooled, told.items[0]));
	limit(geteuid(), false);
}
END_TEST

START_TEST(a_name_that_somebody_else_has_in_the_queue_is_changed)
{
	char id[ID_LEN + 1], other[ID_LEN + 1], from[300];

	if (geteuid() != 0)
		return;
	drop("marie@example.net", id);
	settle();
	drop_as(4242, "marie@example.net", other);
	snprintf(from, sizeof(from), "%s", dropped_path(other));
	ck_assert_int_eq(rename(from, dropped_path(id)), 0);
	settle();
	ck_assert_uint_eq(told.count, 2);
	ck_assert_str_ne(told.items[1], id);
	ck_assert_uint_eq(spooled_count(NULL), 2);
}
END_TEST

/* Root's drop with a claim, and the uid that its message has in the queue. */
static uint32_t
claim(uid_t owner, char id[static ID_LEN + 1])
{
	struct buf out = BUF_INIT;
	struct envelope e;

	print("marie@example.net", "4242", 5, &out);
	drop_bytes(buf_slice(&out), id);
	ck_assert_int_eq(chown(dropped_path(id), owner, (gid_t)-1), 0);
	settle();
	ck_assert(!dropped_has(spooled, id));
	spooled_read(told.items[told.count - 1], &out, &e);
	envelope_free(&e);
	buf_free(&out);
	return e.flags & ENVELOPE_BOUNCE ? UINT32_MAX : e.uid;
}

START_TEST(only_root_and_the_listener_may_drop_for_another_user)
{
	char id[ID_LEN + 1];

	if (geteuid() != 0)
		return;
	ck_assert_uint_eq(claim(0, id), 4242);
	ck_assert_uint_eq(claim(4343, id), UINT32_MAX);
	context.listener = 77;
	ck_assert_uint_eq(claim(77, id), 4242);
	ck_assert_uint_eq(claim(78, id), UINT32_MAX);
	context.listener = 0;
}
END_TEST

START_TEST(a_claim_that_was_queued_before_a_crash_is_not_queued_twice)
{
	struct buf out = BUF_INIT;
	char id[ID_LEN + 1], again[ID_LEN + 1], from[300];

	if (geteuid() != 0)
		return;
	ck_assert_uint_eq(claim(0, id), 4242);
	print("marie@example.net", "4242", 5, &out);
	drop_bytes(buf_slice(&out), again);
	snprintf(from, sizeof(from), "%s", dropped_path(again));
	ck_assert_int_eq(rename(from, dropped_path(id)), 0);
	settle();
	ck_assert_uint_eq(spooled_count(NULL), 1);
	ck_assert(!dropped_has(spooled, id));
	buf_free(&out);
}
END_TEST

START_TEST(a_drop_without_its_end_record_is_left_alone)
{
	struct buf out = BUF_INIT;
	char id[ID_LEN + 1];

	print("marie@example.net", NULL, 5, &out);
	out.len -= SUBMISSION_BLOCK_HEAD;
	drop_bytes(buf_slice(&out), id);
	settle();
	ck_assert_uint_eq(told.count, 0);
	ck_assert(dropped_has(spooled, id));
	ck_assert_uint_eq(spooled_count(NULL), 0);
	buf_free(&out);
}
END_TEST

START_TEST(foreign_files_are_left_alone)
{
	char id[ID_LEN + 1], name[64];

	spooled_write("spool/drop/README", "navette-submission 1\n", 0600);
	id_new(id);
	snprintf(name, sizeof(name), "spool/drop/%s", id);
	spooled_write(name, "something else\n", 0600);
	start_again();
	settle();
	ck_assert_uint_eq(told.count, 0);
	ck_assert(dropped_has(spooled, "README"));
	ck_assert(dropped_has(spooled, id));
}
END_TEST

START_TEST(a_folder_full_of_foreign_things_costs_once)
{
	char id[ID_LEN + 1], name[64];
	int i;

	for (i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "spool/drop/junk-%d", i);
		ck_assert_int_eq(mkdir(spooled_path(name), 0700), 0);
	}
	start_again();
	drops_ask(++asked);
	for (i = 0; answered != asked; i++)
		drops_step();
	/* Read in pieces of a thousand. */
	ck_assert_int_ge(i, 3);
	drop("marie@example.net", id);
	settle();
	ck_assert_uint_eq(told.count, 1);
	ck_assert_int_gt(drops_wake(), clock_boot());
}
END_TEST

START_TEST(what_cannot_be_queued_comes_back_as_a_bounce)
{
	struct buf text = BUF_INIT;
	struct envelope e;
	char id[ID_LEN + 1];

	drop("nobody@", id);
	settle();
	ck_assert(!dropped_has(spooled, id));
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

START_TEST(a_refusal_is_told_once_although_a_crash_comes_before_the_end)
{
	char id[ID_LEN + 1], again[ID_LEN + 1], from[300];

	drop("nobody@", id);
	settle();
	ck_assert_uint_eq(told.count, 1);
	/* As if the drop file's removal had been lost. */
	drop("nobody@", again);
	snprintf(from, sizeof(from), "%s", dropped_path(again));
	ck_assert_int_eq(rename(from, dropped_path(id)), 0);
	settle();
	ck_assert(!dropped_has(spooled, id));
	ck_assert_uint_eq(told.count, 2);
	ck_assert_str_eq(told.items[0], told.items[1]);
	ck_assert_uint_eq(spooled_count(NULL), 1);
}
END_TEST

START_TEST(a_user_over_the_limit_keeps_the_drop_for_later)
{
	char id[ID_LEN + 1];
	uid_t uid;

	drop("marie@example.net", id);
	limit(geteuid(), true);
	ck_assert(!limits_hear(SLICE("nonsense"), &uid));
	settle();
	ck_assert(dropped_has(spooled, id));
	/* Nothing is tried again before its time. */
	ck_assert_int_gt(drops_wake(), clock_boot());
	limit(geteuid(), false);
	settle();
	ck_assert(!dropped_has(spooled, id));
}
END_TEST

START_TEST(users_have_their_turns)
{
	char id[ID_LEN + 1], crowd[ID_LEN + 1];
	int i;

	if (geteuid() != 0)
		return;
	for (i = 0; i < 60; i++)
		drop_as(4242, "marie@example.net", crowd);
	drop_as(4343, "marie@example.net", id);
	drops_ask(++asked);
	while (dropped_has(spooled, id))
		drops_step();
	/* The last of all, and its owner's first. */
	ck_assert_uint_le(told.count, 8);
	ck_assert(dropped_has(spooled, crowd));
	limit(4242, true);
	settle();
	ck_assert_uint_lt(told.count, 60);
	drop_as(4343, "marie@example.net", id);
	settle();
	ck_assert(!dropped_has(spooled, id));
	ck_assert(dropped_has(spooled, crowd));
	limit(4242, false);
	settle();
	ck_assert_uint_eq(told.count, 62);
}
END_TEST

START_TEST(more_than_is_remembered_is_found_all_the_same)
{
	char id[ID_LEN + 1], first[ID_LEN + 1], name[32];
	int i;

	/* Each is a second name of the first: of no use, and soon seen so. */
	drop("marie@example.net", first);
	for (i = 0; i < 10500; i++) {
		char from[300];

		snprintf(from, sizeof(from), "%s", dropped_path(first));
		id_new(name);
		ck_assert(link(from, dropped_path(name)) == 0 ||
		    errno == EEXIST);
	}
	drop("marie@example.net", id);
	start_again();
	settle();
	ck_assert(!dropped_has(spooled, id));
	ck_assert_uint_eq(told.count, 1);
}
END_TEST

START_TEST(a_large_one_is_taken_in_pieces)
{
	struct buf out = BUF_INIT;
	char id[ID_LEN + 1];
	int i;

	print("marie@example.net", NULL, SUBMISSION_BLOCK_MAX, &out);
	out.len -= SUBMISSION_BLOCK_HEAD;
	for (i = 0; i < 4; i++) {
		char head[SUBMISSION_BLOCK_HEAD];
		size_t at = out.len;

		submission_block_head(SUBMISSION_BLOCK_MAX, head);
		buf_add(&out, head, sizeof(head));
		while (out.len < at + sizeof(head) + SUBMISSION_BLOCK_MAX)
			buf_add_string(&out, "x\n");
	}
	buf_add(&out, "\0\0\0\0", SUBMISSION_BLOCK_HEAD);
	drop_bytes(buf_slice(&out), id);
	drops_ask(++asked);
	for (i = 0; answered != asked; i++)
		drops_step();
	ck_assert_uint_eq(told.count, 1);
	/* Its owner takes the next one back while it is being read. */
	drop_bytes(buf_slice(&out), id);
	drops_hear();
	drops_step();
	ck_assert_int_eq(unlink(dropped_path(id)), 0);
	settle();
	ck_assert_uint_eq(spooled_count(NULL), 1);
	buf_free(&out);
}
END_TEST

START_TEST(two_intakes_do_not_both_look_after_it)
{
	struct buf error = BUF_INIT;
	struct spool *other;
	char id[ID_LEN + 1];

	drops_stop();
	other = spool_open(spooled_config->spool, &error);
	ck_assert_ptr_nonnull(other);
	ck_assert(dropped_lock(other));
	begin();
	drop("marie@example.net", id);
	drops_ask(++asked);
	drops_step();
	ck_assert_uint_ne(answered, asked);
	ck_assert(dropped_has(spooled, id));
	ck_assert_int_gt(drops_wake(), clock_boot());
	spool_close(other);
	while (answered != asked) {
		poll(NULL, 0, clock_poll_timeout(drops_wake()));
		drops_step();
	}
	ck_assert(!dropped_has(spooled, id));
}
END_TEST

START_TEST(the_watch_wakes_for_whole_files)
{
	struct pollfd p = {.events = POLLIN};
	char id[ID_LEN + 1];
	int fd;

	p.fd = watch;
	fd = drop_begin(spooled_path("spool/drop"), id);
	ck_assert_int_eq(poll(&p, 1, 0), 0);
	drop_abandon(spooled_path("spool/drop"), id, &fd);
	ck_assert_int_eq(poll(&p, 1, 0), 0);
	drop("marie@example.net", id);
	ck_assert_int_eq(poll(&p, 1, 1000), 1);
	drops_hear();
	ck_assert_int_eq(poll(&p, 1, 0), 0);
}
END_TEST

static Suite *
drops_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("submit/drops");
	t = tcase_create("drops");
	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_was_dropped_is_queued_under_its_id_and_gone);
	tcase_add_test(t, a_question_is_answered_when_all_is_in);
	tcase_add_test(t,
	    a_drop_that_was_queued_before_a_crash_is_not_queued_twice);
	tcase_add_test(t,
	    a_name_that_somebody_else_has_in_the_queue_is_changed);
	tcase_add_test(t,
	    only_root_and_the_listener_may_drop_for_another_user);
	tcase_add_test(t,
	    a_claim_that_was_queued_before_a_crash_is_not_queued_twice);
	tcase_add_test(t, a_drop_without_its_end_record_is_left_alone);
	tcase_add_test(t, foreign_files_are_left_alone);
	tcase_add_test(t, a_folder_full_of_foreign_things_costs_once);
	tcase_add_test(t, what_cannot_be_queued_comes_back_as_a_bounce);
	tcase_add_test(t,
	    a_refusal_is_told_once_although_a_crash_comes_before_the_end);
	tcase_add_test(t, a_user_over_the_limit_keeps_the_drop_for_later);
	tcase_add_test(t, users_have_their_turns);
	tcase_add_test(t, more_than_is_remembered_is_found_all_the_same);
	tcase_add_test(t, a_large_one_is_taken_in_pieces);
	tcase_add_test(t, two_intakes_do_not_both_look_after_it);
	tcase_add_test(t, the_watch_wakes_for_whole_files);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(drops_suite)
