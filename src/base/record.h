/*
 * Records between the processes of the daemon: a type, a body and at most one
 * descriptor each, over a stream socket (one large SEQPACKET record would
 * fail). Both ends are ours and run the same binary, so a malformed record
 * means a broken peer and ends the conversation. It never looks into a body.
 */
#ifndef BASE_RECORD_H
#define BASE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* The largest body; a job for 100,000 recipients is a few ranges. */
#define RECORD_MAX (1u << 20)

struct record {
	unsigned type;		/* 1 to 127 */
	struct slice body;	/* valid until the next call on the reader */
	int fd;			/* -1, or the receiver's to close */
};

/* The most descriptors that go out in one batch. */
#define RECORD_BATCH 16

struct record_batch {		/* records that go out together */
	struct buf out;
	int fds[RECORD_BATCH];
	unsigned nfds;
};

struct record_reader {
	struct buf in;
	size_t taken;		/* bytes of in that were handed out */
	int fds[64];		/* received, not yet claimed, oldest first */
	unsigned nfds;
};

/* Sends one record whole; blocks unless the socket is non-blocking, where a
 * full socket is an error (EAGAIN): no sender here may be that far ahead.
 * fd is -1 or is passed on; it stays the caller's. */
bool record_send(int sock, unsigned type, struct slice body, int fd);

/*
 * Several in one call: record_add() puts one behind the others; fd (or -1)
 * stays the caller's and open until they are sent. record_has_room() tells
 * whether a body of len bytes should still join them. record_send_batch() sends
 * as record_send() does and empties the batch, whatever comes. Where there was
 * room, no record of it arrives whole when that fails.
 */
void record_add(struct record_batch *b, unsigned type, struct slice body,
    int fd);
bool record_has_room(const struct record_batch *b, size_t len);
bool record_send_batch(struct record_batch *b, int sock);
void record_batch_free(struct record_batch *b);

/* Reads what is there, once. 1: something came, 0: the peer is gone, -1 with
 * errno: EAGAIN where nothing waits on a non-blocking socket, else broken. */
int record_receive(struct record_reader *r, int sock);
/* The same, and never waits, whatever the socket is. */
int record_receive_now(struct record_reader *r, int sock);
/* Hands out the next whole record. 1, or 0 when more must be received first,
 * or -1 when the peer sent nonsense. */
int record_next(struct record_reader *r, struct record *out);
/* Blocks until one whole record is in. As record_next(), 0: peer is gone. */
int record_wait(struct record_reader *r, int sock, struct record *out);
/* Frees it and closes the descriptors that nobody claimed. */
void record_reader_free(struct record_reader *r);

#endif
