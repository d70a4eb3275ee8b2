/*
 * submissions N PARALLEL FILE PROGRAM [ARGUMENT...]: runs PROGRAM N times with
 * FILE as its standard input, PARALLEL at once. Prints what one call takes,
 * from the fork to its end, how many were served a second, and the processor
 * time of a call, its own and its kernel's.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
submit(const char *file, char **program)
{
	posix_spawn_file_actions_t actions;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, file,
	    O_RDONLY, 0);
	if (posix_spawn(&pid, program[0], &actions, NULL, program,
	    environ) != 0 || waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "submissions: %s failed\n", program[0]);
		_exit(EX_SOFTWARE);
	}
	posix_spawn_file_actions_destroy(&actions);
}

/* One of the callers: every PARALLELth message is its own. */
static double
call(int first, int step, int count, char **argv, double *took)
{
	struct rusage used;
	double began;
	int i;

	for (i = first; i < count; i += step) {
		began = now();
		submit(argv[3], argv + 4);
		took[i] = now() - began;
	}
	getrusage(RUSAGE_CHILDREN, &used);
	return seconds(used.ru_utime) + seconds(used.ru_stime);
}

int
main(int argc, char **argv)
{
	int count, parallel, i, status;
	double *took, began, whole, cpu;

	count = argc > 4 ? (int)strtol(argv[1], NULL, 10) : 0;
	parallel = argc > 4 ? (int)strtol(argv[2], NULL, 10) : 0;
	if (count < 1 || parallel < 1)
		return EX_USAGE;
	took = mmap(NULL, (size_t)(count + parallel) * sizeof(*took),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (took == MAP_FAILED)
		return EX_OSERR;
	began = now();
	for (i = 0; i < parallel; i++)
		if (fork() == 0) {
			took[count + i] = call(i, parallel, count, argv, took);
			_exit(EX_OK);
		}
	for (i = 0; i < parallel; i++)
		if (wait(&status) < 0 || status != 0)
			return EX_SOFTWARE;
	whole = now() - began;
	for (cpu = 0, i = 0; i < parallel; i++)
		cpu += took[count + i];
	qsort(took, (size_t)count, sizeof(*took), compare);
	printf("{\"median_ms\": %.4f, \"p90_ms\": %.4f, \"per_second\": %.1f, "
	    "\"cpu_ms\": %.4f}\n", took[count / 2] * 1e3,
	    took[count * 9 / 10] * 1e3, count / whole, cpu * 1e3 / count);
	return EX_OK;
}
