#include "loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "bytes.h"

static int set = -1;
static bool running;
static struct grave *graves;

/* A binary heap; heap[0] is not used, so that slot 0 means "not set". */
static struct timer **heap;
static size_t heap_len, heap_cap;

void
loop_open(void)
{
	set = epoll_create1(EPOLL_CLOEXEC);
	if (set == -1)
		die("cannot make an epoll set: %s", strerror(errno));
}

static void
loop_control(int verb, int fd, struct source *source, uint32_t events)
{
	struct epoll_event event = { .events = events };

	event.data.ptr = source;
	if (epoll_ctl(set, verb, fd, &event) == -1)
		die("cannot watch descriptor %d: %s", fd, strerror(errno));
}

void
loop_add(int fd, struct source *source, uint32_t events)
{
	loop_control(EPOLL_CTL_ADD, fd, source, events);
}

void
loop_change(int fd, struct source *source, uint32_t events)
{
	loop_control(EPOLL_CTL_MOD, fd, source, events);
}

void
loop_remove(int fd)
{
	loop_control(EPOLL_CTL_DEL, fd, NULL, 0);
}

static void
heap_put(size_t slot, struct timer *timer)
{
	heap[slot] = timer;
	timer->slot = slot;
}

static void
heap_rise(size_t slot)
{
	struct timer *timer = heap[slot];

	for (; slot > 1 && heap[slot / 2]->due > timer->due; slot /= 2)
		heap_put(slot, heap[slot / 2]);
	heap_put(slot, timer);
}

static void
heap_sink(size_t slot)
{
	struct timer *timer = heap[slot];

	while (slot * 2 <= heap_len) {
		size_t child = slot * 2;

		if (child < heap_len && heap[child + 1]->due < heap[child]->due)
			child++;
		if (heap[child]->due >= timer->due)
			break;
		heap_put(slot, heap[child]);
		slot = child;
	}
	heap_put(slot, timer);
}

void
loop_at(struct timer *timer, uint64_t due)
{
	timer->due = due;
	if (timer->slot == 0) {
		if (heap_len + 1 >= heap_cap) {
			heap_cap = (heap_cap + 64) * 2;
			heap = realloc(heap, heap_cap * sizeof(struct timer *));
			if (heap == NULL)
				die("out of memory");
		}
		heap_put(++heap_len, timer);
	}
	heap_rise(timer->slot);
	heap_sink(timer->slot);
}

void
loop_cancel(struct timer *timer)
{
	size_t slot = timer->slot;

	if (slot == 0)
		return;
	timer->slot = 0;
	if (slot < heap_len) {
		heap_put(slot, heap[heap_len--]);
		heap_rise(slot);
		heap_sink(slot);
	} else
		heap_len--;
}

void
loop_bury(struct grave *grave)
{
	grave->next = graves;
	graves = grave;
}

static void
loop_bury_all(void)
{
	while (graves != NULL) {
		struct grave *grave = graves;

		graves = grave->next;
		grave->bury(grave);
	}
}

static void
loop_fire(void)
{
	/* What is set while these fire waits for the next turn. */
	uint64_t due = now();

	while (heap_len > 0 && heap[1]->due <= due) {
		struct timer *timer = heap[1];

		loop_cancel(timer);
		timer->fire(timer);
	}
}

static int
loop_wait(struct epoll_event *events, int max)
{
	struct timespec wait, *limit = NULL;

	if (heap_len > 0) {
		uint64_t t = now();
		uint64_t left = heap[1]->due > t ? heap[1]->due - t : 0;

		wait.tv_sec = (time_t)(left / 1000000000U);
		wait.tv_nsec = (long)(left % 1000000000U);
		limit = &wait;
	}
	return epoll_pwait2(set, events, max, limit, NULL);
}

void
loop_run(void (*turn)(void))
{
	struct epoll_event events[256];

	running = true;
	while (running) {
		int n = loop_wait(events, 256);

		if (n == -1 && errno != EINTR)
			die("cannot wait: %s", strerror(errno));
		for (int i = 0; i < n; i++) {
			struct source *source = events[i].data.ptr;

			source->ready(source, events[i].events);
		}
		loop_fire();
		loop_bury_all();
		turn();
	}
}

void
loop_stop(void)
{
	running = false;
}

bool
loop_runs(void)
{
	return running;
}

void
loop_close(void)
{
	loop_bury_all();
	free(heap);
	heap = NULL;
	heap_len = heap_cap = 0;
	close(set);
}
