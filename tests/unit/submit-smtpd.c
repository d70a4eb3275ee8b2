#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/file.h"
#include "mail/submission.h"
#include "submit/dots.h"
#include "submit/smtparg.h"
#include "submit/smtpd.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

/* DATA */

static const struct {
	bool lf_only;
	const char *in;
	const char *out;
	size_t taken;		/* 0: all of it, and no end */
} texts[] = {
	{false, "hello\r\n.\r\nQUIT\r\n", "hello\r\n", 10},
	{false, ".\r\n", "", 3},
	{false, "a\r\n..b\r\n.\r\n", "a\r\n.b\r\n", 11},
	{false, ".a\r\n.\r\n", "a\r\n", 7},
	{false, "a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n", 11},
	{false, "a\r\n.\r\rb\r\n.\r\n", "a\r\n\r\rb\r\n", 12},
	{false, "a\r\r\n.\r\n", "a\r\r\n", 7},
	/* What a smuggler would like to be the end. */
	{false, "a\n.\nMAIL\r\n.\r\n", "a\n.\nMAIL\r\n", 13},
	{false, "a\n.\r\nMAIL\r\n.\r\n", "a\n.\r\nMAIL\r\n", 14},
	{false, "a\r\n.\nMAIL\r\n.\r\n", "a\r\n\nMAIL\r\n", 14},
	{false, "a\r.\r\nMAIL\r\n.\r\n", "a\r.\r\nMAIL\r\n", 14},
	{false, "a\r.\rMAIL\r\n.\r\n", "a\r.\rMAIL\r\n", 13},
	{false, "a\n.\r", "a\n.\r", 0},
	{false, "hello", "hello", 0},
	{false, "hello\r\n.", "hello\r\n", 0},
	/* A client that ends all its lines with LF. */
	{true, "a\n.\nQUIT\n", "a\n", 4},
	{true, "a\n..b\n.\n", "a\n.b\n", 8},
	{true, "a\r\n.\r\n", "a\r\n", 6},
	{true, "a\n.\r\n", "a\n", 5},
	{true, "a.\n.b\n.\n", "a.\nb\n", 8},
	{true, "a\r.\n", "a\r.\n", 0},
};

static void
check_text(size_t i, size_t piece)
{
	struct dots d = DOTS_INIT(texts[i].lf_only);
	struct buf out = BUF_INIT;
	size_t at, n, len;

	len = strlen(texts[i].in);
	for (at = 0; at < len && d.state != DOTS_END; at += n) {
		n = len - at < piece ? len - at : piece;
		n = dots_add(&d, (struct slice){texts[i].in + at, n}, &out);
	}
	ck_assert_str_eq(buf_string(&out), texts[i].out);
	ck_assert_int_eq(d.state == DOTS_END, texts[i].taken > 0);
	ck_assert_uint_eq(at, texts[i].taken > 0 ? texts[i].taken : len);
	buf_free(&out);
}

START_TEST(only_a_real_end_ends_a_message_however_it_comes)
{
	size_t piece;

	for (piece = 1; piece < 20; piece++)
		check_text((size_t)_i, piece);
}
END_TEST

/* Arguments */

static const struct {
	const char *text;
	const char *addr;
	const char *refusal;	/* its start, or NULL */
} mails[] = {
	{"<a@x>", "a@x", NULL},
	{" <a@x> ", "a@x", NULL},
	{"a@x", "a@x", NULL},
	{" a@x BODY=8BITMIME", "a@x", NULL},
	{"<>", "", NULL},
	{"<root>", "root", NULL},
	{"<@b,@c:a@x>", "a@x", NULL},
	{"<\"a>b\"@x> SIZE=10", "\"a>b\"@x", NULL},
	{"<\"a\\\"b\"@x>", "\"a\\\"b\"@x", NULL},
	{"<a@x> SIZE=1000 BODY=7BIT RET=HDRS ENVID=a+2Bb AUTH=<>", "a@x",
	    NULL},
	{"<a@x> size=0  ret=full", "a@x", NULL},
	{"<j\xc3\xb6@x> SMTPUTF8", "j\xc3\xb6@x", NULL},
	{"<j\xc3\xb6@x>", NULL, "553 5.6.7"},
	{"", NULL, "501 5.1.7"},
	{"<a@x", NULL, "501 5.1.7"},
	{"<a@x>SIZE=1", NULL, "501 5.1.7"},
	{"<a b@x>", NULL, "501 5.1.7"},
	{"<a@x> SIZE=1e3", NULL, "501 5.5.4"},
	{"<a@x> SIZE=", NULL, "501 5.5.4"},
	{"<a@x> SIZE", NULL, "501 5.5.4"},
	{"<a@x> BODY=BINARYMIME", NULL, "501 5.5.4"},
	{"<a@x> RET=SOME", NULL, "501 5.5.4"},
	{"<a@x> ENVID=a=b", NULL, "501 5.5.4"},
	{"<a@x> SMTPUTF8=1", NULL, "501 5.5.4"},
	{"<a@x> NOTIFY=NEVER", NULL, "555 5.5.4"},
	{"<a@x> MT-PRIORITY=3", NULL, "555 5.5.4"},
};

START_TEST(a_sender_and_its_parameters_are_understood)
{
	struct smtparg arg;
	const char *refusal;

	refusal = smtparg_mail(slice_from(mails[_i].text), &arg);
	if (mails[_i].refusal == NULL) {
		ck_assert_msg(refusal == NULL, "%s", refusal);
		ck_assert(slice_is(arg.addr, mails[_i].addr));
	} else {
		ck_assert_ptr_nonnull(refusal);
		ck_assert_int_eq(strncmp(refusal, mails[_i].refusal,
		    strlen(mails[_i].refusal)), 0);
	}
}
END_TEST

static const struct {
	const char *text;
	bool utf8;
	const char *refusal;
} rcpts[] = {
	{"<a@x>", false, NULL},
	{"<Postmaster>", false, NULL},
	{"<a@x> NOTIFY=NEVER", false, NULL},
	{"<a@x> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+2Bb@x", false, NULL},
	{"<j\xc3\xb6@x>", true, NULL},
	{"<j\xc3\xb6@x>", false, "553 5.6.7"},
	{"<>", false, "501 5.1.7"},
	{"<a@x,b@x>", false, "501 5.1.7"},
	{"<a@x> NOTIFY=NEVER,DELAY", false, "501 5.5.4"},
	{"<a@x> NOTIFY", false, "501 5.5.4"},
	{"<a@x> ORCPT=a@x", false, "501 5.5.4"},
	{"<a@x> ORCPT=;a@x", false, "501 5.5.4"},
	{"<a@x> ORCPT=rfc822;a=x", false, "501 5.5.4"},
	{"<a@x> SIZE=1", false, "555 5.5.4"},
};

START_TEST(a_recipient_and_its_parameters_are_understood)
{
	struct smtparg arg;
	const char *refusal;

	refusal = smtparg_rcpt(slice_from(rcpts[_i].text), rcpts[_i].utf8,
	    &arg);
	if (rcpts[_i].refusal == NULL)
		ck_assert_msg(refusal == NULL, "%s", refusal);
	else {
		ck_assert_ptr_nonnull(refusal);
		ck_assert_int_eq(strncmp(refusal, rcpts[_i].refusal,
		    strlen(rcpts[_i].refusal)), 0);
	}
}
END_TEST

START_TEST(dsn_parameters_arrive)
{
	struct smtparg arg;

	ck_assert_ptr_null(smtparg_mail(SLICE("<a@x> RET=HDRS ENVID=i+2Bd "
	    "BODY=8BITMIME"), &arg));
	ck_assert_int_eq(arg.ret, RETURN_HEADERS);
	ck_assert(slice_is(arg.envid, "i+2Bd"));
	ck_assert(arg.is_8bit);
	ck_assert_ptr_null(smtparg_rcpt(SLICE("<a@x> NOTIFY=FAILURE,SUCCESS "
	    "ORCPT=rfc822;b@x"), false, &arg));
	ck_assert_uint_eq(arg.notify, NOTIFY_FAILURE | NOTIFY_SUCCESS);
	ck_assert(slice_is(arg.orcpt, "rfc822;b@x"));
}
END_TEST

/* Whole sessions, with the drop folder for a daemon. */

#define FOLDER "/tmp/navette-smtpd-XXXXXX"
static char folder[] = FOLDER;
static struct buf answer;

static void
setup(void)
{
	memcpy(folder, FOLDER, sizeof(FOLDER));
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(setenv("NAVETTE_SOCKET", "/nonexistent/s", 1), 0);
	ck_assert_int_eq(setenv("NAVETTE_DROP", folder, 1), 0);
	buf_clear(&answer);
}

static void
teardown(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
	buf_free(&answer);
}

/* Runs a session whose client says all of it at once; its exit status. */
static int
converse(const char *said)
{
	struct options o = {.mode = MODE_SMTP};
	int in[2], out[2], status;
	pid_t pid, writer;

	ck_assert_int_eq(pipe(in), 0);
	ck_assert_int_eq(pipe(out), 0);
	pid = fork();
	if (pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		close(in[1]);
		close(out[0]);
		_exit(smtpd_run(&o));
	}
	writer = fork();
	if (writer == 0) {
		file_write(in[1], said, strlen(said));
		_exit(0);
	}
	close(in[0]);
	close(in[1]);
	close(out[1]);
	ck_assert(file_read(out[0], 1 << 20, &answer));
	close(out[0]);
	ck_assert_int_eq(waitpid(writer, NULL, 0), writer);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* The codes of the replies, without those of lines that go on. */
static void
check_codes(const char *want)
{
	struct buf codes = BUF_INIT;
	struct slice rest, line;

	rest = buf_slice(&answer);
	while (slice_cut(&rest, '\n', &line)) {
		if (line.len < 4 || line.ptr[3] == '-')
			continue;
		ck_assert_int_eq(line.ptr[line.len - 1], '\r');
		if (codes.len > 0)
			buf_add_char(&codes, ' ');
		buf_add(&codes, line.ptr, 3);
	}
	ck_assert_msg(strcmp(buf_string(&codes), want) == 0, "%s: %s", want,
	    buf_string(&answer));
	buf_free(&codes);
}

/* All messages that were handed over, in order. */
static void
read_drops(struct buf *all, unsigned *count)
{
	struct dirent **names;
	char path[400];
	int i, n;

	*count = 0;
	n = scandir(folder, &names, NULL, alphasort);
	ck_assert_int_ge(n, 2);
	for (i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.') {
			snprintf(path, sizeof(path), "%s/%s", folder,
			    names[i]->d_name);
			ck_assert(file_read_path(path, 1 << 24, all, NULL));
			++*count;
		}
		free(names[i]);
	}
	free(names);
}

static bool
contains(const struct buf *b, const char *words)
{
	return b->data != NULL &&
	    memmem(b->data, b->len, words, strlen(words)) != NULL;
}

#define LETTER "Subject: x\r\n\r\nhello\r\n.\r\n"

static const struct {
	const char *said;
	const char *codes;
	unsigned messages;
	int status;
} sessions[] = {
	{"", "220", 0, EX_OK},
	{"QUIT\r\n", "220 221", 0, EX_OK},
	{"quit\n", "220 221", 0, EX_OK},
	{"EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\n" LETTER
	    "QUIT\r\n", "220 250 250 250 354 250 221", 1, EX_OK},
	{"MAIL FROM:<>\r\nRCPT TO:<b@y>\r\nDATA\r\n" LETTER,
	    "220 250 250 354 250", 1, EX_OK},
	/* Several transactions in one session. */
	{"HELO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\n" LETTER
	    "MAIL FROM:<a@x>\r\nRCPT TO:<c@y>\r\nRCPT TO:<d@y>\r\nDATA\r\n"
	    LETTER "QUIT\r\n",
	    "220 250 250 250 354 250 250 250 250 354 250 221", 2, EX_OK},
	/* Bare LF all along. */
	{"EHLO x\nMAIL FROM:<a@x>\nRCPT TO:<b@y>\nDATA\nhi\n.\nQUIT\n",
	    "220 250 250 250 354 250 221", 1, EX_OK},
	/* Cut off before the end. */
	{"MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\nhello\r\n",
	    "220 250 250 354", 0, EX_IOERR},
	{"MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\nhello\r\n.",
	    "220 250 250 354", 0, EX_IOERR},
	{"MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\na\n.\nQUIT\n",
	    "220 250 250 354", 0, EX_IOERR},
	/* One bad recipient of two; none; none good. */
	{"MAIL FROM:<a@x>\r\nRCPT TO:<b@>\r\nRCPT TO:<c@y>\r\nDATA\r\n"
	    LETTER, "220 250 501 250 354 250", 1, EX_OK},
	{"MAIL FROM:<a@x>\r\nDATA\r\nQUIT\r\n", "220 250 503 221", 0, EX_OK},
	{"MAIL FROM:<a@x>\r\nRCPT TO:<b@>\r\nDATA\r\nQUIT\r\n",
	    "220 250 501 503 221", 0, EX_OK},
	/* Out of order. */
	{"RCPT TO:<b@y>\r\nDATA\r\nQUIT\r\n", "220 503 503 221", 0, EX_OK},
	{"MAIL FROM:<a@x>\r\nMAIL FROM:<a@x>\r\nQUIT\r\n",
	    "220 250 503 221", 0, EX_OK},
	{"MAIL FROM:<a@x>\r\nRSET\r\nRCPT TO:<b@y>\r\nQUIT\r\n",
	    "220 250 250 503 221", 0, EX_OK},
	{"MAIL FROM:<a@x>\r\nEHLO x\r\nRCPT TO:<b@y>\r\nQUIT\r\n",
	    "220 250 250 503 221", 0, EX_OK},
	/* The rest. */
	{"EHLO\r\nHELO\r\nNOOP\r\nNOOP x\r\nVRFY a\r\nVRFY\r\nHELP\r\n"
	    "HELP x\r\nEXPN a\r\n\r\nDATA x\r\nMAIL a\r\nQUIT\r\n",
	    "220 501 501 250 250 252 501 214 214 502 500 501 501 221", 0,
	    EX_OK},
	{"AUTH PLAIN x\r\nSTARTTLS\r\nBDAT 1\r\nX\x01\r\nQUIT\r\n",
	    "220 502 502 502 500 221", 0, EX_OK},
};

START_TEST(a_session_goes_as_the_standard_says)
{
	struct buf all = BUF_INIT;
	unsigned n;
	int status;

	status = converse(sessions[_i].said);
	check_codes(sessions[_i].codes);
	ck_assert_int_eq(status, sessions[_i].status);
	read_drops(&all, &n);
	ck_assert_uint_eq(n, sessions[_i].messages);
	buf_free(&all);
}
END_TEST

START_TEST(ehlo_tells_what_is_offered)
{
	converse("EHLO x\r\n");
	ck_assert(contains(&answer, "\r\n250-PIPELINING\r\n"));
	ck_assert(contains(&answer, "\r\n250-SIZE\r\n"));
	ck_assert(contains(&answer, "\r\n250-8BITMIME\r\n"));
	ck_assert(contains(&answer, "\r\n250-SMTPUTF8\r\n"));
	ck_assert(contains(&answer, "\r\n250-DSN\r\n"));
	ck_assert(contains(&answer, "\r\n250-ENHANCEDSTATUSCODES\r\n"));
	ck_assert(contains(&answer, "\r\n250 HELP\r\n"));
}
END_TEST

START_TEST(all_that_was_said_is_handed_over)
{
	struct buf all = BUF_INIT;
	struct submission got;
	const char *why;
	unsigned n;

	converse("EHLO x\r\nMAIL FROM:<a@x> RET=FULL ENVID=e+2Bf "
	    "BODY=8BITMIME\r\nRCPT TO:<b@y> NOTIFY=NEVER\r\n"
	    "RCPT TO:<c@y> ORCPT=rfc822;d@y\r\nDATA\r\n"
	    "Subject: x\r\n\r\n..dot\r\nend\n.\n\r\n.\r\n");
	read_drops(&all, &n);
	ck_assert_uint_eq(n, 1);
	ck_assert(submission_parse(buf_slice(&all), &got, &why));
	ck_assert(got.has_sender);
	ck_assert(slice_is(got.sender, "a@x"));
	ck_assert_int_eq(got.ret, RETURN_FULL);
	ck_assert(slice_is(got.envid, "e+2Bf"));
	ck_assert_uint_eq(got.flags, SUBMIT_8BIT);
	ck_assert_uint_eq(got.count, 2);
	ck_assert(slice_is(got.recipients[0].addr, "b@y"));
	ck_assert_uint_eq(got.recipients[0].notify, NOTIFY_NEVER);
	ck_assert(slice_is(got.recipients[1].orcpt, "rfc822;d@y"));
	ck_assert(contains(&all, "Subject: x\r\n\r\n.dot\r\nend\n.\n\r\n"));
	submission_free(&got);
	buf_free(&all);
}
END_TEST

START_TEST(nothing_of_one_transaction_is_in_the_next)
{
	struct buf all = BUF_INIT;
	unsigned n;

	converse("MAIL FROM:<secret@x> ENVID=first\r\nRCPT TO:<one@y>\r\n"
	    "RSET\r\nMAIL FROM:<b@x>\r\nRCPT TO:<two@y>\r\nDATA\r\n" LETTER);
	read_drops(&all, &n);
	ck_assert_uint_eq(n, 1);
	ck_assert(!contains(&all, "secret"));
	ck_assert(!contains(&all, "first"));
	ck_assert(!contains(&all, "one@y"));
	ck_assert(contains(&all, "two@y"));
	buf_free(&all);
}
END_TEST

START_TEST(long_mail_and_many_recipients_pass)
{
	struct buf said = BUF_INIT, all = BUF_INIT;
	unsigned n;
	int i;

	buf_add_string(&said, "MAIL FROM:<a@x>\r\n");
	for (i = 0; i < 1000; i++)
		buf_addf(&said, "RCPT TO:<u%d@y.example>\r\n", i);
	buf_add_string(&said, "DATA\r\n");
	for (i = 0; i < 20000; i++)
		buf_addf(&said, "..line %d of a long message\r\n", i);
	buf_add_string(&said, ".\r\nQUIT\r\n");
	ck_assert_int_eq(converse(buf_string(&said)), EX_OK);
	read_drops(&all, &n);
	ck_assert_uint_eq(n, 1);
	ck_assert(contains(&all, "u999@y.example"));
	ck_assert(contains(&all, "\n.line 19999 of a long message\r\n"));
	buf_free(&said);
	buf_free(&all);
}
END_TEST

START_TEST(a_line_without_end_is_refused_once)
{
	struct buf said = BUF_INIT;
	int i;

	for (i = 0; i < 20000; i++)
		buf_add_string(&said, "NOOP NOOP ");
	buf_add_string(&said, "\r\nNOOP\r\nQUIT\r\n");
	ck_assert_int_eq(converse(buf_string(&said)), EX_OK);
	check_codes("220 500 250 221");
	buf_free(&said);
}
END_TEST

START_TEST(a_client_that_only_errs_is_sent_away)
{
	struct buf said = BUF_INIT;
	int i;

	for (i = 0; i < 30; i++)
		buf_add_string(&said, "FOO\r\n");
	converse(buf_string(&said));
	ck_assert(contains(&answer, "421 4.7.0 Too many errors\r\n"));
	buf_free(&said);
}
END_TEST

START_TEST(mail_that_cannot_be_handed_over_is_for_later)
{
	ck_assert_int_eq(setenv("NAVETTE_DROP", "/nonexistent", 1), 0);
	ck_assert_int_eq(converse("MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\n"
	    "DATA\r\n" LETTER "QUIT\r\n"), EX_OK);
	check_codes("220 250 250 354 451 221");
	ck_assert(contains(&answer, "not queued"));
}
END_TEST

/* A daemon that says this to whoever comes first. */
static pid_t
daemon_saying(const char *words)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	struct buf in = BUF_INIT;
	pid_t pid;
	int fd, caller;

	snprintf(at.sun_path, sizeof(at.sun_path), "%s/submit", folder);
	ck_assert_int_eq(setenv("NAVETTE_SOCKET", at.sun_path, 1), 0);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	pid = fork();
	if (pid == 0) {
		caller = accept(fd, NULL, NULL);
		file_read_some(caller, 65536, &in);
		file_write(caller, words, strlen(words));
		shutdown(caller, SHUT_WR);
		while (file_read_some(caller, 65536, &in) > 0)
			;
		_exit(0);
	}
	file_close(&fd);
	return pid;
}

static const struct {
	const char *answer;
	const char *reply;
} refused[] = {
	{"75 the mail spool is full\n", "452 4.3.1 the mail spool is full"},
	{"69 the message is too large\n",
	    "552 5.3.4 the message is too large"},
	{"65 no such thing\n", "554 5.6.0 no such thing"},
	{"77 not for you\n", "550 5.7.1 not for you"},
};

START_TEST(what_the_daemon_refuses_has_a_code_of_its_own)
{
	pid_t pid;

	pid = daemon_saying(refused[_i].answer);
	ck_assert_int_eq(converse("MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\n"
	    "DATA\r\n" LETTER "QUIT\r\n"), EX_OK);
	ck_assert(contains(&answer, refused[_i].reply));
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}
END_TEST

static Suite *
smtpd_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("submit/smtpd");
	t = tcase_create("parts");
	tcase_add_loop_test(t,
	    only_a_real_end_ends_a_message_however_it_comes, 0,
	    COUNT(texts));
	tcase_add_loop_test(t, a_sender_and_its_parameters_are_understood, 0,
	    COUNT(mails));
	tcase_add_loop_test(t, a_recipient_and_its_parameters_are_understood,
	    0, COUNT(rcpts));
	tcase_add_test(t, dsn_parameters_arrive);
	suite_add_tcase(s, t);
	t = tcase_create("sessions");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, a_session_goes_as_the_standard_says, 0,
	    COUNT(sessions));
	tcase_add_test(t, ehlo_tells_what_is_offered);
	tcase_add_test(t, all_that_was_said_is_handed_over);
	tcase_add_test(t, nothing_of_one_transaction_is_in_the_next);
	tcase_add_test(t, long_mail_and_many_recipients_pass);
	tcase_add_test(t, a_line_without_end_is_refused_once);
	tcase_add_test(t, a_client_that_only_errs_is_sent_away);
	tcase_add_test(t, mail_that_cannot_be_handed_over_is_for_later);
	tcase_add_loop_test(t, what_the_daemon_refuses_has_a_code_of_its_own,
	    0, COUNT(refused));
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(smtpd_suite)
