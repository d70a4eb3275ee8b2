#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/loop.h"

/* Two pipes that are watched, and what their callbacks saw. */
struct end {
	struct loop *loop;
	int fds[2];		/* read, write */
	int calls;
	uint32_t events;
	struct end *remove;	/* to be removed by the callback */
	struct end *renew;	/* to be removed and added again */
};

static struct loop *loop;
static struct end ends[2];

static void
on_ready(void *arg, uint32_t events)
{
	struct end *e = arg;

	e->calls++;
	e->events = events;
	if (e->remove != NULL)
		loop_remove(e->loop, e->remove->fds[0]);
	if (e->renew != NULL) {
		loop_remove(e->loop, e->renew->fds[0]);
		ck_assert(loop_add(e->loop, e->renew->fds[0], EPOLLIN,
		    on_ready, e->renew));
	}
}

static void
setup(void)
{
	int i;

	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	for (i = 0; i < 2; i++) {
		ends[i] = (struct end){.loop = loop};
		ck_assert_int_eq(pipe(ends[i].fds), 0);
		ck_assert(loop_add(loop, ends[i].fds[0], EPOLLIN, on_ready,
		    &ends[i]));
	}
}

static void
teardown(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		file_close(&ends[i].fds[0]);
		file_close(&ends[i].fds[1]);
	}
}

static void
fill(int i)
{
	ck_assert(file_write(ends[i].fds[1], "x", 1));
}

/* Whatever is ready now. */
static void
run(void)
{
	ck_assert(loop_run(loop, 0));
}

START_TEST(what_is_ready_is_called)
{
	run();
	ck_assert_int_eq(ends[0].calls, 0);
	fill(0);
	run();
	ck_assert_int_eq(ends[0].calls, 1);
	ck_assert_uint_eq(ends[0].events, EPOLLIN);
	ck_assert_int_eq(ends[1].calls, 0);
	fill(1);
	run();
	ck_assert_int_eq(ends[0].calls, 2);
	ck_assert_int_eq(ends[1].calls, 1);
}
END_TEST

START_TEST(a_closed_writer_is_told)
{
	file_close(&ends[0].fds[1]);
	run();
	ck_assert_int_eq(ends[0].calls, 1);
	ck_assert_uint_eq(ends[0].events, EPOLLHUP);
}
END_TEST

START_TEST(what_was_removed_is_not_called)
{
	fill(0);
	loop_remove(loop, ends[0].fds[0]);
	run();
	ck_assert_int_eq(ends[0].calls, 0);
}
END_TEST

START_TEST(a_callback_may_remove_another)
{
	fill(0);
	fill(1);
	ends[0].remove = &ends[1];
	ends[1].remove = &ends[0];
	run();
	ck_assert_int_eq(ends[0].calls + ends[1].calls, 1);
	run();
	ck_assert_int_eq(ends[0].calls + ends[1].calls, 2);
}
END_TEST

START_TEST(a_late_event_does_not_reach_the_next_owner)
{
	fill(0);
	fill(1);
	ends[0].renew = &ends[1];
	ends[1].renew = &ends[0];
	run();
	/* The other was ready in the same round, but for its former self. */
	ck_assert_int_eq(ends[0].calls + ends[1].calls, 1);
}
END_TEST

START_TEST(a_resting_descriptor_is_not_called)
{
	fill(0);
	ck_assert(loop_change(loop, ends[0].fds[0], 0));
	run();
	ck_assert_int_eq(ends[0].calls, 0);
	ck_assert(loop_change(loop, ends[0].fds[0], EPOLLIN));
	run();
	ck_assert_int_eq(ends[0].calls, 1);
}
END_TEST

START_TEST(a_writer_is_called_when_there_is_room)
{
	struct end w = {.loop = loop};

	ck_assert(loop_add(loop, ends[0].fds[1], EPOLLOUT, on_ready, &w));
	run();
	ck_assert_int_eq(w.calls, 1);
	ck_assert_uint_eq(w.events, EPOLLOUT);
}
END_TEST

START_TEST(waiting_ends_in_time)
{
	int64_t start;

	start = clock_boot();
	ck_assert(loop_run(loop, start + 30 * CLOCK_MSEC));
	ck_assert_int_ge(clock_boot() - start, 30 * CLOCK_MSEC);
	ck_assert_int_eq(ends[0].calls, 0);
}
END_TEST

static void
on_signal(int number)
{
	(void)number;
}

START_TEST(a_signal_is_no_failure)
{
	struct itimerval soon = {.it_value = {.tv_usec = 30000}};
	struct sigaction action = {.sa_handler = on_signal};
	int64_t start;

	sigaction(SIGALRM, &action, NULL);
	start = clock_boot();
	setitimer(ITIMER_REAL, &soon, NULL);
	ck_assert(loop_run(loop, CLOCK_NEVER));
	ck_assert_int_lt(clock_boot() - start, 3 * CLOCK_SEC);
}
END_TEST

START_TEST(what_cannot_be_watched_is_told)
{
	int fd;

	fd = dup(0);
	close(fd);
	ck_assert(!loop_add(loop, fd, EPOLLIN, on_ready, NULL));
	ck_assert_int_eq(errno, EBADF);
	ck_assert(!loop_add(loop, -1, EPOLLIN, on_ready, NULL));
	ck_assert_int_eq(errno, EBADF);
	loop_remove(loop, -1);
	loop_remove(loop, 100000);
}
END_TEST

START_TEST(a_second_watcher_does_not_disturb_the_first)
{
	ck_assert(!loop_add(loop, ends[0].fds[0], EPOLLIN, on_ready,
	    &ends[1]));
	ck_assert_int_eq(errno, EEXIST);
	fill(0);
	run();
	ck_assert_int_eq(ends[0].calls, 1);
	ck_assert_int_eq(ends[1].calls, 0);
}
END_TEST

START_TEST(many_descriptors_are_watched)
{
	struct end many[100];
	int i;

	for (i = 0; i < 100; i++) {
		many[i] = (struct end){.loop = loop};
		ck_assert_int_eq(pipe(many[i].fds), 0);
		ck_assert(loop_add(loop, many[i].fds[0], EPOLLIN, on_ready,
		    &many[i]));
		ck_assert(file_write(many[i].fds[1], "x", 1));
	}
	run();
	run();
	for (i = 0; i < 100; i++) {
		ck_assert_int_ge(many[i].calls, 1);
		file_close(&many[i].fds[0]);
		file_close(&many[i].fds[1]);
	}
}
END_TEST

START_TEST(a_loop_without_a_descriptor_to_spare_is_none)
{
	struct rlimit none = {0, 0}, before;
	struct loop *l;
	int error;

	getrlimit(RLIMIT_NOFILE, &before);
	none.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_NOFILE, &none);
	l = loop_new();
	error = errno;
	setrlimit(RLIMIT_NOFILE, &before);
	ck_assert_ptr_null(l);
	ck_assert_int_eq(error, EMFILE);
}
END_TEST

static Suite *
loop_suite(void)
{
	Suite *s;
	TCase *t;

	t = tcase_create("the loop");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_is_ready_is_called);
	tcase_add_test(t, a_closed_writer_is_told);
	tcase_add_test(t, what_was_removed_is_not_called);
	tcase_add_test(t, a_callback_may_remove_another);
	tcase_add_test(t, a_late_event_does_not_reach_the_next_owner);
	tcase_add_test(t, a_resting_descriptor_is_not_called);
	tcase_add_test(t, a_writer_is_called_when_there_is_room);
	tcase_add_test(t, waiting_ends_in_time);
	tcase_add_test(t, a_signal_is_no_failure);
	tcase_add_test(t, what_cannot_be_watched_is_told);
	tcase_add_test(t, a_second_watcher_does_not_disturb_the_first);
	tcase_add_test(t, many_descriptors_are_watched);
	tcase_add_test(t, a_loop_without_a_descriptor_to_spare_is_none);
	s = suite_create("base/loop");
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(loop_suite)
