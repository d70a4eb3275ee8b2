#include "link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "options.h"
#include "stats.h"

/* How long a closed connection is listened to, that its last words are not
 * lost to a reset. */
#define FAREWELL 2000000000U

#define DELAYED_MAX (16U << 20)

enum chunk_kind { CHUNK_OPEN, CHUNK_DATA, CHUNK_END };

struct chunk {
	struct chunk *next;
	enum chunk_kind kind;
	uint64_t due;
	size_t len;
	char data[];
};

static struct link *links;

static void
link_list(struct link *link)
{
	link->next = links;
	link->previous = &links;
	if (links != NULL)
		links->previous = &link->next;
	links = link;
}

static void
link_unlist(struct link *link)
{
	*link->previous = link->next;
	if (link->next != NULL)
		link->next->previous = link->previous;
}

static void
link_interest(struct link *link)
{
	uint32_t events = 0;

	if (link->dead || !link->watched)
		return;
	if (!link->deaf && !link->full)
		events |= EPOLLIN;
	if (link->wants_write)
		events |= EPOLLOUT;
	loop_change(link->fd, &link->source, events);
}

static void
link_unwatch(struct link *link)
{
	if (link->watched)
		loop_remove(link->fd);
	link->watched = false;
}

void
link_drop(struct link *link)
{
	if (link->dead)
		return;
	link->dead = true;
	link_unlist(link);
	link_unwatch(link);
	loop_cancel(&link->arrival);
	loop_cancel(&link->farewell);
	close(link->fd);
	stats_closed();
	log_event(link->number, "closed");
	link->events->ended(link);
}

void
link_drop_all(void)
{
	while (links != NULL)
		link_drop(links);
}

static void
link_left(struct link *link)
{
	/* Nothing can come any more; not watching keeps a hung-up socket
	 * from waking the loop again and again. */
	link_unwatch(link);
	link->events->left(link);
}

static void
link_written(struct link *link)
{
	bytes_clear(&link->wire);
	link->written = 0;
	if (link->wants_write) {
		link->wants_write = false;
		link_interest(link);
	}
	if (link->leaving && link->farewell.slot == 0) {
		shutdown(link->fd, SHUT_WR);
		loop_at(&link->farewell, now() + FAREWELL);
	}
}

static void
link_write(struct link *link)
{
	while (link->written < link->wire.len) {
		ssize_t n = send(link->fd, link->wire.data + link->written,
		    link->wire.len - link->written, MSG_NOSIGNAL);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN && link->watched) {
			link->wants_write = true;
			link_interest(link);
			return;
		}
		if (n == -1)
			break;
		link->written += (size_t)n;
		stats_add(BYTES_OUT, (uint64_t)n);
		if (link->heard)
			stats_add(TURNS, 1);
		link->heard = false;
	}
	link_written(link);
}

/* What was said becomes what is sent. */
static void
link_seal(struct link *link)
{
	if (link->tls != NULL)
		tls_say(link->tls, &link->out, &link->wire);
	else if (link->out.len > 0) {
		bytes_add(&link->wire, link->out.data, link->out.len);
		bytes_clear(&link->out);
	}
}

void
link_flush(struct link *link)
{
	if (link->dead)
		return;
	link_seal(link);
	link_write(link);
}

static void
link_shaken(struct link *link)
{
	link->secure = true;
	log_event(link->number, "%s %s%s", tls_version(link->tls),
	    tls_cipher(link->tls), tls_resumed(link->tls) ? " resumed" : "");
	link->events->secured(link);
}

static void
link_feed_tls(struct link *link, const char *data, size_t n)
{
	enum tls_state state;
	size_t had = link->in.len;

	state = tls_feed(link->tls, data, n, &link->in, &link->wire);
	if (!link->secure && (state == TLS_UP || link->in.len > had))
		link_shaken(link);
	if (link->in.len > had)
		link->events->arrived(link);
	link_flush(link);
	if (link->dead || state == TLS_UP || state == TLS_SHAKING)
		return;
	if (state == TLS_FAILED)
		log_event(link->number, "TLS failed: %s",
		    tls_trouble(link->tls));
	link_left(link);
}

static void
link_feed(struct link *link, const char *data, size_t n)
{
	if (link->dead)
		return;
	stats_add(BYTES_IN, n);
	link->heard = true;
	if (link->tls != NULL) {
		link_feed_tls(link, data, n);
		return;
	}
	bytes_add(&link->in, data, n);
	link->events->arrived(link);
	link_flush(link);
}

static void
link_take(struct link *link, enum chunk_kind kind, const char *data, size_t n)
{
	switch (kind) {
	case CHUNK_OPEN:
		link->events->opened(link);
		link_flush(link);
		break;
	case CHUNK_DATA:
		link_feed(link, data, n);
		break;
	case CHUNK_END:
		link_left(link);
		break;
	}
}

static void
chunk_append(struct link *link, struct chunk *chunk)
{
	if (link->last != NULL && chunk->due < link->last->due)
		chunk->due = link->last->due;
	if (link->last == NULL) {
		link->first = chunk;
		loop_at(&link->arrival, chunk->due);
	} else
		link->last->next = chunk;
	link->last = chunk;
	link->delayed += chunk->len;
	if (link->delayed > DELAYED_MAX && !link->full) {
		link->full = true;
		link_interest(link);
	}
}

/* Into the delay line, or straight on when there is none. */
static void
link_pass(struct link *link, enum chunk_kind kind, const char *data, size_t n)
{
	uint64_t delay = kind == CHUNK_OPEN ? 2 * options.rtt : options.rtt;
	struct chunk *chunk;

	if (delay == 0 && link->first == NULL) {
		link_take(link, kind, data, n);
		return;
	}
	chunk = must_alloc(sizeof(*chunk) + n);
	chunk->kind = kind;
	chunk->due = now() + delay;
	chunk->len = n;
	if (n > 0)
		memcpy(chunk->data, data, n);
	chunk_append(link, chunk);
}

static struct chunk *
chunk_remove(struct link *link)
{
	struct chunk *chunk = link->first;

	link->first = chunk->next;
	if (link->first == NULL)
		link->last = NULL;
	link->delayed -= chunk->len;
	if (link->full && link->delayed < DELAYED_MAX / 2) {
		link->full = false;
		link_interest(link);
	}
	return chunk;
}

static void
link_arrival(struct timer *timer)
{
	struct link *link = OUTER(timer, struct link, arrival);
	uint64_t due = now();

	while (!link->dead && link->first != NULL && link->first->due <= due) {
		struct chunk *chunk = chunk_remove(link);

		link_take(link, chunk->kind, chunk->data, chunk->len);
		free(chunk);
	}
	if (!link->dead && link->first != NULL)
		loop_at(&link->arrival, link->first->due);
}

static void
link_read(struct link *link)
{
	static char data[262144];

	for (int i = 0; i < 8 && !link->dead && link->watched &&
	    !link->deaf && !link->full; i++) {
		ssize_t n = read(link->fd, data, sizeof(data));

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN)
			return;
		if (n <= 0) {
			link_unwatch(link);
			link_pass(link, CHUNK_END, NULL, 0);
			return;
		}
		link_pass(link, CHUNK_DATA, data, (size_t)n);
		if ((size_t)n < sizeof(data))
			return;
	}
}

static void
link_ready(struct source *source, uint32_t events)
{
	struct link *link = OUTER(source, struct link, source);

	if (link->dead || !link->watched)
		return;
	if ((events & (EPOLLHUP | EPOLLERR)) != 0 &&
	    (link->deaf || link->full)) {
		link_drop(link);
		return;
	}
	if ((events & EPOLLOUT) != 0)
		link_write(link);
	if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
		link_read(link);
}

static void
link_farewell(struct timer *timer)
{
	link_drop(OUTER(timer, struct link, farewell));
}

void
link_open(struct link *link, int fd, bool smtps,
    const struct link_events *events)
{
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	link->source.ready = link_ready;
	link->arrival.fire = link_arrival;
	link->farewell.fire = link_farewell;
	link->events = events;
	link->number = stats_opened();
	link->fd = fd;
	link->smtps = smtps;
	link->watched = true;
	link_list(link);
	log_event(link->number, "connected%s", smtps ? " to smtps" : "");
	loop_add(fd, &link->source, EPOLLIN);
	link_pass(link, CHUNK_OPEN, NULL, 0);
}

void
link_free(struct link *link)
{
	while (link->first != NULL)
		free(chunk_remove(link));
	tls_free(link->tls);
	bytes_free(&link->in);
	bytes_free(&link->out);
	bytes_free(&link->wire);
}

void
link_secure(struct link *link)
{
	struct bytes first = link->in;

	link_seal(link);
	link->in = (struct bytes){ 0 };
	link->tls = tls_open();
	if (first.len > 0)
		link_feed_tls(link, first.data, first.len);
	bytes_free(&first);
}

void
link_stall(struct link *link)
{
	link->deaf = true;
	link_interest(link);
}

void
link_close(struct link *link)
{
	if (link->dead || link->leaving)
		return;
	link_seal(link);
	if (link->tls != NULL)
		tls_close(link->tls, &link->wire);
	link->leaving = true;
	link_write(link);
	/* A client that left before has no use for a farewell. */
	if (!link->watched)
		link_drop(link);
}

void
link_cut(struct link *link)
{
	link_flush(link);
	link_drop(link);
}

void
link_reset(struct link *link)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	if (link->dead)
		return;
	link_flush(link);
	setsockopt(link->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	link_drop(link);
}
