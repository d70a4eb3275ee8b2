/*
 * The processes of the daemon and what they say to each other, as numbers: the
 * launcher starts every other one from its own binary and joins them by
 * socketpairs that carry records (base/record). What agents and the manager
 * say to each other is in mail/job. This header never holds code.
 */
#ifndef BASE_ROLE_H
#define BASE_ROLE_H

/* navetted --role NAME: what the launcher passes to itself. */
#define ROLE_MANAGER "manager"
#define ROLE_INTAKE "intake"
#define ROLE_AGENT "agent"
/* navette-agent --role check: what `navette check` starts; it finds none of the
 * descriptors below. */
#define ROLE_CHECK "check"

/* The descriptors that every role finds open. */
enum role_fd {
	ROLE_FD_PEER = 3,	/* manager: the launcher; others: the manager */
	ROLE_FD_CONFIG,		/* the text of the configuration, sealed */
	ROLE_FD_OWN,		/* intake: the submit socket, listening;
				 * manager: the control socket, listening;
				 * agent: the secret, a pipe */
	ROLE_FD_LOCK		/* agent: held for as long as it lives */
};

/* Launcher to manager. */
enum manager_record {
	MANAGER_INTAKE = 1,	/* its socket; the body is "first" for the one
				 * that looks after drop/ */
	MANAGER_AGENT,		/* its socket; the body is the smarthost */
	MANAGER_NO_AGENT,	/* smarthost, newline, why not */
	MANAGER_CONFIG,		/* the text of a new configuration */
	MANAGER_STOP		/* finish what is in hand */
};

/* Manager to launcher. */
enum launcher_record {
	LAUNCHER_READY = 1,	/* every queued message is known */
	LAUNCHER_AGENT,		/* start one; the body is the smarthost */
	LAUNCHER_FORGET		/* the smarthost's secret was refused */
};

/* Between an intake and the manager. */
enum intake_record {
	INTAKE_QUEUED = 1,	/* the ID of a message that is durable */
	INTAKE_SETTLE,		/* to the first: take in all of drop/ now */
	INTAKE_SETTLED,		/* done; the body is that of INTAKE_SETTLE */
	INTAKE_LIMIT,		/* "UID 1" or "UID 0": over the limit or not */
	INTAKE_HELLO		/* ready to take mail in */
};

#endif
