#include "submit/verify.h"

#include <string.h>
#include <sysexits.h>

#include "mail/message.h"
#include "submit/operand.h"

/* Stands for the domain of bare names, which the front program does not know;
 * only whether an address is well-formed matters here. */
#define SOME_DOMAIN "localhost"

static void
add_found(const struct message *m, struct strlist *found)
{
	size_t i;

	for (i = 0; found != NULL && i < m->recipients.count; i++)
		strlist_add(found, m->recipients.items[i]);
}

bool
verify_message(const struct submission *wish, struct buf *start,
    bool at_eof, struct strlist *found, int *status, struct buf *error)
{
	struct message_origin origin = {.login = "nobody",
	    .mailname = SOME_DOMAIN, .id = "", .extract = true,
	    .given = found == NULL ? wish->count : 0};
	struct message m;
	size_t end, body, count;

	if ((wish->flags & SUBMIT_EXTRACT) == 0)
		return true;
	/* A header that does not end within what we hold is the daemon's to
	 * judge. */
	if (!message_find_body(start, at_eof, &end, &body))
		return true;
	memset(&m, 0, sizeof(m));
	*status = EX_DATAERR;
	if (!message_complete((struct slice){start->data, end}, &origin, &m,
	    error))
		return false;
	count = m.recipients.count;
	if (!operands_may_pass(wish, count, error)) {
		message_free(&m);
		return false;
	}
	add_found(&m, found);
	message_free(&m);
	if (count + wish->count > 0) {
		*status = EX_OK;
		return true;
	}
	*status = EX_USAGE;
	buf_add_string(error, "no recipients: neither on the command line "
	    "nor, with -t, in To:, Cc: or Bcc:");
	return false;
}
