/*
 * The file behind a ledger: a line for each block that is opened and for each
 * that is shut. Read once, when the ledger is opened, and written anew without
 * what is too old. It never counts.
 */
#ifndef SPOOL_LEDGER_FILE_H
#define SPOOL_LEDGER_FILE_H

#include "base/buf.h"
#include "spool/ledger.h"

/* Uses that a crash left in doubt, or that were settled at that time. */
struct ledger_use {
	enum ledger_kind kind;
	bool doubtful;
	uint32_t block;
	struct ledger_time time;	/* as it was written */
	int64_t at;			/* boot clock of now, perhaps < 0 */
	uint64_t count;
};

struct ledger_uses {
	struct ledger_use *items;
	size_t count;
};

/* Reads all uses, oldest first; now says how old they are. False with errno. */
bool ledger_file_read(struct spool *s, const char *title,
    const struct ledger_time *now, struct ledger_uses *uses);
/* Puts these lines, and no others, into the file, durably: its descriptor for
 * more, or -1 with errno. */
int ledger_file_begin(struct spool *s, const char *title,
    const struct buf *lines);
/* A line for a block: opened with count, or shut with so many used. */
void ledger_print_open(enum ledger_kind kind, uint32_t block,
    const struct ledger_time *t, uint64_t count, struct buf *out);
void ledger_print_shut(enum ledger_kind kind, uint32_t block,
    const struct ledger_time *t, uint64_t count, struct buf *out);

#endif
