#include "mail/quota.h"

#include <string.h>

void
quota_begin(struct quota *q, uint64_t limit, int64_t span)
{
	memset(q, 0, sizeof(*q));
	q->limit = limit;
	q->span = span;
}

int64_t
quota_grain(const struct quota *q)
{
	return q->span / QUOTA_SLOTS;
}

static struct quota_slot *
slot_at(struct quota *q, size_t number)
{
	return &q->slots[(q->oldest + number) % (QUOTA_SLOTS + 1)];
}

static void
forget_old(struct quota *q, int64_t now)
{
	while (q->slot_count > 0 && slot_at(q, 0)->last <= now - q->span) {
		q->used -= slot_at(q, 0)->count;
		q->oldest = (q->oldest + 1) % (QUOTA_SLOTS + 1);
		q->slot_count--;
	}
}

uint64_t
quota_left(struct quota *q, uint64_t keep, int64_t now)
{
	uint64_t limit;

	forget_old(q, now);
	limit = q->limit > keep ? q->limit - keep : 0;
	return limit > q->used ? limit - q->used : 0;
}

int64_t
quota_again(struct quota *q, int64_t now)
{
	forget_old(q, now);
	return q->slot_count == 0 ? now : slot_at(q, 0)->last + q->span;
}

void
quota_use(struct quota *q, uint64_t n, int64_t now)
{
	struct quota_slot *s;

	forget_old(q, now);
	q->used += n;
	s = q->slot_count == 0 ? NULL : slot_at(q, q->slot_count - 1);
	/* A full ring cannot be: 257 slots of a grain each span more than the
	 * window, unless the grain is rounded down to nothing. */
	if (s == NULL || (now - s->first >= quota_grain(q) &&
	    q->slot_count <= QUOTA_SLOTS)) {
		s = slot_at(q, q->slot_count++);
		s->first = now;
		s->count = 0;
	}
	s->last = now;
	s->count += n;
}

void
quota_return(struct quota *q, uint64_t n)
{
	struct quota_slot *s;
	uint64_t part;

	while (n > 0 && q->slot_count > 0) {
		s = slot_at(q, q->slot_count - 1);
		part = n < s->count ? n : s->count;
		s->count -= part;
		q->used -= part;
		n -= part;
		if (s->count == 0)
			q->slot_count--;
	}
}
