/*
 * faultline: runs a command, follows all its processes with ptrace, and lets
 * one chosen system call of one chosen role go wrong: the process dies there,
 * or the call fails. Without a fault it lists the calls, so that a driver can
 * try each. It knows nothing about navette, and touches no process but the
 * command and what descends from it; when it dies, they die.
 *
 * A role is a pattern (fnmatch) over the words of a command line as they are
 * at exec. Only processes of that role are stopped at their system calls.
 */
#include "call.h"

#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <linux/ptrace.h>

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

enum moment { ENTRY, EXIT };

static const char usage[] =
    "usage: faultline --role PATTERN [--report FILE] [--list]\n"
    "       [--at N [--process N] [--moment entry|exit]\n"
    "        --do kill|EIO|ENOSPC|EINTR|EMFILE [--disk PATH --until FILE]]\n"
    "       -- COMMAND...\n";

/* What the command line asks for. */
struct plan {
	const char *role;
	bool list;
	unsigned long at, process;	/* 0: none, any */
	enum moment moment;
	const struct error *error;	/* NULL: kill */
	const char *disk;		/* full from then on, not just once, */
	const char *until;		/* till this file appears */
	char **command;
};

/* A process of the role; each counts its own calls. */
struct process {
	struct process *next;
	pid_t pid;
	unsigned long number, calls;
};

struct tracee {
	struct tracee *next;
	pid_t pid;
	bool known;
	struct process *process;	/* NULL: of another role */
	unsigned long n;		/* the call it is in, 0: none */
	bool failing;
};

static struct plan plan;
static struct tracee *tracees;
static struct process *processes;
static FILE *report;
static bool struck;
static pid_t command_pid;

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *format, ...)
{
	va_list ap;

	fputs("faultline: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(EX_SOFTWARE);
}

/* Up to size - 1 bytes of a file below /proc/PID; -1 when it is gone. */
static ssize_t
proc_read(pid_t pid, const char *file, char *text, size_t size)
{
	char *path;
	ssize_t got = -1;
	int fd;

	if (asprintf(&path, "/proc/%d/%s", (int)pid, file) < 0)
		die("out of memory");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	if (fd != -1) {
		got = read(fd, text, size - 1);
		close(fd);
	}
	text[got > 0 ? got : 0] = '\0';
	return got;
}

static bool
role_matches(pid_t pid)
{
	char words[4096];
	ssize_t length;

	length = proc_read(pid, "cmdline", words, sizeof(words));
	for (ssize_t i = 0; i + 1 < length; i++)
		if (words[i] == '\0')
			words[i] = ' ';
	return length > 0 && fnmatch(plan.role, words, 0) == 0;
}

static pid_t
process_of(pid_t pid)
{
	char text[2048];
	const char *line;

	if (proc_read(pid, "status", text, sizeof(text)) <= 0)
		return pid;
	line = strstr(text, "\nTgid:");
	return line == NULL ? pid : (pid_t)strtol(line + 6, NULL, 10);
}

static struct tracee *
tracee_find(pid_t pid)
{
	struct tracee *t;

	for (t = tracees; t != NULL; t = t->next)
		if (t->pid == pid)
			return t;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		die("out of memory");
	t->pid = pid;
	t->next = tracees;
	tracees = t;
	return t;
}

/* The process of the role that has this pid; a new one gets the next number. */
static struct process *
process_find(pid_t pid)
{
	struct process *p;

	for (p = processes; p != NULL; p = p->next)
		if (p->pid == pid)
			return p;
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		die("out of memory");
	p->pid = pid;
	p->number = processes == NULL ? 1 : processes->number + 1;
	p->next = processes;
	processes = p;
	if (report != NULL)
		fprintf(report, "{\"process\":%lu,\"pid\":%d}\n",
		    p->number, (int)pid);
	return p;
}

static void
tracee_forget(pid_t pid)
{
	struct tracee **at, *t;

	for (at = &tracees; (t = *at) != NULL; at = &t->next) {
		if (t->pid == pid) {
			*at = t->next;
			free(t);
			return;
		}
	}
}

static void
report_string(const char *text)
{
	fputc('"', report);
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < ' ' || c == '"' || c == '\\' || c > '~')
			fprintf(report, "\\u%04x", c);
		else
			fputc(c, report);
	}
	fputc('"', report);
}

static void
report_call(const struct tracee *t, const struct ptrace_syscall_info *info,
    const char *name, const char *what)
{
	struct timespec now;
	char object[512];
	const char *comma = "";

	if (report == NULL)
		return;
	call_object(t->pid, name, info->entry.args, object, sizeof(object));
	clock_gettime(CLOCK_REALTIME, &now);
	fprintf(report, "{\"%s\":\"%s\",\"process\":%lu,\"n\":%lu,"
	    "\"time\":%lld.%06ld,\"args\":[", what, name,
	    t->process->number, t->n, (long long)now.tv_sec,
	    now.tv_nsec / 1000);
	for (size_t i = 0; i < 4; i++)
		fprintf(report, "%s%lld", i == 0 ? "" : ",",
		    (long long)info->entry.args[i]);
	fputs("],\"object\":", report);
	report_string(object);
	fputs(",\"errors\":[", report);
	for (const struct error *e = errors; e->name != NULL; e++) {
		if (!call_takes(name, e))
			continue;
		fprintf(report, "%s\"%s\"", comma, e->name);
		comma = ",";
	}
	fputs("]}\n", report);
}

static bool
disk_is_mended(void)
{
	return plan.until != NULL && access(plan.until, F_OK) == 0;
}

/* Whether this call is the one, or one of those, that shall fail. */
static bool
call_shall_fail(pid_t pid, const char *name, const unsigned long long *args)
{
	if (plan.error == NULL || !call_takes(name, plan.error))
		return false;
	if (plan.disk == NULL)
		return !struck;
	return call_needs_disk(pid, name, args, plan.disk) &&
	    !disk_is_mended();
}

static void
strike_down(struct tracee *t)
{
	struct timespec now;

	struck = true;
	kill(t->process->pid, SIGKILL);
	clock_gettime(CLOCK_REALTIME, &now);
	if (report != NULL)
		fprintf(report, "{\"killed\":%d,\"time\":%lld.%06ld}\n",
		    (int)t->process->pid, (long long)now.tv_sec,
		    now.tv_nsec / 1000);
}

static bool
is_due(const struct tracee *t)
{
	return plan.at != 0 && t->n >= plan.at &&
	    (plan.process == 0 || plan.process == t->process->number);
}

static void
on_entry(struct tracee *t, const struct ptrace_syscall_info *info)
{
	char *name = call_name(info->entry.nr);

	t->n = ++t->process->calls;
	if (plan.list)
		report_call(t, info, name, "call");
	if (is_due(t) && plan.error == NULL && !struck) {
		if (t->n == plan.at)
			report_call(t, info, name, "struck");
		if (plan.moment == ENTRY)
			strike_down(t);
	} else if (is_due(t) &&
	    call_shall_fail(t->pid, name, info->entry.args)) {
		report_call(t, info, name, "struck");
		struck = t->failing = true;
		call_disable(t->pid, name);
	}
	free(name);
}

static void
on_exit_of_call(struct tracee *t, long long result)
{
	if (plan.list && report != NULL)
		fprintf(report, "{\"done\":%lu,\"process\":%lu,"
		    "\"result\":%lld}\n", t->n, t->process->number,
		    t->failing ? -plan.error->number : result);
	if (t->failing)
		call_set_result(t->pid, plan.error->number);
	t->failing = false;
	if (is_due(t) && plan.error == NULL && plan.moment == EXIT && !struck)
		strike_down(t);
	t->n = 0;
}

static void
on_call(struct tracee *t)
{
	struct ptrace_syscall_info info;

	if (t->process == NULL ||
	    ptrace(PTRACE_GET_SYSCALL_INFO, t->pid, sizeof(info), &info) <= 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		on_entry(t, &info);
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT && t->n != 0)
		on_exit_of_call(t, info.exit.rval);
}

static void
tracee_look(struct tracee *t)
{
	t->known = true;
	t->process = role_matches(t->pid) ? process_find(process_of(t->pid)) :
	    NULL;
}

static void
on_stop(pid_t pid, int status)
{
	struct tracee *t = tracee_find(pid);
	int event = status >> 16, signal = WSTOPSIG(status), pass = 0;

	/* An exec that came off is the end of its call, in another role. */
	if (event == PTRACE_EVENT_EXEC && t->n != 0)
		on_exit_of_call(t, 0);
	if (!t->known || event == PTRACE_EVENT_EXEC)
		tracee_look(t);
	if (signal == (SIGTRAP | 0x80))
		on_call(t);
	else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
		ptrace(PTRACE_LISTEN, pid, 0, 0);
		return;
	} else if (event == 0)
		pass = signal;
	ptrace(t->process != NULL ? PTRACE_SYSCALL : PTRACE_CONT, pid, 0, pass);
}

/* What the driver tells faultline is meant for the command. */
static void
pass_on(int signal)
{
	kill(command_pid, signal);
}

static void
report_end(pid_t pid, int status)
{
	if (report == NULL)
		return;
	fprintf(report, "{\"ended\":%d,\"%s\":%d}\n", (int)pid,
	    WIFEXITED(status) ? "status" : "signal",
	    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

/* Until the last process is gone; returns the command's exit status. */
static int
follow(void)
{
	int status, result = EX_SOFTWARE;
	pid_t pid;

	for (;;) {
		pid = waitpid(-1, &status, __WALL);
		if (pid == -1)
			return result;
		if (WIFSTOPPED(status)) {
			on_stop(pid, status);
			continue;
		}
		tracee_forget(pid);
		report_end(pid, status);
		if (pid == command_pid)
			result = WIFEXITED(status) ? WEXITSTATUS(status) :
			    128 + WTERMSIG(status);
	}
}

/* Starts the command, but lets it run only once it is followed. */
static void
start(void)
{
	int gate[2];
	char go = 0;

	if (pipe2(gate, O_CLOEXEC) == -1)
		die("cannot make a pipe: %s", strerror(errno));
	command_pid = fork();
	if (command_pid == -1)
		die("cannot fork: %s", strerror(errno));
	if (command_pid == 0) {
		if (read(gate[0], &go, 1) != 1)
			_exit(EX_SOFTWARE);
		execvp(plan.command[0], plan.command);
		fprintf(stderr, "faultline: cannot run %s: %s\n",
		    plan.command[0], strerror(errno));
		_exit(EX_UNAVAILABLE);
	}
	if (ptrace(PTRACE_SEIZE, command_pid, 0, FOLLOW) == -1)
		die("cannot trace: %s", strerror(errno));
	tracee_find(command_pid)->known = true;
	if (write(gate[1], &go, 1) != 1)
		die("cannot start: %s", strerror(errno));
	close(gate[0]);
	close(gate[1]);
}

static void
plan_fault(const char *what)
{
	if (strcmp(what, "kill") == 0)
		return;
	for (const struct error *e = errors; e->name != NULL; e++) {
		if (strcmp(what, e->name) == 0) {
			plan.error = e;
			return;
		}
	}
	die("no such fault: %s\n%s", what, usage);
}

static void
open_report(const char *path)
{
	report = fopen(path, "we");
	if (report == NULL)
		die("cannot write %s: %s", path, strerror(errno));
	/* Whole lines, whenever this ends. */
	setvbuf(report, NULL, _IOLBF, 0);
}

static void
read_options(int argc, char **argv)
{
	static const struct option options[] = {
		{ "role", required_argument, NULL, 'r' },
		{ "report", required_argument, NULL, 'o' },
		{ "list", no_argument, NULL, 'l' },
		{ "at", required_argument, NULL, 'n' },
		{ "process", required_argument, NULL, 'p' },
		{ "moment", required_argument, NULL, 'm' },
		{ "do", required_argument, NULL, 'd' },
		{ "disk", required_argument, NULL, 'f' },
		{ "until", required_argument, NULL, 'u' },
		{ NULL, 0, NULL, 0 },
	};
	int o;

	while ((o = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		switch (o) {
		case 'r': plan.role = optarg; break;
		case 'o': open_report(optarg); break;
		case 'l': plan.list = true; break;
		case 'n': plan.at = strtoul(optarg, NULL, 10); break;
		case 'p': plan.process = strtoul(optarg, NULL, 10); break;
		case 'm': plan.moment = *optarg == 'e' && optarg[1] == 'x' ?
		    EXIT : ENTRY; break;
		case 'd': plan_fault(optarg); break;
		case 'f': plan.disk = optarg; break;
		case 'u': plan.until = optarg; break;
		default: fputs(usage, stderr); exit(EX_USAGE);
		}
	}
	plan.command = argv + optind;
	if (plan.role == NULL || plan.command[0] == NULL) {
		fputs(usage, stderr);
		exit(EX_USAGE);
	}
}

int
main(int argc, char **argv)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGINT };
	struct sigaction action = { .sa_handler = pass_on,
	    .sa_flags = SA_RESTART };

	read_options(argc, argv);
	/* Orphans are this program's to wait for. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	start();
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
	return follow();
}
