#include "mail/dsn_tally.h"

void
dsn_tally_subject(const struct dsn_tally *t, struct buf *out)
{
	size_t lost;

	lost = t->refused + t->expired + t->faults;
	buf_addf(out, "Your mail to %zu recipients ", t->recipients);
	if (!t->is_over)
		buf_addf(out, "is under way: %zu still wait%s", t->waiting,
		    t->waiting == 1 ? "s" : "");
	else if (lost == 0)
		buf_add_string(out, "is delivered");
	else
		buf_addf(out, "is done: %zu could not be delivered", lost);
}

static void
count_print(const char *name, size_t count, bool always, struct buf *out)
{
	if (always || count > 0)
		buf_addf(out, "  %-13s %6zu\r\n", name, count);
}

void
dsn_tally_print(const struct dsn_tally *t, struct buf *out)
{
	buf_addf(out, "Your message to %zu recipients is %s.\r\n\r\n",
	    t->recipients, t->is_over ? "done" : "still being delivered");
	count_print("delivered:", t->delivered, true, out);
	count_print("refused:", t->refused, true, out);
	count_print("given up:", t->expired, false, out);
	count_print("waiting:", t->waiting, !t->is_over, out);
	count_print("no address:", t->faults, false, out);
	buf_add_string(out, "\r\n");
	if (t->told > 0)
		buf_addf(out, "You have been told of %zu of the refused "
		    "before.\r\n\r\n", t->told);
	if (!t->is_over)
		buf_add_string(out, "You need not send it again. When all is "
		    "done, you will get a report if any\r\nof them failed.\r\n"
		    "\r\n");
}

void
dsn_tally_unlisted(const struct dsn_tally *t, struct buf *out)
{
	if (t->unlisted > 0)
		buf_addf(out, "%zu more are not named here.\r\n\r\n",
		    t->unlisted);
}
