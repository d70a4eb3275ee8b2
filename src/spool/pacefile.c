#include "spool/pacefile.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"

#define MAGIC "navette-pace 1"
#define FILE_MAX ((size_t)8192)

struct kept {
	struct pacefile *pace;
	struct ledger_time then;
};

static bool
take_number(struct slice *words, int64_t *number)
{
	unsigned long long n;
	struct slice word;

	if (!slice_cut(words, ' ', &word) ||
	    !slice_to_number(word, INT64_MAX, &n))
		return false;
	*number = (int64_t)n;
	return true;
}

static bool
take_written(struct slice words, struct kept *k)
{
	struct slice id;

	if (!take_number(&words, &k->then.wall) ||
	    !take_number(&words, &k->then.boot) ||
	    !slice_cut(&words, ' ', &id) || id.len >= sizeof(k->then.id))
		return false;
	memcpy(k->then.id, id.ptr, id.len);
	return true;
}

static bool
take_rate(struct slice words, struct kept *k)
{
	int64_t n;

	if (!take_number(&words, &n) || n > UINT32_MAX)
		return false;
	k->pace->rate = (uint32_t)n;
	return true;
}

static bool
take_failures(struct slice words, struct kept *k)
{
	int64_t n;

	if (!take_number(&words, &n) || n > UINT16_MAX)
		return false;
	k->pace->failures = (unsigned)n;
	return true;
}

static bool
take_ban(struct slice words, struct kept *k)
{
	return take_number(&words, &k->pace->ban) &&
	    take_number(&words, &k->pace->stopped_wall);
}

static bool
take_why(struct slice words, struct kept *k)
{
	return verdict_parse(words, &k->pace->why, &k->pace->words);
}

static const struct {
	const char *key;
	bool (*take)(struct slice words, struct kept *k);
} keys[] = {
	{"written", take_written},
	{"rate", take_rate},
	{"failures", take_failures},
	{"ban", take_ban},
	{"why", take_why},
};

static bool
take_line(struct slice line, struct kept *k)
{
	struct slice key;
	size_t i;

	if (!slice_cut(&line, ' ', &key))
		return false;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (slice_is(key, keys[i].key))
			return keys[i].take(line, k);
	return false;
}

/* How long ago it was, at least. */
static int64_t
age_of(const struct ledger_time *then, const struct ledger_time *now)
{
	int64_t age;

	if (strcmp(then->id, now->id) == 0)
		age = now->boot - then->boot;
	else if (now->wall - then->wall > now->boot)
		age = now->wall - then->wall;
	else
		age = now->boot;
	return age > 0 ? age : 0;
}

static bool
parse(struct slice text, const struct ledger_time *now, struct pacefile *p)
{
	struct kept k = {p, {0, 0, ""}};
	struct slice line;
	int64_t age;

	if (!slice_cut(&text, '\n', &line) || !slice_is(line, MAGIC))
		return false;
	while (slice_cut(&text, '\n', &line))
		if (line.len > 0 && !take_line(line, &k))
			return false;
	age = age_of(&k.then, now);
	p->ban = p->ban > age ? p->ban - age : 0;
	return k.then.id[0] != '\0';
}

bool
pacefile_read(struct spool *s, const char *title,
    const struct ledger_time *now, struct pacefile *p)
{
	struct buf name = BUF_INIT, text = BUF_INIT;
	bool ok;
	int fd;

	memset(p, 0, sizeof(*p));
	buf_addf(&name, "pace-%s", title);
	fd = spool_state_open(s, buf_string(&name), O_RDONLY);
	ok = fd >= 0 && file_read(fd, FILE_MAX, &text) &&
	    parse(buf_slice(&text), now, p);
	file_close(&fd);
	if (!ok) {
		buf_free(&p->words);
		memset(p, 0, sizeof(*p));
	}
	buf_free(&name);
	buf_free(&text);
	return ok;
}

static void
print(const struct pacefile *p, const struct ledger_time *now,
    struct buf *out)
{
	buf_addf(out, MAGIC "\nwritten %" PRId64 " %" PRId64 " %s\n"
	    "rate %" PRIu32 "\nfailures %u\n", now->wall, now->boot, now->id,
	    p->rate, p->failures);
	if (p->ban <= 0)
		return;
	buf_addf(out, "ban %" PRId64 " %" PRId64 "\nwhy ", p->ban,
	    p->stopped_wall);
	verdict_print(&p->why, out);
	buf_add_char(out, '\n');
}

bool
pacefile_write(struct spool *s, const char *title,
    const struct ledger_time *now, const struct pacefile *p)
{
	struct buf name = BUF_INIT, fresh = BUF_INIT, text = BUF_INIT;
	bool ok;
	int dir, fd;

	buf_addf(&name, "pace-%s", title);
	buf_addf(&fresh, "pace-%s~", title);
	print(p, now, &text);
	dir = spool_state_open(s, ".", O_RDONLY | O_DIRECTORY);
	fd = spool_state_open(s, buf_string(&fresh),
	    O_WRONLY | O_CREAT | O_TRUNC);
	ok = dir >= 0 && fd >= 0 && file_write(fd, text.data, text.len) &&
	    renameat(dir, buf_string(&fresh), dir, buf_string(&name)) == 0;
	file_close(&fd);
	file_close(&dir);
	buf_free(&name);
	buf_free(&fresh);
	buf_free(&text);
	return ok;
}
