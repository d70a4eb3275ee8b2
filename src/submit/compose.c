#include "submit/compose.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "mail/address.h"
#include "submit/identity.h"
#include "submit/operand.h"

/* Received fields that no honest way has. */
#define HOPS_MAX 50

/* -f as it was given, else the login name; bare names get the mailname. */
static void
choose_sender(struct composed *c, const struct config *config,
    const struct submission *wish, const struct identity *who)
{
	c->sender = recipients_qualify(config, wish->has_sender ?
	    wish->sender : slice_from(who->login));
	c->envelope.sender = slice_from(c->sender);
}

/* All of it may become a command's argument, and anybody can speak to the
 * socket: what no sendmail of ours hands over is refused. */
static bool
check_sender(const struct composed *c, struct buf *error)
{
	struct slice sender = c->envelope.sender;
	const char *why;

	if (sender.len == 0 || address_is_valid(sender, &why))
		return true;
	buf_add_string(error, "sender ");
	buf_add_escaped(error, sender, ADDRESS_MAX);
	buf_addf(error, ": %s", why);
	return false;
}

static bool
check_dsn(const struct submission *wish, struct buf *error)
{
	struct slice orcpt;
	size_t i;

	if (wish->envid.len > 0 && !envid_is_valid(wish->envid)) {
		buf_add_string(error, "the envelope ID is no xtext of at most "
		    "100 octets (RFC 3461)");
		return false;
	}
	for (i = 0; i < wish->count; i++) {
		orcpt = wish->recipients[i].orcpt;
		if (orcpt.len == 0 || orcpt_is_valid(orcpt))
			continue;
		buf_add_string(error, "an original recipient is no address "
		    "with its type, or longer than 500 octets (RFC 3461)");
		return false;
	}
	return true;
}

/* -F, else the submitter's own name; but what goes out under the null sender is
 * the machine's word, not the user's. */
static char *
choose_name(const struct submission *wish, const struct identity *who)
{
	if (wish->name.ptr != NULL)
		return slice_dup(wish->name);
	if (wish->has_sender && wish->sender.len == 0)
		return xstrdup("");
	return xstrdup(who->name);
}

/* RFC 5321 6.3. */
static bool
check_hops(const struct composed *c, struct buf *error)
{
	if (c->message.hops <= HOPS_MAX)
		return true;
	buf_addf(error, "mail loop: the message has passed %u hosts already "
	    "(its Received fields say so); it is not queued",
	    c->message.hops);
	return false;
}

static bool
complete_header(struct composed *c, const struct config *config,
    const struct submission *wish, const struct identity *who,
    const char *id, struct slice raw, struct buf *error)
{
	struct message_origin origin;
	char *name;
	bool ok;

	memset(&origin, 0, sizeof(origin));
	name = choose_name(wish, who);
	origin.login = who->login;
	origin.name = name;
	origin.mailname = config->mailname;
	origin.id = id;
	origin.uid = who->uid;
	origin.time = c->envelope.time;
	if (wish->has_sender)
		origin.sender = c->envelope.sender;
	origin.extract = (wish->flags & SUBMIT_EXTRACT) != 0;
	origin.given = wish->count;
	ok = message_complete(raw, &origin, &c->message, error);
	free(name);
	return ok;
}

static bool
add_one(struct composed *c, const struct config *config,
    const struct recipient *given, struct buf *error)
{
	const char *why;
	char *full;
	bool ok;

	full = recipients_qualify(config, given->addr);
	ok = address_is_valid(slice_from(full), &why);
	if (ok)
		recipients_add(&c->recipients, config, given);
	else {
		buf_add_string(error, "recipient ");
		buf_add_escaped(error, given->addr, ADDRESS_MAX);
		buf_addf(error, ": %s", why);
	}
	free(full);
	return ok;
}

static bool
add_recipients(struct composed *c, const struct config *config,
    const struct submission *wish, struct buf *error)
{
	struct recipient given;
	size_t i;

	if (!operands_may_pass(wish, c->message.recipients.count, error))
		return false;
	for (i = 0; i < wish->count; i++)
		if (!add_one(c, config, &wish->recipients[i], error))
			return false;
	memset(&given, 0, sizeof(given));
	given.notify = wish->notify;
	for (i = 0; i < c->message.recipients.count; i++) {
		given.addr = slice_from(c->message.recipients.items[i]);
		if (!add_one(c, config, &given, error))
			return false;
	}
	return true;
}

static bool
check_count(const struct composed *c, const struct config *config,
    int *status, struct buf *error)
{
	*status = EX_USAGE;
	if (c->recipients.count == 0) {
		buf_add_string(error, "no recipients: neither on the command "
		    "line nor, with -t, in To:, Cc: or Bcc:");
		return false;
	}
	*status = EX_UNAVAILABLE;
	if (c->recipients.count <= config->max_recipients &&
	    !c->recipients.is_over)
		return true;
	buf_addf(error, "there are more recipients, with aliases and lists "
	    "expanded, than max-recipients = %u", config->max_recipients);
	return false;
}

static void
note(struct composed *c, const struct fault *f)
{
	const struct fault more = {.what = SLICE("and more"),
	    .why = SLICE("there are more than can be told of")};

	if (!fault_add(f, &c->faults, &c->envelope.fault_count))
		c->faults[FAULTS_MAX - 1] = more;
}

/* What was meant to be a recipient and is none, wherever it stood. Who wants to
 * hear of no failure hears of none of these. */
static void
gather_faults(struct composed *c, const struct submission *wish)
{
	char **said;
	struct fault f;
	size_t i;

	memset(&f, 0, sizeof(f));
	for (i = 0; i < wish->fault_count; i++) {
		/* Whom it says to tell is not for the caller to say. */
		f.what = wish->faults[i].what;
		f.why = wish->faults[i].why;
		note(c, &f);
	}
	said = c->message.faults.items;
	for (i = 0; i + 1 < c->message.faults.count; i += 2) {
		f.what = slice_from(said[i]);
		f.why = slice_from(said[i + 1]);
		note(c, &f);
	}
	if ((wish->notify & NOTIFY_NEVER) != 0)
		c->envelope.fault_count = 0;
	for (i = 0; i < c->recipients.fault_count; i++)
		note(c, &c->recipients.faults[i]);
	c->envelope.faults = c->faults;
}

static void
fill_envelope(struct composed *c, const struct submission *wish, uid_t uid)
{
	struct envelope *e;

	e = &c->envelope;
	e->uid = uid;
	e->envid = wish->envid;
	e->ret = wish->ret;
	e->recipients = c->recipients.items;
	e->count = c->recipients.count;
	e->header_size = c->message.header.len;
	if (c->recipients.utf8 || address_is_utf8(e->sender) ||
	    c->message.is_utf8)
		e->flags |= ENVELOPE_UTF8;
	if (c->message.is_bulk)
		e->flags |= ENVELOPE_BULK;
}

bool
compose(struct composed *c, const struct config *config,
    const struct submission *wish, uid_t uid, const char *id,
    struct slice raw_header, int *status, struct buf *error)
{
	const struct identity *who;

	who = identity_of(uid);
	c->envelope.time = clock_wall();
	choose_sender(c, config, wish, who);
	*status = EX_DATAERR;
	if ((wish->has_sender && !check_sender(c, error)) ||
	    !check_dsn(wish, error) ||
	    !complete_header(c, config, wish, who, id, raw_header, error) ||
	    !check_hops(c, error) || !add_recipients(c, config, wish, error))
		return false;
	if (!check_count(c, config, status, error))
		return false;
	*status = EX_OK;
	fill_envelope(c, wish, uid);
	gather_faults(c, wish);
	return true;
}

void
compose_free(struct composed *c)
{
	recipients_free(&c->recipients);
	message_free(&c->message);
	free(c->sender);
	free(c->faults);
	memset(c, 0, sizeof(*c));
}
