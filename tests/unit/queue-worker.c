#include "managed.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "mail/job.h"
#include "queue/worker.h"

static int agent, launcher;	/* the other ends */

static void
setup(void)
{
	const struct ledger_grant nothing = {0, 0};
	int pair[2];

	managed_begin("");
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	managed.launcher = pair[0];
	launcher = pair[1];
	worker_ask(&managed, accounts_first(), &nothing);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	agent = pair[1];
	worker_arrive(&managed, accounts_first(), pair[0]);
}

static void
teardown(void)
{
	file_close(&agent);
	file_close(&launcher);
	file_close(&managed.launcher);
	spooled_end();
}

START_TEST(an_agents_descriptors_are_closed)
{
	int fds[2];
	char c;

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert(record_send(agent, JOB_PACE, SLICE("3"), fds[1]));
	file_close(&fds[1]);
	ck_assert(loop_run(managed.loop, clock_boot() + 10 * CLOCK_SEC));
	ck_assert_uint_eq(accounts_first()->workers->pace, 3);
	ck_assert_int_eq(file_set_nonblocking(fds[0], true), true);
	ck_assert_int_eq(read(fds[0], &c, 1), 0);
	file_close(&fds[0]);
}
END_TEST

static Suite *
worker_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("queue/worker");
	t = tcase_create("worker");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, an_agents_descriptors_are_closed);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(worker_suite)
