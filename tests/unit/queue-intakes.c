#include "managed.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "base/role.h"
#include "queue/intakes.h"

static int intake;		/* the other end */

static void
setup(void)
{
	int pair[2];

	managed_begin("");
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	intake = pair[1];
	intakes_add(&managed, pair[0], false);
}

static void
teardown(void)
{
	file_close(&intake);
	ck_assert(loop_run(managed.loop, clock_boot()));
	spooled_end();
}

static void
say(unsigned type, struct slice body, int fd)
{
	ck_assert(record_send(intake, type, body, fd));
	ck_assert(loop_run(managed.loop, clock_boot() + 10 * CLOCK_SEC));
}

START_TEST(what_is_no_id_is_no_file_either)
{
	spooled_write("spool/drop/12345678", "anything\n", 0600);
	say(INTAKE_QUEUED, SLICE("../drop/12345678"), -1);
	ck_assert_uint_eq(entry_count(), 0);
}
END_TEST

START_TEST(a_descriptor_that_nobody_wants_is_closed)
{
	int fds[2];
	char c;

	ck_assert_int_eq(pipe(fds), 0);
	say(INTAKE_QUEUED, SLICE("x"), fds[1]);
	file_close(&fds[1]);
	ck_assert_int_eq(file_set_nonblocking(fds[0], true), true);
	ck_assert_int_eq(read(fds[0], &c, 1), 0);
	file_close(&fds[0]);
}
END_TEST

static Suite *
intakes_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("queue/intakes");
	t = tcase_create("intakes");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_is_no_id_is_no_file_either);
	tcase_add_test(t, a_descriptor_that_nobody_wants_is_closed);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(intakes_suite)
