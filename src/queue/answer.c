#include "queue/answer.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "queue/hold.h"

#define ID_ROOM (ID_LEN + 1)
/* So many places of the queue's table are looked at in one piece. */
#define BUCKETS 1024
/* So many messages are moved in one. */
#define ACTS 32

static void __attribute__((format(printf, 3, 0)))
say(struct answer *answer, char mark, const char *fmt, va_list ap)
{
	buf_add_char(&answer->text, mark);
	buf_vaddf(&answer->text, fmt, ap);
	buf_add_char(&answer->text, '\n');
}

void
answer_say(struct answer *answer, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(answer, ' ', fmt, ap);
	va_end(ap);
}

void
answer_refuse(struct answer *answer, int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(answer, '!', fmt, ap);
	va_end(ap);
	answer->status = status;
}

void
answer_collect(struct answer *answer,
    bool (*chosen)(struct answer *answer, const struct asker *a,
    const struct entry *e),
    void (*piece)(struct manager *m, const char *id, struct buf *out))
{
	answer->chosen = chosen;
	answer->piece = piece;
}

static bool
step_text(struct manager *m, const struct asker *a, struct answer *answer,
    struct buf *out)
{
	(void)m;
	(void)a;
	if (answer->text.len == 0)
		return false;
	buf_add_slice(out, buf_slice(&answer->text));
	buf_clear(&answer->text);
	return true;
}

static bool
step_act(struct manager *m, const struct asker *a, struct answer *answer,
    struct buf *out)
{
	struct slice word;
	int i;

	(void)out;
	for (i = 0; i < ACTS && slice_cut(&answer->words, ' ', &word); i++)
		if (word.len > 0)
			answer->act(m, a, word, answer);
	/* Before anybody is told, and before anything is given out. */
	if (!hold_sync(m))
		answer_refuse(answer, EX_IOERR, "the spool cannot be written: "
		    "some of these may be as before after a restart");
	return i > 0;
}

static void
collect_one(struct entry *e, void *arg)
{
	struct answer *answer = arg;
	char *to;

	if (!answer->chosen(answer, answer->asker, e))
		return;
	if (answer->count == answer->cap) {
		answer->cap = answer->cap * 2 + 64;
		answer->ids = xrealloc(answer->ids, answer->cap, ID_ROOM);
	}
	to = answer->ids + answer->count++ * ID_ROOM;
	memcpy(to, e->id, ID_LEN);
	to[ID_LEN] = '\0';
}

static int
compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, ID_LEN);
}

/* The table may have grown meanwhile: then some were met twice. */
static void
sort_ids(struct answer *answer)
{
	char *from, *to;
	size_t i;

	if (answer->count > 0)
		qsort(answer->ids, answer->count, ID_ROOM, compare_ids);
	to = answer->ids;
	for (i = 1; i < answer->count; i++) {
		from = answer->ids + i * ID_ROOM;
		if (memcmp(from, to, ID_LEN) != 0) {
			to += ID_ROOM;
			memmove(to, from, ID_ROOM);
		}
	}
	if (answer->count > 0)
		answer->count = (size_t)(to - answer->ids) / ID_ROOM + 1;
}

static bool
step_collect(struct manager *m, const struct asker *a, struct answer *answer,
    struct buf *out)
{
	int i;

	(void)m;
	(void)out;
	if (answer->chosen == NULL)
		return false;
	answer->asker = a;
	for (i = 0; i < BUCKETS; i++)
		if (!entry_scan(&answer->bucket, collect_one, answer)) {
			sort_ids(answer);
			answer->chosen = NULL;
			break;
		}
	return true;
}

static bool
step_piece(struct manager *m, const struct asker *a, struct answer *answer,
    struct buf *out)
{
	const char *id;

	if (answer->at == answer->count)
		return false;
	id = answer->ids + answer->at++ * ID_ROOM;
	if (entry_find(id) == NULL)
		return true;
	if (answer->piece != NULL)
		answer->piece(m, id, out);
	else
		answer->act(m, a, slice_from(id), answer);
	return true;
}

static void
finish(struct manager *m, struct answer *answer, struct buf *out)
{
	if (answer->close != NULL)
		answer->close(m, answer, out);
	if (answer->is_flush)
		answer->status = entry_count() == 0 ? EX_OK : EX_TEMPFAIL;
	buf_addf(out, ". %d\n", answer->status);
	answer->ended = true;
}

bool
answer_more(struct manager *m, const struct asker *a, struct answer *answer,
    struct buf *out)
{
	static bool (*const steps[])(struct manager *m, const struct asker *a,
	    struct answer *answer, struct buf *out) = {
		step_text,
		step_act,
		step_collect,
		step_piece,
	};
	size_t i;

	if (answer->ended)
		return false;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (steps[i](m, a, answer, out))
			return true;
	finish(m, answer, out);
	return true;
}

void
answer_free(struct answer *answer)
{
	buf_free(&answer->text);
	free(answer->ids);
}
