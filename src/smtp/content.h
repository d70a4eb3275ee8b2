/*
 * The bytes of a message on their way from its file to the wire, in blocks and
 * in constant memory: dots stuffed for DATA (RFC 5321 4.5.2), raw for BDAT
 * (RFC 3030), made 7-bit where the server demands it. It never changes a line
 * end and never waits for a reply.
 */
#ifndef SMTP_CONTENT_H
#define SMTP_CONTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "net/stream.h"
#include "smtp/letter.h"

enum content_result {
	CONTENT_SENT,
	CONTENT_STREAM_BROKE,
	CONTENT_UNREADABLE	/* the file; errno says why */
};

/* Puts the content of an admitted letter: as DATA takes it, with the final dot,
 * or as it is. block: how long each block may take, nanoseconds. *count gets
 * the number of bytes that were put. */
enum content_result content_send(struct stream *s, const struct letter *l,
    bool dotted, int64_t block, uint64_t *count);

/* The size of the content once it is 7-bit. False with errno. */
bool content_measure_narrow(const struct letter *l, uint64_t *size);

#endif
