#include "submit/drops.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strlist.h"
#include "mail/envelope.h"
#include "mail/submission.h"
#include "spool/id.h"
#include "submit/refusal.h"

#define BLOCK 65536
/* So many foreign names are remembered, so that each is named once. */
#define ODD_MAX 1000
/* The head of an envelope up to its uid. */
#define HEAD_BYTES 512

static struct strlist odd;

int
drops_watch(struct spool *spool)
{
	struct buf path = BUF_INIT;
	int fd;

	fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (fd < 0)
		return -1;
	/* By descriptor: the folder keeps its watch whatever its name. */
	buf_addf(&path, "/proc/self/fd/%d", spool_drop_fd(spool));
	if (inotify_add_watch(fd, buf_string(&path), IN_MOVED_TO) < 0)
		file_close(&fd);
	buf_free(&path);
	return fd;
}

void
drops_drain(int watch)
{
	struct buf events = BUF_INIT;

	while (file_read_some(watch, BLOCK, &events) > 0)
		buf_clear(&events);
	buf_free(&events);
}

static void
note_odd(const char *name, const char *why)
{
	struct buf shown = BUF_INIT;

	if (strlist_has(&odd, name) || odd.count >= ODD_MAX)
		return;
	strlist_add(&odd, name);
	buf_add_escaped(&shown, slice_from(name), 255);
	log_warning("drop/%s is left alone: %s", buf_string(&shown), why);
	buf_free(&shown);
}

/* The uid in the envelope of a queued message, or -1. */
static long long
queued_uid(struct spool *spool, const char *id)
{
	struct envelope e;
	const char *why;
	struct buf text = BUF_INIT;
	long long uid;
	int fd;

	uid = -1;
	fd = spool_read(spool, id);
	if (fd < 0)
		return -1;
	while (envelope_find_end(buf_slice(&text)) == 0)
		if (file_read_some(fd, HEAD_BYTES + text.len, &text) <= 0)
			break;
	if (envelope_parse(buf_slice(&text), &e, &why)) {
		uid = e.uid;
		envelope_free(&e);
	}
	file_close(&fd);
	buf_free(&text);
	return uid;
}

struct settle {
	const struct intake_context *ctx;
	void (*queued)(void *arg, const char *id);
	void *arg;
	bool later;
};

/* False with errno when the file cannot be read to its end. */
static bool
feed_file(struct intake *i, int fd, enum intake_state *state)
{
	struct buf block = BUF_INIT;
	ssize_t n;

	*state = INTAKE_MORE;
	n = 1;
	while (*state == INTAKE_MORE && n > 0) {
		n = file_read_some(fd, BLOCK, &block);
		if (n > 0)
			*state = intake_feed(i, buf_slice(&block));
		buf_clear(&block);
	}
	buf_free(&block);
	return n >= 0;
}

/* The manager hears of it when the drop is gone: if it had delivered the
 * message before, the drop would be taken for another one. */
static void
finish_file(struct settle *s, const char *name, const char *id)
{
	if (spool_drop_remove(s->ctx->spool, name) || errno == ENOENT) {
		s->queued(s->arg, id);
		return;
	}
	log_error("cannot remove drop/%s: %s", name, strerror(errno));
	s->later = true;
}

static void
place_file(struct settle *s, struct intake *i, const char *name)
{
	if (intake_place(i) && spool_sync_queue(s->ctx->spool)) {
		intake_log(i);
		finish_file(s, name, intake_id(i));
	} else {
		log_error("id=%s event=kept-in-drop error=\"%s\"", name,
		    intake_text(i));
		s->later = true;
	}
}

/* What the caller would have been told at once, had the daemon been there. */
static void
refuse_file(struct settle *s, struct intake *i, const char *name, uid_t owner)
{
	char id[ID_LEN + 1];

	if (intake_status(i) == EX_TEMPFAIL) {
		s->later = true;
		return;
	}
	log_warning("id=%s event=refused uid=%lu error=\"%s\"", name,
	    (unsigned long)owner, intake_text(i));
	if (refusal_queue(s->ctx, owner, name, intake_text(i), id))
		finish_file(s, name, id);
	else
		s->later = true;
}

static void
take_file(struct settle *s, const char *name, int fd, uid_t owner)
{
	enum intake_state state;
	struct intake *i;
	long long before;

	before = queued_uid(s->ctx->spool, name);
	if (before == (long long)owner) {
		/* We died between the commit and the removal. */
		finish_file(s, name, name);
		return;
	}
	i = intake_new(s->ctx, owner, before < 0 ? name : NULL);
	if (!feed_file(i, fd, &state)) {
		log_error("cannot read drop/%s: %s", name, strerror(errno));
		s->later = true;
		intake_free(i);
		return;
	}
	switch (state) {
	case INTAKE_WHOLE:
		place_file(s, i, name);
		break;
	case INTAKE_REFUSED:
		refuse_file(s, i, name, owner);
		break;
	case INTAKE_MORE:
		note_odd(name, "it has no end record");
		break;
	}
	intake_free(i);
}

static bool
has_magic(int fd)
{
	char head[sizeof(SUBMISSION_MAGIC) - 1];

	return file_pread(fd, head, sizeof(head), 0) &&
	    memcmp(head, SUBMISSION_MAGIC, sizeof(head)) == 0;
}

static void
settle_one(void *arg, const char *name)
{
	struct settle *s = arg;
	uid_t owner;
	int fd;

	if (!id_is_valid(slice_from(name))) {
		note_odd(name, "it has no name of ours");
		return;
	}
	fd = spool_drop_open(s->ctx->spool, name, &owner);
	if (fd < 0 && errno == ENOENT)
		return;
	if (fd < 0 || !has_magic(fd))
		note_odd(name, fd < 0 ? "it is no file that was written "
		    "here" : "it is no submission");
	else
		take_file(s, name, fd, owner);
	file_close(&fd);
}

void
drops_settle(const struct intake_context *ctx,
    void (*queued)(void *arg, const char *id), void *arg, bool *later)
{
	struct settle s = {ctx, queued, arg, false};

	if (!spool_drop_each(ctx->spool, settle_one, &s))
		log_error("cannot list the drop folder: %s", strerror(errno));
	spool_drop_sweep(ctx->spool);
	*later = s.later;
}
