/*
 * TLS as a client: one context a smarthost, made once in an agent's life, since
 * making one costs more than a handshake. TLS 1.2 at least; name, chain and
 * purpose checked always, or a pinned fingerprint instead. Sessions are opaque
 * bytes to everybody else, and a resumed one is checked again. Nothing of the
 * environment changes it. The only file that includes <openssl/ssl.h>. It never
 * falls back.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct tls;

struct tls_settings {
	const char *host;	/* checked against the certificate, sent as SNI;
				 * an IP address is checked as one */
	const char *ca_file;	/* NULL: the system's store */
	const char *fingerprint;	/* 64 hex digits of SHA-256, colons
				 * allowed, or NULL */
	const char *client_certificate, *client_key;	/* or NULL; the key is
				 * looked for in the certificate's file, too */
};

/*
 * NULL with a sentence in *error (an unreadable or empty CA store is one).
 * Files named in s are read here and never again. Of the system's store, a
 * hashed directory (/etc/ssl/certs) is preferred: only what is needed of it is
 * read, during handshakes, so a confinement has to allow that.
 */
struct tls *tls_new(const struct tls_settings *s, struct buf *error);
void tls_free(struct tls *t);

/* A ticket of an earlier connection, to be tried with the next; ignored when
 * it is unusable, or was got with other settings, or its certificate would not
 * be accepted now. */
void tls_offer_session(struct tls *t, struct slice ticket);
/* Appends the newest ticket that came; false when there is none. Each is given
 * once; those of TLS 1.3 come with the first bytes after the handshake. */
bool tls_take_session(struct tls *t, struct buf *ticket);

/* For the pump in net/stream. Results: bytes > 0, or one of these. */
#define TLS_WANT_READ (-1)
#define TLS_WANT_WRITE (-2)
#define TLS_CLOSED (-3)		/* orderly */
#define TLS_BROKEN (-4)		/* tls_error() */
#define TLS_SOCKET (-5)		/* the socket failed: errno */

/* Begins anew on a connected non-blocking socket, which stays the caller's. */
void tls_attach(struct tls *t, int fd);
/* Says goodbye, without waiting, and lets go of the socket. */
void tls_detach(struct tls *t);
/* 1 when done and the peer is trusted. */
int tls_handshake(struct tls *t);
long tls_read(struct tls *t, void *data, size_t len);
/* more: further data follows at once, so that some may be kept until then. */
long tls_write(struct tls *t, const void *data, size_t len, bool more);
/* Bytes that are kept so. */
size_t tls_held(const struct tls *t);
/* Whether bytes that came already may wait inside. */
bool tls_pending(const struct tls *t);

/* A sentence, "" where nothing went wrong. */
const char *tls_error(const struct tls *t);
bool tls_is_untrusted(const struct tls *t);
/* "TLSv1.3", "TLS_AES_256_GCM_SHA384", resumed or not; while attached. */
const char *tls_version(const struct tls *t);
const char *tls_cipher(const struct tls *t);
bool tls_is_resumed(const struct tls *t);
/* Channel binding (RFC 9266 tls-exporter on 1.3; RFC 5929 tls-unique on a full
 * 1.2 handshake with extended master secret): its name, or NULL: none. The
 * bytes are appended to data. */
const char *tls_binding(const struct tls *t, struct buf *data);

#endif
