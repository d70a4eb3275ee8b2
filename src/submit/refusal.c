#include "submit/refusal.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "mail/dsn.h"
#include "spool/id.h"
#include "submit/identity.h"
#include "submit/recipients.h"

/* A notice's envelope is far smaller. */
#define NOTICE_HEAD 65536

static void
print_notice(const struct config *config, const char *name, const char *why,
    const char *id, struct slice to, struct buf *out, size_t *header)
{
	struct dsn_recipient lost;
	struct buf from = BUF_INIT;
	struct dsn notice;

	memset(&lost, 0, sizeof(lost));
	lost.addr = SLICE("unknown");
	lost.action = DSN_FAILED;
	lost.verdict.kind = VERDICT_REFUSED;
	lost.verdict.text = slice_from(why);
	buf_addf(&from, "MAILER-DAEMON@%s", config->mailname);
	memset(&notice, 0, sizeof(notice));
	notice.id = id;
	notice.original_id = name;
	notice.sender = to;
	notice.from = buf_slice(&from);
	notice.reporting_mta = config->mailname;
	notice.now = clock_wall();
	notice.arrival = id_time(name);
	notice.recipients = &lost;
	notice.count = 1;
	dsn_print(&notice, out, header);
	buf_free(&from);
}

static bool
write_notice(const struct intake_context *ctx, const struct envelope *e,
    const struct buf *notice, const char *id)
{
	struct buf all = BUF_INIT;
	bool ok;
	int fd;

	fd = spool_begin(ctx->spool, id);
	if (fd < 0)
		return false;
	envelope_print(e, &all);
	buf_add_slice(&all, buf_slice(notice));
	ok = file_write(fd, all.data, all.len);
	buf_free(&all);
	if (ok)
		return spool_commit(ctx->spool, id, &fd);
	spool_abandon(ctx->spool, id, &fd);
	return false;
}

/* Callers choose names: one that has this name by chance is none. */
static bool
is_notice(struct spool *spool, const char *id, uid_t owner)
{
	struct buf text = BUF_INIT;
	struct envelope e;
	const char *why;
	bool is;
	int fd;

	fd = spool_read(spool, id);
	if (fd < 0)
		return false;
	is = file_read_some(fd, NOTICE_HEAD, &text) > 0 &&
	    envelope_parse(buf_slice(&text), &e, &why);
	if (is) {
		is = e.uid == owner && (e.flags & ENVELOPE_BOUNCE) != 0;
		envelope_free(&e);
	}
	file_close(&fd);
	buf_free(&text);
	return is;
}

bool
refusal_queue(const struct intake_context *ctx, uid_t owner,
    const char *name, const char *why, char id[static ID_LEN + 1])
{
	struct recipients to = RECIPIENTS_INIT;
	struct recipient given;
	struct envelope e;
	struct buf notice = BUF_INIT;
	bool ok;

	/* If a crash came before the drop's removal, it is there already. */
	id_derive(name, SLICE("refused"), id);
	if (is_notice(ctx->spool, id, owner))
		return true;
	if (spool_has(ctx->spool, id))
		id_new(id);
	memset(&given, 0, sizeof(given));
	given.addr = slice_from(identity_of(owner)->login);
	recipients_add(&to, ctx->config, &given);
	memset(&e, 0, sizeof(e));
	print_notice(ctx->config, name, why, id, to.items[0].addr, &notice,
	    &e.header_size);
	e.body_size = notice.len - e.header_size;
	e.uid = owner;
	e.time = clock_wall();
	e.flags = ENVELOPE_BOUNCE;
	e.sender = SLICE("");
	e.recipients = to.items;
	/* Nobody's name stands for a list that is too long to be one. */
	e.count = to.is_over ? 1 : to.count;
	ok = write_notice(ctx, &e, &notice, id);
	recipients_free(&to);
	buf_free(&notice);
	return ok;
}
