/*
 * Base64 (RFC 4648 4) as SASL needs it: written on one line, read strictly.
 * It never skips a byte that does not belong.
 */
#ifndef NET_BASE64_H
#define NET_BASE64_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends data in base64; makes room once, so that no copy stays behind. */
void base64_encode(struct slice data, struct buf *out);
/* Appends what text stands for. False for anything but whole groups of four,
 * padded at the end and with no bit too many; out may have grown then. */
bool base64_decode(struct slice text, struct buf *out);

#endif
