#include "submit/newaliases.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/file.h"
#include "config/config.h"
#include "mail/alias.h"
#include "submit/aliases.h"
#include "submit/ask.h"
#include "submit/front.h"
#include "submit/names.h"

#define SIZE_LIMIT ((size_t)16 << 20)

struct check {
	const struct options *options;
	struct names names;
	size_t complaints;
};

static void
complain(void *arg, const char *file, unsigned line, const char *what)
{
	struct check *c = arg;
	struct buf text = BUF_INIT;

	buf_addf(&text, "%s:%u: %s", file, line, what);
	front_complain(c->options, buf_string(&text));
	buf_free(&text);
	c->complaints++;
}

/* aliases_include() looks at the places that a list may not be in. */
static bool
include(void *arg, const char *path, struct buf *text, const char **why)
{
	struct check *c = arg;

	return aliases_include(&c->names.config, path, text, why);
}

/* For who typed it, and who asks; scripts expect silence. */
static void
praise(const struct check *c, const char *file)
{
	struct buf line = BUF_INIT;

	if ((c->options->wish.flags & SUBMIT_VERBOSE) != 0 ||
	    isatty(STDOUT_FILENO)) {
		buf_addf(&line, "%s is in order\n", file);
		(void)front_print(buf_slice(&line));
	}
	buf_free(&line);
}

static int
check_text(struct check *c, const char *file, struct slice text)
{
	struct alias_table *table;

	table = alias_parse(text, file, complain, c);
	if (c->names.config.mailname != NULL)
		alias_set_domain(table, c->names.config.mailname);
	alias_check(table, include, complain, c);
	alias_free(table);
	if (c->complaints == 0)
		praise(c, file);
	return c->complaints == 0 ? EX_OK : EX_DATAERR;
}

int
newaliases_run(const struct options *o)
{
	struct buf text = BUF_INIT, error = BUF_INIT;
	struct check c = {.options = o};
	const char *file;
	int status;

	names_learn(&c.names, ASK_PATIENCE);
	file = o->aliases != NULL ? o->aliases : c.names.config.aliases;
	if (file_read_path(file, SIZE_LIMIT, &text, NULL) || errno == ENOENT)
		status = check_text(&c, file, buf_slice(&text));
	else {
		buf_addf(&error, "cannot read %s: %s", file,
		    strerror(errno));
		front_complain(o, buf_string(&error));
		status = EX_NOINPUT;
	}
	names_free(&c.names);
	buf_free(&text);
	buf_free(&error);
	return status;
}
