#include "queue/queued.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "spool/journal.h"

#define READ_BLOCK 4096
/* An envelope of 100,000 recipients is a tenth of this. */
#define ENVELOPE_MAX (64u << 20)

/* Reads up to the end of the envelope, in growing steps, since most are short
 * and the message behind them is not wanted here. */
static const char *
read_envelope(int fd, struct queued *q)
{
	const char *why;
	size_t end;
	ssize_t n;

	while ((end = envelope_find_end(buf_slice(&q->text))) == 0) {
		if (q->text.len > ENVELOPE_MAX)
			return "its envelope has no end";
		n = file_read_some(fd, READ_BLOCK + q->text.len, &q->text);
		if (n <= 0)
			return n < 0 ? strerror(errno) : "it is cut short";
	}
	q->text.len = end;
	if (!envelope_parse(buf_slice(&q->text), &q->envelope, &why))
		return why;
	return NULL;
}

static void
replay(void *arg, const struct journal_entry *e)
{
	struct queued *q = arg;

	switch (e->what) {
	case JOURNAL_VERDICT:
		queued_learn(q, &e->verdict, e->time);
		break;
	case JOURNAL_ATTEMPT:
		q->attempts = e->verdict.job;
		q->last_attempt = e->time;
		if (q->first_attempt == 0)
			q->first_attempt = e->time;
		break;
	case JOURNAL_WARNED:
		q->warned = true;
		break;
	case JOURNAL_BOUNCED:
		queued_answer(q, e->verdict.first, e->verdict.last);
		break;
	case JOURNAL_RELAYED:
		queued_note_relayed(q, e->verdict.first);
		break;
	case JOURNAL_HELD:
		q->held = true;
		q->held_by_admin = e->verdict.first != 0;
		break;
	case JOURNAL_FREED:
		q->held = false;
		q->freed = e->time;
		break;
	}
}

static const char *
load(struct spool *s, const char *id, enum queued_from from, struct queued *q,
    int fd)
{
	const char *why;

	why = read_envelope(fd, q);
	if (why != NULL)
		return why;
	q->outcome_of = xcalloc(q->envelope.count, sizeof(*q->outcome_of));
	q->answered = xcalloc(q->envelope.count, sizeof(*q->answered));
	if (from == QUEUED_WAITING &&
	    !journal_each(s, id, replay, q, &q->journal))
		return "its journal cannot be read";
	return NULL;
}

bool
queued_load(struct spool *s, const char *id, enum queued_from from,
    struct queued *q, int *fd, const char **why)
{
	int file;

	memset(q, 0, sizeof(*q));
	file = from == QUEUED_FAILED ? spool_read_failed(s, id) :
	    spool_read(s, id);
	if (file < 0) {
		*why = strerror(errno);
		return false;
	}
	*why = load(s, id, from, q, file);
	if (*why != NULL || fd == NULL)
		file_close(&file);
	if (*why != NULL) {
		queued_free(q);
		/* It is there: nobody is to take it for one that is gone. */
		errno = EBADMSG;
		return false;
	}
	if (fd != NULL)
		*fd = file;
	return true;
}

void
queued_free(struct queued *q)
{
	size_t i;

	for (i = 0; i < q->count; i++) {
		buf_free(&q->outcomes[i]->words);
		free(q->outcomes[i]);
	}
	free(q->outcomes);
	free(q->outcome_of);
	free(q->answered);
	envelope_free(&q->envelope);
	buf_free(&q->text);
	memset(q, 0, sizeof(*q));
}

static struct outcome *
new_outcome(struct queued *q)
{
	if (q->count == q->cap) {
		q->cap = q->cap == 0 ? 4 : q->cap * 2;
		q->outcomes = xrealloc(q->outcomes, q->cap,
		    sizeof(struct outcome *));
	}
	q->outcomes[q->count] = xcalloc(1, sizeof(struct outcome));
	return q->outcomes[q->count++];
}

void
queued_learn(struct queued *q, const struct verdict *v, int64_t time)
{
	struct outcome *o;
	size_t i, last;

	o = new_outcome(q);
	o->verdict = *v;
	o->time = time;
	buf_add_slice(&o->words, v->text);
	o->verdict.text = buf_slice(&o->words);
	last = v->last < q->envelope.count ? v->last + 1 : q->envelope.count;
	for (i = v->first; i < last; i++)
		if (queued_is_open(q, i))
			q->outcome_of[i] = (uint32_t)q->count;
}

void
queued_note_relayed(struct queued *q, size_t number)
{
	struct outcome *o;

	if (number >= q->envelope.count || q->outcome_of[number] == 0)
		return;
	o = q->outcomes[q->outcome_of[number] - 1];
	o->relayed = o->verdict.kind == VERDICT_DELIVERED;
}

bool
queued_is_relayed(const struct queued *q, size_t number)
{
	const struct outcome *o;

	o = queued_outcome(q, number);
	return o != NULL && o->relayed;
}

void
queued_forget_relayed(struct queued *q)
{
	size_t i;

	for (i = 0; i < q->count; i++)
		q->outcomes[i]->relayed = false;
}

const struct outcome *
queued_outcome(const struct queued *q, size_t number)
{
	uint32_t at;

	at = q->outcome_of[number];
	return at == 0 ? NULL : q->outcomes[at - 1];
}

bool
queued_is_open(const struct queued *q, size_t number)
{
	const struct outcome *o;

	o = queued_outcome(q, number);
	return o == NULL || (o->verdict.kind != VERDICT_DELIVERED &&
	    o->verdict.kind != VERDICT_REFUSED);
}

bool
queued_is_refused(const struct queued *q, size_t number)
{
	const struct outcome *o;

	o = queued_outcome(q, number);
	return o != NULL && o->verdict.kind == VERDICT_REFUSED;
}

bool
queued_is_unanswered(const struct queued *q, size_t number)
{
	return queued_is_refused(q, number) && !q->answered[number];
}

bool
queued_has_any(const struct queued *q,
    bool (*is)(const struct queued *q, size_t number))
{
	size_t i;

	for (i = 0; i < q->envelope.count; i++)
		if (is(q, i))
			return true;
	return false;
}

bool
queued_is_list(const struct queued *q, const struct config *c)
{
	return (q->envelope.flags & ENVELOPE_BOUNCE) == 0 &&
	    (q->envelope.count > c->bulk.threshold ||
	    q->envelope.fault_count > 0);
}

bool
queued_is_reported(const struct queued *q)
{
	size_t i;

	for (i = 0; i < q->envelope.count; i++)
		if (!q->answered[i])
			return false;
	return true;
}

size_t
queued_open_count(const struct queued *q)
{
	size_t i, n;

	n = 0;
	for (i = 0; i < q->envelope.count; i++)
		n += queued_is_open(q, i);
	return n;
}

void
queued_answer(struct queued *q, size_t first, size_t last)
{
	size_t i;

	for (i = first; i <= last && i < q->envelope.count; i++)
		q->answered[i] = true;
}
