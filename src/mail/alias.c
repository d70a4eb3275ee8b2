#include "mail/alias.h"

#include <stdlib.h>
#include <string.h>

#include "mail/address.h"
#include "mail/alias_table.h"

/* A parse under way. */
struct reading {
	struct alias_table *table;
	alias_complain_fn *complain;
	void *arg;
};

static void
tell(const struct reading *r, unsigned line, const char *what)
{
	r->complain(r->arg, r->table->file, line, what);
}

const struct alias_entry *
alias_find(const struct alias_table *t, struct slice name)
{
	struct buf key = BUF_INIT;
	size_t index;
	bool found;

	alias_add_key(name, &key);
	found = address_set_find(&t->names, buf_slice(&key), &index);
	buf_free(&key);
	return found ? &t->entries[index] : NULL;
}

/* The length of a logical line: what begins with white space goes on, comments
 * and empty lines in between do not end it. */
static size_t
logical_length(struct slice text)
{
	size_t at;

	at = 0;
	for (;;) {
		at += slice_find((struct slice){text.ptr + at,
		    text.len - at}, '\n');
		if (at == text.len)
			return at;
		at++;
		if (at == text.len || strchr(" \t\r\n#", text.ptr[at]) == NULL)
			return at;
	}
}

/* The position of the colon behind the name on the first line, or len. */
static size_t
find_colon(struct slice text)
{
	size_t i;
	bool quoted;

	quoted = false;
	for (i = 0; i < text.len && text.ptr[i] != '\n'; i++) {
		if (text.ptr[i] == '"')
			quoted = !quoted;
		else if (text.ptr[i] == '\\' && quoted)
			i++;
		else if (text.ptr[i] == ':' && !quoted)
			return i;
	}
	return text.len;
}

/* Adds an empty entry; NULL with the reason told. */
static struct alias_entry *
entry_add(const struct reading *r, struct slice name, unsigned line)
{
	struct alias_table *t = r->table;
	struct alias_entry *e;
	struct buf key = BUF_INIT;
	const char *why;

	alias_add_key(name, &key);
	why = NULL;
	if (address_domain(name).ptr != NULL)
		why = "the name has a domain, but aliases are for local names";
	else if (address_is_valid(name, &why) &&
	    !address_set_add(&t->names, buf_slice(&key)))
		why = "the name has an alias already; this one does not count";
	buf_free(&key);
	if (why != NULL) {
		tell(r, line, why);
		return NULL;
	}
	if (t->count == t->cap) {
		t->cap = t->cap == 0 ? 16 : t->cap * 2;
		t->entries = xrealloc(t->entries, t->cap,
		    sizeof(*t->entries));
	}
	e = &t->entries[t->count++];
	memset(e, 0, sizeof(*e));
	e->name = slice_dup(name);
	return e;
}

static void
item_add(struct alias_entry *e, const struct alias_item *item)
{
	if (e->count == e->cap) {
		e->cap = e->cap == 0 ? 2 : e->cap * 2;
		e->items = xrealloc(e->items, e->cap, sizeof(*e->items));
	}
	e->items[e->count++] = *item;
}

static void
targets_read(const struct reading *r, struct alias_entry *e,
    struct slice value, unsigned line)
{
	struct alias_scan scan = {.text = value, .line = line};
	struct alias_item item;
	const char *why;
	bool empty;
	int got;

	empty = true;
	while ((got = alias_scan_next(&scan, &item, &why)) != 0) {
		empty = false;
		if (got < 0)
			tell(r, item.line, why);
		else
			item_add(e, &item);
	}
	if (empty)
		tell(r, line, "the alias has no target");
}

static void
entry_read(const struct reading *r, struct slice text, unsigned line)
{
	struct alias_entry *e;
	size_t colon;

	if (strchr(" \t\r", text.ptr[0]) != NULL) {
		tell(r, line, "the line continues nothing");
		return;
	}
	colon = find_colon(text);
	if (colon == text.len) {
		tell(r, line, "no colon follows the name");
		return;
	}
	e = entry_add(r, slice_trim((struct slice){text.ptr, colon}), line);
	if (e != NULL)
		targets_read(r, e, (struct slice){text.ptr + colon + 1,
		    text.len - colon - 1}, line);
}

/* The length of an empty line or a comment at the start of text, or 0. */
static size_t
nothing_length(struct slice text)
{
	struct slice line;
	size_t n;

	n = slice_find(text, '\n');
	line = slice_trim((struct slice){text.ptr, n});
	if (line.len > 0 && line.ptr[0] != '#')
		return 0;
	return n < text.len ? n + 1 : n;
}

static unsigned
count_lines(struct slice text)
{
	struct slice line;
	unsigned n;

	for (n = 0; slice_cut(&text, '\n', &line) && text.ptr != NULL; n++)
		;
	return n;
}

struct alias_table *
alias_parse(struct slice text, const char *file, alias_complain_fn *complain,
    void *arg)
{
	struct reading r = {xcalloc(1, sizeof(struct alias_table)), complain,
	    arg};
	struct slice part;
	unsigned line;
	size_t n;

	r.table->file = xstrdup(file);
	address_set_init(&r.table->names, slice_from(file));
	for (line = 1; text.len > 0; text.ptr += n, text.len -= n) {
		n = nothing_length(text);
		part = (struct slice){text.ptr, n};
		if (n == 0) {
			n = logical_length(text);
			part.len = n;
			entry_read(&r, part, line);
		}
		line += count_lines(part);
	}
	return r.table;
}

void
alias_set_domain(struct alias_table *t, const char *domain)
{
	free(t->domain);
	t->domain = xstrdup(domain);
}

void
alias_free(struct alias_table *t)
{
	size_t i, k;

	for (i = 0; i < t->count; i++) {
		for (k = 0; k < t->entries[i].count; k++)
			free(t->entries[i].items[k].text);
		free(t->entries[i].items);
		free(t->entries[i].name);
	}
	free(t->entries);
	free(t->file);
	free(t->domain);
	address_set_free(&t->names);
	free(t);
}
