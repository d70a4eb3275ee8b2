#include "queue/sending.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "queue/flush.h"
#include "queue/lane.h"
#include "queue/turn.h"
#include "spool/inflight.h"

/* As many as there are messages with agents: a few. */
static struct sending *sendings;

static void
break_entry(struct entry *e, const char *why)
{
	log_error("id=%s event=unreadable error=\"%s\"", entry_id(e).text,
	    why);
	flush_attempted(e);
	e->state = ENTRY_BROKEN;
}

struct sending *
sending_of(struct manager *m, struct entry *e)
{
	struct sending *s;
	const char *why;

	for (s = sendings; s != NULL; s = s->next)
		if (s->entry == e)
			return s;
	s = xcalloc(1, sizeof(*s));
	if (!queued_load(m->spool, entry_id(e).text,
	    e->journal ? QUEUED_WAITING : QUEUED_PLAIN, &s->queued, &s->fd,
	    &why)) {
		break_entry(e, why);
		free(s);
		return NULL;
	}
	s->entry = e;
	s->open = queued_open_count(&s->queued);
	e->open = (uint32_t)s->open;
	s->asked = xcalloc(s->queued.envelope.count, sizeof(*s->asked));
	s->noted = inflight_note(entry_id(e).text);
	s->next = sendings;
	sendings = s;
	return s;
}

static void
open_journal(struct manager *m, struct sending *s, size_t lines)
{
	/* Half made it is there, too. */
	s->entry->journal = true;
	s->journal = journal_open(m->spool, entry_id(s->entry).text, lines);
}

/*
 * Where more than one result can come, the place to write them is made before
 * the first can: afterwards it would be too late to find the disk full. A lone
 * recipient's success is recorded by the removal of the message, unless another
 * one's sender has still to be told of a refusal: that comes first.
 */
bool
sending_prepare(struct manager *m, struct sending *s)
{
	m->writable = m->writable || spool_is_writable(m->spool);
	if (!m->writable) {
		manager_unsafe(m, entry_id(s->entry).text, "write queue/");
		return false;
	}
	if (s->journal != NULL || (s->open < 2 &&
	    !queued_has_any(&s->queued, queued_is_unanswered)))
		return true;
	open_journal(m, s, s->open);
	if (s->journal != NULL)
		return true;
	manager_unsafe(m, entry_id(s->entry).text, "make its journal");
	return false;
}

static bool
is_wanted(struct manager *m, const struct sending *s, size_t number)
{
	return !s->asked[number] &&
	    turn_is_due(s->entry, &s->queued, number) &&
	    lane_choose(m, s->entry, &s->queued.envelope, number) ==
	    s->entry->lane;
}

size_t
sending_next(struct manager *m, struct sending *s, size_t number)
{
	bool is_first;

	if (s->lane != s->entry->lane)
		s->next_number = 0;
	s->lane = s->entry->lane;
	is_first = number <= s->next_number;
	if (is_first)
		number = s->next_number;
	while (number < s->queued.envelope.count && !is_wanted(m, s, number))
		number++;
	if (is_first)
		s->next_number = number;
	return number;
}

void
sending_mark(struct sending *s, const struct range *r, bool asked)
{
	size_t i;

	for (i = r->first; i <= r->last; i++)
		s->asked[i] = asked;
	if (!asked && r->first < s->next_number)
		s->next_number = r->first;
}

bool
sending_record(struct manager *m, struct sending *s, enum journal_what what,
    const struct verdict *v)
{
	struct journal_entry e;

	if (s->journal == NULL)
		open_journal(m, s, 8);
	memset(&e, 0, sizeof(e));
	e.time = clock_wall();
	e.what = what;
	e.verdict = *v;
	if (s->journal != NULL && journal_add(s->journal, &e)) {
		s->unsynced = true;
		return true;
	}
	manager_unsafe(m, entry_id(s->entry).text, "record a result");
	return false;
}

void
sending_sync(struct manager *m, struct sending *s)
{
	if (!s->unsynced || s->journal == NULL)
		return;
	s->unsynced = false;
	if (!journal_sync(s->journal))
		manager_unsafe(m, entry_id(s->entry).text,
		    "sync its journal");
}

void
sending_close(struct sending *s)
{
	struct sending **at;
	size_t count = s->queued.envelope.count;

	if (s->jobs > 0)
		return;
	for (at = &sendings; *at != s; at = &(*at)->next)
		;
	*at = s->next;
	inflight_clear(s->noted);
	journal_close(s->journal);
	queued_free(&s->queued);
	file_close(&s->fd);
	free(s->asked);
	free(s);
	xtrim(count);
}
