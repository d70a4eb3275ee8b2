#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/address.h"
#include "mail/alias_table.h"

/* Aliases and lists within each other; a longer way is an error. */
#define DEPTH_MAX 50
/* A list's owner could name any number of others in it. */
#define LISTS_MAX 1000
#define TARGETS_MAX 1000000
/* Looking at a list of any length is so much work; and each so many bytes. */
#define WORK_OF_LIST 100
#define BYTES_OF_WORK 64
/* So many faults of one message's lists are told. */
#define TOLD_MAX 100

/* An alias or a list that is being expanded, and what led to it. */
struct frame {
	const struct frame *outer;
	const struct alias_entry *entry;	/* NULL: a list */
	const char *file;	/* where its targets stand */
	const char *owner;	/* of what it holds, or NULL */
	unsigned depth;
};

struct walk {
	const struct alias_table *table;
	alias_include_fn *include;
	alias_complain_fn *complain;
	void *arg;
	struct alias_targets *out;	/* NULL: only to find faults */
	struct address_set seen;	/* targets */
	struct address_set done;	/* names that were expanded */
	struct address_set lists;	/* paths that were */
	unsigned told;
	bool is_clean;
};

static void walk_item(struct walk *w, const struct alias_item *item,
    const struct frame *f);

/* False when there was too much of it already. */
static bool
work(struct walk *w, size_t amount)
{
	if (w->out == NULL)
		return true;
	w->out->work += amount;
	return w->out->work_max == 0 || w->out->work <= w->out->work_max;
}

static void
note_fault(struct alias_targets *out, const struct frame *f, unsigned line,
    const char *what)
{
	struct buf place = BUF_INIT;
	struct alias_fault *fault;

	if (out->fault_count == ALIAS_FAULTS_MAX)
		return;
	/* Twice as much at each power of two. */
	if ((out->fault_count & (out->fault_count - 1)) == 0)
		out->faults = xrealloc(out->faults, out->fault_count == 0 ?
		    1 : out->fault_count * 2, sizeof(*out->faults));
	buf_addf(&place, "%s, line %u", f->file, line);
	fault = &out->faults[out->fault_count++];
	fault->place = place.data;
	fault->why = xstrdup(what);
	fault->owner = f->owner == NULL ? NULL : xstrdup(f->owner);
}

/* What is wrong in the file of aliases is its administrator's business. */
static void
tell(struct walk *w, const struct frame *f, unsigned line, const char *what)
{
	w->is_clean = false;
	if (w->out == NULL || w->told++ < TOLD_MAX)
		w->complain(w->arg, f->file, line, what);
	if (w->out != NULL && f->entry == NULL)
		note_fault(w->out, f, line, what);
}

/* Where things lie in memory is what no list's owner knows. */
static void
walk_begin(struct walk *w)
{
	uintptr_t place = (uintptr_t)w;
	struct slice seed = {(const char *)&place, sizeof(place)};

	address_set_init(&w->seen, seed);
	address_set_init(&w->done, seed);
	address_set_init(&w->lists, seed);
	w->is_clean = true;
}

static void
walk_end(struct walk *w)
{
	address_set_free(&w->seen);
	address_set_free(&w->done);
	address_set_free(&w->lists);
}

static void
add_target(struct walk *w, struct slice addr, const char *owner)
{
	struct alias_targets *out = w->out;

	if (out == NULL || w->seen.list.count >= TARGETS_MAX ||
	    !address_set_add(&w->seen, addr))
		return;
	if (out->count == out->cap) {
		out->cap = out->cap == 0 ? 4 : out->cap * 2;
		out->items = xrealloc(out->items, out->cap,
		    sizeof(*out->items));
	}
	out->items[out->count].addr = slice_dup(addr);
	out->items[out->count++].owner =
	    owner == NULL ? NULL : xstrdup(owner);
}

static const char *
owner_of(const struct walk *w, const struct alias_entry *e,
    const char *inherited)
{
	const struct alias_entry *owner;
	struct buf name = BUF_INIT;

	buf_add_string(&name, "owner-");
	alias_add_key(slice_from(e->name), &name);
	owner = alias_find(w->table, buf_slice(&name));
	buf_free(&name);
	return owner == NULL ? inherited : owner->name;
}

static bool
is_open(const struct frame *f, const struct alias_entry *e)
{
	for (; f != NULL; f = f->outer)
		if (f->entry == e)
			return true;
	return false;
}

static bool
is_open_list(const struct frame *f, const char *path)
{
	for (; f != NULL; f = f->outer)
		if (f->entry == NULL && strcmp(f->file, path) == 0)
			return true;
	return false;
}

/* False, and told, where the way from the first name is too long. */
static bool
may_descend(struct walk *w, const struct frame *f, unsigned line)
{
	if (f == NULL || f->depth < DEPTH_MAX)
		return true;
	tell(w, f, line, "too many aliases lead from one to the next");
	return false;
}

static void
walk_entry(struct walk *w, const struct alias_entry *e,
    const struct frame *outer, unsigned line)
{
	struct frame f = {.outer = outer, .entry = e,
	    .file = w->table->file};
	struct buf key = BUF_INIT;
	bool is_new;
	size_t i;

	if (is_open(outer, e)) {
		tell(w, outer, line, "the alias leads back to itself");
		return;
	}
	if (!may_descend(w, outer, line))
		return;
	alias_add_key(slice_from(e->name), &key);
	is_new = address_set_add(&w->done, buf_slice(&key));
	buf_free(&key);
	if (!is_new)
		return;
	f.depth = outer == NULL ? 1 : outer->depth + 1;
	f.owner = owner_of(w, e, outer == NULL ? NULL : outer->owner);
	for (i = 0; i < e->count; i++)
		walk_item(w, &e->items[i], &f);
}

static void
walk_list_text(struct walk *w, struct slice text, const struct frame *f)
{
	struct alias_scan scan = {.text = text, .line = 1, .is_list = true};
	struct alias_item item;
	const char *why;
	int got;

	while (work(w, 0) && (got = alias_scan_next(&scan, &item, &why)) !=
	    0) {
		if (got < 0) {
			(void)work(w, 1);
			tell(w, f, item.line, why);
			continue;
		}
		walk_item(w, &item, f);
		free(item.text);
	}
}

/* The trailing @ makes the whole path count with case. */
static bool
list_is_new(struct walk *w, const char *path)
{
	struct buf key = BUF_INIT;
	bool is_new;

	buf_addf(&key, "%s@", path);
	is_new = address_set_add(&w->lists, buf_slice(&key));
	buf_free(&key);
	return is_new;
}

static void
list_read(struct walk *w, const char *path, const struct frame *outer,
    unsigned line)
{
	struct frame f = {.outer = outer, .file = path,
	    .owner = outer->owner, .depth = outer->depth + 1};
	struct buf text = BUF_INIT, what = BUF_INIT;
	const char *why;

	why = "cannot be read";
	if (w->include(w->arg, path, &text, &why)) {
		(void)work(w, WORK_OF_LIST + text.len / BYTES_OF_WORK);
		walk_list_text(w, buf_slice(&text), &f);
	} else {
		buf_addf(&what, "the included list %s", why);
		tell(w, outer, line, buf_string(&what));
		if (w->out != NULL && outer->entry != NULL)
			note_fault(w->out, outer, line, buf_string(&what));
	}
	buf_free(&text);
	buf_free(&what);
}

static void
walk_include(struct walk *w, const char *path, const struct frame *outer,
    unsigned line)
{
	if (w->include == NULL)
		return;
	if (is_open_list(outer, path))
		tell(w, outer, line, "the list includes itself");
	else if (w->lists.list.count >= LISTS_MAX)
		tell(w, outer, line, "too many lists are included");
	else if (may_descend(w, outer, line) && list_is_new(w, path))
		list_read(w, path, outer, line);
}

static void
walk_address(struct walk *w, const char *text, const struct frame *f,
    unsigned line)
{
	const struct alias_entry *e;
	struct slice addr, domain;

	addr = slice_from(text);
	domain = address_domain(addr);
	e = NULL;
	if (domain.ptr == NULL || address_is_loopback(domain) ||
	    (w->table->domain != NULL &&
	    slice_is_nocase(domain, w->table->domain)))
		e = alias_find(w->table, address_local(addr));
	if (e == NULL)
		add_target(w, addr, f->owner);
	else
		walk_entry(w, e, f, line);
}

static void
walk_item(struct walk *w, const struct alias_item *item,
    const struct frame *f)
{
	if (!work(w, 1))
		return;
	switch (item->kind) {
	case ALIAS_ADDRESS:
		walk_address(w, item->text, f, item->line);
		break;
	case ALIAS_LITERAL:
		add_target(w, slice_from(item->text), f->owner);
		break;
	case ALIAS_INCLUDE:
		walk_include(w, item->text, f, item->line);
		break;
	case ALIAS_PROGRAM:
		tell(w, f, item->line, "a program (|) is no target "
		    "here: navette runs none");
		break;
	case ALIAS_FILE:
		tell(w, f, item->line, "a file is no target here: "
		    "navette keeps no mailboxes");
		break;
	case ALIAS_NOTHING:
		tell(w, f, item->line, "/dev/null is no target here: "
		    "navette throws no mail away; it goes to the postmaster");
		break;
	}
}

bool
alias_check(const struct alias_table *t, alias_include_fn *include,
    alias_complain_fn *complain, void *arg)
{
	struct walk w = {.table = t, .include = include,
	    .complain = complain, .arg = arg};
	size_t i;

	walk_begin(&w);
	for (i = 0; i < t->count; i++)
		walk_entry(&w, &t->entries[i], NULL, 0);
	walk_end(&w);
	return w.is_clean;
}

static bool
include_nothing(void *arg, const char *path, struct buf *text,
    const char **why)
{
	(void)arg;
	(void)path;
	(void)text;
	*why = "cannot be read here";
	return false;
}

void
alias_expand(const struct alias_table *t, const char *name,
    alias_include_fn *include, alias_complain_fn *complain, void *arg,
    struct alias_targets *out)
{
	struct walk w = {.table = t, .complain = complain, .arg = arg,
	    .include = include == NULL ? include_nothing : include,
	    .out = out};
	const struct alias_entry *e;

	walk_begin(&w);
	e = alias_find(t, slice_from(name));
	if (e == NULL)
		add_target(&w, slice_from(name), NULL);
	else
		walk_entry(&w, e, NULL, 0);
	walk_end(&w);
}

void
alias_targets_free(struct alias_targets *t)
{
	size_t i;

	for (i = 0; i < t->count; i++) {
		free(t->items[i].addr);
		free(t->items[i].owner);
	}
	for (i = 0; i < t->fault_count; i++) {
		free(t->faults[i].place);
		free(t->faults[i].why);
		free(t->faults[i].owner);
	}
	free(t->items);
	free(t->faults);
	memset(t, 0, sizeof(*t));
}
