#include "stats.h"

#include <inttypes.h>
#include <sys/resource.h>

#include "options.h"

static const char *const names[COUNTERS] = {
	[CONNECTIONS] = "connections",
	[CONNECTIONS_OPEN] = "connections_open",
	[CONNECTIONS_PEAK] = "connections_peak",
	[HANDSHAKES_FULL] = "handshakes_full",
	[HANDSHAKES_RESUMED] = "handshakes_resumed",
	[HANDSHAKES_FAILED] = "handshakes_failed",
	[LOGINS] = "logins",
	[LOGINS_FAILED] = "logins_failed",
	[AUTH_IN_CLEAR] = "auth_in_clear",
	[PASSWORDS_IN_CLEAR] = "passwords_in_clear",
	[COMMANDS] = "commands",
	[EHLOS] = "ehlos",
	[TRANSACTIONS] = "transactions",
	[MESSAGES] = "messages",
	[MESSAGES_REFUSED] = "messages_refused",
	[RECIPIENTS] = "recipients",
	[RECIPIENTS_REFUSED] = "recipients_refused",
	[BDATS] = "bdats",
	[RSETS] = "rsets",
	[NOOPS] = "noops",
	[QUITS] = "quits",
	[TURNS] = "turns",
	[BYTES_IN] = "bytes_in",
	[BYTES_OUT] = "bytes_out",
	[BARE_CR] = "bare_cr",
	[BARE_LF] = "bare_lf",
	[NULS] = "nuls",
	[LONG_LINES] = "long_lines",
	[UNDECLARED_8BIT] = "undeclared_8bit",
	[ABORTED] = "aborted",
	[AFTER_QUIT] = "after_quit",
	[UNSYNCHRONISED] = "unsynchronised",
	[EARLY] = "early",
	[BEHIND_STARTTLS] = "behind_starttls",
	[UNOFFERED] = "unoffered",
	[NESTED_MAIL] = "nested_mail",
	[RULES_USED] = "rules_used",
};

static uint64_t counters[COUNTERS];
static uint64_t first_connection, first_message, last_message, last_close;

void
stats_add(enum counter counter, uint64_t n)
{
	counters[counter] += n;
}

uint64_t
stats_get(enum counter counter)
{
	return counters[counter];
}

uint64_t
stats_opened(void)
{
	if (counters[CONNECTIONS]++ == 0)
		first_connection = now();
	counters[CONNECTIONS_OPEN]++;
	if (counters[CONNECTIONS_OPEN] > counters[CONNECTIONS_PEAK])
		counters[CONNECTIONS_PEAK] = counters[CONNECTIONS_OPEN];
	return counters[CONNECTIONS];
}

void
stats_closed(void)
{
	counters[CONNECTIONS_OPEN]--;
	last_close = now();
}

void
stats_message(void)
{
	last_message = now();
	if (counters[MESSAGES]++ == 0)
		first_message = last_message;
}

void
stats_reset(void)
{
	uint64_t open = counters[CONNECTIONS_OPEN];

	for (size_t i = 0; i < COUNTERS; i++)
		counters[i] = 0;
	counters[CONNECTIONS_OPEN] = counters[CONNECTIONS_PEAK] = open;
	first_connection = first_message = last_message = last_close = 0;
}

static void
stats_time(struct bytes *out, const char *name, uint64_t ns)
{
	bytes_format(out, ",\"%s\":%" PRIu64 ".%09" PRIu64, name,
	    ns / 1000000000U, ns % 1000000000U);
}

static uint64_t
processor_time(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) == -1)
		return 0;
	return ((uint64_t)usage.ru_utime.tv_sec +
	    (uint64_t)usage.ru_stime.tv_sec) * 1000000000U +
	    ((uint64_t)usage.ru_utime.tv_usec +
	    (uint64_t)usage.ru_stime.tv_usec) * 1000U;
}

void
stats_json(struct bytes *out)
{
	for (size_t i = 0; i < COUNTERS; i++)
		bytes_format(out, "%s\"%s\":%" PRIu64, i == 0 ? "{" : ",",
		    names[i], counters[i]);
	stats_time(out, "first_connection", first_connection);
	stats_time(out, "first_message", first_message);
	stats_time(out, "last_message", last_message);
	stats_time(out, "last_close", last_close);
	stats_time(out, "processor", processor_time());
	stats_time(out, "rtt", options.rtt);
	bytes_text(out, "}\n");
}
