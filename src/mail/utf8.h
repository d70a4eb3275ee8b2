/*
 * UTF-8 as RFC 3629 has it: shortest forms only, no surrogates, nothing above
 * U+10FFFF. It never converts and never judges what a character means.
 */
#ifndef MAIL_UTF8_H
#define MAIL_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* The octets of the character that s starts with, 0 where there is none. */
size_t utf8_length(struct slice s);
/* Whether all of s is UTF-8; ASCII is. */
bool utf8_is_valid(struct slice s);
/* Whether s has a byte above 127. */
bool utf8_has_8bit(struct slice s);

#endif
