/*
 * Log lines, to syslog (LOG_MAIL) or to standard error. One line an event,
 * written as key=value pairs where programs read it, as a sentence where only
 * people do. Whatever a line is made of, no control character reaches the log.
 * It never decides what is worth logging and never exits.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdarg.h>
#include <stdbool.h>

/* ident stays the caller's and must outlive the last line. With to_stderr the
 * lines go there, else to syslog. Opened at once, for a confinement to come; to
 * be called again after a fork. */
void log_open(const char *ident, bool to_stderr);
/* The name that stands before each line from now on. */
void log_rename(const char *ident);

void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* LOG_CRIT: an administrator has to act, or mail stays where it is. */
void log_alarm(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Only with log_verbose(true). */
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_verbose(bool on);

#endif
