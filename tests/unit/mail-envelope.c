#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "mail/envelope.h"

#define S(literal) SLICE(literal)
/* The same in a static initializer. */
#define WORD(literal) {(literal), sizeof(literal) - 1}
#define SIZES "sizes 00000000000000000300 00000000000000001700\n"
#define START "navette-message 1\n" SIZES "uid 1000\ntime 17\n"

static struct recipient recipients[] = {
	{WORD("a@x.example"), {NULL, 0}, {NULL, 0}, 0},
	{WORD("\"b c\"@x.example"), WORD("rfc822;b+20c@x"), WORD(""),
	    NOTIFY_NEVER},
	{WORD("\xc3\xa9@x.example"), WORD(""), WORD("owner-l@y"),
	    NOTIFY_SUCCESS | NOTIFY_FAILURE | NOTIFY_DELAY},
};

static struct fault faults[] = {
	{WORD("/srv/list, line 17"), WORD("no address"), {NULL, 0}},
	{WORD("b@@y"), WORD("more than one"), WORD("owner-l@y")},
};

static const struct envelope full = {
	.header_size = 300, .body_size = 1700, .uid = 4294967294u,
	.time = 1790000000123456789,
	.flags = ENVELOPE_8BIT | ENVELOPE_UTF8 | ENVELOPE_BOUNCE |
	    ENVELOPE_BULK,
	.sender = WORD("me@x.example"), .envid = WORD("QQ314159"),
	.ret = RETURN_HEADERS, .recipients = recipients, .count = 3,
	.faults = faults, .fault_count = 2,
};

static const char full_print[] =
    "navette-message 1\n"
    SIZES
    "uid 4294967294\n"
    "time 1790000000123456789\n"
    "flags 8bit,utf8,bounce,bulk\n"
    "sender me@x.example\n"
    "envid QQ314159\n"
    "ret HDRS\n"
    "rcpt\t0\ta@x.example\t\t\t\n"
    "rcpt\t1\t\"b c\"@x.example\trfc822;b+20c@x\tNEVER\t<>\n"
    "rcpt\t2\t\xc3\xa9@x.example\t\tSUCCESS,FAILURE,DELAY\t<owner-l@y>\n"
    "fault\t/srv/list, line 17\tno address\t\n"
    "fault\tb@@y\tmore than one\t<owner-l@y>\n"
    "\n";

static void
check_recipient(const struct recipient *a, const struct recipient *b)
{
	ck_assert(slice_equal(a->addr, b->addr));
	ck_assert(slice_equal(a->orcpt, b->orcpt));
	ck_assert(slice_equal(a->return_path, b->return_path));
	ck_assert((a->return_path.ptr == NULL) ==
	    (b->return_path.ptr == NULL));
	ck_assert_uint_eq(a->notify, b->notify);
}

static void
check_same(const struct envelope *a, const struct envelope *b)
{
	size_t i;

	ck_assert_uint_eq(a->header_size, b->header_size);
	ck_assert_uint_eq(a->body_size, b->body_size);
	ck_assert_uint_eq(a->uid, b->uid);
	ck_assert_int_eq(a->time, b->time);
	ck_assert_uint_eq(a->flags, b->flags);
	ck_assert(slice_equal(a->sender, b->sender));
	ck_assert(slice_equal(a->envid, b->envid));
	ck_assert_int_eq(a->ret, b->ret);
	ck_assert_uint_eq(a->count, b->count);
	for (i = 0; i < a->count; i++)
		check_recipient(&a->recipients[i], &b->recipients[i]);
	ck_assert_uint_eq(a->fault_count, b->fault_count);
	for (i = 0; i < a->fault_count; i++) {
		ck_assert(slice_equal(a->faults[i].what, b->faults[i].what));
		ck_assert(slice_equal(a->faults[i].why, b->faults[i].why));
		ck_assert(slice_equal(a->faults[i].return_path,
		    b->faults[i].return_path));
	}
}

START_TEST(an_envelope_is_printed_as_documented)
{
	struct buf out = BUF_INIT;

	envelope_print(&full, &out);
	ck_assert_str_eq(buf_string(&out), full_print);
	buf_free(&out);
}
END_TEST

START_TEST(an_envelope_reads_back_as_it_was_printed)
{
	struct envelope e;
	const char *why;

	ck_assert(envelope_parse(slice_from(full_print), &e, &why));
	check_same(&full, &e);
	ck_assert_uint_eq(e.length, sizeof(full_print) - 1);
	envelope_free(&e);
	ck_assert_ptr_null(e.recipients);
}
END_TEST

START_TEST(the_message_behind_an_envelope_is_left_alone)
{
	struct envelope e;
	struct buf text = BUF_INIT;
	const char *why;

	buf_add_string(&text, full_print);
	buf_add_string(&text, "Subject: rcpt\n\nrcpt\t3\tz@z\t\t\t\n\n");
	ck_assert(envelope_parse(buf_slice(&text), &e, &why));
	check_same(&full, &e);
	ck_assert_uint_eq(e.length, sizeof(full_print) - 1);
	envelope_free(&e);
	buf_free(&text);
}
END_TEST

START_TEST(the_null_sender_and_no_recipient_read_back)
{
	struct envelope e, sent = {.ret = RETURN_UNSAID};
	struct buf out = BUF_INIT;
	const char *why;

	envelope_print(&sent, &out);
	ck_assert(envelope_parse(buf_slice(&out), &e, &why));
	check_same(&sent, &e);
	envelope_free(&e);
	buf_free(&out);
}
END_TEST

START_TEST(a_time_before_1970_does_not_make_an_envelope_unreadable)
{
	struct envelope e, sent = {.time = -5};
	struct buf out = BUF_INIT;
	const char *why;

	envelope_print(&sent, &out);
	ck_assert(envelope_parse(buf_slice(&out), &e, &why));
	ck_assert_int_eq(e.time, 0);
	envelope_free(&e);
	buf_free(&out);
}
END_TEST

START_TEST(the_sizes_can_be_written_in_place_later)
{
	struct envelope e;
	struct buf out = BUF_INIT;
	char sizes[ENVELOPE_SIZES_LEN + 1];
	const char *why;

	envelope_print(&full, &out);
	envelope_print_sizes(12345, UINT64_MAX, sizes);
	ck_assert_uint_eq(strlen(sizes), ENVELOPE_SIZES_LEN);
	memcpy(out.data + ENVELOPE_SIZES_AT, sizes, ENVELOPE_SIZES_LEN);
	ck_assert(envelope_parse(buf_slice(&out), &e, &why));
	ck_assert_uint_eq(e.header_size, 12345);
	ck_assert_uint_eq(e.body_size, UINT64_MAX);
	ck_assert_uint_eq(e.count, 3);
	envelope_free(&e);
	buf_free(&out);
}
END_TEST

START_TEST(the_end_is_found_only_when_it_is_there)
{
	size_t n;

	for (n = 0; n < sizeof(full_print) - 1; n++)
		ck_assert_uint_eq(envelope_find_end(
		    (struct slice){full_print, n}), 0);
	ck_assert_uint_eq(envelope_find_end(slice_from(full_print)), n);
	ck_assert_uint_eq(envelope_find_end(S("something else")), 14);
}
END_TEST

START_TEST(an_envelope_cut_short_anywhere_is_damaged)
{
	struct envelope e;
	const char *why;
	size_t n;

	for (n = 0; n < sizeof(full_print) - 1; n++) {
		why = NULL;
		ck_assert(!envelope_parse((struct slice){full_print, n}, &e,
		    &why));
		ck_assert_ptr_nonnull(why);
		ck_assert_ptr_ne(why, ENVELOPE_NEWER);
	}
}
END_TEST

START_TEST(a_newer_format_is_told_from_a_damaged_one)
{
	struct envelope e;
	const char *why;

	ck_assert(!envelope_parse(S("navette-message 2\nanything"), &e, &why));
	ck_assert_ptr_eq(why, ENVELOPE_NEWER);
	ck_assert(!envelope_parse(S("navette-message 0\n\n"), &e, &why));
	ck_assert_ptr_ne(why, ENVELOPE_NEWER);
	ck_assert(!envelope_parse(S("navette-message x\n\n"), &e, &why));
	ck_assert_ptr_ne(why, ENVELOPE_NEWER);
}
END_TEST

START_TEST(a_control_character_never_makes_a_second_recipient)
{
	struct recipient r = {S("a@x\nrcpt\t1\tb@y\r"), {NULL, 0}, {NULL, 0},
	    0};
	struct envelope e, sent = {.recipients = &r, .count = 1};
	struct buf out = BUF_INIT;
	const char *why;

	envelope_print(&sent, &out);
	ck_assert(envelope_parse(buf_slice(&out), &e, &why));
	ck_assert_uint_eq(e.count, 1);
	ck_assert(slice_is(e.recipients[0].addr, "a@x?rcpt?1?b@y?"));
	envelope_free(&e);
	buf_free(&out);
}
END_TEST

START_TEST(an_envelope_of_100000_recipients_reads_back)
{
	struct envelope e, sent = full;
	struct buf out = BUF_INIT;
	const char *why;
	char last[32];
	size_t i;

	sent.count = 0;
	envelope_print(&sent, &out);
	out.len--;
	for (i = 0; i < 100000; i++)
		buf_addf(&out, "rcpt\t%zu\tuser%zu@list.example\t\t\t\n", i, i);
	buf_add_char(&out, '\n');
	ck_assert(envelope_parse(buf_slice(&out), &e, &why));
	ck_assert_uint_eq(e.count, 100000);
	snprintf(last, sizeof(last), "user%d@list.example", 99999);
	ck_assert(slice_is(e.recipients[99999].addr, last));
	envelope_free(&e);
	buf_free(&out);
}
END_TEST

static const char *const damaged[] = {
	"",
	"navette-message 1\n\n",
	"navette-message 1\nuid 1\ntime 17\nsender \n\n",
	"navette-message 1\nsizes 1 2\nuid 1\ntime 17\nsender \n\n",
	"navette-message 1\nsizes 000000000000000000x0 00000000000000000000\n"
	    "uid 1\ntime 17\nsender \n\n",
	"navette-message 1\nsizes 00000000000000000000 0000000000000000000x\n"
	    "uid 1\ntime 17\nsender \n\n",
	START "\n",
	START "sender a\nsender b\n\n",
	START "sender a\tb\n\n",
	START "sender\ta\n\n",
	START "sender a\nrcpt 0\ta@x\t\t\t\n\n",
	START "sender a\rb\n\n",
	START "sender \x7f\n\n",
	START "sender\n\n",
	START "sender a\nnothing b\n\n",
	START "sender a\nflags 8bit,odd\n\n",
	START "sender a\nflags \n\n",
	START "sender a\nenvid \n\n",
	START "sender a\nret \n\n",
	START "sender a\nret ALL\n\n",
	START "sender a\nrcpt\t1\ta@x\t\t\t\n\n",
	START "sender a\nrcpt\t0\ta@x\t\t\t\nrcpt\t0\ta@x\t\t\t\n\n",
	START "sender a\nrcpt\tx\ta@x\t\t\t\n\n",
	START "sender a\nrcpt\t0\ta@x\t\t\n\n",
	START "sender a\nrcpt\t0\ta@x\t\t\t\t\n\n",
	START "sender a\nrcpt\t0\t\t\t\t\n\n",
	START "sender a\nrcpt\t0\ta@x\t\tSOMETIMES\t\n\n",
	START "sender a\nrcpt\t0\ta@x\t\t\t<\n\n",
	START "sender a\nrcpt\t0\ta@x\t\t\tb>\n\n",
	START "sender a\nrcpt\t0\ta@x\t\t\t<b\n\n",
	"navette-message 1\n" SIZES "uid -1\ntime 17\nsender \n\n",
	"navette-message 1\n" SIZES "uid 4294967296\ntime 17\nsender \n\n",
	"navette-message 1\n" SIZES "uid 1\ntime soon\nsender \n\n",
};

START_TEST(a_damaged_envelope_is_refused_with_a_reason)
{
	struct envelope e;
	const char *why;

	why = NULL;
	ck_assert_msg(!envelope_parse(slice_from(damaged[_i]), &e, &why),
	    "%s", damaged[_i]);
	ck_assert_ptr_nonnull(why);
	ck_assert_ptr_null(e.recipients);
}
END_TEST

START_TEST(notify_reads_words_without_case)
{
	unsigned bits;

	ck_assert(notify_parse(S("success,Delay"), &bits));
	ck_assert_uint_eq(bits, NOTIFY_SUCCESS | NOTIFY_DELAY);
	ck_assert(notify_parse(S("never"), &bits));
	ck_assert_uint_eq(bits, NOTIFY_NEVER);
}
END_TEST

START_TEST(notify_never_stands_alone)
{
	unsigned bits;

	ck_assert(!notify_parse(S("NEVER,FAILURE"), &bits));
	ck_assert(!notify_parse(S(""), &bits));
	ck_assert(!notify_parse(S("FAILURE,"), &bits));
	ck_assert(!notify_parse(S("FAILURES"), &bits));
}
END_TEST

START_TEST(ret_reads_its_two_words)
{
	enum envelope_return ret;

	ck_assert(return_parse(S("full"), &ret));
	ck_assert_int_eq(ret, RETURN_FULL);
	ck_assert(return_parse(S("HDRS"), &ret));
	ck_assert_int_eq(ret, RETURN_HEADERS);
	ck_assert(!return_parse(S(""), &ret));
	ck_assert_str_eq(return_name(RETURN_FULL), "FULL");
	ck_assert_str_eq(return_name(RETURN_UNSAID), "");
}
END_TEST

static Suite *
envelope_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("mail/envelope");
	t = tcase_create("print and parse");
	tcase_add_test(t, an_envelope_is_printed_as_documented);
	tcase_add_test(t, an_envelope_reads_back_as_it_was_printed);
	tcase_add_test(t, the_message_behind_an_envelope_is_left_alone);
	tcase_add_test(t, the_null_sender_and_no_recipient_read_back);
	tcase_add_test(t,
	    a_time_before_1970_does_not_make_an_envelope_unreadable);
	tcase_add_test(t, the_sizes_can_be_written_in_place_later);
	tcase_add_test(t, an_envelope_of_100000_recipients_reads_back);
	tcase_add_test(t, notify_reads_words_without_case);
	tcase_add_test(t, notify_never_stands_alone);
	tcase_add_test(t, ret_reads_its_two_words);
	suite_add_tcase(s, t);
	t = tcase_create("damage");
	tcase_add_test(t, the_end_is_found_only_when_it_is_there);
	tcase_add_test(t, an_envelope_cut_short_anywhere_is_damaged);
	tcase_add_test(t, a_newer_format_is_told_from_a_damaged_one);
	tcase_add_test(t, a_control_character_never_makes_a_second_recipient);
	tcase_add_loop_test(t, a_damaged_envelope_is_refused_with_a_reason, 0,
	    (int)(sizeof(damaged) / sizeof(damaged[0])));
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(envelope_suite)
