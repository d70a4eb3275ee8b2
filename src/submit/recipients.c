#include "submit/recipients.h"

#include <ctype.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mail/address.h"
#include "mail/alias.h"
#include "submit/aliases.h"

/* Names that exist on every host and that somebody must answer for. */
static const char *const postmaster_names[] = {
	"root", "postmaster", "MAILER-DAEMON"
};
#define POSTMASTER_NAMES \
	(sizeof(postmaster_names) / sizeof(postmaster_names[0]))

/* What expanding aliases and lists for one message may cost, beyond what its
 * recipients cost by themselves. */
#define WORK_BASE 10000
#define WORK_OF_RECIPIENT 4

/* What the allocator and the search tree take for each, about. */
#define OVERHEAD 150

char *
recipients_qualify(const struct config *c, struct slice addr)
{
	struct buf out = BUF_INIT;

	buf_add_slice(&out, addr);
	if (address_domain(addr).len == 0 && addr.len > 0)
		buf_addf(&out, "@%s", c->mailname);
	buf_reserve(&out, 0);
	return out.data;
}

static bool
is_local(const struct config *c, struct slice addr)
{
	struct slice domain;

	domain = address_domain(addr);
	return domain.len == 0 || slice_is_nocase(domain, c->mailname) ||
	    address_is_loopback(domain);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* What makes two addresses the same recipient: the domain counts without
 * case, and so does a different return path as a different recipient. */
static char *
identity_key(const char *addr, const char *owner)
{
	struct buf key = BUF_INIT;
	struct slice domain;
	size_t i;

	domain = address_domain(slice_from(addr));
	buf_add_string(&key, addr);
	for (i = key.len - domain.len; i < key.len; i++)
		key.data[i] = (char)tolower((unsigned char)key.data[i]);
	buf_addf(&key, "\t%s", owner == NULL ? "" : owner);
	return key.data;
}

static bool
is_new(struct recipients *r, const char *addr, const char *owner)
{
	char *key, **found;

	key = identity_key(addr, owner);
	found = tsearch(key, &r->seen, compare);
	if (found != NULL && *found == key)
		return true;
	free(key);
	return false;
}

static void
free_own(struct slice s)
{
	free((void *)(uintptr_t)s.ptr);
}

static void
free_fault(struct fault *f)
{
	free_own(f->what);
	free_own(f->why);
	free_own(f->return_path);
}

static struct slice
own(struct slice s)
{
	return (struct slice){s.ptr == NULL ? NULL : slice_dup(s), s.len};
}

static void
add_final(struct recipients *r, const struct config *c, const char *addr,
    const char *owner, const struct recipient *given)
{
	struct recipient *one;
	char *path;

	/* Without a configuration, for -bv, there is no end. */
	if (c->max_recipients > 0 && r->count > c->max_recipients)
		r->is_over = true;
	if (r->is_over || !is_new(r, addr, owner))
		return;
	if (r->count == r->cap) {
		r->cap = r->cap == 0 ? 8 : r->cap * 2;
		r->items = xrealloc(r->items, r->cap, sizeof(*r->items));
	}
	one = &r->items[r->count++];
	memset(one, 0, sizeof(*one));
	one->addr = own(slice_from(addr));
	one->orcpt = own(given->orcpt);
	one->notify = given->notify;
	if (owner != NULL) {
		path = recipients_qualify(c, slice_from(owner));
		one->return_path = slice_from(path);
	}
	r->utf8 = r->utf8 || address_is_utf8(one->addr);
	r->bytes += sizeof(*one) + 2 * one->addr.len + one->orcpt.len +
	    one->return_path.len + OVERHEAD;
}

static bool
is_postmaster_name(struct slice local)
{
	size_t i;

	for (i = 0; i < POSTMASTER_NAMES; i++)
		if (slice_is_nocase(local, postmaster_names[i]))
			return true;
	return false;
}

/* A local name that no alias explains. */
static void
add_local(struct recipients *r, const struct config *c, const char *name,
    const char *owner, const struct recipient *given)
{
	char *addr;

	if (c->postmaster != NULL && (c->local_to_postmaster ||
	    is_postmaster_name(slice_from(name)))) {
		add_final(r, c, c->postmaster, owner, given);
		return;
	}
	addr = recipients_qualify(c, slice_from(name));
	add_final(r, c, addr, owner, given);
	free(addr);
}

static void
add_target(struct recipients *r, const struct config *c,
    const struct alias_target *target, const struct recipient *given)
{
	struct slice addr;
	char *local;

	addr = slice_from(target->addr);
	if (!is_local(c, addr)) {
		add_final(r, c, target->addr, target->owner, given);
		return;
	}
	local = slice_dup(address_local(addr));
	add_local(r, c, local, target->owner, given);
	free(local);
}

/* A list's owner hears of them, else the sender, if they would hear of a
 * recipient. */
static void
add_faults(struct recipients *r, const struct config *c,
    const struct alias_targets *t, const struct recipient *given)
{
	struct fault f;
	size_t i;

	for (i = 0; i < t->fault_count &&
	    (given->notify & NOTIFY_NEVER) == 0; i++) {
		memset(&f, 0, sizeof(f));
		f.what = own(slice_from(t->faults[i].place));
		f.why = own(slice_from(t->faults[i].why));
		if (t->faults[i].owner != NULL)
			f.return_path = slice_from(recipients_qualify(c,
			    slice_from(t->faults[i].owner)));
		if (!fault_add(&f, &r->faults, &r->fault_count))
			free_fault(&f);
	}
}

/* Whether this message has not had the name yet, in whichever case. */
static bool
is_new_name(struct recipients *r, const char *name)
{
	char *key, *at, **found;

	key = xstrdup(name);
	for (at = key; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	found = tsearch(key, &r->names, compare);
	if (found != NULL && *found == key)
		return true;
	free(key);
	return false;
}

static void
expand(struct recipients *r, const struct config *c, const char *name,
    const struct recipient *given)
{
	struct alias_targets targets;
	size_t i;

	memset(&targets, 0, sizeof(targets));
	targets.work = r->work;
	targets.work_max = WORK_BASE +
	    (size_t)c->max_recipients * WORK_OF_RECIPIENT;
	alias_expand(aliases_current(), name, aliases_include,
	    aliases_complain, (void *)(uintptr_t)c, &targets);
	for (i = 0; i < targets.count; i++)
		add_target(r, c, &targets.items[i], given);
	if (targets.count > 0)
		add_faults(r, c, &targets, given);
	else
		add_local(r, c, c->postmaster != NULL ? "postmaster" : name,
		    NULL, given);
	r->work = targets.work;
	r->is_over = r->is_over || targets.work > targets.work_max;
	alias_targets_free(&targets);
}

void
recipients_add(struct recipients *r, const struct config *c,
    const struct recipient *given)
{
	char *name;

	if (r->is_over)
		return;
	if (!is_local(c, given->addr)) {
		name = slice_dup(given->addr);
		add_final(r, c, name, NULL, given);
	} else {
		name = slice_dup(address_local(given->addr));
		if (is_new_name(r, name))
			expand(r, c, name, given);
	}
	free(name);
}

void
recipients_free(struct recipients *r)
{
	size_t i;

	for (i = 0; i < r->count; i++) {
		free_own(r->items[i].addr);
		free_own(r->items[i].orcpt);
		free_own(r->items[i].return_path);
	}
	for (i = 0; i < r->fault_count; i++)
		free_fault(&r->faults[i]);
	free(r->items);
	free(r->faults);
	tdestroy(r->seen, free);
	tdestroy(r->names, free);
	memset(r, 0, sizeof(*r));
}
