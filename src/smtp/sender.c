#include "smtp/sender.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "mail/address.h"

#define NOBODY UINT32_MAX

/* Of whom each line of the map is that says user:NAME; an agent serves one
 * smarthost. */
static uint32_t *uids;
static size_t uid_count;
static const char *mailname;

static bool
is_account(const char *who)
{
	return strncmp(who, "user:", 5) == 0;
}

static uint32_t
uid_of(const char *who)
{
	const struct passwd *pw;

	pw = is_account(who) ? getpwnam(who + 5) : NULL;
	return pw == NULL ? NOBODY : (uint32_t)pw->pw_uid;
}

void
sender_begin(const struct config *c, const struct smarthost *h)
{
	const struct sendas_map *map = &h->send_as_map;

	mailname = c->mailname;
	uids = xrealloc(uids, map->count + 1, sizeof(*uids));
	for (uid_count = 0; uid_count < map->count; uid_count++)
		uids[uid_count] = uid_of(map->items[uid_count].who);
}

bool
sender_has_rules(const struct smarthost *h)
{
	return h->send_as != NULL || h->send_as_map.count > 0;
}

static bool
fits_domain(const char *who, struct slice address)
{
	return who[0] == '@' && address.len > 0 &&
	    slice_is_nocase(address_domain(address), who + 1);
}

/* As in routes, neither part has regard to case. */
static bool
fits_address(const char *who, struct slice address)
{
	if (strchr(who, '@') != NULL)
		return slice_is_nocase(address, who);
	return mailname != NULL && slice_is_nocase(address_local(address),
	    who) && slice_is_nocase(address_domain(address), mailname);
}

bool
sender_is_own(const struct smarthost *h, struct slice address)
{
	const struct strlist *own = &h->own_addresses;
	size_t i;

	if (h->send_as != NULL && slice_is_nocase(address, h->send_as))
		return true;
	for (i = 0; i < own->count; i++)
		if (fits_domain(own->items[i], address) ||
		    slice_is_nocase(address, own->items[i]))
			return true;
	for (i = 0; i < h->send_as_map.count; i++)
		if (slice_is_nocase(address, h->send_as_map.items[i].address))
			return true;
	return false;
}

static bool
fits_uid(size_t line, uint32_t uid)
{
	return uid != NOBODY && line < uid_count && uids[line] == uid;
}

/* What fits most closely counts: the address, the account, the domain. */
static struct slice
look_up(const struct smarthost *h, uint32_t uid, struct slice address)
{
	const struct sendas_line *line, *account, *domain;
	size_t i;

	account = domain = NULL;
	if (address.len > 0 && sender_is_own(h, address))
		return address;
	for (i = 0; i < h->send_as_map.count; i++) {
		line = &h->send_as_map.items[i];
		if (!is_account(line->who) && fits_address(line->who, address))
			return slice_from(line->address);
		if (fits_uid(i, uid))
			account = line;
		if (fits_domain(line->who, address))
			domain = line;
	}
	if (account == NULL)
		account = domain;
	return account == NULL ? SLICE("") : slice_from(account->address);
}

struct slice
sender_choose(const struct smarthost *h, uint32_t uid, struct slice sender,
    struct slice from)
{
	struct slice found;
	const char *why;

	if (!sender_has_rules(h))
		return SLICE("");
	found = look_up(h, uid, sender);
	/* It may become a command. */
	if (found.len == 0 && address_is_valid(from, &why))
		found = look_up(h, NOBODY, from);
	if (found.len == 0 && h->send_as != NULL)
		found = slice_from(h->send_as);
	return found;
}
