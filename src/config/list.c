#include "config/list.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/strlist.h"
#include "config/config.h"
#include "config/name.h"
#include "config/sendas_map.h"
#include "config/value.h"

/* No window is longer than a year. */
#define SPAN_MAX (366 * (86400 * CLOCK_SEC))
#define LIMIT_MAX 1000000000ull

bool
key_is_list(enum key_type type)
{
	return type == KEY_COMMAND || type == KEY_LIMITS ||
	    type == KEY_NAMES || type == KEY_SENDERS || type == KEY_DOMAINS ||
	    type == KEY_SENDAS_MAP || type == KEY_OWN;
}

bool
list_add_argument(const struct key *key, struct slice said, void *field)
{
	struct strlist *args = field;

	(void)key;
	if (args->count == 0 && !slice_starts(said, "/"))
		return false;
	strlist_add_slice(args, said);
	return true;
}

bool
list_add_limit(const struct key *key, struct slice said, void *field)
{
	struct limits *l = field;
	unsigned long long count;
	struct slice number, span;
	int64_t time;
	size_t slash;

	(void)key;
	slash = slice_find(said, '/');
	if (slash == said.len)
		return false;
	number = (struct slice){said.ptr, slash};
	span = (struct slice){said.ptr + slash + 1, said.len - slash - 1};
	if (!slice_to_number(number, LIMIT_MAX, &count) || count == 0 ||
	    !value_duration(span, &time) || time < CLOCK_SEC ||
	    time > SPAN_MAX)
		return false;
	l->items = xrealloc(l->items, l->count + 1, sizeof(*l->items));
	l->items[l->count++] = (struct limit){count, time};
	return true;
}

bool
list_add_name(const struct key *key, struct slice said, void *field)
{
	(void)key;
	if (!name_is_account(said))
		return false;
	strlist_add_slice(field, said);
	return true;
}

bool
list_add_sender(const struct key *key, struct slice said, void *field)
{
	struct slice rest;

	(void)key;
	if (slice_starts(said, "user:")) {
		rest = (struct slice){said.ptr + 5, said.len - 5};
		if (!name_is_account(rest))
			return false;
	} else if (slice_starts(said, "@")) {
		rest = (struct slice){said.ptr + 1, said.len - 1};
		if (!name_is_domain(rest))
			return false;
	} else if (!name_is_address(said))
		return false;
	strlist_add_slice(field, said);
	return true;
}

bool
list_add_domain(const struct key *key, struct slice said, void *field)
{
	(void)key;
	if (!name_is_domain(said))
		return false;
	strlist_add_slice(field, said);
	return true;
}

void
list_free(enum key_type type, void *field)
{
	struct limits *l = field;

	if (type == KEY_SENDAS_MAP) {
		sendas_map_free(field);
		return;
	}
	if (type != KEY_LIMITS) {
		strlist_free(field);
		return;
	}
	free(l->items);
	l->items = NULL;
	l->count = 0;
}
