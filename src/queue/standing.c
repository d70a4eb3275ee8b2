#include "queue/standing.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "spool/pacefile.h"

void
standing_recall(struct manager *m, struct account *a)
{
	struct ledger_time now;
	struct pacefile p;
	int64_t most;

	ledger_clock(&now);
	if (!pacefile_read(m->spool, a->title, &now, &p))
		return;
	a->kept_rate = p.rate;
	pace_resume(&a->pace, p.rate, now.boot);
	/* A file that was edited stops nobody for ever. */
	most = clock_add(m->config->retry_max, m->config->retry_max / 5);
	if (p.ban > most)
		p.ban = most;
	if (p.ban > 0) {
		a->kept_ban = true;
		a->failures = p.failures;
		a->paused_until = clock_add(now.boot, p.ban);
		a->stopped_since = now.boot;
		a->stopped_wall = p.stopped_wall;
		account_remember(a, &p.why);
		log_warning("smarthost=%s event=still-stopped "
		    "next-attempt=%llds", a->title,
		    (long long)(p.ban / CLOCK_SEC));
	}
	buf_free(&p.words);
}

void
standing_keep(struct manager *m, struct account *a)
{
	struct ledger_time now;
	struct pacefile p;

	ledger_clock(&now);
	memset(&p, 0, sizeof(p));
	p.rate = a->pace.rate;
	if (a->stopped_since != 0 && a->trouble.scope == SCOPE_QUOTA &&
	    a->paused_until > now.boot) {
		p.failures = a->failures;
		p.ban = a->paused_until - now.boot;
		p.stopped_wall = a->stopped_wall;
		p.why = a->trouble;
	}
	a->kept_rate = p.rate;
	a->kept_ban = p.ban > 0;
	if (!pacefile_write(m->spool, a->title, &now, &p))
		log_warning("smarthost=%s error=\"cannot keep its pace: %s\"",
		    a->title, strerror(errno));
}

void
standing_recover(struct manager *m, struct account *a)
{
	uint32_t rate = a->pace.rate, kept = a->kept_rate;

	if (a->kept_ban || (rate == 0) != (kept == 0) ||
	    rate > kept + kept / 8)
		standing_keep(m, a);
}
