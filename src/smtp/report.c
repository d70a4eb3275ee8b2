#include "smtp/report.h"

#include <string.h>

static void
transmit(struct report *r)
{
	if (!r->gone && !record_send_batch(&r->batch, r->socket))
		r->gone = true;
	r->sent = r->said;
	r->results = 0;
	r->urgent = false;
}

static void
send_record(struct report *r, enum job_record type, struct slice body)
{
	if (r->gone)
		return;
	if (!record_has_room(&r->batch, body.len))
		transmit(r);
	record_add(&r->batch, type, body, -1);
	r->said++;
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
let_go(struct report *r)
{
	if (r->held.set)
		send_verdict(r, JOB_VERDICT, &r->held.verdict);
	r->held.set = false;
}

void
report_send(struct report *r)
{
	let_go(r);
	if (r->batch.out.len > 0)
		transmit(r);
}

bool
report_is_due(const struct report *r, unsigned most)
{
	return r->urgent || r->results >= most;
}

bool
report_is_empty(const struct report *r)
{
	return !r->held.set && r->batch.out.len == 0;
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
	r->urgent = r->urgent || o->verdict.kind != VERDICT_DELIVERED;
	if (r->held.set && held->job == job && held->last + 1 == first &&
	    is_same(held, &o->verdict)) {
		held->last = last;
		return;
	}
	let_go(r);
	outcome_copy(&r->held, o);
	held->job = job;
	held->first = first;
	held->last = last;
}

void
report_done(struct report *r, uint32_t job, unsigned transactions)
{
	const struct job_end end = {job, transactions};
	struct buf body = BUF_INIT;

	let_go(r);
	job_end_print(&end, &body);
	send_record(r, JOB_DONE, buf_slice(&body));
	buf_free(&body);
}

void
report_trouble(struct report *r, const struct outcome *o)
{
	let_go(r);
	send_verdict(r, JOB_TROUBLE, &o->verdict);
	r->urgent = true;
}

void
report_bytes(struct report *r, enum job_record type, struct slice body)
{
	let_go(r);
	send_record(r, type, body);
	r->urgent = true;
}

uint64_t
report_mark(const struct report *r)
{
	return r->said + r->held.set;
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
	r->urgent = true;
}

void
report_free(struct report *r)
{
	report_send(r);
	record_batch_free(&r->batch);
	outcome_free(&r->held);
}
