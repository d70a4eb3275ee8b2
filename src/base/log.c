#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "base/buf.h"

/* Longer than any line we write on purpose; syslog cuts at 8 KiB anyway. */
#define LINE_MAX_BYTES 7000

static const char *log_ident = "navette";
static bool log_stderr = true;
static bool log_chatty;
static int log_pid;

void
log_open(const char *ident, bool to_stderr)
{
	log_ident = ident;
	log_stderr = to_stderr;
	log_pid = (int)getpid();
	if (!to_stderr)
		openlog(ident, LOG_PID | LOG_NDELAY, LOG_MAIL);
}

void
log_rename(const char *ident)
{
	log_open(ident, log_stderr);
}

void
log_verbose(bool on)
{
	log_chatty = on;
}

/* UTF-8 stays readable; what could move a cursor or start a line does not. */
static void
replace_controls(struct buf *line)
{
	size_t i;
	unsigned char c;

	for (i = 0; i < line->len; i++) {
		c = (unsigned char)line->data[i];
		if (c < 0x20 || c == 0x7f)
			line->data[i] = '?';
	}
	if (line->len > LINE_MAX_BYTES) {
		line->len = LINE_MAX_BYTES;
		line->data[line->len] = '\0';
	}
}

static void
write_stderr(struct buf *line)
{
	struct buf out = BUF_INIT;

	if (log_pid == 0)
		log_pid = (int)getpid();
	buf_addf(&out, "%s[%d]: %s\n", log_ident, log_pid, buf_string(line));
	/* One write, so that lines of several processes do not mix; a closed
	 * standard error is no reason to stop. */
	if (write(STDERR_FILENO, out.data, out.len) < 0)
		log_stderr = true;
	buf_free(&out);
}

static void __attribute__((format(printf, 2, 0)))
log_put(int priority, const char *fmt, va_list ap)
{
	struct buf line = BUF_INIT;
	int saved;

	saved = errno;
	buf_vaddf(&line, fmt, ap);
	replace_controls(&line);
	if (log_stderr)
		write_stderr(&line);
	else
		syslog(LOG_MAIL | priority, "%s", buf_string(&line));
	buf_free(&line);
	errno = saved;
}

#define LOG_FUNCTION(name, priority)	\
void					\
name(const char *fmt, ...)		\
{					\
	va_list ap;			\
					\
	va_start(ap, fmt);		\
	log_put(priority, fmt, ap);	\
	va_end(ap);			\
}

LOG_FUNCTION(log_info, LOG_INFO)
LOG_FUNCTION(log_warning, LOG_WARNING)
LOG_FUNCTION(log_error, LOG_ERR)
LOG_FUNCTION(log_alarm, LOG_CRIT)

void
log_debug(const char *fmt, ...)
{
	va_list ap;

	if (!log_chatty)
		return;
	va_start(ap, fmt);
	log_put(LOG_DEBUG, fmt, ap);
	va_end(ap);
}
