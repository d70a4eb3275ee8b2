/*
 * The control socket: what the administrator's tool and mailq ask, who may ask
 * it, and the answers, streamed so that a long list needs no memory. A command
 * is obeyed only after everything that was handed over before is known (if it
 * asks to see something, after two seconds at the latest).
 *
 * The client sends one line. Each line of the answer begins with a space; the
 * last one is ". STATUS", a sysexits code.
 */
#ifndef QUEUE_CONTROL_H
#define QUEUE_CONTROL_H

#include <stdint.h>

#include "queue/manager.h"

bool control_begin(struct manager *m);
/* All that was handed over before the command was is known now; number is the
 * command's, as it was given to intakes_settle(). */
void control_settled(struct manager *m, uint32_t number);
/* Answers those whose wait is over, closes those who took too long, and brings
 * *wake (boot clock) forward to when there is more of that to do. */
void control_check_waits(struct manager *m, int64_t *wake);

#endif
