#include "unit.h"

#include "mail/address.h"
#include "mail/utf8.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

struct text_case {
	const char *text;
	const char *want;
};

static const struct text_case phrases[] = {
	{"", ""},
	{"Jean Bon", "Jean Bon"},
	{"Jean", "Jean"},
	{"O'Neil-Smith", "O'Neil-Smith"},
	{"=?UTF-8?Q?A?=", "=?UTF-8?Q?A?="},
	{"J. Bon", "\"J. Bon\""},
	{"Bon, Jean", "\"Bon, Jean\""},
	{"a \"b\" \\c", "\"a \\\"b\\\" \\\\c\""},
	{"a  b", "\"a  b\""},
	{" a", "\" a\""},
	{"a ", "\"a \""},
	{"a@x", "\"a@x\""},
	{"a\nBcc: b", "\"a?Bcc: b\""},
	{"a\tb", "\"a b\""},
	{"a\177", "\"a?\""},
	{"J\303\251r\303\264me", "=?UTF-8?Q?J=C3=A9r=C3=B4me?="},
	{"\303\251 (a)\t\n!", "=?UTF-8?Q?=C3=A9_=28a=29_=3F!?="},
	{"J\351", "=?unknown-8bit?Q?J=E9?="},
	{"\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251"
	    "\303\251\303\251\303\251",
	    "=?UTF-8?Q?=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9"
	    "=C3=A9=C3=A9?= =?UTF-8?Q?=C3=A9?="},
};

START_TEST(names_are_printed_as_phrases)
{
	struct buf out = BUF_INIT;

	address_print_phrase(slice_from(phrases[_i].text), &out);
	ck_assert_str_eq(buf_string(&out), phrases[_i].want);
	buf_free(&out);
}
END_TEST

static const struct text_case xtexts[] = {
	{"", ""},
	{"a@x", "a@x"},
	{"a+b=c d@x", "a+2Bb+3Dc+20d@x"},
	{"\303\251\n\177", "+C3+A9+0A+7F"},
};

START_TEST(xtext_hides_what_a_command_cannot_carry)
{
	struct buf out = BUF_INIT;

	xtext_print(slice_from(xtexts[_i].text), &out);
	ck_assert_str_eq(buf_string(&out), xtexts[_i].want);
	ck_assert(xtext_is_valid(buf_slice(&out)));
	buf_free(&out);
}
END_TEST

START_TEST(broken_xtext_is_told)
{
	static const char *const bad[] = {
		"a b", "a=b", "+", "+4", "+4g", "+g4", "+ab", "a\n", "\303"
	};
	int i;

	for (i = 0; i < COUNT(bad); i++)
		ck_assert_msg(!xtext_is_valid(slice_from(bad[i])), "%s",
		    bad[i]);
}
END_TEST

START_TEST(utf8_has_shortest_forms_only)
{
	ck_assert_uint_eq(utf8_length(SLICE("a")), 1);
	ck_assert_uint_eq(utf8_length(SLICE("\303\251x")), 2);
	ck_assert_uint_eq(utf8_length(SLICE("\342\202\254")), 3);
	ck_assert_uint_eq(utf8_length(SLICE("\364\217\277\277")), 4);
	ck_assert_uint_eq(utf8_length(SLICE("")), 0);
	ck_assert_uint_eq(utf8_length(SLICE("\200")), 0);
	ck_assert_uint_eq(utf8_length(SLICE("\303")), 0);
	ck_assert_uint_eq(utf8_length(SLICE("\303x")), 0);
	ck_assert_uint_eq(utf8_length(SLICE("\300\200")), 0);
	ck_assert_uint_eq(utf8_length(SLICE("\340\202\254")), 0);
	ck_assert_uint_eq(utf8_length(SLICE("\355\240\200")), 0);
	ck_assert_uint_eq(utf8_length(SLICE("\364\220\200\200")), 0);
	ck_assert_uint_eq(utf8_length(SLICE("\370\210\200\200\200")), 0);
	ck_assert(utf8_is_valid(SLICE("a\303\251")));
	ck_assert(!utf8_is_valid(SLICE("a\303")));
}
END_TEST

static TCase *
print_tests(void)
{
	TCase *t;

	t = tcase_create("printing");
	tcase_add_loop_test(t, names_are_printed_as_phrases, 0,
	    COUNT(phrases));
	tcase_add_loop_test(t, xtext_hides_what_a_command_cannot_carry, 0,
	    COUNT(xtexts));
	tcase_add_test(t, broken_xtext_is_told);
	tcase_add_test(t, utf8_has_shortest_forms_only);
	return t;
}

static Suite *
print_suite(void)
{
	Suite *s;

	s = suite_create("mail/address_print");
	suite_add_tcase(s, print_tests());
	return s;
}

UNIT_MAIN(print_suite)
