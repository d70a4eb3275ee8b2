#include "base/loop.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/buf.h"
#include "base/clock.h"

#define BATCH 64

struct watch {
	loop_fn *fn;		/* NULL: not watched */
	void *arg;
	uint32_t generation;	/* tells a late event of a former owner */
};

struct loop {
	int epoll;
	struct watch *watches;	/* by descriptor */
	int count;
};

struct loop *
loop_new(void)
{
	struct loop *l;
	int fd;

	fd = epoll_create1(EPOLL_CLOEXEC);
	if (fd < 0)
		return NULL;
	l = xcalloc(1, sizeof(*l));
	l->epoll = fd;
	return l;
}

static void
make_room(struct loop *l, int fd)
{
	int count;

	if (fd < l->count)
		return;
	count = fd + 32;
	l->watches = xrealloc(l->watches, (size_t)count, sizeof(*l->watches));
	memset(l->watches + l->count, 0,
	    (size_t)(count - l->count) * sizeof(*l->watches));
	l->count = count;
}

static bool
control(struct loop *l, int op, int fd, uint32_t events)
{
	struct epoll_event e = {0};

	e.events = events;
	e.data.u64 = (uint64_t)l->watches[fd].generation << 32 | (uint32_t)fd;
	return epoll_ctl(l->epoll, op, fd, &e) == 0;
}

bool
loop_add(struct loop *l, int fd, uint32_t events, loop_fn *fn, void *arg)
{
	if (fd < 0) {
		errno = EBADF;
		return false;
	}
	make_room(l, fd);
	l->watches[fd].generation++;
	if (!control(l, EPOLL_CTL_ADD, fd, events)) {
		l->watches[fd].generation--;
		return false;
	}
	l->watches[fd].fn = fn;
	l->watches[fd].arg = arg;
	return true;
}

bool
loop_change(struct loop *l, int fd, uint32_t events)
{
	return control(l, EPOLL_CTL_MOD, fd, events);
}

void
loop_remove(struct loop *l, int fd)
{
	if (fd < 0 || fd >= l->count)
		return;
	l->watches[fd].fn = NULL;
	control(l, EPOLL_CTL_DEL, fd, 0);
}

bool
loop_run(struct loop *l, int64_t until)
{
	struct epoll_event ready[BATCH];
	struct watch *w;
	int i, n, fd;

	n = epoll_wait(l->epoll, ready, BATCH, clock_poll_timeout(until));
	if (n < 0)
		return errno == EINTR;
	for (i = 0; i < n; i++) {
		fd = (int)(uint32_t)ready[i].data.u64;
		w = &l->watches[fd];
		if (w->fn != NULL &&
		    w->generation == (uint32_t)(ready[i].data.u64 >> 32))
			w->fn(w->arg, ready[i].events);
	}
	return true;
}
