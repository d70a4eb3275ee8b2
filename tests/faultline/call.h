/*
 * call: what faultline knows about system calls: their names, which errors
 * each can bring, what it is about; and how to make one fail in a process that
 * is stopped at it. Decides nothing: which call, and when, is faultline.c's.
 */
#ifndef FAULTLINE_CALL_H
#define FAULTLINE_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct error {
	const char *name;
	int number;
	unsigned needs;		/* a trait that the call must have, or 0 */
};

/* All errors that can be asked for, up to one whose name is NULL. */
extern const struct error errors[];

/* The name of a call, "1234" if it has none; to be freed. */
char *call_name(unsigned long long number);

/* Whether this call can bring this error, so that failing it is fair. */
bool call_takes(const char *name, const struct error *error);

/* Whether this call would fail if the file system at disk were full. */
bool call_needs_disk(pid_t pid, const char *name,
    const unsigned long long *args, const char *disk);

/* Writes to text the path, or what the descriptor stands for, or "". */
void call_object(pid_t pid, const char *name, const unsigned long long *args,
    char *text, size_t size);

/*
 * At the entry of a call: it will do nothing, unless its failure leaves its
 * effect in place (close). At its exit: it failed with this errno.
 */
void call_disable(pid_t pid, const char *name);
void call_set_result(pid_t pid, int error);

/* What processes are followed with; call_disable() changes it for a while. */
#define FOLLOW (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | \
	PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | \
	PTRACE_O_EXITKILL)

#endif
