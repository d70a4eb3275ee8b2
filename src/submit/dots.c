#include "submit/dots.h"

/* An ordinary character, or one behind a "." or a CR that were no end. */
static void
add_text(struct dots *d, char c, struct buf *out)
{
	bool ends;

	ends = c == '\n' && (d->lf_only || d->state == DOTS_CR);
	buf_add_char(out, c);
	if (ends)
		d->state = DOTS_LINE;
	else
		d->state = c == '\r' ? DOTS_CR : DOTS_TEXT;
}

static void
add_one(struct dots *d, char c, struct buf *out)
{
	if (d->state == DOTS_LINE && c == '.')
		d->state = DOTS_DOT;
	else if (d->state == DOTS_DOT && c == '\r')
		d->state = DOTS_DOT_CR;
	else if (c == '\n' && (d->state == DOTS_DOT_CR ||
	    (d->state == DOTS_DOT && d->lf_only)))
		d->state = DOTS_END;
	else {
		if (d->state == DOTS_DOT_CR) {
			buf_add_char(out, '\r');
			d->state = DOTS_CR;
		}
		add_text(d, c, out);
	}
}

/* The length of the run at the start of in that holds no line end. */
static size_t
plain_length(struct slice in)
{
	size_t n;

	n = 0;
	while (n < in.len && in.ptr[n] != '\r' && in.ptr[n] != '\n')
		n++;
	return n;
}

size_t
dots_add(struct dots *d, struct slice in, struct buf *out)
{
	size_t at, run;

	at = 0;
	while (at < in.len && d->state != DOTS_END) {
		run = d->state != DOTS_TEXT ? 0 : plain_length((struct slice){
		    in.ptr + at, in.len - at});
		buf_add(out, in.ptr + at, run);
		at += run;
		if (at < in.len)
			add_one(d, in.ptr[at++], out);
	}
	return at;
}
