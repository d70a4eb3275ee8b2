#include "submit/operand.h"

#include "mail/address.h"
#include "mail/message.h"

/* What an empty word is called. */
static const char nothing[] = "(nothing)";

static struct slice
keep(struct strlist *owned, struct slice s)
{
	strlist_add_slice(owned, s);
	return slice_from(owned->items[owned->count - 1]);
}

static void
add_recipient(struct submission *w, struct slice addr)
{
	/* Doubled when it is full, at each power of two. */
	if ((w->count & (w->count - 1)) == 0)
		w->recipients = xrealloc(w->recipients,
		    w->count == 0 ? 1 : w->count * 2,
		    sizeof(*w->recipients));
	w->recipients[w->count++] = (struct recipient){
	    .addr = addr, .notify = w->notify};
}

static void
note(struct submission *w, struct strlist *owned, struct slice what,
    const char *why)
{
	struct fault f;

	if (what.len > ADDRESS_MAX)
		what.len = ADDRESS_MAX;
	f = (struct fault){.what = what.len == 0 ? slice_from(nothing) :
	    keep(owned, what), .why = slice_from(why)};
	fault_add(&f, &w->faults, &w->fault_count);
}

/* "<>" is nobody. False for nobody. */
static bool
take_mailbox(struct submission *w, struct strlist *owned,
    const struct mailbox *m)
{
	struct slice addr;
	const char *why;

	addr = slice_from(m->addr);
	if (addr.len > 0 && address_is_valid(addr, &why))
		add_recipient(w, keep(owned, addr));
	else if (addr.len > 0)
		note(w, owned, addr, why);
	return addr.len > 0;
}

void
operand_take(struct submission *wish, struct strlist *owned, const char *word)
{
	struct address_cursor c;
	struct slice broken;
	struct mailbox m;
	const char *why;
	bool any;
	int got;

	any = false;
	address_begin(&c, slice_from(word));
	while ((got = address_next(&c, &m)) != 0) {
		if (got > 0) {
			any |= take_mailbox(wish, owned, &m);
			mailbox_free(&m);
			continue;
		}
		why = c.why;
		address_skip(&c, &broken);
		note(wish, owned, broken, why);
		any = true;
	}
	if (!any)
		note(wish, owned, slice_from(word), "no address in it");
}

bool
operands_may_pass(const struct submission *wish, size_t others,
    struct buf *error)
{
	return wish->count + others > MESSAGE_FEW ||
	    operands_are_right(wish, error);
}

bool
operands_are_right(const struct submission *wish, struct buf *error)
{
	const struct fault *first = wish->faults;

	if (wish->fault_count == 0)
		return true;
	buf_add_string(error, "recipient \"");
	if (first->what.ptr != nothing)
		buf_add_escaped(error, first->what, ADDRESS_MAX);
	buf_addf(error, "\": %.*s", (int)first->why.len, first->why.ptr);
	return false;
}
