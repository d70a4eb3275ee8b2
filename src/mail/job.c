#include "mail/job.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void
job_print(const struct job *j, struct buf *out)
{
	const struct range *r;
	size_t i;

	buf_addf(out, "%" PRIu32 " %s %u %u %u ", j->number, j->id, j->flags,
	    j->each, j->most);
	for (i = 0; i < j->count; i++) {
		r = &j->ranges[i];
		buf_addf(out, "%s%" PRIu32, i == 0 ? "" : ",", r->first);
		if (r->last != r->first)
			buf_addf(out, "-%" PRIu32, r->last);
	}
}

/* A name that is safe as a file name, whatever else it means. */
static bool
id_take(struct slice word, char id[static ID_LEN + 1])
{
	size_t i;

	if (word.len != ID_LEN)
		return false;
	for (i = 0; i < ID_LEN; i++) {
		if (!((word.ptr[i] >= '0' && word.ptr[i] <= '9') ||
		    (word.ptr[i] >= 'A' && word.ptr[i] <= 'Z') ||
		    (word.ptr[i] >= 'a' && word.ptr[i] <= 'z')))
			return false;
		id[i] = word.ptr[i];
	}
	id[ID_LEN] = '\0';
	return true;
}

static bool
range_parse(struct slice word, struct range *r)
{
	struct slice first;
	unsigned long long a, b;

	slice_cut(&word, '-', &first);
	if (!slice_to_number(first, UINT32_MAX, &a))
		return false;
	b = a;
	if (word.ptr != NULL && !slice_to_number(word, UINT32_MAX, &b))
		return false;
	*r = (struct range){(uint32_t)a, (uint32_t)b};
	return a <= b;
}

static size_t
count_commas(struct slice text)
{
	struct slice part;
	size_t n;

	for (n = 0; slice_cut(&text, ',', &part); n++)
		;
	return n;
}

static bool
ranges_take(struct slice text, struct job *j)
{
	struct slice word;
	struct range r;

	j->ranges = xcalloc(count_commas(text), sizeof(*j->ranges));
	while (slice_cut(&text, ',', &word)) {
		if (!range_parse(word, &r))
			return false;
		if (j->count > 0 &&
		    r.first <= (uint64_t)j->ranges[j->count - 1].last + 1)
			return false;
		j->ranges[j->count++] = r;
	}
	return j->count > 0;
}

static bool
number_take(struct slice *text, unsigned *number)
{
	struct slice word;
	unsigned long long n;

	if (!slice_cut(text, ' ', &word) ||
	    !slice_to_number(word, UINT32_MAX, &n))
		return false;
	*number = (unsigned)n;
	return true;
}

bool
job_parse(struct slice text, struct job *j)
{
	struct slice word;

	memset(j, 0, sizeof(*j));
	if (!number_take(&text, &j->number) ||
	    !slice_cut(&text, ' ', &word) || !id_take(word, j->id) ||
	    !number_take(&text, &j->flags) ||
	    j->flags > (JOB_BULK | JOB_VERP) ||
	    !number_take(&text, &j->each) || !number_take(&text, &j->most))
		return false;
	if (!ranges_take(text, j)) {
		job_free(j);
		return false;
	}
	return true;
}

void
job_free(struct job *j)
{
	free(j->ranges);
	j->ranges = NULL;
	j->count = 0;
}

size_t
job_recipients(const struct job *j)
{
	size_t i, n;

	n = 0;
	for (i = 0; i < j->count; i++)
		n += (size_t)j->ranges[i].last - j->ranges[i].first + 1;
	return n;
}

void
job_end_print(const struct job_end *e, struct buf *out)
{
	buf_addf(out, "%" PRIu32 " %u", e->number, e->transactions);
}

bool
job_end_parse(struct slice text, struct job_end *e)
{
	return number_take(&text, &e->number) &&
	    number_take(&text, &e->transactions) && text.ptr == NULL;
}
