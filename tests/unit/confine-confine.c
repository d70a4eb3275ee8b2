#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "confine/confine.h"
#include "confine/landlock.h"

/* Each test runs in a process of its own (libcheck forks), so confinement ends
 * with it. Kernels differ: all is tried with this one's Landlock and with that
 * of Debian 12. */
static const int versions[] = {99, 2};

static char folder[64];
static struct config config;

/* With SAN=1: the search for leaks needs a process that is not confined. */
const char *__lsan_default_options(void);

const char *
__lsan_default_options(void)
{
	return "detect_leaks=0";
}

static void
make_folder(void)
{
	char path[128];
	int fd;

	snprintf(folder, sizeof(folder), "/tmp/navette-unit-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/inside", folder);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_ge(fd, 0);
	file_close(&fd);
	memset(&config, 0, sizeof(config));
	config.spool = folder;
	config.aliases = (char *)(uintptr_t)"/etc/aliases";
}

/* In the parent of the tests, which is not confined. */
static void
remove_folder(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static int
try_open(const char *path, int flags)
{
	int fd;

	fd = open(path, flags, 0600);
	if (fd < 0)
		return errno;
	file_close(&fd);
	return 0;
}

static int
try_inside(const char *name, int flags)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return try_open(path, flags);
}

static int
try_socket(int family)
{
	int fd;

	fd = socket(family, SOCK_STREAM, 0);
	if (fd < 0)
		return errno;
	file_close(&fd);
	return 0;
}

static bool
can_run(void)
{
	/* Where it could, the test would end here as "false" does. */
	execl("/bin/false", "false", (char *)NULL);
	return errno != EPERM && errno != EACCES;
}

START_TEST(the_manager_writes_its_spool_and_has_no_network)
{
	char from[128], to[128];

	landlock_pretend(versions[_i]);
	if (landlock_version() < 2)
		return;
	ck_assert(confine_manager(&config));
	ck_assert_int_eq(try_inside("inside", O_RDWR), 0);
	ck_assert_int_eq(try_inside("new", O_WRONLY | O_CREAT), 0);
	snprintf(from, sizeof(from), "%s/new", folder);
	snprintf(to, sizeof(to), "%s/newer", folder);
	ck_assert_int_eq(rename(from, to), 0);
	ck_assert_int_eq(unlink(to), 0);
	ck_assert_int_eq(try_open("/etc/passwd", O_RDONLY), 0);
	ck_assert_int_eq(try_open("/etc/hostname", O_RDONLY), EACCES);
	ck_assert_int_eq(try_open("/tmp/navette-elsewhere", O_WRONLY |
	    O_CREAT), EACCES);
	ck_assert_int_eq(try_socket(AF_UNIX), 0);
	ck_assert_int_eq(try_socket(AF_INET), EAFNOSUPPORT);
	ck_assert_int_eq(try_socket(AF_INET6), EAFNOSUPPORT);
	ck_assert_int_eq(try_socket(AF_PACKET), EAFNOSUPPORT);
	ck_assert(!can_run());
}
END_TEST

START_TEST(an_intake_reads_lists_but_no_secrets)
{
	landlock_pretend(versions[_i]);
	if (landlock_version() < 2)
		return;
	ck_assert(confine_intake(&config));
	ck_assert_int_eq(try_inside("inside", O_RDWR), 0);
	ck_assert_int_eq(try_open("/etc/passwd", O_RDONLY), 0);
	ck_assert_int_eq(try_open("/usr/bin/env", O_RDONLY), 0);
	ck_assert_int_eq(try_open("/etc/shadow", O_RDONLY), EACCES);
	ck_assert_int_eq(try_open("/etc/passwd", O_WRONLY), EACCES);
	ck_assert_int_eq(try_open("/usr/new", O_WRONLY | O_CREAT), EACCES);
	ck_assert_int_eq(try_socket(AF_INET), EAFNOSUPPORT);
	ck_assert(!can_run());
}
END_TEST

START_TEST(an_agent_has_network_and_writes_nothing)
{
	landlock_pretend(versions[_i]);
	if (landlock_version() < 2)
		return;
	ck_assert(confine_agent(&config));
	ck_assert_int_eq(try_inside("inside", O_RDONLY), EACCES);
	ck_assert_int_eq(try_inside("inside", O_WRONLY), EACCES);
	ck_assert_int_eq(try_open("/etc/resolv.conf", O_WRONLY), EACCES);
	ck_assert_int_ne(try_open("/etc/hosts", O_RDONLY), EACCES);
	ck_assert_int_eq(try_open("/etc/shadow", O_RDONLY), EACCES);
	ck_assert_int_eq(try_socket(AF_INET), 0);
	ck_assert_int_eq(try_socket(AF_PACKET), EAFNOSUPPORT);
	ck_assert(!can_run());
}
END_TEST

START_TEST(without_landlock_the_rest_still_holds)
{
	landlock_pretend(1);
	ck_assert(confine_manager(&config));
	ck_assert_int_eq(try_inside("inside", O_RDWR), 0);
	ck_assert_int_eq(try_socket(AF_INET), EAFNOSUPPORT);
	ck_assert(!can_run());
}
END_TEST

static Suite *
confine_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("confine/confine");
	t = tcase_create("confine");
	tcase_add_unchecked_fixture(t, make_folder, remove_folder);
	tcase_add_loop_test(t,
	    the_manager_writes_its_spool_and_has_no_network, 0, 2);
	tcase_add_loop_test(t, an_intake_reads_lists_but_no_secrets, 0, 2);
	tcase_add_loop_test(t, an_agent_has_network_and_writes_nothing, 0, 2);
	tcase_add_test(t, without_landlock_the_rest_still_holds);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(confine_suite)
