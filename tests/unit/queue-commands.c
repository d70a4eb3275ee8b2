#include "managed.h"

#include <sysexits.h>

#include "queue/commands.h"
#include "queue/flush.h"

#define ROOT {0, true}
#define JEAN {1000, false}

static struct buf out;
static struct id_text jeans, others;

static struct id_text
queue_from(uint32_t uid, int64_t time)
{
	struct recipient to = {.addr = SLICE("a@example.net")};
	struct envelope e = {.uid = uid, .sender = SLICE("s@example.org"),
	    .time = time, .recipients = &to, .count = 1};

	return entry_id(managed_queue(&e, "x\r\n"));
}

static void
setup(void)
{
	managed_begin("");
	jeans = queue_from(1000, 1);
	others = queue_from(1001, 2);
}

static void
teardown(void)
{
	buf_free(&out);
	spooled_end();
}

/* The whole answer; true when it has to wait for a flush first. */
static bool
ask(struct asker who, const char *line)
{
	struct answer answer = {.status = -1};
	bool waits;

	buf_clear(&out);
	waits = command_obey(&managed, &who, slice_from(line), &answer);
	while (answer_more(&managed, &who, &answer, &out))
		;
	answer_free(&answer);
	return waits;
}

static void
says(const char *words)
{
	ck_assert_msg(strstr(buf_string(&out), words) != NULL,
	    "\"%s\" is not in:\n%s", words, buf_string(&out));
}

static void
says_not(const char *words)
{
	ck_assert_msg(strstr(buf_string(&out), words) == NULL,
	    "\"%s\" is in:\n%s", words, buf_string(&out));
}

static void
ends_with(int status)
{
	struct buf last = BUF_INIT;

	buf_addf(&last, ". %d\n", status);
	ck_assert_uint_ge(out.len, last.len);
	ck_assert_str_eq(buf_string(&out) + out.len - last.len,
	    buf_string(&last));
	buf_free(&last);
}

/* A command and an ID. */
static void
ask_about(struct asker who, const char *command, struct id_text id)
{
	struct buf line = BUF_INIT;

	buf_addf(&line, "%s %s", command, id.text);
	ck_assert(!ask(who, buf_string(&line)));
	buf_free(&line);
}

static const char *const unknown[] = {"", " ", "lists", "LIST", "list\r",
    "hold\tx", "\xff"};

START_TEST(an_unknown_command_is_a_usage_error)
{
	struct asker root = ROOT;

	ck_assert(!ask(root, unknown[_i]));
	says("does not know this command");
	ends_with(EX_USAGE);
}
END_TEST

START_TEST(everybody_sees_their_own_and_administrators_all)
{
	struct asker root = ROOT, jean = JEAN, nobody = {7, false};

	ask(jean, "ids");
	says(jeans.text);
	says_not(others.text);
	ends_with(EX_OK);
	ask(jean, "list");
	says(jeans.text);
	says_not(others.text);
	ask(root, "ids");
	says(jeans.text);
	says(others.text);
	ask(nobody, "list");
	ck_assert_str_eq(buf_string(&out), ". 0\n");
}
END_TEST

START_TEST(ids_come_in_the_order_of_time)
{
	struct asker root = ROOT;
	struct id_text last, id;
	const char *at;
	int i;

	for (i = 0; i < 40; i++)
		queue_from(1000, i);
	ask(root, "ids");
	at = buf_string(&out);
	last.text[0] = '\0';
	for (i = 0; i < 42; i++, at += ID_LEN + 2) {
		ck_assert_int_eq(at[0], ' ');
		memcpy(id.text, at + 1, ID_LEN);
		id.text[ID_LEN] = '\0';
		ck_assert_int_gt(strcmp(id.text, last.text), 0);
		last = id;
	}
	ck_assert_str_eq(at, ". 0\n");
}
END_TEST

START_TEST(only_administrators_see_failed_mail_and_flush)
{
	struct asker root = ROOT, jean = JEAN;
	char kept_as[ID_LEN + 1];
	struct entry *e;

	ck_assert(spool_fail(spooled, others.text, kept_as));
	ask(root, "list");
	says("could not be delivered nor returned");
	ask(jean, "list");
	says_not("could not be delivered nor returned");
	e = entry_find(jeans.text);
	lane_withdraw(e->lane, e);
	entry_wait(e, clock_boot() + 3600 * CLOCK_SEC);
	ck_assert(!ask(jean, "flush"));
	ends_with(EX_NOPERM);
	ck_assert_int_gt(e->due, clock_boot());
	ck_assert(!ask(jean, "flush-wait"));
	ends_with(EX_NOPERM);
	ck_assert_uint_eq(flush_pending(), 0);
	ck_assert(!ask(root, "flush"));
	ends_with(EX_OK);
	ck_assert_int_le(e->due, clock_boot());
	ck_assert(ask(root, "flush-wait"));
	ck_assert_uint_gt(flush_pending(), 0);
	ends_with(EX_TEMPFAIL);
}
END_TEST

START_TEST(a_flush_of_nothing_finds_the_queue_empty)
{
	struct asker root = ROOT;

	ask_about(root, "remove", jeans);
	ask_about(root, "remove", others);
	ck_assert(ask(root, "flush-wait"));
	ck_assert_uint_eq(flush_pending(), 0);
	ends_with(EX_OK);
}
END_TEST

static const char *const acts[] = {"hold", "release", "retry", "remove"};

START_TEST(nobody_touches_the_mail_of_others_nor_learns_of_it)
{
	struct asker jean = JEAN;
	struct id_text none;
	struct buf first = BUF_INIT;

	ask_about(jean, acts[_i], others);
	says(others.text);
	says("no such message");
	ends_with(EX_NOINPUT);
	ck_assert_ptr_nonnull(entry_find(others.text));
	ck_assert_int_eq(entry_find(others.text)->state, ENTRY_READY);
	/* Word for word as for one that does not exist. */
	buf_add_string(&first, strchr(buf_string(&out), ':'));
	snprintf(none.text, sizeof(none.text), "%016d", 1);
	ask_about(jean, acts[_i], none);
	ck_assert_str_eq(strchr(buf_string(&out), ':'), buf_string(&first));
	buf_free(&first);
}
END_TEST

static const char *const no_ids[] = {"x", "../../../etc/passwd",
    "00000000000000000", "0000000000000000/"};

START_TEST(what_is_no_id_is_no_message)
{
	struct asker root = ROOT;
	struct buf line = BUF_INIT;

	buf_addf(&line, "remove %s", no_ids[_i]);
	ask(root, buf_string(&line));
	says("no such message");
	ends_with(EX_NOINPUT);
	ck_assert_uint_eq(entry_count(), 2);
	buf_free(&line);
}
END_TEST

START_TEST(a_message_that_is_under_way_is_left_alone)
{
	struct asker root = ROOT;
	struct entry *e;

	e = entry_find(jeans.text);
	lane_withdraw(e->lane, e);
	e->state = ENTRY_FLYING;
	e->jobs = 1;
	ask_about(root, acts[_i], jeans);
	says("try again");
	ends_with(EX_TEMPFAIL);
	ck_assert_ptr_eq(entry_find(jeans.text), e);
	ck_assert_int_eq(e->state, ENTRY_FLYING);
}
END_TEST

START_TEST(what_is_left_of_one_under_way_is_held)
{
	struct asker root = ROOT;
	struct entry *e;

	e = entry_find(jeans.text);
	lane_withdraw(e->lane, e);
	e->state = ENTRY_FLYING;
	e->jobs = 1;
	ask_about(root, "hold", jeans);
	ends_with(EX_OK);
	ck_assert_int_eq(e->state, ENTRY_HELD);
}
END_TEST

START_TEST(its_owner_holds_releases_retries_and_removes_a_message)
{
	struct asker jean = JEAN;
	struct entry *e;
	int fd;

	e = entry_find(jeans.text);
	ask_about(jean, "hold", jeans);
	says(": held\n");
	ends_with(EX_OK);
	ck_assert_int_eq(e->state, ENTRY_HELD);
	ask_about(jean, "release", jeans);
	says(": released\n");
	ck_assert_int_eq(e->state, ENTRY_READY);
	lane_withdraw(e->lane, e);
	entry_wait(e, clock_boot() + 3600 * CLOCK_SEC);
	ask_about(jean, "retry", jeans);
	says(": due now\n");
	ck_assert_int_le(e->due, clock_boot());
	ask_about(jean, "remove", jeans);
	says(": removed\n");
	ends_with(EX_OK);
	ck_assert_ptr_null(entry_find(jeans.text));
	fd = spool_read(spooled, jeans.text);
	ck_assert_int_eq(fd, -1);
}
END_TEST

START_TEST(a_hold_is_durable)
{
	struct asker jean = JEAN;
	struct queued q;
	const char *why;

	ask_about(jean, "hold", jeans);
	ck_assert(queued_load(spooled, jeans.text, QUEUED_WAITING, &q, NULL,
	    &why));
	ck_assert(q.held);
	queued_free(&q);
	ask_about(jean, "release", jeans);
	ck_assert(queued_load(spooled, jeans.text, QUEUED_WAITING, &q, NULL,
	    &why));
	ck_assert(!q.held);
	queued_free(&q);
}
END_TEST

START_TEST(one_bad_word_of_several_does_not_stop_the_others)
{
	struct asker root = ROOT;
	struct buf line = BUF_INIT;

	buf_addf(&line, "hold %s  nonsense %s ", jeans.text, others.text);
	ask(root, buf_string(&line));
	says("nonsense: no such message");
	ends_with(EX_NOINPUT);
	ck_assert_int_eq(entry_find(jeans.text)->state, ENTRY_HELD);
	ck_assert_int_eq(entry_find(others.text)->state, ENTRY_HELD);
	buf_free(&line);
}
END_TEST

START_TEST(sendmail_is_told_where_names_lead)
{
	struct asker jean = JEAN;

	ask(jean, "names");
	says(" aliases /");
	says(" mailname web1.example.org\n");
	says(" postmaster ops@example.org\n");
	says(" local-to-postmaster no\n");
	says(" max-size 52428800\n");
	ends_with(EX_OK);
}
END_TEST

START_TEST(the_status_is_for_everybody)
{
	struct asker jean = JEAN;

	ask(jean, "status");
	says("smarthost isp");
	ends_with(EX_OK);
}
END_TEST

#define TIMES(a) ((int)(sizeof(a) / sizeof((a)[0])))

static Suite *
commands_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("queue/commands");
	t = tcase_create("commands");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, an_unknown_command_is_a_usage_error,
	    0, TIMES(unknown));
	tcase_add_test(t, everybody_sees_their_own_and_administrators_all);
	tcase_add_test(t, ids_come_in_the_order_of_time);
	tcase_add_test(t, only_administrators_see_failed_mail_and_flush);
	tcase_add_test(t, a_flush_of_nothing_finds_the_queue_empty);
	tcase_add_loop_test(t,
	    nobody_touches_the_mail_of_others_nor_learns_of_it, 0, TIMES(acts));
	tcase_add_loop_test(t, what_is_no_id_is_no_message, 0, TIMES(no_ids));
	/* To hold it is to hold what is left of it. */
	tcase_add_loop_test(t, a_message_that_is_under_way_is_left_alone,
	    1, TIMES(acts));
	tcase_add_test(t, what_is_left_of_one_under_way_is_held);
	tcase_add_test(t,
	    its_owner_holds_releases_retries_and_removes_a_message);
	tcase_add_test(t, a_hold_is_durable);
	tcase_add_test(t, one_bad_word_of_several_does_not_stop_the_others);
	tcase_add_test(t, sendmail_is_told_where_names_lead);
	tcase_add_test(t, the_status_is_for_everybody);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(commands_suite)
