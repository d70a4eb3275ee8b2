#include "unit.h"

#include <string.h>

#include "mail/address.h"
#include "mail/header.h"
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
	size_t end, body;

	ck_assert(message_find_body(text, true, &end, &body));
	ck_assert_uint_le(end, body);
	ck_assert_uint_le(body, text.len);
	return message_complete((struct slice){text.ptr, end}, &origin, out,
	    error);
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

/* The recipients that -t finds, separated by spaces; or "!" and the error. */
static void
check_recipients(const char *text, const char *want)
{
	struct buf got = BUF_INIT, error = BUF_INIT;
	struct message m;
	size_t i;

	origin.extract = true;
	if (complete(slice_from(text), &m, &error)) {
		for (i = 0; i < m.recipients.count; i++)
			buf_addf(&got, "%s%s", i > 0 ? " " : "",
			    m.recipients.items[i]);
		message_free(&m);
	} else {
		buf_addf(&got, "!%s", buf_string(&error));
		ck_assert_ptr_null(m.header.data);
	}
	ck_assert_str_eq(buf_string(&got), want);
	buf_free(&got);
	buf_free(&error);
}

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
	SAME("From: a@x\r\nCc: b@y\r\nContent-Length: 3\r\nLines: 1\r\n");
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
	check("From: a@x\r\nTo: b@y\nSubject: c\r d\n\te\r\rbody",
	    RECEIVED "From: a@x\r\nTo: b@y\r\nSubject: c\r\n d\r\n\te\r\n"
	    DATE ID "\r\n");
	check("From: a@x\nTo: b@y", RECEIVED "From: a@x\r\nTo: b@y\r\n"
	    DATE ID "\r\n");
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

static const struct recipients_case {
	const char *text;
	const char *want;
} recipient_cases[] = {
	{"", ""},
	{"To: a@x\nCc: b@y\nBcc: c@z\n", "a@x b@y c@z"},
	{"To: root\nCc: <root>, root (x)\n", "root@web1.example.org"},
	{"To: a@x, A@x, a@X\nBcc: a@x\nTo: b@x\n", "a@x A@x b@x"},
	{"To: Team: a@x, b@x;, Nobody:;\n", "a@x b@x"},
	{"To: <>, ()\nCc:\nBcc:\n \n", ""},
	{"To : a@x\n", "a@x"},
	{"To:\n a@x,\r\n\tb@x,\r c@x\n", "a@x b@x c@x"},
	{"Reply-To: a@x\nFrom: b@x\nSender: c@x\nX-To: d@x\n", ""},
	{"To: a@x\nReply-To: \"broken\nFrom: (broken\n", "a@x"},
	{"To: a@x\n\nBcc: b@x\n", "a@x"},
	{"To: a@x\nhello\nBcc: b@x\n", "a@x"},
	{"To: \"a b\"@x, jos\303\251@x\n", "\"a b\"@x jos\303\251@x"},
	{"Resent-To: a@x\nResent-Cc: b@x\nResent-Bcc: c@x\nTo: d@x\nCc: e@x\n"
	    "Bcc: f@x\n", "a@x b@x c@x"},
	{"To: d@x\nResent-To: a@x\nSubject: s\nResent-Cc: b@x\n", "a@x b@x"},
	{"Resent-From: a@x\nTo: b@x\n", ""},
	{"Resent-To: a@x\nResent-To: b@x\nResent-From: c@x\n", "a@x b@x"},
	{"Resent-From: a@x\nResent-To: b@x\nResent-From: c@x\n"
	    "Resent-To: d@x\nResent-Cc: e@x\n", "b@x"},
	{"Resent-To: b@x\nResent-Date: d\nResent-To: c@x\n", "b@x"},
	{"Resent-To: b@x\nReturn-Path: <r@x>\nResent-Cc: c@x\n", "b@x"},
	{"Received: r\nResent-To: b@x\nResent-Cc: c@x\n", "b@x c@x"},
	{"Resent-To:\nTo: a@x\n", "a@x"},
	{"Resent-To: a@x\nTo: \"broken\n", "a@x"},
	{"To: a@x\nCc: b c\n", "!cannot read the addresses in the field Cc: "
	    "white space inside an address"},
	{"To: a@x\nBcc: (b\n", "!cannot read the addresses in the field Bcc: "
	    "a \"(\" without its \")\""},
	{"To: b@x, a@x..y\n", "!cannot read the address a@x..y in the field "
	    "To: its domain is malformed"},
	{"tO: \351@x\n", "!cannot read the address \\xe9@x in the field tO: "
	    "it is neither ASCII nor UTF-8"},
};

START_TEST(recipients_are_found_each_once)
{
	check_recipients(recipient_cases[_i].text, recipient_cases[_i].want);
}
END_TEST

START_TEST(without_extraction_there_are_no_recipients)
{
	struct buf error = BUF_INIT;
	struct message m;

	ck_assert(complete(SLICE("To: a@x\nBcc: b@x\n"), &m, &error));
	ck_assert_uint_eq(m.recipients.count, 0);
	message_free(&m);
}
END_TEST

/* To: 5,000 and Bcc: 100,000, half of them twice. */
static void
make_large(struct buf *out)
{
	int i;

	buf_add_string(out, "From: a@x\nTo: ");
	for (i = 0; i < 5000; i++)
		buf_addf(out, "%suser%d@example.org", i > 0 ? "," : "", i);
	buf_add_string(out, "\nBcc: ");
	for (i = 0; i < 100000; i++)
		buf_addf(out, "%suser%d@example.org", i > 0 ? ", " : "",
		    i % 50000);
	buf_add_string(out, "\n");
}

static void
check_lines(struct slice text)
{
	struct slice line;
	size_t n;

	while (text.len > 0) {
		n = slice_find(text, '\n');
		ck_assert_uint_lt(n, text.len);
		ck_assert_uint_ge(n, 1);
		line = (struct slice){text.ptr, n - 1};
		ck_assert_int_eq(text.ptr[n - 1], '\r');
		ck_assert_uint_le(line.len, MESSAGE_LINE_MAX);
		ck_assert_uint_eq(slice_find(line, '\r'), line.len);
		text.ptr += n + 1;
		text.len -= n + 1;
	}
}

START_TEST(a_header_of_100000_recipients_is_completed_at_once)
{
	struct buf text = BUF_INIT, error = BUF_INIT;
	struct address_list to;
	struct header_field f;
	struct message m;
	const char *why;

	make_large(&text);
	origin.extract = true;
	ck_assert(complete(buf_slice(&text), &m, &error));
	ck_assert_uint_eq(m.recipients.count, 50000);
	ck_assert_str_eq(m.recipients.items[49999], "user49999@example.org");
	check_lines(buf_slice(&m.header));
	ck_assert(header_find(buf_slice(&m.header), "To", &f));
	ck_assert(address_list_parse(f.value, &to, &why));
	ck_assert_uint_eq(to.count, 5000);
	address_list_free(&to);
	message_free(&m);
	buf_free(&text);
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

/* end and body, or -1 where it takes more bytes to know. */
static const struct body_case {
	const char *text;
	int end;
	int body;
	int end_eof;
	int body_eof;
} body_cases[] = {
	{"", -1, 0, 0, 0},
	{"A", -1, 0, 0, 0},
	{"A: 1", -1, 0, 4, 4},
	{"A: 1\n", -1, 0, 5, 5},
	{"A: 1\r", -1, 0, 5, 5},
	{"A: 1\n\n", 5, 6, 5, 6},
	{"A: 1\n\r", -1, 0, 5, 6},
	{"A: 1\n\r\n", 5, 7, 5, 7},
	{"A: 1\r\r\n", 5, 7, 5, 7},
	{"A: 1\r\rx", 5, 6, 5, 6},
	{"A: 1\r\n\r\nx", 6, 8, 6, 8},
	{"A: 1\n 2\n\nx", 8, 9, 8, 9},
	{"A: 1\n2", -1, 0, 5, 5},
	{"A: 1\n2 3", 5, 5, 5, 5},
	{"A: 1\nB \n", 5, 5, 5, 5},
	{"A: 1\nhello world\n", 5, 5, 5, 5},
	{"\nA: 1\n", 0, 1, 0, 1},
	{"\r\nA: 1\n", 0, 2, 0, 2},
	{" A: 1\n", 0, 0, 0, 0},
	{"hello world", 0, 0, 0, 0},
	{"hello", -1, 0, 0, 0},
	{"hello\n", 0, 0, 0, 0},
	{"From joe", -1, 0, 0, 0},
	{"From joe\n", -1, 0, 0, 0},
	{"From joe\nA", -1, 0, 0, 0},
	{"From joe\nA:", -1, 0, 11, 11},
	{"From joe\nA: 1\n\n", 14, 15, 14, 15},
	{"From joe\n\nA: 1\n", 0, 0, 0, 0},
	{"From now on\nwe meet\n", 0, 0, 0, 0},
	{"From joe 10:00\n\nhi", 15, 16, 15, 16},
	{"From joe 10:00\n hi", 15, 15, 15, 15},
	{"From joe 1:00\n hi", 0, 0, 0, 0},
	{"From joe 10:00", -1, 0, 14, 14},
	{"From joe 10:00\r", -1, 0, 15, 15},
	{">From joe 10:00\nFrom jim 10:00\nA: 1\n\n", 36, 37, 36, 37},
	{">From joe\nhi there\n", 0, 0, 0, 0},
	{"From : joe\n\n", 11, 12, 11, 12},
	{"From: joe\n\n", 10, 11, 10, 11},
};

START_TEST(the_body_starts_where_the_header_ends)
{
	const struct body_case *c = &body_cases[_i];
	size_t end, body;
	bool found;

	found = message_find_body(slice_from(c->text), false, &end, &body);
	ck_assert_msg(found == (c->end >= 0), "%s", c->text);
	if (found) {
		ck_assert_msg((int)end == c->end, "%s: %zu", c->text, end);
		ck_assert_msg((int)body == c->body, "%s: %zu", c->text, body);
	}
	ck_assert(message_find_body(slice_from(c->text), true, &end, &body));
	ck_assert_msg((int)end == c->end_eof, "%s: %zu", c->text, end);
	ck_assert_msg((int)body == c->body_eof, "%s: %zu", c->text, body);
}
END_TEST

static const struct wire_case {
	struct slice raw;
	const char *wire;
	size_t longest;
	bool is_8bit;
} wire_cases[] = {
	{{"", 0}, "", 0, false},
	{{"a", 1}, "a\r\n", 1, false},
	{{"a\n", 2}, "a\r\n", 1, false},
	{{"a\r\nbc\n\rd\r", 9}, "a\r\nbc\r\n\r\nd\r\n", 2, false},
	{{"\r\r\n\n", 4}, "\r\n\r\n\r\n", 0, false},
	{{"a\0b\0", 4}, "a?b?\r\n", 4, false},
	{{"\r\0\n", 3}, "\r\n?\r\n", 1, false},
	{{".\n..\n", 5}, ".\r\n..\r\n", 2, false},
	{{"\303\251\n", 3}, "\303\251\r\n", 2, true},
	{{"abc\nab\n", 7}, "abc\r\nab\r\n", 3, false},
};

/* However the bytes come in, they go out alike. */
static void
check_pieces(const struct wire_case *c, size_t piece)
{
	struct message_body b = MESSAGE_BODY_INIT;
	struct buf out = BUF_INIT;
	size_t at, n;

	for (at = 0; at < c->raw.len; at += n) {
		n = c->raw.len - at < piece ? c->raw.len - at : piece;
		message_body_add(&b, (struct slice){c->raw.ptr + at, n}, &out);
	}
	message_body_end(&b, &out);
	ck_assert_str_eq(buf_string(&out), c->wire);
	ck_assert_uint_eq(out.len, strlen(c->wire));
	ck_assert_uint_eq(b.longest, c->longest);
	ck_assert_int_eq(b.is_8bit, c->is_8bit);
	buf_free(&out);
}

START_TEST(a_body_has_one_kind_of_line)
{
	check_pieces(&wire_cases[_i], 100);
	check_pieces(&wire_cases[_i], 1);
	check_pieces(&wire_cases[_i], 2);
	check_pieces(&wire_cases[_i], 3);
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

static TCase *
recipient_tests(void)
{
	TCase *t;

	t = tcase_create("recipients");
	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_loop_test(t, recipients_are_found_each_once, 0,
	    COUNT(recipient_cases));
	tcase_add_test(t, without_extraction_there_are_no_recipients);
	tcase_add_test(t,
	    a_header_of_100000_recipients_is_completed_at_once);
	return t;
}

static TCase *
body_tests(void)
{
	TCase *t;

	t = tcase_create("body");
	tcase_add_loop_test(t, the_body_starts_where_the_header_ends, 0,
	    COUNT(body_cases));
	tcase_add_loop_test(t, a_body_has_one_kind_of_line, 0,
	    COUNT(wire_cases));
	return t;
}

static Suite *
message_suite(void)
{
	Suite *s;

	s = suite_create("mail/message");
	suite_add_tcase(s, complete_tests());
	suite_add_tcase(s, origin_tests());
	suite_add_tcase(s, recipient_tests());
	suite_add_tcase(s, body_tests());
	return s;
}

UNIT_MAIN(message_suite)
