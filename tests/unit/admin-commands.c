#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "admin/commands.h"
#include "base/buf.h"
#include "base/file.h"

#define WORDS_MAX 6

static char folder[64], submit[80], control[80];
static struct config config;
static pid_t daemon_pid = -1;

static void
setup(void)
{
	snprintf(folder, sizeof(folder), "/tmp/navette-unit-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(submit, sizeof(submit), "%s/submit", folder);
	snprintf(control, sizeof(control), "%s/control", folder);
	config.socket = submit;
}

static void
teardown(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
}

/* The one question it is asked, into FOLDER/heard, before it answers. */
static void
serve(int listener, const char *answer, size_t step)
{
	char line[300];
	size_t len, n, part;
	ssize_t got;
	FILE *f;
	int fd;

	fd = accept(listener, NULL, NULL);
	len = 0;
	while (len < sizeof(line) && memchr(line, '\n', len) == NULL) {
		got = read(fd, line + len, sizeof(line) - len);
		if (got <= 0)
			_exit(1);
		len += (size_t)got;
	}
	if (chdir(folder) != 0 || (f = fopen("heard", "w")) == NULL ||
	    fwrite(line, 1, len, f) != len || fclose(f) != 0)
		_exit(1);
	for (n = 0; n < strlen(answer); n += part) {
		part = strlen(answer) - n < step ? strlen(answer) - n : step;
		if (send(fd, answer + n, part, MSG_NOSIGNAL) < 0)
			_exit(1);
	}
	_exit(0);
}

/* A daemon that gives this answer, in pieces of so many bytes. */
static void
daemon_start(const char *answer, size_t step)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int listener;

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", control);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&at, sizeof(at)),
	    0);
	ck_assert_int_eq(listen(listener, 1), 0);
	daemon_pid = fork();
	ck_assert_int_ge(daemon_pid, 0);
	if (daemon_pid == 0)
		serve(listener, answer, step);
	close(listener);
}

static void
read_back(const char *name, struct buf *text)
{
	char path[100];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDONLY);
	ck_assert_int_ge(fd, 0);
	buf_clear(text);
	ck_assert(file_read(fd, 100000, text));
	close(fd);
}

static void
holds(const char *name, const char *words)
{
	struct buf text = BUF_INIT;

	read_back(name, &text);
	ck_assert_msg(strstr(buf_string(&text), words) != NULL,
	    "\"%s\" is not in %s:\n%s", words, name, buf_string(&text));
	buf_free(&text);
}

static void
is(const char *name, const char *whole)
{
	struct buf text = BUF_INIT;

	read_back(name, &text);
	ck_assert_str_eq(buf_string(&text), whole);
	buf_free(&text);
}

/* Runs a command as main() would; its status. What it says is in FOLDER/out
 * and FOLDER/err. */
static int
run(const char *line)
{
	char words[200], *argv[WORDS_MAX + 1], *rest;
	char out[100], err[100];
	const struct command *command;
	pid_t pid;
	int argc, status;

	snprintf(words, sizeof(words), "%s", line);
	snprintf(out, sizeof(out), "%s/out", folder);
	snprintf(err, sizeof(err), "%s/err", folder);
	rest = words;
	for (argc = 0; argc < WORDS_MAX && rest != NULL; argc++)
		argv[argc] = strsep(&rest, " ");
	argv[argc] = NULL;
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (freopen(out, "w", stdout) == NULL ||
		    freopen(err, "w", stderr) == NULL)
			_exit(255);
		command = commands_find(argc, argv);
		status = command == NULL ? EX_USAGE :
		    commands_run(command, &config, argc, argv);
		fflush(stdout);
		fflush(stderr);
		_exit(status);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* What people type, and what the daemon is asked. */
static const struct {
	const char *typed, *asked;
} commands[] = {
	{"flush", "flush\n"},
	{"flush --wait", "flush-wait\n"},
	{"queue", "list\n"},
	{"queue --ids", "ids\n"},
	{"hold A", "hold A\n"},
	{"release A B", "release A B\n"},
	{"retry A", "retry A\n"},
	{"remove A B C", "remove A B C\n"},
};

START_TEST(each_command_asks_the_daemon_in_its_words)
{
	daemon_start(". 0\n", 100);
	ck_assert_int_eq(run(commands[_i].typed), EX_OK);
	is("heard", commands[_i].asked);
}
END_TEST

static const char *const misused[] = {"flush now", "flush --now",
    "queue --id", "hold", "remove", "fly", "queue --ids extra"};

START_TEST(misuse_is_told_and_asks_nothing)
{
	/* Nobody listens: it would be another status. */
	ck_assert_int_eq(run(misused[_i]), EX_USAGE);
	is("out", "");
	holds("err", "navette: ");
}
END_TEST

START_TEST(an_unknown_command_is_told_those_that_exist)
{
	ck_assert_int_eq(run("fly away"), EX_USAGE);
	holds("err", "there is no command \"fly away\"");
	holds("err", "  remove ");
}
END_TEST

static const size_t steps[] = {1, 2, 3, 100};

START_TEST(an_answer_is_shown_as_it_comes_and_its_last_line_is_the_status)
{
	daemon_start(" one\n two\n \n. 75\n", steps[_i]);
	ck_assert_int_eq(run("queue"), EX_TEMPFAIL);
	is("out", "one\ntwo\n\n");
	is("err", "");
}
END_TEST

START_TEST(only_a_list_says_that_the_queue_is_empty)
{
	daemon_start(". 0\n", 100);
	ck_assert_int_eq(run("queue"), EX_OK);
	is("out", "The queue is empty.\n");
	ck_assert_int_eq(unlink(control), 0);
	daemon_start(". 0\n", 100);
	ck_assert_int_eq(run("queue --ids"), EX_OK);
	is("out", "");
}
END_TEST

static const char *const broken[] = {"", " one\n", " one\n. ", ". x\n",
    ". 256\n", ". -1\n"};

START_TEST(an_answer_without_its_end_is_never_taken_for_an_empty_queue)
{
	daemon_start(broken[_i], 100);
	ck_assert_int_eq(run("queue"), EX_TEMPFAIL);
	holds("err", "broke off");
}
END_TEST

START_TEST(a_daemon_that_is_not_there_is_told)
{
	ck_assert_int_eq(run("queue"), EX_TEMPFAIL);
	holds("err", submit);
	holds("err", "is navetted running?");
	is("out", "");
}
END_TEST

START_TEST(a_socket_whose_path_is_too_long_is_told)
{
	char path[300];

	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[200] = '/';
	path[sizeof(path) - 1] = '\0';
	config.socket = path;
	ck_assert_int_eq(run("queue"), EX_TEMPFAIL);
	holds("err", "too long");
}
END_TEST

#define TIMES(a) ((int)(sizeof(a) / sizeof((a)[0])))

static Suite *
commands_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("admin/commands");
	t = tcase_create("commands");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, each_command_asks_the_daemon_in_its_words, 0,
	    TIMES(commands));
	tcase_add_loop_test(t, misuse_is_told_and_asks_nothing, 0,
	    TIMES(misused));
	tcase_add_test(t, an_unknown_command_is_told_those_that_exist);
	tcase_add_loop_test(t,
	    an_answer_is_shown_as_it_comes_and_its_last_line_is_the_status,
	    0, TIMES(steps));
	tcase_add_test(t, only_a_list_says_that_the_queue_is_empty);
	tcase_add_loop_test(t,
	    an_answer_without_its_end_is_never_taken_for_an_empty_queue, 0,
	    TIMES(broken));
	tcase_add_test(t, a_daemon_that_is_not_there_is_told);
	tcase_add_test(t, a_socket_whose_path_is_too_long_is_told);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(commands_suite)
