#include "queue/commands.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/log.h"
#include "queue/flush.h"
#include "queue/hold.h"
#include "queue/lane.h"
#include "queue/listing.h"
#include "queue/users.h"
#include "spool/id.h"

static void __attribute__((format(printf, 3, 4)))
say(struct answer *answer, int status, const char *fmt, ...)
{
	va_list ap;

	buf_add_char(&answer->text, ' ');
	va_start(ap, fmt);
	buf_vaddf(&answer->text, fmt, ap);
	va_end(ap);
	buf_add_char(&answer->text, '\n');
	answer->status = status;
}

static void
piece_listing(struct manager *m, const struct asker *a, const char *id,
    struct buf *out)
{
	const struct entry *e;

	e = entry_find(id);
	if (e != NULL && asker_may_see(a, e->uid))
		listing_entry(m, e, out);
}

static void
piece_id(struct manager *m, const struct asker *a, const char *id,
    struct buf *out)
{
	const struct entry *e;

	(void)m;
	e = entry_find(id);
	if (e != NULL && asker_may_see(a, e->uid))
		buf_addf(out, " %s\n", id);
}

static void
obey_list(struct manager *m, const struct asker *a, struct slice words,
    struct answer *answer)
{
	(void)m;
	(void)words;
	answer->ids = entry_ids(&answer->count);
	answer->piece = piece_listing;
	answer->list_failed = a->is_admin;
	listing_alarms(&answer->text);
}

static void
obey_ids(struct manager *m, const struct asker *a, struct slice words,
    struct answer *answer)
{
	(void)m;
	(void)a;
	(void)words;
	answer->ids = entry_ids(&answer->count);
	answer->piece = piece_id;
}

static void
obey_status(struct manager *m, const struct asker *a, struct slice words,
    struct answer *answer)
{
	(void)m;
	(void)a;
	(void)words;
	listing_status(&answer->text);
}

/* Where a name leads, for sendmail, which reads no configuration. */
static void
obey_names(struct manager *m, const struct asker *a, struct slice words,
    struct answer *answer)
{
	const struct config *c = m->config;

	(void)a;
	(void)words;
	say(answer, EX_OK, "aliases %s", c->aliases);
	say(answer, EX_OK, "mailname %s", c->mailname);
	if (c->postmaster != NULL)
		say(answer, EX_OK, "postmaster %s", c->postmaster);
	say(answer, EX_OK, "local-to-postmaster %s",
	    c->local_to_postmaster ? "yes" : "no");
}

static void
obey_flush(struct manager *m, const struct asker *a, struct slice words,
    struct answer *answer)
{
	(void)a;
	(void)words;
	(void)answer;
	flush_begin(m, false);
}

static void
obey_flush_wait(struct manager *m, const struct asker *a, struct slice words,
    struct answer *answer)
{
	(void)a;
	(void)words;
	flush_begin(m, true);
	answer->is_flush = true;
}

static const char *
do_hold(struct manager *m, struct entry *e)
{
	hold_begin(m, e);
	return "held";
}

static const char *
do_release(struct manager *m, struct entry *e)
{
	hold_end(m, e);
	return "released";
}

static const char *
do_retry(struct manager *m, struct entry *e)
{
	(void)m;
	if (e->state == ENTRY_WAITING)
		entry_wait(e, clock_boot());
	return "due now";
}

static const char *
do_remove(struct manager *m, struct entry *e)
{
	if (e->state == ENTRY_READY)
		lane_withdraw(e->lane, e);
	manager_forget(m, e);
	return "removed";
}

/* Does it to each ID of words that exists and that the asker may touch. */
static void
with_each(struct manager *m, const struct asker *a, struct slice words,
    const char *(*act)(struct manager *m, struct entry *e),
    struct answer *answer)
{
	const char *done;
	struct slice word;
	struct entry *e;
	char *id;

	while (slice_cut(&words, ' ', &word)) {
		if (word.len == 0)
			continue;
		id = slice_dup(word);
		e = id_is_valid(word) ? entry_find(id) : NULL;
		if (e == NULL || !asker_may_see(a, e->uid))
			say(answer, EX_NOINPUT, "%s: no such message", id);
		else if (e->state == ENTRY_FLYING || e->state == ENTRY_UNREAD)
			say(answer, EX_TEMPFAIL, "%s: it is being delivered "
			    "right now; try again", id);
		else {
			done = act(m, e);
			log_info("id=%s event=%s by-uid=%lu", id, done,
			    (unsigned long)a->uid);
			say(answer, answer->status, "%s: %s", id, done);
		}
		free(id);
	}
}

#define OBEY_EACH(name)							\
static void								\
obey_##name(struct manager *m, const struct asker *a,			\
    struct slice words, struct answer *answer)				\
{									\
	with_each(m, a, words, do_##name, answer);			\
}

OBEY_EACH(hold)
OBEY_EACH(release)
OBEY_EACH(retry)
OBEY_EACH(remove)

static const struct command {
	const char *name;
	bool for_all;		/* not only for administrators */
	void (*obey)(struct manager *m, const struct asker *a,
	    struct slice words, struct answer *answer);
} commands[] = {
	{"list", true, obey_list},
	{"ids", true, obey_ids},
	{"status", true, obey_status},
	{"names", true, obey_names},
	{"flush", false, obey_flush},
	{"flush-wait", false, obey_flush_wait},
	{"hold", true, obey_hold},
	{"release", true, obey_release},
	{"retry", true, obey_retry},
	{"remove", true, obey_remove},
};

bool
command_obey(struct manager *m, const struct asker *a, struct slice line,
    struct answer *answer)
{
	const struct command *c;
	struct slice word;

	answer->status = EX_OK;
	if (!slice_cut(&line, ' ', &word))
		word = SLICE("");
	for (c = commands; c < commands + sizeof(commands) /
	    sizeof(commands[0]); c++) {
		if (!slice_is(word, c->name))
			continue;
		if (!c->for_all && !a->is_admin)
			say(answer, EX_NOPERM, "only root and the members of "
			    "admin-group may do that");
		else
			c->obey(m, a, line, answer);
		return answer->is_flush;
	}
	say(answer, EX_USAGE, "the daemon does not know this command");
	return false;
}

struct failed_list {
	struct manager *manager;
	struct buf *out;
};

static void
list_failed_one(void *arg, const char *id)
{
	struct failed_list *l = arg;

	listing_failed(l->manager, id, l->out);
}

static void
finish(struct manager *m, struct answer *answer, struct buf *out)
{
	struct failed_list failed = {m, out};

	if (answer->list_failed)
		spool_each(m->spool, true, list_failed_one, &failed);
	if (answer->is_flush)
		answer->status = entry_count() == 0 ? EX_OK : EX_TEMPFAIL;
	buf_addf(out, ". %d\n", answer->status);
	answer->ended = true;
}

bool
answer_more(struct manager *m, const struct asker *a, struct answer *answer,
    struct buf *out)
{
	if (answer->ended)
		return false;
	if (answer->text.len > 0) {
		buf_add_slice(out, buf_slice(&answer->text));
		buf_clear(&answer->text);
	} else if (answer->at < answer->count)
		answer->piece(m, a, answer->ids + answer->at++ *
		    (ID_LEN + 1), out);
	else
		finish(m, answer, out);
	return true;
}

void
answer_free(struct answer *answer)
{
	buf_free(&answer->text);
	free(answer->ids);
}
