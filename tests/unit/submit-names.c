#include "unit.h"

#include "submit/names.h"

static struct names names;

static void
parse(const char *answer)
{
	names_parse(&names, slice_from(answer));
}

START_TEST(without_an_answer_the_usual_places_stand)
{
	parse("");
	ck_assert(!names.is_known);
	ck_assert_str_eq(names.config.aliases, "/etc/aliases");
	ck_assert_ptr_null(names.config.mailname);
	ck_assert_ptr_null(names.config.postmaster);
	ck_assert(!names.config.local_to_postmaster);
	ck_assert_uint_eq(names.config.max_size, 0);
	names_free(&names);
}
END_TEST

START_TEST(what_the_daemon_tells_is_taken)
{
	parse("aliases /srv/my aliases\nmailname web1.example.org\n"
	    "postmaster ops@example.org\nlocal-to-postmaster yes\n"
	    "max-size 1024\n");
	ck_assert(names.is_known);
	ck_assert_str_eq(names.config.aliases, "/srv/my aliases");
	ck_assert_str_eq(names.config.mailname, "web1.example.org");
	ck_assert_str_eq(names.config.postmaster, "ops@example.org");
	ck_assert(names.config.local_to_postmaster);
	ck_assert_uint_eq(names.config.max_size, 1024);
	names_free(&names);
}
END_TEST

START_TEST(what_a_later_daemon_tells_is_passed_over)
{
	parse("colour blue\nmailname a.example\nmailname\npostmaster \n"
	    "local-to-postmaster no\nmax-size 1K\n\nmailname b.example\n");
	ck_assert_str_eq(names.config.mailname, "a.example");
	ck_assert_ptr_null(names.config.postmaster);
	ck_assert(!names.config.local_to_postmaster);
	names_free(&names);
}
END_TEST

START_TEST(without_a_mailname_nothing_is_known)
{
	parse("aliases /a\npostmaster ops@example.org\n");
	ck_assert(!names.is_known);
	ck_assert_str_eq(names.config.aliases, "/a");
	names_free(&names);
}
END_TEST

static Suite *
names_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("submit/names");
	t = tcase_create("names");
	tcase_add_test(t, without_an_answer_the_usual_places_stand);
	tcase_add_test(t, what_the_daemon_tells_is_taken);
	tcase_add_test(t, what_a_later_daemon_tells_is_passed_over);
	tcase_add_test(t, without_a_mailname_nothing_is_known);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(names_suite)
