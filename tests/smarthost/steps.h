/*
 * The right side of a rule: `STEP | STEP ...`, read into a list.
 */
#ifndef SMARTHOST_STEPS_H
#define SMARTHOST_STEPS_H

#include "script.h"

/* The steps of a rule, never freed; NULL and why when it is not one. */
struct step *steps_parse(const char *text, struct bytes *trouble);

#endif
