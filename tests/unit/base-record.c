/* Functions of the C library are replaced here, which fortified ones bar. */
#undef _FORTIFY_SOURCE

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/record.h"

/*
 * The system calls that the module under test makes, with faults at will: the
 * next ones are interrupted, and sendmsg(2) takes at most send_most bytes.
 */
static int interruptions;
static size_t send_most = SIZE_MAX;

static bool
is_interrupted(void)
{
	if (interruptions == 0)
		return false;
	interruptions--;
	errno = EINTR;
	return true;
}

ssize_t
sendmsg(int sock, const struct msghdr *msg, int flags)
{
	if (is_interrupted())
		return -1;
	if (msg->msg_iov->iov_len > send_most)
		msg->msg_iov->iov_len = send_most;
	return syscall(SYS_sendmsg, sock, msg, flags);
}

ssize_t
send(int sock, const void *data, size_t len, int flags)
{
	return is_interrupted() ? -1 :
	    syscall(SYS_sendto, sock, data, len, flags, NULL, 0);
}

ssize_t
recvmsg(int sock, struct msghdr *msg, int flags)
{
	return is_interrupted() ? -1 : syscall(SYS_recvmsg, sock, msg, flags);
}

static int pair[2];		/* we write to 0 and read from 1 */
static struct record_reader reader;

static void
setup(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	memset(&reader, 0, sizeof(reader));
}

static void
teardown(void)
{
	record_reader_free(&reader);
	file_close(&pair[0]);
	file_close(&pair[1]);
}

static void
check_next(unsigned type, const char *body)
{
	struct record r;

	ck_assert_int_eq(record_wait(&reader, pair[1], &r), 1);
	ck_assert_uint_eq(r.type, type);
	ck_assert_msg(slice_is(r.body, body), "%.*s", (int)r.body.len,
	    r.body.ptr);
	ck_assert_int_eq(r.fd, -1);
}

START_TEST(records_arrive_as_they_were_sent)
{
	ck_assert(record_send(pair[0], 1, SLICE("first"), -1));
	ck_assert(record_send(pair[0], 127, SLICE(""), -1));
	ck_assert(record_send(pair[0], 2, SLICE("third"), -1));
	check_next(1, "first");
	check_next(127, "");
	check_next(2, "third");
}
END_TEST

START_TEST(a_record_that_comes_in_bytes_is_whole_at_the_last)
{
	struct buf wire = BUF_INIT;
	struct record r;
	uint32_t len;
	size_t i;

	len = 5;
	buf_add(&wire, &len, sizeof(len));
	buf_add_string(&wire, "\003hello");
	for (i = 0; i < wire.len; i++) {
		ck_assert_int_eq(record_next(&reader, &r), 0);
		ck_assert(file_write(pair[0], wire.data + i, 1));
		ck_assert_int_eq(record_receive(&reader, pair[1]), 1);
	}
	check_next(3, "hello");
	ck_assert_int_eq(record_next(&reader, &r), 0);
	buf_free(&wire);
}
END_TEST

START_TEST(a_closed_peer_is_told_after_the_last_record)
{
	struct record r;

	ck_assert(record_send(pair[0], 4, SLICE("last"), -1));
	file_close(&pair[0]);
	check_next(4, "last");
	ck_assert_int_eq(record_wait(&reader, pair[1], &r), 0);
}
END_TEST

START_TEST(half_a_record_is_none)
{
	struct record r;

	ck_assert(file_write(pair[0], "\5\0\0\0\1hel", 8));
	file_close(&pair[0]);
	ck_assert_int_eq(record_wait(&reader, pair[1], &r), 0);
}
END_TEST

static bool
is_same_file(int a, int b)
{
	struct stat x, y;

	ck_assert_int_eq(fstat(a, &x), 0);
	ck_assert_int_eq(fstat(b, &y), 0);
	return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

START_TEST(descriptors_come_with_their_records)
{
	struct record r;
	int pipes[2];

	ck_assert_int_eq(pipe(pipes), 0);
	ck_assert(record_send(pair[0], 1, SLICE("a"), -1));
	ck_assert(record_send(pair[0], 2, SLICE("b"), pipes[0]));
	ck_assert(record_send(pair[0], 3, SLICE("c"), pair[0]));
	check_next(1, "a");
	ck_assert_int_eq(record_wait(&reader, pair[1], &r), 1);
	ck_assert(is_same_file(r.fd, pipes[0]));
	ck_assert_int_ne(fcntl(r.fd, F_GETFD) & FD_CLOEXEC, 0);
	file_close(&r.fd);
	ck_assert_int_eq(record_wait(&reader, pair[1], &r), 1);
	ck_assert_uint_eq(r.type, 3);
	ck_assert(is_same_file(r.fd, pair[0]));
	file_close(&r.fd);
	file_close(&pipes[0]);
	file_close(&pipes[1]);
}
END_TEST

/* In one call, each with its own. */
START_TEST(a_batch_goes_out_at_once)
{
	struct record_batch b = {.nfds = 0};
	struct record r;
	int i;

	ck_assert(record_send_batch(&b, pair[0]));
	ck_assert_int_eq(record_receive_now(&reader, pair[1]), -1);
	ck_assert_int_eq(errno, EAGAIN);
	for (i = 0; i < RECORD_BATCH; i++) {
		ck_assert(record_has_room(&b, 1));
		record_add(&b, 9, SLICE("-"), -1);
		record_add(&b, 1, SLICE("a"), pair[i % 2]);
	}
	ck_assert(!record_has_room(&b, 1));
	ck_assert(record_send_batch(&b, pair[0]));
	ck_assert_uint_eq(b.nfds, 0);
	ck_assert(record_has_room(&b, 1));
	ck_assert_int_eq(record_receive_now(&reader, pair[1]), 1);
	for (i = 0; i < RECORD_BATCH; i++) {
		ck_assert_int_eq(record_next(&reader, &r), 1);
		ck_assert_uint_eq(r.type, 9);
		ck_assert_int_eq(r.fd, -1);
		ck_assert_int_eq(record_next(&reader, &r), 1);
		ck_assert(is_same_file(r.fd, pair[i % 2]));
		file_close(&r.fd);
	}
	record_batch_free(&b);
}
END_TEST

START_TEST(a_batch_has_room_for_little_and_for_one_alone)
{
	struct record_batch b = {.nfds = 0};

	ck_assert(record_has_room(&b, RECORD_MAX));
	record_add(&b, 1, SLICE("a"), -1);
	ck_assert(record_has_room(&b, 1000));
	ck_assert(!record_has_room(&b, 5000));
	ck_assert(record_send_batch(&b, pair[0]));
	ck_assert(record_has_room(&b, 5000));
	record_batch_free(&b);
}
END_TEST

START_TEST(descriptors_that_nobody_claimed_are_closed)
{
	int pipes[2];
	char c;

	ck_assert_int_eq(pipe(pipes), 0);
	ck_assert(record_send(pair[0], 1, SLICE("a"), pipes[1]));
	file_close(&pipes[1]);
	ck_assert_int_eq(record_receive(&reader, pair[1]), 1);
	ck_assert_uint_eq(reader.nfds, 1);
	record_reader_free(&reader);
	/* The last writer is gone. */
	ck_assert_int_eq(read(pipes[0], &c, 1), 0);
	file_close(&pipes[0]);
}
END_TEST

/* More than a reader holds are closed, not leaked; the record that lacks one
 * is nonsense. */
START_TEST(too_many_unclaimed_descriptors_are_closed)
{
	struct record r;
	int i, got;

	for (i = 0; i < 70; i++) {
		ck_assert(record_send(pair[0], 1, SLICE("a"), pair[0]));
		ck_assert_int_eq(record_receive(&reader, pair[1]), 1);
	}
	ck_assert_uint_eq(reader.nfds, 64);
	for (i = 0; i < 64; i++) {
		ck_assert_int_eq(record_next(&reader, &r), 1);
		file_close(&r.fd);
	}
	got = record_next(&reader, &r);
	ck_assert_int_eq(got, -1);
}
END_TEST

START_TEST(nonsense_ends_the_conversation)
{
	struct record r;

	ck_assert(file_write(pair[0], "\0\0\0\0\0", 5));
	ck_assert_int_eq(record_wait(&reader, pair[1], &r), -1);
	record_reader_free(&reader);
	ck_assert(file_write(pair[0], "\0\0\0\0\200", 5));
	ck_assert_int_eq(record_wait(&reader, pair[1], &r), -1);
	record_reader_free(&reader);
	ck_assert(file_write(pair[0], "\377\377\377\377\1", 5));
	ck_assert_int_eq(record_wait(&reader, pair[1], &r), -1);
	record_reader_free(&reader);
	/* It promises a descriptor and brings none. */
	ck_assert(file_write(pair[0], "\0\0\0\0\201", 5));
	ck_assert_int_eq(record_wait(&reader, pair[1], &r), -1);
}
END_TEST

START_TEST(interrupted_calls_are_repeated)
{
	interruptions = 2;
	ck_assert(record_send(pair[0], 1, SLICE("first"), -1));
	interruptions = 2;
	check_next(1, "first");
	ck_assert_int_eq(interruptions, 0);
}
END_TEST

START_TEST(what_is_sent_in_parts_arrives_whole)
{
	send_most = 3;
	ck_assert(record_send(pair[0], 1, SLICE("first"), -1));
	ck_assert(record_send(pair[0], 2, SLICE("second"), -1));
	send_most = SIZE_MAX;
	check_next(1, "first");
	check_next(2, "second");
}
END_TEST

/* A child that sends a record as large as they come: it does not fit the
 * socket's buffer, so it goes in parts. */
static pid_t
start_large_sender(void)
{
	struct buf body = BUF_INIT;
	pid_t child;
	bool ok;

	child = fork();
	ck_assert_int_ge(child, 0);
	if (child > 0)
		return child;
	while (body.len < RECORD_MAX)
		buf_add_char(&body, (char)('a' + body.len % 26));
	ok = record_send(pair[0], 5, buf_slice(&body), pair[0]);
	buf_free(&body);
	_exit(ok ? 0 : 1);
}

START_TEST(the_largest_record_arrives_whole)
{
	struct record r;
	pid_t child;
	size_t i, wrong;
	int status;

	child = start_large_sender();
	ck_assert_int_eq(record_wait(&reader, pair[1], &r), 1);
	ck_assert_uint_eq(r.body.len, RECORD_MAX);
	wrong = 0;
	for (i = 0; i < r.body.len; i++)
		wrong += r.body.ptr[i] != (char)('a' + i % 26);
	ck_assert_uint_eq(wrong, 0);
	ck_assert_int_ge(r.fd, 0);
	file_close(&r.fd);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_full_socket_is_an_error_to_a_sender_that_must_not_wait)
{
	struct buf body = BUF_INIT;
	int i;

	ck_assert(file_set_nonblocking(pair[0], true));
	while (body.len < RECORD_MAX / 2)
		buf_add_char(&body, 'x');
	for (i = 0; i < 100; i++)
		if (!record_send(pair[0], 1, buf_slice(&body), -1))
			break;
	ck_assert_int_lt(i, 100);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert(!record_send(pair[0], 1, SLICE("x"), -1));
	ck_assert_int_eq(errno, EAGAIN);
	buf_free(&body);
}
END_TEST

START_TEST(nothing_to_read_is_told_to_a_reader_that_must_not_wait)
{
	ck_assert(file_set_nonblocking(pair[1], true));
	ck_assert_int_eq(record_receive(&reader, pair[1]), -1);
	ck_assert_int_eq(errno, EAGAIN);
}
END_TEST

START_TEST(a_peer_that_is_gone_is_an_error_and_no_signal)
{
	file_close(&pair[1]);
	ck_assert(!record_send(pair[0], 1, SLICE("a"), -1));
	ck_assert_int_eq(errno, EPIPE);
}
END_TEST

START_TEST(a_broken_descriptor_is_an_error)
{
	struct record r;

	ck_assert(!record_send(-1, 1, SLICE("a"), -1));
	ck_assert_int_eq(errno, EBADF);
	ck_assert_int_eq(record_wait(&reader, -1, &r), -1);
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

static Suite *
record_suite(void)
{
	Suite *s;
	TCase *t;

	t = tcase_create("records");
	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, records_arrive_as_they_were_sent);
	tcase_add_test(t, a_record_that_comes_in_bytes_is_whole_at_the_last);
	tcase_add_test(t, a_closed_peer_is_told_after_the_last_record);
	tcase_add_test(t, half_a_record_is_none);
	tcase_add_test(t, descriptors_come_with_their_records);
	tcase_add_test(t, a_batch_goes_out_at_once);
	tcase_add_test(t, a_batch_has_room_for_little_and_for_one_alone);
	tcase_add_test(t, descriptors_that_nobody_claimed_are_closed);
	tcase_add_test(t, too_many_unclaimed_descriptors_are_closed);
	tcase_add_test(t, nonsense_ends_the_conversation);
	tcase_add_test(t, interrupted_calls_are_repeated);
	tcase_add_test(t, what_is_sent_in_parts_arrives_whole);
	tcase_add_test(t, the_largest_record_arrives_whole);
	tcase_add_test(t,
	    a_full_socket_is_an_error_to_a_sender_that_must_not_wait);
	tcase_add_test(t,
	    nothing_to_read_is_told_to_a_reader_that_must_not_wait);
	tcase_add_test(t, a_peer_that_is_gone_is_an_error_and_no_signal);
	tcase_add_test(t, a_broken_descriptor_is_an_error);
	s = suite_create("base/record");
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(record_suite)
