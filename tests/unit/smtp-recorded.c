#include "unit.h"

#include "scripted.h"
#include "smtp/style.h"
#include "smtp/unrecorded.h"

/*
 * What the server has and the manager has not on disk is bounded: so many
 * messages, and no more, may arrive twice. Within that the hand is never empty
 * where the manager could fill it.
 */
static const struct letters one = {
	"a@web1.example.org", {"b@example.net"},
	"Subject: one\r\n\r\nbody\r\n", 0,
};

#define MESSAGES 12

static const struct bound {
	enum style style;
	unsigned in_flight;
} bounds[] = {
	{STYLE_LOCKSTEP, 1}, {STYLE_LOCKSTEP, 3},
	{STYLE_TWO_TURNS, 1}, {STYLE_TWO_TURNS, 3},
	{STYLE_ONE_TURN, 1}, {STYLE_ONE_TURN, 3},
	{STYLE_BDAT, 1}, {STYLE_BDAT, 3},
	{STYLE_BDAT_AHEAD, 3}, {STYLE_BDAT_AHEAD, 8},
};

/* A manager that has heard of the results and cannot write them down; for so
 * long the agent puts up with that. */
static void
begin_silently(struct play *p, const struct bound *b, int64_t patience)
{
	struct lesson lesson = {b->style, INT64_MAX};
	struct buf ticket = BUF_INIT;
	unsigned i;

	play_prepare(p, "PIPELINING\nCHUNKING\n");
	p->host.in_flight = b->in_flight;
	p->host.timeouts.data = patience;
	p->manager.silent = true;
	lesson_print(&lesson, &ticket);
	manager_remind(&p->manager, buf_slice(&ticket));
	buf_free(&ticket);
	for (i = 0; i < MESSAGES; i++)
		manager_hand_over(&p->manager, &one);
	play_start(p);
	ck_assert(manager_wait(&p->manager, &p->reader, b->in_flight));
}

static unsigned
count_kind(const struct play *p, enum verdict_kind kind)
{
	unsigned i, n = 0;

	for (i = 0; i < MESSAGES; i++)
		n += p->manager.results[i][0].kind == kind;
	return n;
}

START_TEST(no_more_goes_out_than_may_arrive_twice)
{
	const struct bound *b = &bounds[_i];
	struct pollfd more;
	struct play p;

	begin_silently(&p, b, 300 * CLOCK_MSEC);
	more = (struct pollfd){p.manager.socket, POLLIN, 0};
	/* Whatever is said now is not of a further message's content. */
	poll(&more, 1, 200);
	play_leave(&p);
	play_end(&p);
	ck_assert_uint_eq(p.server.nstored, b->in_flight);
	ck_assert_uint_eq(count_kind(&p, VERDICT_DELIVERED), b->in_flight);
	ck_assert_uint_eq(p.manager.done, MESSAGES);
	/* Asked for and held back is one at most; the others had no turn. */
	ck_assert_uint_ge(count_kind(&p, VERDICT_UNTRIED),
	    MESSAGES - b->in_flight - 1);
	play_free(&p);
}
END_TEST

START_TEST(it_goes_on_when_results_are_on_disk)
{
	const struct bound *b = &bounds[_i];
	struct play p;

	begin_silently(&p, b, FOREVER);
	manager_record(&p.manager);
	p.manager.silent = false;
	ck_assert(manager_wait(&p.manager, &p.reader, MESSAGES));
	play_leave(&p);
	play_end(&p);
	ck_assert_uint_eq(p.server.nstored, MESSAGES);
	ck_assert_uint_eq(count_kind(&p, VERDICT_DELIVERED), MESSAGES);
	play_free(&p);
}
END_TEST

/* A manager with one job more each time it hears of a result, which it gives
 * together with the word that this is recorded: the content waits for it, and
 * both go out together. */
START_TEST(content_waits_for_the_job_behind_it)
{
	const unsigned total = 60;
	struct play p;
	int fd;

	play_prepare(&p, "PIPELINING\n");
	p.manager.silent = true;
	fd = letter_file(&one);
	play_start(&p);
	while (p.manager.done < total) {
		while (p.manager.jobs < total &&
		    p.manager.jobs - p.manager.done < 2)
			manager_send(&p.manager, fd, 1);
		manager_record(&p.manager);
		ck_assert(manager_wait_one(&p.manager, &p.reader));
	}
	close(fd);
	play_leave(&p);
	play_end(&p);
	ck_assert_uint_eq(p.server.nstored, total);
	/* Two turns each would be 120. */
	ck_assert_uint_le(p.server.bursts, 80);
	play_free(&p);
}
END_TEST

START_TEST(marks_go_when_their_reports_are_recorded)
{
	struct unrecorded u = {.count = 0};
	unsigned i;

	for (i = 1; i <= 2 * UNRECORDED_MAX; i++)
		unrecorded_add(&u, i);
	/* Beyond what it can hold, the last one stands for more. */
	ck_assert_uint_eq(u.count, UNRECORDED_MAX);
	unrecorded_take(&u, 0);
	ck_assert_uint_eq(u.count, UNRECORDED_MAX);
	unrecorded_take(&u, 100);
	ck_assert_uint_eq(u.count, UNRECORDED_MAX - 100);
	unrecorded_take(&u, 2 * UNRECORDED_MAX - 1);
	ck_assert_uint_eq(u.count, 1);
	unrecorded_take(&u, UINT64_C(2) * UNRECORDED_MAX);
	ck_assert_uint_eq(u.count, 0);
}
END_TEST

static Suite *
recorded_suite(void)
{
	const int n = (int)(sizeof(bounds) / sizeof(bounds[0]));
	Suite *s = suite_create("recorded");
	TCase *c = tcase_create("recorded");

	tcase_set_timeout(c, 30);
	tcase_add_loop_test(c, no_more_goes_out_than_may_arrive_twice, 0, n);
	tcase_add_loop_test(c, it_goes_on_when_results_are_on_disk, 0, n);
	tcase_add_test(c, content_waits_for_the_job_behind_it);
	tcase_add_test(c, marks_go_when_their_reports_are_recorded);
	suite_add_tcase(s, c);
	return s;
}

UNIT_MAIN(recorded_suite)
