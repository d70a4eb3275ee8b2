#include "unit.h"

#include <string.h>

#include "base/clock.h"
#include "mail/dsn.h"
#include "mail/dsn_address.h"

#define WORD(literal) {(literal), sizeof(literal) - 1}
#define NOW ((int64_t)1789820800 * CLOCK_SEC)	/* 19 Sep 2026 12:26:40 */

static const struct dsn_recipient refused = {
	.addr = WORD("bob@y.example"), .orcpt = WORD("rfc822;b+2Bob@y.example"),
	.action = DSN_FAILED, .last_attempt = NOW - CLOCK_SEC,
	.verdict = {.kind = VERDICT_REFUSED, .stage = STAGE_RCPT,
	    .code = 550, .enhanced = "5.1.1",
	    .text = WORD("no such user\r\nX-Evil: yes")},
};

static const struct dsn full = {
	.id = "0000000000000001", .original_id = "0000000000000000",
	.sender = WORD("me@x.example"),
	.from = WORD("MAILER-DAEMON@web1.example"),
	.reporting_mta = "web1.example", .smarthost = "smtp.isp.example",
	.envid = WORD("id+3D7"), .now = NOW, .arrival = NOW - 60 * CLOCK_SEC,
	.recipients = &refused, .count = 1,
	.original = WORD("Subject: hello\r\n\r\nbody\r\n"),
};

static const char full_print[] =
    "From: Mail delivery <MAILER-DAEMON@web1.example>\r\n"
    "To: <me@x.example>\r\n"
    "Subject: Your mail could not be delivered\r\n"
    "Date: Sat, 19 Sep 2026 12:26:40 +0000\r\n"
    "Message-ID: <0000000000000001@web1.example>\r\n"
    "Auto-Submitted: auto-replied\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/report; report-type=delivery-status;\r\n"
    "\tboundary=\"=_navette_0000000000000001_\"\r\n"
    "\r\n"
    "--=_navette_0000000000000001_\r\n"
    "Content-Description: Notification\r\n"
    "Content-Type: text/plain; charset=us-ascii\r\n"
    "\r\n"
    "This is the mail system of web1.example.\r\n"
    "\r\n"
    "Your message could not be delivered to the following, and is not tried "
    "any\r\n"
    "more:\r\n"
    "\r\n"
    "  <bob@y.example>\r\n"
    "    The answer of smtp.isp.example to RCPT: 550 5.1.1 no such\r\n"
    "    user\\x0d\\x0aX-Evil: yes\r\n"
    "\r\n"
    "The message was accepted here as 0000000000000000 on "
    "Sat, 19 Sep 2026 12:25:40 +0000.\r\n"
    "It is attached, or its beginning if it is long.\r\n"
    "\r\n"
    "--=_navette_0000000000000001_\r\n"
    "Content-Description: Delivery report\r\n"
    "Content-Type: message/delivery-status\r\n"
    "\r\n"
    "Original-Envelope-Id: id=7\r\n"
    "Reporting-MTA: dns; web1.example\r\n"
    "X-Navette-Queue-Id: 0000000000000000\r\n"
    "Arrival-Date: Sat, 19 Sep 2026 12:25:40 +0000\r\n"
    "\r\n"
    "Original-Recipient: rfc822; b+ob@y.example\r\n"
    "Final-Recipient: rfc822; bob@y.example\r\n"
    "Action: failed\r\n"
    "Status: 5.1.1\r\n"
    "Remote-MTA: dns; smtp.isp.example\r\n"
    "Diagnostic-Code: smtp; 550 5.1.1 no such user\\x0d\\x0aX-Evil: yes\r\n"
    "Last-Attempt-Date: Sat, 19 Sep 2026 12:26:39 +0000\r\n"
    "\r\n"
    "--=_navette_0000000000000001_\r\n"
    "Content-Description: The message\r\n"
    "Content-Type: message/rfc822\r\n"
    "\r\n"
    "Subject: hello\r\n"
    "\r\n"
    "body\r\n"
    "\r\n"
    "--=_navette_0000000000000001_--\r\n";

/* Prints d and looks at what holds for every notification. */
static void
print(const struct dsn *d, struct buf *out)
{
	struct slice rest, line;
	size_t header_size;

	buf_clear(out);
	dsn_print(d, out, &header_size);
	ck_assert_uint_gt(header_size, 4);
	ck_assert_mem_eq(out->data + header_size - 4, "\r\n\r\n", 4);
	ck_assert_uint_eq(header_size,
	    (size_t)(strstr(out->data, "\r\n\r\n") - out->data) + 4);
	rest = buf_slice(out);
	while (slice_cut(&rest, '\n', &line) && rest.ptr != NULL) {
		ck_assert_uint_gt(line.len, 0);
		ck_assert_int_eq(line.ptr[line.len - 1], '\r');
		ck_assert_uint_le(line.len, 999);
	}
}

static bool
says(const struct buf *out, const char *words)
{
	return strstr(buf_string(out), words) != NULL;
}

START_TEST(a_bounce_is_a_report_that_people_and_programs_read)
{
	struct buf out = BUF_INIT;

	print(&full, &out);
	ck_assert_str_eq(buf_string(&out), full_print);
	buf_free(&out);
}
END_TEST

START_TEST(a_bounce_is_appended_to_what_is_there)
{
	struct buf out = BUF_INIT;
	size_t size;

	buf_add_string(&out, "before");
	dsn_print(&full, &out, &size);
	ck_assert_mem_eq(out.data, "beforeFrom:", 11);
	ck_assert_mem_eq(out.data + 6 + size - 4, "\r\n\r\n", 4);
	buf_free(&out);
}
END_TEST

START_TEST(a_delay_says_until_when_it_is_tried)
{
	struct dsn_recipient r = refused;
	struct dsn d = full;
	struct buf out = BUF_INIT;

	r.action = DSN_DELAYED;
	r.retry_until = NOW + 3600 * CLOCK_SEC;
	r.verdict = (struct verdict){.kind = VERDICT_DEFERRED,
	    .stage = STAGE_CONNECT, .text = WORD("Connection refused")};
	d.recipients = &r;
	print(&d, &out);
	ck_assert(says(&out, "Subject: Your mail is delayed\r\n"));
	ck_assert(says(&out, "It is tried until Sat, 19 Sep 2026 13:26:40"));
	ck_assert(says(&out, "Action: delayed\r\nStatus: 4.4.1\r\n"
	    "Diagnostic-Code: x-navette; Connection refused\r\n"));
	ck_assert(says(&out, "Will-Retry-Until: Sat, 19 Sep 2026 13:26:40"));
	ck_assert(!says(&out, "Remote-MTA"));
	ck_assert(says(&out, "The way to smtp.isp.example failed (connect): "
	    "Connection refused"));
	ck_assert(says(&out, "What the administrator can do:\r\n"
	    "    Check host and port"));
	buf_free(&out);
}
END_TEST

START_TEST(one_notification_tells_of_several_fates)
{
	struct dsn_recipient r[4] = {refused, refused, refused, refused};
	struct buf out = BUF_INIT;
	struct dsn d = full;

	r[0].action = DSN_EXPANDED;
	r[0].verdict = (struct verdict){.kind = VERDICT_DELIVERED};
	r[1].action = DSN_DELAYED;
	r[1].retry_until = 0;
	r[2].action = DSN_RELAYED;
	r[2].verdict = (struct verdict){.kind = VERDICT_DELIVERED,
	    .stage = STAGE_BODY, .code = 250, .enhanced = "2.6.0",
	    .text = WORD("ok")};
	d.recipients = r;
	d.count = 4;
	print(&d, &out);
	ck_assert(says(&out, "Subject: Your mail could not be delivered\r\n"));
	ck_assert(says(&out, "Action: failed\r\nStatus: 5.1.1\r\n"));
	ck_assert(says(&out, "Action: delayed\r\nStatus: 4.0.0\r\n"));
	ck_assert(says(&out, "Action: relayed\r\nStatus: 2.6.0\r\n"));
	ck_assert(says(&out, "Action: expanded\r\nStatus: 2.0.0\r\n"));
	ck_assert(says(&out, "to end of data: 250 2.6.0 ok\r\n"));
	ck_assert(!says(&out, "It is tried until"));
	ck_assert(strstr(out.data, "could not be delivered to the") <
	    strstr(out.data, "could not be delivered yet"));
	buf_free(&out);
}
END_TEST

START_TEST(the_subject_follows_the_worst_news)
{
	struct dsn_recipient r = refused;
	struct dsn d = full;
	struct buf out = BUF_INIT;

	d.recipients = &r;
	r.action = DSN_RELAYED;
	print(&d, &out);
	ck_assert(says(&out, "Subject: Your mail was handed on\r\n") &&
	    !says(&out, "could not"));
	r.action = DSN_EXPANDED;
	print(&d, &out);
	ck_assert(says(&out, "Subject: Your mail was sent to a list\r\n"));
	buf_free(&out);
}
END_TEST

/* kind, code, enhanced, what comes of it in a failure. */
static const struct {
	enum verdict_kind kind;
	int code;
	const char *enhanced;
	const char *status;
} statuses[] = {
	{VERDICT_REFUSED, 550, "5.7.1", "Status: 5.7.1\r\n"},
	{VERDICT_REFUSED, 550, "", "Status: 5.0.0\r\n"},
	{VERDICT_REFUSED, 0, "5.3.4", "Status: 5.3.4\r\n"},
	{VERDICT_DEFERRED, 451, "4.3.0", "Status: 5.4.7\r\n"},
	{VERDICT_DEFERRED, 550, "5.4.5", "Status: 5.4.5\r\n"},
	{VERDICT_DOUBT, 0, "", "Status: 5.4.7\r\n"},
};

START_TEST(a_status_has_the_class_of_its_action)
{
	struct dsn_recipient r = refused;
	struct dsn d = full;
	struct buf out = BUF_INIT;

	r.verdict.kind = statuses[_i].kind;
	r.verdict.code = statuses[_i].code;
	memset(r.verdict.enhanced, 0, sizeof(r.verdict.enhanced));
	memcpy(r.verdict.enhanced, statuses[_i].enhanced,
	    strlen(statuses[_i].enhanced));
	d.recipients = &r;
	print(&d, &out);
	ck_assert_msg(says(&out, statuses[_i].status), "%s",
	    statuses[_i].status);
	ck_assert_int_eq(says(&out, "\r\n    It was tried until "),
	    statuses[_i].kind != VERDICT_REFUSED);
	buf_free(&out);
}
END_TEST

START_TEST(what_was_never_tried_says_only_what_is_known)
{
	struct dsn_recipient r = {.addr = WORD("bob@y.example")};
	struct dsn d = full;
	struct buf out = BUF_INIT;

	r.verdict.kind = VERDICT_REFUSED;
	d.recipients = &r;
	d.smarthost = NULL;
	d.envid = (struct slice){NULL, 0};
	print(&d, &out);
	ck_assert(!says(&out, "Original-") && !says(&out, "Last-Attempt"));
	ck_assert(!says(&out, "Diagnostic-Code"));
	ck_assert(!says(&out, "administrator"));
	ck_assert(says(&out, "  <bob@y.example>\r\n\r\n"));
	r.verdict.text = SLICE("it was removed by root");
	r.verdict.stage = STAGE_LOCAL;
	print(&d, &out);
	ck_assert(says(&out, "\r\n    it was removed by root"));
	r.verdict.stage = STAGE_MAIL;
	r.verdict.code = 550;
	print(&d, &out);
	ck_assert(says(&out, "The answer of the server to MAIL: 550 it was"));
	ck_assert(!says(&out, "Remote-MTA"));
	buf_free(&out);
}
END_TEST

START_TEST(a_cure_names_what_to_change)
{
	struct dsn_recipient r = refused;
	struct dsn d = full;
	struct buf out = BUF_INIT;

	r.verdict.text = SLICE("<a@x>: Sender address rejected: not owned by "
	    "user jean");
	r.verdict.enhanced[0] = '\0';
	d.recipients = &r;
	print(&d, &out);
	ck_assert(says(&out, "What the administrator can do:\r\n"));
	ck_assert(says(&out, "send-as"));
	r.action = DSN_RELAYED;
	print(&d, &out);
	ck_assert(!says(&out, "send-as"));
	buf_free(&out);
}
END_TEST

START_TEST(addresses_above_ascii_stay_readable)
{
	struct dsn_recipient r = refused;
	struct dsn d = full;
	struct buf out = BUF_INIT;

	r.addr = SLICE("jos\xc3\xa9+x@\xe4\xbe\x8b.example");
	r.orcpt = SLICE("utf-8;jos\\x{E9}+2Bx@y.example");
	d.recipients = &r;
	print(&d, &out);
	ck_assert(says(&out, "  <jos\\x{E9}+x@\\x{4F8B}.example>\r\n"));
	ck_assert(says(&out, "Final-Recipient: utf-8; "
	    "jos\\x{E9}\\x{2B}x@\\x{4F8B}.example\r\n"));
	ck_assert(says(&out, "Original-Recipient: utf-8; "
	    "jos\\x{E9}+x@y.example\r\n"));
	buf_free(&out);
}
END_TEST

START_TEST(xtext_never_brings_a_line_of_its_own)
{
	struct dsn_recipient r = refused;
	struct dsn d = full;
	struct buf out = BUF_INIT;

	d.recipients = &r;
	d.envid = SLICE("a+0D+0AX-Evil: yes+2");
	r.orcpt = SLICE("rfc822");
	print(&d, &out);
	ck_assert(says(&out,
	    "Original-Envelope-Id: a\\x{D}\\x{A}X-Evil: yes+2\r\n"));
	ck_assert(says(&out, "Original-Recipient: rfc822;\r\n"));
	r.orcpt = SLICE("rfc822;+4x+XYZ");
	print(&d, &out);
	ck_assert(says(&out, "Original-Recipient: rfc822; +4x+XYZ\r\n"));
	buf_free(&out);
}
END_TEST

START_TEST(words_of_any_length_are_folded)
{
	struct dsn_recipient r = refused;
	struct dsn d = full;
	struct buf out = BUF_INIT, text = BUF_INIT, orcpt = BUF_INIT;
	unsigned i;

	buf_add_string(&orcpt, "rfc822;");
	for (i = 0; i < 600; i++) {
		buf_add_char(&text, '\xff');
		buf_add_string(&orcpt, "+0A");
	}
	r.verdict.text = buf_slice(&text);
	r.orcpt = buf_slice(&orcpt);
	d.recipients = &r;
	print(&d, &out);
	ck_assert(says(&out, "...\r\n"));
	r.verdict.text = SLICE("a  b 01234567890123456789012345678901234567"
	    "890123456789012345678901234567890123456789 c ");
	print(&d, &out);
	ck_assert(says(&out, "smtp; 550 5.1.1 a b\r\n 012345"));
	buf_free(&text);
	buf_free(&orcpt);
	buf_free(&out);
}
END_TEST

START_TEST(a_long_original_is_cut_at_a_line)
{
	struct dsn d = full;
	struct buf out = BUF_INIT, original = BUF_INIT;

	while (original.len < (size_t)3 * DSN_ORIGINAL_MAX)
		buf_add_string(&original, "0123456789\r\n");
	d.original = buf_slice(&original);
	print(&d, &out);
	ck_assert_uint_lt(out.len, DSN_ORIGINAL_MAX + 3000);
	ck_assert_uint_gt(out.len, DSN_ORIGINAL_MAX);
	ck_assert(says(&out, "\r\n0123456789\r\n\r\n--=_navette_"));
	buf_free(&out);
	buf_free(&original);
}
END_TEST

START_TEST(an_original_that_cannot_be_read_is_left_out)
{
	struct dsn d = full;
	struct buf out = BUF_INIT;

	d.original = (struct slice){NULL, 0};
	print(&d, &out);
	ck_assert(says(&out, "Content-Type: message/rfc822\r\n\r\n\r\n--=_"));
	d.original = SLICE("no line end");
	print(&d, &out);
	ck_assert(says(&out, "\r\n\r\nno line end\r\n--=_"));
	buf_free(&out);
}
END_TEST

START_TEST(only_the_header_comes_back_where_that_was_asked)
{
	struct dsn d = full;
	struct buf out = BUF_INIT;

	d.headers_only = true;
	d.original = SLICE("Subject: hello\r\n\r\n");
	print(&d, &out);
	ck_assert(says(&out, "Content-Type: text/rfc822-headers\r\n\r\n"
	    "Subject: hello\r\n"));
	ck_assert(says(&out, "Its header is attached."));
	buf_free(&out);
}
END_TEST

START_TEST(an_8bit_original_is_announced)
{
	struct dsn d = full;
	struct buf out = BUF_INIT;

	d.original = SLICE("Subject: hello\r\n\r\n\xc3\xa9\r\n");
	print(&d, &out);
	ck_assert(says(&out, "_\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"));
	ck_assert(says(&out, "Content-Type: message/rfc822\r\n"
	    "Content-Transfer-Encoding: 8bit\r\n\r\n"));
	d.original = SLICE("Subject: \xc3\xa9\r\n\r\nbody\r\n");
	print(&d, &out);
	ck_assert(says(&out, "Content-Type: message/global\r\n"));
	d.headers_only = true;
	print(&d, &out);
	ck_assert(says(&out, "Content-Type: message/global-headers\r\n"));
	d.original = SLICE("Subject: \xe9\r\n\r\n");
	print(&d, &out);
	ck_assert(says(&out, "Content-Type: text/rfc822-headers\r\n"
	    "Content-Transfer-Encoding: 8bit\r\n"));
	buf_free(&out);
}
END_TEST

START_TEST(the_boundary_is_not_in_the_original)
{
	struct dsn d = full;
	struct buf out = BUF_INIT;

	d.original = SLICE("X\r\n\r\n--=_navette_0000000000000001_\r\n"
	    "--=_navette_0000000000000001_=\r\n");
	print(&d, &out);
	ck_assert(says(&out,
	    "boundary=\"=_navette_0000000000000001_==\"\r\n"));
	buf_free(&out);
}
END_TEST

START_TEST(a_control_character_in_an_address_makes_no_field)
{
	struct dsn d = full;
	struct buf out = BUF_INIT;

	d.sender = d.from = SLICE("a@x\r\nBcc: b@y");
	print(&d, &out);
	ck_assert(!says(&out, "\nBcc"));
	buf_free(&out);
}
END_TEST

START_TEST(broken_utf8_is_shown_byte_by_byte)
{
	struct buf out = BUF_INIT;

	dsn_add_address(SLICE("a\xff\xc3@x\x7f"), &out);
	ck_assert_str_eq(buf_string(&out), "a\\x{FF}\\x{C3}@x\\x{7F}");
	buf_free(&out);
}
END_TEST

START_TEST(a_report_on_a_list_begins_with_its_counts)
{
	struct dsn_tally t = {.recipients = 500, .delivered = 496,
	    .refused = 2, .expired = 1, .faults = 1, .told = 1, .unlisted = 7,
	    .is_over = true};
	struct dsn d = full;
	struct buf out = BUF_INIT;

	d.tally = &t;
	print(&d, &out);
	ck_assert(says(&out, "Subject: Your mail to 500 recipients is done: 4 "
	    "could not be delivered\r\n"));
	ck_assert(says(&out, "  delivered:       496\r\n"
	    "  refused:           2\r\n  given up:          1\r\n"
	    "  no address:        1\r\n\r\n"));
	ck_assert(says(&out, "told of 1 of the refused before"));
	ck_assert(says(&out, "7 more are not named here"));
	ck_assert(says(&out, "Final-Recipient: rfc822; bob@y.example\r\n"));
	buf_clear(&out);
	t.is_over = false;
	t.waiting = 9;
	print(&d, &out);
	ck_assert(says(&out, "is under way: 9 still wait\r\n"));
	buf_free(&out);
}
END_TEST

START_TEST(a_report_with_nobody_to_name_is_plain_text)
{
	struct dsn_tally t = {.recipients = 12, .delivered = 12,
	    .is_over = true};
	struct dsn d = full;
	struct buf out = BUF_INIT;

	d.tally = &t;
	d.count = 0;
	print(&d, &out);
	ck_assert(says(&out, "Subject: Your mail to 12 recipients is "
	    "delivered\r\n"));
	ck_assert(says(&out, "Content-Type: text/plain; charset=us-ascii\r\n"));
	ck_assert(!says(&out, "multipart"));
	ck_assert(!says(&out, "--=_"));
	ck_assert(!says(&out, "refused:           1"));
	buf_free(&out);
}
END_TEST

START_TEST(a_broken_line_of_a_list_is_named_by_its_place)
{
	struct dsn_recipient r = refused;
	struct dsn d = full;
	struct buf out = BUF_INIT;

	r.addr = SLICE("/srv/lists/all, line 17");
	r.orcpt = SLICE("");
	r.is_broken = true;
	d.recipients = &r;
	print(&d, &out);
	ck_assert(says(&out, "\r\n  /srv/lists/all, line 17\r\n"));
	ck_assert(says(&out, "Final-Recipient: x-navette-broken; "
	    "/srv/lists/all, line 17\r\nAction: failed\r\n"));
	buf_free(&out);
}
END_TEST

static Suite *
dsn_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("mail/dsn");
	t = tcase_create("report");
	tcase_add_test(t, a_bounce_is_a_report_that_people_and_programs_read);
	tcase_add_test(t, a_bounce_is_appended_to_what_is_there);
	tcase_add_test(t, a_delay_says_until_when_it_is_tried);
	tcase_add_test(t, one_notification_tells_of_several_fates);
	tcase_add_test(t, the_subject_follows_the_worst_news);
	tcase_add_loop_test(t, a_status_has_the_class_of_its_action, 0,
	    (int)(sizeof(statuses) / sizeof(statuses[0])));
	tcase_add_test(t, what_was_never_tried_says_only_what_is_known);
	tcase_add_test(t, a_cure_names_what_to_change);
	suite_add_tcase(s, t);
	t = tcase_create("words");
	tcase_add_test(t, addresses_above_ascii_stay_readable);
	tcase_add_test(t, xtext_never_brings_a_line_of_its_own);
	tcase_add_test(t, words_of_any_length_are_folded);
	tcase_add_test(t, a_control_character_in_an_address_makes_no_field);
	tcase_add_test(t, broken_utf8_is_shown_byte_by_byte);
	suite_add_tcase(s, t);
	t = tcase_create("original");
	tcase_add_test(t, a_long_original_is_cut_at_a_line);
	tcase_add_test(t, an_original_that_cannot_be_read_is_left_out);
	tcase_add_test(t, only_the_header_comes_back_where_that_was_asked);
	tcase_add_test(t, an_8bit_original_is_announced);
	tcase_add_test(t, the_boundary_is_not_in_the_original);
	suite_add_tcase(s, t);
	t = tcase_create("list");
	tcase_add_test(t, a_report_on_a_list_begins_with_its_counts);
	tcase_add_test(t, a_report_with_nobody_to_name_is_plain_text);
	tcase_add_test(t, a_broken_line_of_a_list_is_named_by_its_place);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(dsn_suite)
