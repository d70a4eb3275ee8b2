#include "mail/date.h"

#include "base/clock.h"

#define MINUTE 60
#define HOUR 3600
#define DAY 86400

static const char weekdays[][4] = {
	"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"
};
static const char months[][4] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
};

struct civil {
	int64_t year;
	unsigned month;		/* 0 to 11 */
	unsigned day;		/* 1 to 31 */
};

/* Rounds towards the past also before 1970. */
static int64_t
divide(int64_t a, int64_t b)
{
	return a >= 0 ? a / b : -((b - 1 - a) / b);
}

/*
 * The Gregorian calendar repeats every 400 years of 146,097 days. Years that
 * begin in March end with the leap day, so that no month before it depends on
 * it; five such months have 153 days in turn.
 */
static struct civil
civil_from_days(int64_t days)
{
	int64_t era, left, year, month;
	struct civil c;

	days += 719468;		/* from 1970-01-01 to 0000-03-01 */
	era = divide(days, 146097);
	left = days - era * 146097;
	year = (left - left / 1460 + left / 36524 - left / 146096) / 365;
	left -= 365 * year + year / 4 - year / 100;
	month = (5 * left + 2) / 153;
	c.day = (unsigned)(left - (153 * month + 2) / 5 + 1);
	c.month = (unsigned)(month + 2) % 12;
	c.year = year + era * 400 + (c.month < 2);
	return c;
}

void
date_print(int64_t wall, int utc_offset, struct buf *out)
{
	int64_t seconds, days, rest;
	struct civil c;
	int minutes;

	seconds = divide(wall, CLOCK_SEC) + (int64_t)utc_offset * MINUTE;
	days = divide(seconds, DAY);
	rest = seconds - days * DAY;
	c = civil_from_days(days);
	minutes = utc_offset < 0 ? -utc_offset : utc_offset;
	/* 1970-01-01 was a Thursday. */
	buf_addf(out, "%s, %u %s %04d %02d:%02d:%02d %c%02d%02d",
	    weekdays[days + 4 - divide(days + 4, 7) * 7], c.day,
	    months[c.month], (int)c.year, (int)(rest / HOUR),
	    (int)(rest % HOUR / MINUTE), (int)(rest % MINUTE),
	    utc_offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}
