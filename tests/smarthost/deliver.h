/*
 * The transaction: MAIL, RCPT, DATA or BDAT, and the end of the content.
 */
#ifndef SMARTHOST_DELIVER_H
#define SMARTHOST_DELIVER_H

#include "session.h"

void judge_mail(struct session *session, const char *args);
void effect_mail(struct session *session, const char *args, int code);
void judge_rcpt(struct session *session, const char *args);
void effect_rcpt(struct session *session, const char *args, int code);
void judge_data(struct session *session, const char *args);
void effect_data(struct session *session, const char *args, int code);
void judge_dot(struct session *session, const char *args);
void effect_dot(struct session *session, const char *args, int code);

/* BDAT's line, and then the end of its chunk, which is what is answered. */
void judge_bdat(struct session *session, const char *args);
void effect_bdat(struct session *session, const char *args, int code);
void judge_chunk(struct session *session, const char *args);
void effect_chunk(struct session *session, const char *args, int code);

#endif
