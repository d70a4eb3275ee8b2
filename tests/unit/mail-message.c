#include "unit.h"

#include <string.h>

#include "mail/message.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

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
	{"A: 1\r\r", -1, 0, 5, 6},
	{"A: 1\r\r\n", -1, 0, 7, 7},
	{"A: 1\r\r\n\r\r\nx", 7, 10, 7, 10},
	{"A: 1\r\r\r", -1, 0, 5, 6},
	{"A: 1\r\r\r\n", -1, 0, 5, 8},
	{"A: 1\r\rx", -1, 0, 5, 6},
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
	struct buf raw = BUF_INIT;
	size_t end, body;
	bool found;

	buf_add_string(&raw, c->text);
	found = message_find_body(&raw, false, &end, &body);
	ck_assert_msg(found == (c->end >= 0), "%s", c->text);
	if (found) {
		ck_assert_msg((int)end == c->end, "%s: %zu", c->text, end);
		ck_assert_msg((int)body == c->body, "%s: %zu", c->text, body);
	}
	ck_assert(message_find_body(&raw, true, &end, &body));
	ck_assert_msg((int)end == c->end_eof, "%s: %zu", c->text, end);
	ck_assert_msg((int)body == c->body_eof, "%s: %zu", c->text, body);
	buf_free(&raw);
}
END_TEST

/* Where LFs end lines, a CR alone ends none and begins no field. */
static const struct cr_case {
	const char *text;
	const char *header;
	bool at_eof;
} cr_cases[] = {
	{"A: 1\rB: 2\nC: 3\n\nx", "A: 1 B: 2\nC: 3\n", false},
	{"A: 1\r\rB: 2\nC: 3\n\nx", "A: 1  B: 2\nC: 3\n", false},
	{"A: 1\r\r\r\nC: 3\n\nx", "A: 1 \r\r\nC: 3\n", false},
	{"A: 1\rB: 2\r\nC: 3\r\n\r\nx", "A: 1 B: 2\r\nC: 3\r\n", false},
	{"A: 1\n\rB: 2\nC: 3\n\nx", "A: 1\n", false},
	{"From joe 10:00\rA: 1\nC: 3\n\nx", "From joe 10:00 A: 1\nC: 3\n",
	    false},
	{"A: 1\rB: 2\r\rx\ry", "A: 1\rB: 2\r", true},
	{"A: 1\rB: 2\r\rx\ry\r\n", "A: 1\rB: 2\r", true},
	{"A: 1\rB: 2\r\rx\ny\r\n", "A: 1 B: 2  x\n", false},
	{"A: 1\r", "A: 1\r", true},
	{"A: 1\nB: 2\r", "A: 1\nB: 2\r", true},
};

START_TEST(a_lone_cr_begins_no_field)
{
	const struct cr_case *c = &cr_cases[_i];
	struct buf raw = BUF_INIT;
	size_t end, body;

	buf_add_string(&raw, c->text);
	ck_assert_msg(message_find_body(&raw, false, &end, &body) ==
	    !c->at_eof, "%s", c->text);
	ck_assert(message_find_body(&raw, true, &end, &body));
	raw.data[end] = '\0';
	ck_assert_str_eq(raw.data, c->header);
	buf_free(&raw);
}
END_TEST

/* An LF is not waited for without end. */
START_TEST(long_text_without_lf_is_text_of_crs)
{
	struct buf raw = BUF_INIT;
	size_t end, body;

	buf_add_string(&raw, "A: 1\rB: 2\r\r");
	while (raw.len <= MESSAGE_CR_TEXT_MAX) {
		ck_assert(!message_find_body(&raw, false, &end, &body));
		buf_add_string(&raw, "all the day long\r");
	}
	ck_assert(message_find_body(&raw, false, &end, &body));
	ck_assert_uint_eq(end, 10);
	ck_assert_uint_eq(body, 11);
	buf_free(&raw);
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
	{{"\r\r\n\n", 4}, "\r\n\r\n", 0, false},
	{{"a\r\r\nb\r\rc\r\r", 10}, "a\r\nb\r\n\r\nc\r\n\r\n", 1, false},
	{{"\r\r\r\n", 4}, "\r\n\r\n", 0, false},
	{{"\r\r\0\r\r", 5}, "\r\n\r\n?\r\n\r\n", 1, false},
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
body_tests(void)
{
	TCase *t;

	t = tcase_create("body");
	tcase_add_loop_test(t, the_body_starts_where_the_header_ends, 0,
	    COUNT(body_cases));
	tcase_add_loop_test(t, a_lone_cr_begins_no_field, 0, COUNT(cr_cases));
	tcase_add_test(t, long_text_without_lf_is_text_of_crs);
	tcase_add_loop_test(t, a_body_has_one_kind_of_line, 0,
	    COUNT(wire_cases));
	return t;
}

static Suite *
message_suite(void)
{
	Suite *s;

	s = suite_create("mail/message");
	suite_add_tcase(s, body_tests());
	return s;
}

UNIT_MAIN(message_suite)
