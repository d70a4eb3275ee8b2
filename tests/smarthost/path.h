/*
 * The arguments of MAIL and RCPT: a path in angle brackets, and parameters.
 * As strict as the strictest server.
 */
#ifndef SMARTHOST_PATH_H
#define SMARTHOST_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"

/* Splits `FROM:<a@b> X=Y` (prefix "FROM:"): address gets what is between the
 * brackets, *parameters the rest. False if it is nothing of the kind. */
bool path_parse(const char *args, const char *prefix, struct bytes *address,
    const char **parameters);

struct parameters {
	bool eightbit;
	bool utf8;
	uint64_t size;
};

/* Reads the parameters of MAIL (or of RCPT). False if one of them was not
 * offered, is unknown or malformed; trouble gets its name. */
bool parameters_parse(const char *text, bool of_mail,
    struct parameters *parameters, struct bytes *trouble);

#endif
