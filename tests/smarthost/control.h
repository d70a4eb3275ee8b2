/*
 * The control socket: questions and orders while the smarthost runs.
 */
#ifndef SMARTHOST_CONTROL_H
#define SMARTHOST_CONTROL_H

/* Listens at options.control, if there is one. */
void control_open(void);

/* The other end, for scripts: sends the words as one line, prints the
 * answer; an exit status. */
int control_ask(const char *path, char *const *words, int n);

#endif
