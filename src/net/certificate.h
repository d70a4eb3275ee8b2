/*
 * What the certificate of a server has to be, and in words what is wrong with
 * the one that came: for tls.c, which leaves the chain to OpenSSL. It never
 * talks to the server.
 */
#ifndef NET_CERTIFICATE_H
#define NET_CERTIFICATE_H

#include <stdbool.h>

#include "base/buf.h"

#define FINGERPRINT_LEN 32
/* How names are compared, here and by OpenSSL in a chain. */
#define CERTIFICATE_HOST_FLAGS (X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | \
	X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)

struct x509_st;

struct certificate_wanted {
	char *host;		/* without a dot at its end */
	bool is_address;	/* host is an IP address */
	bool is_pinned;		/* the fingerprint decides alone */
	unsigned char fingerprint[FINGERPRINT_LEN];	/* SHA-256 of the DER */
};

/* Fills w for a host; false with a sentence for a fingerprint that is none.
 * certificate_forget() frees. */
bool certificate_want(struct certificate_wanted *w, const char *host,
    const char *fingerprint, struct buf *error);
void certificate_forget(struct certificate_wanted *w);

/* Whether cert by itself (its chain is not looked at) is acceptable now: the
 * pin, or else name, dates and purpose. False with a sentence. */
bool certificate_fits(struct x509_st *cert, const struct certificate_wanted *w,
    struct buf *why);

/* A sentence about an X509_V_ERR_* of OpenSSL at cert, depth steps above the
 * server's own. */
void certificate_fault(int error, int depth, struct x509_st *cert,
    const struct certificate_wanted *w, struct buf *why);

#endif
