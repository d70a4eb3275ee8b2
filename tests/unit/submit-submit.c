#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "spool/id.h"
#include "submit/submit.h"

#define LONG_MESSAGE 3000000

#define FOLDER "/tmp/navette-submit-XXXXXX"
static char folder[] = FOLDER;
static char socket_path[64], drop_path[64];
static struct submit_places places = {socket_path, drop_path};
static struct submission wish;
static struct recipient friend = {.addr = {"friend@example.net", 18}};
static struct buf text;
static int listener = -1;
static int heard = -1;		/* what the server got */
static pid_t server = -1;

static void
setup(void)
{
	memcpy(folder, FOLDER, sizeof(FOLDER));
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(socket_path, sizeof(socket_path), "%s/submit", folder);
	snprintf(drop_path, sizeof(drop_path), "%s/drop", folder);
	ck_assert_int_eq(mkdir(drop_path, 0700), 0);
	wish = (struct submission){.recipients = &friend, .count = 1};
	buf_clear(&text);
}

static void
teardown(void)
{
	char command[100];

	if (server > 0) {
		kill(server, SIGKILL);
		waitpid(server, NULL, 0);
	}
	server = -1;
	file_close(&listener);
	file_close(&heard);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
	buf_free(&text);
}

/* What a server does with its one caller. */
struct manners {
	size_t reads;		/* so many bytes, or until it is quiet: 0 */
	const char *answer;	/* then says this; NULL: nothing */
	bool stays;		/* and reads on until the caller goes */
};

static void
listen_there(int backlog)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};

	memcpy(to.sun_path, socket_path, strlen(socket_path));
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&to, sizeof(to)),
	    0);
	ck_assert_int_eq(listen(listener, backlog), 0);
}

/* Whether text ends with a block of length 0 that begins a block. */
static bool
has_end(struct slice in)
{
	size_t at;
	uint32_t len;

	at = submission_find_end(in);
	while (at > 0 && at + SUBMISSION_BLOCK_HEAD <= in.len) {
		if (!submission_block_length(in.ptr + at, &len))
			return false;
		at += SUBMISSION_BLOCK_HEAD;
		if (len == 0)
			return true;
		at += len;
	}
	return false;
}

static void __attribute__((noreturn))
serve(const struct manners *m, int report)
{
	struct buf in = BUF_INIT;
	ssize_t n;
	int fd;

	fd = accept(listener, NULL, NULL);
	n = 1;
	while (n > 0 && (m->reads > 0 ? in.len < m->reads :
	    !has_end(buf_slice(&in))))
		n = file_read_some(fd, m->reads > 0 ? m->reads - in.len :
		    65536, &in);
	if (m->answer != NULL)
		file_write(fd, m->answer, strlen(m->answer));
	while (m->stays && n > 0)
		n = file_read_some(fd, 65536, &in);
	file_close(&fd);
	file_write(report, in.data, in.len);
	_exit(0);
}

static void
start_server(struct manners m)
{
	int pipes[2];

	listen_there(5);
	ck_assert_int_eq(pipe(pipes), 0);
	server = fork();
	ck_assert_int_ge(server, 0);
	if (server == 0) {
		close(pipes[0]);
		signal(SIGPIPE, SIG_IGN);
		serve(&m, pipes[1]);
	}
	close(pipes[1]);
	heard = pipes[0];
	file_close(&listener);
}

/* The message that came out of bytes in submission format. */
static void
check_bytes(struct slice got, size_t message)
{
	struct buf want = BUF_INIT;
	size_t at, i;
	uint32_t len;
	bool same;

	submission_print(&wish, &want);
	ck_assert_uint_ge(got.len, want.len);
	ck_assert_mem_eq(got.ptr, want.data, want.len);
	at = want.len;
	i = 0;
	same = true;
	for (;;) {
		ck_assert_uint_le(at + SUBMISSION_BLOCK_HEAD, got.len);
		ck_assert(submission_block_length(got.ptr + at, &len));
		at += SUBMISSION_BLOCK_HEAD;
		if (len == 0)
			break;
		ck_assert_uint_le(at + len, got.len);
		for (; len > 0; len--, i++)
			same = got.ptr[at++] == (char)('a' + i % 26) && same;
	}
	ck_assert(same);
	ck_assert_uint_eq(at, got.len);
	ck_assert_uint_eq(i, message);
	buf_free(&want);
}

/* Adds size bytes of alphabet in pieces, as far as they are taken. */
static void
add_alphabet(struct submit *s, size_t size)
{
	char piece[26 * 400];
	size_t i, n;

	for (i = 0; i < sizeof(piece); i++)
		piece[i] = (char)('a' + i % 26);
	while (size > 0) {
		n = size < sizeof(piece) ? size : sizeof(piece);
		if (!submit_add(s, (struct slice){piece, n}))
			return;
		size -= n;
	}
}

static int
submit_alphabet(size_t size)
{
	struct submit *s;
	int status;

	s = submit_begin(&wish, &places);
	add_alphabet(s, size);
	status = submit_end(s, &text);
	submit_free(s);
	return status;
}

static void
check_told(const char *words)
{
	ck_assert_msg(strstr(buf_string(&text), words) != NULL, "%s: %s",
	    words, buf_string(&text));
}

/* The files in the drop folder; the last finished one's bytes. */
static unsigned
read_drops(struct buf *bytes)
{
	char path[400];
	struct dirent *e;
	struct stat info;
	unsigned n;
	DIR *d;

	n = 0;
	d = opendir(drop_path);
	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0)
			continue;
		n++;
		if (bytes == NULL)
			continue;
		ck_assert(id_is_valid(slice_from(e->d_name)));
		snprintf(path, sizeof(path), "%s/%s", drop_path, e->d_name);
		ck_assert(file_read_path(path, SIZE_MAX / 2, bytes, &info));
		ck_assert_uint_eq(info.st_mode & 07777, 0640);
	}
	closedir(d);
	return n;
}

static const size_t lengths[] = {
	0, 1, 2048, 262143, 262144, 262145, 300000, LONG_MESSAGE
};
#define LENGTHS ((int)(sizeof(lengths) / sizeof(lengths[0])))

START_TEST(the_daemon_gets_every_byte)
{
	struct buf got = BUF_INIT;

	start_server((struct manners){0, "0 1M7Z1Y4JQY7E8WR5\n", true});
	ck_assert_int_eq(submit_alphabet(lengths[_i]), EX_OK);
	ck_assert_str_eq(buf_string(&text), "1M7Z1Y4JQY7E8WR5");
	ck_assert(file_read(heard, SIZE_MAX / 2, &got));
	check_bytes(buf_slice(&got), lengths[_i]);
	ck_assert_uint_eq(read_drops(NULL), 0);
	buf_free(&got);
}
END_TEST

START_TEST(without_a_daemon_the_drop_folder_gets_every_byte)
{
	struct buf got = BUF_INIT;

	umask(077);
	ck_assert_int_eq(submit_alphabet(lengths[_i]), EX_OK);
	ck_assert(id_is_valid(buf_slice(&text)));
	ck_assert_uint_eq(read_drops(&got), 1);
	check_bytes(buf_slice(&got), lengths[_i]);
	buf_free(&got);
}
END_TEST

START_TEST(a_daemon_that_died_leaves_its_socket_and_mail_is_dropped)
{
	struct buf got = BUF_INIT;

	listen_there(5);
	file_close(&listener);
	ck_assert_int_eq(submit_alphabet(100), EX_OK);
	ck_assert_uint_eq(read_drops(&got), 1);
	check_bytes(buf_slice(&got), 100);
	buf_free(&got);
}
END_TEST

START_TEST(a_refusal_is_passed_on)
{
	start_server((struct manners){0, "75 the mail spool is full\n",
	    true});
	ck_assert_int_eq(submit_alphabet(100), EX_TEMPFAIL);
	ck_assert_str_eq(buf_string(&text), "the mail spool is full");
	ck_assert_uint_eq(read_drops(NULL), 0);
}
END_TEST

START_TEST(a_refusal_in_the_middle_is_heard)
{
	start_server((struct manners){1000, "69 too large\n", true});
	ck_assert_int_eq(submit_alphabet(LONG_MESSAGE), EX_UNAVAILABLE);
	ck_assert_str_eq(buf_string(&text), "too large");
	ck_assert_uint_eq(read_drops(NULL), 0);
}
END_TEST

START_TEST(a_refusal_at_the_door_is_heard)
{
	start_server((struct manners){1, "75 too many submissions at once\n",
	    false});
	ck_assert_int_eq(submit_alphabet(lengths[_i]), EX_TEMPFAIL);
	/* Short messages may be in the socket whole by then. */
	check_told("too many submissions at once");
	ck_assert_uint_eq(read_drops(NULL), 0);
}
END_TEST

START_TEST(a_daemon_gone_before_the_end_means_the_drop_folder)
{
	struct buf got = BUF_INIT;

	start_server((struct manners){1000, NULL, false});
	/* More than a socket holds, less than is held back. */
	ck_assert_int_eq(submit_alphabet(262144), EX_OK);
	ck_assert_uint_eq(read_drops(&got), 1);
	check_bytes(buf_slice(&got), 262144);
	buf_free(&got);
}
END_TEST

START_TEST(a_daemon_gone_in_a_long_message_means_try_again)
{
	start_server((struct manners){400000, NULL, false});
	ck_assert_int_eq(submit_alphabet(LONG_MESSAGE), EX_TEMPFAIL);
	check_told("not queued");
	ck_assert_uint_eq(read_drops(NULL), 0);
}
END_TEST

START_TEST(a_daemon_gone_after_the_end_means_doubt)
{
	start_server((struct manners){0, NULL, false});
	ck_assert_int_eq(submit_alphabet(lengths[_i]), EX_TEMPFAIL);
	check_told("may have been queued");
	ck_assert_uint_eq(read_drops(NULL), 0);
}
END_TEST

START_TEST(an_answer_that_is_none_means_doubt)
{
	start_server((struct manners){0, "hello\n", false});
	ck_assert_int_eq(submit_alphabet(10), EX_TEMPFAIL);
	check_told("may have been queued");
}
END_TEST

START_TEST(a_full_backlog_holds_nobody_up)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int64_t start;
	int fds[4];
	size_t i;

	listen_there(0);
	memcpy(to.sun_path, socket_path, strlen(socket_path));
	for (i = 0; i < 4; i++) {
		fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)!connect(fds[i], (struct sockaddr *)&to, sizeof(to));
	}
	start = clock_boot();
	ck_assert_int_eq(submit_alphabet(10), EX_OK);
	ck_assert_int_lt(clock_boot() - start, 4 * CLOCK_SEC);
	ck_assert_int_ge(clock_boot() - start, CLOCK_SEC);
	ck_assert_uint_eq(read_drops(NULL), 1);
	for (i = 0; i < 4; i++)
		close(fds[i]);
}
END_TEST

START_TEST(without_any_place_both_are_named)
{
	places.drop = "/nonexistent/drop";
	ck_assert_int_eq(submit_alphabet(lengths[_i]), EX_TEMPFAIL);
	check_told(socket_path);
	check_told("/nonexistent/drop: No such file or directory");
	check_told("not queued");
	places.drop = drop_path;
}
END_TEST

START_TEST(a_path_too_long_for_a_socket_is_no_socket)
{
	char path[300];

	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	places.socket = path;
	ck_assert_int_eq(submit_alphabet(10), EX_OK);
	places.socket = socket_path;
	ck_assert_uint_eq(read_drops(NULL), 1);
}
END_TEST

START_TEST(a_message_given_up_leaves_nothing)
{
	struct submit *s;

	s = submit_begin(&wish, &places);
	add_alphabet(s, lengths[_i]);
	submit_free(s);
	ck_assert_uint_eq(read_drops(NULL), 0);
}
END_TEST

START_TEST(a_limit_on_file_sizes_is_told)
{
	struct rlimit limit = {100, RLIM_INFINITY};
	int status, failed;

	/* Nothing is asserted under it: libcheck writes files, too. */
	failed = setrlimit(RLIMIT_FSIZE, &limit);
	status = submit_alphabet(lengths[_i]);
	limit.rlim_cur = RLIM_INFINITY;
	failed |= setrlimit(RLIMIT_FSIZE, &limit);
	ck_assert_int_eq(failed, 0);
	ck_assert_int_eq(status, EX_TEMPFAIL);
	check_told("File too large");
	ck_assert_uint_eq(read_drops(NULL), 0);
}
END_TEST

/* With -t the header is looked at before the message is dropped. */
static const struct {
	const char *message;
	bool has_argument;
	int status;
	const char *told;
} headers[] = {
	{"To: joe\n\nx", false, EX_OK, NULL},
	{"Bcc: a@x, Joe <b@y>\n\nTo: <\n", false, EX_OK, NULL},
	{"To: joe <a\n\nx", false, EX_DATAERR, "the field To"},
	{"Cc: a b@x\n", false, EX_DATAERR, "the field Cc"},
	{"Subject: x\n\nTo: a@x\n", false, EX_USAGE, "no recipients"},
	{"To: nobody:;\n\n", false, EX_USAGE, "no recipients"},
	{"Subject: x\n\n", true, EX_OK, NULL},
	{"", false, EX_USAGE, "no recipients"},
};

START_TEST(recipients_in_a_header_are_checked_before_a_drop)
{
	struct submit *s;
	int status;

	wish.flags = SUBMIT_EXTRACT;
	wish.count = headers[_i].has_argument;
	s = submit_begin(&wish, &places);
	submit_add(s, slice_from(headers[_i].message));
	status = submit_end(s, &text);
	submit_free(s);
	ck_assert_msg(status == headers[_i].status, "%d: %s", status,
	    buf_string(&text));
	if (headers[_i].told != NULL)
		check_told(headers[_i].told);
	ck_assert_uint_eq(read_drops(NULL), status == EX_OK);
}
END_TEST

START_TEST(the_environment_names_the_places)
{
	struct submit_places p;

	ck_assert_int_eq(unsetenv("NAVETTE_SOCKET"), 0);
	ck_assert_int_eq(unsetenv("NAVETTE_DROP"), 0);
	p = submit_places();
	ck_assert_str_eq(p.socket, "/run/navette/submit");
	ck_assert_str_eq(p.drop, "/var/spool/navette/drop");
	ck_assert_int_eq(setenv("NAVETTE_SOCKET", "", 1), 0);
	ck_assert_int_eq(setenv("NAVETTE_DROP", "", 1), 0);
	p = submit_places();
	ck_assert_str_eq(p.socket, "/run/navette/submit");
	ck_assert_str_eq(p.drop, "/var/spool/navette/drop");
	ck_assert_int_eq(setenv("NAVETTE_SOCKET", "/a", 1), 0);
	ck_assert_int_eq(setenv("NAVETTE_DROP", "/b", 1), 0);
	p = submit_places();
	ck_assert_str_eq(p.socket, "/a");
	ck_assert_str_eq(p.drop, "/b");
}
END_TEST

static Suite *
submit_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("submit/submit");
	t = tcase_create("submit");
	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, the_daemon_gets_every_byte, 0, LENGTHS);
	tcase_add_loop_test(t,
	    without_a_daemon_the_drop_folder_gets_every_byte, 0, LENGTHS);
	tcase_add_test(t,
	    a_daemon_that_died_leaves_its_socket_and_mail_is_dropped);
	tcase_add_test(t, a_refusal_is_passed_on);
	tcase_add_test(t, a_refusal_in_the_middle_is_heard);
	tcase_add_loop_test(t, a_refusal_at_the_door_is_heard, 0, LENGTHS);
	tcase_add_test(t, a_daemon_gone_before_the_end_means_the_drop_folder);
	tcase_add_test(t, a_daemon_gone_in_a_long_message_means_try_again);
	tcase_add_loop_test(t, a_daemon_gone_after_the_end_means_doubt, 0,
	    LENGTHS);
	tcase_add_test(t, an_answer_that_is_none_means_doubt);
	tcase_add_test(t, a_full_backlog_holds_nobody_up);
	tcase_add_loop_test(t, without_any_place_both_are_named, 0, LENGTHS);
	tcase_add_test(t, a_path_too_long_for_a_socket_is_no_socket);
	tcase_add_loop_test(t, a_message_given_up_leaves_nothing, 0, LENGTHS);
	tcase_add_loop_test(t, a_limit_on_file_sizes_is_told, 2, LENGTHS);
	tcase_add_loop_test(t,
	    recipients_in_a_header_are_checked_before_a_drop, 0,
	    (int)(sizeof(headers) / sizeof(headers[0])));
	tcase_add_test(t, the_environment_names_the_places);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(submit_suite)
