#include "submit/offline.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/file.h"
#include "mail/envelope.h"
#include "spool/dropped.h"
#include "spool/id.h"
#include "submit/front.h"
#include "submit/submit.h"

/* Of a queue file, so much is looked at for its envelope. */
#define ENVELOPE_MAX ((size_t)16 << 20)
#define ENVELOPE_BLOCK ((size_t)65536)

struct listing {
	struct spool *spool;
	size_t queued;
	size_t dropped;
	bool is_unread;		/* nobody takes what we print */
};

static void
print_envelope(const struct envelope *e, const char *id, struct buf *out)
{
	size_t i;

	buf_addf(out, "%s %8llu  <", id,
	    (unsigned long long)e->header_size + e->body_size);
	buf_add_escaped(out, e->sender, SIZE_MAX);
	buf_add_string(out, ">\n");
	for (i = 0; i < e->count; i++) {
		buf_add_string(out, "     ");
		buf_add_escaped(out, e->recipients[i].addr, SIZE_MAX);
		buf_add_char(out, '\n');
	}
}

static bool
read_envelope(int fd, struct buf *text)
{
	ssize_t n;

	do
		n = file_read_some(fd, ENVELOPE_BLOCK, text);
	while (n > 0 && text->len < ENVELOPE_MAX &&
	    envelope_find_end(buf_slice(text)) == 0);
	return n >= 0;
}

static void
print_message(struct spool *spool, const char *id, struct buf *out)
{
	struct buf text = BUF_INIT;
	struct envelope e;
	const char *why;
	int fd;

	fd = spool_read(spool, id);
	if (fd < 0 || !read_envelope(fd, &text))
		buf_addf(out, "%s cannot be read: %s\n", id,
		    strerror(errno));
	else if (!envelope_parse(buf_slice(&text), &e, &why))
		buf_addf(out, "%s cannot be read: %s\n", id, why);
	else {
		print_envelope(&e, id, out);
		envelope_free(&e);
	}
	file_close(&fd);
	buf_free(&text);
}

static void
list_message(void *arg, const char *id)
{
	struct listing *l = arg;
	struct buf out = BUF_INIT;

	l->queued++;
	if (l->is_unread)
		return;
	print_message(l->spool, id, &out);
	l->is_unread = !front_print(buf_slice(&out));
	buf_free(&out);
}

static void
count_drop(void *arg, const char *name)
{
	struct listing *l = arg;

	if (id_is_valid(slice_from(name)))
		l->dropped++;
}

/* The spool is where the drop folder lies. */
static struct spool *
open_spool(struct buf *error)
{
	struct buf path = BUF_INIT;
	const char *drop, *slash;
	struct spool *spool;

	drop = submit_places().drop;
	slash = strrchr(drop, '/');
	if (slash != NULL)
		buf_add(&path, drop, (size_t)(slash - drop));
	spool = spool_open(buf_string(&path), error);
	buf_free(&path);
	return spool;
}

static int
list_spool(struct listing *l, struct buf *error)
{
	struct buf out = BUF_INIT;

	if (!spool_each(l->spool, false, list_message, l) ||
	    !dropped_each(l->spool, count_drop, l)) {
		buf_addf(error, "cannot read the spool: %s",
		    strerror(errno));
		return EX_TEMPFAIL;
	}
	if (l->dropped > 0)
		buf_addf(&out, "%zu more in the drop folder\n", l->dropped);
	else if (l->queued == 0)
		buf_add_string(&out, "The queue is empty.\n");
	(void)front_print(buf_slice(&out));
	buf_free(&out);
	return EX_OK;
}

int
offline_list(const struct options *o, const char *trouble)
{
	struct listing l = {NULL, 0, 0, false};
	struct buf error = BUF_INIT, line = BUF_INIT;
	int status;

	buf_addf(&line, "%s; this is what lies in the spool\n", trouble);
	(void)front_print(buf_slice(&line));
	l.spool = open_spool(&error);
	status = l.spool == NULL ? EX_TEMPFAIL : list_spool(&l, &error);
	if (status != EX_OK)
		front_complain(o, buf_string(&error));
	spool_close(l.spool);
	buf_free(&error);
	buf_free(&line);
	return status;
}
