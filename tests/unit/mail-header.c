#include "unit.h"

#include <string.h>

#include "mail/date.h"
#include "mail/field.h"
#include "mail/header.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static const struct kind_case {
	const char *text;
	enum header_line kind;
} kinds[] = {
	{"", HEADER_LINE_UNKNOWN},
	{"Subject", HEADER_LINE_UNKNOWN},
	{"Subject ", HEADER_LINE_UNKNOWN},
	{"Subject:", HEADER_LINE_FIELD},
	{"Subject: x\n", HEADER_LINE_FIELD},
	{"Subject \t: x\n", HEADER_LINE_FIELD},
	{"X-1_2(3)!: x", HEADER_LINE_FIELD},
	{"From joe", HEADER_LINE_OTHER},
	{"From : joe", HEADER_LINE_FIELD},
	{": x", HEADER_LINE_OTHER},
	{"Sub ject: x", HEADER_LINE_OTHER},
	{"Subject\n", HEADER_LINE_OTHER},
	{"Gr\303\266\303\237e: x", HEADER_LINE_OTHER},
	{"a\177: x", HEADER_LINE_OTHER},
	{" x", HEADER_LINE_MORE},
	{"\tx", HEADER_LINE_MORE},
	{"\n", HEADER_LINE_EMPTY},
	{"\r\n", HEADER_LINE_EMPTY},
	{"\rx", HEADER_LINE_EMPTY},
};

START_TEST(a_line_is_known_by_its_start)
{
	ck_assert_msg(header_line_kind(slice_from(kinds[_i].text)) ==
	    kinds[_i].kind, "%s", kinds[_i].text);
}
END_TEST

START_TEST(a_name_of_over_255_octets_is_none)
{
	struct buf text = BUF_INIT;
	int i;

	for (i = 0; i < 255; i++)
		buf_add_char(&text, 'x');
	ck_assert(header_line_kind(buf_slice(&text)) == HEADER_LINE_UNKNOWN);
	buf_add_string(&text, ": a");
	ck_assert(header_line_kind(buf_slice(&text)) == HEADER_LINE_FIELD);
	text.len = 255;
	buf_add_string(&text, "x: a");
	ck_assert(header_line_kind(buf_slice(&text)) == HEADER_LINE_OTHER);
	text.len = 256;
	ck_assert(header_line_kind(buf_slice(&text)) == HEADER_LINE_OTHER);
	buf_free(&text);
}
END_TEST

START_TEST(crlf_and_lf_and_lone_cr_end_a_line)
{
	static const struct slice text = {"a\r\nb\nc\rd\n\re", 11};
	static const size_t ends[] = {1, 4, 6, 8, 9, 11};
	size_t at, end;
	int i;

	at = 0;
	for (i = 0; i < COUNT(ends); i++) {
		at = header_line_next(text, at, &end);
		ck_assert_uint_eq(end, ends[i]);
	}
	ck_assert_uint_eq(at, 11);
}
END_TEST

/* Each field in print, and what is left: "name|value|whole|" ... "left". */
static void
check_fields(const char *text, const char *want)
{
	struct buf got = BUF_INIT;
	struct header_field f;
	struct slice rest;

	rest = slice_from(text);
	while (header_next(&rest, &f)) {
		buf_add_slice(&got, f.name);
		buf_add_char(&got, '|');
		buf_add_slice(&got, f.value);
		buf_add_char(&got, '|');
		buf_addf(&got, "%zu|", f.whole.len);
	}
	buf_add_slice(&got, rest);
	ck_assert_str_eq(buf_string(&got), want);
	buf_free(&got);
}

START_TEST(a_section_is_split_into_fields)
{
	check_fields("", "");
	check_fields("A: 1\nB: 2\r\nC: 3\rD: 4",
	    "A| 1|5|B| 2|6|C| 3|5|D| 4|4|");
	check_fields("A: 1\n 2\r\n\t3\r 4\nB:\n",
	    "A| 1\n 2\r\n\t3\r 4|15|B||3|");
	check_fields("A \t : 1\n", "A| 1|8|");
	check_fields("A:b:c\n", "A|b:c|6|");
	check_fields("A:\n \n \nB: x\n", "A|\n \n |7|B| x|5|");
}
END_TEST

START_TEST(what_is_no_field_ends_the_section)
{
	check_fields("A: 1\n\nB: 2\n", "A| 1|5|\nB: 2\n");
	check_fields("A: 1\nno field\n", "A| 1|5|no field\n");
	check_fields(" A: 1\n", " A: 1\n");
	check_fields("A", "A");
}
END_TEST

START_TEST(a_field_is_found_without_case)
{
	static const char text[] = "A: 1\nSUBJECT : x\nsubject: y\n\nZ: 9\n";
	struct header_field f;

	ck_assert(header_find(SLICE(text), "Subject", &f));
	ck_assert(slice_is(f.value, " x"));
	ck_assert(header_is(&f, "subjecT"));
	ck_assert(!header_is(&f, "subjec"));
	ck_assert(!header_find(SLICE(text), "Z", &f));
	ck_assert(!header_find(SLICE(text), "", &f));
}
END_TEST

static void
check_unfold(const char *text, const char *want)
{
	struct buf got = BUF_INIT;

	header_unfold(slice_from(text), &got);
	ck_assert_str_eq(buf_string(&got), want);
	buf_free(&got);
}

START_TEST(a_value_is_unfolded_onto_one_line)
{
	check_unfold(" x", "x");
	check_unfold(" a\r\n b\n\tc\r  d \r\n", "a b\tc  d");
	check_unfold("\r\n ", "");
}
END_TEST

/* n times c. */
static void
add_run(struct buf *b, char c, size_t n)
{
	while (n-- > 0)
		buf_add_char(b, c);
}

/* Whether no line is longer than limit, none blank but its first word's, and
 * each line end a CRLF. */
static void
check_lines(const struct buf *text, size_t limit)
{
	struct slice rest, line;
	size_t at;

	rest = buf_slice(text);
	while (rest.len > 0) {
		at = slice_find(rest, '\n');
		ck_assert_uint_lt(at, rest.len);
		ck_assert_uint_gt(at, 0);
		ck_assert_int_eq(rest.ptr[at - 1], '\r');
		line = (struct slice){rest.ptr, at - 1};
		ck_assert_uint_le(line.len, limit);
		ck_assert_uint_gt(slice_trim(line).len, 0);
		rest.ptr += at + 1;
		rest.len -= at + 1;
	}
}

/* Folds and returns how many lines came of it. */
static size_t
fold(const struct buf *text, size_t limit, struct buf *out)
{
	size_t i, lines;

	buf_clear(out);
	header_fold(buf_slice(text), limit, out);
	lines = 0;
	for (i = 0; i < out->len; i++)
		lines += out->data[i] == '\n';
	return lines;
}

/* The bytes of a without white space and line ends are those of b. */
static void
check_same_words(const struct buf *a, const struct buf *b)
{
	size_t i, j;

	j = 0;
	for (i = 0; i < a->len; i++) {
		if (strchr(" \t\r\n", a->data[i]) != NULL)
			continue;
		while (j < b->len && strchr(" \t\r\n", b->data[j]) != NULL)
			j++;
		ck_assert_uint_lt(j, b->len);
		ck_assert_int_eq(a->data[i], b->data[j]);
		j++;
	}
}

START_TEST(short_lines_stay_as_they_are)
{
	struct buf text = BUF_INIT, out = BUF_INIT;

	buf_add_string(&text, "A: ");
	add_run(&text, 'x', 995);
	buf_add_string(&text, "\r\n \r\nB: \r\n");
	ck_assert_uint_eq(fold(&text, HEADER_LINE_MAX, &out), 3);
	ck_assert_str_eq(buf_string(&out), buf_string(&text));
	buf_free(&text);
	buf_free(&out);
}
END_TEST

START_TEST(long_lines_are_folded_at_white_space)
{
	struct buf text = BUF_INIT, out = BUF_INIT, back = BUF_INIT;
	int i;

	buf_add_string(&text, "References:");
	for (i = 0; i < 100; i++)
		buf_addf(&text, " <%d.message-id@mail.example.org>", i);
	buf_add_string(&text, "\r\n");
	ck_assert_uint_eq(fold(&text, HEADER_LINE_MAX, &out), 4);
	check_lines(&out, HEADER_LINE_MAX);
	/* Unfolded it is what it was. */
	header_unfold(buf_slice(&out), &back);
	buf_add_string(&back, "\r\n");
	ck_assert_str_eq(buf_string(&back), buf_string(&text));
	buf_free(&text);
	buf_free(&out);
	buf_free(&back);
}
END_TEST

START_TEST(a_limit_below_the_last_one_is_a_wish)
{
	struct buf text = BUF_INIT, out = BUF_INIT;

	buf_add_string(&text, "A: b ");
	add_run(&text, 'x', 100);
	buf_add_string(&text, " c d\r\n");
	ck_assert_uint_eq(fold(&text, 76, &out), 3);
	ck_assert(slice_starts(buf_slice(&out), "A: b\r\n xxx"));
	ck_assert_uint_eq(out.len, text.len + 4);
	buf_free(&text);
	buf_free(&out);
}
END_TEST

START_TEST(a_long_word_without_gap_before_it_stays_within_the_last_limit)
{
	struct buf text = BUF_INIT, out = BUF_INIT;

	add_run(&text, 'x', 100);
	buf_add_string(&text, "\r\n");
	ck_assert_uint_eq(fold(&text, 76, &out), 1);
	ck_assert_str_eq(buf_string(&out), buf_string(&text));
	buf_free(&text);
	buf_free(&out);
}
END_TEST

START_TEST(a_list_without_white_space_is_cut_behind_commas)
{
	struct buf text = BUF_INIT, out = BUF_INIT;
	int i;

	buf_add_string(&text, "To: ");
	for (i = 0; i < 200; i++)
		buf_addf(&text, "user%d@example.org,", i);
	buf_add_string(&text, "root\r\n");
	ck_assert_uint_eq(fold(&text, HEADER_LINE_MAX, &out), 4);
	check_lines(&out, HEADER_LINE_MAX);
	check_same_words(&text, &out);
	ck_assert(slice_starts(buf_slice(&out), "To: user0"));
	for (i = 2; (size_t)i < out.len - 2; i++)
		if (out.data[i] == '\r')
			ck_assert_int_eq(out.data[i - 1], ',');
	buf_free(&text);
	buf_free(&out);
}
END_TEST

START_TEST(a_word_too_long_for_a_line_is_cut_and_nothing_is_lost)
{
	struct buf text = BUF_INIT, out = BUF_INIT;

	buf_add_string(&text, "Subject: ");
	add_run(&text, 'x', 3000);
	buf_add_string(&text, " y\r\n");
	ck_assert_uint_eq(fold(&text, HEADER_LINE_MAX, &out), 4);
	check_lines(&out, HEADER_LINE_MAX);
	check_same_words(&text, &out);
	buf_free(&text);
	buf_free(&out);
}
END_TEST

START_TEST(a_word_that_fits_a_line_is_not_cut)
{
	struct buf text = BUF_INIT, out = BUF_INIT;

	buf_add_string(&text, "Message-ID:  ");
	add_run(&text, 'x', 996);
	buf_add_string(&text, "\r\n");
	ck_assert_uint_eq(fold(&text, HEADER_LINE_MAX, &out), 2);
	check_lines(&out, HEADER_LINE_MAX);
	ck_assert(slice_starts(buf_slice(&out), "Message-ID: \r\n x"));
	buf_free(&text);
	buf_free(&out);
}
END_TEST

START_TEST(no_character_and_no_quoted_pair_is_cut)
{
	struct buf text = BUF_INIT, out = BUF_INIT;
	size_t i;

	buf_add_string(&text, "A:");
	add_run(&text, 'x', 995);
	buf_add_string(&text, "\303\251");
	add_run(&text, 'x', 994);
	buf_add_string(&text, "\\\"\r\n");
	fold(&text, HEADER_LINE_MAX, &out);
	check_lines(&out, HEADER_LINE_MAX);
	check_same_words(&text, &out);
	for (i = 1; i < out.len; i++)
		if (out.data[i] == '\r')
			ck_assert(out.data[i - 1] == 'x' ||
			    out.data[i - 1] == '"');
	buf_free(&text);
	buf_free(&out);
}
END_TEST

START_TEST(even_backslashes_alone_are_cut)
{
	struct buf text = BUF_INIT, out = BUF_INIT;

	buf_add_string(&text, "A:");
	add_run(&text, '\\', 2000);
	buf_add_string(&text, "\r\n");
	fold(&text, HEADER_LINE_MAX, &out);
	check_lines(&out, HEADER_LINE_MAX);
	check_same_words(&text, &out);
	buf_free(&text);
	buf_free(&out);
}
END_TEST

START_TEST(white_space_too_long_for_a_line_makes_no_blank_line)
{
	struct buf text = BUF_INIT, out = BUF_INIT;

	buf_add_string(&text, "A: b");
	add_run(&text, ' ', 5000);
	buf_add_string(&text, "c");
	add_run(&text, '\t', 5000);
	buf_add_string(&text, "\r\n");
	add_run(&text, ' ', 5000);
	buf_add_string(&text, "\r\n");
	add_run(&text, ' ', 900);
	add_run(&text, '\\', 200);
	buf_add_string(&text, "\r\n");
	fold(&text, HEADER_LINE_MAX, &out);
	check_lines(&out, HEADER_LINE_MAX);
	check_same_words(&text, &out);
	buf_free(&text);
	buf_free(&out);
}
END_TEST

START_TEST(folding_twice_changes_nothing_more)
{
	struct buf text = BUF_INIT, once = BUF_INIT, twice = BUF_INIT;
	size_t i;

	buf_add_string(&text, "A:");
	for (i = 0; i < 20000; i++)
		buf_add_char(&text, " ,x\\\303\251y"[i * i % 97 % 8]);
	buf_add_string(&text, "\r\n");
	fold(&text, HEADER_LINE_MAX, &once);
	fold(&once, HEADER_LINE_MAX, &twice);
	check_lines(&once, HEADER_LINE_MAX);
	check_same_words(&text, &once);
	ck_assert_str_eq(buf_string(&twice), buf_string(&once));
	buf_free(&text);
	buf_free(&once);
	buf_free(&twice);
}
END_TEST

static const struct flag_case {
	const char *name;
	unsigned flags;
} flags[] = {
	{"from", FIELD_ADDRESSES | FIELD_FILLED | FIELD_ONCE},
	{"REPLY-TO", FIELD_ADDRESSES | FIELD_FILLED | FIELD_ONCE |
	    FIELD_JOINED},
	{"Errors-To", FIELD_ADDRESSES | FIELD_FILLED},
	{"Bcc", FIELD_ADDRESSES | FIELD_FILLED | FIELD_RECIPIENTS |
	    FIELD_REMOVED},
	{"resent-to", FIELD_ADDRESSES | FIELD_FILLED | FIELD_RECIPIENTS |
	    FIELD_RESENT},
	{"Return-Path", FIELD_TRACE | FIELD_REMOVED},
	{"Message-Id", FIELD_FILLED | FIELD_ONCE},
	{"Subject", FIELD_ONCE},
	{"Content-Length", FIELD_REMOVED},
	{"Content-Type", 0},
	{"Bc", 0},
	{"Bccc", 0},
};

START_TEST(fields_are_known_by_name)
{
	struct header_field f = {0};

	f.name = slice_from(flags[_i].name);
	ck_assert_uint_eq(field_identify(&f)->flags, flags[_i].flags);
}
END_TEST

static const struct date_case {
	int64_t seconds;
	int offset;
	const char *want;
} dates[] = {
	{0, 0, "Thu, 1 Jan 1970 00:00:00 +0000"},
	{-1, 0, "Wed, 31 Dec 1969 23:59:59 +0000"},
	{1795262400, 0, "Sat, 21 Nov 2026 12:00:00 +0000"},
	{1795262400, 60, "Sat, 21 Nov 2026 13:00:00 +0100"},
	{1795262400, -210, "Sat, 21 Nov 2026 08:30:00 -0330"},
	{1795262400, 765, "Sun, 22 Nov 2026 00:45:00 +1245"},
	{951782399, 0, "Mon, 28 Feb 2000 23:59:59 +0000"},
	{951782400, 0, "Tue, 29 Feb 2000 00:00:00 +0000"},
	{951868800, 0, "Wed, 1 Mar 2000 00:00:00 +0000"},
	{1709164800, 0, "Thu, 29 Feb 2024 00:00:00 +0000"},
	{1735689599, 0, "Tue, 31 Dec 2024 23:59:59 +0000"},
	{1735689600, 0, "Wed, 1 Jan 2025 00:00:00 +0000"},
	{4107542400, 0, "Mon, 1 Mar 2100 00:00:00 +0000"},
	{4107456000, 0, "Sun, 28 Feb 2100 00:00:00 +0000"},
	{-2208988800, 0, "Mon, 1 Jan 1900 00:00:00 +0000"},
};

START_TEST(dates_are_those_of_rfc_5322)
{
	struct buf out = BUF_INIT;

	date_print(dates[_i].seconds * 1000000000, dates[_i].offset, &out);
	ck_assert_str_eq(buf_string(&out), dates[_i].want);
	buf_free(&out);
}
END_TEST

static TCase *
field_tests(void)
{
	TCase *t;

	t = tcase_create("fields");
	tcase_add_loop_test(t, a_line_is_known_by_its_start, 0, COUNT(kinds));
	tcase_add_test(t, a_name_of_over_255_octets_is_none);
	tcase_add_test(t, crlf_and_lf_and_lone_cr_end_a_line);
	tcase_add_test(t, a_section_is_split_into_fields);
	tcase_add_test(t, what_is_no_field_ends_the_section);
	tcase_add_test(t, a_field_is_found_without_case);
	tcase_add_test(t, a_value_is_unfolded_onto_one_line);
	tcase_add_loop_test(t, fields_are_known_by_name, 0, COUNT(flags));
	tcase_add_loop_test(t, dates_are_those_of_rfc_5322, 0, COUNT(dates));
	return t;
}

static TCase *
fold_tests(void)
{
	TCase *t;

	t = tcase_create("folding");
	tcase_add_test(t, short_lines_stay_as_they_are);
	tcase_add_test(t, long_lines_are_folded_at_white_space);
	tcase_add_test(t, a_limit_below_the_last_one_is_a_wish);
	tcase_add_test(t,
	    a_long_word_without_gap_before_it_stays_within_the_last_limit);
	tcase_add_test(t, a_list_without_white_space_is_cut_behind_commas);
	tcase_add_test(t,
	    a_word_too_long_for_a_line_is_cut_and_nothing_is_lost);
	tcase_add_test(t, a_word_that_fits_a_line_is_not_cut);
	tcase_add_test(t, no_character_and_no_quoted_pair_is_cut);
	tcase_add_test(t, even_backslashes_alone_are_cut);
	tcase_add_test(t,
	    white_space_too_long_for_a_line_makes_no_blank_line);
	tcase_add_test(t, folding_twice_changes_nothing_more);
	return t;
}

static Suite *
header_suite(void)
{
	Suite *s;

	s = suite_create("mail/header");
	suite_add_tcase(s, field_tests());
	suite_add_tcase(s, fold_tests());
	return s;
}

UNIT_MAIN(header_suite)
