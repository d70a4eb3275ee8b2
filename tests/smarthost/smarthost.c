/*
 * smarthost: an SMTP server that does what its script says, remembers
 * everything, and trusts nobody. For tests, the demonstration and the
 * benchmark of navette; see README.md.
 */
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>

#include "control.h"
#include "link.h"
#include "listen.h"
#include "log.h"
#include "loop.h"
#include "options.h"
#include "tls.h"

static void
on_signal(int number)
{
	(void)number;
	loop_stop();
}

static void
signals_set(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void
descriptors_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int
main(int argc, char **argv)
{
	struct bytes fingerprint = { 0 };

	if (argc >= 4 && strcmp(argv[1], "--ask") == 0)
		return control_ask(argv[2], argv + 3, argc - 3);
	options_read(argc, argv);
	signals_set();
	descriptors_raise();
	log_open();
	loop_open();
	tls_setup(&fingerprint);
	control_open();
	listen_open(&fingerprint);
	bytes_free(&fingerprint);
	loop_run(log_flush);
	link_drop_all();
	loop_close();
	log_close();
	return EX_OK;
}
