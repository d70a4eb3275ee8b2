/* Functions of the C library are replaced here, which fortified ones bar. */
#undef _FORTIFY_SOURCE

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"

/* What would have gone to syslog: "PRIORITY text\n" each. */
static struct buf sent;
static struct buf opened;

static void __attribute__((format(printf, 2, 0)))
take(int priority, const char *fmt, va_list ap)
{
	buf_addf(&sent, "%d ", priority);
	buf_vaddf(&sent, fmt, ap);
	buf_add_char(&sent, '\n');
}

void
openlog(const char *ident, int option, int facility)
{
	buf_addf(&opened, "%s %d %d\n", ident, option, facility);
}

void
syslog(int priority, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	take(priority, fmt, ap);
	va_end(ap);
}

/* What syslog() becomes with _FORTIFY_SOURCE. */
void __syslog_chk(int priority, int flag, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

void
__syslog_chk(int priority, int flag, const char *fmt, ...)
{
	va_list ap;

	(void)flag;
	va_start(ap, fmt);
	take(priority, fmt, ap);
	va_end(ap);
}

static int saved;
static int pipes[2];

/* Standard error is a pipe for the time of a test. */
static void
setup(void)
{
	saved = dup(STDERR_FILENO);
	ck_assert_int_eq(pipe(pipes), 0);
	ck_assert(file_set_nonblocking(pipes[0], true));
	dup2(pipes[1], STDERR_FILENO);
}

static void
teardown(void)
{
	dup2(saved, STDERR_FILENO);
	file_close(&saved);
	file_close(&pipes[0]);
	file_close(&pipes[1]);
	buf_free(&sent);
	buf_free(&opened);
}

/* The lines on standard error are those, each behind "IDENT[PID]: ". */
static void
check_stderr(const char *ident, const char *want)
{
	struct buf got = BUF_INIT, whole = BUF_INIT;

	if (want[0] != '\0')
		buf_addf(&whole, "%s[%d]: %s\n", ident, (int)getpid(), want);
	file_read_some(pipes[0], 65536, &got);
	ck_assert_str_eq(buf_string(&got), buf_string(&whole));
	buf_free(&got);
	buf_free(&whole);
}

START_TEST(lines_go_to_standard_error)
{
	log_open("navetted", true);
	log_info("event=%s n=%d", "queued", 1);
	check_stderr("navetted", "event=queued n=1");
	log_warning("b");
	check_stderr("navetted", "b");
	log_error("c");
	check_stderr("navetted", "c");
	log_alarm("d");
	check_stderr("navetted", "d");
	ck_assert_uint_eq(sent.len, 0);
	ck_assert_uint_eq(opened.len, 0);
}
END_TEST

START_TEST(lines_go_to_syslog_with_their_priority)
{
	struct buf want = BUF_INIT;

	log_open("navetted", false);
	log_info("a %d", 1);
	log_warning("b");
	log_error("c");
	log_alarm("100%%");
	buf_addf(&want, "%d a 1\n%d b\n%d c\n%d 100%%\n", LOG_MAIL | LOG_INFO,
	    LOG_MAIL | LOG_WARNING, LOG_MAIL | LOG_ERR, LOG_MAIL | LOG_CRIT);
	ck_assert_str_eq(buf_string(&sent), buf_string(&want));
	buf_clear(&want);
	buf_addf(&want, "navetted %d %d\n", LOG_PID | LOG_NDELAY, LOG_MAIL);
	ck_assert_str_eq(buf_string(&opened), buf_string(&want));
	check_stderr("navetted", "");
	buf_free(&want);
}
END_TEST

START_TEST(a_format_from_elsewhere_is_no_format)
{
	log_open("navetted", false);
	log_info("%s", "%s%n%d");
	ck_assert_ptr_nonnull(strstr(buf_string(&sent), "%s%n%d"));
}
END_TEST

START_TEST(debugging_is_silent_unless_wanted)
{
	log_open("navetted", true);
	log_debug("a");
	check_stderr("navetted", "");
	log_verbose(true);
	log_debug("b %d", 2);
	check_stderr("navetted", "b 2");
	log_verbose(false);
	log_debug("c");
	check_stderr("navetted", "");
	log_verbose(true);
	log_open("navetted", false);
	log_debug("d");
	ck_assert_int_eq(atoi(buf_string(&sent)), LOG_MAIL | LOG_DEBUG);
	log_verbose(false);
}
END_TEST

START_TEST(a_process_can_take_another_name)
{
	log_open("navetted", true);
	log_rename("navetted: manager");
	log_info("a");
	check_stderr("navetted: manager", "a");
	log_open("navetted", false);
	log_rename("agent");
	ck_assert(slice_starts(buf_slice(&opened), "navetted "));
	ck_assert_ptr_nonnull(strstr(buf_string(&opened), "\nagent "));
}
END_TEST

START_TEST(no_control_character_reaches_the_log)
{
	log_open("navetted", true);
	log_info("%s", "a\nb\r\033[2J\t\177 J\303\251");
	check_stderr("navetted", "a?b??[2J?? J\303\251");
}
END_TEST

START_TEST(a_line_has_its_bounds)
{
	log_open("navetted", false);
	log_info("%100000d", 1);
	ck_assert_uint_gt(sent.len, 6000);
	ck_assert_uint_lt(sent.len, 8192);
}
END_TEST

START_TEST(errno_is_kept)
{
	log_open("navetted", true);
	errno = ENOENT;
	log_error("a");
	ck_assert_int_eq(errno, ENOENT);
	close(STDERR_FILENO);
	errno = ENOSPC;
	log_error("nobody reads this");
	ck_assert_int_eq(errno, ENOSPC);
	dup2(pipes[1], STDERR_FILENO);
	log_error("b");
	file_close(&pipes[1]);
}
END_TEST

static Suite *
log_suite(void)
{
	Suite *s;
	TCase *t;

	t = tcase_create("lines");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, lines_go_to_standard_error);
	tcase_add_test(t, lines_go_to_syslog_with_their_priority);
	tcase_add_test(t, a_format_from_elsewhere_is_no_format);
	tcase_add_test(t, debugging_is_silent_unless_wanted);
	tcase_add_test(t, a_process_can_take_another_name);
	tcase_add_test(t, no_control_character_reaches_the_log);
	tcase_add_test(t, a_line_has_its_bounds);
	tcase_add_test(t, errno_is_kept);
	s = suite_create("base/log");
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(log_suite)
