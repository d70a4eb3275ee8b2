#include "admin/bulk.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "admin/ask.h"
#include "admin/bar.h"
#include "base/clock.h"

/* How often the daemon is asked, and how much of its time that may take: what
 * it takes to answer is a twentieth of the pause at most. */
#define PAUSE (1 * CLOCK_SEC)
#define SHARE 20
#define WIDTH_DEFAULT 80

struct watch {
	struct bar bar;
	struct buf shown;	/* what stands there now */
	struct buf words;	/* what the daemon said instead */
	bool on_terminal;
	bool began;		/* the list was there */
};

static volatile sig_atomic_t interrupted;

static void
note_interrupt(int number)
{
	interrupted = number;
}

static void
hear(void *arg, struct slice line, bool is_refusal)
{
	struct watch *w = arg;

	(void)is_refusal;
	if (bar_read(&w->bar, line))
		w->began = true;
	else {
		buf_clear(&w->words);
		buf_add_slice(&w->words, line);
	}
}

static size_t
terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return WIDTH_DEFAULT;
	return size.ws_col;
}

/* On a terminal in place, never into its last column, where the cursor would
 * go on to the next line; elsewhere as a line, if anything has changed. */
static void
show(struct watch *w)
{
	struct buf line = BUF_INIT;

	if (w->on_terminal)
		bar_draw(&w->bar, terminal_width() - 1, &line);
	else
		buf_addf(&line, "%llu sent, %llu refused, %llu waiting",
		    w->bar.sent, w->bar.refused, w->bar.waiting);
	if (w->on_terminal)
		printf("\r%s\033[K", buf_string(&line));
	else if (!slice_equal(buf_slice(&line), buf_slice(&w->shown)))
		puts(buf_string(&line));
	fflush(stdout);
	buf_free(&w->shown);
	w->shown = line;
}

static void
rest(int64_t time)
{
	struct timespec t;

	t.tv_sec = (time_t)(time / CLOCK_SEC);
	t.tv_nsec = (long)(time % CLOCK_SEC);
	nanosleep(&t, NULL);
}

/* Asks until the list is gone, or until somebody has seen enough. */
static int
follow(const struct config *c, const char *question, struct watch *w)
{
	int64_t began, took;
	int status;

	while (!interrupted) {
		began = clock_boot();
		status = ask_each(c, question, hear, w);
		if (status != EX_OK)
			return status;
		show(w);
		took = SHARE * (clock_boot() - began);
		rest(took > PAUSE ? took : PAUSE);
	}
	return EX_OK;
}

static int
end(const struct watch *w, int status)
{
	if (w->began && w->on_terminal)
		putchar('\n');
	if (interrupted) {
		fflush(stdout);
		signal(interrupted, SIG_DFL);
		raise(interrupted);
	}
	if (w->began && status == EX_NOINPUT) {
		puts("done: it is no longer in the queue");
		status = EX_OK;
	} else if (status != EX_OK && w->words.len > 0)
		fprintf(stderr, "navette: %s\n", buf_string(&w->words));
	return fflush(stdout) == 0 ? status : EX_IOERR;
}

static int
watch(const struct config *c, const char *id)
{
	struct sigaction act = {.sa_handler = note_interrupt};
	struct buf question = BUF_INIT;
	struct watch w = {.bar = {0}};
	int status;

	w.on_terminal = isatty(STDOUT_FILENO);
	sigaction(SIGINT, &act, NULL);
	buf_addf(&question, "progress %s", id);
	status = end(&w, follow(c, buf_string(&question), &w));
	buf_free(&question);
	buf_free(&w.bar.words);
	buf_free(&w.shown);
	buf_free(&w.words);
	return status;
}

int
bulk_command(const struct config *c, int argc, char **argv)
{
	struct buf question = BUF_INIT;
	const char *id;
	bool watches;
	int i, status;

	watches = false;
	id = NULL;
	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], "--watch") == 0)
			watches = true;
		else if (argv[i][0] == '-' || id != NULL)
			break;
		else
			id = argv[i];
	if (i < argc || (watches && id == NULL)) {
		fputs("navette: bulk: say bulk, bulk ID, or bulk ID --watch\n",
		    stderr);
		return EX_USAGE;
	}
	if (watches)
		return watch(c, id);
	buf_addf(&question, "bulk%s%s", id == NULL ? "" : " ",
	    id == NULL ? "" : id);
	status = ask_daemon(c, buf_string(&question), false);
	buf_free(&question);
	return status;
}
