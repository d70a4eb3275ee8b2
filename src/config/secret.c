#include "config/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

/* Access tokens are long; nothing that one types is. */
#define SECRET_MAX ((size_t)16384)
#define COMMAND_TIME (30 * CLOCK_SEC)

/* Begins the sentence about what is wrong with the secret of s. */
static void
begin(const struct smarthost *s, const char *what, struct buf *error)
{
	buf_addf(error, "smarthost \"%s\": %s: ", s->title, what);
}

/* The first line of text, without its end. */
static bool
take_line(const struct smarthost *s, const char *what, struct slice text,
    struct buf *secret, struct buf *error)
{
	struct slice line;

	line = (struct slice){text.ptr, slice_find(text, '\n')};
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (line.len == 0 || slice_find(line, '\0') < line.len) {
		begin(s, what, error);
		buf_add_string(error, line.len == 0 ?
		    "the first line is empty: the password belongs there" :
		    "the first line holds a NUL byte");
		return false;
	}
	buf_add_slice(secret, line);
	return true;
}

/* A name without a slash is a credential that systemd has put down for us. */
static bool
find_file(const struct smarthost *s, struct buf *path, struct buf *error)
{
	const char *folder;

	if (s->password_file[0] == '/') {
		buf_add_string(path, s->password_file);
		return true;
	}
	folder = secure_getenv("CREDENTIALS_DIRECTORY");
	if (folder == NULL) {
		begin(s, "password-file", error);
		buf_addf(error, "\"%s\" is the name of a systemd credential, "
		    "but systemd gave none: add LoadCredential=%s:FILE to "
		    "the unit, or write the whole path", s->password_file,
		    s->password_file);
		return false;
	}
	buf_addf(path, "%s/%s", folder, s->password_file);
	return true;
}

static bool
is_private(const struct smarthost *s, const char *path,
    const struct stat *info, struct buf *error)
{
	if ((info->st_mode & (S_IROTH | S_IWOTH)) != 0) {
		begin(s, path, error);
		buf_addf(error, "others can read or change it (mode %04o): "
		    "chmod 640 %s, and change the password if this machine "
		    "has other users", (unsigned)(info->st_mode & 07777),
		    path);
		return false;
	}
	if (info->st_uid != 0 && info->st_uid != geteuid()) {
		begin(s, path, error);
		buf_addf(error, "it belongs to uid %lu, who can change it: "
		    "chown root %s", (unsigned long)info->st_uid, path);
		return false;
	}
	return true;
}

/* The most usual mistake: the file is root's alone. */
static bool
cannot_read(const struct smarthost *s, const char *path, int why,
    struct buf *error)
{
	const struct passwd *pw;

	buf_addf(error, "smarthost \"%s\": cannot read %s: %s", s->title,
	    path, strerror(why));
	pw = why == EACCES ? getpwuid(geteuid()) : NULL;
	if (pw != NULL)
		buf_addf(error, " for the user %s: the file must be readable "
		    "by the daemon's group (chgrp), with mode 0640",
		    pw->pw_name);
	return false;
}

static bool
read_file(const struct smarthost *s, struct buf *secret, struct buf *error)
{
	struct buf text = BUF_INIT, path = BUF_INIT;
	struct stat info;
	bool ok;

	/* Room for all of it at once: growing would leave copies behind. */
	buf_reserve(&text, SECRET_MAX + 2);
	ok = find_file(s, &path, error);
	if (ok && !file_read_path(buf_string(&path), SECRET_MAX, &text,
	    &info))
		ok = cannot_read(s, buf_string(&path), errno, error);
	else if (ok)
		ok = is_private(s, buf_string(&path), &info, error) &&
		    take_line(s, buf_string(&path), buf_slice(&text), secret,
		    error);
	buf_wipe(&text);
	buf_free(&path);
	return ok;
}

/* Starts the command in a process group of its own, nothing on its standard
 * input, its standard output in the pipe. 0 or an errno. */
static int
start(char *const argv[], int output, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int r;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null",
	    O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP |
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	r = posix_spawn(pid, argv[0], &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return r;
}

/*
 * Reads until the output ends or the command does (something that it left
 * behind may hold the output open). 0 when the command is gone, or an errno.
 */
static int
collect(int output, int process, struct buf *text)
{
	struct pollfd p[2] = {{output, POLLIN, 0}, {process, POLLIN, 0}};
	int64_t deadline;
	ssize_t n;
	int r;

	deadline = clock_boot() + COMMAND_TIME;
	for (;;) {
		r = poll(p, 2, clock_poll_timeout(deadline));
		if (r < 0 && errno != EINTR)
			return errno;
		if (r == 0)
			return ETIMEDOUT;
		n = p[0].fd < 0 ? 0 : file_read_some(output,
		    SECRET_MAX + 1 - text->len, text);
		if (text->len > SECRET_MAX)
			return EFBIG;
		if (n == 0)
			p[0].fd = -1;
		if (n <= 0 && r > 0 && p[1].revents != 0)
			return 0;
	}
}

static void
explain(int fault, int status, struct buf *error)
{
	if (fault == ETIMEDOUT)
		buf_add_string(error, "no answer within 30 s: killed");
	else if (fault == EFBIG)
		buf_add_string(error, "it prints more than 16 KiB: killed");
	else if (fault != 0)
		buf_addf(error, "cannot run it: %s", strerror(fault));
	else if (WIFSIGNALED(status))
		buf_addf(error, "ended by signal %d", WTERMSIG(status));
	else
		buf_addf(error, "ended with status %d: run it as the "
		    "daemon's user to see why", WEXITSTATUS(status));
}

/* Waits for the command, killing it first when it failed us. */
static int
finish(pid_t pid, int fault, int *status)
{
	pid_t r;

	if (fault != 0)
		kill(-pid, SIGKILL);
	do
		r = waitpid(pid, status, 0);
	while (r < 0 && errno == EINTR);
	return fault == 0 && r < 0 ? errno : fault;
}

static int
run(const struct smarthost *s, struct buf *text, int *status)
{
	char **argv;
	int pipes[2], process, fault;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC) != 0)
		return errno;
	argv = xcalloc(s->password_command.count + 1, sizeof(*argv));
	memcpy(argv, s->password_command.items,
	    s->password_command.count * sizeof(*argv));
	fault = start(argv, pipes[1], &pid);
	free(argv);
	file_close(&pipes[1]);
	if (fault == 0) {
		process = pidfd_open(pid, 0);
		fault = process < 0 || !file_set_nonblocking(pipes[0], true) ?
		    errno : collect(pipes[0], process, text);
		fault = finish(pid, fault, status);
		file_close(&process);
	}
	file_close(&pipes[0]);
	return fault;
}

static bool
run_command(const struct smarthost *s, struct buf *secret,
    struct buf *error)
{
	struct buf text = BUF_INIT;
	int fault, status;
	bool ok;

	buf_reserve(&text, SECRET_MAX + 2);
	status = 0;
	fault = run(s, &text, &status);
	ok = fault == 0 && status == 0;
	if (!ok) {
		begin(s, "password-command", error);
		explain(fault, status, error);
	} else
		ok = take_line(s, "password-command", buf_slice(&text),
		    secret, error);
	buf_wipe(&text);
	return ok;
}

/* A file that is not there is no leak. */
static bool
is_path_private(const struct smarthost *s, const char *path,
    struct buf *error)
{
	struct stat info;

	return path == NULL || path[0] != '/' || stat(path, &info) != 0 ||
	    is_private(s, path, &info, error);
}

static bool
check_file(const struct config *c, const struct smarthost *s, unsigned line,
    const char *key, const char *path, struct buf *errors)
{
	struct buf why = BUF_INIT;
	bool ok;

	ok = is_path_private(s, path, &why);
	if (!ok)
		buf_addf(errors, "%s:%u: %s: %s\n", c->file, line, key,
		    buf_string(&why));
	buf_free(&why);
	return ok;
}

bool
secret_check(const struct config *c, struct buf *errors)
{
	const struct smarthost *s;
	bool ok;
	size_t i;

	ok = true;
	for (i = 0; i < c->count; i++) {
		s = &c->smarthosts[i];
		ok &= check_file(c, s, s->password_line, "password-file",
		    s->password_file, errors);
		ok &= check_file(c, s, s->key_line, "client-key",
		    s->client_key, errors);
	}
	return ok;
}

bool
secret_read(const struct smarthost *s, struct buf *secret,
    struct buf *error)
{
	if (!is_path_private(s, s->client_key, error))
		return false;
	if (s->password_command.count > 0)
		return run_command(s, secret, error);
	if (s->password_file != NULL)
		return read_file(s, secret, error);
	return true;
}
