/*
 * TLS over memory: ciphertext in and out as bytes, so that it can be delayed,
 * dripped and mixed with clear text at will. One context for all connections,
 * one struct tls for each.
 */
#ifndef SMARTHOST_TLS_H
#define SMARTHOST_TLS_H

#include <stdbool.h>

#include "bytes.h"

struct tls;

enum tls_state { TLS_SHAKING, TLS_UP, TLS_CLOSED, TLS_FAILED };

/* Makes authority, certificate and context as the options say; fingerprint
 * gets the certificate's SHA-256 in hex. */
void tls_setup(struct bytes *fingerprint);

struct tls *tls_open(void);
void tls_free(struct tls *tls);

/* Takes ciphertext; adds what became readable to in, and what must be sent in
 * answer to wire. */
enum tls_state tls_feed(struct tls *tls, const char *data, size_t n,
    struct bytes *in, struct bytes *wire);

/* Encrypts out into wire and empties it. */
void tls_say(struct tls *tls, struct bytes *out, struct bytes *wire);

/* Adds the closing alert to wire. */
void tls_close(struct tls *tls, struct bytes *wire);

const char *tls_version(const struct tls *tls);
const char *tls_cipher(const struct tls *tls);
bool tls_resumed(const struct tls *tls);

/* The name that the client asked for, or "none". */
const char *tls_server_name(const struct tls *tls);

/* Why it failed, in OpenSSL's words. */
const char *tls_trouble(const struct tls *tls);

/* The channel binding called name ("tls-unique", "tls-exporter"); false if it
 * cannot be had. */
bool tls_binding(const struct tls *tls, const char *name, struct bytes *data);

/* The common name of the client's checked certificate; empty if none. */
void tls_peer(const struct tls *tls, struct bytes *name);

#endif
