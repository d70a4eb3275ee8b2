#include "queue/notice.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "mail/date.h"
#include "queue/queued.h"
#include "spool/id.h"

/* Callers choose the names of their drops, and could take a notice's ahead of
 * us: one that they made is none. */
static bool
is_notice(struct manager *m, const char *id, uint32_t uid)
{
	struct queued q;
	const char *why;
	bool is;

	if (!queued_load(m->spool, id, QUEUED_WAITING, &q, NULL, &why))
		return false;
	is = (q.envelope.flags & ENVELOPE_BOUNCE) != 0 &&
	    q.envelope.uid == uid;
	queued_free(&q);
	return is;
}

bool
notice_find(struct manager *m, const char *about, struct slice what,
    uint32_t uid, char id[static ID_LEN + 1])
{
	id_derive(about, what, id);
	if (!spool_has(m->spool, id))
		return false;
	if (is_notice(m, id, uid))
		return true;
	id_new(id);
	return false;
}

bool
notice_write(struct manager *m, const struct envelope *e,
    const struct buf *wire, const char *id)
{
	struct buf all = BUF_INIT;
	bool ok;
	int fd;

	fd = spool_begin(m->spool, id);
	if (fd < 0 && errno == EEXIST) {
		/* An attempt before this one could not even clean up. */
		spool_abandon(m->spool, id, &fd);
		fd = spool_begin(m->spool, id);
	}
	if (fd < 0)
		return false;
	envelope_print(e, &all);
	buf_add_slice(&all, buf_slice(wire));
	ok = file_write(fd, all.data, all.len);
	buf_free(&all);
	if (ok)
		return spool_commit(m->spool, id, &fd);
	spool_abandon(m->spool, id, &fd);
	return false;
}

static void
print_header(const struct config *c, const char *id, const char *subject,
    struct buf *out)
{
	buf_addf(out, "From: Mail delivery <MAILER-DAEMON@%s>\r\nTo: <%s>\r\n"
	    "Subject: %s\r\nDate: ", c->mailname, c->postmaster, subject);
	date_print(clock_wall(), 0, out);
	buf_addf(out, "\r\nMessage-ID: <%s@%s>\r\n"
	    "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=us-ascii\r\n\r\n", id,
	    c->mailname);
}

static void
print_text(struct slice text, struct buf *out)
{
	struct slice line;

	while (slice_find(text, '\n') < text.len &&
	    slice_cut(&text, '\n', &line)) {
		buf_add_slice(out, line);
		buf_add_string(out, "\r\n");
	}
}

void
notice_postmaster(struct manager *m, const struct entry *about,
    const char *subject, const char *text)
{
	struct recipient reader;
	struct envelope e;
	struct buf wire = BUF_INIT;
	char id[ID_LEN + 1];

	if (m->config->postmaster == NULL || notice_find(m,
	    entry_id(about).text, slice_from(subject), about->uid, id))
		return;
	print_header(m->config, id, subject, &wire);
	memset(&reader, 0, sizeof(reader));
	reader.addr = slice_from(m->config->postmaster);
	memset(&e, 0, sizeof(e));
	e.header_size = wire.len;
	print_text(slice_from(text), &wire);
	e.body_size = wire.len - e.header_size;
	e.uid = about->uid;
	e.time = clock_wall();
	e.flags = ENVELOPE_BOUNCE;
	e.sender = SLICE("");
	e.recipients = &reader;
	e.count = 1;
	if (notice_write(m, &e, &wire, id)) {
		log_info("id=%s event=told-postmaster notice=%s",
		    entry_id(about).text, id);
		manager_admit(m, id);
	} else
		log_error("id=%s event=postmaster-not-told error=\"%s\"",
		    entry_id(about).text, strerror(errno));
	buf_free(&wire);
}
