#include "mail/verp.h"

#include "mail/address.h"

#define LOCAL_MAX 64

static bool
is_quoted(struct slice local)
{
	return local.len == 0 || local.ptr[0] == '"';
}

static bool
can_be(struct slice sender, struct slice recipient)
{
	struct slice owner, user, domain;

	owner = address_local(sender);
	user = address_local(recipient);
	domain = address_domain(recipient);
	return address_domain(sender).len > 0 && domain.len > 0 &&
	    domain.ptr[0] != '[' && !is_quoted(owner) && !is_quoted(user) &&
	    owner.len + user.len + domain.len + 2 <= LOCAL_MAX;
}

bool
verp_print(struct slice sender, struct slice recipient, struct buf *out)
{
	struct slice owner, user, host, domain;

	if (!can_be(sender, recipient))
		return false;
	owner = address_local(sender);
	host = address_domain(sender);
	user = address_local(recipient);
	domain = address_domain(recipient);
	buf_addf(out, "%.*s+%.*s=%.*s@%.*s", (int)owner.len, owner.ptr,
	    (int)user.len, user.ptr, (int)domain.len, domain.ptr,
	    (int)host.len, host.ptr);
	return true;
}
