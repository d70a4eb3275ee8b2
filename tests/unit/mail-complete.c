#include "unit.h"

#include <string.h>

#include "mail/message.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

/* What completion adds to the messages below. */
#define RECEIVED "Received: by web1.example.org (navette)\r\n" \
	"\t(from uid 1000, jean) id 0123456789ABCDEF;\r\n" \
	"\tSat, 21 Nov 2026 13:00:00 +0100\r\n"
#define NOW "Sat, 21 Nov 2026 13:00:00 +0100\r\n"
#define FROM "From: Jean Bon <jean@web1.example.org>\r\n"
#define TO "To: undisclosed-recipients:;\r\n"
#define DATE "Date: " NOW
#define ID "Message-ID: <0123456789ABCDEF@web1.example.org>\r\n"
#define RESENT_FROM "Resent-" FROM
#define RESENT_DATE "Resent-" DATE
#define RESENT_ID \
	"Resent-Message-ID: <resent.0123456789ABCDEF@web1.example.org>\r\n"

static struct message_origin origin;

static void
setup(void)
{
	memset(&origin, 0, sizeof(origin));
	origin.login = "jean";
	origin.name = "Jean Bon";
	origin.mailname = "web1.example.org";
	origin.id = "0123456789ABCDEF";
	origin.uid = 1000;
	origin.time = (int64_t)1795262400 * 1000000000;
	origin.utc_offset = 60;
}

/* The header of a text, completed; or the error. */
static bool
complete(struct slice text, struct message *out, struct buf *error)
{
	struct buf raw = BUF_INIT;
	size_t end, body;
	bool ok;

	buf_add_slice(&raw, text);
	ck_assert(message_find_body(&raw, true, &end, &body));
	ck_assert_uint_le(end, body);
	ck_assert_uint_le(body, text.len);
	ok = message_complete((struct slice){raw.data, end}, &origin, out,
	    error);
	buf_free(&raw);
	return ok;
}

static void
check_slice(struct slice text, const char *want)
{
	struct buf error = BUF_INIT;
	struct message m;

	ck_assert_msg(complete(text, &m, &error), "%s", buf_string(&error));
	ck_assert_str_eq(buf_string(&m.header), want);
	ck_assert_uint_eq(m.header.len, strlen(want));
	ck_assert_ptr_null(error.data);
	message_free(&m);
}

static void
check(const char *text, const char *want)
{
	check_slice(slice_from(text), want);
}

/* What stays as it is, besides what is added. */
#define SAME(fields) check(fields "\r\n", RECEIVED fields DATE ID "\r\n")

START_TEST(what_is_missing_is_added)
{
	check("", RECEIVED FROM TO DATE ID "\r\n");
	check("Subject: x\n\n", RECEIVED "Subject: x\r\n" FROM TO DATE ID
	    "\r\n");
}
END_TEST

START_TEST(what_is_there_stays)
{
	check("from: a@x\nTO: b@y\ndate: now\nMessage-Id: <1>\n\n",
	    RECEIVED "from: a@x\r\nTO: b@y\r\ndate: now\r\nMessage-Id: <1>\r\n"
	    "\r\n");
	SAME("From: a@x\r\nCc: b@y\r\nLines: 1\r\n");
	SAME("From: a@x\r\nTo: b@y\r\nReceived: a\r\n\tb; c\r\nX:\r\n");
}
END_TEST

START_TEST(an_empty_field_counts_as_missing)
{
	check("From: \nTo:\nDate:\n \nMessage-ID:\nReply-To: \nSubject:\n\n",
	    RECEIVED "Subject:\r\n" FROM TO DATE ID "\r\n");
}
END_TEST

START_TEST(all_line_ends_become_one)
{
	check("From: a@x\r\nTo: b@y\nSubject: c\n\te\n\r\nbody",
	    RECEIVED "From: a@x\r\nTo: b@y\r\nSubject: c\r\n\te\r\n"
	    DATE ID "\r\n");
	check("From: a@x\rTo: b@y\rSubject: c\r\te\r\rbody",
	    RECEIVED "From: a@x\r\nTo: b@y\r\nSubject: c\r\n\te\r\n"
	    DATE ID "\r\n");
	/* A CR is none where LFs are. */
	check("From: a@x\nTo: b@y\nSubject: c\rBcc: d@y\n\nbody",
	    RECEIVED "From: a@x\r\nTo: b@y\r\nSubject: c Bcc: d@y\r\n"
	    DATE ID "\r\n");
	check("From: a@x\nTo: b@y", RECEIVED "From: a@x\r\nTo: b@y\r\n"
	    DATE ID "\r\n");
}
END_TEST

START_TEST(two_lists_become_one)
{
	check("From: a@x\nTo: b@y \nCc:c\nto:\nTO:\n d,\nTo: e@x\nCC: f@x\n\n",
	    RECEIVED "From: a@x\r\n"
	    "To: b@y ,\r\n d@web1.example.org,,\r\n e@x\r\n"
	    "Cc:c@web1.example.org,\r\n f@x\r\n" DATE ID "\r\n");
	check("Reply-To: a@x\nReply-To: b@x\nFrom: a@x\nTo: b@y\n\n",
	    RECEIVED "Reply-To: a@x,\r\n b@x\r\nFrom: a@x\r\nTo: b@y\r\n"
	    DATE ID "\r\n");
}
END_TEST

START_TEST(two_lists_of_which_one_is_broken_stay_two)
{
	SAME("From: a@x\r\nTo: b@y\r\nTo: \"c\r\nTo: d@y\r\n");
	SAME("From: a@x\r\nTo: \"b\r\nTo: c@y\r\n");
	SAME("From: a@x\r\nTo: team: b@x\r\nTo: club: c@y;\r\n");
	SAME("From: a@x\r\nTo: b@y\r\nResent-To: c@x\r\nResent-To: d@x\r\n"
	    "Resent-From: a@x\r\nResent-Date: d\r\nResent-Message-ID: i\r\n");
}
END_TEST

START_TEST(a_second_field_of_a_kind_goes_by_another_name)
{
	check("From: a@x\nfrom: b\nTo: c@x\nSubject: s\nSUBJECT: t\n\n",
	    RECEIVED "From: a@x\r\nX-Duplicate-from: b@web1.example.org\r\n"
	    "To: c@x\r\nSubject: s\r\nX-Duplicate-SUBJECT: t\r\n" DATE ID
	    "\r\n");
	check("From: a@x\nTo: c@x\nSubject:\nSubject: t\nSubject:\n\n",
	    RECEIVED "From: a@x\r\nTo: c@x\r\nSubject: t\r\n" DATE ID "\r\n");
	SAME("From: a@x\r\nTo: c@x\r\nSubject:\r\n"
	    "Keywords: a\r\nKeywords: b\r\n");
}
END_TEST

START_TEST(a_nul_is_replaced)
{
	check_slice(SLICE("From: a@x\nTo: b@y\nSubject: a\0b\n\n"),
	    RECEIVED "From: a@x\r\nTo: b@y\r\nSubject: a?b\r\n" DATE ID
	    "\r\n");
}
END_TEST

START_TEST(bcc_and_return_path_never_leave)
{
	check("From: a@x\nBcc: b@y,\n c@z,\r\n\td@w\nTo: e@v\n"
	    "Content-Length: 5\n"
	    "bcc : f@u\nReturn-Path: <g@t>\nResent-bcc:\n h@s\nBCC:\n\n",
	    RECEIVED "From: a@x\r\nTo: e@v\r\n" RESENT_FROM RESENT_DATE
	    RESENT_ID DATE ID "\r\n");
}
END_TEST

START_TEST(bcc_that_nobody_can_read_does_not_leave_either)
{
	check("From: a@x\nBcc: \"b@y\n c\nTo: e@v\n\n",
	    RECEIVED "From: a@x\r\nTo: e@v\r\n" DATE ID "\r\n");
}
END_TEST

START_TEST(white_space_before_a_colon_goes)
{
	check("From : a@x\nTo\t: b@y\nSubject  : c d\n\n",
	    RECEIVED "From: a@x\r\nTo: b@y\r\nSubject: c d\r\n" DATE ID
	    "\r\n");
}
END_TEST

START_TEST(bare_names_are_qualified_and_nothing_else_is_touched)
{
	check("From: root (Cron Daemon)\nTo: root\n\n",
	    RECEIVED "From: root@web1.example.org (Cron Daemon)\r\n"
	    "To: root@web1.example.org\r\n" DATE ID "\r\n");
	check("From:root\nTo: \"A, B\" <joe> (x) ,\n   Team : a@x,jim (y)\n"
	    "\t; , =?utf-8?Q?a,b?= <k>\nReply-To: \"j k\" , me@x\n"
	    "Sender: <@a:joe>\nCc: <>\n\n",
	    RECEIVED "From:root@web1.example.org\r\n"
	    "To: \"A, B\" <joe@web1.example.org> (x) ,\r\n"
	    "   Team : a@x,jim@web1.example.org (y)\r\n"
	    "\t; , =?utf-8?Q?a,b?= <k@web1.example.org>\r\n"
	    "Reply-To: \"j k\"@web1.example.org , me@x\r\n"
	    "Sender: <@a:joe@web1.example.org>\r\n"
	    "Cc: <>\r\n" DATE ID "\r\n");
}
END_TEST

START_TEST(an_address_field_that_cannot_be_read_stays_as_it_is)
{
	SAME("From: joe, a b c\r\nTo: root (x\r\n");
}
END_TEST

START_TEST(other_fields_are_not_qualified)
{
	SAME("From: a@x\r\nTo: b@y\r\nSubject: root\r\nX-To: root\r\n");
}
END_TEST

START_TEST(from_is_made_of_name_and_login)
{
	origin.name = "";
	check("To: a@x\n", RECEIVED "To: a@x\r\n"
	    "From: jean@web1.example.org\r\n" DATE ID "\r\n");
	origin.name = NULL;
	check("To: a@x\n", RECEIVED "To: a@x\r\n"
	    "From: jean@web1.example.org\r\n" DATE ID "\r\n");
	origin.name = "J. \"B\" Bon";
	check("To: a@x\n", RECEIVED "To: a@x\r\n"
	    "From: \"J. \\\"B\\\" Bon\" <jean@web1.example.org>\r\n"
	    DATE ID "\r\n");
	origin.name = "J\303\251r\303\264me";
	check("To: a@x\n", RECEIVED "To: a@x\r\n"
	    "From: =?UTF-8?Q?J=C3=A9r=C3=B4me?= <jean@web1.example.org>\r\n"
	    DATE ID "\r\n");
	origin.name = "A\nBcc: b@y";
	check("To: a@x\n", RECEIVED "To: a@x\r\n"
	    "From: \"A?Bcc: b@y\" <jean@web1.example.org>\r\n" DATE ID "\r\n");
}
END_TEST

START_TEST(a_long_name_is_folded)
{
	origin.name = "\303\251\303\251\303\251\303\251\303\251\303\251"
	    "\303\251\303\251\303\251\303\251\303\251";
	check("To: a@x\n", RECEIVED "To: a@x\r\n"
	    "From:\r\n =?UTF-8?Q?=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9"
	    "=C3=A9=C3=A9=C3=A9?=\r\n =?UTF-8?Q?=C3=A9?="
	    " <jean@web1.example.org>\r\n" DATE ID "\r\n");
}
END_TEST

START_TEST(from_is_made_of_the_sender_where_there_is_one)
{
	origin.sender = SLICE("info@shop.example");
	check("To: a@x\n", RECEIVED "To: a@x\r\n"
	    "From: Jean Bon <info@shop.example>\r\n" DATE ID "\r\n");
	origin.sender = SLICE("root");
	check("To: a@x\n", RECEIVED "To: a@x\r\n"
	    "From: Jean Bon <root@web1.example.org>\r\n" DATE ID "\r\n");
	origin.sender = SLICE("");
	check("To: a@x\n", RECEIVED "To: a@x\r\n"
	    "From: Jean Bon <MAILER-DAEMON@web1.example.org>\r\n" DATE ID
	    "\r\n");
}
END_TEST

START_TEST(a_sender_does_not_change_from)
{
	origin.sender = SLICE("info@shop.example");
	SAME("From: a@x\r\nTo: b@y\r\n");
}
END_TEST

START_TEST(odd_logins_do_no_harm)
{
	origin.login = "a b(c)\\";
	origin.name = NULL;
	check("To: a@x\n", "Received: by web1.example.org (navette)\r\n"
	    "\t(from uid 1000, \"a b?c??\?\") id 0123456789ABCDEF;\r\n\t" NOW
	    "To: a@x\r\nFrom: \"a b(c)\\\\\"@web1.example.org\r\n" DATE ID
	    "\r\n");
	origin.login = "a\nBcc: b";
	check("To: a@x\n", "Received: by web1.example.org (navette)\r\n"
	    "\t(from uid 1000) id 0123456789ABCDEF;\r\n\t" NOW
	    "To: a@x\r\nFrom: 1000@web1.example.org\r\n" DATE ID "\r\n");
}
END_TEST

START_TEST(a_uid_without_a_login_is_its_number)
{
	origin.login = NULL;
	origin.name = NULL;
	check("To: a@x\n", "Received: by web1.example.org (navette)\r\n"
	    "\t(from uid 1000) id 0123456789ABCDEF;\r\n\t" NOW
	    "To: a@x\r\nFrom: 1000@web1.example.org\r\n" DATE ID "\r\n");
}
END_TEST

START_TEST(resent_fields_are_completed_in_their_place)
{
	check("Resent-To: joe\nFrom: a@x\nTo: b@y\nDate: d\nMessage-ID: <1>\n",
	    RECEIVED RESENT_FROM RESENT_DATE RESENT_ID
	    "Resent-To: joe@web1.example.org\r\n"
	    "From: a@x\r\nTo: b@y\r\nDate: d\r\nMessage-ID: <1>\r\n\r\n");
	check("Resent-From: me\nResent-Date: d\nResent-Message-ID: <2>\n"
	    "Resent-To: joe@z\nFrom: a@x\nTo: b@y\n",
	    RECEIVED "Resent-From: me@web1.example.org\r\n"
	    "Resent-Date: d\r\nResent-Message-ID: <2>\r\n"
	    "Resent-To: joe@z\r\nFrom: a@x\r\nTo: b@y\r\n" DATE ID "\r\n");
}
END_TEST

START_TEST(a_resending_below_a_trace_field_is_completed_there)
{
	check("Received: r\nResent-From: a@x\nFrom: d@x\nTo: e@x\n",
	    RECEIVED "Received: r\r\n" RESENT_DATE RESENT_ID
	    "Resent-From: a@x\r\nFrom: d@x\r\nTo: e@x\r\n"
	    DATE ID "\r\n");
}
END_TEST

START_TEST(an_older_resending_does_not_complete_a_newer_one)
{
	check("Resent-To: a@x\nReceived: r\nResent-Date: d\n"
	    "Resent-From: b@x\nResent-To: c@x\nFrom: d@x\nTo: e@x\n",
	    RECEIVED RESENT_FROM RESENT_DATE RESENT_ID
	    "Resent-To: a@x\r\nReceived: r\r\nResent-Date: d\r\n"
	    "Resent-From: b@x\r\nResent-To: c@x\r\nFrom: d@x\r\nTo: e@x\r\n"
	    DATE ID "\r\n");
}
END_TEST

START_TEST(mbox_lines_in_front_go)
{
	check("From joe Mon Jan  1 10:00:00 2026\nFrom: a@x\nTo: b@y\n",
	    RECEIVED "From: a@x\r\nTo: b@y\r\n" DATE ID "\r\n");
	check("From joe 9:00:00\r\n>From jim Mon Jan  1 10:00:00\r\n"
	    "From: a@x\r\nTo: b@y\r\n",
	    RECEIVED "From: a@x\r\nTo: b@y\r\n" DATE ID "\r\n");
}
END_TEST

static const struct bulk_case {
	const char *text;
	bool is_bulk;
	bool is_8bit;
	unsigned hops;
} bulk_cases[] = {
	{"Subject: a\n", false, false, 0},
	{"Precedence: bulk\n", true, false, 0},
	{"precedence:  List \n", true, false, 0},
	{"Precedence: junk\nReceived: a\nReceived: b\n", true, false, 2},
	{"Precedence: first-class\n", false, false, 0},
	{"List-Id: <a.b>\nReceived: a\n", true, false, 1},
	{"Subject: \303\251\n", false, true, 0},
	{"Bcc: \303\251@x\n", false, false, 0},
};

START_TEST(what_the_queue_must_know_is_told)
{
	const struct bulk_case *c = &bulk_cases[_i];
	struct buf error = BUF_INIT;
	struct message m;

	ck_assert(complete(slice_from(c->text), &m, &error));
	ck_assert_int_eq(m.is_bulk, c->is_bulk);
	ck_assert_int_eq(m.is_8bit, c->is_8bit);
	ck_assert_uint_eq(m.hops, c->hops);
	message_free(&m);
}
END_TEST

static TCase *
complete_tests(void)
{
	TCase *t;

	t = tcase_create("completion");
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, what_is_missing_is_added);
	tcase_add_test(t, what_is_there_stays);
	tcase_add_test(t, an_empty_field_counts_as_missing);
	tcase_add_test(t, all_line_ends_become_one);
	tcase_add_test(t, two_lists_become_one);
	tcase_add_test(t, two_lists_of_which_one_is_broken_stay_two);
	tcase_add_test(t, a_second_field_of_a_kind_goes_by_another_name);
	tcase_add_test(t, a_nul_is_replaced);
	tcase_add_test(t, bcc_and_return_path_never_leave);
	tcase_add_test(t, bcc_that_nobody_can_read_does_not_leave_either);
	tcase_add_test(t, white_space_before_a_colon_goes);
	tcase_add_test(t,
	    bare_names_are_qualified_and_nothing_else_is_touched);
	tcase_add_test(t,
	    an_address_field_that_cannot_be_read_stays_as_it_is);
	tcase_add_test(t, other_fields_are_not_qualified);
	tcase_add_test(t, mbox_lines_in_front_go);
	tcase_add_loop_test(t, what_the_queue_must_know_is_told, 0,
	    COUNT(bulk_cases));
	return t;
}

static TCase *
origin_tests(void)
{
	TCase *t;

	t = tcase_create("origin");
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, from_is_made_of_name_and_login);
	tcase_add_test(t, a_long_name_is_folded);
	tcase_add_test(t, from_is_made_of_the_sender_where_there_is_one);
	tcase_add_test(t, a_sender_does_not_change_from);
	tcase_add_test(t, odd_logins_do_no_harm);
	tcase_add_test(t, a_uid_without_a_login_is_its_number);
	tcase_add_test(t, resent_fields_are_completed_in_their_place);
	tcase_add_test(t,
	    a_resending_below_a_trace_field_is_completed_there);
	tcase_add_test(t, an_older_resending_does_not_complete_a_newer_one);
	return t;
}

static Suite *
complete_suite(void)
{
	Suite *s;

	s = suite_create("mail/complete");
	suite_add_tcase(s, complete_tests());
	suite_add_tcase(s, origin_tests());
	return s;
}

UNIT_MAIN(complete_suite)
