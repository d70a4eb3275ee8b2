#include "queue/refused.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "config/name.h"
#include "mail/advice.h"
#include "mail/schedule.h"
#include "spool/state.h"

/* Users choose senders as they like: no more than these are remembered, and
 * each for so long after its last refusal. */
#define SENDERS_MAX 1000
#define MEMORY (86400 * CLOCK_SEC)
/* One message tries for the sender; the others wait so long for it. */
#define TRIAL (5 * CLOCK_SEC)
/* What becomes of senders is written down so often at most; losing it costs a
 * try each. */
#define KEEP_EVERY (5 * CLOCK_SEC)
#define FILE_MAX ((size_t)4 << 20)
#define SENDER_MAX 1024
/* A longer name of a login is a key, not a person's. */
#define LOGIN_MAX 24

struct refused_sender {
	struct refused_sender *next;
	char *sender;
	unsigned times;		/* refused in a row */
	int64_t until;		/* boot clock */
	bool on_trial;		/* one message has gone to see */
	bool recalled;		/* one is to go and see, after a restart */
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
	struct buf sender = BUF_INIT, reply = BUF_INIT, cure = BUF_INIT;

	buf_add_word(&sender, slice_from(r->sender), 320);
	verdict_print_reply(&r->why, &reply);
	if (advice_cure(&r->why) != NULL)
		buf_addf(&cure, "%s In short: ", advice_cure(&r->why));
	refused_cure(a, &cure);
	advice_print(buf_string(&cure), &reply);
	log_alarm("smarthost=%s event=sender-stopped sender=<%s> %s", a->title,
	    buf_string(&sender), buf_string(&reply));
	buf_free(&sender);
	buf_free(&reply);
	buf_free(&cure);
}

static struct refused_sender *
add(struct account *a, struct slice sender, const struct verdict *v)
{
	struct refused_sender *r;

	r = xcalloc(1, sizeof(*r));
	r->sender = slice_dup(sender);
	r->next = a->refused;
	a->refused = r;
	r->why = *v;
	buf_add_slice(&r->words, v->text);
	r->why.text = buf_slice(&r->words);
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
	if (r == NULL) {
		drop_old(a);
		r = add(a, sender, v);
		log_refused(a, r);
	}
	/* Each recipient of a message may be refused for it. */
	if (r->until > now && !r->on_trial)
		return;
	r->on_trial = false;
	a->refused_changed = true;
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
			a->refused_changed = true;
			return;
		}
}

void
refused_lift(struct account *a)
{
	struct refused_sender *r;

	for (r = a->refused; r != NULL; r = r->next) {
		r->until = 0;
		r->on_trial = r->recalled = false;
		a->refused_changed = true;
	}
}

int64_t
refused_until(const struct account *a, struct slice sender)
{
	const struct refused_sender *r;

	r = find(a, sender);
	return r == NULL || r->recalled || r->until <= clock_boot() ? 0 :
	    r->until;
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
	r->recalled = false;
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

/* What was read of a sender, before the reason is. */
struct kept {
	struct account *account;
	int64_t most;		/* no pause is longer */
	unsigned long long times, until;
	struct buf sender;
	bool whole;
};

static bool
take_sender(struct slice line, struct kept *k)
{
	struct slice times, until;

	buf_clear(&k->sender);
	k->whole = slice_cut(&line, ' ', &times) &&
	    slice_cut(&line, ' ', &until) &&
	    slice_to_number(times, UINT16_MAX, &k->times) &&
	    slice_to_number(until, INT64_MAX, &k->until) &&
	    buf_add_unescaped(&k->sender, line);
	return k->whole;
}

static bool
take_why(struct slice line, struct kept *k)
{
	struct buf words = BUF_INIT;
	struct refused_sender *r;
	struct verdict v;
	int64_t left;
	bool ok;

	left = (int64_t)k->until - clock_wall();
	ok = k->whole && verdict_parse(line, &v, &words);
	if (ok && left > 0) {
		r = add(k->account, buf_slice(&k->sender), &v);
		r->times = (unsigned)k->times;
		r->until = clock_add(clock_boot(),
		    left < k->most ? left : k->most);
		r->recalled = true;
	}
	k->whole = false;
	buf_free(&words);
	return ok;
}

static bool
take_line(struct slice line, struct kept *k)
{
	struct slice key;

	slice_cut(&line, ' ', &key);
	if (slice_is(key, "sender"))
		return take_sender(line, k);
	return slice_is(key, "why") && take_why(line, k);
}

void
refused_recall(struct manager *m, struct account *a)
{
	struct buf name = BUF_INIT, text = BUF_INIT;
	struct kept k = {.account = a, .most = clock_add(m->config->retry_max,
	    m->config->retry_max / 5)};
	struct slice rest, line;

	buf_addf(&name, "refused-%s", a->title);
	if (!state_read(m->spool, buf_string(&name), FILE_MAX, &text))
		buf_clear(&text);
	rest = buf_slice(&text);
	while (slice_cut(&rest, '\n', &line) && line.len > 0)
		if (!take_line(line, &k)) {
			log_warning("state/%s makes no sense: the senders "
			    "that are refused are found out again",
			    buf_string(&name));
			break;
		}
	buf_free(&name);
	buf_free(&text);
	buf_free(&k.sender);
}

static void
print_kept(const struct refused_sender *r, struct buf *out)
{
	struct buf line = BUF_INIT;

	for (; r != NULL; r = r->next) {
		if (r->until <= clock_boot())
			continue;
		buf_clear(&line);
		buf_addf(&line, "sender %u %" PRId64 " ", r->times,
		    clock_add(clock_wall(), r->until - clock_boot()));
		buf_add_escaped(&line, slice_from(r->sender), SENDER_MAX);
		buf_add_string(&line, "\nwhy ");
		verdict_print(&r->why, &line);
		buf_add_char(&line, '\n');
		buf_add_slice(out, buf_slice(&line));
	}
	buf_free(&line);
}

static void
keep(struct manager *m, struct account *a)
{
	struct buf name = BUF_INIT, text = BUF_INIT;
	int fd;

	print_kept(a->refused, &text);
	buf_addf(&name, "refused-%s", a->title);
	fd = state_replace(m->spool, buf_string(&name), &text);
	if (fd < 0)
		log_warning("smarthost=%s error=\"cannot keep which senders "
		    "it refuses: %s\"", a->title, strerror(errno));
	file_close(&fd);
	buf_free(&name);
	buf_free(&text);
}

void
refused_keep(struct manager *m, bool at_once, int64_t *wake)
{
	struct account *a;
	int64_t now;

	now = clock_boot();
	for (a = accounts_first(); a != NULL; a = a->next) {
		if (!a->refused_changed)
			continue;
		if (!at_once && now < a->refused_next) {
			if (a->refused_next < *wake)
				*wake = a->refused_next;
			continue;
		}
		a->refused_changed = false;
		a->refused_next = clock_add(now, KEEP_EVERY);
		keep(m, a);
	}
}
