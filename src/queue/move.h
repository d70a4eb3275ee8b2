/*
 * The commands that move messages: hold, release, retry and remove, each for
 * messages by their IDs, for a sender's, or for a lane's. It decides who may,
 * and never how a message is held.
 */
#ifndef QUEUE_MOVE_H
#define QUEUE_MOVE_H

#include "queue/answer.h"
#include "queue/asker.h"
#include "queue/manager.h"

typedef void move_fn(struct manager *m, const struct asker *a,
    struct slice words, struct answer *answer);

/* words are IDs, or the name of a sender or a lane. */
move_fn move_hold, move_hold_sender, move_hold_lane;
move_fn move_release, move_release_sender, move_release_lane;
move_fn move_retry, move_retry_sender, move_retry_lane;
move_fn move_remove, move_remove_sender, move_remove_lane;

#endif
