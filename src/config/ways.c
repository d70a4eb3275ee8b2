#include "config/ways.h"

#include <string.h>

#include "config/keys.h"
#include "config/route.h"

static bool
is_named(const struct config *c, const char *title)
{
	size_t i;

	for (i = 0; i < c->route_count; i++)
		if (strlist_has(&c->routes[i].smarthosts, title))
			return true;
	return strlist_has(&c->bulk.smarthosts, title);
}

/* Where no order is said, ordinary mail takes those that nothing else names, or
 * else all, as they stand in the file. */
void
ways_order(struct config *c)
{
	size_t i;

	if (c->order.count > 0)
		return;
	for (i = 0; i < c->count; i++)
		if (!is_named(c, c->smarthosts[i].title))
			strlist_add(&c->order, c->smarthosts[i].title);
	if (c->order.count > 0)
		return;
	for (i = 0; i < c->count; i++)
		strlist_add(&c->order, c->smarthosts[i].title);
}

void
ways_limit_size(struct config *c)
{
	uint64_t most;
	size_t i;

	most = 0;
	for (i = 0; i < c->count; i++)
		if (c->smarthosts[i].max_size > most)
			most = c->smarthosts[i].max_size;
	if (c->count > 0 && most < c->max_size)
		c->max_size = most;
}

static void
list_smarthosts(const struct config *c, struct buf *out)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		buf_addf(out, "%s%s", i == 0 ? "" : ", ",
		    c->smarthosts[i].title);
}

/* Every name of a list of smarthosts, as it was said in that section. */
static void
check_names(const struct config *c, struct reading *r, int section)
{
	struct buf known = BUF_INIT;
	struct strlist seen = STRLIST_INIT;
	const struct said *said;
	size_t i;

	list_smarthosts(c, &known);
	for (i = 0; i < r->count; i++) {
		said = &r->said[i];
		if (said->section != section ||
		    strcmp(said->key->name, "smarthosts") != 0)
			continue;
		if (route_smarthost(c, said->value) == NULL)
			reading_complain(r, said->line, "there is no "
			    "smarthost \"%s\"; legal: %s", said->value,
			    buf_string(&known));
		else if (strlist_has(&seen, said->value))
			reading_complain(r, said->line, "smarthost \"%s\" is "
			    "named twice in one list: keep one", said->value);
		strlist_add(&seen, said->value);
	}
	strlist_free(&seen);
	buf_free(&known);
}

static void
check_route(const struct config *c, struct reading *r, size_t number)
{
	const struct route *route = &c->routes[number];

	if (route->smarthosts.count == 0)
		reading_complain(r, route->line, "route \"%s\" leads nowhere: "
		    "say smarthosts = {\"name\"}", route->title);
	if (route->senders.count == 0 && route->domains.count == 0)
		reading_complain(r, route->line, "route \"%s\" picks no mail: "
		    "say sender = {...} or recipient-domain = {...}",
		    route->title);
	if (strcmp(route->title, "mail") == 0 ||
	    strcmp(route->title, "bulk") == 0)
		reading_complain(r, route->line, "route \"%s\" has the name "
		    "of a lane that is there already: give it another",
		    route->title);
	check_names(c, r, READING_ROUTE(number));
}

/* A return path for each recipient needs a transaction for each, and a
 * smarthost that takes any sender. */
static void
check_verp(const struct config *c, struct reading *r)
{
	const struct strlist *ways;
	const struct smarthost *h;
	const struct said *said;
	size_t i;

	said = reading_find(r, READING_BULK, "verp");
	if (said == NULL || !c->bulk.verp)
		return;
	if (!c->bulk.individual)
		reading_complain(r, said->line, "verp = true needs a "
		    "transaction for each recipient: say individual = true");
	ways = c->bulk.smarthosts.count > 0 ? &c->bulk.smarthosts : &c->order;
	for (i = 0; i < ways->count; i++) {
		h = route_smarthost(c, ways->items[i]);
		if (h != NULL && (h->send_as != NULL ||
		    h->send_as_map.count > 0))
			reading_complain(r, said->line, "verp = true does not "
			    "go with the send-as of smarthost \"%s\", which "
			    "takes its own senders only", h->title);
	}
}

void
ways_check(const struct config *c, struct reading *r)
{
	size_t i;

	check_names(c, r, READING_TOP);
	check_names(c, r, READING_BULK);
	for (i = 0; i < c->route_count; i++)
		check_route(c, r, i);
	if (c->route_count > ROUTES_MAX)
		reading_complain(r, c->routes[ROUTES_MAX].line, "there are "
		    "more than %d routes: join some of them", ROUTES_MAX);
	check_verp(c, r);
	if (c->bulk.burst.count > 1)
		reading_complain(r, c->bulk.line, "burst takes one limit");
}
