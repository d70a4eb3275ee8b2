#include "spool/ledger.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "mail/quota.h"
#include "spool/ledger_file.h"

/* So many blocks fit into the smallest window: what a crash may cost. */
#define BLOCKS 100
/* The file is written anew after so many lines. */
#define LINES_MAX 20000

struct block {
	struct block *next;
	uint32_t number;
	uint64_t size;		/* on disk */
	uint64_t given, told;	/* granted, and told back of that */
	uint64_t used;
	int64_t ends;		/* grants come out of it until then */
	bool doubtful;		/* a crash left it */
};

struct counter {
	struct quota *windows;
	size_t count;
	uint64_t pending;	/* granted and not told back */
	struct block *blocks;	/* not shut; the first one gives */
};

struct ledger {
	struct spool *spool;
	char *title;
	unsigned reserve;	/* percent */
	ledger_clock_fn *clock;
	struct counter counters[LEDGER_KINDS];
	size_t lines;
	int fd;
	bool torn;		/* a line of it was written in part */
};

/* A number is used once in the life of the process, so that no grant is taken
 * for one of a ledger that was opened later. */
static uint32_t last_block;

void
ledger_clock(struct ledger_time *t)
{
	static char id[sizeof(t->id)];
	struct buf text = BUF_INIT;
	size_t len;
	int fd;

	if (id[0] == '\0') {
		fd = open("/proc/sys/kernel/random/boot_id",
		    O_RDONLY | O_CLOEXEC);
		if (fd < 0 || !file_read(fd, sizeof(id), &text) ||
		    text.len == 0)
			buf_add_string(&text, "unknown");
		len = slice_find(buf_slice(&text), '\n');
		len = len < sizeof(id) - 1 ? len : sizeof(id) - 1;
		memcpy(id, text.data, len);
		file_close(&fd);
		buf_free(&text);
	}
	memcpy(t->id, id, sizeof(id));
	t->boot = clock_boot();
	t->wall = clock_wall();
}

static void
counter_begin(struct counter *c, const struct limits *limits)
{
	size_t i;

	c->count = limits->count;
	c->windows = xcalloc(c->count, sizeof(*c->windows));
	for (i = 0; i < c->count; i++)
		quota_begin(&c->windows[i], limits->items[i].count,
		    limits->items[i].span);
}

static void
count_use(struct counter *c, uint64_t n, int64_t now)
{
	size_t i;

	for (i = 0; n > 0 && i < c->count; i++)
		quota_use(&c->windows[i], n, now);
}

static int64_t
longest_span(const struct counter *c)
{
	int64_t span;
	size_t i;

	span = 0;
	for (i = 0; i < c->count; i++)
		if (c->windows[i].span > span)
			span = c->windows[i].span;
	return span;
}

static struct block *
block_new(struct counter *c, uint64_t size)
{
	struct block *b;

	b = xcalloc(1, sizeof(*b));
	b->number = ++last_block;
	b->size = size;
	b->next = c->blocks;
	c->blocks = b;
	return b;
}

/* In terms of this boot, whose clock nobody can set. */
static struct ledger_time
time_at(int64_t at, const struct ledger_time *now)
{
	struct ledger_time t = *now;

	t.boot = at;
	t.wall -= now->boot - at;
	if (t.wall < 0)
		t.wall = 0;
	return t;
}

/* What the file remembers goes into the windows, and into its successor. */
static void
replay(struct ledger *l, const struct ledger_uses *uses,
    const struct ledger_time *now, struct buf *lines)
{
	const struct ledger_use *u;
	struct ledger_time then;
	struct counter *c;
	struct block *b;
	size_t i;

	for (i = 0; i < uses->count; i++) {
		u = &uses->items[i];
		c = &l->counters[u->kind];
		then = time_at(u->at, now);
		if (u->doubtful) {
			b = block_new(c, u->count);
			b->given = u->count;
			b->doubtful = true;
			c->pending += u->count;
			ledger_print_open(u->kind, b->number, &then,
			    u->count, lines);
			continue;
		}
		if (u->count == 0 || u->at + longest_span(c) <= now->boot)
			continue;
		count_use(c, u->count, u->at);
		ledger_print_shut(u->kind, ++last_block, &then,
		    u->count, lines);
	}
}

struct ledger *
ledger_open(struct spool *s, const struct smarthost *h,
    ledger_clock_fn *clock)
{
	struct buf lines = BUF_INIT;
	struct ledger_uses uses;
	struct ledger_time now;
	struct ledger *l;

	l = xcalloc(1, sizeof(*l));
	l->spool = s;
	l->title = xstrdup(h->title);
	l->reserve = h->reserve;
	l->clock = clock;
	l->fd = -1;
	counter_begin(&l->counters[LEDGER_RECIPIENTS], &h->recipient_quota);
	counter_begin(&l->counters[LEDGER_MESSAGES], &h->message_quota);
	counter_begin(&l->counters[LEDGER_CONNECTIONS], &h->connections_per);
	clock(&now);
	if (ledger_file_read(s, l->title, &now, &uses)) {
		replay(l, &uses, &now, &lines);
		l->fd = ledger_file_begin(s, l->title, &lines);
	}
	free(uses.items);
	buf_free(&lines);
	if (l->fd >= 0)
		return l;
	ledger_close(l);
	return NULL;
}

void
ledger_close(struct ledger *l)
{
	struct block *b, *next;
	size_t i;

	if (l == NULL)
		return;
	for (i = 0; i < LEDGER_KINDS; i++) {
		for (b = l->counters[i].blocks; b != NULL; b = next) {
			next = b->next;
			free(b);
		}
		free(l->counters[i].windows);
	}
	file_close(&l->fd);
	free(l->title);
	free(l);
}

uint64_t
ledger_left(struct ledger *l, enum ledger_kind kind, uint64_t want, bool bulk,
    int64_t *again)
{
	struct counter *c = &l->counters[kind];
	struct ledger_time now;
	uint64_t keep, left;
	struct quota *q;
	size_t i;

	l->clock(&now);
	*again = now.boot;
	for (i = 0; i < c->count; i++) {
		q = &c->windows[i];
		keep = bulk ? q->limit * l->reserve / 100 : 0;
		left = quota_left(q, keep, now.boot);
		left = left > c->pending ? left - c->pending : 0;
		if (left < want)
			want = left;
		if (left == 0 && quota_again(q, now.boot) > *again)
			*again = quota_again(q, now.boot);
	}
	return want;
}

/* What a full disk left of a line would spoil the next one. */
static bool
append(struct ledger *l, const struct buf *line, bool sync)
{
	l->lines++;
	if (l->torn && !file_write(l->fd, "\n", 1))
		return false;
	l->torn = !file_write(l->fd, line->data, line->len);
	return !l->torn && (!sync || file_sync(l->fd));
}

static void
print_slots(const struct ledger *l, enum ledger_kind kind,
    const struct ledger_time *now, struct buf *lines)
{
	const struct counter *c = &l->counters[kind];
	const struct quota_slot *s;
	const struct quota *q;
	struct ledger_time t;
	size_t i;

	q = c->windows;
	for (i = 1; i < c->count; i++)
		if (c->windows[i].span > q->span)
			q = &c->windows[i];
	for (i = 0; q != NULL && i < q->slot_count; i++) {
		s = &q->slots[(q->oldest + i) % (QUOTA_SLOTS + 1)];
		t = time_at(s->last, now);
		ledger_print_shut(kind, 0, &t, s->count, lines);
	}
}

/* Writes the file anew from what is in memory. */
static void
compact(struct ledger *l)
{
	struct buf lines = BUF_INIT;
	struct ledger_time now;
	const struct block *b;
	size_t kind;
	int fd;

	l->clock(&now);
	for (kind = 0; kind < LEDGER_KINDS; kind++) {
		print_slots(l, (enum ledger_kind)kind, &now, &lines);
		for (b = l->counters[kind].blocks; b != NULL; b = b->next)
			ledger_print_open((enum ledger_kind)kind, b->number,
			    &now, b->size, &lines);
	}
	fd = ledger_file_begin(l->spool, l->title, &lines);
	if (fd >= 0) {
		file_close(&l->fd);
		l->fd = fd;
		l->lines = 0;
		l->torn = false;
	}
	buf_free(&lines);
}

/* A block that gives no more and of which all is told. */
static bool
is_over(const struct block *b, int64_t now)
{
	return b->told == b->given && !b->doubtful &&
	    (now >= b->ends || b->given == b->size);
}

static void
shut_blocks(struct ledger *l, enum ledger_kind kind,
    const struct ledger_time *now)
{
	struct counter *c = &l->counters[kind];
	struct buf line = BUF_INIT;
	struct block **at, *b;

	at = &c->blocks;
	while ((b = *at) != NULL) {
		if (!is_over(b, now->boot)) {
			at = &b->next;
			continue;
		}
		ledger_print_shut(kind, b->number, now, b->used, &line);
		*at = b->next;
		free(b);
	}
	/* If this is lost, the whole block counts: nothing is exceeded. */
	if (line.len > 0)
		append(l, &line, false);
	buf_free(&line);
	if (l->lines > LINES_MAX)
		compact(l);
}

static uint64_t
block_size(const struct counter *c, uint64_t n)
{
	uint64_t least;
	size_t i;

	least = c->windows[0].limit;
	for (i = 1; i < c->count; i++)
		if (c->windows[i].limit < least)
			least = c->windows[i].limit;
	least /= BLOCKS;
	return least > n ? least : n;
}

static int64_t
shortest_grain(const struct counter *c)
{
	int64_t grain;
	size_t i;

	grain = quota_grain(&c->windows[0]);
	for (i = 1; i < c->count; i++)
		if (quota_grain(&c->windows[i]) < grain)
			grain = quota_grain(&c->windows[i]);
	return grain;
}

static struct block *
open_block(struct ledger *l, enum ledger_kind kind, uint64_t n,
    const struct ledger_time *now)
{
	struct counter *c = &l->counters[kind];
	struct buf line = BUF_INIT;
	struct block *b;
	bool ok;

	b = block_new(c, block_size(c, n));
	b->ends = now->boot + shortest_grain(c);
	ledger_print_open(kind, b->number, now, b->size, &line);
	ok = append(l, &line, true);
	buf_free(&line);
	if (ok)
		return b;
	/* Perhaps it is on disk: then it is one that gave nothing. */
	b->size = b->given;
	return NULL;
}

bool
ledger_take(struct ledger *l, enum ledger_kind kind, uint64_t n,
    struct ledger_grant *grant)
{
	struct counter *c = &l->counters[kind];
	struct ledger_time now;
	struct block *b;

	*grant = (struct ledger_grant){n, 0};
	if (c->count == 0 || n == 0)
		return true;
	l->clock(&now);
	b = c->blocks;
	if (b == NULL || b->doubtful || now.boot >= b->ends ||
	    b->size - b->given < n) {
		if (b != NULL && !b->doubtful)
			b->ends = now.boot;
		shut_blocks(l, kind, &now);
		b = open_block(l, kind, n, &now);
	}
	if (b == NULL)
		return false;
	b->given += n;
	c->pending += n;
	grant->block = b->number;
	return true;
}

void
ledger_settle(struct ledger *l, enum ledger_kind kind,
    const struct ledger_grant *grant, uint64_t used)
{
	struct counter *c = &l->counters[kind];
	struct ledger_time now;
	struct block *b;

	if (grant->block == 0)
		return;
	l->clock(&now);
	for (b = c->blocks; b != NULL && b->number != grant->block;
	    b = b->next)
		;
	if (b == NULL)
		return;
	b->told += grant->count;
	b->used += used;
	c->pending -= grant->count;
	count_use(c, used, now.boot);
	shut_blocks(l, kind, &now);
}

bool
ledger_has_doubts(const struct ledger *l)
{
	const struct block *b;
	size_t i;

	for (i = 0; i < LEDGER_KINDS; i++)
		for (b = l->counters[i].blocks; b != NULL; b = b->next)
			if (b->doubtful)
				return true;
	return false;
}

void
ledger_resolve(struct ledger *l)
{
	struct ledger_grant whole;
	struct ledger_time now;
	struct block *b;
	size_t i;

	l->clock(&now);
	for (i = 0; i < LEDGER_KINDS; i++)
		while (true) {
			for (b = l->counters[i].blocks; b != NULL &&
			    !b->doubtful; b = b->next)
				;
			if (b == NULL)
				break;
			b->doubtful = false;
			whole = (struct ledger_grant){b->given, b->number};
			ledger_settle(l, (enum ledger_kind)i, &whole,
			    b->given);
		}
}

bool
ledger_window(struct ledger *l, enum ledger_kind kind, size_t number,
    struct ledger_window *w)
{
	struct counter *c = &l->counters[kind];
	struct ledger_time now;
	uint64_t left;

	if (number >= c->count)
		return false;
	l->clock(&now);
	left = quota_left(&c->windows[number], 0, now.boot);
	w->limit = c->windows[number].limit;
	w->span = c->windows[number].span;
	w->used = w->limit - left + c->pending;
	return true;
}
