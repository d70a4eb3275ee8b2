#include "queue/refused.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "config/name.h"
#include "mail/advice.h"
#include "mail/schedule.h"

/* Users choose senders as they like: no more than these are remembered, and
 * each for so long after its last refusal. */
#define SENDERS_MAX 1000
#define MEMORY (86400 * CLOCK_SEC)
/* One message tries for the sender; the others wait so long for it. */
#define TRIAL (5 * CLOCK_SEC)
/* A longer name of a login is a key, not a person's. */
#define LOGIN_MAX 24

struct refused_sender {
	struct refused_sender *next;
	char *sender;
	unsigned times;		/* refused in a row */
	int64_t until;		/* boot clock */
	bool on_trial;		/* one message has gone to see */
	struct verdict why;
	struct buf words;
};

static struct refused_sender *
find(const struct account *a, struct slice sender)
{
	struct refused_sender *r;

	for (r = a->refused; r != NULL; r = r->next)
		if (slice_is(sender, r->sender))
			return r;
	return NULL;
}

static void
drop(struct refused_sender **at)
{
	struct refused_sender *r = *at;

	*at = r->next;
	free(r->sender);
	buf_free(&r->words);
	free(r);
}

/* The newest come first. */
static void
drop_old(struct account *a)
{
	struct refused_sender **at;
	int64_t now;
	unsigned n;

	now = clock_boot();
	n = 0;
	for (at = &a->refused; *at != NULL; ) {
		if (++n >= SENDERS_MAX || now - (*at)->until > MEMORY)
			drop(at);
		else
			at = &(*at)->next;
	}
}

/* The address that belongs to the login, as far as one can tell: providers take
 * the whole address for the login, or what stands before the @. */
static bool
guess_address(const struct smarthost *h, struct buf *out)
{
	struct slice domain;

	if (h->user == NULL)
		return false;
	domain = slice_from(h->host == NULL ? "" : h->host);
	if (name_is_address(slice_from(h->user)))
		buf_add_string(out, h->user);
	else if (slice_starts_nocase(domain, "smtp.") &&
	    slice_find(domain, '.') < domain.len - 1 &&
	    strlen(h->user) <= LOGIN_MAX && strcmp(h->user, "apikey") != 0 &&
	    name_is_account(slice_from(h->user)))
		buf_addf(out, "%s@%s", h->user, h->host + 5);
	return out->len > 0 && name_is_address(buf_slice(out));
}

void
refused_cure(const struct account *a, struct buf *out)
{
	const struct smarthost *h = a->smarthost;
	struct buf address = BUF_INIT;

	if (h == NULL)
		return;
	if (h->send_as != NULL)
		buf_addf(out, "smarthost \"%s\" says send-as = \"%s\": "
		    "see that this address, and those of send-as-map and "
		    "own-addresses, belong to the account", h->title,
		    h->send_as);
	else if (guess_address(h, &address))
		buf_addf(out, "write into smarthost \"%s\": "
		    "send-as = \"%s\"", h->title, buf_string(&address));
	else
		buf_addf(out, "write into smarthost \"%s\": send-as = \"...\""
		    ", with an address that the provider knows as yours",
		    h->title);
	buf_free(&address);
}

static void
log_refused(const struct account *a, const struct refused_sender *r)
{
	struct buf sender = BUF_INIT, words = BUF_INIT, line = BUF_INIT;
	const char *cure;

	buf_add_escaped(&sender, slice_from(r->sender), 320);
	buf_add_escaped(&words, r->why.text, VERDICT_TEXT_MAX);
	cure = advice_cure(&r->why);
	refused_cure(a, &line);
	log_alarm("smarthost=%s event=sender-stopped sender=<%s> code=%d "
	    "reply=\"%s\" advice=\"%s%s%s\"", a->title, buf_string(&sender),
	    r->why.code, buf_string(&words), cure == NULL ? "" : cure,
	    cure == NULL ? "" : " In short: ", buf_string(&line));
	buf_free(&sender);
	buf_free(&words);
	buf_free(&line);
}

static struct refused_sender *
add(struct account *a, struct slice sender, const struct verdict *v)
{
	struct refused_sender *r;

	drop_old(a);
	r = xcalloc(1, sizeof(*r));
	r->sender = slice_dup(sender);
	r->next = a->refused;
	a->refused = r;
	r->why = *v;
	buf_add_slice(&r->words, v->text);
	r->why.text = buf_slice(&r->words);
	log_refused(a, r);
	return r;
}

void
refused_add(struct manager *m, struct account *a, struct slice sender,
    const struct verdict *v)
{
	struct refused_sender *r;
	int64_t now;

	now = clock_boot();
	r = find(a, sender);
	if (r == NULL)
		r = add(a, sender, v);
	/* Each recipient of a message may be refused for it. */
	if (r->until > now && !r->on_trial)
		return;
	r->on_trial = false;
	r->times++;
	r->until = clock_add(now, schedule_pause(r->times,
	    m->config->retry_first, m->config->retry_max, manager_random()));
}

void
refused_forget(struct account *a, struct slice sender)
{
	struct refused_sender **at;

	for (at = &a->refused; *at != NULL; at = &(*at)->next)
		if (slice_is(sender, (*at)->sender)) {
			drop(at);
			return;
		}
}

void
refused_lift(struct account *a)
{
	struct refused_sender *r;

	for (r = a->refused; r != NULL; r = r->next) {
		r->until = 0;
		r->on_trial = false;
	}
}

int64_t
refused_until(const struct account *a, struct slice sender)
{
	const struct refused_sender *r;

	r = find(a, sender);
	return r == NULL || r->until <= clock_boot() ? 0 : r->until;
}

void
refused_try(struct account *a, struct slice sender)
{
	struct refused_sender *r;

	r = find(a, sender);
	if (r == NULL)
		return;
	r->until = clock_add(clock_boot(), TRIAL);
	r->on_trial = true;
}

void
refused_each(const struct account *a, void (*fn)(void *arg,
    const struct account *a, const char *sender, const struct verdict *v),
    void *arg)
{
	const struct refused_sender *r;

	for (r = a->refused; r != NULL; r = r->next)
		if (r->until > clock_boot())
			fn(arg, a, r->sender, &r->why);
}
