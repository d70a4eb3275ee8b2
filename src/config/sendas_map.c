#include "config/sendas_map.h"

#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "config/name.h"

static bool
is_domain(struct slice who)
{
	return slice_starts(who, "@") &&
	    name_is_domain((struct slice){who.ptr + 1, who.len - 1});
}

static bool
is_who(struct slice who)
{
	if (slice_starts(who, "user:"))
		return name_is_account((struct slice){who.ptr + 5,
		    who.len - 5});
	return is_domain(who) || name_is_account(who) || name_is_address(who);
}

/* The two sides of the first "=" that has a legal left side: an address may
 * have one in it. */
static bool
split(struct slice said, struct slice *who, struct slice *address)
{
	size_t i;

	for (i = 0; i < said.len; i++) {
		if (said.ptr[i] != '=')
			continue;
		*who = slice_trim((struct slice){said.ptr, i});
		*address = slice_trim((struct slice){said.ptr + i + 1,
		    said.len - i - 1});
		if (is_who(*who) && name_is_address(*address))
			return true;
	}
	return false;
}

bool
sendas_map_add(const struct key *key, struct slice said, void *field)
{
	struct sendas_map *map = field;
	struct slice who, address;

	(void)key;
	if (!split(said, &who, &address))
		return false;
	map->items = xrealloc(map->items, map->count + 1,
	    sizeof(*map->items));
	map->items[map->count++] = (struct sendas_line){slice_dup(who),
	    slice_dup(address)};
	return true;
}

bool
sendas_map_add_own(const struct key *key, struct slice said, void *field)
{
	(void)key;
	if (!is_domain(said) && !name_is_address(said))
		return false;
	strlist_add_slice(field, said);
	return true;
}

void
sendas_map_free(void *field)
{
	struct sendas_map *map = field;
	size_t i;

	for (i = 0; i < map->count; i++) {
		free(map->items[i].who);
		free(map->items[i].address);
	}
	free(map->items);
	map->items = NULL;
	map->count = 0;
}

/* The earlier line of the same section about the same sender, or NULL. */
static const struct said *
find_earlier(const struct reading *r, size_t at, struct slice who)
{
	struct slice other, address;
	size_t i;

	for (i = 0; i < at; i++)
		if (r->said[i].key == r->said[at].key &&
		    r->said[i].section == r->said[at].section &&
		    split(slice_from(r->said[i].value), &other, &address) &&
		    slice_equal_nocase(other, who))
			return &r->said[i];
	return NULL;
}

void
sendas_map_check(struct reading *r)
{
	const struct said *earlier;
	struct slice who, address;
	size_t i;

	for (i = 0; i < r->count; i++) {
		if (r->said[i].key->type != KEY_SENDAS_MAP ||
		    !split(slice_from(r->said[i].value), &who, &address))
			continue;
		earlier = find_earlier(r, i, who);
		if (earlier != NULL)
			reading_complain(r, r->said[i].line, "send-as-map "
			    "says \"%.*s\" twice, in line %u already: keep "
			    "one", (int)who.len, who.ptr, earlier->line);
	}
}
