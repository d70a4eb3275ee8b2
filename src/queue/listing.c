#include "queue/listing.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "queue/embargo.h"
#include "queue/lane.h"
#include "queue/queued.h"

#define ADDRESS_SHOWN 320

void
listing_date(int64_t wall, struct buf *out)
{
	char text[64];
	struct tm parts;
	time_t when;

	when = (time_t)(wall / CLOCK_SEC);
	if (localtime_r(&when, &parts) != NULL &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts) > 0)
		buf_add_string(out, text);
}

void
listing_wait(int64_t until, struct buf *out)
{
	int64_t left;

	left = (until - clock_boot()) / CLOCK_SEC;
	if (left <= 0)
		buf_add_string(out, "now");
	else if (left < 120)
		buf_addf(out, "in %llds", (long long)left);
	else if (left < 7200)
		buf_addf(out, "in %lldm", (long long)(left / 60));
	else
		buf_addf(out, "in %lldh", (long long)(left / 3600));
}

static void
print_state(const struct entry *e, struct buf *out)
{
	switch (e->jobs > 0 && e->state == ENTRY_READY ? ENTRY_FLYING :
	    (enum entry_state)e->state) {
	case ENTRY_WAITING:
		if (e->lane->held || embargo_covers(e)) {
			buf_addf(out, "held with its %s",
			    e->lane->held ? "lane" : "sender");
			break;
		}
		buf_addf(out, "attempt %u ", e->attempts + 1u);
		listing_wait(e->due, out);
		break;
	case ENTRY_READY:
		buf_add_string(out, e->lane->held ? "held with its lane" :
		    !lane_is_open(e->lane) ?
		    "waits for its smarthost" : e->lane->used_up ?
		    "waits for the quota" : "ready");
		break;
	case ENTRY_FLYING:
		buf_add_string(out, "being delivered");
		break;
	case ENTRY_HELD:
		buf_add_string(out, e->parked ? "held with its sender" :
		    e->by_admin ? "held by an administrator" : "held");
		break;
	case ENTRY_BROKEN:
		buf_add_string(out, "its file cannot be read");
		break;
	case ENTRY_UNREAD:
		buf_add_string(out, "not looked at yet");
		break;
	}
}

static void
print_recipient(const struct queued *q, size_t number, struct buf *out)
{
	const struct outcome *o;

	buf_add_string(out, "     ");
	buf_add_escaped(out, q->envelope.recipients[number].addr,
	    ADDRESS_SHOWN);
	buf_add_char(out, '\n');
	o = queued_outcome(q, number);
	if (o == NULL)
		return;
	buf_addf(out, "       %s at %s: ", verdict_kind_name(o->verdict.kind),
	    verdict_stage_name(o->verdict.stage));
	if (o->verdict.code != 0)
		buf_addf(out, "%d ", o->verdict.code);
	buf_add_escaped(out, o->verdict.text, VERDICT_TEXT_MAX);
	buf_add_char(out, '\n');
}

static void
print_message(const struct queued *q, const char *id, const struct entry *e,
    struct buf *out)
{
	uint64_t size;
	size_t i;

	size = q->envelope.header_size + q->envelope.body_size;
	buf_addf(out, " %s %8llu  ", id, (unsigned long long)size);
	listing_date(q->envelope.time, out);
	buf_add_string(out, "  <");
	buf_add_escaped(out, q->envelope.sender, ADDRESS_SHOWN);
	buf_add_string(out, ">  ");
	if (e != NULL)
		print_state(e, out);
	else
		buf_add_string(out, "failed: could not be delivered nor "
		    "returned");
	buf_add_char(out, '\n');
	for (i = 0; i < q->envelope.count; i++)
		if (e == NULL || queued_is_open(q, i))
			print_recipient(q, i, out);
}

void
listing_entry(struct manager *m, const struct entry *e, struct buf *out)
{
	struct id_text id;
	struct queued q;
	const char *why;

	id = entry_id(e);
	if (!queued_load(m->spool, id.text, QUEUED_WAITING, &q, NULL, &why)) {
		buf_addf(out, " %s  %s\n", id.text, why);
		return;
	}
	print_message(&q, id.text, e, out);
	queued_free(&q);
}

void
listing_failed(struct manager *m, const char *id, struct buf *out)
{
	struct queued q;
	const char *why;

	if (!queued_load(m->spool, id, QUEUED_FAILED, &q, NULL, &why)) {
		buf_addf(out, " %s  %s\n", id, why);
		return;
	}
	print_message(&q, id, NULL, out);
	queued_free(&q);
}
