#include "queue/fair.h"

#include <stdlib.h>

struct party {
	struct party *hash_next;
	struct party *prev, *next;	/* whose turn is before and after */
	uint32_t name;
	struct entry *first, **tail;
};

uint32_t
fair_party(uint32_t uid, struct slice sender)
{
	unsigned char c;
	uint32_t hash;
	size_t i;

	hash = 2166136261u ^ uid;
	for (i = 0; i < sender.len; i++) {
		c = (unsigned char)sender.ptr[i];
		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c + ('a' - 'A'));
		hash = (hash ^ c) * 16777619u;
	}
	return hash;
}

static struct party **
find(struct fair *f, uint32_t name)
{
	struct party **at;

	for (at = &f->buckets[name % FAIR_BUCKETS]; *at != NULL &&
	    (*at)->name != name; at = &(*at)->hash_next)
		;
	return at;
}

static void
unlink_turn(struct fair *f, struct party *p)
{
	*(p->prev == NULL ? &f->first : &p->prev->next) = p->next;
	*(p->next == NULL ? &f->last : &p->next->prev) = p->prev;
	p->prev = p->next = NULL;
}

static void
link_turn(struct fair *f, struct party *p, bool front)
{
	p->prev = front ? NULL : f->last;
	p->next = front ? f->first : NULL;
	*(p->prev == NULL ? &f->first : &p->prev->next) = p;
	*(p->next == NULL ? &f->last : &p->next->prev) = p;
}

static struct party *
party_new(struct fair *f, uint32_t name)
{
	struct party *p;

	p = xcalloc(1, sizeof(*p));
	p->name = name;
	p->tail = &p->first;
	p->hash_next = f->buckets[name % FAIR_BUCKETS];
	f->buckets[name % FAIR_BUCKETS] = p;
	link_turn(f, p, false);
	return p;
}

static void
party_free(struct fair *f, struct party *p)
{
	unlink_turn(f, p);
	*find(f, p->name) = p->hash_next;
	free(p);
}

static struct party *
party_of(struct fair *f, const struct entry *e)
{
	struct party *p;

	p = *find(f, e->party);
	return p != NULL ? p : party_new(f, e->party);
}

static void
put_first(struct fair *f, struct party *p, struct entry *e)
{
	f->count++;
	e->next = p->first;
	if (p->first == NULL)
		p->tail = &e->next;
	p->first = e;
}

void
fair_add(struct fair *f, struct entry *e, bool front)
{
	struct party *p;

	p = party_of(f, e);
	if (!front) {
		f->count++;
		e->next = NULL;
		*p->tail = e;
		p->tail = &e->next;
		return;
	}
	put_first(f, p, e);
	if (p->tail != &e->next)
		return;
	/* It was the party's only one: as it had the last turn, so the next. */
	unlink_turn(f, p);
	link_turn(f, p, true);
}

void
fair_resume(struct fair *f, struct entry *e)
{
	put_first(f, party_of(f, e), e);
}

struct entry *
fair_peek(const struct fair *f)
{
	return f->first == NULL ? NULL : f->first->first;
}

static void
take_off(struct fair *f, struct party *p, struct entry **at)
{
	struct entry *e;

	e = *at;
	*at = e->next;
	if (e->next == NULL)
		p->tail = at;
	e->next = NULL;
	f->count--;
	if (p->first == NULL)
		party_free(f, p);
}

struct entry *
fair_take(struct fair *f)
{
	struct party *p;
	struct entry *e;

	p = f->first;
	if (p == NULL)
		return NULL;
	e = p->first;
	unlink_turn(f, p);
	link_turn(f, p, false);
	take_off(f, p, &p->first);
	return e;
}

bool
fair_withdraw(struct fair *f, struct entry *e)
{
	struct entry **at;
	struct party *p;

	p = *find(f, e->party);
	if (p == NULL)
		return false;
	for (at = &p->first; *at != NULL && *at != e; at = &(*at)->next)
		;
	if (*at == NULL)
		return false;
	take_off(f, p, at);
	return true;
}
