#include "unit.h"

#include <string.h>

#include "mail/address.h"
#include "mail/header.h"
#include "mail/message.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

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
	{"Resent-From: a@x\nTo: b@x\n", "b@x"},
	{"To: a@x\nCc: b@x\nTo: c@x\nTo: a@X\nCc: \"d\"@x\n",
	    "a@x c@x b@x d@x"},
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

START_TEST(a_header_does_not_grow_without_bound)
{
	struct buf text = BUF_INIT, error = BUF_INIT;
	struct message m;

	buf_add_string(&text, "To: ");
	while (text.len < 3u << 20)
		buf_add_string(&text, "a,");
	ck_assert(!complete(buf_slice(&text), &m, &error));
	ck_assert_str_eq(buf_string(&error), "the header is longer than "
	    "16777216 bytes with its bare names made addresses");
	buf_free(&text);
	buf_free(&error);
}
END_TEST

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
	tcase_add_test(t, a_header_does_not_grow_without_bound);
	return t;
}

/* One that makes no sense among more than MESSAGE_FEW is noted. */
START_TEST(one_of_many_that_makes_no_sense_is_passed_over)
{
	struct buf error = BUF_INIT;
	struct message m;

	origin.extract = true;
	origin.given = MESSAGE_FEW;
	ck_assert(complete(SLICE("To: a@x.example, b@@y,\n one two\n"), &m,
	    &error));
	ck_assert_uint_eq(error.len, 0);
	ck_assert_uint_eq(m.recipients.count, 1);
	ck_assert_uint_eq(m.faults.count, 4);
	ck_assert_str_eq(m.faults.items[0], "b@@y");
	ck_assert_str_eq(m.faults.items[2], "one two");
	ck_assert_ptr_nonnull(strstr(buf_string(&m.header),
	    "To: a@x.example, b@@y,\r\n one two\r\n"));
	message_free(&m);
	origin.given = MESSAGE_FEW - 1;
	ck_assert(!complete(SLICE("To: a@x.example, b@@y\n"), &m, &error));
	ck_assert_ptr_nonnull(strstr(buf_string(&error), "in the field To"));
	buf_free(&error);
}
END_TEST

static Suite *
recipients_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("mail/complete, recipients");
	suite_add_tcase(s, recipient_tests());
	t = tcase_create("faults");
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, one_of_many_that_makes_no_sense_is_passed_over);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(recipients_suite)
