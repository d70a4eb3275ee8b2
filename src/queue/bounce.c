#include "queue/bounce.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "mail/address.h"
#include "queue/notice.h"

/* A report names no more of those that failed, nor of those that wait: it must
 * be small enough for somebody to take it. */
#define NAMED_MAX 10000
#define NAMED_WAITING_MAX 1000

/* One notice: to one return path, about those recipients that have it. */
struct notice {
	size_t first;		/* its first recipient's number */
	struct slice path;	/* who is told */
	struct dsn_recipient *about;
	size_t count;
	size_t waiting;		/* of these */
	bool is_wanted;
	struct dsn_tally tally;
};

/* Faults are numbered behind the recipients. */
static size_t
count_of(const struct queued *q)
{
	return q->envelope.count + q->envelope.fault_count;
}

static struct slice
path_of(const struct queued *q, size_t number)
{
	const struct envelope *e = &q->envelope;
	struct slice own;

	own = number < e->count ? e->recipients[number].return_path :
	    e->faults[number - e->count].return_path;
	return own.ptr != NULL ? own : e->sender;
}

/* RFC 3461 4.1: whether this recipient's sender wants to hear of it. */
static bool
is_wanted(const struct recipient *r, enum dsn_action action)
{
	unsigned bit;

	if (action == DSN_FAILED)
		bit = NOTIFY_FAILURE;
	else if (action == DSN_DELAYED)
		bit = NOTIFY_DELAY;
	else
		return (r->notify & NOTIFY_SUCCESS) != 0;
	return r->notify == 0 || (r->notify & bit) != 0;
}

/* What a notice says has become of a recipient. */
static enum dsn_action
action_of(const struct bounce *b, size_t number)
{
	if (!b->is_report)
		return b->action;
	if (queued_is_relayed(b->queued, number))
		return DSN_RELAYED;
	if (b->is_over)
		return DSN_FAILED;
	return queued_is_open(b->queued, number) ? DSN_DELAYED : DSN_FAILED;
}

static void
describe(const struct bounce *b, size_t number, struct dsn_recipient *to)
{
	const struct recipient *r;
	const struct outcome *o;

	r = &b->queued->envelope.recipients[number];
	memset(to, 0, sizeof(*to));
	to->addr = r->addr;
	to->orcpt = r->orcpt;
	to->action = action_of(b, number);
	to->retry_until = b->retry_until;
	o = queued_outcome(b->queued, number);
	if (o != NULL) {
		to->verdict = o->verdict;
		to->last_attempt = o->time;
	}
}

static void
count_one(const struct bounce *b, size_t number, struct dsn_tally *t)
{
	t->recipients++;
	if (queued_is_open(b->queued, number)) {
		t->expired += b->is_over;
		t->waiting += !b->is_over;
	} else if (queued_is_refused(b->queued, number)) {
		t->refused++;
		t->told += !queued_is_unanswered(b->queued, number);
	} else {
		t->delivered++;
	}
}

/* Whether a recipient is one that the notice is about. */
static bool
is_named(const struct bounce *b, size_t number)
{
	return b->is_chosen(b->queued, number) &&
	    is_wanted(&b->queued->envelope.recipients[number],
	    action_of(b, number));
}

static void
add_named(const struct bounce *b, size_t number, struct notice *n)
{
	bool waits;

	n->is_wanted = true;
	waits = action_of(b, number) == DSN_DELAYED;
	if (b->is_report && (n->count == NAMED_MAX ||
	    (waits && n->waiting == NAMED_WAITING_MAX))) {
		n->tally.unlisted++;
		return;
	}
	n->waiting += waits;
	describe(b, number, &n->about[n->count++]);
}

static void
add_fault(const struct bounce *b, const struct fault *f, struct notice *n)
{
	struct dsn_recipient *to;

	if (!b->is_over)
		return;
	n->is_wanted = true;
	n->tally.faults++;
	to = &n->about[n->count++];
	to->addr = f->what;
	to->is_broken = true;
	to->action = DSN_FAILED;
	to->verdict.kind = VERDICT_REFUSED;
	memcpy(to->verdict.enhanced, "5.1.3", sizeof("5.1.3"));
	to->verdict.text = f->why;
}

static void
add_one(const struct bounce *b, size_t number, struct notice *n)
{
	const struct envelope *e = &b->queued->envelope;

	if (number >= e->count) {
		add_fault(b, &e->faults[number - e->count], n);
		return;
	}
	count_one(b, number, &n->tally);
	if (is_named(b, number))
		add_named(b, number, n);
	n->is_wanted |= b->always &&
	    (e->recipients[number].notify & NOTIFY_NEVER) == 0;
}

/* Those of one path, in order of number. */
static void
collect(const struct bounce *b, const size_t *numbers, size_t count,
    struct notice *n)
{
	size_t i;

	memset(n, 0, sizeof(*n));
	n->first = numbers[0];
	n->path = path_of(b->queued, numbers[0]);
	n->tally.is_over = b->is_over;
	n->about = xcalloc(count, sizeof(*n->about));
	for (i = 0; i < count; i++)
		add_one(b, numbers[i], n);
}

/* The header of the original, or as much of it as is returned whole. */
static void
read_original(struct manager *m, const struct bounce *b, bool whole,
    struct buf *out)
{
	const struct envelope *e;
	uint64_t want;
	int fd;

	e = &b->queued->envelope;
	want = e->header_size + (whole ? e->body_size : 0);
	if (want > DSN_ORIGINAL_MAX)
		want = DSN_ORIGINAL_MAX;
	fd = spool_read(m->spool, b->id);
	buf_reserve(out, (size_t)want);
	if (fd >= 0 && file_pread(fd, out->data, (size_t)want,
	    (off_t)e->length))
		out->len = (size_t)want;
	out->data[out->len] = '\0';
	file_close(&fd);
}

/* Mail for a name at this host has no mailbox here: the postmaster gets it. */
static struct slice
reader_of(const struct config *c, struct slice path)
{
	struct slice domain;

	domain = address_domain(path);
	if (c->postmaster != NULL && (domain.len == 0 ||
	    slice_is_nocase(domain, c->mailname) ||
	    slice_is_nocase(domain, "localhost")))
		return slice_from(c->postmaster);
	return path;
}

static void
print_notice(struct manager *m, const struct bounce *b,
    const struct notice *n, const char *id, struct buf *wire, size_t *header)
{
	const struct envelope *e;
	struct buf from = BUF_INIT, original = BUF_INIT;
	struct dsn d;
	bool whole;

	e = &b->queued->envelope;
	whole = b->action == DSN_FAILED && (b->is_report ?
	    e->ret == RETURN_FULL : e->ret != RETURN_HEADERS);
	read_original(m, b, whole, &original);
	buf_addf(&from, "MAILER-DAEMON@%s", m->config->mailname);
	memset(&d, 0, sizeof(d));
	d.id = id;
	d.original_id = b->id;
	d.sender = n->path;
	d.from = buf_slice(&from);
	d.reporting_mta = m->config->mailname;
	d.smarthost = b->smarthost;
	d.envid = e->envid;
	d.now = clock_wall();
	d.arrival = e->time;
	d.tally = b->is_report ? &n->tally : NULL;
	d.recipients = n->about;
	d.count = n->count;
	d.original = buf_slice(&original);
	d.headers_only = !whole;
	d.is_8bit = (e->flags & ENVELOPE_8BIT) != 0;
	dsn_print(&d, wire, header);
	buf_free(&from);
	buf_free(&original);
}

/* If a crash came between the notice and the record that it was sent, it is
 * found in the queue. */
static bool
is_queued_already(struct manager *m, const struct bounce *b,
    const struct notice *n, char id[static ID_LEN + 1])
{
	struct buf what = BUF_INIT;
	bool is;

	buf_addf(&what, "%d %zu%s", (int)b->action, n->first,
	    b->is_report ? " report" : "");
	is = notice_find(m, b->id, buf_slice(&what),
	    b->queued->envelope.uid, id);
	buf_free(&what);
	return is;
}

static void
log_notice(const struct bounce *b, const struct notice *n, const char *id,
    struct slice reader)
{
	struct buf to = BUF_INIT;

	buf_add_word(&to, reader, reader.len);
	log_info("id=%s event=%s notice=%s to=<%s> about=%zu", b->id,
	    b->is_report ? "reported" :
	    b->action == DSN_FAILED ? "bounced" : "told", id,
	    buf_string(&to), n->count);
	buf_free(&to);
}

static bool
send_notice(struct manager *m, const struct bounce *b,
    const struct notice *n)
{
	struct recipient reader;
	struct envelope e;
	struct buf wire = BUF_INIT;
	char id[ID_LEN + 1];
	size_t header;
	bool ok;

	if (is_queued_already(m, b, n, id)) {
		manager_admit(m, id);
		return true;
	}
	print_notice(m, b, n, id, &wire, &header);
	memset(&reader, 0, sizeof(reader));
	reader.addr = reader_of(m->config, n->path);
	memset(&e, 0, sizeof(e));
	e.header_size = header;
	e.body_size = wire.len - header;
	e.uid = b->queued->envelope.uid;
	e.time = clock_wall();
	e.flags = ENVELOPE_BOUNCE |
	    (b->queued->envelope.flags & ENVELOPE_8BIT);
	e.sender = SLICE("");
	e.recipients = &reader;
	e.count = 1;
	ok = notice_write(m, &e, &wire, id);
	buf_free(&wire);
	if (!ok) {
		log_error("id=%s event=bounce-not-queued error=\"%s\"", b->id,
		    strerror(errno));
		return false;
	}
	log_notice(b, n, id, reader.addr);
	manager_admit(m, id);
	return true;
}

/* Leaves out who is not to be told of. A report counts them all the same. */
static size_t
choose(const struct bounce *b, size_t *numbers)
{
	size_t i, count;

	count = 0;
	for (i = 0; i < count_of(b->queued); i++)
		if (path_of(b->queued, i).len > 0 &&
		    (b->is_report || is_named(b, i)))
			numbers[count++] = i;
	return count;
}

/* By path, then by number. */
static int
compare_paths(const void *one, const void *other, void *queued)
{
	const size_t *a = one, *b = other;
	struct slice path, its;
	int order;

	path = path_of(queued, *a);
	its = path_of(queued, *b);
	order = path.len != its.len ? (path.len > its.len) -
	    (path.len < its.len) : path.ptr == its.ptr ? 0 :
	    memcmp(path.ptr, its.ptr, path.len);
	return order != 0 ? order : (*a > *b) - (*a < *b);
}

static size_t
count_alike(const struct queued *q, const size_t *numbers, size_t count)
{
	size_t n;

	for (n = 1; n < count && slice_equal(path_of(q, numbers[n]),
	    path_of(q, numbers[0])); n++)
		;
	return n;
}

bool
bounce_send(struct manager *m, const struct bounce *b)
{
	struct notice n;
	size_t i, alike, count, *numbers;
	bool ok;

	if ((b->queued->envelope.flags & ENVELOPE_BOUNCE) != 0)
		return true;
	numbers = xcalloc(count_of(b->queued) + 1, sizeof(*numbers));
	count = choose(b, numbers);
	qsort_r(numbers, count, sizeof(*numbers), compare_paths,
	    (void *)(uintptr_t)b->queued);
	ok = true;
	for (i = 0; i < count && ok; i += alike) {
		alike = count_alike(b->queued, numbers + i, count - i);
		collect(b, numbers + i, alike, &n);
		ok = !n.is_wanted || send_notice(m, b, &n);
		free(n.about);
	}
	free(numbers);
	return ok;
}
