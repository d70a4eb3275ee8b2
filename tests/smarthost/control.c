#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "bytes.h"
#include "limits.h"
#include "log.h"
#include "loop.h"
#include "options.h"
#include "record.h"
#include "script.h"
#include "stats.h"

/* Somebody who asks. */
struct asker {
	struct source source;
	struct grave grave;
	int fd;
	bool dead;
	struct bytes in;
};

static int listener = -1;

static void
say_stats(const char *args, struct bytes *out)
{
	(void)args;
	log_sync();
	stats_json(out);
}

static void
do_reset(const char *args, struct bytes *out)
{
	(void)args;
	stats_reset();
	quota_reset();
	record_reset();
	log_truncate();
	bytes_text(out, "ok\n");
}

static void
do_script(const char *args, struct bytes *out)
{
	struct bytes trouble = { 0 };

	if (script_add(args, &trouble))
		bytes_text(out, "ok\n");
	else
		bytes_format(out, "error: %s\n", bytes_string(&trouble));
	bytes_free(&trouble);
}

static void
do_script_clear(const char *args, struct bytes *out)
{
	(void)args;
	script_clear();
	bytes_text(out, "ok\n");
}

static void
do_script_now(const char *args, struct bytes *out)
{
	script_clear();
	do_script(args, out);
}

static void
do_set(const char *args, struct bytes *out)
{
	size_t n = strcspn(args, " ");
	char *name = must_copy(args, n);
	const char *value = args[n] == '\0' ? NULL : args + n + 1;

	if (options_set(name, value))
		bytes_text(out, "ok\n");
	else
		bytes_format(out, "error: --%s cannot be '%s'\n", name,
		    value == NULL ? "" : value);
	free(name);
}

static void
do_rtt(const char *args, struct bytes *out)
{
	bytes_text(out, options_set("rtt", args) ? "ok\n" :
	    "error: not a duration\n");
}

static void
do_quit(const char *args, struct bytes *out)
{
	(void)args;
	loop_stop();
	bytes_text(out, "ok\n");
}

static const struct {
	const char *name;
	void (*run)(const char *args, struct bytes *out);
} orders[] = {
	{ "stats", say_stats },
	{ "reset", do_reset },
	{ "script", do_script },
	{ "script-clear", do_script_clear },
	{ "script-now", do_script_now },
	{ "set", do_set },
	{ "rtt", do_rtt },
	{ "quit", do_quit },
};

static void
control_obey(const char *line, struct bytes *out)
{
	size_t n = strcspn(line, " ");

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (strlen(orders[i].name) == n &&
		    strncmp(orders[i].name, line, n) == 0) {
			orders[i].run(line + n + (line[n] == ' '), out);
			return;
		}
	bytes_text(out, "error: no such order\n");
}

static void
asker_bury(struct grave *grave)
{
	struct asker *asker = OUTER(grave, struct asker, grave);

	bytes_free(&asker->in);
	free(asker);
}

static void
asker_leave(struct asker *asker)
{
	asker->dead = true;
	loop_remove(asker->fd);
	close(asker->fd);
	asker->grave.bury = asker_bury;
	loop_bury(&asker->grave);
}

static void
asker_lines(struct asker *asker)
{
	struct bytes out = { 0 };
	char *lf;

	while (asker->in.len > 0 && (lf = memchr(asker->in.data, '\n',
	    asker->in.len)) != NULL) {
		*lf = '\0';
		control_obey(asker->in.data, &out);
		bytes_drop(&asker->in, (size_t)(lf - asker->in.data) + 1);
	}
	if ((out.len > 0 && send(asker->fd, out.data, out.len,
	    MSG_NOSIGNAL) == -1) || !loop_runs())
		asker_leave(asker);
	bytes_free(&out);
}

static void
asker_ready(struct source *source, uint32_t events)
{
	struct asker *asker = OUTER(source, struct asker, source);
	ssize_t n;

	(void)events;
	if (asker->dead)
		return;
	n = read(asker->fd, bytes_room(&asker->in, 4096), 4096);
	if (n <= 0) {
		asker_leave(asker);
		return;
	}
	asker->in.len += (size_t)n;
	asker_lines(asker);
}

static void
control_ready(struct source *source, uint32_t events)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	struct asker *asker;

	(void)source;
	(void)events;
	if (fd == -1)
		return;
	asker = must_alloc(sizeof(*asker));
	asker->fd = fd;
	asker->source.ready = asker_ready;
	loop_add(fd, &asker->source, EPOLLIN);
}

static struct sockaddr_un
control_address(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		die("path too long for a socket: %s", path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	return address;
}

void
control_open(void)
{
	static struct source source = { .ready = control_ready };
	struct sockaddr_un address;

	if (options.control == NULL)
		return;
	address = control_address(options.control);
	unlink(options.control);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (listener == -1 || bind(listener, (struct sockaddr *)&address,
	    sizeof(address)) == -1 || listen(listener, 16) == -1)
		die("cannot listen at %s: %s", options.control,
		    strerror(errno));
	loop_add(listener, &source, EPOLLIN);
}

static bool
answer_read(int fd, struct bytes *answer)
{
	for (;;) {
		ssize_t n = read(fd, bytes_room(answer, 4096), 4096);

		if (n <= 0)
			return false;
		answer->len += (size_t)n;
		if (answer->data[answer->len - 1] == '\n')
			return true;
	}
}

int
control_ask(const char *path, char *const *words, int n)
{
	struct sockaddr_un address = control_address(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct bytes line = { 0 }, answer = { 0 };
	bool fine;

	for (int i = 0; i < n; i++)
		bytes_format(&line, "%s%s", i == 0 ? "" : " ", words[i]);
	bytes_text(&line, "\n");
	if (fd == -1 || connect(fd, (struct sockaddr *)&address,
	    sizeof(address)) == -1 || send(fd, line.data, line.len,
	    MSG_NOSIGNAL) == -1 || !answer_read(fd, &answer)) {
		fprintf(stderr, "smarthost: cannot ask %s: %s\n", path,
		    strerror(errno));
		return EX_UNAVAILABLE;
	}
	close(fd);
	fwrite(answer.data, 1, answer.len, stdout);
	fine = strncmp(answer.data, "error", 5) != 0;
	bytes_free(&line);
	bytes_free(&answer);
	return fine ? EX_OK : EX_DATAERR;
}
