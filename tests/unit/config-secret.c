#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "config/secret.h"

#define FOLDER "/tmp/navette-secret-XXXXXX"
static char folder[] = FOLDER;
static struct buf secret, error;

static void
setup(void)
{
	memcpy(folder, FOLDER, sizeof(FOLDER));
	ck_assert_ptr_nonnull(mkdtemp(folder));
	buf_clear(&secret);
	buf_clear(&error);
}

static void
teardown(void)
{
	char command[300];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
	buf_free(&secret);
	buf_free(&error);
}

static char *
write_file(const char *name, struct slice text, mode_t mode)
{
	static char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text.ptr, 1, text.len, f), text.len);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(path, mode), 0);
	return path;
}

static bool
read_from(char *path)
{
	struct smarthost s = {.title = (char *)"isp",
	    .password_file = path};

	return secret_read(&s, &secret, &error);
}

/* Runs a shell command as a password-command would be run. */
static bool
read_command(const char *script)
{
	char *argv[] = {(char *)"/bin/sh", (char *)"-c", (char *)script};
	struct smarthost s = {.title = (char *)"isp",
	    .password_command = {argv, 3, 3}};

	return secret_read(&s, &secret, &error);
}

static void
check_told(const char *words)
{
	ck_assert_uint_eq(secret.len, 0);
	ck_assert_msg(strstr(buf_string(&error), "smarthost \"isp\": ") ==
	    error.data, "%s", buf_string(&error));
	ck_assert_msg(strstr(buf_string(&error), words) != NULL, "%s: %s",
	    words, buf_string(&error));
}

START_TEST(a_smarthost_without_login_has_no_secret)
{
	struct smarthost s = {.title = (char *)"isp"};

	ck_assert(secret_read(&s, &secret, &error));
	ck_assert_uint_eq(secret.len, 0);
}
END_TEST

#define TEXT(text) {text, sizeof(text) - 1}

static const struct {
	struct slice text;
	const char *secret;
} files[] = {
	{TEXT("secret\n"), "secret"},
	{TEXT("secret"), "secret"},
	{TEXT("secret\r\nmore\n"), "secret"},
	{TEXT(" a # ${X} \"b\" \n"), " a # ${X} \"b\" "},
	{TEXT("p\xc3\xa9\\n\n"), "p\xc3\xa9\\n"},
};

START_TEST(the_first_line_is_taken_raw)
{
	ck_assert_msg(read_from(write_file("p", files[_i].text, 0640)),
	    "%s", buf_string(&error));
	ck_assert_str_eq(buf_string(&secret), files[_i].secret);
	ck_assert_uint_eq(error.len, 0);
}
END_TEST

static const struct {
	struct slice text;
	mode_t mode;
	const char *told;
} refused[] = {
	{TEXT("secret\n"), 0644, "chmod 640"},
	{TEXT("secret\n"), 0602, "chmod 640"},
	{TEXT(""), 0600, "first line is empty"},
	{TEXT("\nsecret\n"), 0600, "first line is empty"},
	{TEXT("\r\n"), 0600, "first line is empty"},
	{TEXT("sec\0ret\n"), 0600, "NUL"},
};

START_TEST(a_file_that_will_not_do_is_told)
{
	ck_assert(!read_from(write_file("p", refused[_i].text,
	    refused[_i].mode)));
	check_told(refused[_i].told);
	ck_assert_ptr_null(strstr(buf_string(&error), "secret\n"));
}
END_TEST

START_TEST(a_file_of_another_user_is_refused)
{
	char *path;

	if (geteuid() != 0)
		return;
	path = write_file("p", SLICE("secret\n"), 0600);
	ck_assert_int_eq(chown(path, 12345, 12345), 0);
	ck_assert(!read_from(path));
	check_told("uid 12345");
	ck_assert_ptr_nonnull(strstr(buf_string(&error), "chown root"));
}
END_TEST

START_TEST(a_key_that_others_can_read_is_refused)
{
	struct smarthost s = {.title = (char *)"isp"};

	s.client_key = write_file("k", SLICE("key\n"), 0644);
	ck_assert(!secret_read(&s, &secret, &error));
	check_told("chmod 640");
	buf_clear(&error);
	s.client_key = write_file("k", SLICE("key\n"), 0640);
	ck_assert(secret_read(&s, &secret, &error));
}
END_TEST

static struct config *
config_with(const char *key, const char *path)
{
	struct buf text = BUF_INIT;
	struct config *c;

	buf_addf(&text, "smarthost \"isp\" {\nhost = \"h.example\"\n"
	    "user = \"u\"\nclient-certificate = \"/c.pem\"\n"
	    "%s = \"%s\"\n%s}\n", key, path,
	    strcmp(key, "client-key") == 0 ? "password-file = \"/no/p\"\n" :
	    "client-key = \"/no/k\"\n");
	c = config_parse(buf_slice(&text), "t.conf", &error);
	ck_assert_msg(c != NULL, "%s", buf_string(&error));
	buf_free(&text);
	return c;
}

static const char *const secret_keys[] = {"password-file", "client-key"};

START_TEST(an_open_secret_is_told_with_file_line_and_key)
{
	struct buf said = BUF_INIT;
	struct config *c;

	c = config_with(secret_keys[_i], write_file("s", SLICE("x\n"), 0604));
	buf_addf(&said, "t.conf:5: %s: smarthost \"isp\": %s/s: others can ",
	    secret_keys[_i], folder);
	ck_assert(!secret_check(c, &error));
	ck_assert_msg(strstr(buf_string(&error), buf_string(&said)) != NULL,
	    "%s", buf_string(&error));
	buf_clear(&error);
	write_file("s", SLICE("x\n"), 0640);
	ck_assert(secret_check(c, &error));
	ck_assert_uint_eq(error.len, 0);
	config_free(c);
	buf_free(&said);
}
END_TEST

START_TEST(what_is_no_file_is_told)
{
	char path[300];

	ck_assert(!read_from((char *)"/nonexistent/p"));
	check_told("cannot read /nonexistent/p: No such file");
	buf_clear(&error);
	ck_assert(!read_from(folder));
	check_told("directory");
	buf_clear(&error);
	snprintf(path, sizeof(path), "%s/fifo", folder);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert(!read_from(path));
	check_told("cannot read");
}
END_TEST

START_TEST(an_endless_file_is_refused)
{
	char *text;

	text = xmalloc(20000);
	memset(text, 'x', 20000);
	ck_assert(!read_from(write_file("p", (struct slice){text, 20000},
	    0600)));
	check_told("too large");
	free(text);
}
END_TEST

START_TEST(a_name_without_slash_is_a_credential)
{
	write_file("isp", SLICE("token\n"), 0400);
	ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
	ck_assert(read_from((char *)"isp"));
	ck_assert_str_eq(buf_string(&secret), "token");
	buf_clear(&secret);
	ck_assert_int_eq(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	ck_assert(!read_from((char *)"isp"));
	check_told("LoadCredential=isp:");
}
END_TEST

START_TEST(a_command_gives_its_first_line)
{
	ck_assert_msg(read_command("echo pass word; echo more"), "%s",
	    buf_string(&error));
	ck_assert_str_eq(buf_string(&secret), "pass word");
}
END_TEST

static const struct {
	const char *script;
	const char *told;
} commands[] = {
	{"echo x; exit 3", "status 3"},
	{"echo x; kill -9 $$", "signal 9"},
	{"exit 0", "first line is empty"},
	{"echo; echo x", "first line is empty"},
	{"yes", "more than 16 KiB"},
};

START_TEST(a_command_that_fails_is_told)
{
	ck_assert(!read_command(commands[_i].script));
	check_told(commands[_i].told);
}
END_TEST

START_TEST(a_command_that_cannot_run_is_told)
{
	char *argv[] = {(char *)"/nonexistent/pass"};
	struct smarthost s = {.title = (char *)"isp",
	    .password_command = {argv, 1, 1}};

	ck_assert(!secret_read(&s, &secret, &error));
	check_told("cannot run it: No such file");
}
END_TEST

START_TEST(a_command_has_no_input_and_no_descriptors_of_ours)
{
	ck_assert(read_command("test -t 0 || cat; ls /proc/$$/fd | wc -l"));
	/* 0, 1, 2 and what the shell itself opens. */
	ck_assert_uint_le(strtoul(buf_string(&secret), NULL, 10), 4);
}
END_TEST

START_TEST(what_a_command_leaves_behind_holds_nobody_up)
{
	int64_t start;

	start = clock_boot();
	ck_assert_msg(read_command("sleep 5 & echo secret"), "%s",
	    buf_string(&error));
	ck_assert_str_eq(buf_string(&secret), "secret");
	ck_assert_int_lt(clock_boot() - start, 4 * CLOCK_SEC);
}
END_TEST

START_TEST(a_command_that_hangs_is_killed_after_30_seconds)
{
	int64_t start, took;

	start = clock_boot();
	ck_assert(!read_command("echo secret; exec sleep 100"));
	took = clock_boot() - start;
	check_told("no answer within 30 s");
	ck_assert_int_ge(took, 29 * CLOCK_SEC);
	ck_assert_int_le(took, 35 * CLOCK_SEC);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}
END_TEST

static Suite *
secret_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("config/secret");
	t = tcase_create("file");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_smarthost_without_login_has_no_secret);
	tcase_add_loop_test(t, the_first_line_is_taken_raw, 0,
	    (int)(sizeof(files) / sizeof(files[0])));
	tcase_add_loop_test(t, a_file_that_will_not_do_is_told, 0,
	    (int)(sizeof(refused) / sizeof(refused[0])));
	tcase_add_test(t, a_file_of_another_user_is_refused);
	tcase_add_test(t, a_key_that_others_can_read_is_refused);
	tcase_add_loop_test(t, an_open_secret_is_told_with_file_line_and_key,
	    0, (int)(sizeof(secret_keys) / sizeof(secret_keys[0])));
	tcase_add_test(t, what_is_no_file_is_told);
	tcase_add_test(t, an_endless_file_is_refused);
	tcase_add_test(t, a_name_without_slash_is_a_credential);
	suite_add_tcase(s, t);
	t = tcase_create("command");
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_command_gives_its_first_line);
	tcase_add_loop_test(t, a_command_that_fails_is_told, 0,
	    (int)(sizeof(commands) / sizeof(commands[0])));
	tcase_add_test(t, a_command_that_cannot_run_is_told);
	tcase_add_test(t, a_command_has_no_input_and_no_descriptors_of_ours);
	tcase_add_test(t, what_a_command_leaves_behind_holds_nobody_up);
	tcase_add_test(t, a_command_that_hangs_is_killed_after_30_seconds);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(secret_suite)
