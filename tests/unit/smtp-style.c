#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/record.h"
#include "smtp/owed.h"
#include "smtp/report.h"
#include "smtp/style.h"

static const struct choice {
	bool pipelining, chunking;
	unsigned in_flight;
	enum style top, expected;
} choices[] = {
	{false, false, 8, STYLE_BDAT_AHEAD, STYLE_LOCKSTEP},
	{false, true, 8, STYLE_BDAT_AHEAD, STYLE_LOCKSTEP},
	{true, false, 8, STYLE_BDAT_AHEAD, STYLE_ONE_TURN},
	{true, true, 8, STYLE_BDAT_AHEAD, STYLE_BDAT_AHEAD},
	{true, true, 1, STYLE_BDAT_AHEAD, STYLE_BDAT},
	{true, true, 0, STYLE_BDAT_AHEAD, STYLE_BDAT},
	{true, true, 8, STYLE_BDAT, STYLE_BDAT},
	{true, true, 8, STYLE_ONE_TURN, STYLE_ONE_TURN},
	{true, false, 8, STYLE_BDAT, STYLE_ONE_TURN},
	{true, true, 8, STYLE_LOCKSTEP, STYLE_LOCKSTEP},
};

START_TEST(the_style_is_what_offers_and_lesson_allow)
{
	const struct choice *c = &choices[_i];
	struct capability can = {.pipelining = c->pipelining,
	    .chunking = c->chunking};
	struct lesson lesson = {c->top, clock_boot() + CLOCK_SEC};

	ck_assert_int_eq(style_choose(&can, c->in_flight, &lesson),
	    c->expected);
}
END_TEST

START_TEST(a_lesson_is_forgotten_in_time)
{
	struct capability can = {.pipelining = true, .chunking = true};
	struct lesson lesson = {STYLE_LOCKSTEP, clock_boot() - 1};

	ck_assert_int_eq(style_choose(&can, 8, &lesson), STYLE_BDAT_AHEAD);
}
END_TEST

START_TEST(each_surprise_is_one_step_down)
{
	struct lesson lesson = {STYLE_BDAT_AHEAD, 0};
	enum style style = STYLE_BDAT_AHEAD;
	int steps;

	for (steps = 0; style > STYLE_LOCKSTEP; steps++) {
		ck_assert_int_eq(style_step_down(style, &lesson),
		    (int)style - 1);
		style = lesson.top;
		ck_assert(lesson.until > clock_boot());
	}
	ck_assert_int_eq(steps, 4);
	ck_assert_int_eq(style_step_down(style, &lesson), STYLE_LOCKSTEP);
}
END_TEST

START_TEST(a_lesson_reads_back_with_its_ticket)
{
	struct lesson lesson = {STYLE_ONE_TURN, 123456789012345}, back;
	struct buf text = BUF_INIT;
	struct slice ticket;

	lesson_print(&lesson, &text);
	buf_add(&text, "\0\n\xff", 3);
	ck_assert(lesson_parse(buf_slice(&text), &back, &ticket));
	ck_assert_int_eq(back.top, STYLE_ONE_TURN);
	ck_assert_int_eq(back.until, 123456789012345);
	ck_assert_uint_eq(ticket.len, 3);
	ck_assert_int_eq(ticket.ptr[2], '\xff');
	text.len -= 3;
	ck_assert(lesson_parse(buf_slice(&text), &back, &ticket));
	ck_assert_uint_eq(ticket.len, 0);
	buf_free(&text);
}
END_TEST

START_TEST(nonsense_is_no_lesson)
{
	static const char *const texts[] = {"", "2 5", "5 1\n", "x 1\n",
	    "1\n", "1 x\n", "1 -1\n", "\n"};
	struct lesson back;
	struct slice ticket;

	ck_assert(!lesson_parse(slice_from(texts[_i]), &back, &ticket));
}
END_TEST

START_TEST(what_is_owed_comes_back_in_its_order)
{
	struct owed o = OWED_INIT;
	size_t in = 0, out = 0, round;

	for (round = 0; round < 500; round++) {
		for (; in < 7 * (round + 1); in++)
			owed_add(&o, STEP_RCPT, NULL, in);
		ck_assert_uint_eq(owed_last(&o)->index, in - 1);
		for (; out < 6 * (round + 1); out++) {
			ck_assert_uint_eq(owed_first(&o)->index, out);
			ck_assert_uint_eq(owed_take(&o).index, out);
		}
	}
	for (; out < in; out++)
		ck_assert_uint_eq(owed_take(&o).index, out);
	ck_assert(owed_is_empty(&o));
	/* It holds no more than was ever owed at once, and some room. */
	ck_assert_uint_lt(o.cap, 2000);
	owed_free(&o);
}
END_TEST

/* Reads the records that were sent as "type:body|". */
static void
read_records(int fd, struct buf *out)
{
	struct record_reader reader = {.nfds = 0};
	struct record r;

	while (record_wait(&reader, fd, &r) > 0)
		buf_addf(out, "%u:%.*s|", r.type, (int)r.body.len,
		    r.body.ptr);
	record_reader_free(&reader);
}

static void
say(struct report *r, uint32_t job, uint32_t first, uint32_t last,
    const char *words)
{
	struct outcome o = OUTCOME_INIT;

	outcome_say(&o, VERDICT_DELIVERED, SCOPE_MESSAGE, STAGE_BODY, "%s",
	    words);
	report_verdict(r, job, first, last, &o);
	outcome_free(&o);
}

static unsigned
count_type(const struct buf *text, unsigned type)
{
	char head[8];
	const char *at;
	unsigned n = 0;

	snprintf(head, sizeof(head), "%u:", type);
	for (at = strstr(buf_string(text), head); at != NULL;
	    at = strstr(at + 1, head))
		n += at == text->data || at[-1] == '|';
	return n;
}

START_TEST(equal_verdicts_of_neighbours_are_one)
{
	static const struct {
		uint32_t job, first;
		const char *words;
		unsigned records;	/* together with the first */
	} seconds[] = {
		{1, 3, "ok", 1},
		{1, 4, "ok", 2},	/* a gap */
		{1, 1, "ok", 2},
		{2, 3, "ok", 2},	/* another job */
		{1, 3, "well", 2},	/* other words */
	};
	struct buf text = BUF_INIT;
	struct report r;
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	r = (struct report)REPORT_INIT(pair[0]);
	say(&r, 1, 0, 2, "ok");
	say(&r, seconds[_i].job, seconds[_i].first, seconds[_i].first,
	    seconds[_i].words);
	report_done(&r, 1, 1);
	report_free(&r);
	close(pair[0]);
	read_records(pair[1], &text);
	ck_assert_uint_eq(count_type(&text, JOB_VERDICT),
	    seconds[_i].records);
	ck_assert_uint_eq(count_type(&text, JOB_DONE), 1);
	close(pair[1]);
	buf_free(&text);
}
END_TEST

START_TEST(the_pace_is_told_when_it_changes)
{
	struct buf text = BUF_INIT;
	struct report r;
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	r = (struct report)REPORT_INIT(pair[0]);
	report_pace(&r, 3);
	report_pace(&r, 3);
	report_pace(&r, 4);
	report_free(&r);
	close(pair[0]);
	read_records(pair[1], &text);
	ck_assert_uint_eq(count_type(&text, JOB_PACE), 2);
	close(pair[1]);
	buf_free(&text);
}
END_TEST

START_TEST(a_manager_that_is_gone_is_remembered)
{
	struct report r;
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	close(pair[1]);
	r = (struct report)REPORT_INIT(pair[0]);
	report_done(&r, 1, 1);
	report_send(&r);
	ck_assert(r.gone);
	report_done(&r, 2, 0);
	report_free(&r);
	close(pair[0]);
}
END_TEST

static Suite *
style_suite(void)
{
	Suite *s = suite_create("style");
	TCase *c = tcase_create("style");

	tcase_add_loop_test(c, the_style_is_what_offers_and_lesson_allow, 0,
	    (int)(sizeof(choices) / sizeof(choices[0])));
	tcase_add_test(c, a_lesson_is_forgotten_in_time);
	tcase_add_test(c, each_surprise_is_one_step_down);
	tcase_add_test(c, a_lesson_reads_back_with_its_ticket);
	tcase_add_loop_test(c, nonsense_is_no_lesson, 0, 8);
	tcase_add_test(c, what_is_owed_comes_back_in_its_order);
	tcase_add_loop_test(c, equal_verdicts_of_neighbours_are_one, 0, 5);
	tcase_add_test(c, the_pace_is_told_when_it_changes);
	tcase_add_test(c, a_manager_that_is_gone_is_remembered);
	suite_add_tcase(s, c);
	return s;
}

UNIT_MAIN(style_suite)
