#include "queue/move.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/log.h"
#include "queue/fair.h"
#include "queue/hold.h"
#include "queue/lane.h"
#include "queue/queued.h"
#include "spool/id.h"

/* What became of it: a sysexits code, words, and what the log calls it, if
 * anything has changed. */
struct done {
	int status;
	const char *said;
	const char *event;
};
typedef struct done do_fn(struct manager *m, const struct asker *a,
    struct entry *e);

/* Whether an administrator has it held, and this is none. */
static bool
is_kept_from(const struct asker *a, const struct entry *e)
{
	return e->state == ENTRY_HELD && !e->parked && e->by_admin &&
	    !a->is_admin;
}

static struct done
do_hold(struct manager *m, const struct asker *a, struct entry *e)
{
	if (e->state == ENTRY_HELD && !e->parked &&
	    (e->by_admin || !a->is_admin))
		return (struct done){EX_OK, "held", NULL};
	if (!hold_begin(m, e, (uint32_t)a->uid, a->is_admin))
		return (struct done){EX_IOERR, "is held until a restart: the "
		    "spool cannot be written", "held"};
	return (struct done){EX_OK, "held", "held"};
}

static struct done
do_release(struct manager *m, const struct asker *a, struct entry *e)
{
	if (is_kept_from(a, e))
		return (struct done){EX_NOPERM,
		    "is held by an administrator", NULL};
	if (e->state == ENTRY_HELD && e->parked)
		return (struct done){EX_UNAVAILABLE, "is held with all mail "
		    "of its sender: say release --sender", NULL};
	if (e->state != ENTRY_HELD && e->lane->held)
		return (struct done){EX_UNAVAILABLE, "is held with its lane: "
		    "say release --lane", NULL};
	if (e->state != ENTRY_HELD)
		return (struct done){EX_OK, "was not held", NULL};
	if (!hold_end(m, e))
		return (struct done){EX_IOERR, "is released until a restart: "
		    "the spool cannot be written", "released"};
	return (struct done){EX_OK, "released", "released"};
}

static struct done
do_retry(struct manager *m, const struct asker *a, struct entry *e)
{
	(void)m;
	(void)a;
	if (e->state == ENTRY_HELD || e->lane->held)
		return (struct done){EX_UNAVAILABLE, "is held: release it",
		    NULL};
	if (e->state == ENTRY_WAITING)
		entry_wait(e, clock_boot());
	return (struct done){EX_OK, "due now", "retried"};
}

static struct done
do_remove(struct manager *m, const struct asker *a, struct entry *e)
{
	if (is_kept_from(a, e))
		return (struct done){EX_NOPERM,
		    "is held by an administrator", NULL};
	if (e->state == ENTRY_READY)
		lane_withdraw(e->lane, e);
	manager_forget(m, e);
	return (struct done){EX_OK, "removed", "removed"};
}

/* Does it to the message of that ID, if it exists and the asker may. */
static void
do_one(struct manager *m, const struct asker *a, struct slice word, do_fn *act,
    struct answer *answer)
{
	struct done done;
	struct entry *e;
	char *id;

	id = slice_dup(word);
	e = id_is_valid(word) ? entry_find(id) : NULL;
	if (e == NULL || !asker_may_see(a, e->uid))
		done = (struct done){EX_NOINPUT, "no such message", NULL};
	else if ((e->jobs > 0 && act != do_hold) || e->state == ENTRY_UNREAD)
		done = (struct done){EX_TEMPFAIL, "it is being delivered "
		    "right now; try again", NULL};
	else
		done = act(m, a, e);
	if (done.event != NULL)
		log_info("id=%s event=%s by-uid=%lu", id, done.event,
		    (unsigned long)a->uid);
	if (done.status == EX_OK)
		answer_say(answer, "%s: %s", id, done.said);
	else
		answer_refuse(answer, done.status, "%s: %s", id, done.said);
	free(id);
}

/* Senders may stand in the brackets that listings show them in. */
static struct slice
sender_of(struct slice words)
{
	words = slice_trim(words);
	if (words.len >= 2 && words.ptr[0] == '<' &&
	    words.ptr[words.len - 1] == '>')
		words = (struct slice){words.ptr + 1, words.len - 2};
	return words;
}

static bool
is_of_sender(struct answer *answer, const struct asker *a,
    const struct entry *e)
{
	return e->state != ENTRY_UNREAD && asker_may_see(a, e->uid) &&
	    fair_party(e->uid, answer->name) == e->party;
}

static bool
is_of_lane(struct answer *answer, const struct asker *a,
    const struct entry *e)
{
	(void)a;
	return e->state != ENTRY_UNREAD && e->lane != NULL &&
	    slice_is(answer->name, e->lane->name);
}

static void
close_moved(struct manager *m, const struct answer *answer, struct buf *out)
{
	(void)m;
	if (answer->count == 0)
		buf_add_string(out, " nothing of it waits\n");
}

static void
for_ids(struct answer *answer, struct slice words,
    void (*act)(struct manager *m, const struct asker *a, struct slice word,
    struct answer *answer))
{
	answer->act = act;
	answer->words = words;
}

static void
for_those(struct answer *answer, struct slice name,
    bool (*chosen)(struct answer *answer, const struct asker *a,
    const struct entry *e),
    void (*act)(struct manager *m, const struct asker *a, struct slice word,
    struct answer *answer))
{
	answer->act = act;
	answer->name = name;
	answer->close = close_moved;
	answer_collect(answer, chosen, NULL);
}

#define ACT_AND_MOVE(what)						\
static void								\
act_##what(struct manager *m, const struct asker *a, struct slice word,	\
    struct answer *answer)						\
{									\
	do_one(m, a, word, do_##what, answer);				\
}									\
									\
void									\
move_##what(struct manager *m, const struct asker *a, struct slice words, \
    struct answer *answer)						\
{									\
	(void)m;							\
	(void)a;							\
	for_ids(answer, words, act_##what);				\
}

#define MOVE_THOSE(what, act_of_sender)					\
void									\
move_##what##_sender(struct manager *m, const struct asker *a,		\
    struct slice words, struct answer *answer)				\
{									\
	(void)m;							\
	(void)a;							\
	for_those(answer, sender_of(words), is_of_sender, act_of_sender); \
}									\
									\
void									\
move_##what##_lane(struct manager *m, const struct asker *a,		\
    struct slice words, struct answer *answer)				\
{									\
	(void)m;							\
	(void)a;							\
	for_those(answer, slice_trim(words), is_of_lane, act_##what);	\
}

ACT_AND_MOVE(hold)
ACT_AND_MOVE(release)
ACT_AND_MOVE(retry)
ACT_AND_MOVE(remove)

/* Whether the name of its party is not another sender's that comes to the same:
 * nothing is thrown away for that. */
static bool
is_from(struct manager *m, const char *id, struct slice sender)
{
	struct queued q;
	const char *why;
	bool is;

	if (!queued_load(m->spool, id, QUEUED_PLAIN, &q, NULL, &why))
		return false;
	is = slice_equal_nocase(q.envelope.sender, sender);
	queued_free(&q);
	return is;
}

static void
act_remove_of_sender(struct manager *m, const struct asker *a,
    struct slice word, struct answer *answer)
{
	char *id = slice_dup(word);

	if (is_from(m, id, answer->name))
		do_one(m, a, word, do_remove, answer);
	free(id);
}

MOVE_THOSE(retry, act_retry)
MOVE_THOSE(remove, act_remove_of_sender)

/* A hold that stands, or its end. */
static void
stand(struct manager *m, const struct asker *a, bool is_lane,
    struct slice words, struct answer *answer,
    int (*change)(struct manager *m, const struct asker *a, bool is_lane,
    const char *name, const char **why))
{
	const char *said;
	struct buf shown = BUF_INIT, quoted = BUF_INIT;
	char *name;
	int status;

	words = is_lane ? slice_trim(words) : sender_of(words);
	name = slice_dup(words);
	status = change(m, a, is_lane, name, &said);
	if (status == EX_OK)
		said = change == hold_all ? "held" : "released";
	buf_add_string(&shown, is_lane ? "lane " : "<");
	buf_add_escaped(&shown, words, 320);
	buf_add_string(&shown, is_lane ? "" : ">");
	if (status == EX_OK) {
		buf_add_quoted(&quoted, buf_slice(&shown));
		log_info("event=%s all=%s by-uid=%lu", said,
		    buf_string(&quoted), (unsigned long)a->uid);
		answer_say(answer, "%s: %s", buf_string(&shown), said);
	} else
		answer_refuse(answer, status, "%s: %s", buf_string(&shown),
		    said);
	buf_free(&shown);
	buf_free(&quoted);
	free(name);
}

#define STAND(name, is_lane, change)					\
void									\
move_##name(struct manager *m, const struct asker *a, struct slice words, \
    struct answer *answer)						\
{									\
	stand(m, a, is_lane, words, answer, change);			\
}

STAND(hold_sender, false, hold_all)
STAND(hold_lane, true, hold_all)
STAND(release_sender, false, release_all)
STAND(release_lane, true, release_all)
