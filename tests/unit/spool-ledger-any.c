/* Any sequence of grants, sends, crashes, reboots and clocks that are set, with
 * any limits: no window is ever exceeded. NAVETTE_SEED repeats one that was. */
#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "spool/ledger.h"

#define RUNS 8
#define STEPS 2500
#define OUT_MAX 6
#define WINDOWS 3

static char folder[64];
static struct spool *spool;
static struct ledger *ledger;
static struct ledger_time now;
static int64_t truth;		/* what passes, whatever clocks say */
static int64_t slowest;		/* the wall clock was that far off, at least */
static unsigned boots;
static unsigned seed;

static struct limit windows[LEDGER_KINDS][WINDOWS];
static struct smarthost host;

/* What was really used, and when. */
static struct use {
	int64_t when;
	uint64_t count;
} uses[LEDGER_KINDS][STEPS + OUT_MAX];
static size_t use_count[LEDGER_KINDS];

/* Granted, and not told back. */
static struct out {
	struct ledger_grant grant;
	enum ledger_kind kind;
	int64_t since;
} outs[OUT_MAX];
static size_t out_count;

static unsigned
chance(unsigned below)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 8) % below;
}

static int64_t
some_time(int64_t below)
{
	return below <= 0 ? 0 : (int64_t)(((uint64_t)chance(1u << 20) *
	    (uint64_t)(below / CLOCK_MSEC)) >> 20) * CLOCK_MSEC;
}

static void
tell_time(struct ledger_time *t)
{
	*t = now;
}

static void
pass(int64_t time)
{
	truth += time;
	now.boot += time;
	now.wall += time;
}

static void
begin(void)
{
	ledger = ledger_open(spool, &host, tell_time);
	ck_assert_ptr_nonnull(ledger);
}

static void
choose_limits(void)
{
	struct limits *limits[LEDGER_KINDS] = {&host.recipient_quota,
	    &host.message_quota, &host.connections_per};
	static const int64_t spans[] = {7, 60, 900, 3600, 86400};
	unsigned kind, i;

	host.title = (char *)(uintptr_t)"isp";
	host.reserve = chance(3) * 20;
	for (kind = 0; kind < LEDGER_KINDS; kind++) {
		limits[kind]->items = windows[kind];
		limits[kind]->count = chance(WINDOWS + 1);
		for (i = 0; i < limits[kind]->count; i++)
			windows[kind][i] = (struct limit){1 + chance(400),
			    spans[chance(5)] * CLOCK_SEC};
	}
}

static size_t
window_count(unsigned kind)
{
	const struct limits *limits[LEDGER_KINDS] = {&host.recipient_quota,
	    &host.message_quota, &host.connections_per};

	return limits[kind]->count;
}

static void
note_use(enum ledger_kind kind, int64_t when, uint64_t count)
{
	uses[kind][use_count[kind]++] = (struct use){when, count};
}

/* Bulk mail leaves the reserve alone, even by what was really used. */
static void
check_reserve(enum ledger_kind kind, uint64_t n)
{
	uint64_t sum;
	size_t i, w;

	for (w = 0; w < window_count(kind); w++) {
		sum = n;
		for (i = 0; i < use_count[kind]; i++)
			if (uses[kind][i].when > truth - windows[kind][w].span)
				sum += uses[kind][i].count;
		ck_assert_uint_le(sum, windows[kind][w].count -
		    windows[kind][w].count * host.reserve / 100);
	}
}

static void
take(void)
{
	struct out *o = &outs[out_count];
	bool bulk = chance(2) > 0;
	int64_t again;
	uint64_t n;

	if (out_count == OUT_MAX)
		return;
	o->kind = (enum ledger_kind)chance(LEDGER_KINDS);
	n = ledger_left(ledger, o->kind, 1 + chance(20), bulk, &again);
	if (n == 0) {
		/* It says when, and never too late to get on. */
		ck_assert_int_ge(again, now.boot);
		return;
	}
	if (bulk)
		check_reserve(o->kind, n);
	ck_assert(ledger_take(ledger, o->kind, n, &o->grant));
	o->since = truth;
	out_count++;
}

static void
settle(void)
{
	struct out o;
	uint64_t used;
	size_t i;

	if (out_count == 0)
		return;
	i = chance((unsigned)out_count);
	o = outs[i];
	outs[i] = outs[--out_count];
	used = chance(4) == 0 ? chance((unsigned)o.grant.count + 1) :
	    o.grant.count;
	ledger_settle(ledger, o.kind, &o.grant, used);
	note_use(o.kind, o.since + some_time(truth - o.since), used);
}

/* The agents of before may go on for a moment, and use all that they have. */
static void
start_again(bool reboots)
{
	ledger_close(ledger);
	if (reboots) {
		/* One that jumps ahead over a reboot is outside the promise:
		 * so it is where it was farthest behind, or farther. */
		truth += 10 * CLOCK_SEC;
		if (chance(3) == 0)
			slowest -= some_time(7200 * CLOCK_SEC);
		now.wall = truth + slowest;
		now.boot = 10 * CLOCK_SEC;
		snprintf(now.id, sizeof(now.id), "boot-%u", ++boots);
	}
	begin();
	if (!reboots)
		pass(some_time(5 * CLOCK_SEC));
	while (out_count > 0) {
		out_count--;
		if (chance(2) > 0)
			note_use(outs[out_count].kind, outs[out_count].since +
			    some_time(truth - outs[out_count].since),
			    outs[out_count].grant.count);
	}
	ledger_resolve(ledger);
}

static void
set_clock(void)
{
	int64_t jump;

	jump = ((int64_t)chance(7200) - 3600) * CLOCK_SEC;
	now.wall += jump;
	if (now.wall - truth < slowest)
		slowest = now.wall - truth;
}

static int
by_time(const void *a, const void *b)
{
	const struct use *x = a, *y = b;

	return (x->when > y->when) - (x->when < y->when);
}

static void
check_window(unsigned kind, const struct limit *w)
{
	const struct use *u = uses[kind];
	uint64_t sum;
	size_t from, i;

	from = 0;
	sum = 0;
	for (i = 0; i < use_count[kind]; i++) {
		sum += u[i].count;
		while (u[from].when <= u[i].when - w->span)
			sum -= u[from++].count;
		ck_assert_uint_le(sum, w->count);
	}
}

static void
check_all(void)
{
	unsigned kind;
	size_t w;

	for (kind = 0; kind < LEDGER_KINDS; kind++) {
		qsort(uses[kind], use_count[kind], sizeof(struct use),
		    by_time);
		for (w = 0; w < window_count(kind); w++)
			check_window(kind, &windows[kind][w]);
	}
}

static void
setup(void)
{
	struct buf error = BUF_INIT;
	const char *said;

	ck_assert_int_lt(snprintf(folder, sizeof(folder),
	    "%s/navette-ledger.XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"),
	    (int)sizeof(folder));
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert(spool_create(folder, (uid_t)-1, (gid_t)-1, &error));
	spool = spool_open(folder, &error);
	ck_assert_ptr_nonnull(spool);
	now = (struct ledger_time){100 * CLOCK_SEC, 10000000 * CLOCK_SEC,
	    "boot-0"};
	slowest = now.wall;
	said = getenv("NAVETTE_SEED");
	if (said != NULL)
		seed = (unsigned)strtoul(said, NULL, 10);
	else
		ck_assert_int_eq(getrandom(&seed, sizeof(seed), 0),
		    sizeof(seed));
	printf("NAVETTE_SEED=%u\n", seed);
	fflush(stdout);
	choose_limits();
	begin();
}

static void
teardown(void)
{
	char command[128];

	ledger_close(ledger);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(nothing_exceeds_a_window)
{
	unsigned step, dice;

	for (step = 0; step < STEPS; step++) {
		pass(some_time((chance(50) == 0 ? 3600 : 4) * CLOCK_SEC));
		dice = chance(200);
		if (dice < 2)
			start_again(dice == 0);
		else if (dice < 3)
			set_clock();
		else if (dice < 110)
			take();
		else
			settle();
	}
	check_all();
}
END_TEST

static Suite *
any_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("spool/ledger, anything");
	t = tcase_create("sequences");
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, nothing_exceeds_a_window, 0, RUNS);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(any_suite)
