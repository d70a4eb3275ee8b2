#include "queue/commands.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "queue/flush.h"
#include "queue/listing.h"
#include "queue/move.h"
#include "queue/progress.h"
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
	listing_alarms(a, &answer->text);
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
		answer_refuse(answer, EX_NOINPUT, "%s: no such list", id);
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
	(void)words;
	listing_status(a, &answer->text);
}

/* Where a name leads and how large a message may be, for sendmail, which reads
 * no configuration. */
static void
obey_names(struct manager *m, const struct asker *a, struct slice words,
    struct answer *answer)
{
	const struct config *c = m->config;

	(void)a;
	(void)words;
	answer_say(answer, "aliases %s", c->aliases);
	answer_say(answer, "mailname %s", c->mailname);
	if (c->postmaster != NULL)
		answer_say(answer, "postmaster %s", c->postmaster);
	answer_say(answer, "local-to-postmaster %s",
	    c->local_to_postmaster ? "yes" : "no");
	answer_say(answer, "max-size %llu",
	    (unsigned long long)c->max_size);
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
	{"hold", true, move_hold},
	{"hold-sender", true, move_hold_sender},
	{"hold-lane", false, move_hold_lane},
	{"release", true, move_release},
	{"release-sender", true, move_release_sender},
	{"release-lane", false, move_release_lane},
	{"retry", true, move_retry},
	{"retry-sender", true, move_retry_sender},
	{"retry-lane", false, move_retry_lane},
	{"remove", true, move_remove},
	{"remove-sender", true, move_remove_sender},
	{"remove-lane", false, move_remove_lane},
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
			answer_refuse(answer, EX_NOPERM, "only root and "
			    "the members of admin-group may do that");
		else
			c->obey(m, a, line, answer);
		return answer->is_flush;
	}
	answer_refuse(answer, EX_USAGE,
	    "the daemon does not know this command");
	return false;
}
