/*
 * A connection as straight-line code sees it: bytes out, replies in, a deadline
 * for each step. Inside is one non-blocking pump that reads while it writes
 * (a server that answers early never deadlocks us), in clear or over TLS. It
 * knows nothing of SMTP and never resolves names.
 */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct stream;
struct tls;

/* Unread input that ends a stream_fill(): nobody is owed that much. While it
 * writes, the pump stops reading there and leaves the rest to the kernel. */
#define STREAM_UNREAD_MAX 65536
/* What goes out at once: one TLS record's worth. */
#define STREAM_BLOCK 16384

/* Takes over a connected socket and makes it non-blocking. minimum: bytes a
 * second below which a write counts as stalled that has had to wait for 30 s
 * (0: no rule). */
struct stream *stream_new(int fd, unsigned minimum);
/* The deadline (boot clock) of all that follows until it is set again; bytes
 * that trickle in never move it. What has arrived when it passes is still
 * read, once. */
void stream_deadline(struct stream *s, int64_t when);

/* Queues bytes; sends whole blocks, without copying them where they came whole,
 * and keeps the rest, or the last block, for stream_flush().
 * False: the stream is broken, stream_error() says why. What the server said
 * before it broke can still be had from stream_input(). */
bool stream_put(struct stream *s, const void *data, size_t len);
/* Sends what is queued. */
bool stream_flush(struct stream *s);
/* What has come in and not been taken; may be empty. Valid until the next call
 * of anything but stream_take() and the questions below. */
struct slice stream_input(const struct stream *s);
/* Waits for more input than there was, flushing first. False at EOF, error or
 * deadline, once there is nothing new. */
bool stream_fill(struct stream *s);
/* Takes n bytes off the input. */
void stream_take(struct stream *s, size_t n);
/* Reads once what has come, without waiting. True if there is unread input
 * then; a break shows in stream_error(). */
bool stream_poll(struct stream *s);
/* Waits until input comes, until something is the matter with other_fd (or -1),
 * for_input: until it is readable, or until. What came: STREAM_INPUT (there is
 * input, or the stream is broken), STREAM_OTHER, both; 0: the time is over. */
#define STREAM_INPUT 1
#define STREAM_OTHER 2
int stream_wait(struct stream *s, int other_fd, bool for_input,
    int64_t until);

/* Starts TLS as a client on what was clear so far; whatever was read before is
 * thrown away. False with stream_error(). tls stays the caller's and must live
 * as long as the stream. */
bool stream_start_tls(struct stream *s, struct tls *tls);

/* A sentence about what broke it: "connection closed by the server", "no
 * answer within 300 s", "certificate is for ..."; "" when nothing did. */
const char *stream_error(const struct stream *s);
/* Whether the failure was of TLS trust (certificate, name, chain, pin). */
bool stream_is_untrusted(const struct stream *s);
/* Closes without waiting for anything, wipes and frees. */
void stream_free(struct stream *s);

/* Counters for logs and tests: bytes, calls that moved some, and turns: how
 * often stream_fill() was entered with something sent since the last time. */
struct stream_counts {
	uint64_t sent, received, writes, reads, turns;
};
struct stream_counts stream_counts(const struct stream *s);

#endif
