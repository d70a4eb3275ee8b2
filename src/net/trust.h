/*
 * Whom to believe about a server's name, as OpenSSL wants to be told: the
 * system's store of authorities or one file, and what to ask of a chain. An
 * empty store is an error, not a reason to believe everybody; for tls.c only.
 */
#ifndef NET_TRUST_H
#define NET_TRUST_H

#include <stdbool.h>

#include "base/buf.h"
#include "net/certificate.h"

struct x509_store_st;
struct X509_VERIFY_PARAM_st;

/* Fills store from file, NULL: from the system's. False with a sentence. */
bool trust_load(struct x509_store_st *store, const char *file,
    struct buf *error);
/* Whether path is a directory of certificates as OpenSSL looks them up. */
bool trust_is_hashed_directory(const char *path);
/* Demands name and purpose of every chain. False with a sentence. */
bool trust_demand(struct X509_VERIFY_PARAM_st *param,
    const struct certificate_wanted *w, struct buf *error);

#endif
