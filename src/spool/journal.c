#include "spool/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* The longest line: a verdict's text, escaped fourfold, and its numbers. */
#define LINE_BYTES (VERDICT_TEXT_MAX * 4 + 256)
/* Most lines are far shorter; this much of a long list's room is enough. */
#define ROOM_MAX (64u << 20)
#define READ_MAX (256u << 20)

static const char *const words[] = {
	[JOURNAL_VERDICT] = "verdict",
	[JOURNAL_ATTEMPT] = "attempt",
	[JOURNAL_WARNED] = "warned",
	[JOURNAL_BOUNCED] = "bounced",
	[JOURNAL_RELAYED] = "relayed",
	[JOURNAL_HELD] = "held",
	[JOURNAL_FREED] = "freed",
};
#define WORDS (sizeof(words) / sizeof(words[0]))

struct journal {
	int fd;
};

/* Takes the room ahead of time without changing the size: what is read later
 * ends where the last line ends. A file system that cannot is no reason to
 * keep mail; the write itself then tells. */
static bool
take_room(int fd, size_t lines)
{
	off_t room;

	room = (off_t)(lines * LINE_BYTES);
	if (room > (off_t)ROOM_MAX)
		room = ROOM_MAX;
	return fallocate(fd, FALLOC_FL_KEEP_SIZE, lseek(fd, 0, SEEK_END),
	    room) == 0 || errno == EOPNOTSUPP;
}

/* What a crash or a full disk left of a line would spoil the next one. */
static bool
cut_torn_line(int fd)
{
	off_t size, whole;
	char last;

	size = whole = lseek(fd, 0, SEEK_END);
	for (; whole > 0; whole--) {
		if (!file_pread(fd, &last, 1, whole - 1))
			return false;
		if (last == '\n')
			break;
	}
	return whole == size || ftruncate(fd, whole) == 0;
}

struct journal *
journal_make(struct spool *s, const char *id)
{
	struct journal *j;
	int fd, saved;

	fd = spool_open_journal(s, id, O_RDWR | O_APPEND | O_CREAT);
	if (fd < 0)
		return NULL;
	if (!cut_torn_line(fd)) {
		saved = errno;
		file_close(&fd);
		errno = saved;
		return NULL;
	}
	j = xcalloc(1, sizeof(*j));
	j->fd = fd;
	return j;
}

struct journal *
journal_open(struct spool *s, const char *id, size_t lines)
{
	struct journal *j;
	int saved;

	j = journal_make(s, id);
	if (j == NULL)
		return NULL;
	if (!take_room(j->fd, lines) || !file_sync(j->fd) ||
	    !spool_sync_queue(s)) {
		saved = errno;
		journal_close(j);
		errno = saved;
		return NULL;
	}
	return j;
}

bool
journal_add(struct journal *j, const struct journal_entry *e)
{
	struct buf line = BUF_INIT;
	int saved;
	bool ok;

	buf_addf(&line, "%lld %s ", (long long)e->time, words[e->what]);
	verdict_print(&e->verdict, &line);
	buf_add_char(&line, '\n');
	ok = file_write(j->fd, line.data, line.len);
	if (!ok) {
		saved = errno;
		cut_torn_line(j->fd);
		errno = saved;
	}
	buf_free(&line);
	return ok;
}

bool
journal_sync(struct journal *j)
{
	return file_sync(j->fd);
}

uint64_t
journal_size(const struct journal *j)
{
	struct stat info;

	return fstat(j->fd, &info) == 0 ? (uint64_t)info.st_size : 0;
}

struct journal *
journal_begin_anew(struct spool *s, const char *id)
{
	struct journal *j;
	int fd;

	fd = spool_begin_journal(s, id);
	if (fd < 0)
		return NULL;
	j = xcalloc(1, sizeof(*j));
	j->fd = fd;
	return j;
}

bool
journal_replace(struct spool *s, const char *id, struct journal **old,
    struct journal *fresh)
{
	int saved;

	if (!journal_sync(fresh) || !spool_replace_journal(s, id)) {
		saved = errno;
		journal_close(fresh);
		errno = saved;
		return false;
	}
	/* By now it is the one that counts, durable or not. */
	journal_close(*old);
	*old = fresh;
	return spool_sync_queue(s);
}

void
journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	file_close(&j->fd);
	free(j);
}

static bool
parse_line(struct slice line, struct journal_entry *e, struct buf *text)
{
	unsigned long long time;
	struct slice word;
	size_t i;

	if (!slice_cut(&line, ' ', &word) ||
	    !slice_to_number(word, INT64_MAX, &time) ||
	    !slice_cut(&line, ' ', &word) || line.ptr == NULL)
		return false;
	e->time = (int64_t)time;
	for (i = 0; i < WORDS; i++)
		if (slice_is(word, words[i])) {
			e->what = (enum journal_what)i;
			return verdict_parse(line, &e->verdict, text);
		}
	return false;
}

static void
each_line(struct slice all, void (*fn)(void *, const struct journal_entry *),
    void *arg)
{
	struct buf text = BUF_INIT;
	struct journal_entry e;
	struct slice line;

	/* What follows the last line end was torn by a crash. */
	while (slice_find(all, '\n') < all.len &&
	    slice_cut(&all, '\n', &line)) {
		buf_clear(&text);
		if (parse_line(line, &e, &text))
			fn(arg, &e);
	}
	buf_free(&text);
}

bool
journal_each(struct spool *s, const char *id,
    void (*fn)(void *arg, const struct journal_entry *e), void *arg,
    bool *found)
{
	struct buf all = BUF_INIT;
	int fd;
	bool ok;

	fd = spool_open_journal(s, id, O_RDONLY);
	*found = fd >= 0;
	if (fd < 0)
		return errno == ENOENT;
	ok = file_read(fd, READ_MAX, &all);
	file_close(&fd);
	if (ok)
		each_line(buf_slice(&all), fn, arg);
	buf_free(&all);
	return ok;
}
