#include "unit.h"

#include <string.h>

#include "config/config.h"

#define HOST "smarthost \"x\" {\nhost = \"smtp.isp.example\"\n"

static struct buf errors;

static void
teardown(void)
{
	buf_free(&errors);
}

static struct config *
good(const char *text)
{
	struct config *c;

	c = config_parse(slice_from(text), "t.conf", &errors);
	ck_assert_msg(c != NULL, "%s", buf_string(&errors));
	return c;
}

START_TEST(a_map_says_who_goes_out_under_which_address)
{
	static const char *const expected[][2] = {
		{"jean", "jean@isp.example"},
		{"a=b@x.org", "c=d@isp.example"},
		{"@x.org", "org@isp.example"},
		{"user:www-data", "web@isp.example"},
	};
	struct config *c;
	size_t i;

	c = good(HOST "send-as-map = {\"jean=jean@isp.example\",\n"
	    "\"a=b@x.org = c=d@isp.example\",\n"
	    "\"  @x.org  =  org@isp.example \",\n"
	    "'user:www-data = web@isp.example'}\n"
	    "own-addresses = {\"@ours.example\", \"me@isp.example\"}\n}\n");
	ck_assert_uint_eq(c->smarthosts[0].send_as_map.count, 4);
	for (i = 0; i < 4; i++) {
		ck_assert_str_eq(c->smarthosts[0].send_as_map.items[i].who,
		    expected[i][0]);
		ck_assert_str_eq(c->smarthosts[0].send_as_map.items[i].address,
		    expected[i][1]);
	}
	ck_assert_uint_eq(c->smarthosts[0].own_addresses.count, 2);
	config_free(c);
}
END_TEST

START_TEST(a_map_at_the_top_is_for_all_that_say_none)
{
	struct config *c;

	c = good("send-as-map = {\"a = a@isp.example\"}\n" HOST "}\n"
	    "smarthost \"y\" { host = h\n"
	    "send-as-map = {\"a = b@isp.example\"}\n}\n");
	ck_assert_str_eq(c->smarthosts[0].send_as_map.items[0].address,
	    "a@isp.example");
	ck_assert_uint_eq(c->smarthosts[1].send_as_map.count, 1);
	ck_assert_str_eq(c->smarthosts[1].send_as_map.items[0].address,
	    "b@isp.example");
	config_free(c);
}
END_TEST

#define MAP(line) HOST "send-as-map = {\"ok = a@b.org\",\n\"" line "\"}\n}"

static const struct {
	const char *text, *complaint;
} mistakes[] = {
	{MAP("jean"), "t.conf:4: smarthost \"x\": send-as-map = \"jean\" is "
	    "not legal; legal: \"WHO = ADDRESS\""},
	{MAP("jean = "), "t.conf:4:"},
	{MAP("= a@b.org"), "t.conf:4:"},
	{MAP("jean = paul"), "t.conf:4:"},
	{MAP("jean bon = a@b.org"), "t.conf:4:"},
	{MAP("@ = a@b.org"), "t.conf:4:"},
	{MAP("user: = a@b.org"), "t.conf:4:"},
	{MAP("user:a b = a@b.org"), "t.conf:4:"},
	{MAP("<a@x.org> = a@b.org"), "t.conf:4:"},
	{MAP("a@x.org = A <a@b.org>"), "t.conf:4:"},
	{MAP("OK=c@b.org"), "t.conf:4: send-as-map says \"OK\" twice, in "
	    "line 3 already: keep one"},
	{HOST "own-addresses = {\"a@b.org\",\n\"b.org\"}\n}", "t.conf:4: "
	    "smarthost \"x\": own-addresses = \"b.org\" is not legal; legal: "
	    "an address, or \"@\" and a domain"},
	{HOST "own-addresses = {}\n}", "empty list"},
};

START_TEST(a_line_that_makes_no_sense_is_told_with_its_number)
{
	ck_assert_ptr_null(config_parse(slice_from(mistakes[_i].text),
	    "t.conf", &errors));
	ck_assert_msg(strstr(buf_string(&errors), mistakes[_i].complaint) !=
	    NULL, "expected \"%s\" in: %s", mistakes[_i].complaint,
	    buf_string(&errors));
}
END_TEST

static Suite *
sendas_suite(void)
{
	Suite *s = suite_create("config/sendas_map");
	TCase *t = tcase_create("map");

	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, a_map_says_who_goes_out_under_which_address);
	tcase_add_test(t, a_map_at_the_top_is_for_all_that_say_none);
	tcase_add_loop_test(t,
	    a_line_that_makes_no_sense_is_told_with_its_number, 0,
	    (int)(sizeof(mistakes) / sizeof(mistakes[0])));
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(sendas_suite)
