/*
 * Whether a word of the configuration can be the name of something: a host, an
 * address, an account. Stricter than the standards where only a slip of the
 * pen would differ. It never looks a name up.
 */
#ifndef CONFIG_NAME_H
#define CONFIG_NAME_H

#include <stdbool.h>

#include "base/buf.h"

/* A DNS name: letters, digits, hyphens, underscores, no empty part. */
bool name_is_domain(struct slice s);
/* An IPv4 or IPv6 address without brackets. */
bool name_is_ip(struct slice s);
/* s without the brackets around it, if there are any. */
struct slice name_without_brackets(struct slice s);
/* What EHLO takes besides a name (RFC 5321 4.1.3): [192.0.2.1],
 * [IPv6:2001:db8::1]. */
bool name_is_address_literal(struct slice s);
/* local@domain, nothing quoted. */
bool name_is_address(struct slice s);
/* A user or a group of the system. */
bool name_is_account(struct slice s);

#endif
