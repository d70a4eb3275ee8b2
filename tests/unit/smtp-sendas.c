#include "unit.h"

#include <string.h>

#include "smtp/sendas.h"

#define US "me@isp.example"

static const struct rewriting {
	const char *before;
	const char *after;	/* NULL: nothing to change */
} rewritings[] = {
	{"From: root@web1.example.org\r\n\r\n",
	    "From: \"root at web1.example.org\" <" US ">\r\n"
	    "Reply-To: root@web1.example.org\r\n\r\n"},
	{"From: root@web1\r\nTo: x@y\r\n\r\n",
	    "From: root at web1 <" US ">\r\n"
	    "Reply-To: root@web1\r\nTo: x@y\r\n\r\n"},
	{"To: x@y\r\nFrom: Cron Daemon <root@web1>\r\nSubject: s\r\n\r\n",
	    "To: x@y\r\nFrom: \"Cron Daemon (root at web1)\" <" US ">\r\n"
	    "Reply-To: Cron Daemon <root@web1>\r\nSubject: s\r\n\r\n"},
	{"From: root@web1\r\nReply-To: ops@x.org\r\n\r\n",
	    "From: root at web1 <" US ">\r\nReply-To: ops@x.org\r\n\r\n"},
	/* Right already, in whatever words. */
	{"From: " US "\r\n\r\n", NULL},
	{"From: Me <me@ISP.example>\r\n\r\n", NULL},
	{"FROM : \"M. E.\"\r\n <" US ">\r\n\r\n", NULL},
	{"From: a@x, Me <" US ">\r\nSender: a@x\r\n\r\n", NULL},
	/* Encoded words stay words. */
	{"From: =?UTF-8?Q?J=C3=A9r=C3=B4me?= <j@web1>\r\n\r\n",
	    "From: =?UTF-8?Q?J=C3=A9r=C3=B4me?= \"(j at web1)\" <" US ">\r\n"
	    "Reply-To: =?UTF-8?Q?J=C3=A9r=C3=B4me?= <j@web1>\r\n\r\n"},
	/* A name cannot break out. */
	{"From: \"x\\\" <evil@x>\" <root@web1>\r\n\r\n",
	    "From: \"x\\\" <evil@x> (root at web1)\" <" US ">\r\n"
	    "Reply-To: \"x\\\" <evil@x>\" <root@web1>\r\n\r\n"},
	{"From: a@x.org, b@y.org\r\nSender: a@x.org\r\n\r\n",
	    "From: \"a at x.org\" <" US ">\r\n"
	    "Reply-To: a@x.org, b@y.org\r\nSender: a@x.org\r\n\r\n"},
	/* Of two, one is made; of none, one; of nonsense, a plain one. */
	{"From: a@x.org\r\nFrom: b@y.org\r\n\r\n",
	    "From: \"a at x.org\" <" US ">\r\nReply-To: a@x.org\r\n\r\n"},
	{"To: x@y\r\n\r\n", "To: x@y\r\nFrom: <" US ">\r\n\r\n"},
	{"From: @@@\r\n\r\n", "From: <" US ">\r\n\r\n"},
	{"From:\r\n\r\n", "From: <" US ">\r\n\r\n"},
};

START_TEST(from_is_the_accounts_and_the_original_stays_visible)
{
	const struct rewriting *r = &rewritings[_i];
	struct buf out = BUF_INIT;

	sendas_rewrite(slice_from(r->before), US, &out);
	if (r->after == NULL)
		ck_assert_uint_eq(out.len, 0);
	else
		ck_assert_str_eq(buf_string(&out), r->after);
	buf_free(&out);
}
END_TEST

START_TEST(long_names_are_folded)
{
	struct buf before = BUF_INIT, out = BUF_INIT;
	struct slice rest, line;
	unsigned i;

	buf_add_string(&before, "From: \"");
	for (i = 0; i < 60; i++)
		buf_add_string(&before, "word\r\n ");
	buf_add_string(&before, "\" <root@web1>\r\n\r\n");
	sendas_rewrite(buf_slice(&before), US, &out);
	rest = buf_slice(&out);
	while (slice_cut(&rest, '\n', &line))
		ck_assert_uint_le(line.len, 79);
	ck_assert_ptr_nonnull(strstr(buf_string(&out), "(root at"));
	ck_assert_ptr_nonnull(strstr(buf_string(&out), "<" US ">"));
	buf_free(&before);
	buf_free(&out);
}
END_TEST

static Suite *
sendas_suite(void)
{
	Suite *s = suite_create("send-as");
	TCase *c = tcase_create("send-as");

	tcase_add_loop_test(c,
	    from_is_the_accounts_and_the_original_stays_visible, 0,
	    (int)(sizeof(rewritings) / sizeof(rewritings[0])));
	tcase_add_test(c, long_names_are_folded);
	suite_add_tcase(s, c);
	return s;
}

UNIT_MAIN(sendas_suite)
