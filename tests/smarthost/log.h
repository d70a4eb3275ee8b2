/*
 * The transcript: what each side said, with connection and time; or, with
 * --digest, nothing but a line for each message.
 */
#ifndef SMARTHOST_LOG_H
#define SMARTHOST_LOG_H

#include "bytes.h"

void log_open(void);

/* Is a transcript kept? */
bool log_is_on(void);
void log_said(uint64_t connection, char who, const char *data, size_t n);
void log_event(uint64_t connection, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A line for a message; only with --digest. */
void log_digest(const struct bytes *line);

/* At the end of a turn; a digest log waits for log_sync. */
void log_flush(void);
void log_sync(void);
void log_truncate(void);
void log_close(void);

#endif
