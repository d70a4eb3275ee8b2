#include "unit.h"

#include "scripted.h"

/*
 * Three messages to two recipients each, and one thing that goes wrong, at each
 * place, in each style, with much in flight and with little. Whatever it is, no recipient is lost, told twice, told
 * wrongly, or written to under a wrong sender.
 */
#define MESSAGES 3
#define EACH 2

static const struct letters three[MESSAGES] = {
	{"s0@web1.example.org", {"r0a@example.net", "r0b@example.net"},
	    "Subject: 0\r\n\r\nzero\r\n", 0},
	{"s1@web1.example.org", {"r1a@example.net", "r1b@example.net"},
	    "Subject: 1\r\n\r\n.one\r\n..\r\n", 0},
	{"s2@web1.example.org", {"r2a@example.net", "r2b@example.net"},
	    "Subject: 2\r\n\r\n.\r\n", 0},
};

static const char *const offers[] = {
	"",
	"PIPELINING\n",
	"PIPELINING\nCHUNKING\n",
};

#define STYLES (sizeof(offers) / sizeof(offers[0]))

static const struct place {
	const char *verb;
	unsigned nth;
	unsigned message;
	int recipient;		/* -1: all of them */
} places[] = {
	{"MAIL", 1, 0, -1}, {"RCPT", 1, 0, 0}, {"RCPT", 2, 0, 1},
	{"DATA", 1, 0, -1}, {"END", 1, 0, -1},
	{"MAIL", 2, 1, -1}, {"RCPT", 3, 1, 0}, {"RCPT", 4, 1, 1},
	{"DATA", 2, 1, -1}, {"END", 2, 1, -1},
	{"MAIL", 3, 2, -1}, {"RCPT", 5, 2, 0}, {"RCPT", 6, 2, 1},
	{"DATA", 3, 2, -1}, {"END", 3, 2, -1},
	{"RSET", 1, 0, -1}, {"RSET", 2, 1, -1}, {"RSET", 3, 2, -1},
};

#define PLACES (sizeof(places) / sizeof(places[0]))

enum fate {
	AS_JUDGED,		/* kind, for those at the place; others go */
	ONCE_MORE,		/* in a group: sent again, with success; else
				 * judged */
	AT_RISK			/* the connection ends; nothing may be lost */
};

static const struct act {
	const char *words;
	enum fate fate;
	enum verdict_kind kind;
} acts[] = {
	{"451 4.3.0 later", AS_JUDGED, VERDICT_DEFERRED},
	{"550 5.1.1 never", AS_JUDGED, VERDICT_REFUSED},
	{"554 5.7.1 never", AS_JUDGED, VERDICT_REFUSED},
	{"500 5.5.2 what?", ONCE_MORE, VERDICT_REFUSED},
	{"503 5.5.1 not now", ONCE_MORE, VERDICT_REFUSED},
	{"421 4.3.2 going down", AT_RISK, 0},
	{"354 what now", AT_RISK, 0},
	{CLOSE, AT_RISK, 0},
	{CLOSE_AFTER, AT_RISK, 0},
	{GARBAGE, AT_RISK, 0},
	{HANG, AT_RISK, 0},
	{TWICE, AT_RISK, 0},
	{TAIL, AT_RISK, 0},
};

#define ACTS (sizeof(acts) / sizeof(acts[0]))

static const struct stored *
find_stored(const struct server *s, const char *recipient, unsigned *count)
{
	const struct stored *one = NULL;
	size_t i;

	*count = 0;
	for (i = 0; i < s->nstored; i++) {
		if (strcmp(s->stored[i].recipient, recipient) != 0)
			continue;
		one = &s->stored[i];
		(*count)++;
	}
	return one;
}

/* What holds whatever happened. */
static void
check_truth(const struct play *p, unsigned m, unsigned r)
{
	const struct result *v = &p->manager.results[m][r];
	const char *to = three[m].recipients[r];
	const struct stored *one;
	char subject[2] = {(char)('0' + m), '\0'};
	unsigned count;

	one = find_stored(&p->server, to, &count);
	ck_assert_msg(v->count == 1, "%s has %u verdicts", to, v->count);
	ck_assert_msg(count <= 1, "%s got it %u times", to, count);
	if (one != NULL) {
		ck_assert_str_eq(one->sender, three[m].sender);
		ck_assert_str_eq(one->subject, subject);
		ck_assert_uint_eq(one->size, strlen(three[m].content));
		ck_assert_msg(v->kind == VERDICT_DELIVERED ||
		    v->kind == VERDICT_DOUBT, "%s got it, and is called %s",
		    to, verdict_kind_name(v->kind));
	} else {
		ck_assert_msg(v->kind != VERDICT_DELIVERED,
		    "%s did not get it, and is called delivered", to);
	}
	if (one != NULL && !one->answered)
		ck_assert_int_eq(v->kind, VERDICT_DOUBT);
}

/* Whether the thing hits anybody: RSET no recipient, and with BDAT nobody says
 * DATA. */
static bool
is_hit(const struct place *at, unsigned style, unsigned m, unsigned r)
{
	if (strcmp(at->verb, "RSET") == 0 ||
	    (style == STYLES - 1 && strcmp(at->verb, "DATA") == 0))
		return false;
	return m == at->message &&
	    (at->recipient < 0 || (unsigned)at->recipient == r);
}

static void
check_judged(const struct place *at, const struct act *a, unsigned style,
    unsigned m, unsigned r, const struct result *v)
{
	enum verdict_kind kind = VERDICT_DELIVERED;

	if (is_hit(at, style, m, r) && (a->fate == AS_JUDGED || style == 0))
		kind = a->kind;
	ck_assert_msg(v->kind == kind,
	    "message %u recipient %u is %s, not %s: %s", m, r,
	    verdict_kind_name(v->kind), verdict_kind_name(kind), v->text);
}

/* What was answered before stays; and in doubt is only what the server may
 * have: with DATA the message whose dot was said, with BDAT any from there. */
static void
check_risked(const struct place *at, const struct act *a, unsigned style,
    unsigned m, const struct result *v)
{
	if (m < at->message)
		ck_assert_int_eq(v->kind, VERDICT_DELIVERED);
	/* What lies behind it had no attempt of its own. */
	if (m > at->message && strcmp(a->words, TWICE) != 0)
		ck_assert_msg(v->kind != VERDICT_DEFERRED &&
		    v->kind != VERDICT_REFUSED, "message %u is %s: %s", m,
		    verdict_kind_name(v->kind), v->text);
	if (v->kind == VERDICT_DOUBT && style < STYLES - 1) {
		ck_assert_str_eq(at->verb, "END");
		ck_assert_uint_eq(at->message, m);
	}
}

START_TEST(whatever_goes_wrong_every_recipient_gets_its_true_verdict)
{
	const struct place *at = &places[(unsigned)_i % PLACES];
	const struct act *a = &acts[(unsigned)_i / PLACES % ACTS];
	unsigned style = (unsigned)_i / PLACES / ACTS % STYLES;
	bool careful = (unsigned)_i >= PLACES * ACTS * STYLES;
	const struct result *v;
	unsigned m, r;
	struct play p;

	play_prepare(&p, offers[style]);
	if (strcmp(at->verb, "DATA") == 0 && a->words[0] == '3')
		return;		/* that is no fault */
	/* Nothing further goes out then before a result is on disk. */
	if (careful)
		p.host.in_flight = 1;
	p.server.rules[0] = (struct rule){at->verb, at->nth, a->words};
	if (strcmp(a->words, HANG) == 0)
		p.host.timeouts.mail = p.host.timeouts.rcpt =
		    p.host.timeouts.data = p.host.timeouts.final =
		    200 * CLOCK_MSEC;
	for (m = 0; m < MESSAGES; m++)
		manager_hand_over(&p.manager, &three[m]);
	play_start(&p);
	if (manager_wait(&p.manager, &p.reader, MESSAGES))
		play_leave(&p);
	play_end(&p);
	ck_assert_uint_eq(p.manager.done, MESSAGES);
	ck_assert(!p.server.early);
	for (m = 0; m < MESSAGES; m++)
		for (r = 0; r < EACH; r++) {
			v = &p.manager.results[m][r];
			check_truth(&p, m, r);
			if (a->fate == AT_RISK)
				check_risked(at, a, style, m, v);
			else
				check_judged(at, a, style, m, r, v);
		}
	play_free(&p);
}
END_TEST

static Suite *
pipeline_suite(void)
{
	Suite *s = suite_create("pipeline");
	TCase *c = tcase_create("places");

	tcase_add_loop_test(c,
	    whatever_goes_wrong_every_recipient_gets_its_true_verdict, 0,
	    (int)(2 * PLACES * ACTS * STYLES));
	suite_add_tcase(s, c);
	return s;
}

UNIT_MAIN(pipeline_suite)
