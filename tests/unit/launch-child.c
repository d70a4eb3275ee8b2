#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/role.h"
#include "launch/child.h"

/*
 * This program starts itself again in a folder where a copy of it is called
 * navette-agent; the children that it starts there are this program once more,
 * and tell in which state they found themselves.
 */
#define HOME "NAVETTE_UNIT_HOME"
#define CONFIG "mailname = \"web1.example.org\"\n"
#define SECONDS 60

/* --- a child ---------------------------------------------------------------*/

static void
describe_fds(struct buf *out)
{
	int fd;

	buf_add_string(out, "fds");
	for (fd = 3; fd < 200; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			buf_addf(out, " %d", fd);
	buf_add_char(out, '\n');
}

static void
describe_signals(struct buf *out)
{
	static const int signals[] = {SIGINT, SIGHUP, SIGTERM, SIGPIPE,
	    SIGUSR1};
	struct sigaction a;
	sigset_t blocked;
	size_t i;

	buf_add_string(out, "ignored");
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigaction(signals[i], NULL, &a) == 0 &&
		    a.sa_handler == SIG_IGN)
			buf_addf(out, " %s", sigabbrev_np(signals[i]));
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	buf_add_string(out, "\nblocked");
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigismember(&blocked, signals[i]) == 1)
			buf_addf(out, " %s", sigabbrev_np(signals[i]));
	buf_add_char(out, '\n');
}

static void
describe_config(struct buf *out)
{
	struct buf text = BUF_INIT;

	file_read(ROLE_FD_CONFIG, 1000, &text);
	buf_addf(out, "config %s", buf_string(&text));
	buf_addf(out, "sealed %s\n",
	    pwrite(ROLE_FD_CONFIG, "x", 1, 0) < 0 &&
	    ftruncate(ROLE_FD_CONFIG, 0) < 0 ? "yes" : "no");
	buf_free(&text);
}

/* A letter that the test sent along, to know one descriptor from the other. */
static void
describe_mark(const char *name, int fd, struct buf *out)
{
	char mark = '-';

	if (fcntl(fd, F_GETFD) >= 0 && read(fd, &mark, 1) != 1)
		mark = '?';
	buf_addf(out, "%s %c\n", name, mark);
}

static int
be_child(int argc, char **argv)
{
	struct buf out = BUF_INIT;
	char path[200];
	ssize_t n;
	bool sent;
	int i;

	buf_add_string(&out, "argv");
	for (i = 0; i < argc; i++)
		buf_addf(&out, " %s", argv[i]);
	n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	path[n < 0 ? 0 : n] = '\0';
	buf_addf(&out, "\nprogram%s\n", strrchr(path, '/'));
	describe_fds(&out);
	describe_signals(&out);
	describe_mark("own", ROLE_FD_OWN, &out);
	describe_mark("lock", ROLE_FD_LOCK, &out);
	describe_config(&out);
	sent = file_write(ROLE_FD_PEER, out.data, out.len);
	buf_free(&out);
	if (!sent)
		return 1;
	/* Until the test says so, or a signal does. */
	return read(ROLE_FD_PEER, path, 1) == 1 ? path[0] : 2;
}

/* --- the tests -------------------------------------------------------------*/

static struct buf said;
static int peer = -1;

static int
pipe_with(char mark)
{
	int fds[2];

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	ck_assert_int_eq(write(fds[1], &mark, 1), 1);
	close(fds[1]);
	return fds[0];
}

/* Starts one and hears what it says. */
static struct child *
start(const char *role, const char *smarthost, int own, int lock)
{
	struct child_start s = {.role = role, .config_path = "/etc/n.conf",
	    .smarthost = smarthost, .config = SLICE(CONFIG), .own = own,
	    .lock = lock};
	struct child *c;
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    pair), 0);
	s.peer = pair[1];
	peer = pair[0];
	c = child_start(&s);
	ck_assert_ptr_nonnull(c);
	buf_clear(&said);
	while (strstr(buf_string(&said), "sealed ") == NULL)
		ck_assert_int_gt(file_read_some(peer, 1000, &said), 0);
	return c;
}

static int
end(struct child *c)
{
	struct child *ended;
	int status, i;

	for (i = 0; i < SECONDS * 100; i++) {
		ended = child_reap(&status);
		if (ended != NULL) {
			ck_assert_ptr_eq(ended, c);
			free(ended);
			return status;
		}
		usleep(10000);
	}
	ck_abort_msg("the child has not ended");
	return -1;
}

static void
tell_end(char status)
{
	ck_assert_int_eq(write(peer, &status, 1), 1);
}

static void
says(const char *words)
{
	ck_assert_msg(strstr(buf_string(&said), words) != NULL,
	    "\"%s\" is not in:\n%s", words, buf_string(&said));
}

static void
setup(void)
{
	ck_assert_msg(child_begin(), "%s", strerror(errno));
}

START_TEST(a_role_finds_its_descriptors_and_no_others)
{
	struct child *c;
	int stray;

	stray = open("/dev/null", O_RDONLY);
	ck_assert_int_ge(stray, 0);
	c = start(ROLE_INTAKE, NULL, pipe_with('o'), -1);
	says("fds 3 4 5\n");
	says("own o\nlock -\n");
	says("config " CONFIG "sealed yes\n");
	tell_end(0);
	ck_assert_int_eq(end(c), 0);
	c = start(ROLE_AGENT, "isp", pipe_with('s'), pipe_with('l'));
	says("fds 3 4 5 6\n");
	says("own s\nlock l\n");
	tell_end(0);
	end(c);
	c = start(ROLE_AGENT, "isp", -1, -1);
	says("fds 3 4\n");
	tell_end(0);
	end(c);
	close(stray);
}
END_TEST

/* They lie where others belong; in a process of its own, for libcheck has
 * descriptors, too. */
START_TEST(descriptors_that_stand_in_each_others_places_are_not_mixed_up)
{
	int own, lock, status;
	pid_t pid;

	own = fcntl(pipe_with('o'), F_DUPFD_CLOEXEC, 50);
	lock = fcntl(pipe_with('l'), F_DUPFD_CLOEXEC, 50);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (dup2(own, ROLE_FD_LOCK) < 0 ||
		    dup2(lock, ROLE_FD_OWN) < 0 || !child_begin())
			_exit(1);
		start(ROLE_AGENT, "isp", ROLE_FD_LOCK, ROLE_FD_OWN);
		tell_end(0);
		_exit(strstr(buf_string(&said), "own o\nlock l\n") == NULL);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_role_is_told_what_it_is)
{
	struct child *c;

	c = start(ROLE_AGENT, "isp", -1, -1);
	says("argv navetted --role agent -C /etc/n.conf --smarthost isp\n");
	says("program/navette-agent\n");
	tell_end(0);
	end(c);
	c = start(ROLE_MANAGER, NULL, -1, -1);
	says("argv navetted --role manager -C /etc/n.conf\n");
	says("program/launch-child\n");
	tell_end(0);
	end(c);
}
END_TEST

START_TEST(signals_are_as_each_role_needs_them)
{
	struct child *c;

	signal(SIGUSR1, SIG_IGN);
	c = start(ROLE_MANAGER, NULL, -1, -1);
	says("ignored INT HUP TERM PIPE\nblocked\n");
	tell_end(0);
	end(c);
	c = start(ROLE_INTAKE, NULL, -1, -1);
	says("ignored INT HUP PIPE\nblocked TERM\n");
	child_signal(ROLE_MANAGER, SIGKILL);
	ck_assert(!c->leaving);
	child_signal(ROLE_INTAKE, SIGKILL);
	ck_assert(c->leaving);
	ck_assert_int_eq(WTERMSIG(end(c)), SIGKILL);
}
END_TEST

START_TEST(who_has_ended_is_known_with_its_status)
{
	struct child *c;
	int status;

	ck_assert_ptr_null(child_first());
	c = start(ROLE_INTAKE, NULL, -1, -1);
	ck_assert_ptr_null(child_reap(&status));
	ck_assert_ptr_eq(child_first(), c);
	ck_assert(child_has(ROLE_INTAKE));
	ck_assert(!child_has(ROLE_AGENT));
	tell_end(7);
	ck_assert_int_eq(WEXITSTATUS(end(c)), 7);
	ck_assert_ptr_null(child_first());
	ck_assert(!child_has(ROLE_INTAKE));
}
END_TEST

START_TEST(an_upgrade_never_mixes_two_versions)
{
	struct child *c;
	char path[300], old[310];

	snprintf(path, sizeof(path), "%s/navette-agent", getenv(HOME));
	snprintf(old, sizeof(old), "%s.old", path);
	ck_assert_int_eq(rename(path, old), 0);
	c = start(ROLE_AGENT, "isp", -1, -1);
	ck_assert_int_eq(rename(old, path), 0);
	says("program/navette-agent.old\n");
	tell_end(0);
	end(c);
}
END_TEST

static Suite *
child_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("launch/child");
	t = tcase_create("child");
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, a_role_finds_its_descriptors_and_no_others);
	tcase_add_test(t,
	    descriptors_that_stand_in_each_others_places_are_not_mixed_up);
	tcase_add_test(t, a_role_is_told_what_it_is);
	tcase_add_test(t, signals_are_as_each_role_needs_them);
	tcase_add_test(t, who_has_ended_is_known_with_its_status);
	tcase_add_test(t, an_upgrade_never_mixes_two_versions);
	suite_add_tcase(s, t);
	return s;
}

/* Copies this program into a folder, under both names, and becomes the copy. */
static int
move_house(char **argv)
{
	char home[] = "/tmp/navette-unit-XXXXXX", command[300], program[50];

	if (mkdtemp(home) == NULL)
		return EXIT_FAILURE;
	snprintf(program, sizeof(program), "%s/launch-child", home);
	snprintf(command, sizeof(command), "cp /proc/%d/exe %s && "
	    "cp %s %s/navette-agent", (int)getpid(), program, program, home);
	if (system(command) != 0 || setenv(HOME, home, 1) != 0)
		return EXIT_FAILURE;
	execv(program, argv);
	return EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
	char command[200];
	SRunner *runner;
	int failed;

	if (argc > 1 && strcmp(argv[1], "--role") == 0)
		return be_child(argc, argv);
	if (getenv(HOME) == NULL)
		return move_house(argv);
	runner = srunner_create(child_suite());
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	snprintf(command, sizeof(command), "rm -rf '%s'", getenv(HOME));
	return system(command) == 0 && failed == 0 ? EXIT_SUCCESS :
	    EXIT_FAILURE;
}
