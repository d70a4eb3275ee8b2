#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "spool/ledger.h"

#define DAY (86400 * CLOCK_SEC)

static char folder[64];
static struct spool *spool;
static struct ledger *ledger;
static struct ledger_time now;	/* what the ledger is told */
static int64_t truth;		/* what passes all the same */
static int64_t ahead;	/* the wall clock, of where it should be */
static unsigned boots;

static struct limit minute_and_day[] = {{30, 60 * CLOCK_SEC}, {500, DAY}};
static struct smarthost host = {
	.title = (char *)(uintptr_t)"isp",
	.recipient_quota = {minute_and_day, 2},
};

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
reboot(int64_t down, int64_t back)
{
	/* A clock that is ahead over a reboot is outside the promise. */
	if (ahead > 0)
		now.wall -= ahead;
	ahead = 0;
	truth += down;
	now.wall += down - back;
	now.boot = 10 * CLOCK_SEC;
	truth += now.boot;
	now.wall += now.boot;
	snprintf(now.id, sizeof(now.id), "boot-%u", ++boots);
}

static void
begin(void)
{
	ledger = ledger_open(spool, &host, tell_time);
	ck_assert_ptr_nonnull(ledger);
}

static void
setup(void)
{
	struct buf error = BUF_INIT;

	strcpy(folder, "/tmp/navette-ledger.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert(spool_create(folder, (uid_t)-1, (gid_t)-1, &error));
	spool = spool_open(folder, &error);
	ck_assert_ptr_nonnull(spool);
	now.boot = 100 * CLOCK_SEC;
	now.wall = 1000000 * CLOCK_SEC;
	truth = 0;
	snprintf(now.id, sizeof(now.id), "boot-%u", boots);
	begin();
}

static void
teardown(void)
{
	char command[128];

	ledger_close(ledger);
	ledger = NULL;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static uint64_t
left(bool bulk)
{
	int64_t again;

	return ledger_left(ledger, LEDGER_RECIPIENTS, 1000, bulk, &again);
}

/* n recipients asked for and sent. */
static uint64_t
send_mail(uint64_t n)
{
	struct ledger_grant grant;
	int64_t again;

	n = ledger_left(ledger, LEDGER_RECIPIENTS, n, false, &again);
	if (n == 0)
		return 0;
	ck_assert(ledger_take(ledger, LEDGER_RECIPIENTS, n, &grant));
	ledger_settle(ledger, LEDGER_RECIPIENTS, &grant, n);
	return n;
}

START_TEST(what_is_used_is_known_after_a_restart)
{
	ck_assert_uint_eq(send_mail(20), 20);
	ck_assert_uint_eq(left(false), 10);
	pass(30 * CLOCK_SEC);
	ledger_close(ledger);
	begin();
	ck_assert_uint_le(left(false), 10);
	pass(61 * CLOCK_SEC);
	ledger_close(ledger);
	begin();
	ck_assert_uint_eq(left(false), 30);
}
END_TEST

START_TEST(what_is_not_used_is_given_back)
{
	struct ledger_grant grant;

	ck_assert(ledger_take(ledger, LEDGER_RECIPIENTS, 25, &grant));
	ck_assert_uint_eq(left(false), 5);
	ledger_settle(ledger, LEDGER_RECIPIENTS, &grant, 5);
	ck_assert_uint_eq(left(false), 25);
}
END_TEST

START_TEST(what_a_crash_left_open_counts_as_used)
{
	struct ledger_grant grant;

	ck_assert(ledger_take(ledger, LEDGER_RECIPIENTS, 25, &grant));
	ledger_close(ledger);
	pass(600 * CLOCK_SEC);
	begin();
	/* Nobody knows yet that nobody sends it now. */
	ck_assert(ledger_has_doubts(ledger));
	ck_assert_uint_eq(left(false), 5);
	pass(600 * CLOCK_SEC);
	ck_assert_uint_eq(left(false), 5);
	ledger_resolve(ledger);
	ck_assert(!ledger_has_doubts(ledger));
	ck_assert_uint_eq(left(false), 5);
	pass(61 * CLOCK_SEC);
	ck_assert_uint_eq(left(false), 30);
}
END_TEST

START_TEST(a_wall_clock_that_goes_back_frees_nothing)
{
	ck_assert_uint_eq(send_mail(30), 30);
	pass(CLOCK_SEC);
	ledger_close(ledger);
	reboot(5 * CLOCK_SEC, 3600 * CLOCK_SEC);
	begin();
	ledger_resolve(ledger);
	ck_assert_uint_eq(left(false), 0);
	pass(61 * CLOCK_SEC);
	ck_assert_uint_eq(left(false), 30);
}
END_TEST

START_TEST(bulk_mail_leaves_the_reserve_alone)
{
	ledger_close(ledger);
	host.reserve = 10;
	begin();
	host.reserve = 0;
	ck_assert_uint_eq(left(true), 27);
	ck_assert_uint_eq(left(false), 30);
	send_mail(28);
	ck_assert_uint_eq(left(true), 0);
	ck_assert_uint_eq(left(false), 2);
}
END_TEST

START_TEST(a_torn_last_line_was_never_granted)
{
	char path[128];
	FILE *f;

	send_mail(10);
	ledger_close(ledger);
	snprintf(path, sizeof(path), "%s/state/quota-isp", folder);
	f = fopen(path, "a");
	ck_assert_ptr_nonnull(f);
	fputs("r open 99 1000000", f);
	fclose(f);
	begin();
	ledger_resolve(ledger);
	ck_assert_uint_eq(left(false), 20);
}
END_TEST

START_TEST(what_a_full_disk_cut_off_spoils_no_later_line)
{
	struct rlimit room;
	struct ledger_grant grant;
	struct stat info;
	char path[128];

	pass(120 * CLOCK_SEC);
	snprintf(path, sizeof(path), "%s/state/quota-isp", folder);
	ck_assert_int_eq(stat(path, &info), 0);
	signal(SIGXFSZ, SIG_IGN);
	room = (struct rlimit){(rlim_t)info.st_size + 5, RLIM_INFINITY};
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &room), 0);
	ck_assert(!ledger_take(ledger, LEDGER_RECIPIENTS, 3, &grant));
	room.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &room), 0);
	ck_assert(ledger_take(ledger, LEDGER_RECIPIENTS, 20, &grant));
	/* A crash: nobody told it back. */
	ledger_close(ledger);
	begin();
	ck_assert_uint_eq(left(false), 10);
}
END_TEST

static unsigned
chance(unsigned below)
{
	static unsigned state = 11;

	state = state * 1103515245u + 12345u;
	return (state >> 8) % below;
}

#define STEPS 30000

static struct sent {
	int64_t when;
	uint64_t count;
} sent[STEPS];
static size_t sent_count;

static void
check_windows(size_t *from, uint64_t *sum)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		while (from[i] < sent_count && sent[from[i]].when <=
		    truth - minute_and_day[i].span)
			sum[i] -= sent[from[i]++].count;
		ck_assert_uint_le(sum[i], minute_and_day[i].count);
	}
}

/* What a crash in the midst of a transaction leaves: it may have gone out. */
static uint64_t
send_and_crash(uint64_t n, bool went)
{
	struct ledger_grant grant;
	int64_t again;

	n = ledger_left(ledger, LEDGER_RECIPIENTS, n, false, &again);
	if (n > 0)
		ck_assert(ledger_take(ledger, LEDGER_RECIPIENTS, n, &grant));
	ledger_close(ledger);
	begin();
	return went ? n : 0;
}

START_TEST(no_crash_and_no_clock_exceeds_a_window)
{
	size_t from[2] = {0, 0}, step;
	uint64_t sum[2] = {0, 0}, n;
	unsigned dice;
	int64_t jump;

	sent_count = 0;
	for (step = 0; step < STEPS; step++) {
		pass((int64_t)chance(20000) * CLOCK_MSEC);
		dice = chance(1000);
		if (dice < 3) {
			ledger_close(ledger);
			reboot(chance(600) * CLOCK_SEC,
			    dice == 0 ? chance(7200) * CLOCK_SEC : 0);
			begin();
			ledger_resolve(ledger);
		} else if (dice < 5) {
			jump = ((int64_t)chance(7200) - 3600) * CLOCK_SEC;
			now.wall += jump;
			ahead += jump;
		}
		if (dice >= 5 && dice < 10) {
			n = send_and_crash(1 + chance(10), dice < 8);
			/* The agent of before it is done. */
			sent[sent_count++] = (struct sent){truth, n};
			ledger_resolve(ledger);
		} else {
			n = send_mail(1 + chance(10));
			sent[sent_count++] = (struct sent){truth, n};
		}
		sum[0] += n;
		sum[1] += n;
		check_windows(from, sum);
	}
}
END_TEST

START_TEST(a_day_uses_nearly_all_that_is_allowed)
{
	uint64_t total;
	int64_t end;

	/* The first day fills the window; the second one is measured. */
	for (end = truth + DAY; truth < end; pass(CLOCK_SEC))
		send_mail(5);
	total = 0;
	for (end = truth + DAY; truth < end; pass(CLOCK_SEC))
		total += send_mail(5);
	printf("used in a simulated day: %llu of 500\n",
	    (unsigned long long)total);
	ck_assert_uint_ge(total, 490);
	ck_assert_uint_le(total, 500);
}
END_TEST

START_TEST(the_file_stays_small)
{
	struct stat info;
	char path[128];
	int i;

	for (i = 0; i < 30000; i++) {
		pass(3 * CLOCK_SEC);
		send_mail(1);
	}
	snprintf(path, sizeof(path), "%s/state/quota-isp", folder);
	ck_assert_int_eq(stat(path, &info), 0);
	ck_assert_int_lt(info.st_size, 4 << 20);
}
END_TEST

static Suite *
ledger_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("spool/ledger");
	t = tcase_create("ledger");
	/* It syncs often, and others may use the disk. */
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_is_used_is_known_after_a_restart);
	tcase_add_test(t, what_is_not_used_is_given_back);
	tcase_add_test(t, what_a_crash_left_open_counts_as_used);
	tcase_add_test(t, a_wall_clock_that_goes_back_frees_nothing);
	tcase_add_test(t, bulk_mail_leaves_the_reserve_alone);
	tcase_add_test(t, a_torn_last_line_was_never_granted);
	tcase_add_test(t, what_a_full_disk_cut_off_spoils_no_later_line);
	tcase_add_test(t, no_crash_and_no_clock_exceeds_a_window);
	tcase_add_test(t, a_day_uses_nearly_all_that_is_allowed);
	tcase_add_test(t, the_file_stays_small);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(ledger_suite)
