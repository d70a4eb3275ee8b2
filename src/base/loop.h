/*
 * One poll loop: descriptors with what to call when they are ready, over
 * epoll(7), so that a thousand idle connections cost nothing. It keeps no
 * timers: the caller says until when to wait. It never blocks anywhere else.
 */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

/* What to call; events are EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR. */
typedef void loop_fn(void *arg, uint32_t events);

/* NULL with errno set where the kernel refuses. Lives as long as the
 * process. */
struct loop *loop_new(void);
/* Watches fd, which stays the caller's, for events (EPOLLIN, EPOLLOUT). */
bool loop_add(struct loop *l, int fd, uint32_t events, loop_fn *fn, void *arg);
/* Other events for an fd that is watched already; 0 rests it. */
bool loop_change(struct loop *l, int fd, uint32_t events);
/* To be called before close(2); safe inside a callback, also for another fd. */
void loop_remove(struct loop *l, int fd);
/* Waits until something is ready or until (boot clock) and calls what is due.
 * False with errno set when waiting failed; a signal is no failure. */
bool loop_run(struct loop *l, int64_t until);

#endif
