/*
 * An account: one smarthost of the configuration with its agents, its state and
 * what has been used of its quotas. A failure of the account stops it as a
 * whole and grows its pause, whatever waits. It never reads a message and does
 * not know which lanes use it.
 */
#ifndef QUEUE_ACCOUNT_H
#define QUEUE_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "mail/pace.h"
#include "queue/manager.h"
#include "queue/queued.h"
#include "spool/ledger.h"

struct worker;
struct refused_sender;

struct account {
	struct account *next;
	char *title;		/* survives a reload */
	const struct smarthost *smarthost;	/* NULL: no longer configured */
	const struct smarthost *former;		/* before a reload */
	struct worker *workers;
	unsigned worker_count;
	unsigned worker_limit;	/* what the server lets us have; 0: unknown */
	int64_t limit_until;
	bool limits_logins;	/* it lets in more than it lets log in */
	uint32_t too_large;	/* KiB, refused for that; 0: nothing was ... */
	int64_t too_large_until;	/* ... remembered so long: queue/size */
	unsigned failures;	/* in a row */
	int64_t paused_until;	/* boot clock; 0: open */
	int64_t stopped_since;	/* boot clock; 0: open */
	int64_t stopped_wall;	/* when it stopped, for people */
	struct verdict trouble;	/* why; text in trouble_words */
	struct buf trouble_words;
	struct buf ticket;	/* a TLS session, opaque */
	struct pace pace;
	uint32_t kept_rate;	/* as queue/standing has kept it ... */
	bool kept_ban;		/* ... and whether with a ban */
	struct ledger *ledger;	/* NULL: no quota */
	struct refused_sender *refused;	/* queue/refused */
	bool refused_changed;	/* and is not on disk ... */
	int64_t refused_next;	/* ... before this time */
};

/* What an account lets a job take. */
struct allowance {
	struct account *account;
	uint64_t recipients;
	unsigned each;		/* recipients a transaction; 0: no matter */
	unsigned most;		/* transactions that count; 0: no limit */
	struct ledger_grant granted, messages;
};

/* Makes the accounts of the configuration; on a reload those that stay keep
 * their state, and one that is stopped is tried again soon. */
void accounts_configure(struct manager *m);
/* Opens the ledgers that could not be opened before: without one, no limit is
 * kept. False with errno. */
bool accounts_open_ledgers(struct manager *m);
struct account *accounts_first(void);
struct account *account_find(const char *title);

/* Remembers what its trouble is. */
void account_remember(struct account *a, const struct verdict *v);
/* The account or the connection failed: pause, alarm. */
void account_stop(struct manager *m, struct account *a,
    const struct verdict *v);
/* A login succeeded: messages may try. */
void account_open(struct account *a);
/* A message came to a result: all is well again. */
void account_heal(struct account *a);
/* Lifts the pause, for a flush; never one for "too much". */
void account_lift(struct account *a);
bool account_is_open(const struct account *a);

/* The agent that should have the next message, or NULL. Where it goes step by
 * step, bulk mail leaves the last connection to others, and they go where they
 * need not wait for it. */
struct worker *account_worker(struct account *a, bool bulk);
/* Whether one more login is worth it for so many ready messages, the first of
 * which waits since then; *wake is lowered to when to ask again. */
bool account_wants_worker(struct account *a, bool bulk, size_t ready,
    int64_t since, int64_t *wake);
/* Asks for an agent, if the connections are not used up. */
void account_ask(struct manager *m, struct account *a, int64_t *wake);

/* Whether a transaction may begin now; *wake is lowered to when. used_up says
 * whether that is for a quota. */
bool account_may_send(struct account *a, bool bulk, bool *used_up,
    int64_t *wake);
/* The most that a job may be for an agent that wants so many transactions in
 * hand, quotas aside. */
void account_plan(struct manager *m, struct account *a, bool bulk,
    unsigned hand, struct allowance *out);
/* Grants what is planned to up to want recipients; false: none may go now. */
bool account_grant(struct manager *m, uint64_t want, bool bulk,
    struct allowance *plan);
/* The job is over: so many transactions went out whole, to so many recipients;
 * with doubt, perhaps all. */
void account_settle(const struct allowance *allowance, uint64_t recipients,
    uint64_t transactions, bool doubt);

#endif
