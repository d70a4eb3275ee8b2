#include "unit.h"

#include <string.h>

#include "mail/reply.h"

static struct reply reply;
static const char *why;

static void
setup(void)
{
	reply = (struct reply)REPLY_INIT;
	why = NULL;
}

static void
teardown(void)
{
	reply_free(&reply);
}

static long
parse(const char *text)
{
	return reply_parse(slice_from(text), &reply, &why);
}

/* Repeats piece until there are at least len bytes. */
static void
repeat(struct buf *b, const char *piece, size_t len)
{
	while (b->len < len)
		buf_add_string(b, piece);
}

START_TEST(a_reply_of_one_line_is_taken_apart)
{
	ck_assert_int_eq(parse("220 mx.example ESMTP\r\nrest"), 22);
	ck_assert_int_eq(reply.code, 220);
	ck_assert_str_eq(reply.enhanced, "");
	ck_assert_str_eq(buf_string(&reply.text), "mx.example ESMTP");
}
END_TEST

START_TEST(a_reply_of_several_lines_keeps_them_apart)
{
	ck_assert_int_eq(parse("250-mx.example\r\n250-SIZE 1\r\n250 DSN\r\n"),
	    37);
	ck_assert_str_eq(buf_string(&reply.text), "mx.example\nSIZE 1\nDSN");
}
END_TEST

START_TEST(a_bare_line_feed_ends_a_line_and_words_may_be_missing)
{
	ck_assert_int_eq(parse("250\n"), 4);
	ck_assert_str_eq(buf_string(&reply.text), "");
	ck_assert_int_eq(parse("354\r\n"), 5);
	ck_assert_int_eq(parse("250 \r\n"), 6);
	ck_assert_int_eq(parse("250-\n250\n"), 9);
	ck_assert_str_eq(buf_string(&reply.text), "\n");
}
END_TEST

START_TEST(a_second_parse_forgets_the_first)
{
	parse("550 5.1.1 nobody\r\n");
	ck_assert_int_eq(parse("250 ok\r\n"), 8);
	ck_assert_int_eq(reply.code, 250);
	ck_assert_str_eq(reply.enhanced, "");
	ck_assert_str_eq(buf_string(&reply.text), "ok");
}
END_TEST

static const struct {
	const char *line;
	const char *enhanced;
	const char *words;
} codes[] = {
	{"250 2.1.5 ok", "2.1.5", "ok"},
	{"550 5.7.509 no", "5.7.509", "no"},
	{"450 4.123.456 later", "4.123.456", "later"},
	{"550-5.1.1 no\n550 5.1.1 such user", "5.1.1", "no such user"},
	{"550-see below\n550 5.7.1 blocked", "5.7.1", "see below blocked"},
	{"554 5.7.1", "5.7.1", ""},
	{"550-5.1.1\n550 5.1.1  gone ", "5.1.1", "gone"},
	/* Another class than the code's, or not quite a code. */
	{"550 4.7.1 odd", "", "4.7.1 odd"},
	{"354 3.0.0 go", "", "3.0.0 go"},
	{"250 2.1 ok", "", "2.1 ok"},
	{"250 2.1. ok", "", "2.1. ok"},
	{"250 2..1 ok", "", "2..1 ok"},
	{"250 2.1.5ok", "", "2.1.5ok"},
	{"250 2.1234.5 ok", "", "2.1234.5 ok"},
	{"250 2.123", "", "2.123"},
	{"250 2.1.1234 ok", "", "2.1.1234 ok"},
	{"250 2x1.5 ok", "", "2x1.5 ok"},
	{"250 ok", "", "ok"},
	{"250", "", ""},
};

START_TEST(enhanced_codes_are_known_and_left_out_of_the_words)
{
	struct buf text = BUF_INIT, words = BUF_INIT;

	buf_add_string(&text, codes[_i].line);
	buf_add_string(&text, "\r\n");
	ck_assert_int_eq(parse(text.data), (long)text.len);
	ck_assert_str_eq(reply.enhanced, codes[_i].enhanced);
	reply_words(&reply, &words);
	ck_assert_str_eq(buf_string(&words), codes[_i].words);
	buf_free(&text);
	buf_free(&words);
}
END_TEST

START_TEST(words_are_added_to_what_is_there)
{
	struct buf words = BUF_INIT;

	parse("250-a\n250 b\n");
	buf_add_string(&words, "said: ");
	reply_words(&reply, &words);
	ck_assert_str_eq(words.data, "said: a b");
	buf_free(&words);
}
END_TEST

static const char *const rubbish[] = {
	"HTTP/1.1 400 Bad Request\r\n", "\r\n", "\n", " 250 ok\r\n",
	"150 ok\r\n", "650 ok\r\n", "2x0 ok\r\n", "25x ok\r\n", "25\n",
	"25\r\n", "2\n", "250ok\r\n", "2500 ok\r\n", "250\tok\r\n",
	"250_ok\r\n", "250\rok\r\n", "250-a\r\n251 b\r\n",
	"250-a\r\nb\r\n", "250-a\r\n\r\n",
};

START_TEST(what_is_no_reply_is_refused)
{
	ck_assert_int_eq(parse(rubbish[_i]), -1);
	ck_assert_ptr_nonnull(why);
}
END_TEST

START_TEST(a_nul_behind_the_code_is_no_separator)
{
	ck_assert_int_eq(reply_parse(SLICE("250\0ok\r\n"), &reply, &why), -1);
}
END_TEST

START_TEST(a_nul_in_the_words_stays_a_byte_of_them)
{
	ck_assert_int_eq(reply_parse(SLICE("250 a\0b\r\n"), &reply, &why), 9);
	ck_assert_uint_eq(reply.text.len, 3);
}
END_TEST

/* Whatever the first bytes say, more bytes never contradict it. */
static void
check_prefixes(struct slice whole)
{
	long result, early;
	size_t n;

	result = reply_parse(whole, &reply, &why);
	for (n = 0; n < whole.len; n++) {
		early = reply_parse((struct slice){whole.ptr, n}, &reply,
		    &why);
		if (early != 0)
			ck_assert_int_eq(early, result);
		if (result > 0 && n >= (size_t)result)
			ck_assert_int_eq(early, result);
	}
}

START_TEST(a_reply_cut_anywhere_is_incomplete_not_wrong)
{
	size_t i;

	check_prefixes(SLICE("250-2.0.0 mx.example\r\n250-\r\n250 DSN\r\n250"));
	check_prefixes(SLICE("421\r\n"));
	for (i = 0; i < sizeof(rubbish) / sizeof(rubbish[0]); i++)
		check_prefixes(slice_from(rubbish[i]));
}
END_TEST

START_TEST(rubbish_without_an_end_is_known_by_its_first_byte)
{
	ck_assert_int_eq(parse("H"), -1);
	ck_assert_int_eq(parse("2"), 0);
	ck_assert_int_eq(parse(""), 0);
}
END_TEST

START_TEST(a_line_of_2048_octets_is_the_longest)
{
	struct buf text = BUF_INIT;

	buf_add_string(&text, "250 ");
	repeat(&text, "x", REPLY_LINE_MAX - 2);
	buf_add_string(&text, "\r\n");
	ck_assert_int_eq(parse(text.data), REPLY_LINE_MAX);
	text.data[text.len - 2] = 'x';
	text.data[text.len - 1] = '\r';
	ck_assert_int_eq(parse(text.data), -1);
	buf_add_string(&text, "\n");
	ck_assert_int_eq(parse(text.data), -1);
	ck_assert_str_eq(why, "a line of the reply is too long");
	buf_free(&text);
}
END_TEST

START_TEST(a_hundred_lines_are_the_most)
{
	struct buf text = BUF_INIT;

	repeat(&text, "250-x\r\n", 693);
	buf_add_string(&text, "250 x\r\n");
	ck_assert_int_eq(parse(text.data), 700);
	text.data[text.len - 4] = '-';
	ck_assert_int_eq(parse(text.data), -1);
	ck_assert_str_eq(why, "the reply has too many lines");
	buf_free(&text);
}
END_TEST

START_TEST(sixteen_kilobytes_are_the_most)
{
	struct buf text = BUF_INIT;
	int i;

	for (i = 1; i < 16; i++) {
		buf_add_string(&text, "250-");
		repeat(&text, "x", (size_t)i * 1024 - 1);
		buf_add_char(&text, '\n');
	}
	buf_add_string(&text, "250 ");
	repeat(&text, "x", REPLY_BYTES_MAX - 1);
	buf_add_char(&text, '\n');
	ck_assert_int_eq(parse(text.data), REPLY_BYTES_MAX);
	text.data[text.len - 1] = 'x';
	ck_assert_int_eq(parse(text.data), -1);
	ck_assert_str_eq(why, "the reply is too long");
	buf_free(&text);
}
END_TEST

START_TEST(freeing_leaves_an_empty_reply)
{
	parse("250 2.0.0 ok\r\n");
	reply_free(&reply);
	ck_assert_int_eq(reply.code, 0);
	ck_assert_str_eq(reply.enhanced, "");
	ck_assert_uint_eq(reply.text.len, 0);
}
END_TEST

static Suite *
reply_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("mail/reply");
	t = tcase_create("reply");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_reply_of_one_line_is_taken_apart);
	tcase_add_test(t, a_reply_of_several_lines_keeps_them_apart);
	tcase_add_test(t,
	    a_bare_line_feed_ends_a_line_and_words_may_be_missing);
	tcase_add_test(t, a_second_parse_forgets_the_first);
	tcase_add_loop_test(t,
	    enhanced_codes_are_known_and_left_out_of_the_words, 0,
	    (int)(sizeof(codes) / sizeof(codes[0])));
	tcase_add_test(t, words_are_added_to_what_is_there);
	tcase_add_loop_test(t, what_is_no_reply_is_refused, 0,
	    (int)(sizeof(rubbish) / sizeof(rubbish[0])));
	tcase_add_test(t, a_nul_behind_the_code_is_no_separator);
	tcase_add_test(t, a_nul_in_the_words_stays_a_byte_of_them);
	tcase_add_test(t, a_reply_cut_anywhere_is_incomplete_not_wrong);
	tcase_add_test(t, rubbish_without_an_end_is_known_by_its_first_byte);
	tcase_add_test(t, a_line_of_2048_octets_is_the_longest);
	tcase_add_test(t, a_hundred_lines_are_the_most);
	tcase_add_test(t, sixteen_kilobytes_are_the_most);
	tcase_add_test(t, freeing_leaves_an_empty_reply);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(reply_suite)
