#include "unit.h"

#include <string.h>

#include "smtp/sender.h"

/* One smarthost of a configuration with these lines. */
static struct config *
configured(const char *lines)
{
	struct buf text = BUF_INIT, errors = BUF_INIT;
	struct config *c;

	buf_addf(&text, "mailname = web1.example.org\n"
	    "smarthost \"isp\" {\nhost = smtp.isp.example\n%s\n}\n", lines);
	c = config_parse(buf_slice(&text), "t.conf", &errors);
	ck_assert_msg(c != NULL, "%s", buf_string(&errors));
	sender_begin(c, &c->smarthosts[0]);
	buf_free(&text);
	buf_free(&errors);
	return c;
}

#define MAP "send-as-map = {\"jean = jean@isp.example\",\n"	\
	"\"shop@example.org = shop@isp.example\",\n"		\
	"\"@example.org=org@isp.example\",\n"			\
	"\"user:root = admin@isp.example\",\n"			\
	"\"x=y@example.net = eq@isp.example\"}\n"
#define OWN "own-addresses = {\"@ours.example\", \"too@isp.example\"}\n"

static const struct choice {
	const char *lines;
	uint32_t uid;
	const char *sender, *from;
	const char *chosen;	/* "": it stays as it is */
} choices[] = {
	{"", 1, "a@x", "a@x", ""},
	{OWN, 1, "a@x", "a@x", ""},
	{"send-as = me@isp.example", 1, "a@x", "a@x", "me@isp.example"},
	{"send-as = me@isp.example", 1, "", "", "me@isp.example"},
	{"send-as = me@isp.example", 1, "Me@ISP.example", "", "Me@ISP.example"},
	/* The closest line counts, wherever it stands. */
	{MAP, 1, "shop@example.org", "", "shop@isp.example"},
	{MAP, 1, "Shop@Example.ORG", "", "shop@isp.example"},
	{MAP, 1, "other@example.org", "", "org@isp.example"},
	{MAP, 1, "other@sub.example.org", "", ""},
	{MAP, 0, "other@example.org", "", "admin@isp.example"},
	{MAP, 0, "shop@example.org", "", "shop@isp.example"},
	{MAP, 0, "", "", "admin@isp.example"},
	{MAP, 1, "jean@web1.example.org", "", "jean@isp.example"},
	{MAP, 1, "jean@example.net", "", ""},
	{MAP, 1, "x=y@example.net", "", "eq@isp.example"},
	{MAP "send-as = me@isp.example", 1, "who@else.example", "",
	    "me@isp.example"},
	/* From: is asked where the sender says nothing. */
	{MAP, 1, "www-data@web1.example.org", "shop@example.org",
	    "shop@isp.example"},
	{MAP, 1, "www-data@web1.example.org", "x@example.org",
	    "org@isp.example"},
	{MAP, 0, "www-data@web1.example.org", "x@example.org",
	    "admin@isp.example"},
	{MAP, 1, "", "shop@example.org", "shop@isp.example"},
	{MAP, 1, "jean@web1.example.org", "shop@example.org",
	    "jean@isp.example"},
	/* What is the account's needs no other. */
	{MAP OWN, 1, "a@ours.example", "shop@example.org", "a@ours.example"},
	{MAP OWN, 0, "too@isp.example", "", "too@isp.example"},
	{MAP OWN, 1, "org@isp.example", "", "org@isp.example"},
	{MAP OWN, 1, "www-data@web1.example.org", "b@ours.example",
	    "b@ours.example"},
	{MAP OWN, 1, "www-data@web1.example.org", "b@not.ours.example", ""},
	{MAP OWN, 1, "x@y", "bad\r\nRCPT TO:<z@z>@ours.example", ""},
	{MAP OWN, 1, "x@y", "bad name@ours.example", ""},
};

START_TEST(the_closest_line_decides)
{
	const struct choice *t = &choices[_i];
	struct config *c = configured(t->lines);
	struct slice chosen;

	chosen = sender_choose(&c->smarthosts[0], t->uid,
	    slice_from(t->sender), slice_from(t->from));
	ck_assert_msg(slice_is(chosen, t->chosen), "%.*s", (int)chosen.len,
	    chosen.ptr);
	config_free(c);
}
END_TEST

START_TEST(an_account_that_is_not_there_is_nobody)
{
	struct config *c;

	c = configured("send-as-map = {\"user:nobody-at-all = a@x.example\"}");
	ck_assert_uint_eq(sender_choose(&c->smarthosts[0], UINT32_MAX,
	    SLICE("b@y"), SLICE("")).len, 0);
	config_free(c);
}
END_TEST

static Suite *
sender_suite(void)
{
	Suite *s = suite_create("smtp/sender");
	TCase *c = tcase_create("choice");

	tcase_add_loop_test(c, the_closest_line_decides, 0,
	    (int)(sizeof(choices) / sizeof(choices[0])));
	tcase_add_test(c, an_account_that_is_not_there_is_nobody);
	suite_add_tcase(s, c);
	return s;
}

UNIT_MAIN(sender_suite)
