#include "admin/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/program.h"
#include "base/role.h"

/* execve(2) takes what it never changes without const. */
static char *
word(const char *s)
{
	return (char *)(uintptr_t)s;
}

static void
run_agent(int program, const struct config *c, const char *title)
{
	char *argv[] = {word(PROGRAM_AGENT), word("-e"), word("-C"),
	    word(c->file), word("--role"), word(ROLE_CHECK),
	    word("--smarthost"), word(title), NULL};

	execveat(program, "", argv, environ, AT_EMPTY_PATH);
	fprintf(stderr, "navette: check: cannot run %s: %s\n", PROGRAM_AGENT,
	    strerror(errno));
	_exit(EX_OSERR);
}

static int
wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EX_OSERR;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EX_SOFTWARE;
}

static int
check_one(int program, const struct config *c, const char *title)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		run_agent(program, c, title);
	status = pid < 0 ? EX_OSERR : wait_for(pid);
	if (status == EX_NOPERM && geteuid() != 0)
		fputs("navette: check: as root it may read the password\n",
		    stderr);
	printf("%s: %s\n", title, status == EX_OK ? "in order" :
	    "not in order");
	return status;
}

static bool
is_known(const struct config *c, const char *title)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (strcmp(c->smarthosts[i].title, title) == 0)
			return true;
	fprintf(stderr, "navette: check: %s has no smarthost \"%s\"\n",
	    c->file, title);
	return false;
}

static bool
is_wanted(const char *title, int count, char **titles)
{
	int i;

	for (i = 0; i < count; i++)
		if (strcmp(titles[i], title) == 0)
			return true;
	return count == 0;
}

static void
say_names(const struct config *c)
{
	printf("%s: in order\n", c->file);
	printf("mailname: %s%s\n", c->mailname,
	    strchr(c->mailname, '.') != NULL ? "" : " (not a full name: say "
	    "mailname = \"host.domain\", or put it into /etc/mailname)");
	if (c->postmaster == NULL)
		printf("postmaster: none (mail for root goes where the aliases "
		    "say, or to root@%s)\n", c->mailname);
	else
		printf("postmaster: %s\n", c->postmaster);
}

int
check_command(const struct config *c, int argc, char **argv)
{
	size_t i;
	int program, status, one, n;

	for (n = 1; n < argc; n++)
		if (!is_known(c, argv[n]))
			return EX_USAGE;
	program = program_open(PROGRAM_AGENT);
	if (program < 0) {
		fprintf(stderr, "navette: check: cannot find %s: %s\n",
		    PROGRAM_AGENT, strerror(errno));
		return EX_OSFILE;
	}
	say_names(c);
	status = EX_OK;
	for (i = 0; i < c->count; i++) {
		if (!is_wanted(c->smarthosts[i].title, argc - 1, argv + 1))
			continue;
		one = check_one(program, c, c->smarthosts[i].title);
		if (status == EX_OK)
			status = one;
	}
	close(program);
	return status;
}
