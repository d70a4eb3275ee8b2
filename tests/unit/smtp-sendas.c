#include "unit.h"

#include <string.h>

#include "smtp/sendas.h"

#define US "me@isp.example"

static char us[] = US, friend[] = "you@isp.example", ours[] = "@ours.example";
static char *own[] = {friend, ours};
static const struct smarthost host = {
	.send_as = us,
	.own_addresses = {own, 2, 2},
};

#define REPLY(to) "Reply-To: " to "\r\n"
#define ROOT "\"root at web1.example.org\" <" US ">\r\n"

static const struct rewriting {
	const char *before;
	const char *after;	/* NULL: nothing to change */
} rewritings[] = {
	{"From: root@web1.example.org\r\n\r\n",
	    "From: " ROOT REPLY("root@web1.example.org") "\r\n"},
	{"From: root@web1\r\nTo: x@y\r\n\r\n",
	    "From: root at web1 <" US ">\r\n" REPLY("root@web1")
	    "To: x@y\r\n\r\n"},
	{"To: x@y\r\nFrom: Cron Daemon <root@web1>\r\nSubject: s\r\n\r\n",
	    "To: x@y\r\nFrom: \"Cron Daemon (root at web1)\" <" US ">\r\n"
	    REPLY("Cron Daemon <root@web1>") "Subject: s\r\n\r\n"},
	/* Comments, as cron and old programs write names. */
	{"From: root@web1 (Cron Daemon)\r\n\r\n",
	    "From: \"Cron Daemon (root at web1)\" <" US ">\r\n"
	    REPLY("root@web1 (Cron Daemon)") "\r\n"},
	{"From: root (the (real) one) @web1\r\n\r\n",
	    "From: \"the (real) one (root at web1)\" <" US ">\r\n"
	    REPLY("root (the (real) one) @web1") "\r\n"},
	/* Folded. */
	{"From: Cron\r\n Daemon\r\n <root@web1>\r\n\r\n",
	    "From: \"Cron Daemon (root at web1)\" <" US ">\r\n"
	    REPLY("Cron Daemon <root@web1>") "\r\n"},
	/* A Reply-To is somebody's wish. */
	{"From: root@web1\r\nReply-To: ops@x.org\r\n\r\n",
	    "From: root at web1 <" US ">\r\nReply-To: ops@x.org\r\n\r\n"},
	{"reply-to: ops@x.org\r\nFROM:root@web1\r\n\r\n",
	    "reply-to: ops@x.org\r\nFrom: root at web1 <" US ">\r\n\r\n"},
	/* Right already, in whatever words. */
	{"From: " US "\r\n\r\n", NULL},
	{"From: Me <me@ISP.example>\r\n\r\n", NULL},
	{"FROM : \"M. E.\"\r\n <" US ">\r\n\r\n", NULL},
	{"From: me (or not) @isp.example\r\n\r\n", NULL},
	{"From: You <you@isp.example>\r\n\r\n", NULL},
	{"From: Anyone <list+a=b@Ours.Example>\r\n\r\n", NULL},
	{"From: " US ", you@isp.example\r\nSender: " US "\r\n\r\n", NULL},
	{"From: Me: " US ", you@isp.example;\r\n\r\n", NULL},
	/* ... and what is not. */
	{"From: x@sub.ours.example\r\nReply-To: r@x\r\n\r\n",
	    "From: \"x at sub.ours.example\" <" US ">\r\n"
	    "Reply-To: r@x\r\n\r\n"},
	{"From: " US " <root@web1>\r\nReply-To: r@x\r\n\r\n",
	    "From: \"me at isp.example (root at web1)\" <" US ">\r\n"
	    "Reply-To: r@x\r\n\r\n"},
	/* Encoded words stay words; other 8-bit names become some. */
	{"From: =?UTF-8?Q?J=C3=A9r=C3=B4me?= <j@web1>\r\n\r\n",
	    "From: =?UTF-8?Q?J=C3=A9r=C3=B4me?= \"(j at web1)\" <" US ">\r\n"
	    REPLY("=?UTF-8?Q?J=C3=A9r=C3=B4me?= <j@web1>") "\r\n"},
	{"From: Dr. =?utf-8?b?w6k=?= von B. <j@web1>\r\nReply-To: r@x\r\n\r\n",
	    "From: \"Dr.\" =?utf-8?b?w6k=?= \"von B. (j at web1)\" <" US ">\r\n"
	    "Reply-To: r@x\r\n\r\n"},
	{"From: \"=?x?= (\" <j@web1>\r\nReply-To: r@x\r\n\r\n",
	    "From: \"=?x?= ( (j at web1)\" <" US ">\r\n"
	    "Reply-To: r@x\r\n\r\n"},
	{"From: \"=?a?q?<b>?=\" <j@web1>\r\nReply-To: r@x\r\n\r\n",
	    "From: \"=?a?q?<b>?= (j at web1)\" <" US ">\r\n"
	    "Reply-To: r@x\r\n\r\n"},
	{"From: J\303\251r\303\264me <j@web1>\r\n\r\n",
	    "From: =?UTF-8?Q?J=C3=A9r=C3=B4me_=28j_at_web1=29?= <" US ">\r\n"
	    REPLY("=?UTF-8?Q?J=C3=A9r=C3=B4me?= <j@web1>") "\r\n"},
	{"From: J\351r <j@web1>, \"B, C\" <b@x>\r\n\r\n",
	    "From: =?unknown-8bit?Q?J=E9r_=28j_at_web1=29=2C_B=2C_C_=28b_at_"
	    "x=29?=\r\n <" US ">\r\n"
	    REPLY("=?unknown-8bit?Q?J=E9r?= <j@web1>, \"B, C\" <b@x>")
	    "\r\n"},
	{"From: j\303\251@x.example\r\n\r\n",
	    "From: =?UTF-8?Q?j=C3=A9_at_x=2Eexample?= <" US ">\r\n"
	    REPLY("<j\303\251@x.example>") "\r\n"},
	/* A name cannot break out, nor pass for an address. */
	{"From: \"x\\\" <evil@x>\" <root@web1>\r\n\r\n",
	    "From: \"x\\\" <evil at x> (root at web1)\" <" US ">\r\n"
	    REPLY("\"x\\\" <evil@x>\" <root@web1>") "\r\n"},
	{"From: \"root@web1\" <root@web1>\r\n\r\n",
	    "From: root at web1 <" US ">\r\n"
	    REPLY("\"root@web1\" <root@web1>") "\r\n"},
	{"From: \"a\\\\\" <root@web1>\r\nReply-To: r@x\r\n\r\n",
	    "From: \"a\\\\ (root at web1)\" <" US ">\r\n"
	    "Reply-To: r@x\r\n\r\n"},
	{"From: \"b c\"@web1\r\nReply-To: r@x\r\n\r\n",
	    "From: \"\\\"b c\\\" at web1\" <" US ">\r\n"
	    "Reply-To: r@x\r\n\r\n"},
	/* Several authors; a foreign one is enough. */
	{"From: a@x.org, b@y.org\r\nSender: a@x.org\r\n\r\n",
	    "From: \"a at x.org, b at y.org\" <" US ">\r\n"
	    REPLY("a@x.org, b@y.org") "\r\n"},
	{"From: a@x, Me <" US ">\r\nSender: " US "\r\n\r\n",
	    "From: \"a at x, Me (me at isp.example)\" <" US ">\r\n"
	    REPLY("a@x, Me <" US ">") "\r\n"},
	{"From: Team: a@x, b@y;\r\n\r\n",
	    "From: \"a at x, b at y\" <" US ">\r\n"
	    REPLY("Team: a@x, b@y;") "\r\n"},
	/* Sender: says nothing beside one author, and never a stranger. */
	{"From: " US "\r\nSender: root@web1\r\n\r\n", "From: " US "\r\n\r\n"},
	{"From: " US "\r\nSender: you@isp.example\r\n\r\n", NULL},
	{"From: " US ", you@isp.example\r\nSender: root@web1\r\n\r\n",
	    "From: " US ", you@isp.example\r\nSender: <" US ">\r\n\r\n"},
	{"Sender: you@isp.example\r\nFrom: a@x\r\nReply-To: r@x\r\n\r\n",
	    "From: a at x <" US ">\r\nReply-To: r@x\r\n\r\n"},
	{"Sender: @@@\r\nFrom: " US "\r\n\r\n", "From: " US "\r\n\r\n"},
	/* A resending: the newest one is the account's, too. */
	{"Resent-From: root@web1\r\nResent-Sender: x@web1\r\n"
	    "Resent-To: y@z\r\nFrom: a@x\r\nReply-To: r@x\r\n\r\n",
	    "Resent-From: root at web1 <" US ">\r\nResent-To: y@z\r\n"
	    "From: a at x <" US ">\r\nReply-To: r@x\r\n\r\n"},
	{"Resent-From: you@isp.example\r\nResent-Sender: " US "\r\n"
	    "From: " US "\r\n\r\n", NULL},
	{"Resent-Sender: x@web1\r\nResent-From: " US "\r\n"
	    "Resent-From: old@x\r\nResent-Sender: old@x\r\n"
	    "From: " US "\r\n\r\n",
	    "Resent-From: " US "\r\nResent-From: old@x\r\n"
	    "Resent-Sender: old@x\r\nFrom: " US "\r\n\r\n"},
	/* What the author's domain has signed stays whole. */
	{"DKIM-Signature: v=1; a=rsa-sha256; d=x.org; h=From:To\r\n"
	    "From: a@x.org\r\nSender: b@z\r\n\r\n", NULL},
	{"DKIM-Signature: v=1; d = mail.\r\n X.ORG ; h=From\r\n"
	    "From: a@x.org\r\n\r\n", NULL},
	{"DKIM-Signature: v=1; d=esp.example; h=from\r\n"
	    "From: a@x.org\r\nReply-To: r@x\r\n\r\n",
	    "DKIM-Signature: v=1; d=esp.example; h=from\r\n"
	    "From: \"a at x.org\" <" US ">\r\nReply-To: r@x\r\n\r\n"},
	/* Of two, one is made; of none, one; of nonsense, a plain one. */
	{"From: a@x.org\r\nFrom: b@y.org\r\n\r\n",
	    "From: \"a at x.org\" <" US ">\r\n" REPLY("a@x.org") "\r\n"},
	{"From: " US "\r\nFrom: b@y.org\r\n\r\n", "From: " US "\r\n\r\n"},
	{"To: x@y\r\n\r\n", "To: x@y\r\nFrom: <" US ">\r\n\r\n"},
	{"From: @@@\r\n\r\n", "From: <" US ">\r\n\r\n"},
	{"From:\r\n\r\n", "From: <" US ">\r\n\r\n"},
	{"From: nobody:;\r\n\r\n", "From: <" US ">\r\n\r\n"},
	{"From: <>\r\n\r\n", "From: <" US ">\r\n\r\n"},
};

START_TEST(from_is_the_accounts_and_the_original_stays_visible)
{
	const struct rewriting *r = &rewritings[_i];
	struct buf out = BUF_INIT;

	sendas_rewrite(slice_from(r->before), &host, SLICE(US), &out);
	if (r->after == NULL)
		ck_assert_msg(out.len == 0, "%s", buf_string(&out));
	else
		ck_assert_str_eq(buf_string(&out), r->after);
	buf_free(&out);
}
END_TEST

START_TEST(what_is_right_now_is_right_the_next_time)
{
	const struct rewriting *r = &rewritings[_i];
	struct buf out = BUF_INIT;

	if (r->after != NULL)
		sendas_rewrite(slice_from(r->after), &host, SLICE(US), &out);
	ck_assert_msg(out.len == 0, "%s", buf_string(&out));
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
	sendas_rewrite(buf_slice(&before), &host, SLICE(US), &out);
	rest = buf_slice(&out);
	while (slice_cut(&rest, '\n', &line))
		ck_assert_uint_le(line.len, 79);
	ck_assert_ptr_nonnull(strstr(buf_string(&out), "(root at"));
	ck_assert_ptr_nonnull(strstr(buf_string(&out), "<" US ">"));
	buf_free(&before);
	buf_free(&out);
}
END_TEST

START_TEST(the_author_is_the_first_address_of_from)
{
	static const struct {
		const char *header, *author;
	} authors[] = {
		{"To: x@y\r\nFrom: A <a@x>, b@y\r\n\r\n", "a@x"},
		{"From: T: b@y;\r\nFrom: c@z\r\n\r\n", "b@y"},
		{"From: @@\r\n\r\n", ""},
		{"To: x@y\r\n\r\n", ""},
	};
	struct buf out = BUF_INIT;

	sendas_author(slice_from(authors[_i].header), &out);
	ck_assert_str_eq(buf_string(&out), authors[_i].author);
	buf_free(&out);
}
END_TEST

static Suite *
sendas_suite(void)
{
	Suite *s = suite_create("send-as");
	TCase *c = tcase_create("send-as");
	int count = (int)(sizeof(rewritings) / sizeof(rewritings[0]));

	tcase_add_loop_test(c,
	    from_is_the_accounts_and_the_original_stays_visible, 0, count);
	tcase_add_loop_test(c, what_is_right_now_is_right_the_next_time, 0,
	    count);
	tcase_add_test(c, long_names_are_folded);
	tcase_add_loop_test(c, the_author_is_the_first_address_of_from, 0, 4);
	suite_add_tcase(s, c);
	return s;
}

UNIT_MAIN(sendas_suite)
