/*
 * From a caller's wishes and the header of the message to the envelope and the
 * completed header: who the sender is, who the recipients are. It never touches
 * the body and never writes anything.
 */
#ifndef SUBMIT_COMPOSE_H
#define SUBMIT_COMPOSE_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/config.h"
#include "mail/envelope.h"
#include "mail/message.h"
#include "mail/submission.h"
#include "submit/recipients.h"

struct composed {
	struct envelope envelope;	/* points into what follows */
	struct message message;
	struct recipients recipients;
	struct fault *faults;
	char *sender;
};

/*
 * Fills c. False with a sysexits *status and a sentence in *error. Zeroed
 * before the first use; compose_free() frees it in any case.
 */
bool compose(struct composed *c, const struct config *config,
    const struct submission *wish, uid_t uid, const char *id,
    struct slice raw_header, int *status, struct buf *error);
void compose_free(struct composed *c);

#endif
