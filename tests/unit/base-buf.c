#include "unit.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

/* AddressSanitizer ends a program that asks for too much, unless told. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

/* Behind a volatile, or the compiler refuses to ask for so much. */
static volatile size_t too_much = SIZE_MAX / 2;

START_TEST(malloc_without_memory_ends_the_process)
{
	free(xmalloc(too_much));
}
END_TEST

START_TEST(calloc_without_memory_ends_the_process)
{
	free(xcalloc(too_much, 8));
}
END_TEST

START_TEST(realloc_without_memory_ends_the_process)
{
	free(xrealloc(NULL, too_much, 8));
}
END_TEST

START_TEST(a_buffer_without_memory_ends_the_process)
{
	struct buf b = BUF_INIT;

	buf_reserve(&b, SIZE_MAX - 1);
}
END_TEST

START_TEST(nothing_at_all_can_be_allocated)
{
	void *p;

	p = xmalloc(0);
	ck_assert_ptr_nonnull(p);
	p = xrealloc(p, 0, 8);
	ck_assert_ptr_nonnull(p);
	p = xrealloc(p, 8, 0);
	ck_assert_ptr_nonnull(p);
	free(p);
	p = xcalloc(0, 0);
	ck_assert_ptr_nonnull(p);
	free(p);
}
END_TEST

START_TEST(memory_comes_cleared_and_strings_copied)
{
	char *s;
	int i;

	s = xcalloc(4, 4);
	for (i = 0; i < 16; i++)
		ck_assert_int_eq(s[i], 0);
	free(s);
	s = xstrdup("a b");
	ck_assert_str_eq(s, "a b");
	free(s);
}
END_TEST

START_TEST(an_empty_buffer_is_an_empty_string)
{
	struct buf b = BUF_INIT;

	ck_assert_str_eq(buf_string(&b), "");
	ck_assert_uint_eq(buf_slice(&b).len, 0);
	buf_clear(&b);
	buf_consume(&b, 0);
	buf_add(&b, NULL, 0);
	ck_assert_str_eq(buf_string(&b), "");
	buf_wipe(&b);
	buf_wipe(&b);
	buf_free(&b);
	ck_assert_ptr_null(b.data);
}
END_TEST

START_TEST(what_is_added_stands_one_behind_the_other)
{
	struct buf b = BUF_INIT;

	buf_add(&b, "ab\0c", 4);
	buf_add_slice(&b, SLICE("de"));
	buf_add_slice(&b, (struct slice){NULL, 0});
	buf_add_string(&b, "fg");
	buf_add_char(&b, 'h');
	buf_addf(&b, "%d%s", 12, "ij");
	ck_assert_uint_eq(b.len, 13);
	ck_assert_mem_eq(b.data, "ab\0cdefgh12ij", 14);
	buf_free(&b);
}
END_TEST

START_TEST(a_buffer_grows_and_keeps_what_it_holds)
{
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < 100000; i++)
		buf_add_char(&b, (char)('a' + i % 26));
	ck_assert_uint_eq(b.len, 100000);
	for (i = 0; i < b.len; i++)
		ck_assert_int_eq(b.data[i], (char)('a' + i % 26));
	ck_assert_int_eq(b.data[b.len], '\0');
	buf_addf(&b, "%200000d", 1);
	ck_assert_uint_eq(b.len, 300000);
	buf_clear(&b);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_uint_ge(b.cap, 300000);
	ck_assert_str_eq(buf_string(&b), "");
	buf_free(&b);
}
END_TEST

START_TEST(a_reserved_buffer_ends_with_a_nul)
{
	struct buf b = BUF_INIT;

	buf_reserve(&b, 1000);
	ck_assert_uint_ge(b.cap, 1001);
	ck_assert_str_eq(b.data, "");
	buf_free(&b);
}
END_TEST

START_TEST(the_front_can_be_consumed)
{
	struct buf b = BUF_INIT;

	buf_add_string(&b, "abcdef");
	buf_consume(&b, 0);
	buf_consume(&b, 2);
	ck_assert_str_eq(buf_string(&b), "cdef");
	ck_assert_uint_eq(b.len, 4);
	buf_consume(&b, 4);
	ck_assert_uint_eq(b.len, 0);
	buf_add_string(&b, "gh");
	buf_consume(&b, 100);
	ck_assert_str_eq(buf_string(&b), "");
	buf_free(&b);
}
END_TEST

START_TEST(memory_is_wiped)
{
	char secret[] = "secret";
	struct buf b = BUF_INIT;

	wipe(secret, sizeof(secret));
	ck_assert_mem_eq(secret, "\0\0\0\0\0\0", 7);
	buf_add_string(&b, "secret");
	buf_wipe(&b);
	ck_assert_ptr_null(b.data);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_uint_eq(b.cap, 0);
}
END_TEST

static const struct escape_case {
	struct slice raw;
	size_t max;
	const char *escaped;
} escapes[] = {
	{{"", 0}, 10, ""},
	{{"plain ~", 7}, 10, "plain ~"},
	{{"a\\b", 3}, 10, "a\\\\b"},
	{{"a\r\n\t\0\177\377", 7}, 10, "a\\x0d\\x0a\\x09\\x00\\x7f\\xff"},
	{{"abcdef", 6}, 6, "abcdef"},
	{{"abcdef", 6}, 5, "abcde..."},
	{{"abcdef", 6}, 0, "..."},
};

START_TEST(words_of_others_are_escaped)
{
	struct buf b = BUF_INIT;

	buf_add_escaped(&b, escapes[_i].raw, escapes[_i].max);
	ck_assert_str_eq(buf_string(&b), escapes[_i].escaped);
	buf_free(&b);
}
END_TEST

START_TEST(no_word_of_others_ends_a_value_of_a_log_line)
{
	struct buf b = BUF_INIT;

	buf_add_quoted(&b, slice_from("say \"x\" \\x22"));
	ck_assert_str_eq(buf_string(&b), "\"say \\\"x\\\" \\x22\"");
	buf_clear(&b);
	buf_add_word(&b, slice_from("\"a b\"@x\r"), 7);
	ck_assert_str_eq(buf_string(&b), "\"a\\x20b\"@x...");
	buf_free(&b);
}
END_TEST

START_TEST(every_byte_survives_escaping)
{
	struct buf raw = BUF_INIT, text = BUF_INIT, back = BUF_INIT;
	int i;

	for (i = 0; i < 256; i++)
		buf_add_char(&raw, (char)i);
	buf_add_escaped(&text, buf_slice(&raw), 256);
	ck_assert(buf_add_unescaped(&back, buf_slice(&text)));
	ck_assert(slice_equal(buf_slice(&raw), buf_slice(&back)));
	buf_free(&raw);
	buf_free(&text);
	buf_free(&back);
}
END_TEST

START_TEST(broken_escapes_are_told)
{
	static const char *const broken[] = {
		"\\", "a\\", "\\y12", "\\x", "\\x1", "\\xg1", "\\x1g", "\\x1G",
		"\\x0A"
	};
	struct buf b = BUF_INIT;
	int i;

	for (i = 0; i < COUNT(broken); i++)
		ck_assert_msg(!buf_add_unescaped(&b, slice_from(broken[i])),
		    "%s", broken[i]);
	buf_free(&b);
}
END_TEST

START_TEST(slices_are_compared)
{
	ck_assert_uint_eq(slice_from(NULL).len, 0);
	ck_assert_uint_eq(slice_from("abc").len, 3);
	ck_assert(slice_is(SLICE("abc"), "abc"));
	ck_assert(!slice_is(SLICE("abc"), "ab"));
	ck_assert(!slice_is(SLICE("abc"), "abd"));
	ck_assert(slice_is(slice_from(NULL), ""));
	ck_assert(slice_is_nocase(SLICE("aBc"), "AbC"));
	ck_assert(!slice_is_nocase(SLICE("aBc"), "AbCd"));
	ck_assert(!slice_is_nocase(SLICE("aBc"), "Abd"));
	ck_assert(slice_equal(SLICE("a\0b"), SLICE("a\0b")));
	ck_assert(!slice_equal(SLICE("a\0b"), SLICE("a\0c")));
	ck_assert(slice_equal_nocase(slice_from(NULL), SLICE("")));
}
END_TEST

START_TEST(slices_start_with_words)
{
	ck_assert(slice_starts(SLICE("abc"), "ab"));
	ck_assert(slice_starts(SLICE("abc"), ""));
	ck_assert(slice_starts(slice_from(NULL), ""));
	ck_assert(!slice_starts(SLICE("ab"), "abc"));
	ck_assert(!slice_starts(SLICE("abc"), "Ab"));
	ck_assert(slice_starts_nocase(SLICE("abc"), "AB"));
	ck_assert(slice_starts_nocase(SLICE("abc"), ""));
	ck_assert(!slice_starts_nocase(SLICE("a"), "AB"));
	ck_assert(!slice_starts_nocase(SLICE("ac"), "AB"));
}
END_TEST

START_TEST(slices_are_trimmed)
{
	ck_assert(slice_is(slice_trim(SLICE(" \t\r\na b\n\r\t ")), "a b"));
	ck_assert(slice_is(slice_trim(SLICE("a")), "a"));
	ck_assert_uint_eq(slice_trim(SLICE(" \r\n")).len, 0);
	ck_assert_uint_eq(slice_trim(slice_from(NULL)).len, 0);
}
END_TEST

START_TEST(slices_are_cut_at_a_character)
{
	struct slice rest, part;

	rest = SLICE("a,,bc");
	ck_assert(slice_cut(&rest, ',', &part));
	ck_assert(slice_is(part, "a"));
	ck_assert(slice_cut(&rest, ',', &part));
	ck_assert(slice_is(part, ""));
	ck_assert(slice_cut(&rest, ',', &part));
	ck_assert(slice_is(part, "bc"));
	ck_assert(!slice_cut(&rest, ',', &part));
	rest = SLICE("a,");
	ck_assert(slice_cut(&rest, ',', &part));
	ck_assert(slice_cut(&rest, ',', &part));
	ck_assert_uint_eq(part.len, 0);
	ck_assert(!slice_cut(&rest, ',', &part));
}
END_TEST

START_TEST(a_character_is_found_or_not)
{
	ck_assert_uint_eq(slice_find(SLICE("abc"), 'a'), 0);
	ck_assert_uint_eq(slice_find(SLICE("abc"), 'c'), 2);
	ck_assert_uint_eq(slice_find(SLICE("abc"), 'd'), 3);
	ck_assert_uint_eq(slice_find(SLICE("a\0c"), '\0'), 1);
	ck_assert_uint_eq(slice_find(slice_from(NULL), 'a'), 0);
}
END_TEST

START_TEST(a_slice_becomes_a_string)
{
	char *s;

	s = slice_dup((struct slice){"abcdef", 3});
	ck_assert_str_eq(s, "abc");
	free(s);
	s = slice_dup(slice_from(NULL));
	ck_assert_str_eq(s, "");
	free(s);
}
END_TEST

static const struct number_case {
	const char *text;
	unsigned long long max;
	bool ok;
	unsigned long long want;
} numbers[] = {
	{"0", 0, true, 0},
	{"1", 0, false, 0},
	{"9", 5, false, 0},
	{"007", 7, true, 7},
	{"65535", 65535, true, 65535},
	{"65536", 65535, false, 0},
	{"99999", 65535, false, 0},
	{"18446744073709551615", ULLONG_MAX, true, ULLONG_MAX},
	{"18446744073709551616", ULLONG_MAX, false, 0},
	{"99999999999999999999999", ULLONG_MAX, false, 0},
	{"", 10, false, 0},
	{"-1", 10, false, 0},
	{"+1", 10, false, 0},
	{" 1", 10, false, 0},
	{"1 ", 10, false, 0},
	{"0x1", 10, false, 0},
	{"1a", 10, false, 0},
};

START_TEST(numbers_are_decimal_digits_within_a_limit)
{
	const struct number_case *c = &numbers[_i];
	unsigned long long got;

	got = 12345;
	ck_assert_msg(slice_to_number(slice_from(c->text), c->max, &got) ==
	    c->ok, "%s", c->text);
	ck_assert_uint_eq(got, c->ok ? c->want : 12345);
}
END_TEST

static TCase *
memory_tests(void)
{
	TCase *t;

	t = tcase_create("memory");
	tcase_add_exit_test(t, malloc_without_memory_ends_the_process,
	    EX_OSERR);
	tcase_add_exit_test(t, calloc_without_memory_ends_the_process,
	    EX_OSERR);
	tcase_add_exit_test(t, realloc_without_memory_ends_the_process,
	    EX_OSERR);
	tcase_add_exit_test(t, a_buffer_without_memory_ends_the_process,
	    EX_OSERR);
	tcase_add_test(t, nothing_at_all_can_be_allocated);
	tcase_add_test(t, memory_comes_cleared_and_strings_copied);
	tcase_add_test(t, memory_is_wiped);
	return t;
}

static TCase *
buffer_tests(void)
{
	TCase *t;

	t = tcase_create("buffers");
	tcase_add_test(t, an_empty_buffer_is_an_empty_string);
	tcase_add_test(t, what_is_added_stands_one_behind_the_other);
	tcase_add_test(t, a_buffer_grows_and_keeps_what_it_holds);
	tcase_add_test(t, a_reserved_buffer_ends_with_a_nul);
	tcase_add_test(t, the_front_can_be_consumed);
	tcase_add_test(t, no_word_of_others_ends_a_value_of_a_log_line);
	tcase_add_loop_test(t, words_of_others_are_escaped, 0,
	    COUNT(escapes));
	tcase_add_test(t, every_byte_survives_escaping);
	tcase_add_test(t, broken_escapes_are_told);
	return t;
}

static TCase *
slice_tests(void)
{
	TCase *t;

	t = tcase_create("slices");
	tcase_add_test(t, slices_are_compared);
	tcase_add_test(t, slices_start_with_words);
	tcase_add_test(t, slices_are_trimmed);
	tcase_add_test(t, slices_are_cut_at_a_character);
	tcase_add_test(t, a_character_is_found_or_not);
	tcase_add_test(t, a_slice_becomes_a_string);
	tcase_add_loop_test(t, numbers_are_decimal_digits_within_a_limit, 0,
	    COUNT(numbers));
	return t;
}

static Suite *
buf_suite(void)
{
	Suite *s;

	s = suite_create("base/buf");
	suite_add_tcase(s, memory_tests());
	suite_add_tcase(s, buffer_tests());
	suite_add_tcase(s, slice_tests());
	return s;
}

UNIT_MAIN(buf_suite)
