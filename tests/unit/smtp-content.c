#include "unit.h"

#include "scripted.h"

static const char *const offers[] = {"", "PIPELINING\nCHUNKING\nSIZE 0\n"};

/* Sends text as the only message and holds what arrived against it. */
static void
send_and_compare(struct play *p, const char *text, const char *expected,
    unsigned flags)
{
	struct letters l = {"a@web1.example.org", {"b@example.net"}, text,
	    flags};
	unsigned long sum = 0;
	size_t i, len = strlen(expected);

	manager_hand_over(&p->manager, &l);
	play_start(p);
	ck_assert(manager_wait(&p->manager, &p->reader, 1));
	play_leave(p);
	play_end(p);
	ck_assert_int_eq(p->manager.results[0][0].kind, VERDICT_DELIVERED);
	ck_assert_uint_eq(p->server.nstored, 1);
	ck_assert_uint_eq(p->server.stored[0].size, len);
	for (i = 0; i < len; i++)
		sum = sum * 31 + (unsigned char)expected[i];
	ck_assert_uint_eq(p->server.stored[0].sum, sum);
}

static const char *const texts[] = {
	"Subject: x\r\n\r\n",
	".: x\r\n\r\n",
	"Subject: x\r\n\r\n.\r\n",
	"Subject: x\r\n\r\n.\r\n.\r\n..\r\n...\r\n",
	"Subject: x\r\n\r\na.\r\n.b.\r\n",
	"Subject: x\r\n\r\n\r\n\r\n",
	"Subject: x\r\n\r\n.\r\nQUIT\r\nMAIL FROM:<x@y>\r\n.\r\n",
};

START_TEST(dots_arrive_as_they_were)
{
	struct play p;

	play_prepare(&p, offers[_i % 2]);
	send_and_compare(&p, texts[_i / 2], texts[_i / 2], 0);
	play_free(&p);
}
END_TEST

/* Dots at every place around the borders of blocks: of what is read first, of
 * what is read later, of what is sent. */
START_TEST(dots_at_the_border_of_a_block_are_doubled_once)
{
	static const size_t borders[] = {16384, 65536, 81920, 147456};
	struct buf text = BUF_INIT;
	struct play p;
	size_t start, b;

	play_prepare(&p, offers[_i % 2]);
	buf_add_string(&text, "Subject: x\r\n\r\n");
	for (b = 0; b < 4; b++) {
		start = borders[b] - 300;
		while (text.len < start - 80)
			buf_add_string(&text, "forty characters of no meaning "
			    "at all\r\n");
		buf_addf(&text, "%.*s\r\n", _i / 2, "xxxx");
		while (text.len < start + 300)
			buf_add_string(&text, "...\r\n");
	}
	send_and_compare(&p, buf_string(&text), buf_string(&text), 0);
	play_free(&p);
	buf_free(&text);
}
END_TEST

static void
fill(struct buf *text, size_t size)
{
	buf_add_string(text, "Subject: large\r\n\r\n");
	while (text->len < size)
		buf_addf(text, "%s%zu lines of text, all different, and as "
		    "many as it takes\r\n", text->len % 7 == 0 ? "." : "",
		    text->len);
}

START_TEST(a_large_message_arrives_whole)
{
	struct buf text = BUF_INIT;
	struct play p;

	play_prepare(&p, offers[_i]);
	fill(&text, 5000000);
	send_and_compare(&p, buf_string(&text), buf_string(&text), 0);
	play_free(&p);
	buf_free(&text);
}
END_TEST

START_TEST(a_large_message_waits_for_the_recipients_before_bdat)
{
	struct buf text = BUF_INIT;
	struct letters l = {"a@web1.example.org", {"b@example.net"}, NULL, 0};
	struct play p;

	play_prepare(&p, offers[1]);
	p.server.rules[0] = (struct rule){"RCPT", 1, "550 5.1.1 no"};
	fill(&text, 300000);
	l.content = buf_string(&text);
	manager_hand_over(&p.manager, &l);
	manager_hand_over(&p.manager, &l);
	play_start(&p);
	ck_assert(manager_wait(&p.manager, &p.reader, 2));
	play_leave(&p);
	play_end(&p);
	ck_assert_int_eq(p.manager.results[0][0].kind, VERDICT_REFUSED);
	ck_assert_int_eq(p.manager.results[1][0].kind, VERDICT_DELIVERED);
	ck_assert_uint_eq(p.server.nstored, 1);
	ck_assert_uint_eq(p.server.seen[VERB_END], 1);
	play_free(&p);
	buf_free(&text);
}
END_TEST

START_TEST(send_as_changes_sender_and_from_together)
{
	struct play p;

	play_prepare(&p, offers[_i]);
	p.host.send_as = (char *)(uintptr_t)"me@isp.example";
	send_and_compare(&p, "From: root@web1\r\n\r\nhi\r\n",
	    "From: root at web1 <me@isp.example>\r\n"
	    "Reply-To: root@web1\r\n\r\nhi\r\n", 0);
	ck_assert_str_eq(p.server.stored[0].sender, "me@isp.example");
	if (_i == 1)
		ck_assert_ptr_nonnull(strstr(buf_string(&p.server.commands),
		    "MAIL FROM:<me@isp.example> SIZE=64\n"));
	play_free(&p);
}
END_TEST

START_TEST(the_null_sender_stays_with_send_as_until_it_is_refused)
{
	struct letters l = {"", {"b@example.net"},
	    "From: <me@isp.example>\r\n\r\nhi\r\n", ENVELOPE_BOUNCE};
	struct play p;

	play_prepare(&p, offers[_i % 2]);
	p.host.send_as = (char *)(uintptr_t)"me@isp.example";
	if (_i / 2 == 1)
		p.server.rules[0] = (struct rule){"MAIL", 1, "550 5.1.8 no"};
	if (_i / 2 == 2)
		p.server.rules[0] = (struct rule){"RCPT", 1,
		    "550 5.7.1 sender address rejected"};
	manager_hand_over(&p.manager, &l);
	play_start(&p);
	ck_assert(manager_wait(&p.manager, &p.reader, 1));
	play_leave(&p);
	play_end(&p);
	ck_assert_int_eq(p.manager.results[0][0].kind, VERDICT_DELIVERED);
	ck_assert_uint_eq(p.server.nstored, 1);
	ck_assert_str_eq(p.server.stored[0].sender,
	    _i / 2 > 0 ? "me@isp.example" : "");
	play_free(&p);
}
END_TEST

/* What is 8-bit goes to a server that takes only 7. */
START_TEST(an_8bit_body_is_made_7bit_where_it_must)
{
	struct letters l = {"a@web1.example.org", {"b@example.net"},
	    "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: 8bit\r\n\r\nna\xc3\xafve\r\n",
	    ENVELOPE_8BIT};
	struct play p;

	play_prepare(&p, offers[_i]);
	manager_hand_over(&p.manager, &l);
	play_start(&p);
	ck_assert(manager_wait(&p.manager, &p.reader, 1));
	play_leave(&p);
	play_end(&p);
	ck_assert_int_eq(p.manager.results[0][0].kind, VERDICT_DELIVERED);
	ck_assert_uint_eq(p.server.nstored, 1);
	ck_assert(!p.server.stored[0].is_8bit);
	ck_assert_ptr_null(strstr(buf_string(&p.server.commands), "BODY="));
	play_free(&p);
}
END_TEST

static Suite *
content_suite(void)
{
	Suite *s = suite_create("content");
	TCase *c = tcase_create("content");

	tcase_set_timeout(c, 20);
	tcase_add_loop_test(c, dots_arrive_as_they_were, 0,
	    2 * (int)(sizeof(texts) / sizeof(texts[0])));
	tcase_add_loop_test(c,
	    dots_at_the_border_of_a_block_are_doubled_once, 0, 2 * 5);
	tcase_add_loop_test(c, a_large_message_arrives_whole, 0, 2);
	tcase_add_test(c,
	    a_large_message_waits_for_the_recipients_before_bdat);
	tcase_add_loop_test(c, send_as_changes_sender_and_from_together, 0, 2);
	tcase_add_loop_test(c,
	    the_null_sender_stays_with_send_as_until_it_is_refused, 0, 6);
	tcase_add_loop_test(c, an_8bit_body_is_made_7bit_where_it_must, 0, 2);
	suite_add_tcase(s, c);
	return s;
}

UNIT_MAIN(content_suite)
