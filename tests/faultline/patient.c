/*
 * patient: a small program for faultline to be tried on. It starts itself
 * again as the roles "writer" and "idler", the writer behind a filter that
 * kills for any call it does not know, not dumpable, as a confined daemon is.
 * The writer puts the lines 1 to 9 into the file named, each followed by an
 * fsync, and says on standard output what failed.
 */
#include <sys/prctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static int
confine(void)
{
	static const int allowed[] = { SCMP_SYS(write), SCMP_SYS(fsync),
	    SCMP_SYS(close), SCMP_SYS(exit_group), SCMP_SYS(nanosleep),
	    SCMP_SYS(clock_nanosleep), SCMP_SYS(newfstatat) };
	scmp_filter_ctx filter;

	if (prctl(PR_SET_DUMPABLE, 0) == -1 ||
	    (filter = seccomp_init(SCMP_ACT_KILL_PROCESS)) == NULL)
		return -1;
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) < 0)
			return -1;
	return seccomp_load(filter) < 0 ? -1 : 0;
}

static int
run_writer(const char *path)
{
	char line[2] = { '0', '\n' };
	int fd;

	setvbuf(stdout, NULL, _IONBF, 0);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd == -1 || confine() == -1)
		return EX_OSERR;
	for (line[0] = '1'; line[0] <= '9'; line[0]++) {
		if (write(fd, line, 2) != 2)
			printf("write %c: %s\n", line[0], strerror(errno));
		else if (fsync(fd) == -1)
			printf("fsync %c: %s\n", line[0], strerror(errno));
	}
	if (close(fd) == -1)
		printf("close: %s\n", strerror(errno));
	return 0;
}

/* The idler waits until the launcher is gone. */
static int
run_idler(void)
{
	char c;

	return read(STDIN_FILENO, &c, 1) == 0 ? 0 : EX_OSERR;
}

static pid_t
start_role(const char *self, const char *role, const char *path, int in)
{
	pid_t pid = fork();

	if (pid == 0) {
		dup2(in, STDIN_FILENO);
		execl(self, "patient", "--role", role, path, (char *)NULL);
		_exit(EX_OSERR);
	}
	return pid;
}

int
main(int argc, char **argv)
{
	int hold[2], status;
	pid_t writer;

	if (argc == 4 && strcmp(argv[2], "writer") == 0)
		return run_writer(argv[3]);
	if (argc == 4)
		return run_idler();
	if (argc != 2 || pipe2(hold, O_CLOEXEC) == -1)
		return EX_USAGE;
	start_role(argv[0], "idler", argv[1], hold[0]);
	writer = start_role(argv[0], "writer", argv[1], hold[0]);
	if (waitpid(writer, &status, 0) != writer)
		return EX_OSERR;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
	    WEXITSTATUS(status);
}
