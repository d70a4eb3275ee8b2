#include "submit/smtpmail.h"

#include <stdlib.h>
#include <string.h>

/* Of envelope addresses in one transaction. */
#define ENVELOPE_BYTES_MAX (SUBMISSION_MAX / 2)
/* What a printed recipient needs besides its address. */
#define RECIPIENT_BYTES 32

static struct slice
keep(struct smtpmail *m, struct slice text)
{
	if (text.len == 0)
		return SLICE("");
	strlist_add_slice(&m->owned, text);
	m->bytes += text.len;
	return slice_from(m->owned.items[m->owned.count - 1]);
}

void
smtpmail_begin(struct smtpmail *m, const struct smtparg *arg)
{
	m->has_sender = true;
	m->utf8 = arg->utf8;
	m->wish.has_sender = true;
	m->wish.sender = keep(m, arg->addr);
	/* The sender need not be the user whose name we know. */
	m->wish.name = SLICE("");
	m->wish.envid = keep(m, arg->envid);
	m->wish.ret = arg->ret;
	if (arg->is_8bit)
		m->wish.flags |= SUBMIT_8BIT;
}

void
smtpmail_add(struct smtpmail *m, const struct smtparg *arg)
{
	struct submission *w = &m->wish;

	if ((w->count & (w->count - 1)) == 0)
		w->recipients = xrealloc(w->recipients,
		    w->count == 0 ? 1 : w->count * 2,
		    sizeof(*w->recipients));
	w->recipients[w->count++] = (struct recipient){
	    .addr = keep(m, arg->addr), .orcpt = keep(m, arg->orcpt),
	    .notify = arg->notify};
	m->bytes += RECIPIENT_BYTES;
}

bool
smtpmail_is_full(const struct smtpmail *m)
{
	return m->bytes > ENVELOPE_BYTES_MAX;
}

void
smtpmail_forget(struct smtpmail *m)
{
	free(m->wish.recipients);
	strlist_free(&m->owned);
	memset(m, 0, sizeof(*m));
}
