#include "smtp/hand.h"

#include "smtp/admit.h"

void
hand_add(struct hand *h, struct letter *l)
{
	struct letter **at;

	for (at = &h->first; *at != NULL; at = &(*at)->next)
		;
	*at = l;
}

static void
drop(struct hand *h, struct letter *l)
{
	struct letter **at;

	for (at = &h->first; *at != l; at = &(*at)->next)
		;
	*at = l->next;
	report_done(h->report, l->job.number, l->counted);
	letter_free(l);
}

static struct letter *
next_of(struct hand *h, const struct session *s, bool bulk)
{
	struct letter *l, *next;

	for (l = h->first; l != NULL; l = next) {
		next = l->next;
		if (letter_is_bulk(l) != bulk)
			continue;
		if (!l->admitted)
			admit(l, s, h->report);
		if (letter_may_begin(l))
			return l;
		if (l->open == 0)
			drop(h, l);
	}
	return NULL;
}

bool
hand_has_more(const struct hand *h)
{
	const struct letter *l;

	for (l = h->first; l != NULL; l = l->next)
		if (!letter_is_bulk(l) && (!l->admitted || l->nleft > 0))
			return true;
	return false;
}

struct letter *
hand_next(struct hand *h, const struct session *s)
{
	struct letter *l;

	l = next_of(h, s, false);
	return l != NULL ? l : next_of(h, s, true);
}

static void
give_back(struct hand *h, struct letter *l, const struct outcome *untried)
{
	const struct range *r;
	size_t i;

	for (i = 0; i < l->nleft; i++)
		report_verdict(h->report, l->job.number, l->left[i],
		    l->left[i], untried);
	for (i = 0; !l->admitted && i < l->job.count; i++) {
		r = &l->job.ranges[i];
		report_verdict(h->report, l->job.number, r->first, r->last,
		    untried);
	}
	l->admitted = true;
	l->nleft = 0;
	if (l->open == 0)
		drop(h, l);
}

static void
give_rest_back(struct hand *h, struct letter *l)
{
	struct outcome untried = OUTCOME_INIT;

	outcome_say(&untried, VERDICT_UNTRIED, SCOPE_CONNECTION, STAGE_MAIL,
	    "not begun");
	give_back(h, l, &untried);
	outcome_free(&untried);
}

void
hand_release(struct hand *h, struct letter *l, bool counts)
{
	l->open--;
	l->counted += counts;
	h->report->results++;
	if (l->open == 0 && letter_is_spent(l))
		give_rest_back(h, l);
}

void
hand_give_back(struct hand *h)
{
	struct letter *l, *next;

	for (l = h->first; l != NULL; l = next) {
		next = l->next;
		if (!l->admitted || l->nleft > 0)
			give_rest_back(h, l);
	}
}
