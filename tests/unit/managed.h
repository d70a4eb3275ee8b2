/*
 * A manager without processes around it, over a spool of its own: its accounts
 * and lanes are as the configuration says, messages can be queued and given a
 * history, and nobody delivers them. For the units of queue/.
 */
#ifndef MANAGED_H
#define MANAGED_H

#include "spooled.h"

#include "base/clock.h"
#include "base/log.h"
#include "queue/account.h"
#include "queue/lane.h"
#include "queue/manager.h"
#include "queue/queued.h"
#include "queue/users.h"
#include "spool/id.h"
#include "spool/journal.h"

static struct manager managed;

static inline void
managed_tell(uint32_t uid, bool over)
{
	(void)uid;
	(void)over;
}

static void
managed_begin(const char *extra)
{
	log_open("manager", true);
	spooled_begin(extra);
	managed = (struct manager){
		.config = spooled_config,
		.spool = spooled,
		.loop = loop_new(),
		.launcher = -1,
		.control = -1,
		.sync_due = CLOCK_NEVER,
	};
	users_begin(spooled_config, managed_tell);
	accounts_configure(&managed);
	lanes_configure(&managed);
}

/* Puts a message into the spool and makes it known; words is its body. */
static inline struct entry *
managed_queue(const struct envelope *like, const char *words)
{
	static char id[ID_LEN + 1];
	struct buf all = BUF_INIT;
	struct envelope e = *like;
	int fd;

	id_new(id);
	e.header_size = 2;
	e.body_size = strlen(words);
	envelope_print(&e, &all);
	buf_add_string(&all, "\r\n");
	buf_add_string(&all, words);
	fd = spool_begin(spooled, id);
	ck_assert_int_ge(fd, 0);
	ck_assert(file_write(fd, all.data, all.len));
	ck_assert(spool_commit(spooled, id, &fd));
	buf_free(&all);
	manager_admit(&managed, id);
	ck_assert_ptr_nonnull(entry_find(id));
	return entry_find(id);
}

/* What its journal remembers: a verdict for some of its recipients. */
static inline void
managed_note(const struct entry *of, const struct verdict *v)
{
	struct journal_entry e = {.time = clock_wall(),
	    .what = JOURNAL_VERDICT, .verdict = *v};
	struct journal *j;

	j = journal_open(spooled, entry_id(of).text, 1);
	ck_assert_ptr_nonnull(j);
	ck_assert(journal_add(j, &e));
	ck_assert(journal_sync(j));
	journal_close(j);
	entry_find(entry_id(of).text)->journal = true;
}

#endif
