/*
 * Any bytes as an aliases file, which includes itself as a list, too: each name
 * is expanded to valid addresses, and these, written as an alias, expand to the
 * same again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/address.h"
#include "mail/alias_table.h"

/* Names of one file that are expanded. */
#define NAMES_MAX 20

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

struct world {
	struct slice text;
	unsigned lines;
	unsigned complaints;
};

static void
complain(void *arg, const char *file, unsigned line, const char *what)
{
	struct world *w = arg;

	must(file != NULL && what != NULL && line <= w->lines);
	w->complaints++;
}

static bool
include(void *arg, const char *path, struct buf *text, const char **why)
{
	struct world *w = arg;

	if (path[0] != '/') {
		*why = "has no absolute path";
		return false;
	}
	buf_add_slice(text, w->text);
	return true;
}

/* As a target, an address that begins so would be something else. */
static bool
is_plain(const char *addr)
{
	return strchr("|/:\\\"#", addr[0]) == NULL;
}

static void
check_again(const struct alias_targets *targets)
{
	struct world w = {.lines = 1};
	struct alias_table *t;
	struct alias_targets again = {0};
	struct buf text = BUF_INIT;
	size_t i;

	buf_add_string(&text, "\"a name of its own\": ");
	for (i = 0; i < targets->count; i++) {
		if (!is_plain(targets->items[i].addr)) {
			buf_free(&text);
			return;
		}
		buf_addf(&text, "%s,", targets->items[i].addr);
	}
	t = alias_parse(buf_slice(&text), "again", complain, &w);
	must(w.complaints == 0 || targets->count == 0);
	alias_expand(t, "\"A name of its own\"", NULL, complain, &w, &again);
	must(again.count == targets->count);
	for (i = 0; i < again.count; i++)
		must(strcmp(again.items[i].addr,
		    targets->items[i].addr) == 0);
	alias_targets_free(&again);
	alias_free(t);
	buf_free(&text);
}

static void
check_name(const struct alias_table *t, const char *name, struct world *w)
{
	struct alias_targets targets = {0};
	const char *why;
	size_t i;

	alias_expand(t, name, include, complain, w, &targets);
	for (i = 0; i < targets.count; i++) {
		must(address_is_valid(slice_from(targets.items[i].addr),
		    &why));
		must(targets.items[i].owner == NULL ||
		    address_is_valid(slice_from(targets.items[i].owner),
		    &why));
	}
	check_again(&targets);
	alias_targets_free(&targets);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world w = {.text = {(const char *)data, size}, .lines = 1};
	struct alias_table *t;
	size_t i;

	for (i = 0; i < size; i++)
		w.lines += data[i] == '\n';
	t = alias_parse(w.text, "aliases", complain, &w);
	w.complaints = 0;
	must(alias_check(t, include, complain, &w) == (w.complaints == 0));
	for (i = 0; i < t->count && i < NAMES_MAX; i++)
		check_name(t, t->entries[i].name, &w);
	alias_set_domain(t, "x.example");
	if (t->count > 0)
		check_name(t, t->entries[0].name, &w);
	alias_free(t);
	return 0;
}
