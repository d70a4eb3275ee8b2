/*
 * Keeps what arrived: two files a message in the spool, or a digest line.
 */
#ifndef SMARTHOST_RECORD_H
#define SMARTHOST_RECORD_H

#include "session.h"

/* The session's message, to which reply was given: NNNN.eml and NNNN.env, or
 * refused-NNNN.* when it was not taken. The .eml appears last. */
void record_message(struct session *session, int code, bool taken);

/* Begins again with the first number that no file has. */
void record_reset(void);

#endif
