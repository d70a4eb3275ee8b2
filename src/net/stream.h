/*
 * A connection as straight-line code sees it: bytes out, replies in, a deadline
 * for each step. Inside is one non-blocking pump that reads while it writes
 * (a server that answers early never deadlocks us), in clear or over TLS. It
 * knows nothing of SMTP but line ends, and never resolves names.
 */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct stream;
struct tls;

/* Takes over a connected socket. minimum: bytes a second below which a long
 * write counts as stalled (0: no rule). */
struct stream *stream_new(int fd, unsigned minimum);
/* The deadline (boot clock) of all that follows until it is set again. */
void stream_deadline(struct stream *s, int64_t when);

/* Queues bytes; sends once a block (16 KiB or more) is full. False: the stream
 * is broken, stream_error() says why. */
bool stream_put(struct stream *s, const void *data, size_t len);
/* Sends what is queued. */
bool stream_flush(struct stream *s);
/* What has come in and not been taken; may be empty. */
struct slice stream_input(const struct stream *s);
/* Waits for more input, flushing first. False at EOF, error or deadline. */
bool stream_fill(struct stream *s);
/* Takes n bytes off the input. */
void stream_take(struct stream *s, size_t n);
/* Whether bytes can be read without waiting: reads once, does not block. */
bool stream_poll(struct stream *s);
/* Waits until input comes, other_fd is readable or until; for an idle agent.
 * 1: input or EOF on the stream, 2: other_fd, 0: the time is over. */
int stream_wait(struct stream *s, int other_fd, int64_t until);

/* Starts TLS as a client on what was clear so far; whatever was read before is
 * thrown away. False with stream_error(). tls stays the caller's and must live
 * as long as the stream. */
bool stream_start_tls(struct stream *s, struct tls *tls);

/* A sentence about what broke it: "connection closed by the server", "no
 * answer within 300 s", "certificate is for ..."; "" when nothing did. */
const char *stream_error(const struct stream *s);
/* Whether the failure was of TLS trust (certificate, name, chain, pin). */
bool stream_is_untrusted(const struct stream *s);
/* Closes without ceremony and frees. */
void stream_free(struct stream *s);

/* Counters for logs and tests. */
struct stream_counts {
	uint64_t sent, received, writes, reads, turns;
};
struct stream_counts stream_counts(const struct stream *s);

#endif
