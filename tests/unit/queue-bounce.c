#include "managed.h"

#include "queue/bounce.h"

static struct buf text;
static struct entry *about;

static void
setup(void)
{
	managed_begin("");
}

static void
teardown(void)
{
	buf_free(&text);
	spooled_end();
}

static const struct recipient plain[] = {
	{.addr = {"a@example.net", 13}},
	{.addr = {"b@example.net", 13}},
	{.addr = {"c@example.net", 13}},
};

static void
queue(const char *sender, const struct recipient *to, unsigned flags)
{
	struct envelope e = {.uid = 1000, .sender = slice_from(sender),
	    .time = clock_wall(), .flags = flags, .count = 3,
	    .recipients = (struct recipient *)(uintptr_t)to};
	struct verdict refused = {.first = 0, .last = 1,
	    .kind = VERDICT_REFUSED, .stage = STAGE_RCPT, .code = 550,
	    .text = SLICE("5.1.1 no such user")};

	about = managed_queue(&e, "the whole body\r\n");
	managed_note(about, &refused);
}

static bool
send_failed(void)
{
	struct bounce b = {.action = DSN_FAILED,
	    .is_chosen = queued_is_unanswered, .smarthost = "smtp.example"};
	struct id_text id;
	struct queued q;
	const char *why;
	bool ok;

	id = entry_id(about);
	ck_assert(queued_load(spooled, id.text, QUEUED_WAITING, &q, NULL,
	    &why));
	b.id = id.text;
	b.queued = &q;
	ok = bounce_send(&managed, &b);
	queued_free(&q);
	return ok;
}

static void
note_other(void *arg, const char *id)
{
	if (strcmp(id, entry_id(about).text) != 0)
		strlist_add(arg, id);
}

/* The IDs of all messages but the one that it is about. */
static struct strlist
notices(void)
{
	struct strlist found = STRLIST_INIT;

	ck_assert(spool_each(spooled, false, note_other, &found));
	return found;
}

/* The only notice there is. */
static void
read_notice(struct envelope *e)
{
	struct strlist found = notices();

	ck_assert_uint_eq(found.count, 1);
	ck_assert_ptr_nonnull(entry_find(found.items[0]));
	spooled_read(found.items[0], &text, e);
	strlist_free(&found);
}

static void
says(const char *words)
{
	ck_assert_msg(strstr(buf_string(&text), words) != NULL,
	    "\"%s\" is not in:\n%s", words, buf_string(&text));
}

static void
says_not(const char *words)
{
	ck_assert_msg(strstr(buf_string(&text), words) == NULL,
	    "\"%s\" is in:\n%s", words, buf_string(&text));
}

START_TEST(the_sender_is_told_of_those_who_were_refused_and_no_others)
{
	struct envelope e;

	queue("s@example.com", plain, 0);
	ck_assert(send_failed());
	read_notice(&e);
	ck_assert_uint_eq(e.sender.len, 0);
	ck_assert_uint_eq(e.count, 1);
	ck_assert(slice_is(e.recipients[0].addr, "s@example.com"));
	ck_assert_uint_eq(e.uid, 1000);
	ck_assert((e.flags & ENVELOPE_BOUNCE) != 0);
	says("Final-Recipient: rfc822; a@example.net");
	says("Final-Recipient: rfc822; b@example.net");
	says_not("c@example.net");
	says("5.1.1 no such user");
	says("the whole body");
	envelope_free(&e);
}
END_TEST

START_TEST(nobody_is_told_of_what_was_itself_a_notification)
{
	struct strlist found;

	queue("s@example.com", plain, ENVELOPE_BOUNCE);
	ck_assert(send_failed());
	found = notices();
	ck_assert_uint_eq(found.count, 0);
}
END_TEST

START_TEST(the_null_sender_is_told_nothing)
{
	struct strlist found;

	queue("", plain, 0);
	ck_assert(send_failed());
	found = notices();
	ck_assert_uint_eq(found.count, 0);
}
END_TEST

static const char *const own[] = {"root@web1.example.org", "root",
    "root@localhost", "www-data@WEB1.example.ORG"};

START_TEST(this_hosts_own_senders_are_told_through_the_postmaster)
{
	struct envelope e;

	queue(own[_i], plain, 0);
	ck_assert(send_failed());
	read_notice(&e);
	ck_assert(slice_is(e.recipients[0].addr, "ops@example.org"));
	envelope_free(&e);
}
END_TEST

START_TEST(who_wished_not_to_hear_does_not)
{
	struct recipient to[] = {
		{.addr = SLICE("a@example.net"), .notify = NOTIFY_NEVER},
		{.addr = SLICE("b@example.net"), .notify = NOTIFY_FAILURE},
		{.addr = SLICE("c@example.net")},
	};
	struct envelope e;

	queue("s@example.com", to, 0);
	ck_assert(send_failed());
	read_notice(&e);
	says_not("a@example.net");
	says("b@example.net");
	envelope_free(&e);
}
END_TEST

START_TEST(each_return_path_gets_a_notice_of_its_own)
{
	struct recipient to[] = {
		{.addr = SLICE("a@example.net"),
		    .return_path = SLICE("owner-list@example.com")},
		{.addr = SLICE("b@example.net")},
		{.addr = SLICE("c@example.net")},
	};
	struct strlist found;
	struct envelope e;
	size_t i;

	queue("s@example.com", to, 0);
	ck_assert(send_failed());
	found = notices();
	ck_assert_uint_eq(found.count, 2);
	for (i = 0; i < 2; i++) {
		spooled_read(found.items[i], &text, &e);
		if (slice_is(e.recipients[0].addr, "s@example.com")) {
			says("b@example.net");
			says_not("a@example.net");
		} else {
			ck_assert(slice_is(e.recipients[0].addr,
			    "owner-list@example.com"));
			says("a@example.net");
			says_not("b@example.net");
		}
		envelope_free(&e);
	}
	strlist_free(&found);
}
END_TEST

START_TEST(asked_again_after_a_crash_it_finds_its_notice)
{
	struct envelope e;

	queue("s@example.com", plain, 0);
	ck_assert(send_failed());
	ck_assert(send_failed());
	read_notice(&e);
	envelope_free(&e);
}
END_TEST

START_TEST(what_cannot_be_queued_is_not_forgotten)
{
	queue("s@example.com", plain, 0);
	ck_assert_int_eq(rmdir(spooled_path("spool/tmp")), 0);
	ck_assert(!send_failed());
	ck_assert_int_eq(mkdir(spooled_path("spool/tmp"), 0700), 0);
}
END_TEST

static Suite *
bounce_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("queue/bounce");
	t = tcase_create("bounce");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t,
	    the_sender_is_told_of_those_who_were_refused_and_no_others);
	tcase_add_test(t, nobody_is_told_of_what_was_itself_a_notification);
	tcase_add_test(t, the_null_sender_is_told_nothing);
	tcase_add_loop_test(t,
	    this_hosts_own_senders_are_told_through_the_postmaster, 0,
	    (int)(sizeof(own) / sizeof(own[0])));
	tcase_add_test(t, who_wished_not_to_hear_does_not);
	tcase_add_test(t, each_return_path_gets_a_notice_of_its_own);
	tcase_add_test(t, asked_again_after_a_crash_it_finds_its_notice);
	tcase_add_test(t, what_cannot_be_queued_is_not_forgotten);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(bounce_suite)
