#include "smtp/report.h"

#include <string.h>

#include "base/record.h"

static void
send_record(struct report *r, enum job_record type, struct slice body)
{
	if (!r->gone && !record_send(r->socket, type, body, -1))
		r->gone = true;
}

static void
send_verdict(struct report *r, enum job_record type, const struct verdict *v)
{
	struct buf line = BUF_INIT;

	verdict_print(v, &line);
	send_record(r, type, buf_slice(&line));
	buf_free(&line);
}

static void
flush(struct report *r)
{
	if (r->held.set)
		send_verdict(r, JOB_VERDICT, &r->held.verdict);
	r->held.set = false;
}

static bool
is_same(const struct verdict *a, const struct verdict *b)
{
	return a->kind == b->kind && a->scope == b->scope &&
	    a->stage == b->stage && a->code == b->code &&
	    strcmp(a->enhanced, b->enhanced) == 0 &&
	    slice_equal(a->text, b->text);
}

void
report_verdict(struct report *r, uint32_t job, uint32_t first, uint32_t last,
    const struct outcome *o)
{
	struct verdict *held;

	held = &r->held.verdict;
	if (r->held.set && held->job == job && held->last + 1 == first &&
	    is_same(held, &o->verdict)) {
		held->last = last;
		return;
	}
	flush(r);
	outcome_copy(&r->held, o);
	held->job = job;
	held->first = first;
	held->last = last;
}

void
report_done(struct report *r, uint32_t job)
{
	struct buf number = BUF_INIT;

	flush(r);
	buf_addf(&number, "%u", job);
	send_record(r, JOB_DONE, buf_slice(&number));
	buf_free(&number);
}

void
report_trouble(struct report *r, const struct outcome *o)
{
	flush(r);
	send_verdict(r, JOB_TROUBLE, &o->verdict);
}

void
report_bytes(struct report *r, enum job_record type, struct slice body)
{
	flush(r);
	send_record(r, type, body);
}

void
report_pace(struct report *r, unsigned jobs)
{
	struct buf number = BUF_INIT;

	if (jobs == r->pace)
		return;
	r->pace = jobs;
	buf_addf(&number, "%u", jobs);
	send_record(r, JOB_PACE, buf_slice(&number));
	buf_free(&number);
}

void
report_free(struct report *r)
{
	flush(r);
	outcome_free(&r->held);
}
