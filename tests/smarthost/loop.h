/*
 * The event loop: one epoll set, a heap of timers, and a list of things to be
 * freed once nobody of this turn can still point at them. It knows nothing of
 * SMTP or TLS.
 */
#ifndef SMARTHOST_LOOP_H
#define SMARTHOST_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Something with a descriptor; embedded in what it belongs to. */
struct source {
	void (*ready)(struct source *source, uint32_t events);
};

/* Something that happens once, later; all zero but fire when it is not set. */
struct timer {
	uint64_t due;
	size_t slot;
	void (*fire)(struct timer *timer);
};

/* Something to be freed at the end of the turn. */
struct grave {
	void (*bury)(struct grave *grave);
	struct grave *next;
};

#define OUTER(pointer, type, member) \
	((type *)(void *)((char *)(pointer) - offsetof(type, member)))

void loop_open(void);
void loop_add(int fd, struct source *source, uint32_t events);
void loop_change(int fd, struct source *source, uint32_t events);
void loop_remove(int fd);

/* Sets it, or sets it anew; due is of now(). */
void loop_at(struct timer *timer, uint64_t due);
void loop_cancel(struct timer *timer);
void loop_bury(struct grave *grave);

/* Runs until loop_stop; turn is called at the end of each turn. */
void loop_run(void (*turn)(void));
void loop_stop(void);
bool loop_runs(void);

/* Buries what is dead, and forgets the rest. */
void loop_close(void);

#endif
