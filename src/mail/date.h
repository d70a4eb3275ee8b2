/*
 * Dates as mail writes them (RFC 5322 section 3.3), computed without the C
 * library's calendar: no TZ, no locale, no file is looked at. It never asks for
 * the time.
 */
#ifndef MAIL_DATE_H
#define MAIL_DATE_H

#include <stdint.h>

#include "base/buf.h"

/* Appends "Fri, 21 Nov 2026 12:00:00 +0100": wall is in nanoseconds since 1970,
 * utc_offset in minutes east of Greenwich. */
void date_print(int64_t wall, int utc_offset, struct buf *out);

#endif
