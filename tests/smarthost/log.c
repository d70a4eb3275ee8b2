#include "log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "options.h"

static FILE *file;
static uint64_t start;
static bool dirty;

void
log_open(void)
{
	start = now();
	if (options.log == NULL)
		return;
	file = fopen(options.log, "we");
	if (file == NULL)
		die("cannot write %s: %s", options.log, strerror(errno));
	setvbuf(file, NULL, _IOFBF, 1 << 20);
}

bool
log_is_on(void)
{
	return file != NULL && !options.digest;
}

static void
log_begin(uint64_t connection, char who)
{
	uint64_t t = (now() - start) / 1000U;

	fprintf(file, "%" PRIu64 ".%06" PRIu64 " %" PRIu64 " %c ",
	    t / 1000000U, t % 1000000U, connection, who);
	dirty = true;
}

static void
log_line(uint64_t connection, char who, const char *data, size_t n)
{
	log_begin(connection, who);
	for (size_t i = 0; i < n; i++) {
		unsigned char byte = (unsigned char)data[i];

		if (byte < 32 || byte > 126)
			fprintf(file, "\\x%02x", byte);
		else
			fputc(byte, file);
	}
	fputc('\n', file);
}

void
log_said(uint64_t connection, char who, const char *data, size_t n)
{
	if (!log_is_on())
		return;
	while (n > 0) {
		const char *lf = memchr(data, '\n', n);
		size_t whole = lf == NULL ? n : (size_t)(lf - data) + 1;
		size_t len = whole;

		if (len >= 2 && data[len - 1] == '\n' && data[len - 2] == '\r')
			len -= 2;
		log_line(connection, who, data, len);
		data += whole;
		n -= whole;
	}
}

void
log_event(uint64_t connection, const char *format, ...)
{
	va_list list;

	if (!log_is_on())
		return;
	log_begin(connection, '*');
	va_start(list, format);
	vfprintf(file, format, list);
	va_end(list);
	fputc('\n', file);
}

void
log_digest(const struct bytes *line)
{
	if (file == NULL || !options.digest)
		return;
	fwrite(line->data, 1, line->len, file);
	dirty = true;
}

void
log_sync(void)
{
	if (file != NULL && dirty)
		fflush(file);
	dirty = false;
}

void
log_flush(void)
{
	/* A digest log is read when `stats` was asked for, not while it
	 * grows: no system call a message. */
	if (!options.digest)
		log_sync();
}

void
log_truncate(void)
{
	if (file == NULL)
		return;
	fflush(file);
	if (ftruncate(fileno(file), 0) == -1)
		die("cannot empty %s: %s", options.log, strerror(errno));
	rewind(file);
}

void
log_close(void)
{
	if (file != NULL && fclose(file) != 0)
		die("cannot write %s: %s", options.log, strerror(errno));
}
