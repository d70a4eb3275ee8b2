/*
 * The content of one message: dots undone, counted, kept or digested.
 */
#ifndef SMARTHOST_BODY_H
#define SMARTHOST_BODY_H

#include <openssl/evp.h>
#include <stdbool.h>

#include "bytes.h"

struct body {
	struct bytes kept;	/* all of it, or with --digest its header */
	uint64_t octets;
	size_t line;		/* octets of the line so far */
	char before;		/* the last octet */
	bool middle;		/* not at the beginning of a line */
	bool digesting;
	bool header_done;
	EVP_MD_CTX *digest;
};

void body_begin(struct body *body);

/* Content as it is: a BDAT chunk. eightbit: has it been announced? */
void body_add(struct body *body, const char *data, size_t n, bool eightbit);

/* Content behind DATA. Takes what can be taken of data and says how much in
 * *used; true when the final dot was in it. */
bool body_add_dotted(struct body *body, const char *data, size_t n,
    bool eightbit, size_t *used);

/* SHA-256 in hex of what follows the first empty line. */
void body_digest(struct body *body, struct bytes *hex);
void body_free(struct body *body);

#endif
