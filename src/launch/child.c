#include "launch/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/file.h"
#include "base/program.h"
#include "base/role.h"

/* Above all that a role finds, so that nothing is overwritten on the way. */
#define HIGH_FD 100

static int daemon_program = -1;
static int agent_program = -1;
static struct child *children;

bool
child_begin(void)
{
	daemon_program = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	agent_program = program_open(PROGRAM_AGENT);
	return daemon_program >= 0 && agent_program >= 0;
}

/* A copy of its own: several processes must not share a file offset. */
static int
seal_config(struct slice text)
{
	int fd;

	fd = memfd_create("navette.conf", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return -1;
	if (!file_write(fd, text.ptr, text.len) ||
	    lseek(fd, 0, SEEK_SET) != 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW |
	    F_SEAL_WRITE) != 0)
		file_close(&fd);
	return fd;
}

/* What a role finds, first copied above all of its places, so that putting one
 * into its place never overwrites another. */
static void
place_all(const int fds[static ROLE_FD_LOCK + 1])
{
	int high[ROLE_FD_LOCK + 1], i;

	for (i = ROLE_FD_PEER; i <= ROLE_FD_LOCK; i++)
		high[i] = fds[i] < 0 ? -1 : fcntl(fds[i], F_DUPFD_CLOEXEC,
		    HIGH_FD);
	for (i = ROLE_FD_PEER; i <= ROLE_FD_LOCK; i++)
		if (high[i] < 0)
			close(i);
		else if (dup2(high[i], i) < 0)
			_exit(EX_OSERR);
}

/* Who stops us may tell every process at once, as a terminal and a shutdown do;
 * only the launcher knows in which order they leave, and tells intakes so. They
 * hear it when they listen for it, however early it came. */
static void
reset_signals(const char *role)
{
	sigset_t blocked;
	int i;

	for (i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigemptyset(&blocked);
	if (strcmp(role, ROLE_INTAKE) != 0)
		signal(SIGTERM, SIG_IGN);
	else
		sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
}

/* execve(2) takes what it never changes without const. */
static char *
word(const char *s)
{
	return (char *)(uintptr_t)s;
}

static void __attribute__((noreturn))
become(const struct child_start *start, int config)
{
	int fds[ROLE_FD_LOCK + 1] = {
		[ROLE_FD_PEER] = start->peer,
		[ROLE_FD_CONFIG] = config,
		[ROLE_FD_OWN] = start->own,
		[ROLE_FD_LOCK] = start->lock,
	};
	char *argv[10];
	size_t n;
	int image;

	n = 0;
	argv[n++] = word("navetted");
	argv[n++] = word("--role");
	argv[n++] = word(start->role);
	argv[n++] = word("-C");
	argv[n++] = word(start->config_path);
	if (start->to_stderr)
		argv[n++] = word("-e");
	if (start->smarthost != NULL) {
		argv[n++] = word("--smarthost");
		argv[n++] = word(start->smarthost);
	}
	argv[n] = NULL;
	image = strcmp(start->role, ROLE_AGENT) == 0 ? agent_program :
	    daemon_program;
	image = fcntl(image, F_DUPFD_CLOEXEC, HIGH_FD);
	place_all(fds);
	reset_signals(start->role);
	close_range(ROLE_FD_LOCK + 1, ~0u, CLOSE_RANGE_CLOEXEC);
	execveat(image, "", argv, environ, AT_EMPTY_PATH);
	_exit(EX_OSERR);
}

struct child *
child_start(const struct child_start *start)
{
	struct child *c;
	int config, lock, peer;
	pid_t pid;

	config = seal_config(start->config);
	pid = config < 0 ? -1 : fork();
	if (pid == 0)
		become(start, config);
	peer = start->peer;
	lock = start->lock;
	file_close(&peer);
	file_close(&lock);
	file_close(&config);
	if (pid < 0)
		return NULL;
	c = xcalloc(1, sizeof(*c));
	c->pid = pid;
	c->role = start->role;
	c->first = start->first;
	c->next = children;
	children = c;
	return c;
}

struct child *
child_reap(int *status)
{
	struct child **at, *c;
	pid_t pid;

	while ((pid = waitpid(-1, status, WNOHANG)) > 0)
		for (at = &children; *at != NULL; at = &(*at)->next)
			if ((*at)->pid == pid) {
				c = *at;
				*at = c->next;
				return c;
			}
	return NULL;
}

struct child *
child_first(void)
{
	return children;
}

bool
child_has(const char *role)
{
	const struct child *c;

	for (c = children; c != NULL; c = c->next)
		if (strcmp(c->role, role) == 0)
			return true;
	return false;
}

void
child_signal(const char *role, int signal)
{
	struct child *c;

	for (c = children; c != NULL; c = c->next)
		if (role == NULL || strcmp(c->role, role) == 0) {
			c->leaving = true;
			kill(c->pid, signal);
		}
}
