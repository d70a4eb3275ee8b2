#include "queue/embargo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "mail/address.h"
#include "queue/fair.h"
#include "spool/state.h"

#define FILE_NAME "held"
#define FILE_MAX ((size_t)4 << 20)
/* Of one user, and of all; each message that becomes ready is compared. */
#define OWNER_MAX 20
#define ALL_MAX 1000

static struct embargo *holds;
static size_t count;

static void
append(bool is_lane, char *name, uint32_t by, bool by_admin, int64_t since)
{
	holds = xrealloc(holds, count + 1, sizeof(*holds));
	holds[count++] = (struct embargo){is_lane, name, by, by_admin, since};
}

/* "lane|sender UID admin|owner TIME NAME" */
static bool
read_line(struct slice line)
{
	struct slice kind, uid, who, time;
	unsigned long long by, since;
	struct buf name = BUF_INIT;

	if (!slice_cut(&line, ' ', &kind) || !slice_cut(&line, ' ', &uid) ||
	    !slice_cut(&line, ' ', &who) || !slice_cut(&line, ' ', &time) ||
	    !slice_to_number(uid, UINT32_MAX, &by) ||
	    !slice_to_number(time, INT64_MAX, &since) ||
	    !buf_add_unescaped(&name, line)) {
		buf_free(&name);
		return false;
	}
	append(slice_is(kind, "lane"), xstrdup(buf_string(&name)),
	    (uint32_t)by, slice_is(who, "admin"), (int64_t)since);
	buf_free(&name);
	return true;
}

bool
embargo_begin(struct manager *m)
{
	struct buf text = BUF_INIT;
	struct slice rest, line;
	bool ok;

	ok = state_read(m->spool, FILE_NAME, FILE_MAX, &text);
	rest = buf_slice(&text);
	while (ok && slice_cut(&rest, '\n', &line))
		if (line.len > 0 && !read_line(line))
			log_error("event=hold-unreadable error=\"a line of "
			    "state/" FILE_NAME " makes no sense\"");
	buf_free(&text);
	return ok;
}

static bool
write_all(struct manager *m)
{
	struct buf text = BUF_INIT;
	const struct embargo *h;
	int fd;

	for (h = holds; h < holds + count; h++) {
		buf_addf(&text, "%s %lu %s %lld ",
		    h->is_lane ? "lane" : "sender", (unsigned long)h->by,
		    h->by_admin ? "admin" : "owner", (long long)h->since);
		buf_add_escaped(&text, slice_from(h->name), ADDRESS_MAX);
		buf_add_char(&text, '\n');
	}
	fd = state_replace(m->spool, FILE_NAME, &text);
	buf_free(&text);
	if (fd < 0)
		return false;
	file_close(&fd);
	return true;
}

/* By the party, which an entry has in memory: whose sender collides with
 * another one can only be the same submitter's. */
bool
embargo_covers(const struct entry *e)
{
	const struct embargo *h;

	for (h = holds; h < holds + count; h++)
		if (!h->is_lane && (h->by_admin || h->by == e->uid) &&
		    fair_party(e->uid, slice_from(h->name)) == e->party)
			return true;
	return false;
}

bool
embargo_has_lane(const char *name)
{
	const struct embargo *h;

	for (h = holds; h < holds + count; h++)
		if (h->is_lane && strcmp(h->name, name) == 0)
			return true;
	return false;
}

static bool
is_named(const struct embargo *h, bool is_lane, const char *name)
{
	return h->is_lane == is_lane && (is_lane ?
	    strcmp(h->name, name) == 0 :
	    slice_equal_nocase(slice_from(h->name), slice_from(name)));
}

static bool
is_there(const struct asker *a, bool is_lane, const char *name)
{
	const struct embargo *h;

	for (h = holds; h < holds + count; h++)
		if (is_named(h, is_lane, name) && h->by_admin == a->is_admin &&
		    (h->by_admin || h->by == a->uid))
			return true;
	return false;
}

static bool
has_room(const struct asker *a)
{
	const struct embargo *h;
	size_t own;

	own = 0;
	for (h = holds; h < holds + count; h++)
		own += !h->by_admin && h->by == a->uid;
	return a->is_admin || (own < OWNER_MAX && count < ALL_MAX);
}

int
embargo_add(struct manager *m, const struct asker *a, bool is_lane,
    const char *name, const char **why)
{
	if (is_there(a, is_lane, name))
		return EX_OK;
	if (strlen(name) > ADDRESS_MAX) {
		*why = "no address is as long";
		return EX_DATAERR;
	}
	if (!has_room(a)) {
		*why = "too many senders are held already: release some";
		return EX_UNAVAILABLE;
	}
	append(is_lane, xstrdup(name), (uint32_t)a->uid, a->is_admin,
	    clock_wall());
	if (write_all(m))
		return EX_OK;
	*why = strerror(errno);
	free(holds[--count].name);
	return EX_IOERR;
}

static bool
may_drop(const struct asker *a, const struct embargo *h)
{
	return a->is_admin || (!h->by_admin && h->by == a->uid);
}

/* The others, in their order, go into fresh, which has room for all; how many
 * these are. */
static size_t
keep_others(const struct asker *a, bool is_lane, const char *name,
    struct embargo *fresh)
{
	size_t i, kept;

	for (i = kept = 0; i < count; i++)
		if (!is_named(&holds[i], is_lane, name) ||
		    !may_drop(a, &holds[i]))
			fresh[kept++] = holds[i];
	return kept;
}

static void
free_dropped(const struct asker *a, bool is_lane, const char *name,
    struct embargo *old, size_t old_count)
{
	size_t i;

	for (i = 0; i < old_count; i++)
		if (is_named(&old[i], is_lane, name) && may_drop(a, &old[i]))
			free(old[i].name);
	free(old);
}

/* Why nothing was dropped. */
static int
refuse_drop(bool is_lane, const char *name, const char **why)
{
	const struct embargo *h;

	for (h = holds; h < holds + count; h++)
		if (is_named(h, is_lane, name) && h->by_admin) {
			*why = "is held by an administrator";
			return EX_NOPERM;
		}
	*why = "is not held";
	return EX_NOINPUT;
}

int
embargo_drop(struct manager *m, const struct asker *a, bool is_lane,
    const char *name, const char **why)
{
	struct embargo *old = holds;
	size_t old_count = count;
	struct embargo *fresh = xcalloc(count + 1, sizeof(*fresh));

	count = keep_others(a, is_lane, name, fresh);
	holds = fresh;
	if (count < old_count && write_all(m)) {
		free_dropped(a, is_lane, name, old, old_count);
		return EX_OK;
	}
	*why = strerror(errno);
	free(holds);
	holds = old;
	if (count == old_count)
		return refuse_drop(is_lane, name, why);
	count = old_count;
	return EX_IOERR;
}

const struct embargo *
embargo_next(const struct asker *a, size_t *at)
{
	const struct embargo *h;

	while (*at < count) {
		h = &holds[(*at)++];
		if (h->is_lane || a->is_admin || h->by == a->uid)
			return h;
	}
	return NULL;
}
