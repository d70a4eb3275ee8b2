/*
 * What the next daemon should know of an account: its learned pace, and the ban
 * that it is under. Written when it changes by much, read when the account is
 * made. It never stops or opens one.
 */
#ifndef QUEUE_STANDING_H
#define QUEUE_STANDING_H

#include "queue/account.h"
#include "queue/manager.h"

/* Gives a new account what a former daemon knew. */
void standing_recall(struct manager *m, struct account *a);
/* The provider said "too much": that is kept at once. */
void standing_keep(struct manager *m, struct account *a);
/* Mail went well: keeps the pace where it is another by an eighth, or free
 * again, and no ban where one was kept. */
void standing_recover(struct manager *m, struct account *a);

#endif
