#include "mail/collect.h"

#include <string.h>

#include "mail/envelope.h"
#include "mail/message.h"

void
collect_begin(struct collection *c, const char *mailname, struct slice seed)
{
	memset(c, 0, sizeof(*c));
	c->mailname = mailname;
	address_set_init(&c->found, seed);
}

static void
explain(struct buf *out, struct slice name, const char *addr, const char *why)
{
	buf_add_string(out, "cannot read ");
	if (addr != NULL) {
		buf_add_string(out, "the address ");
		buf_add_escaped(out, slice_from(addr), ADDRESS_MAX);
	} else {
		buf_add_string(out, "the addresses");
	}
	buf_add_string(out, " in the field ");
	buf_add_escaped(out, name, 80);
	buf_addf(out, ": %s", why);
}

static void
note(struct collection *c, struct slice what, const char *why)
{
	if (c->faults.count / 2 >= FAULTS_MAX)
		return;
	strlist_add_slice(&c->faults, what);
	strlist_add(&c->faults, why);
}

/* "<>" is nobody. */
void
collect_mailbox(struct collection *c, struct slice name,
    const struct mailbox *m)
{
	struct buf addr = BUF_INIT;
	const char *why;

	if (m->addr[0] == '\0')
		return;
	buf_add_string(&addr, m->addr);
	if (m->bare)
		buf_addf(&addr, "@%s", c->mailname);
	if (address_is_valid(buf_slice(&addr), &why)) {
		address_set_add(&c->found, buf_slice(&addr));
	} else {
		if (c->faults.count == 0)
			explain(&c->first, name, buf_string(&addr), why);
		note(c, buf_slice(&addr), why);
	}
	buf_free(&addr);
}

void
collect_broken(struct collection *c, struct slice name,
    struct address_cursor *cursor)
{
	struct slice broken;
	const char *why;

	why = cursor->why;
	address_skip(cursor, &broken);
	if (broken.len > ADDRESS_MAX)
		broken.len = ADDRESS_MAX;
	if (c->faults.count == 0)
		explain(&c->first, name, NULL, why);
	note(c, broken, why);
}

bool
collect_may_pass(const struct collection *c, size_t given, struct buf *error)
{
	if (c->faults.count == 0 || c->found.list.count + given > MESSAGE_FEW)
		return true;
	buf_add_slice(error, buf_slice(&c->first));
	return false;
}

void
collect_end(struct collection *c)
{
	address_set_free(&c->found);
	strlist_free(&c->faults);
	buf_free(&c->first);
}
