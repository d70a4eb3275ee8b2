#include "unit.h"

#include <string.h>

#include "base/clock.h"
#include "config/config.h"

#define A "smarthost \"a\" { host = \"a.example.org\" }\n"
#define B "smarthost \"b\" { host = \"b.example.org\" }\n"
#define C "smarthost \"c\" { host = \"c.example.org\" }\n"
#define DAY (86400 * CLOCK_SEC)

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

static void
bad(const char *text, const char *complaint)
{
	buf_clear(&errors);
	ck_assert_ptr_null(config_parse(slice_from(text), "t.conf", &errors));
	ck_assert_msg(strstr(buf_string(&errors), complaint) != NULL,
	    "expected \"%s\" in: %s", complaint, buf_string(&errors));
}

START_TEST(one_smarthost_needs_none_of_it)
{
	struct config *c;

	c = good(A);
	ck_assert_uint_eq(c->order.count, 1);
	ck_assert_str_eq(c->order.items[0], "a");
	ck_assert_uint_eq(c->bulk.threshold, 10);
	ck_assert(c->bulk.list_headers);
	ck_assert(!c->bulk.individual);
	ck_assert_uint_eq(c->bulk.burst.count, 1);
	ck_assert_uint_eq(c->bulk.burst.items[0].count, 100);
	ck_assert_int_eq(c->bulk.burst.items[0].span, 60 * CLOCK_SEC);
	ck_assert_uint_eq(c->smarthosts[0].recipient_quota.count, 0);
	config_free(c);
}
END_TEST

START_TEST(limits_are_read_as_they_are_written)
{
	struct config *c;
	const struct smarthost *s;

	c = good("pause = \"1s\"\n" A
	    "smarthost \"mailjet\" {\n"
	    "    host = \"in-v3.mailjet.com\"\n"
	    "    connections-per = {\"50/5m\"}\n"
	    "    recipient-quota = {\"30/1m\", \"500/1d\"}\n"
	    "    message-quota = {\"6000/30d\"}\n"
	    "    pause = \"2s\"\n"
	    "    reserve = \"10%\"\n"
	    "}\n");
	s = &c->smarthosts[1];
	ck_assert_uint_eq(s->recipient_quota.count, 2);
	ck_assert_uint_eq(s->recipient_quota.items[0].count, 30);
	ck_assert_int_eq(s->recipient_quota.items[1].span, DAY);
	ck_assert_uint_eq(s->message_quota.items[0].count, 6000);
	ck_assert_int_eq(s->message_quota.items[0].span, 30 * DAY);
	ck_assert_int_eq(s->connections_per.items[0].span, 300 * CLOCK_SEC);
	ck_assert_int_eq(s->pause, 2 * CLOCK_SEC);
	ck_assert_uint_eq(s->reserve, 10);
	ck_assert_int_eq(c->smarthosts[0].pause, CLOCK_SEC);
	config_free(c);
}
END_TEST

START_TEST(limits_that_say_nothing_are_refused_with_their_line)
{
	static const char *const wrong[] = {"0/1d", "30", "30/", "/1m",
	    "30/0s", "30/1y", "-1/1m", "1.5/1h", "30/500d", "30/100ms"};
	struct buf text = BUF_INIT;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		buf_clear(&text);
		buf_addf(&text, "smarthost \"a\" {\n"
		    "host = \"a.example.org\"\n"
		    "recipient-quota = {\"%s\"}\n}\n", wrong[i]);
		bad(buf_string(&text), "t.conf:3: smarthost \"a\": "
		    "recipient-quota = ");
	}
	buf_free(&text);
	bad("smarthost \"a\" { host = \"a.example.org\"\nreserve = \"91%\" }\n",
	    "t.conf:2: smarthost \"a\": reserve = \"91%\" is not legal");
}
END_TEST

START_TEST(ordinary_mail_takes_what_nothing_else_names)
{
	struct config *c;

	c = good(A B C "bulk { smarthosts = {\"b\"} }\n");
	ck_assert_uint_eq(c->order.count, 2);
	ck_assert_str_eq(c->order.items[0], "a");
	ck_assert_str_eq(c->order.items[1], "c");
	config_free(c);
	c = good("smarthosts = {\"c\", \"a\"}\n" A B C);
	ck_assert_uint_eq(c->order.count, 2);
	ck_assert_str_eq(c->order.items[0], "c");
	config_free(c);
	c = good(A "bulk { smarthosts = {\"a\"} }\n");
	ck_assert_uint_eq(c->order.count, 1);
	config_free(c);
}
END_TEST

START_TEST(routes_and_bulk_are_sections_among_smarthosts)
{
	struct config *c;

	c = good(A "route \"shop\" {\n"
	    "    sender = {\"shop@example.org\", \"@shop.example\","
	    " \"user:www-data\"}\n"
	    "    smarthosts = {\"b\", \"a\"}\n}\n"
	    B "bulk {\n    threshold = 3\n    individual = true\n"
	    "    burst = \"5/1s\"\n    report = \"always\"\n}\n"
	    "route \"partner\" {\n    recipient-domain = {\"partner.example\"}\n"
	    "    smarthosts = {\"b\"}\n}\n");
	ck_assert_uint_eq(c->count, 2);
	ck_assert_uint_eq(c->smarthosts[1].line, 6);
	ck_assert_uint_eq(c->route_count, 2);
	ck_assert_str_eq(c->routes[0].title, "shop");
	ck_assert_uint_eq(c->routes[0].line, 2);
	ck_assert_uint_eq(c->routes[0].senders.count, 3);
	ck_assert_uint_eq(c->routes[0].smarthosts.count, 2);
	ck_assert_str_eq(c->routes[1].domains.items[0], "partner.example");
	ck_assert_uint_eq(c->bulk.threshold, 3);
	ck_assert(c->bulk.individual);
	ck_assert_int_eq(c->bulk.report, REPORT_ALWAYS);
	ck_assert_uint_eq(c->bulk.burst.items[0].count, 5);
	config_free(c);
}
END_TEST

START_TEST(ways_that_lead_nowhere_are_refused)
{
	bad(A "route \"x\" {\n sender = {\"@a.example\"}\n}\n",
	    "t.conf:2: route \"x\" leads nowhere");
	bad(A "route \"x\" {\n smarthosts = {\"a\"}\n}\n",
	    "t.conf:2: route \"x\" picks no mail");
	bad(A "route \"x\" {\n sender = {\"@a.example\"}\n"
	    "smarthosts = {\"a\",\n \"z\"}\n}\n", "t.conf:5: there is no "
	    "smarthost \"z\"; legal: a");
	bad(A "bulk {\n smarthosts = {\"z\"}\n}\n",
	    "t.conf:3: there is no smarthost \"z\"");
	bad(A "\nroute \"mail\" { sender = {\"@b.example\"}\n"
	    "smarthosts = {\"a\"} }\n", "t.conf:3: route \"mail\" has the "
	    "name of a lane");
	bad("smarthosts = {\"a\", \"a\"}\n" A,
	    "t.conf:1: smarthost \"a\" is named twice");
	bad(A "bulk { threshold = 3 }\nbulk { threshold = 4 }\n",
	    "t.conf:3: bulk is said twice, in line 2");
	bad(A "bulk {\n individual = false\n verp = true }\n",
	    "t.conf:4: verp = true needs a transaction for each");
	bad(A B "bulk { individual = true\n verp = true }\n"
	    "send-as = \"me@example.org\"\n", "verp = true does not go with "
	    "the send-as of smarthost \"a\"");
	bad(A "bulk { report = \"never\" }\n", "failures or always");
	bad(A "bulk { threshold = 0 }\n", "threshold = \"0\" is not legal");
	bad(A "bulk { treshold = 3 }\n", "treshold is no key of a bulk; "
	    "legal: threshold");
	bad(A "route \"x\" { sender = {\"nobody\"}\nsmarthosts = {\"a\"} }\n",
	    "t.conf:2: route \"x\": sender = \"nobody\" is not legal");
	bad(A "route \"x\" { sender = {\"@a.example\"}\nsmarthosts = {\"a\"} }"
	    "\nroute \"x\" { sender = {\"@b.example\"}\n"
	    "smarthosts = {\"a\"} }\n", "duplicate");
}
END_TEST

static Suite *
ways_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("config/ways");
	t = tcase_create("ways");
	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, one_smarthost_needs_none_of_it);
	tcase_add_test(t, limits_are_read_as_they_are_written);
	tcase_add_test(t, limits_that_say_nothing_are_refused_with_their_line);
	tcase_add_test(t, ordinary_mail_takes_what_nothing_else_names);
	tcase_add_test(t, routes_and_bulk_are_sections_among_smarthosts);
	tcase_add_test(t, ways_that_lead_nowhere_are_refused);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(ways_suite)
