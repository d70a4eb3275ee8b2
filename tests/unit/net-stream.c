#include "unit.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/stream.h"

#define SMALL_BUFFER 8192

/*
 * The clock of this program runs faster than the wall's, so that deadlines of
 * minutes are tested as they are and take a moment.
 */
static int64_t speed = 1;

static int64_t
real_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * CLOCK_SEC + t.tv_nsec;
}

int64_t
clock_boot(void)
{
	return real_clock() * speed;
}

int64_t
clock_wall(void)
{
	return real_clock();
}

int
clock_poll_timeout(int64_t when)
{
	int64_t left;

	if (when == CLOCK_NEVER)
		return -1;
	left = (when - clock_boot()) / speed;
	return left <= 0 ? 0 : (int)((left + CLOCK_MSEC - 1) / CLOCK_MSEC);
}

int64_t
clock_add(int64_t a, int64_t b)
{
	return a > CLOCK_NEVER - b ? CLOCK_NEVER : a + b;
}

/* The tested stream and the server's end of its connection. */
static struct stream *stream;
static int server;

static void
set_buffers(int fd)
{
	int size = SMALL_BUFFER;

	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size,
	    sizeof(size)), 0);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size,
	    sizeof(size)), 0);
}

static void
open_pair(unsigned minimum)
{
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	set_buffers(fds[0]);
	set_buffers(fds[1]);
	stream = stream_new(fds[0], minimum);
	server = fds[1];
}

static void
setup(void)
{
	speed = 1;
	open_pair(0);
}

static void
open_tcp(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int fd, listener, on = 1;

	stream_free(stream);
	close(server);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&a, len), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	getsockname(listener, (struct sockaddr *)&a, &len);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&a, len), 0);
	server = accept(listener, NULL, NULL);
	ck_assert_int_ge(server, 0);
	close(listener);
	stream = stream_new(fd, 0);
}

static void
teardown(void)
{
	stream_free(stream);
	if (server >= 0)
		close(server);
}

static void
hang_up(void)
{
	close(server);
	server = -1;
}

static void
say(const char *words)
{
	ck_assert_int_eq(write(server, words, strlen(words)),
	    (ssize_t)strlen(words));
}

/* What the server has received so far, without waiting. */
static size_t
heard(char *data, size_t size)
{
	ssize_t n;

	n = recv(server, data, size, MSG_DONTWAIT);
	return n < 0 ? 0 : (size_t)n;
}

static void
check_input(const char *expected)
{
	ck_assert(slice_is(stream_input(stream), expected));
}

static void
pause_ms(long ms)
{
	struct timespec t = {0, ms * 1000000};

	while (nanosleep(&t, &t) != 0)
		;
}

/* A server in a thread of its own. */
static pthread_t
start_server(void *(*run)(void *))
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, run, NULL), 0);
	return thread;
}

/* Byte number at of everything that is sent in these tests. */
static char
pattern(size_t at)
{
	return (char)(at * 7 + at / 251);
}

static char *
make_pattern(size_t len)
{
	char *data;
	size_t i;

	data = xmalloc(len);
	for (i = 0; i < len; i++)
		data[i] = pattern(i);
	return data;
}

/* Reads to the end; how many bytes of the pattern came, -1 at a wrong one. */
static void *
read_pattern(void *arg)
{
	static ssize_t total;
	char data[5000];
	ssize_t i, n;

	(void)arg;
	total = 0;
	while ((n = read(server, data, sizeof(data))) > 0)
		for (i = 0; i < n; i++)
			if (data[i] != pattern((size_t)total++)) {
				total = -1;
				return &total;
			}
	return &total;
}

/* Frees the stream, so that the server sees the end. */
static ssize_t
finish(pthread_t thread)
{
	void *total;

	stream_free(stream);
	stream = NULL;
	pthread_join(thread, &total);
	return *(ssize_t *)total;
}

START_TEST(what_is_put_leaves_at_a_flush_and_in_one_write)
{
	char data[100];
	int i;

	for (i = 0; i < 10; i++)
		ck_assert(stream_put(stream, "abcd", 4));
	ck_assert_uint_eq(heard(data, sizeof(data)), 0);
	ck_assert(stream_flush(stream));
	ck_assert_uint_eq(heard(data, sizeof(data)), 40);
	ck_assert_int_eq(memcmp(data, "abcdabcd", 8), 0);
	ck_assert_uint_eq(stream_counts(stream).writes, 1);
	ck_assert_uint_eq(stream_counts(stream).sent, 40);
}
END_TEST

START_TEST(a_flush_of_nothing_writes_nothing)
{
	ck_assert(stream_flush(stream));
	ck_assert(stream_put(stream, "", 0));
	ck_assert(stream_flush(stream));
	ck_assert_uint_eq(stream_counts(stream).writes, 0);
}
END_TEST

START_TEST(puts_of_any_size_arrive_whole_and_in_order)
{
	pthread_t thread;
	char *data;
	size_t at, len, n;

	len = 3000000;
	data = make_pattern(len);
	thread = start_server(read_pattern);
	for (at = 0; at < len; at += n) {
		n = (at * 31 + 17) % 70000;
		n = n < len - at ? n : len - at;
		ck_assert(stream_put(stream, data + at, n));
	}
	ck_assert(stream_flush(stream));
	ck_assert_uint_eq(stream_counts(stream).sent, len);
	ck_assert_int_eq(finish(thread), (ssize_t)len);
	free(data);
}
END_TEST

START_TEST(bytes_go_out_in_whole_blocks)
{
	static char data[3 * STREAM_BLOCK];

	open_tcp();
	memset(data, 'x', sizeof(data));
	ck_assert(stream_put(stream, data, 100));
	ck_assert(stream_put(stream, data, STREAM_BLOCK - 100));
	ck_assert_uint_eq(stream_counts(stream).sent, 0);
	ck_assert(stream_put(stream, data, 1));
	ck_assert_uint_eq(stream_counts(stream).sent, STREAM_BLOCK);
	ck_assert(stream_put(stream, data, STREAM_BLOCK - 1));
	ck_assert_uint_eq(stream_counts(stream).sent, STREAM_BLOCK);
	ck_assert(stream_put(stream, data, 2 * STREAM_BLOCK + 5));
	ck_assert_uint_eq(stream_counts(stream).sent,
	    (size_t)4 * STREAM_BLOCK);
	ck_assert_uint_eq(stream_counts(stream).writes, 3);
	ck_assert(stream_flush(stream));
	ck_assert_uint_eq(stream_counts(stream).sent, 4 * STREAM_BLOCK + 5);
	/* The last block is the flush's, even where it is whole. */
	ck_assert(stream_put(stream, data,
	    (size_t)2 * STREAM_BLOCK));
	ck_assert_uint_eq(stream_counts(stream).sent, 5 * STREAM_BLOCK + 5);
	ck_assert(stream_flush(stream));
	ck_assert_uint_eq(stream_counts(stream).sent, 6 * STREAM_BLOCK + 5);
}
END_TEST

START_TEST(a_flush_sends_the_last_segment_at_once)
{
	static char data[STREAM_BLOCK];
	struct pollfd p;
	size_t got, n;
	int64_t begun;

	open_tcp();
	begun = real_clock();
	ck_assert(stream_put(stream, data, sizeof(data)));
	ck_assert(stream_flush(stream));
	p = (struct pollfd){server, POLLIN, 0};
	for (got = 0; got < sizeof(data); got += n) {
		ck_assert_int_eq(poll(&p, 1, 2000), 1);
		n = heard(data, sizeof(data));
	}
	/* A segment that waits to be filled waits for 200 ms. */
	ck_assert_int_lt(real_clock() - begun, 150 * CLOCK_MSEC);
}
END_TEST

START_TEST(input_grows_until_it_is_taken)
{
	check_input("");
	say("250 o");
	ck_assert(stream_fill(stream));
	check_input("250 o");
	say("k\r\n");
	ck_assert(stream_fill(stream));
	check_input("250 ok\r\n");
	stream_take(stream, 4);
	check_input("ok\r\n");
	say("x");
	ck_assert(stream_fill(stream));
	check_input("ok\r\nx");
	stream_take(stream, 100);
	check_input("");
	ck_assert_uint_eq(stream_counts(stream).received, 9);
	ck_assert_uint_eq(stream_counts(stream).reads, 3);
}
END_TEST

START_TEST(a_fill_flushes_first)
{
	char data[10];

	stream_put(stream, "NOOP", 4);
	say("250\n");
	ck_assert(stream_fill(stream));
	ck_assert_uint_eq(heard(data, sizeof(data)), 4);
}
END_TEST

START_TEST(a_turn_is_a_fill_after_something_was_sent)
{
	say("220\n");
	stream_fill(stream);
	ck_assert_uint_eq(stream_counts(stream).turns, 0);
	stream_put(stream, "a", 1);
	stream_put(stream, "b", 1);
	say("250");
	stream_fill(stream);
	say("\n");
	stream_fill(stream);
	ck_assert_uint_eq(stream_counts(stream).turns, 1);
	stream_put(stream, "c", 1);
	stream_flush(stream);
	say("250\n");
	stream_poll(stream);
	ck_assert_uint_eq(stream_counts(stream).turns, 1);
	say("x");
	stream_fill(stream);
	ck_assert_uint_eq(stream_counts(stream).turns, 2);
}
END_TEST

/* Says a lot before it listens. */
static void *
answer_early(void *arg)
{
	static char words[60000];
	size_t at;
	ssize_t n;

	for (at = 0; at < sizeof(words); at += (size_t)n) {
		n = write(server, words + at, sizeof(words) - at);
		if (n < 0)
			return NULL;
	}
	return read_pattern(arg);
}

START_TEST(a_server_that_answers_early_does_not_deadlock)
{
	pthread_t thread;
	size_t len;
	char *data;

	len = 1000000;
	data = make_pattern(len);
	stream_deadline(stream, clock_boot() + 20 * CLOCK_SEC);
	thread = start_server(answer_early);
	ck_assert(stream_put(stream, data, len));
	ck_assert(stream_flush(stream));
	while (stream_input(stream).len < 60000)
		ck_assert(stream_fill(stream));
	ck_assert_int_eq(finish(thread), (ssize_t)len);
	free(data);
}
END_TEST

/* Talks until the other side goes. */
static void *
babble(void *arg)
{
	static char words[10000];

	(void)arg;
	while (send(server, words, sizeof(words), MSG_NOSIGNAL) > 0)
		;
	return NULL;
}

static void
stop_server(pthread_t thread)
{
	stream_free(stream);
	stream = NULL;
	pthread_join(thread, NULL);
}

START_TEST(a_flood_ends_a_session_that_waits_for_an_answer)
{
	pthread_t thread;

	thread = start_server(babble);
	while (stream_fill(stream))
		ck_assert_uint_lt(stream_input(stream).len,
		    STREAM_UNREAD_MAX + STREAM_BLOCK);
	ck_assert_str_eq(stream_error(stream),
	    "the server sends more than it was asked for");
	ck_assert_uint_ge(stream_input(stream).len, STREAM_UNREAD_MAX);
	stop_server(thread);
}
END_TEST

START_TEST(a_server_that_talks_and_never_listens_is_left)
{
	static char data[200000];
	pthread_t thread;

	speed = 1000;
	thread = start_server(babble);
	stream_deadline(stream, clock_boot() + 180 * CLOCK_SEC);
	ck_assert(!stream_put(stream, data, sizeof(data)));
	ck_assert_str_eq(stream_error(stream),
	    "the server talks without listening, for 180 s");
	ck_assert_uint_lt(stream_input(stream).len,
	    STREAM_UNREAD_MAX + STREAM_BLOCK);
	stop_server(thread);
}
END_TEST

START_TEST(no_answer_ends_at_the_deadline)
{
	int64_t begun;

	speed = 1000;
	begun = clock_boot();
	stream_deadline(stream, begun + 300 * CLOCK_SEC);
	ck_assert(!stream_fill(stream));
	ck_assert_int_ge(clock_boot(), begun + 300 * CLOCK_SEC);
	ck_assert_str_eq(stream_error(stream), "no answer within 300 s");
	ck_assert(!stream_is_untrusted(stream));
	ck_assert(!stream_fill(stream));
	ck_assert(!stream_put(stream, "x", 1));
	ck_assert(!stream_flush(stream));
	ck_assert(!stream_start_tls(stream, NULL));
}
END_TEST

static volatile bool dripping;

static void *
drip(void *arg)
{
	(void)arg;
	while (dripping && send(server, "2", 1, MSG_NOSIGNAL) == 1)
		pause_ms(5);
	return NULL;
}

START_TEST(a_byte_now_and_then_does_not_move_the_deadline)
{
	pthread_t thread;
	int64_t begun;

	speed = 1000;
	dripping = true;
	thread = start_server(drip);
	begun = clock_boot();
	stream_deadline(stream, begun + 300 * CLOCK_SEC);
	while (stream_fill(stream))
		ck_assert_int_lt(clock_boot(), begun + 3000 * CLOCK_SEC);
	ck_assert_str_eq(stream_error(stream), "no answer within 300 s");
	ck_assert_uint_gt(stream_input(stream).len, 2);
	dripping = false;
	stop_server(thread);
}
END_TEST

START_TEST(what_came_in_time_is_read_even_after_the_deadline)
{
	say("250 ok\r\n");
	stream_deadline(stream, clock_boot() - 1);
	ck_assert(stream_fill(stream));
	check_input("250 ok\r\n");
	say("more");
	ck_assert(!stream_fill(stream));
	check_input("250 ok\r\n");
}
END_TEST

START_TEST(a_new_deadline_gives_a_new_last_look)
{
	say("a");
	stream_deadline(stream, clock_boot() - 1);
	ck_assert(stream_fill(stream));
	stream_deadline(stream, clock_boot() - 1);
	say("b");
	ck_assert(stream_fill(stream));
	check_input("ab");
}
END_TEST

START_TEST(data_that_nobody_takes_ends_at_the_deadline)
{
	static char data[200000];

	speed = 1000;
	stream_deadline(stream, clock_boot() + 180 * CLOCK_SEC);
	ck_assert(!stream_put(stream, data, sizeof(data)));
	ck_assert_str_eq(stream_error(stream),
	    "the server did not take the data within 180 s");
}
END_TEST

START_TEST(a_write_below_the_minimum_rate_is_stalled)
{
	static char data[200000];
	int64_t begun;

	teardown();
	open_pair(1000);
	speed = 1000;
	begun = clock_boot();
	stream_deadline(stream, begun + 3600 * CLOCK_SEC);
	ck_assert(!stream_put(stream, data, sizeof(data)));
	ck_assert_int_lt(clock_boot(), begun + 300 * CLOCK_SEC);
	ck_assert(slice_starts(slice_from(stream_error(stream)),
	    "sending stalled: the server took "));
}
END_TEST

/* 4,000 bytes in four seconds of a clock that runs two hundred times faster. */
static void *
listen_slowly(void *arg)
{
	char data[4000];

	(void)arg;
	while (read(server, data, sizeof(data)) > 0)
		pause_ms(20);
	return NULL;
}

START_TEST(a_slow_write_above_the_minimum_rate_goes_on)
{
	static char data[200000];
	pthread_t thread;

	teardown();
	open_pair(50);
	speed = 200;
	stream_deadline(stream, clock_boot() + 3600 * CLOCK_SEC);
	thread = start_server(listen_slowly);
	ck_assert_msg(stream_put(stream, data, sizeof(data)), "%s",
	    stream_error(stream));
	ck_assert(stream_flush(stream));
	stop_server(thread);
}
END_TEST

START_TEST(an_end_is_told_from_a_reset)
{
	struct linger linger = {1, 0};

	say("421 bye\r\n");
	hang_up();
	ck_assert(stream_fill(stream));
	check_input("421 bye\r\n");
	ck_assert(!stream_fill(stream));
	ck_assert_str_eq(stream_error(stream),
	    "connection closed by the server");
	open_tcp();
	setsockopt(server, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	hang_up();
	ck_assert(!stream_fill(stream));
	ck_assert_str_eq(stream_error(stream),
	    "connection reset by the server");
}
END_TEST

START_TEST(the_last_words_survive_a_failed_write)
{
	static char data[200000];

	say("421 4.3.2 going down\r\n");
	hang_up();
	ck_assert(!stream_put(stream, data, sizeof(data)));
	check_input("421 4.3.2 going down\r\n");
	ck_assert_str_eq(stream_error(stream),
	    "connection closed by the server");
	ck_assert(!stream_fill(stream));
}
END_TEST

START_TEST(a_fill_whose_flush_fails_still_gives_the_last_words)
{
	say("554 go away\r\n");
	hang_up();
	stream_put(stream, "EHLO x\r\n", 8);
	ck_assert(stream_fill(stream));
	check_input("554 go away\r\n");
	ck_assert(!stream_fill(stream));
}
END_TEST

START_TEST(a_fill_whose_flush_has_read_does_not_wait_for_more)
{
	static char data[STREAM_BLOCK - 1];
	pthread_t thread;

	/* The block does not fit into the socket before somebody listens. */
	stream_put(stream, data, sizeof(data));
	say("250 early\r\n");
	thread = start_server(listen_slowly);
	stream_deadline(stream, clock_boot() + 5 * CLOCK_SEC);
	ck_assert(stream_fill(stream));
	check_input("250 early\r\n");
	stop_server(thread);
}
END_TEST

START_TEST(a_poll_never_waits)
{
	ck_assert(!stream_poll(stream));
	ck_assert_str_eq(stream_error(stream), "");
	say("x");
	ck_assert(stream_poll(stream));
	check_input("x");
	stream_take(stream, 1);
	hang_up();
	ck_assert(!stream_poll(stream));
	ck_assert_str_eq(stream_error(stream),
	    "connection closed by the server");
}
END_TEST

START_TEST(waiting_tells_input_from_the_other_descriptor_and_the_time)
{
	int other[2];

	ck_assert_int_eq(pipe(other), 0);
	ck_assert_int_eq(stream_wait(stream, other[0], true, clock_boot()), 0);
	ck_assert_int_eq(stream_wait(stream, -1, true,
	    clock_boot() + 20 * CLOCK_MSEC), 0);
	ck_assert_int_eq(write(other[1], "x", 1), 1);
	/* Who does not listen to it sees its end only. */
	ck_assert_int_eq(stream_wait(stream, other[0], false,
	    clock_boot() + 20 * CLOCK_MSEC), 0);
	ck_assert_int_eq(stream_wait(stream, other[0], true, CLOCK_NEVER),
	    STREAM_OTHER);
	say("421 idle\r\n");
	ck_assert_int_eq(stream_wait(stream, other[0], true, CLOCK_NEVER),
	    STREAM_INPUT | STREAM_OTHER);
	check_input("421 idle\r\n");
	ck_assert_int_eq(stream_wait(stream, other[0], true, CLOCK_NEVER), 1);
	stream_take(stream, 10);
	hang_up();
	ck_assert_int_ne(stream_wait(stream, other[0], true, CLOCK_NEVER) &
	    STREAM_INPUT, 0);
	ck_assert_int_eq(stream_wait(stream, other[0], true, CLOCK_NEVER),
	    STREAM_INPUT);
	close(other[0]);
	close(other[1]);
}
END_TEST

START_TEST(the_end_of_the_other_descriptor_is_always_seen)
{
	int other[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, other), 0);
	close(other[1]);
	ck_assert_int_eq(stream_wait(stream, other[0], false, CLOCK_NEVER),
	    STREAM_OTHER);
	close(other[0]);
}
END_TEST

static void
nothing(int signal)
{
	(void)signal;
}

START_TEST(signals_interrupt_no_step)
{
	struct sigaction act = {.sa_handler = nothing};
	struct itimerval often = {{0, 500}, {0, 500}}, off = {{0, 0}, {0, 0}};
	pthread_t thread;
	int64_t begun;
	sigset_t set;
	size_t len;
	char *data;

	len = 1000000;
	data = make_pattern(len);
	sigaction(SIGALRM, &act, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	/* The server's thread inherits the blocked signal. */
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	thread = start_server(answer_early);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	ck_assert(stream_put(stream, data, len));
	while (stream_input(stream).len < 60000)
		ck_assert(stream_fill(stream));
	stream_take(stream, 60000);
	begun = clock_boot();
	ck_assert_int_eq(stream_wait(stream, -1, true,
	    begun + 50 * CLOCK_MSEC), 0);
	ck_assert_int_ge(clock_boot(), begun + 50 * CLOCK_MSEC);
	stream_deadline(stream, clock_boot() + 50 * CLOCK_MSEC);
	ck_assert(!stream_fill(stream));
	ck_assert_str_eq(stream_error(stream), "no answer within 0 s");
	ck_assert_int_eq(stream_wait(stream, -1, true, 0), 1);
	setitimer(ITIMER_REAL, &off, NULL);
	ck_assert_int_eq(finish(thread), (ssize_t)len);
	free(data);
}
END_TEST

START_TEST(a_socket_that_fails_otherwise_is_named)
{
	int fds[2];

	/* Not a socket at all: send and recv say ENOTSOCK. */
	teardown();
	ck_assert_int_eq(pipe(fds), 0);
	stream = stream_new(fds[0], 0);
	server = fds[1];
	ck_assert(!stream_poll(stream));
	ck_assert_str_eq(stream_error(stream),
	    "connection lost: Socket operation on non-socket");
}
END_TEST

START_TEST(freeing_nothing_is_allowed)
{
	stream_free(NULL);
}
END_TEST

static Suite *
stream_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("net/stream");
	t = tcase_create("stream");
	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_is_put_leaves_at_a_flush_and_in_one_write);
	tcase_add_test(t, a_flush_of_nothing_writes_nothing);
	tcase_add_test(t, puts_of_any_size_arrive_whole_and_in_order);
	tcase_add_test(t, bytes_go_out_in_whole_blocks);
	tcase_add_test(t, a_flush_sends_the_last_segment_at_once);
	tcase_add_test(t, input_grows_until_it_is_taken);
	tcase_add_test(t, a_fill_flushes_first);
	tcase_add_test(t, a_turn_is_a_fill_after_something_was_sent);
	tcase_add_test(t, a_server_that_answers_early_does_not_deadlock);
	tcase_add_test(t, a_flood_ends_a_session_that_waits_for_an_answer);
	tcase_add_test(t, a_server_that_talks_and_never_listens_is_left);
	tcase_add_test(t, no_answer_ends_at_the_deadline);
	tcase_add_test(t, a_byte_now_and_then_does_not_move_the_deadline);
	tcase_add_test(t, what_came_in_time_is_read_even_after_the_deadline);
	tcase_add_test(t, a_new_deadline_gives_a_new_last_look);
	tcase_add_test(t, data_that_nobody_takes_ends_at_the_deadline);
	tcase_add_test(t, a_write_below_the_minimum_rate_is_stalled);
	tcase_add_test(t, a_slow_write_above_the_minimum_rate_goes_on);
	tcase_add_test(t, an_end_is_told_from_a_reset);
	tcase_add_test(t, the_last_words_survive_a_failed_write);
	tcase_add_test(t, a_fill_whose_flush_fails_still_gives_the_last_words);
	tcase_add_test(t, a_fill_whose_flush_has_read_does_not_wait_for_more);
	tcase_add_test(t, a_poll_never_waits);
	tcase_add_test(t,
	    waiting_tells_input_from_the_other_descriptor_and_the_time);
	tcase_add_test(t, the_end_of_the_other_descriptor_is_always_seen);
	tcase_add_test(t, signals_interrupt_no_step);
	tcase_add_test(t, a_socket_that_fails_otherwise_is_named);
	tcase_add_test(t, freeing_nothing_is_allowed);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(stream_suite)
