#include "queue/rivals.h"

#include <stdlib.h>
#include <string.h>

#include "queue/lane.h"

struct share {
	uint32_t party;
	uint64_t recipients, transactions;
};

struct field {
	const struct entry *list;
	const struct account *account;
	unsigned each;
	struct share *shares;	/* one for each message at first */
	size_t count, cap;
};

static uint64_t
turns(const struct entry *e, unsigned each)
{
	return ((uint64_t)e->open + each - 1) / each;
}

static bool
is_rival(const struct field *f, const struct entry *e)
{
	if (e == f->list || !e->bulk || e->lane == NULL || e->lane->held ||
	    (e->state != ENTRY_READY && e->state != ENTRY_FLYING))
		return false;
	if (e->party == f->list->party &&
	    memcmp(e->id, f->list->id, ID_LEN) > 0)
		return false;
	return lane_account(e->lane) == f->account;
}

static void
add(struct entry *e, void *arg)
{
	struct field *f = arg;

	if (!is_rival(f, e))
		return;
	if (f->count == f->cap) {
		f->cap = f->cap * 2 + 64;
		f->shares = xrealloc(f->shares, f->cap, sizeof(*f->shares));
	}
	f->shares[f->count++] = (struct share){e->party, e->open,
	    turns(e, f->each)};
}

static int
compare(const void *a, const void *b)
{
	const struct share *x = a, *y = b;

	return (x->party > y->party) - (x->party < y->party);
}

/* One for each party. */
static void
merge(struct field *f)
{
	struct share *to;
	size_t i;

	if (f->count == 0)
		return;
	qsort(f->shares, f->count, sizeof(*f->shares), compare);
	to = f->shares;
	for (i = 1; i < f->count; i++) {
		if (f->shares[i].party != to->party) {
			*++to = f->shares[i];
			continue;
		}
		to->recipients += f->shares[i].recipients;
		to->transactions += f->shares[i].transactions;
	}
	f->count = (size_t)(to - f->shares) + 1;
}

void
rivals_count(const struct entry *list, const struct account *a, unsigned each,
    struct rivals *out)
{
	struct field f = {.list = list, .account = a, .each = each};
	uint64_t rounds;
	struct share *s;
	size_t i;

	memset(out, 0, sizeof(*out));
	entry_each(add, &f);
	merge(&f);
	rounds = turns(list, each);
	for (i = 0; i < f.count; i++)
		if (f.shares[i].party == list->party)
			rounds += f.shares[i].transactions;
	for (i = 0; i < f.count; i++) {
		s = &f.shares[i];
		if (s->transactions > rounds) {
			s->recipients = s->recipients * rounds /
			    s->transactions;
			s->transactions = rounds;
		}
		out->recipients += s->recipients;
		out->transactions += s->transactions;
	}
	free(f.shares);
}
