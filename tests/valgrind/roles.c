/*
 * Preloaded into navetted below valgrind: the processes that the launcher
 * starts from its descriptors are started below a valgrind of their own, from
 * their files in NAVETTE_BUILD, with the words of NAVETTE_VALGRIND before them.
 * valgrind itself cannot follow an execveat(2) without a name, and
 * /proc/self/exe is its own program to it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORDS 64

int
execveat(int fd, const char *path, char *const argv[], char *const envp[],
    int flags)
{
	char *words[WORDS], *options, *word, *rest;
	static char program[4096];
	size_t n, i;

	(void)fd;
	(void)path;
	(void)flags;
	n = 0;
	options = getenv("NAVETTE_VALGRIND");
	if (options == NULL) {
		errno = EINVAL;
		return -1;
	}
	for (word = strtok_r(options, " ", &rest); word != NULL && n < 32;
	    word = strtok_r(NULL, " ", &rest))
		words[n++] = word;
	snprintf(program, sizeof(program), "%s/%s", getenv("NAVETTE_BUILD"),
	    strcmp(argv[2], "agent") == 0 ? "navette-agent" : "navetted");
	words[n++] = program;
	for (i = 1; argv[i] != NULL && n < WORDS - 1; i++)
		words[n++] = argv[i];
	words[n] = NULL;
	unsetenv("LD_PRELOAD");
	(void)envp;
	return execvp(words[0], words);
}
