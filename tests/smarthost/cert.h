/*
 * Certificates of any kind, made on the spot: an authority of our own, a
 * server's leaf with exactly one thing wrong with it, and a client's leaf.
 */
#ifndef SMARTHOST_CERT_H
#define SMARTHOST_CERT_H

#include <openssl/evp.h>
#include <openssl/x509.h>

struct certificate {
	X509 *x509;
	EVP_PKEY *key;
};

/* The authority: read from the two files if both are there, else made and
 * written to those that are named. */
struct certificate cert_authority(const char *file, const char *key_file);

/* A server's leaf of one of the kinds in README.md for name; NULL x509 if
 * there is no such kind. */
struct certificate cert_server(const char *kind, const char *name,
    const struct certificate *authority);

/* A client's leaf whose common name is name, written to file with its key. */
void cert_client(const char *file, const char *name,
    const struct certificate *authority);

#endif
