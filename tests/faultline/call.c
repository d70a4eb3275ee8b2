#include "call.h"

#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a call can be made to do; a call not in the table takes EIO alone. */
enum {
	NEVER = 1,		/* cannot fail, or failing says nothing */
	SPACE = 2,		/* ENOSPC */
	SLOW = 4,		/* EINTR */
	OPENS = 8,		/* EMFILE */
	ANYWAY = 16,		/* takes effect even when it fails */
	PATH0 = 32, PATH1 = 64,	/* this argument is a path */
	NOFD = 128		/* the first argument is no descriptor */
};

static const struct kind {
	const char *name;
	unsigned traits;
} kinds[] = {
	{ "accept4", SLOW | OPENS },
	{ "access", PATH0 | NOFD },
	{ "alarm", NEVER | NOFD },
	{ "arch_prctl", NEVER | NOFD },
	{ "bind", SPACE },
	{ "brk", NEVER | NOFD },
	{ "chdir", PATH0 | NOFD },
	{ "chmod", PATH0 | NOFD },
	{ "clock_gettime", NEVER | NOFD },
	{ "clock_nanosleep", SLOW | NOFD },
	{ "clone", NOFD },
	{ "clone3", NOFD },
	{ "close", ANYWAY },
	{ "connect", SLOW },
	{ "copy_file_range", SPACE | SLOW },
	{ "dup", OPENS },
	{ "dup2", SLOW },
	{ "dup3", SLOW },
	{ "epoll_create1", OPENS | NOFD },
	{ "epoll_ctl", SPACE },
	{ "epoll_wait", SLOW },
	{ "execve", PATH0 | NOFD },
	{ "execveat", PATH1 },
	{ "exit", NEVER | NOFD },
	{ "exit_group", NEVER | NOFD },
	{ "faccessat2", PATH1 },
	{ "fallocate", SPACE | SLOW },
	{ "fdatasync", SPACE | SLOW },
	{ "flock", SLOW },
	{ "fsync", SPACE | SLOW },
	{ "ftruncate", SPACE | SLOW },
	{ "futex", NEVER | NOFD },
	{ "getegid", NEVER | NOFD },
	{ "geteuid", NEVER | NOFD },
	{ "getgid", NEVER | NOFD },
	{ "getpgrp", NEVER | NOFD },
	{ "getpid", NEVER | NOFD },
	{ "getppid", NEVER | NOFD },
	{ "getrandom", SLOW | NOFD },
	{ "gettid", NEVER | NOFD },
	{ "getuid", NEVER | NOFD },
	{ "inotify_add_watch", SPACE | PATH1 },
	{ "inotify_init1", OPENS | NOFD },
	{ "link", SPACE | PATH0 | NOFD },
	{ "linkat", SPACE | PATH1 },
	{ "memfd_create", OPENS | NOFD },
	{ "mkdir", SPACE | PATH0 | NOFD },
	{ "mkdirat", SPACE | PATH1 },
	{ "mmap", NEVER | NOFD },
	{ "mprotect", NEVER | NOFD },
	{ "mremap", NEVER | NOFD },
	{ "munmap", NEVER | NOFD },
	{ "nanosleep", SLOW | NOFD },
	{ "newfstatat", PATH1 },
	{ "open", SPACE | SLOW | OPENS | PATH0 | NOFD },
	{ "openat", SPACE | SLOW | OPENS | PATH1 },
	{ "openat2", SPACE | SLOW | OPENS | PATH1 },
	{ "pidfd_open", OPENS | NOFD },
	{ "pipe2", OPENS | NOFD },
	{ "poll", SLOW | NOFD },
	{ "ppoll", SLOW | NOFD },
	{ "pread64", SLOW },
	{ "pselect6", SLOW | NOFD },
	{ "pwrite64", SPACE | SLOW },
	{ "pwritev", SPACE | SLOW },
	{ "read", SLOW },
	{ "readlink", PATH0 | NOFD },
	{ "readlinkat", PATH1 },
	{ "readv", SLOW },
	{ "recvfrom", SLOW },
	{ "recvmsg", SLOW | OPENS },
	{ "rename", SPACE | PATH0 | NOFD },
	{ "renameat", SPACE | PATH1 },
	{ "renameat2", SPACE | PATH1 },
	{ "restart_syscall", NEVER | NOFD },
	{ "rt_sigaction", NEVER | NOFD },
	{ "rt_sigprocmask", NEVER | NOFD },
	{ "rt_sigreturn", NEVER | NOFD },
	{ "select", SLOW | NOFD },
	{ "sendfile", SPACE | SLOW },
	{ "sendmsg", SLOW },
	{ "sendto", SLOW },
	{ "set_robust_list", NEVER | NOFD },
	{ "set_tid_address", NEVER | NOFD },
	{ "socket", OPENS | NOFD },
	{ "socketpair", OPENS | NOFD },
	{ "statx", PATH1 },
	{ "umask", NEVER | NOFD },
	{ "unlink", PATH0 | NOFD },
	{ "unlinkat", PATH1 },
	{ "wait4", SLOW | NOFD },
	{ "waitid", SLOW | NOFD },
	{ "write", SPACE | SLOW },
	{ "writev", SPACE | SLOW },
};

const struct error errors[] = {
	{ "EIO", EIO, 0 },
	{ "ENOSPC", ENOSPC, SPACE },
	{ "EINTR", EINTR, SLOW },
	{ "EMFILE", EMFILE, OPENS },
	{ NULL, 0, 0 },
};

static unsigned
call_traits(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].traits;
	return 0;
}

char *
call_name(unsigned long long number)
{
	char *name;

	name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE,
	    (int)number);
	if (name == NULL && asprintf(&name, "%llu", number) < 0)
		abort();
	return name;
}

bool
call_takes(const char *name, const struct error *error)
{
	unsigned traits = call_traits(name);

	if (traits & NEVER)
		return false;
	return error->needs == 0 || (traits & error->needs) != 0;
}

/* The path that an argument points at, or "" when it cannot be read. */
static void
argument_path(pid_t pid, unsigned long long address, char *text, size_t size)
{
	struct iovec here = { text, size - 1 };
	struct iovec there;
	ssize_t got;

	/* A read that crosses into an unmapped page would bring nothing. */
	there.iov_base = (void *)(uintptr_t)address;
	there.iov_len = size - 1;
	if (there.iov_len > 4096 - (address & 4095))
		there.iov_len = 4096 - (address & 4095);
	got = process_vm_readv(pid, &here, 1, &there, 1, 0);
	text[got > 0 ? got : 0] = '\0';
}

/* What a descriptor stands for: a path, "socket:[1]", or "". */
static void
descriptor_object(pid_t pid, unsigned long long fd, char *text, size_t size)
{
	char *path;
	ssize_t got;

	if (asprintf(&path, "/proc/%d/fd/%d", (int)pid, (int)fd) < 0)
		abort();
	got = readlink(path, text, size - 1);
	text[got > 0 ? got : 0] = '\0';
	free(path);
}

void
call_object(pid_t pid, const char *name, const unsigned long long *args,
    char *text, size_t size)
{
	unsigned traits = call_traits(name);
	char path[512] = "";
	size_t length;

	text[0] = '\0';
	if (!(traits & NOFD))
		descriptor_object(pid, args[0], text, size);
	if (traits & (PATH0 | PATH1))
		argument_path(pid, args[(traits & PATH1) ? 1 : 0], path,
		    sizeof(path));
	length = path[0] == '/' ? 0 : strlen(text);
	if (path[0] != '\0')
		snprintf(text + length, size - length, "%s%s",
		    length == 0 ? "" : "/", path);
}

bool
call_needs_disk(pid_t pid, const char *name, const unsigned long long *args,
    const char *disk)
{
	char object[512];

	if (!(call_traits(name) & SPACE))
		return false;
	if (strcmp(name, "openat") == 0 && !(args[2] & O_CREAT))
		return false;
	call_object(pid, name, args, object, sizeof(object));
	return strncmp(object, disk, strlen(disk)) == 0;
}

/*
 * Takes the call's number away, so that the kernel does nothing. A filter
 * would be asked about the missing number and might kill: root lifts it for
 * the time of this call, for others the fault becomes a kill.
 */
void
call_disable(pid_t pid, const char *name)
{
	struct user_regs_struct regs;
	struct iovec area = { &regs, sizeof(regs) };

	if (call_traits(name) & ANYWAY)
		return;

	ptrace(PTRACE_SETOPTIONS, pid, 0, FOLLOW | PTRACE_O_SUSPEND_SECCOMP);
	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &area) == -1)
		return;
#if defined(__x86_64__)
	regs.orig_rax = (unsigned long long)-1;
	ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &area);
#elif defined(__aarch64__)
	int none = -1;

	area = (struct iovec){ &none, sizeof(none) };
	ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &area);
#else
#error "faultline knows the registers of x86_64 and aarch64 only"
#endif
}

void
call_set_result(pid_t pid, int error)
{
	struct user_regs_struct regs;
	struct iovec area = { &regs, sizeof(regs) };

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &area) == -1)
		return;
#if defined(__x86_64__)
	regs.rax = (unsigned long long)-error;
#elif defined(__aarch64__)
	regs.regs[0] = (unsigned long long)-error;
#endif
	ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &area);
	ptrace(PTRACE_SETOPTIONS, pid, 0, FOLLOW);
}

