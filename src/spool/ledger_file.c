#include "spool/ledger_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "spool/state.h"

#define FILE_MAX ((size_t)64 << 20)

static const char kind_letters[LEDGER_KINDS] = {'r', 'm', 'c'};

static void
print_line(enum ledger_kind kind, const char *what, uint32_t block,
    const struct ledger_time *t, uint64_t count, struct buf *out)
{
	buf_addf(out, "%c %s %" PRIu32 " %" PRId64 " %" PRId64 " %s %" PRIu64
	    "\n", kind_letters[kind], what, block, t->wall, t->boot, t->id,
	    count);
}

void
ledger_print_open(enum ledger_kind kind, uint32_t block,
    const struct ledger_time *t, uint64_t count, struct buf *out)
{
	print_line(kind, "open", block, t, count, out);
}

void
ledger_print_shut(enum ledger_kind kind, uint32_t block,
    const struct ledger_time *t, uint64_t count, struct buf *out)
{
	print_line(kind, "shut", block, t, count, out);
}

static bool
take_word(struct slice *line, struct slice *word)
{
	return slice_cut(line, ' ', word) && word->len > 0;
}

static bool
take_number(struct slice *line, unsigned long long max, int64_t *n)
{
	unsigned long long number;
	struct slice word;

	if (!take_word(line, &word) || !slice_to_number(word, max, &number))
		return false;
	*n = (int64_t)number;
	return true;
}

/* Before this boot, the boot clock is below zero. */
static bool
take_boot(struct slice *line, int64_t *boot)
{
	bool before;

	before = line->len > 0 && line->ptr[0] == '-';
	if (before)
		*line = (struct slice){line->ptr + 1, line->len - 1};
	if (!take_number(line, INT64_MAX, boot))
		return false;
	if (before)
		*boot = -*boot;
	return true;
}

static bool
parse_line(struct slice line, struct ledger_use *u)
{
	struct slice kind, what, id;
	const char *letter;
	int64_t block, count;

	if (!take_word(&line, &kind) || kind.len != 1 ||
	    !take_word(&line, &what) ||
	    !take_number(&line, UINT32_MAX, &block) ||
	    !take_number(&line, INT64_MAX, &u->time.wall) ||
	    !take_boot(&line, &u->time.boot) ||
	    !take_word(&line, &id) || id.len >= sizeof(u->time.id) ||
	    !take_number(&line, INT64_MAX, &count))
		return false;
	letter = memchr(kind_letters, kind.ptr[0], LEDGER_KINDS);
	if (letter == NULL)
		return false;
	u->kind = (enum ledger_kind)(letter - kind_letters);
	u->doubtful = slice_is(what, "open");
	u->block = (uint32_t)block;
	u->count = (uint64_t)count;
	memcpy(u->time.id, id.ptr, id.len);
	u->time.id[id.len] = '\0';
	return true;
}

/*
 * When it was, on the boot clock of now. Over a reboot the wall clock tells;
 * one that went back makes nothing younger than this boot.
 */
static int64_t
place(const struct ledger_time *t, const struct ledger_time *now)
{
	int64_t age;

	if (strcmp(t->id, now->id) == 0)
		return t->boot < now->boot ? t->boot : now->boot;
	age = now->wall - t->wall;
	if (age < now->boot)
		age = now->boot;
	return now->boot - age;
}

/* Blocks come in the order of their numbers. */
static struct ledger_use *
find_block(const struct ledger_uses *uses, uint32_t block)
{
	size_t i;

	for (i = uses->count; i > 0; i--)
		if (uses->items[i - 1].block == block)
			return &uses->items[i - 1];
	return NULL;
}

static void
note(struct ledger_uses *uses, size_t *cap, const struct ledger_use *u)
{
	struct ledger_use *known;

	known = u->block == 0 ? NULL : find_block(uses, u->block);
	if (known != NULL) {
		*known = *u;
		return;
	}
	if (uses->count == *cap) {
		*cap = *cap * 2 + 64;
		uses->items = xrealloc(uses->items, *cap,
		    sizeof(*uses->items));
	}
	uses->items[uses->count++] = *u;
}

static int
by_time(const void *a, const void *b)
{
	const struct ledger_use *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

bool
ledger_file_read(struct spool *s, const char *title,
    const struct ledger_time *now, struct ledger_uses *uses)
{
	struct buf name = BUF_INIT, text = BUF_INIT;
	struct slice rest, line;
	struct ledger_use u;
	size_t cap;
	bool ok;
	int fd;

	memset(uses, 0, sizeof(*uses));
	buf_addf(&name, "quota-%s", title);
	fd = spool_state_open(s, buf_string(&name), O_RDONLY);
	ok = fd < 0 ? errno == ENOENT : file_read(fd, FILE_MAX, &text);
	rest = buf_slice(&text);
	cap = 0;
	while (slice_cut(&rest, '\n', &line)) {
		if (!parse_line(line, &u))
			continue;	/* torn: nothing was granted */
		u.at = place(&u.time, now);
		note(uses, &cap, &u);
	}
	if (uses->count > 0)
		qsort(uses->items, uses->count, sizeof(u), by_time);
	file_close(&fd);
	buf_free(&name);
	buf_free(&text);
	return ok;
}

int
ledger_file_begin(struct spool *s, const char *title, const struct buf *lines)
{
	struct buf name = BUF_INIT;
	int fd;

	buf_addf(&name, "quota-%s", title);
	fd = state_replace(s, buf_string(&name), lines);
	buf_free(&name);
	return fd;
}
