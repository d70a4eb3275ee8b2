#include "queue/fair.h"

#include <stdlib.h>

#include "base/hash.h"

#define FIRST_BUCKETS 64

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

/* Users choose senders, and so names, but not where these meet: the table is
 * under a key that nobody knows. */
static struct party **
bucket(struct fair *f, uint32_t name)
{
	static uint64_t key[2];

	if (key[0] == 0) {
		hash_choose_key(key);
		key[0] |= 1;
	}
	return &f->buckets[(name * key[0] >> 32) & (f->bucket_count - 1)];
}

static struct party *
find(struct fair *f, uint32_t name)
{
	struct party *p;

	if (f->bucket_count == 0)
		return NULL;
	for (p = *bucket(f, name); p != NULL && p->name != name;
	    p = p->hash_next)
		;
	return p;
}

static void
grow(struct fair *f)
{
	struct party **old, *p, *next;
	size_t i, count;

	old = f->buckets;
	count = f->bucket_count;
	f->bucket_count = count == 0 ? FIRST_BUCKETS : count * 2;
	f->buckets = xcalloc(f->bucket_count, sizeof(struct party *));
	for (i = 0; i < count; i++)
		for (p = old[i]; p != NULL; p = next) {
			next = p->hash_next;
			p->hash_next = *bucket(f, p->name);
			*bucket(f, p->name) = p;
		}
	free(old);
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

	if (f->party_count == f->bucket_count)
		grow(f);
	f->party_count++;
	p = xcalloc(1, sizeof(*p));
	p->name = name;
	p->tail = &p->first;
	p->hash_next = *bucket(f, name);
	*bucket(f, name) = p;
	link_turn(f, p, false);
	return p;
}

static void
party_free(struct fair *f, struct party *p)
{
	struct party **at;

	unlink_turn(f, p);
	for (at = bucket(f, p->name); *at != p; at = &(*at)->hash_next)
		;
	*at = p->hash_next;
	free(p);
	if (--f->party_count > 0)
		return;
	free(f->buckets);
	f->buckets = NULL;
	f->bucket_count = 0;
}

static struct party *
party_of(struct fair *f, const struct entry *e)
{
	struct party *p;

	p = find(f, e->party);
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

	p = find(f, e->party);
	if (p == NULL)
		return false;
	for (at = &p->first; *at != NULL && *at != e; at = &(*at)->next)
		;
	if (*at == NULL)
		return false;
	take_off(f, p, at);
	return true;
}
