#include "submit/names.h"

#include <string.h>

#include "submit/ask.h"

#define ALIASES_FILE "/etc/aliases"
#define SPOOL "/var/spool/navette"

static char *
keep(struct names *n, struct slice value)
{
	strlist_add_slice(&n->owned, value);
	return n->owned.items[n->owned.count - 1];
}

static void
take_line(struct names *n, struct slice line)
{
	unsigned long long number;
	struct slice key;

	if (!slice_cut(&line, ' ', &key) || line.len == 0 ||
	    slice_find(line, '\0') < line.len)
		return;
	if (slice_is(key, "aliases"))
		n->config.aliases = keep(n, line);
	else if (slice_is(key, "mailname"))
		n->config.mailname = keep(n, line);
	else if (slice_is(key, "postmaster"))
		n->config.postmaster = keep(n, line);
	else if (slice_is(key, "local-to-postmaster"))
		n->config.local_to_postmaster = slice_is(line, "yes");
	else if (slice_is(key, "max-size") &&
	    slice_to_number(line, UINT64_MAX, &number))
		n->config.max_size = number;
}

void
names_parse(struct names *n, struct slice answer)
{
	struct slice line;

	memset(n, 0, sizeof(*n));
	n->config.file = keep(n, slice_from(CONFIG_DEFAULT_FILE));
	n->config.spool = keep(n, SLICE(SPOOL));
	n->config.aliases = keep(n, SLICE(ALIASES_FILE));
	while (slice_cut(&answer, '\n', &line) && line.len > 0)
		take_line(n, line);
	n->is_known = n->config.mailname != NULL;
}

void
names_learn(struct names *n, int64_t within)
{
	struct buf text = BUF_INIT;

	if (!ask_lines("names\n", within, &text))
		buf_clear(&text);
	names_parse(n, buf_slice(&text));
	buf_free(&text);
}

void
names_free(struct names *n)
{
	strlist_free(&n->owned);
}
