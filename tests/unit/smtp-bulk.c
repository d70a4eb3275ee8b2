/* What a job of bulk mail is to an agent: smaller transactions, so many of them
 * and no more, and other mail first. */
#include "unit.h"

#include "scripted.h"

static const struct letters many = {
	"a@web1.example.org", {"r1@x.net", "r2@x.net", "r3@x.net", "r4@x.net",
	    "r5@x.net", "r6@x.net", "r7@x.net"},
	"Subject: many\r\n\r\nbody\r\n", 0,
};

static const struct letters one = {
	"b@web1.example.org", {"friend@x.net"},
	"Subject: one\r\n\r\nbody\r\n", 0,
};

static const char *const offers[] = {"", "PIPELINING\n",
    "PIPELINING\nCHUNKING\n"};

static void
finish(struct play *p, unsigned jobs)
{
	play_start(p);
	if (manager_wait(&p->manager, &p->reader, jobs))
		play_leave(p);
	play_end(p);
}

static size_t
count_commands(const struct play *p, const char *start)
{
	struct slice rest, line;
	size_t n;

	n = 0;
	rest = buf_slice(&p->server.commands);
	while (slice_cut(&rest, '\n', &line))
		n += slice_starts(line, start);
	return n;
}

START_TEST(a_job_says_how_many_recipients_a_transaction_has)
{
	struct play p;

	play_prepare(&p, offers[_i]);
	p.manager.each = 2;
	manager_hand_over(&p.manager, &many);
	finish(&p, 1);
	ck_assert_uint_eq(count_commands(&p, "MAIL"), 4);
	ck_assert_uint_eq(p.server.nstored, 7);
	play_free(&p);
}
END_TEST

START_TEST(what_is_more_than_a_job_may_take_is_given_back)
{
	struct play p;
	size_t i;

	play_prepare(&p, offers[_i]);
	p.manager.each = 3;
	p.manager.most = 2;
	manager_hand_over(&p.manager, &many);
	finish(&p, 1);
	ck_assert_uint_eq(p.server.nstored, 6);
	for (i = 0; i < 7; i++)
		ck_assert_int_eq(p.manager.results[0][i].kind, i < 6 ?
		    VERDICT_DELIVERED : VERDICT_UNTRIED);
	play_free(&p);
}
END_TEST

/* The server's own limit makes more transactions of it: these count, too. */
START_TEST(transactions_that_the_server_makes_count_as_well)
{
	struct play p;
	size_t i;

	play_prepare(&p, offers[_i]);
	p.manager.each = 7;
	p.manager.most = 2;
	p.server.max_recipients = 2;
	manager_hand_over(&p.manager, &many);
	finish(&p, 1);
	ck_assert_uint_eq(p.server.nstored, 4);
	for (i = 0; i < 7; i++)
		ck_assert_int_eq(p.manager.results[0][i].kind, i < 4 ?
		    VERDICT_DELIVERED : VERDICT_UNTRIED);
	play_free(&p);
}
END_TEST

START_TEST(other_mail_goes_before_bulk_mail)
{
	struct play p;

	play_prepare(&p, offers[_i]);
	p.manager.flags = JOB_BULK;
	p.manager.each = 1;
	manager_hand_over(&p.manager, &many);
	p.manager.flags = 0;
	manager_hand_over(&p.manager, &one);
	finish(&p, 2);
	ck_assert_uint_eq(p.server.nstored, 8);
	ck_assert_str_eq(p.server.stored[0].recipient, "friend@x.net");
	ck_assert_str_eq(p.server.stored[7].recipient, "r7@x.net");
	play_free(&p);
}
END_TEST

static Suite *
bulk_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("smtp/bulk");
	t = tcase_create("jobs");
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t,
	    a_job_says_how_many_recipients_a_transaction_has, 0, 3);
	tcase_add_loop_test(t,
	    what_is_more_than_a_job_may_take_is_given_back, 0, 3);
	tcase_add_loop_test(t,
	    transactions_that_the_server_makes_count_as_well, 0, 3);
	tcase_add_loop_test(t, other_mail_goes_before_bulk_mail, 0, 3);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(bulk_suite)
