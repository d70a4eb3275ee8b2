#include "queue/route.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "queue/fair.h"

/* Senders whose messages are counted at once; two that share a place share
 * their count. */
#define BURSTS 1024

/* Who a route's user: means, in the order of the configuration. */
static uint32_t *uids;
static size_t uid_count;

static struct burst {
	int64_t since;
	uint64_t count;
} bursts[BURSTS];

static bool
is_user(const char *sender)
{
	return strncmp(sender, "user:", 5) == 0;
}

static void
add_uid(const char *name)
{
	const struct passwd *pw;

	pw = getpwnam(name);
	uids = xrealloc(uids, uid_count + 1, sizeof(*uids));
	uids[uid_count++] = pw == NULL ? UINT32_MAX : (uint32_t)pw->pw_uid;
}

void
route_begin(const struct config *c)
{
	const struct strlist *senders;
	size_t i, n;

	uid_count = 0;
	for (i = 0; i < c->route_count; i++) {
		senders = &c->routes[i].senders;
		for (n = 0; n < senders->count; n++)
			if (is_user(senders->items[n]))
				add_uid(senders->items[n] + 5);
	}
}

static struct slice
domain_of(struct slice address)
{
	size_t i;

	for (i = address.len; i > 0 && address.ptr[i - 1] != '@'; i--)
		;
	return i == 0 ? SLICE("") : (struct slice){address.ptr + i,
	    address.len - i};
}

/* *at counts the user: senders that were passed. */
static bool
fits_sender(const struct strlist *senders, uint32_t uid, struct slice sender,
    size_t *at)
{
	const char *item;
	bool fits;
	size_t i;

	fits = senders->count == 0;
	for (i = 0; i < senders->count; i++) {
		item = senders->items[i];
		if (is_user(item))
			fits |= *at < uid_count && uids[(*at)++] == uid;
		else if (item[0] == '@')
			fits |= slice_is_nocase(domain_of(sender), item + 1);
		else
			fits |= slice_is_nocase(sender, item);
	}
	return fits;
}

static bool
fits_domain(const struct strlist *domains, struct slice recipient)
{
	size_t i;

	for (i = 0; i < domains->count; i++)
		if (slice_is_nocase(domain_of(recipient), domains->items[i]))
			return true;
	return domains->count == 0;
}

size_t
route_find(const struct config *c, uint32_t uid, struct slice sender,
    struct slice recipient)
{
	size_t i, at;

	at = 0;
	for (i = 0; i < c->route_count; i++)
		if (fits_sender(&c->routes[i].senders, uid, sender, &at) &&
		    fits_domain(&c->routes[i].domains, recipient))
			break;
	return i;
}

static bool
is_burst(const struct limit *l, const struct envelope *e)
{
	struct burst *b;

	b = &bursts[fair_party(e->uid, e->sender) % BURSTS];
	if (e->time < b->since || e->time - b->since >= l->span) {
		b->since = e->time;
		b->count = 0;
	}
	return ++b->count > l->count;
}

bool
route_is_bulk(const struct config *c, const struct envelope *e)
{
	bool burst;

	if ((e->flags & ENVELOPE_BOUNCE) != 0)
		return false;
	burst = c->bulk.burst.count > 0 &&
	    is_burst(&c->bulk.burst.items[0], e);
	return burst || e->count > c->bulk.threshold ||
	    (c->bulk.list_headers && (e->flags & ENVELOPE_BULK) != 0);
}
