#include "config/route.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>

/* Who a route's user: means, in the order of the configuration. */
static uint32_t *uids;
static size_t uid_count;

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

const struct strlist *
route_smarthosts(const struct config *c, size_t number, bool bulk)
{
	if (number < c->route_count)
		return &c->routes[number].smarthosts;
	return bulk && c->bulk.smarthosts.count > 0 ? &c->bulk.smarthosts :
	    &c->order;
}

const struct smarthost *
route_smarthost(const struct config *c, const char *title)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (strcmp(c->smarthosts[i].title, title) == 0)
			return &c->smarthosts[i];
	return NULL;
}

unsigned
route_line(const struct config *c, size_t number, bool bulk)
{
	const struct smarthost *first;

	if (number < c->route_count)
		return c->routes[number].line;
	if (bulk && c->bulk.smarthosts.count > 0)
		return c->bulk.line;
	if (c->order_line != 0)
		return c->order_line;
	first = route_smarthost(c, c->order.items[0]);
	return first == NULL ? 0 : first->line;
}

char *
route_lane(const struct config *c, size_t number, bool bulk)
{
	struct buf name = BUF_INIT;

	if (number == c->route_count)
		return xstrdup(bulk ? "bulk" : "mail");
	buf_addf(&name, "%s%s", c->routes[number].title, bulk ? "/bulk" : "");
	return name.data;
}

bool
route_is_bulk(const struct config *c, size_t recipients, bool is_list)
{
	return recipients > c->bulk.threshold ||
	    (c->bulk.list_headers && is_list);
}

unsigned
route_transaction(const struct config *c, const struct smarthost *h,
    bool bulk)
{
	return bulk && c->bulk.individual ? 1 : h->recipients_per_transaction;
}
