#include "submit/smtpreply.h"

#include <sysexits.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT_MAX 400

static const struct {
	int status;
	const char *code;
} verdicts[] = {
	{EX_OK, "250 2.0.0"},
	{EX_DATAERR, "554 5.6.0"},
	{EX_USAGE, "554 5.5.4"},
	{EX_UNAVAILABLE, "552 5.3.4"},
	{EX_NOPERM, "550 5.7.1"},
};

void
smtpreply_add(int status, bool answered, struct slice text, struct buf *out)
{
	const char *code;
	size_t i;

	/* What the daemon puts off it has no room for, or the user no right
	 * to. */
	code = answered && status == EX_TEMPFAIL ? "452 4.3.1" : "451 4.3.0";
	for (i = 0; i < COUNT(verdicts); i++)
		if (verdicts[i].status == status)
			code = verdicts[i].code;
	buf_addf(out, "%s %s", code, status == EX_OK ? "Queued as " : "");
	buf_add_escaped(out, text, TEXT_MAX);
	buf_add_string(out, "\r\n");
}
