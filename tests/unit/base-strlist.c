#include "unit.h"

#include "base/strlist.h"

START_TEST(strings_stay_in_the_order_they_came)
{
	struct strlist l = STRLIST_INIT;

	strlist_add(&l, "b");
	strlist_add_slice(&l, (struct slice){"abc", 1});
	strlist_add(&l, "b");
	ck_assert_uint_eq(l.count, 3);
	ck_assert_str_eq(l.items[0], "b");
	ck_assert_str_eq(l.items[1], "a");
	ck_assert_str_eq(l.items[2], "b");
	strlist_free(&l);
}
END_TEST

START_TEST(a_list_owns_copies)
{
	struct strlist l = STRLIST_INIT;
	char text[] = "abc";

	strlist_add(&l, text);
	text[0] = 'x';
	ck_assert_str_eq(l.items[0], "abc");
	strlist_free(&l);
}
END_TEST

START_TEST(a_list_knows_what_it_has)
{
	struct strlist l = STRLIST_INIT;

	ck_assert(!strlist_has(&l, "a"));
	strlist_add(&l, "a");
	strlist_add(&l, "bc");
	ck_assert(strlist_has(&l, "a"));
	ck_assert(strlist_has(&l, "bc"));
	ck_assert(!strlist_has(&l, "b"));
	ck_assert(!strlist_has(&l, "A"));
	strlist_free(&l);
}
END_TEST

START_TEST(a_list_grows)
{
	struct strlist l = STRLIST_INIT;
	struct buf b = BUF_INIT;
	int i;

	for (i = 0; i < 1000; i++) {
		buf_clear(&b);
		buf_addf(&b, "%d", i);
		strlist_add(&l, buf_string(&b));
	}
	ck_assert_uint_eq(l.count, 1000);
	ck_assert_str_eq(l.items[0], "0");
	ck_assert_str_eq(l.items[999], "999");
	strlist_free(&l);
	buf_free(&b);
}
END_TEST

START_TEST(a_freed_list_is_empty_and_can_be_used_again)
{
	struct strlist l = STRLIST_INIT;

	strlist_free(&l);
	strlist_add(&l, "a");
	strlist_free(&l);
	ck_assert_uint_eq(l.count, 0);
	ck_assert_ptr_null(l.items);
	strlist_add(&l, "b");
	ck_assert_str_eq(l.items[0], "b");
	strlist_free(&l);
}
END_TEST

static Suite *
strlist_suite(void)
{
	Suite *s;
	TCase *t;

	t = tcase_create("lists");
	tcase_add_test(t, strings_stay_in_the_order_they_came);
	tcase_add_test(t, a_list_owns_copies);
	tcase_add_test(t, a_list_knows_what_it_has);
	tcase_add_test(t, a_list_grows);
	tcase_add_test(t, a_freed_list_is_empty_and_can_be_used_again);
	s = suite_create("base/strlist");
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(strlist_suite)
