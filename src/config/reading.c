#include "config/reading.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "config/keys.h"

void
reading_add(struct reading *r, const struct key *key, int section,
    unsigned line, const char *value)
{
	if (r->count == r->cap) {
		r->cap = r->cap == 0 ? 32 : r->cap * 2;
		r->said = xrealloc(r->said, r->cap, sizeof(*r->said));
	}
	r->said[r->count++] = (struct said){key, section, line,
	    xstrdup(value)};
}

const struct said *
reading_find(const struct reading *r, int section, const char *name)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		if (r->said[i].section == section &&
		    strcmp(r->said[i].key->name, name) == 0)
			return &r->said[i];
	return NULL;
}

unsigned
reading_line(const struct reading *r, int section, const char *name)
{
	const struct said *said;

	said = reading_find(r, section, name);
	return said == NULL ? 0 : said->line;
}

void
reading_free(struct reading *r)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		free(r->said[i].value);
	free(r->said);
	r->said = NULL;
	r->count = r->cap = 0;
}

void
reading_complain(struct reading *r, unsigned line, const char *fmt, ...)
{
	va_list ap;

	r->has_failed = true;
	buf_addf(r->errors, "%s:", r->file);
	if (line > 0)
		buf_addf(r->errors, "%u:", line);
	buf_add_char(r->errors, ' ');
	va_start(ap, fmt);
	buf_vaddf(r->errors, fmt, ap);
	va_end(ap);
	buf_add_char(r->errors, '\n');
}
