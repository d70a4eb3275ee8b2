/* Functions of the C library are replaced here, which fortified ones bar. */
#undef _FORTIFY_SOURCE

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"

/*
 * The system calls that the module under test makes, with faults at will: the
 * next calls fail with fault_errno, fault_count of them, and none moves more
 * than fault_most bytes.
 */
static int fault_errno;
static int fault_count;
static size_t fault_most = SIZE_MAX;

static bool
is_fault(void)
{
	if (fault_count == 0)
		return false;
	fault_count--;
	errno = fault_errno;
	return true;
}

static size_t
at_most(size_t len)
{
	return len < fault_most ? len : fault_most;
}

ssize_t
write(int fd, const void *data, size_t len)
{
	return is_fault() ? -1 : syscall(SYS_write, fd, data, at_most(len));
}

ssize_t
read(int fd, void *data, size_t len)
{
	return is_fault() ? -1 : syscall(SYS_read, fd, data, at_most(len));
}

ssize_t
pwrite(int fd, const void *data, size_t len, off_t at)
{
	return is_fault() ? -1 :
	    syscall(SYS_pwrite64, fd, data, at_most(len), at);
}

ssize_t
pread(int fd, void *data, size_t len, off_t at)
{
	return is_fault() ? -1 :
	    syscall(SYS_pread64, fd, data, at_most(len), at);
}

int
fsync(int fd)
{
	return is_fault() ? -1 : (int)syscall(SYS_fsync, fd);
}

/* A descriptor is gone even where close(2) fails. */
int
close(int fd)
{
	int r;

	r = (int)syscall(SYS_close, fd);
	return is_fault() ? -1 : r;
}

static void
fault(int count, int error)
{
	fault_count = count;
	fault_errno = error;
}

static const char template[] = "/tmp/base-file.XXXXXX";
static char path[sizeof(template)];
static int fd;

static void
setup(void)
{
	memcpy(path, template, sizeof(path));
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
}

static void
teardown(void)
{
	fault(0, 0);
	fault_most = SIZE_MAX;
	file_close(&fd);
	unlink(path);
}

/* What the file holds. */
static void
check_contents(const char *want)
{
	struct buf b = BUF_INIT;

	ck_assert(file_read_path(path, 1000, &b, NULL));
	ck_assert_str_eq(buf_string(&b), want);
	buf_free(&b);
}

START_TEST(all_is_written_in_however_many_pieces)
{
	fault_most = 3;
	ck_assert(file_write(fd, "abcdefgh", 8));
	ck_assert(file_write(fd, NULL, 0));
	ck_assert(file_pwrite(fd, "12345", 5, 2));
	check_contents("ab12345h");
}
END_TEST

START_TEST(interrupted_calls_are_repeated)
{
	struct buf b = BUF_INIT;
	char text[2];

	fault(3, EINTR);
	ck_assert(file_write(fd, "ab", 2));
	fault(3, EINTR);
	ck_assert(file_pwrite(fd, "c", 1, 2));
	fault(3, EINTR);
	ck_assert(file_sync(fd));
	fault(3, EINTR);
	ck_assert(file_pread(fd, text, 2, 1));
	ck_assert_mem_eq(text, "bc", 2);
	lseek(fd, 0, SEEK_SET);
	fault(3, EINTR);
	ck_assert(file_read(fd, 3, &b));
	ck_assert_str_eq(buf_string(&b), "abc");
	buf_free(&b);
	fault(1, EINTR);
	ck_assert(file_close(&fd));
	ck_assert_int_eq(fault_count, 0);
}
END_TEST

START_TEST(errors_are_told)
{
	struct buf b = BUF_INIT;
	char c;

	fault(1, ENOSPC);
	ck_assert(!file_write(fd, "ab", 2));
	ck_assert_int_eq(errno, ENOSPC);
	fault(1, EDQUOT);
	ck_assert(!file_pwrite(fd, "ab", 2, 0));
	ck_assert_int_eq(errno, EDQUOT);
	fault(1, EIO);
	ck_assert(!file_sync(fd));
	ck_assert_int_eq(errno, EIO);
	fault(1, EIO);
	ck_assert(!file_pread(fd, &c, 1, 0));
	ck_assert_int_eq(errno, EIO);
	fault(1, EISDIR);
	ck_assert(!file_read(fd, 10, &b));
	ck_assert_int_eq(errno, EISDIR);
	fault(1, EIO);
	ck_assert(!file_close(&fd));
	ck_assert_int_eq(fd, -1);
	buf_free(&b);
}
END_TEST

START_TEST(an_error_in_the_middle_is_an_error)
{
	fault_most = 1;
	ck_assert(file_write(fd, "ab", 2));
	fault_most = SIZE_MAX;
	ck_assert(!file_write(-1, "ab", 2));
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

START_TEST(a_file_is_read_to_its_end_or_its_limit)
{
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < 30000; i++)
		ck_assert(file_pwrite(fd, "abcdefg", 7, (off_t)(i * 7)));
	ck_assert(file_read(fd, 210000, &b));
	ck_assert_uint_eq(b.len, 210000);
	ck_assert_int_eq(b.data[209999], 'g');
	/* At the end there is nothing more. */
	ck_assert(file_read(fd, 0, &b));
	ck_assert_uint_eq(b.len, 210000);
	buf_clear(&b);
	lseek(fd, 0, SEEK_SET);
	ck_assert(!file_read(fd, 209999, &b));
	ck_assert_int_eq(errno, EFBIG);
	buf_clear(&b);
	lseek(fd, 0, SEEK_SET);
	ck_assert(file_read(fd, SIZE_MAX, &b));
	ck_assert_uint_eq(b.len, 210000);
	buf_free(&b);
}
END_TEST

START_TEST(reading_appends)
{
	struct buf b = BUF_INIT;

	buf_add_string(&b, "12");
	ck_assert(file_pwrite(fd, "abc", 3, 0));
	ck_assert_int_eq(file_read_some(fd, 2, &b), 2);
	ck_assert_str_eq(buf_string(&b), "12ab");
	ck_assert(file_read(fd, 1, &b));
	ck_assert_str_eq(buf_string(&b), "12abc");
	ck_assert_int_eq(file_read_some(fd, 2, &b), 0);
	ck_assert_int_eq(file_read_some(-1, 2, &b), -1);
	ck_assert_str_eq(buf_string(&b), "12abc");
	buf_free(&b);
}
END_TEST

START_TEST(a_file_that_is_too_short_is_an_input_error)
{
	char text[8];

	ck_assert(file_write(fd, "abcdef", 6));
	fault_most = 2;
	ck_assert(file_pread(fd, text, 4, 2));
	ck_assert_mem_eq(text, "cdef", 4);
	errno = 0;
	ck_assert(!file_pread(fd, text, 5, 2));
	ck_assert_int_eq(errno, EIO);
}
END_TEST

START_TEST(a_file_is_read_by_name)
{
	struct buf b = BUF_INIT;
	struct stat info;

	ck_assert(file_write(fd, "abc", 3));
	ck_assert_int_eq(fchmod(fd, 0640), 0);
	ck_assert(file_read_path(path, 3, &b, &info));
	ck_assert_str_eq(buf_string(&b), "abc");
	ck_assert_int_eq(info.st_size, 3);
	ck_assert_int_eq(info.st_mode & 0777, 0640);
	ck_assert(!file_read_path(path, 2, &b, NULL));
	ck_assert_int_eq(errno, EFBIG);
	buf_free(&b);
}
END_TEST

START_TEST(only_a_regular_file_is_read_by_name)
{
	struct buf b = BUF_INIT;

	ck_assert(!file_read_path("/tmp", 10, &b, NULL));
	ck_assert_int_eq(errno, EISDIR);
	ck_assert(!file_read_path("/dev/null", 10, &b, NULL));
	ck_assert_int_eq(errno, EINVAL);
	unlink(path);
	ck_assert(!file_read_path(path, 10, &b, NULL));
	ck_assert_int_eq(errno, ENOENT);
	/* Nobody writes to it: opening it must not wait for that. */
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert(!file_read_path(path, 10, &b, NULL));
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_uint_eq(b.len, 0);
	buf_free(&b);
}
END_TEST

START_TEST(a_closed_descriptor_is_minus_one)
{
	int copy;

	copy = dup(fd);
	ck_assert(file_close(&copy));
	ck_assert_int_eq(copy, -1);
	ck_assert(file_close(&copy));
	copy = 1000000;
	ck_assert(!file_close(&copy));
	ck_assert_int_eq(copy, -1);
}
END_TEST

START_TEST(flags_are_set_and_cleared)
{
	ck_assert(file_set_nonblocking(fd, true));
	ck_assert_int_ne(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert(file_set_nonblocking(fd, true));
	ck_assert(file_set_nonblocking(fd, false));
	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert(file_set_cloexec(fd, true));
	ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	ck_assert(file_set_cloexec(fd, false));
	ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	ck_assert(!file_set_nonblocking(-1, true));
	ck_assert(!file_set_cloexec(-1, true));
}
END_TEST

/* With 0 and 2 closed; their places are taken when it returns. */
START_TEST(missing_parents_are_made_for_everybody)
{
	char folder[] = "/tmp/navette-file-XXXXXX", below[80];
	struct stat info;
	mode_t mask;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(below, sizeof(below), "%s/a/b/c", folder);
	mask = umask(077);
	ck_assert(file_make_parents(below));
	ck_assert(file_make_parents(below));
	umask(mask);
	ck_assert_int_ne(stat(below, &info), 0);
	snprintf(below, sizeof(below), "%s/a/b", folder);
	ck_assert_int_eq(stat(below, &info), 0);
	ck_assert_uint_eq(info.st_mode & 07777, 0755);
	ck_assert_int_eq(rmdir(below), 0);
	snprintf(below, sizeof(below), "%s/a", folder);
	ck_assert_int_eq(rmdir(below), 0);
	ck_assert_int_eq(rmdir(folder), 0);
	ck_assert(!file_make_parents("/dev/null/a/b"));
	ck_assert_int_eq(errno, ENOTDIR);
}
END_TEST

START_TEST(standard_descriptors_are_kept_open)
{
	int saved[3], i, next;
	bool ok;

	for (i = 0; i < 3; i++)
		saved[i] = fcntl(i, F_DUPFD, 10);
	close(0);
	close(2);
	ok = file_keep_standard_open() && fcntl(0, F_GETFD) >= 0 &&
	    fcntl(1, F_GETFD) >= 0 && fcntl(2, F_GETFD) >= 0;
	next = dup(0);
	for (i = 0; i < 3; i++) {
		dup2(saved[i], i);
		close(saved[i]);
	}
	ck_assert(ok);
	ck_assert_int_gt(next, 2);
	close(next);
}
END_TEST

START_TEST(open_standard_descriptors_stay_as_they_are)
{
	struct stat before, after;

	ck_assert_int_eq(fstat(1, &before), 0);
	ck_assert(file_keep_standard_open());
	ck_assert_int_eq(fstat(1, &after), 0);
	ck_assert_uint_eq(before.st_ino, after.st_ino);
}
END_TEST

static Suite *
file_suite(void)
{
	Suite *s;
	TCase *t;

	t = tcase_create("descriptors");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, all_is_written_in_however_many_pieces);
	tcase_add_test(t, interrupted_calls_are_repeated);
	tcase_add_test(t, errors_are_told);
	tcase_add_test(t, an_error_in_the_middle_is_an_error);
	tcase_add_test(t, a_file_is_read_to_its_end_or_its_limit);
	tcase_add_test(t, reading_appends);
	tcase_add_test(t, a_file_that_is_too_short_is_an_input_error);
	tcase_add_test(t, a_file_is_read_by_name);
	tcase_add_test(t, only_a_regular_file_is_read_by_name);
	tcase_add_test(t, a_closed_descriptor_is_minus_one);
	tcase_add_test(t, flags_are_set_and_cleared);
	tcase_add_test(t, missing_parents_are_made_for_everybody);
	tcase_add_test(t, standard_descriptors_are_kept_open);
	tcase_add_test(t, open_standard_descriptors_stay_as_they_are);
	s = suite_create("base/file");
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(file_suite)
