#include "queue/abridge.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"

/* Below this nobody minds. */
#define LONG ((uint64_t)1 << 20)

struct copy {
	struct journal *journal;
	const struct queued *queued;
	bool ok;
};

static void
add(struct copy *c, enum journal_what what, int64_t time,
    const struct verdict *v)
{
	struct journal_entry e;

	e.time = time;
	e.what = what;
	e.verdict = *v;
	c->ok = c->ok && journal_add(c->journal, &e);
}

/* The last recipient behind number that has the same outcome. */
static size_t
end_of_outcome(const struct queued *q, size_t number)
{
	const struct outcome *o = queued_outcome(q, number);

	while (number + 1 < q->envelope.count &&
	    queued_outcome(q, number + 1) == o)
		number++;
	return number;
}

static void
add_outcomes(struct copy *c)
{
	const struct queued *q = c->queued;
	const struct outcome *o;
	struct verdict v;
	size_t i, last;

	for (i = 0; i < q->envelope.count; i = last + 1) {
		last = end_of_outcome(q, i);
		o = queued_outcome(q, i);
		if (o == NULL)
			continue;
		v = o->verdict;
		v.first = (uint32_t)i;
		v.last = (uint32_t)last;
		add(c, JOURNAL_VERDICT, o->time, &v);
		if (o->relayed)
			add(c, JOURNAL_RELAYED, o->time, &v);
	}
}

static void
add_answers(struct copy *c)
{
	const struct queued *q = c->queued;
	struct verdict v;
	size_t i;

	memset(&v, 0, sizeof(v));
	for (i = 0; i < q->envelope.count; i++) {
		if (!q->answered[i])
			continue;
		v.first = (uint32_t)i;
		while (i + 1 < q->envelope.count && q->answered[i + 1])
			i++;
		v.last = (uint32_t)i;
		add(c, JOURNAL_BOUNCED, 0, &v);
	}
}

static void
add_message(struct copy *c, const struct entry *e)
{
	const struct queued *q = c->queued;
	struct verdict v;

	memset(&v, 0, sizeof(v));
	if (e->warned)
		add(c, JOURNAL_WARNED, 0, &v);
	if (q->freed != 0)
		add(c, JOURNAL_FREED, q->freed, &v);
	v.job = q->attempts;
	if (q->first_attempt != 0)
		add(c, JOURNAL_ATTEMPT, q->first_attempt, &v);
	if (q->last_attempt != q->first_attempt)
		add(c, JOURNAL_ATTEMPT, q->last_attempt, &v);
}

void
abridge_journal(struct manager *m, struct sending *s)
{
	struct copy c = {NULL, &s->queued, true};
	struct id_text id = entry_id(s->entry);

	if (s->jobs > 0 || s->journal == NULL ||
	    journal_size(s->journal) < LONG)
		return;
	c.journal = journal_begin_anew(m->spool, id.text);
	if (c.journal == NULL)
		return;
	add_outcomes(&c);
	add_answers(&c);
	add_message(&c, s->entry);
	if (!c.ok)
		journal_close(c.journal);
	else if (!journal_replace(m->spool, id.text, &s->journal, c.journal))
		log_warning("id=%s error=\"cannot write its journal anew: "
		    "%s\"", id.text, strerror(errno));
}
