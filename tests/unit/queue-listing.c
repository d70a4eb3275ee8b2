#include "managed.h"

#include <time.h>

#include "queue/listing.h"

static const struct asker root = {.uid = 0, .is_admin = true};
static struct buf out;

static void
setup(void)
{
	ck_assert_int_eq(setenv("TZ", "UTC", 1), 0);
	tzset();
	managed_begin("");
}

static void
teardown(void)
{
	buf_free(&out);
	spooled_end();
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

/* From uid 1000 to a@, b@ and c@. */
static struct entry *
three(const char *sender)
{
	struct recipient to[] = {{.addr = SLICE("a@example.net")},
	    {.addr = SLICE("b@example.net")},
	    {.addr = SLICE("c@example.net")}};
	struct envelope e = {.uid = 1000, .sender = slice_from(sender),
	    .time = 1700000000 * CLOCK_SEC, .recipients = to, .count = 3};

	return managed_queue(&e, "hello\r\n");
}

START_TEST(a_message_is_a_line_with_id_size_date_and_sender)
{
	struct entry *e;

	e = three("s@example.org");
	listing_entry(&managed, e, &out);
	says(entry_id(e).text);
	says("        9  2023-11-14 22:13:20  <s@example.org>  ");
	says("\n     a@example.net\n     b@example.net\n     c@example.net\n");
}
END_TEST

static const struct {
	enum entry_state state;
	const char *words;
} states[] = {
	{ENTRY_READY, "ready"},
	{ENTRY_FLYING, "being delivered"},
	{ENTRY_HELD, "held"},
	{ENTRY_BROKEN, "its file cannot be read"},
	{ENTRY_UNREAD, "not looked at yet"},
};

START_TEST(it_says_what_the_message_waits_for)
{
	struct entry *e;

	e = three("s@example.org");
	e->state = (uint8_t)states[_i].state;
	listing_entry(&managed, e, &out);
	says(states[_i].words);
}
END_TEST

START_TEST(a_waiting_message_names_its_next_attempt)
{
	struct entry *e;

	e = three("s@example.org");
	lane_withdraw(e->lane, e);
	e->attempts = 2;
	entry_wait(e, clock_boot() + 3 * (3600 * CLOCK_SEC));
	listing_entry(&managed, e, &out);
	says("attempt 3 in 2h");
}
END_TEST

static const struct {
	int64_t seconds;
	const char *words;
} waits[] = {
	{-5, "now"}, {0, "now"}, {100, "in 99s"}, {200, "in 3m"},
	{7500, "in 2h"},
};

START_TEST(a_wait_is_told_in_one_unit)
{
	listing_wait(clock_boot() + waits[_i].seconds * CLOCK_SEC, &out);
	/* A second may have begun since. */
	if (waits[_i].seconds != 100)
		ck_assert_str_eq(buf_string(&out), waits[_i].words);
	else
		ck_assert_int_eq(buf_string(&out)[out.len - 1], 's');
}
END_TEST

START_TEST(whoever_is_done_is_left_out_and_the_last_word_is_told)
{
	struct verdict gone = {.first = 0, .last = 0,
	    .kind = VERDICT_DELIVERED, .code = 250, .text = SLICE("ok")};
	struct verdict late = {.first = 1, .last = 1,
	    .kind = VERDICT_DEFERRED, .stage = STAGE_RCPT, .code = 451,
	    .text = SLICE("evil \033[2J words")};
	struct entry *e;

	e = three("s@example.org");
	managed_note(e, &gone);
	managed_note(e, &late);
	listing_entry(&managed, e, &out);
	says_not("a@example.net");
	says("b@example.net\n       ");
	says("451 evil \\x1b[2J words\n");
	says("c@example.net\n");
}
END_TEST

START_TEST(a_sender_cannot_paint_the_terminal)
{
	listing_entry(&managed, three("\"\033[31m\"@example.org"), &out);
	says("[31m");
	says_not("\033");
}
END_TEST

START_TEST(a_file_that_makes_no_sense_is_named_with_the_reason)
{
	struct entry *e;
	struct buf name = BUF_INIT;

	e = three("s@example.org");
	buf_addf(&name, "spool/queue/%s", entry_id(e).text);
	spooled_write(buf_string(&name), "navette-message 1\nrubbish\n", 0600);
	listing_entry(&managed, e, &out);
	says(entry_id(e).text);
	says_not("example");
	ck_assert_uint_gt(out.len, ID_LEN + 5);
	buf_free(&name);
}
END_TEST

START_TEST(what_lies_in_failed_says_so_and_names_everybody)
{
	char kept_as[ID_LEN + 1];
	struct id_text id;

	id = entry_id(three("s@example.org"));
	ck_assert(spool_fail(spooled, id.text, kept_as));
	listing_failed(&managed, id.text, &out);
	says(id.text);
	says("could not be delivered nor returned");
	says("c@example.net");
	buf_clear(&out);
	listing_failed(&managed, "0000000000000000", &out);
	says("0000000000000000");
}
END_TEST

static void
stop(void)
{
	struct verdict v = {.kind = VERDICT_DEFERRED, .scope = SCOPE_ACCOUNT,
	    .stage = STAGE_AUTH, .code = 535,
	    .text = SLICE("5.7.8 bad \033 password")};

	account_stop(&managed, accounts_first(), &v);
}

START_TEST(there_is_an_alarm_only_where_something_is_wrong)
{
	listing_alarms(&root, &out);
	ck_assert_uint_eq(out.len, 0);
	stop();
	listing_alarms(&root, &out);
	says("smarthost isp is stopped since ");
	says("535 5.7.8 bad \\x1b password; next attempt in ");
	/* And what to do. */
	says("password");
	ck_assert_uint_gt(slice_find(buf_slice(&out), '\n') + 1, 1);
	ck_assert_uint_lt(slice_find(buf_slice(&out), '\n') + 1, out.len);
	buf_clear(&out);
	accounts_first()->paused_until = 1;
	listing_alarms(&root, &out);
	says("password; next attempt with the next message\n");
}
END_TEST

START_TEST(the_status_names_each_smarthost_and_counts_the_queue)
{
	listing_status(&root, &out);
	says("smarthost isp (smtp.example.net port 465): open, "
	    "0 connections, 0 ready\n");
	says(" 0 messages in the queue\n");
	buf_clear(&out);
	three("s@example.org");
	listing_status(&root, &out);
	says("0 connections, 1 ready\n");
	says(" 1 message in the queue\n");
	buf_clear(&out);
	stop();
	listing_status(&root, &out);
	says("is stopped since");
	says("port 465): stopped, ");
}
END_TEST

START_TEST(the_status_remembers_what_is_over)
{
	listing_status(&root, &out);
	says_not("last error");
	stop();
	listing_status(&root, &out);
	says_not("last error");
	account_heal(accounts_first());
	buf_clear(&out);
	listing_status(&root, &out);
	says("port 465): open, ");
	says("   last error 20");
	says(" (AUTH): 535 5.7.8 bad \\x1b password\n");
	says_not("the server takes");
	accounts_first()->worker_limit = 1;
	accounts_first()->limit_until = clock_boot() + 100 * CLOCK_SEC;
	listing_status(&root, &out);
	says("   the server takes 1 connection only; more are tried in ");
}
END_TEST

static Suite *
listing_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("queue/listing");
	t = tcase_create("listing");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_message_is_a_line_with_id_size_date_and_sender);
	tcase_add_loop_test(t, it_says_what_the_message_waits_for, 0,
	    (int)(sizeof(states) / sizeof(states[0])));
	tcase_add_test(t, a_waiting_message_names_its_next_attempt);
	tcase_add_loop_test(t, a_wait_is_told_in_one_unit, 0,
	    (int)(sizeof(waits) / sizeof(waits[0])));
	tcase_add_test(t,
	    whoever_is_done_is_left_out_and_the_last_word_is_told);
	tcase_add_test(t, a_sender_cannot_paint_the_terminal);
	tcase_add_test(t,
	    a_file_that_makes_no_sense_is_named_with_the_reason);
	tcase_add_test(t, what_lies_in_failed_says_so_and_names_everybody);
	tcase_add_test(t, there_is_an_alarm_only_where_something_is_wrong);
	tcase_add_test(t,
	    the_status_names_each_smarthost_and_counts_the_queue);
	tcase_add_test(t, the_status_remembers_what_is_over);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(listing_suite)
