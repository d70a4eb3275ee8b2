#include "submit/taking.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "mail/envelope.h"
#include "mail/submission.h"
#include "spool/dropped.h"
#include "spool/id.h"
#include "submit/refusal.h"

#define BLOCK 65536
/* Read between two looks at everything else. */
#define BLOCKS_AT_ONCE 16

struct taking {
	const struct intake_context *ctx;
	char name[ID_LEN + 1];
	char bounce[ID_LEN + 1];
	uid_t owner;
	int fd;
	struct intake *intake;
	bool answered;
	const char *why;
};

/* The uid in the envelope of a queued message. */
static bool
find_queued_uid(struct spool *spool, const char *id, uint32_t *uid)
{
	struct buf head = BUF_INIT;
	bool ok;
	int fd;

	fd = spool_read(spool, id);
	if (fd < 0)
		return false;
	ok = file_read_some(fd, ENVELOPE_HEAD, &head) > 0 &&
	    envelope_peek_uid(buf_slice(&head), uid);
	file_close(&fd);
	buf_free(&head);
	return ok;
}

/* The uid that root or the loopback listener claims in a drop, else its
 * owner's. */
static uint32_t
find_claim(const struct intake_context *ctx, int fd, uid_t owner)
{
	struct submission wish;
	struct buf text = BUF_INIT;
	const char *why;
	uint32_t uid;
	size_t end;

	if (!intake_may_claim(ctx, owner))
		return owner;
	while ((end = submission_find_end(buf_slice(&text))) == 0)
		if (file_read_some(fd, BLOCK + text.len, &text) <= 0)
			break;
	text.len = end;
	uid = owner;
	if (submission_parse(buf_slice(&text), &wish, &why)) {
		if (wish.has_uid)
			uid = wish.uid;
		submission_free(&wish);
	}
	buf_free(&text);
	return uid;
}

bool
taking_was_queued(const struct intake_context *ctx, const char *name)
{
	uint32_t before;
	uid_t owner;
	bool is;
	int fd;

	if (!find_queued_uid(ctx->spool, name, &before))
		return false;
	fd = dropped_open(ctx->spool, name, &owner);
	is = fd >= 0 && find_claim(ctx, fd, owner) == before;
	file_close(&fd);
	return is;
}

static bool
has_magic(int fd)
{
	char head[sizeof(SUBMISSION_MAGIC) - 1];

	return file_pread(fd, head, sizeof(head), 0) &&
	    memcmp(head, SUBMISSION_MAGIC, sizeof(head)) == 0;
}

struct taking *
taking_begin(const struct intake_context *ctx, const char *name,
    const char **why)
{
	struct taking *t;
	uid_t owner;
	int fd;

	fd = dropped_open(ctx->spool, name, &owner);
	*why = NULL;
	if (fd < 0 && errno == ENOENT)
		return NULL;
	if (fd < 0 || !has_magic(fd)) {
		*why = fd < 0 ? "it is no file that was written here" :
		    "it is no submission";
		file_close(&fd);
		return NULL;
	}
	t = xcalloc(1, sizeof(*t));
	t->ctx = ctx;
	memcpy(t->name, name, ID_LEN);
	t->owner = owner;
	t->fd = fd;
	/* Names are chosen by whoever drops: another one has it already. */
	t->intake = intake_new(ctx, owner, spool_has(ctx->spool, name) ?
	    NULL : name);
	return t;
}

/* The caller may have given up after the rename, and said so. */
static enum taken
place(struct taking *t)
{
	if (!dropped_is_there(t->fd)) {
		t->why = "it was taken back";
		return TAKEN_NOT;
	}
	if (intake_place(t->intake))
		return TAKEN_PLACED;
	log_error("id=%s event=kept-in-drop error=\"%s\"", t->name,
	    intake_text(t->intake));
	return TAKEN_LATER;
}

/* What the caller would have been told at once, had the daemon been there. */
static enum taken
refuse(struct taking *t)
{
	struct buf error = BUF_INIT;

	if (intake_status(t->intake) == EX_TEMPFAIL)
		return TAKEN_LATER;
	buf_add_quoted(&error, slice_from(intake_text(t->intake)));
	log_warning("id=%s event=refused uid=%lu error=%s", t->name,
	    (unsigned long)t->owner, buf_string(&error));
	buf_free(&error);
	t->answered = refusal_queue(t->ctx, t->owner, t->name,
	    intake_text(t->intake), t->bounce);
	return t->answered ? TAKEN_ANSWERED : TAKEN_LATER;
}

static enum taken
feed(struct taking *t, struct slice bytes)
{
	switch (intake_feed(t->intake, bytes)) {
	case INTAKE_WHOLE:
		return place(t);
	case INTAKE_REFUSED:
		return refuse(t);
	case INTAKE_MORE:
		break;
	}
	return TAKEN_MORE;
}

enum taken
taking_go_on(struct taking *t)
{
	struct buf block = BUF_INIT;
	enum taken taken;
	ssize_t n;
	int i;

	taken = TAKEN_MORE;
	n = 1;
	for (i = 0; taken == TAKEN_MORE && i < BLOCKS_AT_ONCE; i++) {
		buf_clear(&block);
		n = file_read_some(t->fd, BLOCK, &block);
		if (n <= 0)
			break;
		taken = feed(t, buf_slice(&block));
	}
	if (n < 0) {
		log_error("cannot read drop/%s: %s", t->name,
		    strerror(errno));
		taken = TAKEN_LATER;
	} else if (n == 0) {
		t->why = "it has no end record";
		taken = TAKEN_NOT;
	}
	buf_free(&block);
	return taken;
}

uid_t
taking_owner(const struct taking *t)
{
	return t->owner;
}

const char *
taking_name(const struct taking *t)
{
	return t->name;
}

const char *
taking_id(const struct taking *t)
{
	return t->answered ? t->bounce : intake_id(t->intake);
}

const char *
taking_why(const struct taking *t)
{
	return t->why;
}

void
taking_undo(const struct taking *t)
{
	intake_undo(t->intake);
}

void
taking_log(const struct taking *t)
{
	intake_log(t->intake);
}

void
taking_free(struct taking *t)
{
	intake_free(t->intake);
	file_close(&t->fd);
	free(t);
}
