#include "submit/intake_parts.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/log.h"
#include "spool/id.h"

/* What a recipient from the header takes in memory, about. */
#define EXTRACTED_SIZE 64

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

bool
intake_may_claim(const struct intake_context *ctx, uid_t uid)
{
	return uid == 0 || uid == ctx->listener;
}

static bool
take_wishes(struct intake *i, size_t len)
{
	const char *why;

	buf_add(&i->wishes, i->in.data, len);
	buf_consume(&i->in, len);
	if (!submission_parse(buf_slice(&i->wishes), &i->wish, &why))
		return intake_refuse(i, EX_PROTOCOL, "submission: %s", why);
	/* Root and the loopback listener speak for others; from anyone else
	 * the claim is an error. */
	if (i->wish.has_uid && i->wish.uid != i->uid) {
		if (!intake_may_claim(i->ctx, i->uid))
			return intake_refuse(i, EX_NOPERM, "only root and "
			    INTAKE_LISTENER " may submit in the name of "
			    "another user");
		i->uid = i->wish.uid;
	}
	i->step = STEP_BLOCK_HEAD;
	return intake_may_grow(i);
}

static bool
take_header(struct intake *i, bool at_end)
{
	struct slice rest;
	size_t end, body;

	if (!message_find_body(&i->raw, at_end, &end, &body)) {
		if (i->raw.len <= MESSAGE_HEADER_MAX)
			return true;
		return intake_refuse(i, EX_DATAERR, "the header is longer "
		    "than %u bytes", MESSAGE_HEADER_MAX);
	}
	if (!compose(&i->composed, i->ctx->config, &i->wish, i->uid, i->id,
	    (struct slice){i->raw.data, end}, &i->status, &i->text))
		return false;
	i->header_done = true;
	rest = (struct slice){i->raw.data + body, i->raw.len - body};
	message_body_add(&i->body, rest, &i->out);
	buf_free(&i->raw);
	return intake_spill(i);
}

static bool
take_message(struct intake *i, struct slice bytes)
{
	i->came += bytes.len;
	if (i->came > i->ctx->config->max_size)
		return intake_refuse(i, EX_UNAVAILABLE, "the message is "
		    "larger than max-size = %llu bytes",
		    (unsigned long long)i->ctx->config->max_size);
	if (i->header_done) {
		message_body_add(&i->body, bytes, &i->out);
		return intake_spill(i);
	}
	buf_add_slice(&i->raw, bytes);
	/* To look at every piece again would take quadratic time. */
	if (i->raw.len < i->look)
		return true;
	i->look = i->raw.len < MESSAGE_HEADER_MAX / 2 ? i->raw.len * 2 :
	    MESSAGE_HEADER_MAX + 1;
	return take_header(i, false);
}

/* To look at all of it again for each byte would take quadratic time. */
static bool
may_have_end(struct intake *i)
{
	size_t from;

	from = i->searched;
	if (from < sizeof(SUBMISSION_MAGIC))
		from = 0;
	i->searched = i->in.len;
	return from == 0 || i->in.len > SUBMISSION_MAX ||
	    memmem(i->in.data + from - 1, i->in.len - from + 1, "\n\n",
	    2) != NULL;
}

/* Each step takes something off i->in. 0: more must come first; -1: refused. */
static int
step_wishes(struct intake *i)
{
	size_t len;

	if (!may_have_end(i))
		return 0;
	len = submission_find_end(buf_slice(&i->in));
	if (len > 0)
		return take_wishes(i, len) ? 1 : -1;
	if (i->in.len <= SUBMISSION_MAX)
		return 0;
	intake_refuse(i, EX_PROTOCOL, "the submission's envelope is too long");
	return -1;
}

static int
step_block_head(struct intake *i)
{
	if (i->in.len < SUBMISSION_BLOCK_HEAD)
		return 0;
	if (!submission_block_length(i->in.data, &i->block_left)) {
		intake_refuse(i, EX_PROTOCOL, "a block of the message is too "
		    "long");
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

void
intake_log(const struct intake *i)
{
	const struct envelope *e;
	struct buf from = BUF_INIT;

	e = &i->composed.envelope;
	buf_add_word(&from, e->sender, e->sender.len);
	log_info("id=%s event=queued uid=%lu from=<%s> recipients=%zu "
	    "size=%llu", i->id, (unsigned long)i->uid, buf_string(&from),
	    e->count, (unsigned long long)i->composed.message.header.len +
	    i->body_size);
	buf_free(&from);
}

uid_t
intake_uid(const struct intake *i)
{
	return i->uid;
}

uint64_t
intake_came(const struct intake *i)
{
	return i->came;
}

size_t
intake_held(const struct intake *i)
{
	const struct message *m = &i->composed.message;

	return i->in.cap + i->wishes.cap + i->raw.cap + i->out.cap +
	    m->header.cap + m->recipients.count * EXTRACTED_SIZE +
	    i->wish.count * sizeof(*i->wish.recipients) +
	    i->composed.recipients.bytes;
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
	size_t count = i->composed.recipients.count;

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
	xtrim(count);
}
