/*
 * sendmail, mailq and newaliases: the program that others run. No set-id bit,
 * no configuration, no network: it takes the caller's wishes and message and
 * hands them to navetted.
 */
#include <sysexits.h>

#include "submit/ask.h"
#include "submit/front.h"
#include "submit/newaliases.h"
#include "submit/options.h"
#include "submit/smtpd.h"

static int (*const modes[])(const struct options *) = {
	[MODE_DELIVER] = front_deliver,
	[MODE_SMTP] = smtpd_run,
	[MODE_LIST] = ask_list,
	[MODE_FLUSH] = ask_flush,
	[MODE_ALIASES] = newaliases_run,
	[MODE_VERIFY] = front_verify,
	[MODE_DAEMON] = front_refuse,
	[MODE_UUCP] = front_refuse,
};

int
main(int argc, char **argv)
{
	struct options o = {0};
	struct buf error = BUF_INIT;
	int status = EX_USAGE;

	front_begin();
	if (options_parse(argc, argv, &o, &status, &error))
		status = modes[o.mode](&o);
	else
		front_complain(&o, buf_string(&error));
	buf_free(&error);
	options_free(&o);
	return status;
}
