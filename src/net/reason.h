/*
 * Why a call of OpenSSL failed, in words for people, from what it left in its
 * queue of errors. It never changes that queue.
 */
#ifndef NET_REASON_H
#define NET_REASON_H

/* What a failure of TLS itself means and what may help; NULL where that has no
 * words here. Static storage, like the next. */
const char *reason_of_failure(void);
/* What OpenSSL said last, for want of something better. */
const char *reason_last(void);

#endif
