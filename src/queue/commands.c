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
#include "queue/progress.h"
#include "queue/users.h"
#include "spool/id.h"

static bool
is_visible(struct answer *answer, const struct asker *a,
    const struct entry *e)
{
	(void)answer;
	return asker_may_see(a, e->uid);
}

static void
piece_listing(struct manager *m, const char *id, struct buf *out)
{
	const struct entry *e;

	e = entry_find(id);
	if (e != NULL)
		listing_entry(m, e, out);
}

static void
piece_id(struct manager *m, const char *id, struct buf *out)
{
	(void)m;
	if (entry_find(id) != NULL)
		buf_addf(out, " %s\n", id);
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
close_with_failed(struct manager *m, const struct answer *answer,
    struct buf *out)
{
	struct failed_list failed = {m, out};

	(void)answer;
	spool_each(m->spool, true, list_failed_one, &failed);
}

static void
obey_list(struct manager *m, const struct asker *a, struct slice words,
    struct answer *answer)
{
	(void)m;
	(void)words;
	answer_collect(answer, is_visible, piece_listing);
	if (a->is_admin)
		answer->close = close_with_failed;
	listing_alarms(&answer->text);
}

static void
obey_ids(struct manager *m, const struct asker *a, struct slice words,
    struct answer *answer)
{
	(void)m;
	(void)a;
	(void)words;
	answer_collect(answer, is_visible, piece_id);
}

static bool
is_visible_list(struct answer *answer, const struct asker *a,
    const struct entry *e)
{
	if (!e->bulk || !asker_may_see(a, e->uid))
		return false;
	if (!progress_is_list(e))
		answer->others++;
	return progress_is_list(e);
}

static void
piece_list(struct manager *m, const char *id, struct buf *out)
{
	const struct entry *e;

	e = entry_find(id);
	if (e != NULL)
		progress_line(m, e, out);
}

static void
close_lists(struct manager *m, const struct answer *answer, struct buf *out)
{
	(void)m;
	if (answer->count == 0)
		buf_add_string(out, " No list is running.\n");
	if (answer->others > 0)
		buf_addf(out, " %zu more bulk message%s for one recipient "
		    "each\n", answer->others, answer->others == 1 ? "" : "s");
}

/* The list of that ID, if it is one that the asker may see; or NULL, said. */
static const struct entry *
find_list(const struct asker *a, struct slice word, struct answer *answer)
{
	const struct entry *e;
	char *id;

	id = slice_dup(word);
	e = id_is_valid(word) ? entry_find(id) : NULL;
	if (e != NULL && (!asker_may_see(a, e->uid) || !progress_is_list(e)))
		e = NULL;
	if (e == NULL)
		answer_say(answer, EX_NOINPUT, "%s: no such list", id);
	free(id);
	return e;
}

static void
obey_bulk(struct manager *m, const struct asker *a, struct slice words,
    struct answer *answer)
{
	const struct entry *e;

	if (words.len == 0) {
		answer_collect(answer, is_visible_list, piece_list);
		answer->close = close_lists;
		progress_head(&answer->text);
		return;
	}
	e = find_list(a, words, answer);
	if (e == NULL)
		return;
	progress_head(&answer->text);
	progress_line(m, e, &answer->text);
}

static void
obey_progress(struct manager *m, const struct asker *a, struct slice words,
    struct answer *answer)
{
	const struct entry *e;

	e = find_list(a, words, answer);
	if (e != NULL)
		progress_count(m, e, &answer->text);
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
	answer_say(answer, EX_OK, "aliases %s", c->aliases);
	answer_say(answer, EX_OK, "mailname %s", c->mailname);
	if (c->postmaster != NULL)
		answer_say(answer, EX_OK, "postmaster %s", c->postmaster);
	answer_say(answer, EX_OK, "local-to-postmaster %s",
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

/* Does it to the message of that ID, if it exists and the asker may. */
static void
do_one(struct manager *m, const struct asker *a, struct slice word,
    const char *(*act)(struct manager *m, struct entry *e),
    struct answer *answer)
{
	const char *done;
	struct entry *e;
	char *id;

	id = slice_dup(word);
	e = id_is_valid(word) ? entry_find(id) : NULL;
	if (e == NULL || !asker_may_see(a, e->uid))
		answer_say(answer, EX_NOINPUT, "%s: no such message", id);
	else if ((e->jobs > 0 && act != do_hold) || e->state == ENTRY_UNREAD)
		answer_say(answer, EX_TEMPFAIL, "%s: it is being delivered "
		    "right now; try again", id);
	else {
		done = act(m, e);
		log_info("id=%s event=%s by-uid=%lu", id, done,
		    (unsigned long)a->uid);
		answer_say(answer, answer->status, "%s: %s", id, done);
	}
	free(id);
}

#define OBEY_EACH(name)							\
static void								\
act_##name(struct manager *m, const struct asker *a,			\
    struct slice word, struct answer *answer)				\
{									\
	do_one(m, a, word, do_##name, answer);				\
}									\
									\
static void								\
obey_##name(struct manager *m, const struct asker *a,			\
    struct slice words, struct answer *answer)				\
{									\
	(void)m;							\
	(void)a;							\
	answer->act = act_##name;					\
	answer->words = words;						\
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
	{"bulk", true, obey_bulk},
	{"progress", true, obey_progress},
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
			answer_say(answer, EX_NOPERM, "only root and "
			    "the members of admin-group may do that");
		else
			c->obey(m, a, line, answer);
		return answer->is_flush;
	}
	answer_say(answer, EX_USAGE, "the daemon does not know this command");
	return false;
}
