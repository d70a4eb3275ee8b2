/*
 * Where the programs are that ours start. It never starts one.
 */
#ifndef BASE_PROGRAM_H
#define BASE_PROGRAM_H

/* The program that the launcher and `navette check` start. */
#define PROGRAM_AGENT "navette-agent"

/* Opens a program of ours for execveat(2): the one beside the running program,
 * as in a build folder, else where `make install` put it. -1 with errno. */
int program_open(const char *name);

#endif
