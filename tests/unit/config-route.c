#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "config/route.h"
#include "queue/burst.h"

static struct config *
config(const char *more)
{
	struct buf text = BUF_INIT, errors = BUF_INIT;
	struct config *c;

	buf_addf(&text, "smarthost \"a\" { host = \"a.example.org\" }\n%s",
	    more);
	c = config_parse(buf_slice(&text), "t.conf", &errors);
	ck_assert_msg(c != NULL, "%s", buf_string(&errors));
	buf_free(&text);
	buf_free(&errors);
	route_begin(c);
	return c;
}

START_TEST(the_first_route_that_fits_decides)
{
	struct config *c;

	c = config("route \"one\" { sender = {\"shop@example.org\"}\n"
	    "recipient-domain = {\"partner.example\"}\n"
	    "smarthosts = {\"a\"} }\n"
	    "route \"two\" { sender = {\"@example.org\", \"user:root\"}\n"
	    "smarthosts = {\"a\"} }\n"
	    "route \"three\" { recipient-domain = {\"partner.example\"}\n"
	    "smarthosts = {\"a\"} }\n");
#define WAY(uid, from, to) route_find(c, uid, SLICE(from), SLICE(to))
	ck_assert_uint_eq(WAY(1, "shop@example.org", "x@partner.example"), 0);
	ck_assert_uint_eq(WAY(1, "Shop@Example.ORG", "x@Partner.Example"), 0);
	ck_assert_uint_eq(WAY(1, "shop@example.org", "x@example.net"), 1);
	ck_assert_uint_eq(WAY(1, "y@example.org", "x@partner.example"), 1);
	ck_assert_uint_eq(WAY(0, "y@example.com", "x@partner.example"), 1);
	ck_assert_uint_eq(WAY(1, "y@example.com", "x@partner.example"), 2);
	ck_assert_uint_eq(WAY(1, "y@example.com", "x@sub.partner.example"), 3);
	ck_assert_uint_eq(WAY(1, "", "x@example.net"), 3);
	ck_assert_uint_eq(WAY(1, "root", "local"), 3);
	config_free(c);
}
END_TEST

START_TEST(more_recipients_than_the_threshold_are_bulk)
{
	struct envelope e;
	struct config *c;

	c = config("bulk { threshold = 3 }\n");
	memset(&e, 0, sizeof(e));
	e.sender = SLICE("a@example.org");
	e.count = 3;
	ck_assert(!burst_is_bulk(c, &e));
	e.count = 4;
	ck_assert(burst_is_bulk(c, &e));
	e.flags = ENVELOPE_BOUNCE;
	ck_assert(!burst_is_bulk(c, &e));
	config_free(c);
}
END_TEST

START_TEST(list_headers_count_unless_told_otherwise)
{
	struct envelope e;
	struct config *c;

	memset(&e, 0, sizeof(e));
	e.count = 1;
	e.flags = ENVELOPE_BULK;
	e.sender = SLICE("b@example.org");
	c = config("");
	ck_assert(burst_is_bulk(c, &e));
	config_free(c);
	c = config("bulk { list-headers = false }\n");
	ck_assert(!burst_is_bulk(c, &e));
	config_free(c);
}
END_TEST

START_TEST(a_burst_is_bulk_from_the_first_that_is_too_many)
{
	struct envelope e;
	struct config *c;
	int i;

	c = config("bulk { burst = \"5/1m\" }\n");
	memset(&e, 0, sizeof(e));
	e.count = 1;
	e.uid = 33;
	e.sender = SLICE("c@example.org");
	e.time = 1000 * CLOCK_SEC;
	for (i = 0; i < 5; i++)
		ck_assert(!burst_is_bulk(c, &e));
	ck_assert(burst_is_bulk(c, &e));
	e.uid = 34;
	ck_assert(!burst_is_bulk(c, &e));
	e.uid = 33;
	e.time += 60 * CLOCK_SEC;
	ck_assert(!burst_is_bulk(c, &e));
	config_free(c);
}
END_TEST

START_TEST(a_way_has_a_name_a_line_and_smarthosts)
{
	struct config *c;
	char *lane;

	c = config("smarthost \"b\" { host = \"b.example.org\" }\n"
	    "route \"shop\" { sender = {\"@shop.example\"}\n"
	    "smarthosts = {\"b\", \"a\"} }\n"
	    "bulk {\n individual = true\n smarthosts = {\"b\"}\n}\n");
	ck_assert_uint_eq(route_line(c, 0, false), 3);
	ck_assert_uint_eq(route_line(c, 0, true), 3);
	ck_assert_uint_eq(route_line(c, 1, true), 5);
	ck_assert_uint_eq(route_line(c, 1, false), 1);
	ck_assert_uint_eq(route_smarthosts(c, 0, true)->count, 2);
	ck_assert_str_eq(route_smarthosts(c, 1, true)->items[0], "b");
	ck_assert_str_eq(route_smarthosts(c, 1, false)->items[0], "a");
	lane = route_lane(c, 0, true);
	ck_assert_str_eq(lane, "shop/bulk");
	free(lane);
	lane = route_lane(c, 1, false);
	ck_assert_str_eq(lane, "mail");
	free(lane);
	ck_assert_uint_eq(route_transaction(c, &c->smarthosts[0], true), 1);
	ck_assert_uint_eq(route_transaction(c, &c->smarthosts[0], false),
	    100);
	config_free(c);
	c = config("\nsmarthosts = {\"a\"}\n");
	ck_assert_uint_eq(route_line(c, 0, false), 3);
	config_free(c);
}
END_TEST

static Suite *
route_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("config/route");
	t = tcase_create("route");
	tcase_add_test(t, the_first_route_that_fits_decides);
	tcase_add_test(t, more_recipients_than_the_threshold_are_bulk);
	tcase_add_test(t, list_headers_count_unless_told_otherwise);
	tcase_add_test(t, a_burst_is_bulk_from_the_first_that_is_too_many);
	tcase_add_test(t, a_way_has_a_name_a_line_and_smarthosts);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(route_suite)
