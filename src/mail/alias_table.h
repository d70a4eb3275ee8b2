/*
 * What a parsed aliases file is made of, for the two halves of mail/alias:
 * reading and expanding. Nobody else includes it.
 */
#ifndef MAIL_ALIAS_TABLE_H
#define MAIL_ALIAS_TABLE_H

#include "mail/address_set.h"
#include "mail/alias.h"
#include "mail/alias_scan.h"

struct alias_entry {
	char *name;		/* as written: a local part */
	struct alias_item *items;
	size_t count;
	size_t cap;
};

struct alias_table {
	char *file;
	char *domain;		/* NULL: none */
	struct alias_entry *entries;
	size_t count;
	size_t cap;
	struct address_set names;	/* keys, in the order of entries */
};

/* The entry of a name, compared without case and quotes, or NULL. */
const struct alias_entry *alias_find(const struct alias_table *t,
    struct slice name);

#endif
