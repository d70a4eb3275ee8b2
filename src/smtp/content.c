#include "smtp/content.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "mail/mime.h"

/* What is read from the file at once, and sent as one or more TLS records. */
#define BLOCK 65536

/* Where the bytes go, and what happens to them on the way. */
struct pour {
	struct stream *stream;	/* NULL: only counted */
	struct mime_rewriter *narrow;	/* NULL: as they are */
	struct buf narrowed;
	int64_t block;
	uint64_t count;
	bool dotted;
	bool line_start;	/* the next byte is the first of a line */
};

static bool
put(struct pour *p, const char *data, size_t len)
{
	p->count += len;
	return p->stream == NULL || stream_put(p->stream, data, len);
}

/* Doubles each dot at the start of a line. Looked for are the dots, which are
 * rarer than line ends: memmem() for both takes ten times as long. */
static bool
put_dotted(struct pour *p, struct slice s)
{
	const char *dot, *from = s.ptr, *end;
	size_t at = 0;

	if (s.len == 0)
		return true;
	end = s.ptr + s.len;
	while ((dot = memchr(s.ptr + at, '.', s.len - at)) != NULL) {
		at = (size_t)(dot - s.ptr) + 1;
		if (dot == s.ptr ? !p->line_start : dot[-1] != '\n')
			continue;
		if (!put(p, from, (size_t)(dot - from) + 1))
			return false;
		from = dot;
	}
	p->line_start = end[-1] == '\n';
	return put(p, from, (size_t)(end - from));
}

static bool
put_out(struct pour *p, struct slice s)
{
	if (p->stream != NULL)
		stream_deadline(p->stream, clock_add(clock_boot(), p->block));
	return p->dotted ? put_dotted(p, s) : put(p, s.ptr, s.len);
}

static bool
put_narrowed(struct pour *p)
{
	bool ok;

	ok = put_out(p, buf_slice(&p->narrowed));
	buf_clear(&p->narrowed);
	return ok;
}

static bool
pour(struct pour *p, struct slice s)
{
	if (p->narrow == NULL)
		return put_out(p, s);
	mime_add(p->narrow, s, &p->narrowed);
	return put_narrowed(p);
}

/* From position at of the file to its end. */
static enum content_result
pour_file(struct pour *p, int fd, uint64_t at, uint64_t end)
{
	enum content_result result = CONTENT_SENT;
	char *block;
	size_t n;

	if (at >= end)
		return CONTENT_SENT;
	block = xmalloc(BLOCK);
	while (at < end && result == CONTENT_SENT) {
		n = end - at < BLOCK ? (size_t)(end - at) : BLOCK;
		if (!file_pread(fd, block, n, (off_t)at))
			result = CONTENT_UNREADABLE;
		else if (!pour(p, (struct slice){block, n}))
			result = CONTENT_STREAM_BROKE;
		at += n;
	}
	free(block);
	return result;
}

/* The header first, ours or the file's, then the rest of the file. */
static enum content_result
pour_all(struct pour *p, const struct letter *l)
{
	const struct envelope *e = &l->envelope;
	uint64_t at, end;
	size_t n;

	at = e->length;
	end = at + e->header_size + e->body_size;
	if (l->header.len > 0) {
		at += e->header_size;
		if (!pour(p, buf_slice(&l->header)))
			return CONTENT_STREAM_BROKE;
	}
	if (at < l->head.len) {
		n = (end < l->head.len ? (size_t)end : l->head.len) -
		    (size_t)at;
		if (!pour(p, (struct slice){l->head.data + at, n}))
			return CONTENT_STREAM_BROKE;
		at += n;
	}
	return pour_file(p, l->fd, at, end);
}

static enum content_result
pour_through(struct pour *p, const struct letter *l, bool narrow)
{
	enum content_result result;

	if (narrow)
		p->narrow = mime_begin(MIME_FIX_8BIT);
	result = pour_all(p, l);
	if (narrow && result == CONTENT_SENT) {
		mime_end(p->narrow, &p->narrowed);
		if (!put_narrowed(p))
			result = CONTENT_STREAM_BROKE;
	}
	buf_free(&p->narrowed);
	return result;
}

/* A message in wire form ends with a line end; a dot behind anything else would
 * be text, and the server would wait for ever. */
static bool
put_end(struct pour *p)
{
	return (p->line_start || put(p, "\r\n", 2)) && put(p, ".\r\n", 3);
}

enum content_result
content_send(struct stream *s, const struct letter *l, bool dotted,
    int64_t block, uint64_t *count)
{
	struct pour p = {.stream = s, .dotted = dotted, .block = block,
	    .line_start = true};
	enum content_result result;

	result = pour_through(&p, l, l->narrow);
	if (p.narrow != NULL)
		mime_free(p.narrow);
	if (result == CONTENT_SENT && dotted && !put_end(&p))
		result = CONTENT_STREAM_BROKE;
	*count = p.count;
	return result;
}

bool
content_measure_narrow(const struct letter *l, uint64_t *size)
{
	struct pour p = {.line_start = true};
	enum content_result result;

	result = pour_through(&p, l, true);
	mime_free(p.narrow);
	*size = p.count;
	return result == CONTENT_SENT;
}
