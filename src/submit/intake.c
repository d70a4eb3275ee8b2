#include "submit/intake.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "mail/message.h"
#include "mail/mime.h"
#include "mail/submission.h"
#include "spool/id.h"
#include "submit/compose.h"

/* A message up to this size is written by one write(2) when it is whole; a
 * longer one goes to tmp/ as it comes. */
#define HOLD_MAX (512u << 10)
#define READ_BACK 65536

enum step {
	STEP_WISHES,
	STEP_BLOCK_HEAD,
	STEP_BLOCK,
	STEP_END
};

struct intake {
	const struct intake_context *ctx;
	uid_t uid;
	char id[ID_LEN + 1];
	enum step step;
	struct buf in;		/* of the protocol, not understood yet */
	uint32_t block_left;
	struct buf wishes;	/* what wish points into */
	struct submission wish;
	struct buf raw;		/* the header as it came */
	size_t look;		/* how long it must be for another look */
	bool header_done;
	struct composed composed;
	struct message_body body;
	struct buf out;		/* body in wire form, not written yet */
	uint64_t body_size;
	uint64_t came;		/* bytes of the message */
	int fd;			/* in tmp/; -1: nothing written yet */
	bool placed;
	int status;
	struct buf text;
};

struct intake *
intake_new(const struct intake_context *ctx, uid_t uid, const char *id)
{
	struct intake *i;

	i = xcalloc(1, sizeof(*i));
	i->ctx = ctx;
	i->uid = uid;
	i->fd = -1;
	if (id == NULL)
		id_new(i->id);
	else
		memcpy(i->id, id, ID_LEN);
	return i;
}

static bool __attribute__((format(printf, 3, 4)))
refuse(struct intake *i, int status, const char *fmt, ...)
{
	va_list ap;

	i->status = status;
	buf_clear(&i->text);
	va_start(ap, fmt);
	buf_vaddf(&i->text, fmt, ap);
	va_end(ap);
	return false;
}

static bool
refuse_local(struct intake *i, const char *what)
{
	return refuse(i, EX_TEMPFAIL, "cannot %s the message: %s; it is not "
	    "queued", what, strerror(errno));
}

static bool
has_room(struct intake *i)
{
	uint64_t left;

	left = spool_free_space(i->ctx->spool);
	if (left >= i->ctx->config->keep_free)
		return true;
	return refuse(i, EX_TEMPFAIL, "the mail spool is full: less than "
	    "keep-free = %llu MB is left; it is not queued",
	    (unsigned long long)(i->ctx->config->keep_free >> 20));
}

static bool
take_wishes(struct intake *i, size_t len)
{
	const char *why;

	buf_add(&i->wishes, i->in.data, len);
	buf_consume(&i->in, len);
	if (!submission_parse(buf_slice(&i->wishes), &i->wish, &why))
		return refuse(i, EX_PROTOCOL, "submission: %s", why);
	/* Root and the loopback listener speak for others; from anyone else
	 * the claim is an error. */
	if (i->wish.has_uid && i->wish.uid != i->uid) {
		if (i->uid != 0 && i->uid != i->ctx->listener)
			return refuse(i, EX_NOPERM, "only root and "
			    INTAKE_LISTENER " may submit in the name of "
			    "another user");
		i->uid = i->wish.uid;
	}
	if (i->ctx->is_over_limit(i->uid))
		return refuse(i, EX_TEMPFAIL, "too much of user %lu's mail "
		    "waits already (max-waiting, max-waiting-size)",
		    (unsigned long)i->uid);
	i->step = STEP_BLOCK_HEAD;
	return has_room(i);
}

static bool
open_file(struct intake *i)
{
	struct buf head = BUF_INIT;
	bool ok;

	i->fd = spool_begin(i->ctx->spool, i->id);
	if (i->fd < 0)
		return refuse_local(i, "store");
	/* Whether an 8-bit byte is still to come is not known here; to say so
	 * too early costs nothing. */
	i->composed.envelope.flags |= ENVELOPE_8BIT;
	envelope_print(&i->composed.envelope, &head);
	buf_add_slice(&head, buf_slice(&i->composed.message.header));
	ok = file_write(i->fd, head.data, head.len);
	buf_free(&head);
	return ok || refuse_local(i, "store");
}

/* Lets what is held go to the file when it is too much to hold. */
static bool
spill(struct intake *i)
{
	if (i->out.len < HOLD_MAX)
		return true;
	if (i->fd < 0 && !open_file(i))
		return false;
	if (!file_write(i->fd, i->out.data, i->out.len))
		return refuse_local(i, "store");
	i->body_size += i->out.len;
	buf_clear(&i->out);
	return true;
}

static bool
take_header(struct intake *i, bool at_end)
{
	struct slice rest;
	size_t end, body;

	/* An empty message is a pointer, too. */
	buf_reserve(&i->raw, 0);
	if (!message_find_body(buf_slice(&i->raw), at_end, &end, &body)) {
		if (i->raw.len <= MESSAGE_HEADER_MAX)
			return true;
		return refuse(i, EX_DATAERR, "the header is longer than %u "
		    "bytes", MESSAGE_HEADER_MAX);
	}
	if (!compose(&i->composed, i->ctx->config, &i->wish, i->uid, i->id,
	    (struct slice){i->raw.data, end}, &i->status, &i->text))
		return false;
	i->header_done = true;
	rest = (struct slice){i->raw.data + body, i->raw.len - body};
	message_body_add(&i->body, rest, &i->out);
	buf_free(&i->raw);
	return spill(i);
}

static bool
take_message(struct intake *i, struct slice bytes)
{
	i->came += bytes.len;
	if (i->came > i->ctx->config->max_size)
		return refuse(i, EX_UNAVAILABLE, "the message is larger than "
		    "max-size = %llu bytes",
		    (unsigned long long)i->ctx->config->max_size);
	if (i->header_done) {
		message_body_add(&i->body, bytes, &i->out);
		return spill(i);
	}
	buf_add_slice(&i->raw, bytes);
	/* To look at every piece again would take quadratic time. */
	if (i->raw.len < i->look)
		return true;
	i->look = i->raw.len < MESSAGE_HEADER_MAX / 2 ? i->raw.len * 2 :
	    MESSAGE_HEADER_MAX + 1;
	return take_header(i, false);
}

/* Each step takes something off i->in. 0: more must come first; -1: refused. */
static int
step_wishes(struct intake *i)
{
	size_t len;

	len = submission_find_end(buf_slice(&i->in));
	if (len > 0)
		return take_wishes(i, len) ? 1 : -1;
	if (i->in.len <= SUBMISSION_MAX)
		return 0;
	refuse(i, EX_PROTOCOL, "the submission's envelope is too long");
	return -1;
}

static int
step_block_head(struct intake *i)
{
	if (i->in.len < SUBMISSION_BLOCK_HEAD)
		return 0;
	if (!submission_block_length(i->in.data, &i->block_left)) {
		refuse(i, EX_PROTOCOL, "a block of the message is too long");
		return -1;
	}
	buf_consume(&i->in, SUBMISSION_BLOCK_HEAD);
	i->step = i->block_left == 0 ? STEP_END : STEP_BLOCK;
	return 1;
}

static int
step_block(struct intake *i)
{
	struct slice bytes;

	bytes = buf_slice(&i->in);
	if (bytes.len == 0)
		return 0;
	if (bytes.len > i->block_left)
		bytes.len = i->block_left;
	if (!take_message(i, bytes))
		return -1;
	buf_consume(&i->in, bytes.len);
	i->block_left -= (uint32_t)bytes.len;
	if (i->block_left == 0)
		i->step = STEP_BLOCK_HEAD;
	return 1;
}

static int
step_end(struct intake *i)
{
	if (!i->header_done && !take_header(i, true))
		return -1;
	message_body_end(&i->body, &i->out);
	return 0;
}

enum intake_state
intake_feed(struct intake *i, struct slice bytes)
{
	static int (*const steps[])(struct intake *) = {
		[STEP_WISHES] = step_wishes,
		[STEP_BLOCK_HEAD] = step_block_head,
		[STEP_BLOCK] = step_block,
		[STEP_END] = step_end,
	};
	int went;

	buf_add_slice(&i->in, bytes);
	do
		went = steps[i->step](i);
	while (went > 0);
	if (went < 0)
		return INTAKE_REFUSED;
	return i->step == STEP_END ? INTAKE_WHOLE : INTAKE_MORE;
}

/* Runs the whole message through the rewriter into a new buffer. */
static bool
rewrite(struct intake *i, struct mime_rewriter *m, struct buf *wire)
{
	struct slice header;
	struct buf block = BUF_INIT;
	off_t at;
	ssize_t n;

	header = buf_slice(&i->composed.message.header);
	mime_add(m, header, wire);
	if (i->fd >= 0) {
		at = lseek(i->fd, 0, SEEK_END) - (off_t)i->body_size;
		lseek(i->fd, at, SEEK_SET);
		while ((n = file_read_some(i->fd, READ_BACK, &block)) > 0) {
			mime_add(m, buf_slice(&block), wire);
			buf_clear(&block);
		}
		buf_free(&block);
		if (n < 0)
			return refuse_local(i, "read back");
	}
	mime_add(m, buf_slice(&i->out), wire);
	mime_end(m, wire);
	return true;
}

/*
 * Makes long lines legal. The result is held whole in memory: such messages
 * are rare, and max-size bounds them.
 */
static bool
fix_long_lines(struct intake *i)
{
	struct mime_rewriter *m;
	struct buf wire = BUF_INIT;
	size_t header;
	bool ok;

	m = mime_begin(MIME_FIX_LINES);
	ok = rewrite(i, m, &wire);
	header = mime_header_size(m);
	mime_free(m);
	if (ok) {
		if (i->fd >= 0)
			spool_abandon(i->ctx->spool, i->id, &i->fd);
		buf_clear(&i->composed.message.header);
		buf_add(&i->composed.message.header, wire.data, header);
		buf_consume(&wire, header);
		buf_free(&i->out);
		i->out = wire;
		i->body_size = 0;
		return true;
	}
	buf_free(&wire);
	return false;
}

/* All that was held, in one write: the envelope, the header, the body. */
static bool
write_held(struct intake *i)
{
	struct envelope *e;
	struct buf all = BUF_INIT;
	bool ok;

	i->fd = spool_begin(i->ctx->spool, i->id);
	if (i->fd < 0)
		return refuse_local(i, "store");
	e = &i->composed.envelope;
	if (i->body.is_8bit || i->composed.message.is_8bit)
		e->flags |= ENVELOPE_8BIT;
	e->header_size = i->composed.message.header.len;
	e->body_size = i->body_size = i->out.len;
	envelope_print(e, &all);
	buf_add_slice(&all, buf_slice(&i->composed.message.header));
	buf_add_slice(&all, buf_slice(&i->out));
	ok = file_write(i->fd, all.data, all.len);
	buf_free(&all);
	return ok || refuse_local(i, "store");
}

static bool
write_rest(struct intake *i)
{
	char sizes[ENVELOPE_SIZES_LEN + 1];

	if (!file_write(i->fd, i->out.data, i->out.len))
		return refuse_local(i, "store");
	i->body_size += i->out.len;
	envelope_print_sizes(i->composed.message.header.len, i->body_size,
	    sizes);
	return file_pwrite(i->fd, sizes, ENVELOPE_SIZES_LEN,
	    ENVELOPE_SIZES_AT) || refuse_local(i, "store");
}

bool
intake_place(struct intake *i)
{
	if (i->body.longest > MESSAGE_LINE_MAX && !fix_long_lines(i))
		return false;
	if (!(i->fd < 0 ? write_held(i) : write_rest(i)))
		return false;
	if (!spool_place(i->ctx->spool, i->id, &i->fd))
		return refuse_local(i, "store");
	i->placed = true;
	/* Others of the same round may be as large. */
	buf_free(&i->out);
	return true;
}

void
intake_log(const struct intake *i)
{
	const struct envelope *e;
	struct buf from = BUF_INIT;

	e = &i->composed.envelope;
	buf_add_escaped(&from, e->sender, e->sender.len);
	log_info("id=%s event=queued uid=%lu from=<%s> recipients=%zu "
	    "size=%llu", i->id, (unsigned long)i->uid, buf_string(&from),
	    e->count, (unsigned long long)i->composed.message.header.len +
	    i->body_size);
	buf_free(&from);
}

size_t
intake_held(const struct intake *i)
{
	return i->in.cap + i->wishes.cap + i->raw.cap + i->out.cap +
	    i->composed.message.header.cap;
}

void
intake_undo(const struct intake *i)
{
	spool_remove(i->ctx->spool, i->id, false);
}

const char *
intake_id(const struct intake *i)
{
	return i->id;
}

int
intake_status(const struct intake *i)
{
	return i->status;
}

const char *
intake_text(const struct intake *i)
{
	return buf_string(&i->text);
}

void
intake_free(struct intake *i)
{
	if (i->fd >= 0)
		spool_abandon(i->ctx->spool, i->id, &i->fd);
	compose_free(&i->composed);
	submission_free(&i->wish);
	buf_free(&i->wishes);
	buf_free(&i->in);
	buf_free(&i->raw);
	buf_free(&i->out);
	buf_free(&i->text);
	free(i);
}
