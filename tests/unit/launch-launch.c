#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/role.h"
#include "launch/notify.h"
#include "launch/role.h"
#include "launch/sockets.h"
#include "launch/upkeep.h"
#include "launch/vault.h"

static char folder[64], path[100];
static struct buf error;

static void
setup(void)
{
	snprintf(folder, sizeof(folder), "/tmp/navette-unit-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/place", folder);
}

static void
teardown(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
	buf_free(&error);
}

/* Connects to path; -1 with errno. */
static int
call(void)
{
	struct sockaddr_un to;
	int fd;

	memset(&to, 0, sizeof(to));
	to.sun_family = AF_UNIX;
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_ge(fd, 0);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		file_close(&fd);
	return fd;
}

START_TEST(a_socket_gets_its_name_only_when_it_is_published)
{
	struct stat info;
	int fd, caller;

	fd = socket_prepare(path, &error);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(call(), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert(socket_publish(path, &error));
	caller = call();
	ck_assert_int_ge(caller, 0);
	ck_assert_int_eq(stat(path, &info), 0);
	ck_assert_uint_eq(info.st_mode & 0777, 0666);
	file_close(&caller);
	file_close(&fd);
	socket_withdraw(path);
	ck_assert_int_eq(stat(path, &info), -1);
}
END_TEST

START_TEST(the_socket_of_a_dead_daemon_is_replaced)
{
	int fd, again, caller;

	fd = socket_prepare(path, &error);
	ck_assert(socket_publish(path, &error));
	file_close(&fd);
	ck_assert_int_eq(call(), -1);
	ck_assert_int_eq(errno, ECONNREFUSED);
	again = socket_prepare(path, &error);
	ck_assert_int_ge(again, 0);
	ck_assert(socket_publish(path, &error));
	caller = call();
	ck_assert_int_ge(caller, 0);
	file_close(&caller);
	file_close(&again);
}
END_TEST

START_TEST(a_socket_that_cannot_be_is_told_with_its_path)
{
	char long_path[300];

	memset(long_path, 'x', sizeof(long_path));
	long_path[0] = '/';
	long_path[sizeof(long_path) - 1] = '\0';
	ck_assert_int_eq(socket_prepare(long_path, &error), -1);
	ck_assert_ptr_nonnull(strstr(buf_string(&error), long_path));
	buf_clear(&error);
	ck_assert(!socket_publish(path, &error));
	ck_assert_ptr_nonnull(strstr(buf_string(&error), path));
}
END_TEST

START_TEST(the_control_socket_lies_beside_the_other)
{
	char *control;

	control = socket_control_path("/run/navette/submit");
	ck_assert_str_eq(control, "/run/navette/control");
	free(control);
	control = socket_control_path("submit");
	ck_assert_str_eq(control, "control");
	free(control);
}
END_TEST

static struct smarthost
smarthost_with(const char *text)
{
	struct smarthost s;
	FILE *f;

	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(path, 0600), 0);
	memset(&s, 0, sizeof(s));
	s.title = (char *)(uintptr_t)"isp";
	s.user = (char *)(uintptr_t)"jean";
	s.password_file = path;
	return s;
}

static void
vault_gives(const struct smarthost *s, const char *secret)
{
	struct buf text = BUF_INIT;
	int fd;

	fd = vault_open(s, &error);
	ck_assert_msg(fd >= 0, "%s", buf_string(&error));
	ck_assert(file_read(fd, 1000, &text));
	ck_assert_str_eq(buf_string(&text), secret);
	file_close(&fd);
	buf_free(&text);
}

START_TEST(a_secret_is_read_once_until_it_is_forgotten)
{
	struct smarthost s;

	s = smarthost_with("first\n");
	vault_gives(&s, "first");
	s = smarthost_with("second\n");
	vault_gives(&s, "first");
	vault_forget("another");
	vault_gives(&s, "first");
	vault_forget("isp");
	vault_gives(&s, "second");
	s = smarthost_with("third\n");
	vault_forget_all();
	vault_gives(&s, "third");
	vault_forget_all();
}
END_TEST

START_TEST(a_secret_that_cannot_be_read_is_no_descriptor)
{
	struct smarthost s;

	s = smarthost_with("x\n");
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(vault_open(&s, &error), -1);
	ck_assert_ptr_nonnull(strstr(buf_string(&error), path));
	/* And nothing is kept of it. */
	s = smarthost_with("there again\n");
	vault_gives(&s, "there again");
	vault_forget_all();
}
END_TEST

START_TEST(the_service_manager_hears_our_state)
{
	struct sockaddr_un at;
	char said[32];
	ssize_t n;
	int fd;

	memset(&at, 0, sizeof(at));
	at.sun_family = AF_UNIX;
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(setenv("NOTIFY_SOCKET", path, 1), 0);
	notify_send("READY=1");
	n = recv(fd, said, sizeof(said), MSG_DONTWAIT);
	ck_assert_int_eq(n, 7);
	ck_assert_mem_eq(said, "READY=1", 7);
	/* Where nobody wants to know, nobody is told and nothing fails. */
	ck_assert_int_eq(setenv("NOTIFY_SOCKET", "relative", 1), 0);
	notify_send("READY=1");
	ck_assert_int_eq(unsetenv("NOTIFY_SOCKET"), 0);
	notify_send("READY=1");
	ck_assert_int_eq(recv(fd, said, sizeof(said), MSG_DONTWAIT), -1);
	file_close(&fd);
}
END_TEST

static bool
parse(struct role *r, const char *const *words)
{
	char *argv[8];
	int argc;

	for (argc = 0; words[argc] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc];
	argv[argc] = NULL;
	return role_parse(argc, argv, r);
}

START_TEST(the_words_of_a_role_are_taken_apart)
{
	static const char *const words[] = {"navetted", "--role", ROLE_AGENT,
	    "-C", "/x", "-e", "--smarthost=isp", NULL};
	struct role r;

	ck_assert(parse(&r, words));
	ck_assert_str_eq(r.name, ROLE_AGENT);
	ck_assert_str_eq(r.config_path, "/x");
	ck_assert_str_eq(r.smarthost, "isp");
	ck_assert(r.to_stderr);
}
END_TEST

START_TEST(without_words_it_is_the_launcher)
{
	static const char *const words[] = {"navetted", NULL};
	struct role r;

	ck_assert(parse(&r, words));
	ck_assert_ptr_null(r.name);
	ck_assert_str_eq(r.config_path, CONFIG_DEFAULT_FILE);
	ck_assert(!r.to_stderr);
}
END_TEST

START_TEST(a_word_too_many_is_wrong_usage)
{
	static const char *const words[] = {"navetted", "start", NULL};
	struct role r;

	ck_assert(!parse(&r, words));
}
END_TEST

/* So many descriptors may be open, or as many as ever. */
static void
limit_descriptors(rlim_t count)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = count < limit.rlim_max ? count : limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* What starting is given where it cannot succeed: no such socket. */
static struct starter *
poor_starter(void)
{
	static struct starter st;
	static struct config config;

	st.config = &config;
	st.config_path = "/nowhere/navette.conf";
	st.submit = st.manager = -1;
	return &st;
}

START_TEST(an_intake_that_cannot_be_started_is_tried_with_growing_pauses)
{
	int64_t now, last, pause;
	int i;

	/* All that is to be opened fails. */
	limit_descriptors(3);
	upkeep_begin();
	ck_assert_int_eq(upkeep_wake(), 0);
	now = 1000 * CLOCK_SEC;
	last = 0;
	for (i = 0; i < 12; i++) {
		upkeep_run(poor_starter(), now);
		pause = upkeep_wake() - now;
		ck_assert_int_ge(pause, CLOCK_SEC);
		ck_assert_int_ge(pause, last);
		ck_assert_int_le(pause, 60 * CLOCK_SEC);
		last = pause;
		now += pause;
	}
	ck_assert_int_eq(last, 60 * CLOCK_SEC);
	limit_descriptors(RLIM_INFINITY);
	upkeep_end();
	ck_assert_int_eq(upkeep_wake(), CLOCK_NEVER);
}
END_TEST

START_TEST(an_intake_that_dies_at_each_start_does_not_make_us_spin)
{
	int64_t now;

	upkeep_end();
	now = 1000 * CLOCK_SEC;
	/* As if it had started long ago: the next one comes at once. */
	upkeep_ended(true, false, now);
	ck_assert_int_eq(upkeep_wake(), now);
	upkeep_end();
	/* What ended in order, too, if it lived at all. */
	upkeep_ended(true, true, now);
	ck_assert_int_eq(upkeep_wake(), now);
	upkeep_end();
	limit_descriptors(3);
	upkeep_begin();
	upkeep_run(poor_starter(), now);
	limit_descriptors(RLIM_INFINITY);
	upkeep_end();
	upkeep_ended(true, true, now + CLOCK_SEC / 2);
	ck_assert_int_ge(upkeep_wake(), now + CLOCK_SEC);
	upkeep_end();
	upkeep_ended(true, false, now + 59 * CLOCK_SEC);
	ck_assert_int_gt(upkeep_wake(), now + 60 * CLOCK_SEC);
	upkeep_end();
	upkeep_ended(true, false, now + 61 * CLOCK_SEC);
	ck_assert_int_eq(upkeep_wake(), now + 61 * CLOCK_SEC);
}
END_TEST

static Suite *
launch_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("launch");
	t = tcase_create("sockets, vault, notify, role");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_socket_gets_its_name_only_when_it_is_published);
	tcase_add_test(t, the_socket_of_a_dead_daemon_is_replaced);
	tcase_add_test(t, a_socket_that_cannot_be_is_told_with_its_path);
	tcase_add_test(t, the_control_socket_lies_beside_the_other);
	tcase_add_test(t, a_secret_is_read_once_until_it_is_forgotten);
	tcase_add_test(t, a_secret_that_cannot_be_read_is_no_descriptor);
	tcase_add_test(t, the_service_manager_hears_our_state);
	tcase_add_test(t, the_words_of_a_role_are_taken_apart);
	tcase_add_test(t, without_words_it_is_the_launcher);
	tcase_add_test(t, a_word_too_many_is_wrong_usage);
	suite_add_tcase(s, t);
	t = tcase_create("upkeep");
	tcase_add_test(t,
	    an_intake_that_cannot_be_started_is_tried_with_growing_pauses);
	tcase_add_test(t,
	    an_intake_that_dies_at_each_start_does_not_make_us_spin);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(launch_suite)
