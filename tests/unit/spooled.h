/*
 * A spool in a folder of its own, a configuration that points to it, and ways
 * to put messages there and to read them back, for the units above spool/.
 */
#ifndef SPOOLED_H
#define SPOOLED_H

#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/strlist.h"
#include "config/config.h"
#include "mail/envelope.h"
#include "spool/spool.h"

#define SPOOLED_SMARTHOST \
	"smarthost \"isp\" { host = \"smtp.example.net\" port = 465 " \
	"tls = \"smtps\" }\n"

static char spooled_folder[64];
static struct spool *spooled;
static struct config *spooled_config;

/* extra: further lines of the configuration. */
static void
spooled_begin(const char *extra)
{
	struct buf text = BUF_INIT, error = BUF_INIT;

	snprintf(spooled_folder, sizeof(spooled_folder),
	    "/tmp/navette-unit-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(spooled_folder));
	buf_addf(&text, "mailname = \"web1.example.org\"\n"
	    "postmaster = \"ops@example.org\"\nspool = \"%s/spool\"\n"
	    "socket = \"%s/submit\"\naliases = \"%s/aliases\"\n%s"
	    SPOOLED_SMARTHOST, spooled_folder, spooled_folder,
	    spooled_folder, extra);
	spooled_config = config_parse(buf_slice(&text), "/nowhere/n.conf",
	    &error);
	ck_assert_msg(spooled_config != NULL, "%s", buf_string(&error));
	ck_assert_msg(spool_create(spooled_config->spool, (uid_t)-1,
	    (gid_t)-1, &error), "%s", buf_string(&error));
	spooled = spool_open(spooled_config->spool, &error);
	ck_assert_msg(spooled != NULL, "%s", buf_string(&error));
	buf_free(&text);
	buf_free(&error);
}

static void
spooled_end(void)
{
	char command[100];

	spool_close(spooled);
	config_free(spooled_config);
	snprintf(command, sizeof(command), "rm -rf '%s'", spooled_folder);
	ck_assert_int_eq(system(command), 0);
}

/* The path of a file below the folder, until the next call. */
static inline const char *
spooled_path(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", spooled_folder, name);
	return path;
}

static inline void
spooled_write(const char *name, const char *text, mode_t mode)
{
	FILE *f;

	f = fopen(spooled_path(name), "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(spooled_path(name), mode), 0);
}

static inline void
spooled_note(void *arg, const char *id)
{
	strlist_add(arg, id);
}

/* How many messages queue/ has; *first gets the ID of one, to be freed. */
static inline size_t
spooled_count(char **first)
{
	struct strlist found = STRLIST_INIT;
	size_t count;

	ck_assert(spool_each(spooled, false, spooled_note, &found));
	count = found.count;
	if (first != NULL)
		*first = count > 0 ? xstrdup(found.items[0]) : NULL;
	strlist_free(&found);
	return count;
}

/* Reads a queued message: the slices of e point into text. */
static inline void
spooled_read(const char *id, struct buf *text, struct envelope *e)
{
	const char *why;
	size_t end;
	int fd;

	buf_clear(text);
	fd = spool_read(spooled, id);
	ck_assert_int_ge(fd, 0);
	ck_assert(file_read(fd, 64u << 20, text));
	file_close(&fd);
	end = envelope_find_end(buf_slice(text));
	ck_assert_uint_gt(end, 0);
	ck_assert_msg(envelope_parse((struct slice){text->data, end}, e,
	    &why), "%s", why);
	ck_assert_uint_eq(e->header_size + e->body_size, text->len - end);
}

#endif
