/*
 * The manager's end of one agent: its socket, the jobs it has in hand, what it
 * says. Verdicts go to queue/flight, troubles to queue/account. It never
 * decides what a verdict means.
 */
#ifndef QUEUE_WORKER_H
#define QUEUE_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/record.h"
#include "queue/account.h"
#include "queue/flight.h"
#include "queue/manager.h"

struct worker {
	struct worker *next;	/* of its account */
	struct manager *manager;
	struct account *account;
	struct ledger_grant connection;	/* until it stands */
	int fd;			/* -1: asked for, not there yet */
	struct record_reader in;
	bool greeted;		/* let in by the server */
	bool ready;		/* logged in */
	bool leaving;		/* no more jobs for it */
	bool was_ready;
	bool no_dsn;		/* the server tells nobody what it delivered */
	bool deaf;		/* it takes no job: it is gone, or nearly */
	bool useful;		/* some message came to a result */
	unsigned pace;		/* jobs it wants in hand */
	unsigned jobs, bulk_jobs;	/* in hand; of them, bulk mail's ... */
	uint64_t bulk_load;	/* ... and how many transactions these are */
	uint32_t last_job;
	uint32_t sent_job;	/* those behind it are in out */
	uint64_t heard;		/* records of the agent */
	uint64_t told;		/* of these, it knows that they are on disk */
	struct record_batch out;
	struct flight *flights;
};

/* Asks the launcher for one, whose connection was granted. */
void worker_ask(struct manager *m, struct account *a,
    const struct ledger_grant *connection);
/* The launcher's answer: its socket, or why there is none. */
void worker_arrive(struct manager *m, struct account *a, int fd);
void worker_deny(struct manager *m, struct account *a, const char *why);
/* Whether it takes another job now; bulk mail is counted for itself. */
bool worker_has_room(const struct worker *w, bool bulk);
/* Whether it sends nothing ahead of the server's answers, as far as we know. */
bool worker_is_step_by_step(const struct worker *w);
/* Whether other mail waits for what bulk mail it has in hand: not where it
 * sends ahead of the answers. */
bool worker_is_blocked(const struct worker *w);
/* Has the message ready for it, unless that comes to nothing or goes back. */
void worker_give(struct worker *w, struct entry *e);
/* Sends it what is ready, together with what has been recorded. */
void worker_send(struct worker *w);
/* Lets it finish what it has in hand and go. */
void worker_dismiss(struct worker *w);

#endif
