#include "unit.h"

#include <sys/socket.h>

#include <errno.h>
#include <openssl/bio.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "net/rate.h"
#include "net/wire.h"

#define RECORD 16406

static struct wire wire;
static BIO *bio;
static int peer;

static void
setup(void)
{
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
	    fds), 0);
	wire = (struct wire){.fd = fds[0]};
	peer = fds[1];
	bio = wire_bio(&wire);
}

static void
teardown(void)
{
	BIO_free(bio);
	buf_free(&wire.held);
	close(wire.fd);
	close(peer);
}

/* The byte that belongs at a position. */
static char
pattern(size_t at)
{
	return (char)(at * 7 + at / 251);
}

/* Takes what has arrived and holds it against the pattern. */
static size_t
hear(size_t at)
{
	static char data[RECORD * 8], expected[RECORD * 8];
	ssize_t n, i;

	n = read(peer, data, sizeof(data));
	if (n < 0) {
		ck_assert_int_eq(errno, EAGAIN);
		return 0;
	}
	for (i = 0; i < n; i++)
		expected[i] = pattern(at + (size_t)i);
	ck_assert_int_eq(memcmp(data, expected, (size_t)n), 0);
	return (size_t)n;
}

/* What BIO_write() says to len bytes of the pattern. */
static int
say(size_t at, size_t len, bool more)
{
	static char data[RECORD];
	size_t i;

	for (i = 0; i < len; i++)
		data[i] = pattern(at + i);
	wire.more = more;
	return BIO_write(bio, data, (int)len);
}

START_TEST(records_that_follow_each_other_leave_together)
{
	size_t at;

	for (at = 0; at < (size_t)4 * RECORD; at += RECORD)
		ck_assert_int_eq(say(at, RECORD, true), RECORD);
	ck_assert_uint_eq(hear(0), 0);
	ck_assert_uint_eq(wire.held.len, at);
	ck_assert_int_eq(say(at, 5, false), 5);
	ck_assert_uint_eq(wire.held.len, 0);
	ck_assert_uint_eq(hear(0), at + 5);
}
END_TEST

START_TEST(no_more_than_four_records_are_kept)
{
	size_t at;

	for (at = 0; at < (size_t)5 * RECORD; at += RECORD)
		ck_assert_int_eq(say(at, RECORD, true), RECORD);
	ck_assert_uint_eq(wire.held.len, 0);
	ck_assert_uint_eq(hear(0), at);
}
END_TEST

/* Writes of all lengths over a socket that takes a little at a time. */
START_TEST(what_did_not_fit_leaves_in_order)
{
	size_t len, said = 0, heard = 0, waits = 0, i = 0;
	int n, size = 4096;
	bool more;

	setsockopt(wire.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	while (said < 500000) {
		len = (i * 4099 + 1) % RECORD + 1;
		more = i % 7 != 0;
		n = say(said, len, more);
		if (n < 0) {
			ck_assert(BIO_should_write(bio));
			waits++;
			heard += hear(heard);
			continue;
		}
		said += (size_t)n;
		if (!more)
			ck_assert_uint_eq(wire.held.len, 0);
		if ((size_t)n == len)
			i++;
	}
	while (say(said, 1, false) < 0)
		heard += hear(heard);
	while ((len = hear(heard)) > 0)
		heard += len;
	ck_assert_uint_eq(heard, said + 1);
	ck_assert_uint_gt(waits, 10);
}
END_TEST

START_TEST(a_wire_that_is_cut_fails_for_good)
{
	ck_assert_int_eq(say(0, RECORD, true), RECORD);
	close(peer);
	ck_assert_int_eq(say(RECORD, 5, false), -1);
	ck_assert(!BIO_should_retry(bio));
	ck_assert_int_eq(wire.error, EPIPE);
	peer = dup(wire.fd);
}
END_TEST

/* 66,000 bytes were held when the wait began: the server took 40,000 of them
 * and nothing new was sent. */
START_TEST(what_leaves_the_wire_counts_as_taken)
{
	struct rate r = {.minimum = 1000};
	int64_t took = 0;

	rate_wait(&r, wire.fd, 66000);
	ck_assert(rate_is_kept(&r, wire.fd, 26000, RATE_WINDOW, &took));
	ck_assert_int_eq(took, 40000);
}
END_TEST

/* 60,000 bytes went into the wire, and no farther. */
START_TEST(what_goes_into_the_wire_does_not_count_as_taken)
{
	struct rate r = {.minimum = 1000};
	int64_t took = 0;

	rate_wait(&r, wire.fd, 0);
	r.sent += 60000;
	ck_assert(!rate_is_kept(&r, wire.fd, 60000, RATE_WINDOW, &took));
	ck_assert_int_eq(took, 0);
}
END_TEST

static Suite *
wire_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("net/wire");
	t = tcase_create("wire");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, records_that_follow_each_other_leave_together);
	tcase_add_test(t, no_more_than_four_records_are_kept);
	tcase_add_test(t, what_did_not_fit_leaves_in_order);
	tcase_add_test(t, a_wire_that_is_cut_fails_for_good);
	tcase_add_test(t, what_leaves_the_wire_counts_as_taken);
	tcase_add_test(t, what_goes_into_the_wire_does_not_count_as_taken);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(wire_suite)
