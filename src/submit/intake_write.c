#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/file.h"
#include "mail/mime.h"
#include "submit/intake_parts.h"

/* A message up to this size is written by one write(2) when it is whole; a
 * longer one goes to tmp/ as it comes. */
#define HOLD_MAX (512u << 10)
#define READ_BACK 65536

bool
intake_refuse(struct intake *i, int status, const char *fmt, ...)
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
	return intake_refuse(i, EX_TEMPFAIL, "cannot %s the message: %s; it "
	    "is not queued", what, strerror(errno));
}

static bool
has_room(struct intake *i)
{
	uint64_t left;

	left = spool_free_space(i->ctx->spool);
	if (left >= i->ctx->config->keep_free)
		return true;
	return intake_refuse(i, EX_TEMPFAIL, "the mail spool is full: less "
	    "than keep-free = %llu MB is left; it is not queued",
	    (unsigned long long)(i->ctx->config->keep_free >> 20));
}

bool
intake_may_grow(struct intake *i)
{
	if (i->ctx->is_over_limit(i->uid))
		return intake_refuse(i, EX_TEMPFAIL, "too much of user %lu's "
		    "mail waits already (max-waiting, max-waiting-size); it "
		    "is not queued", (unsigned long)i->uid);
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

bool
intake_spill(struct intake *i)
{
	if (i->out.len < HOLD_MAX)
		return true;
	if (!intake_may_grow(i) || (i->fd < 0 && !open_file(i)))
		return false;
	if (!file_write(i->fd, i->out.data, i->out.len))
		return refuse_local(i, "store");
	i->body_size += i->out.len;
	buf_clear(&i->out);
	return true;
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
	/* Many may have come at once, and grown past the limits together. */
	if (!intake_may_grow(i))
		return false;
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
