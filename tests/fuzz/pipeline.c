/*
 * Any bytes as a server's replies to grouped commands, a line at a time. This
 * side of the connection reads the commands and matches replies with them by
 * itself; every recipient must get one verdict, and "delivered" exactly if its
 * MAIL, its RCPT and the end of its content were answered with yes. The first
 * byte chooses the style.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/record.h"
#include "smtp/pipeline.h"

#define JOBS 6
#define RECIPIENTS 3
#define EVENTS_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a reply is owed to, as this side sees it. */
struct event {
	char kind;		/* the command's letter; S: RSET, E: the end */
	unsigned job, recipient;
	int code;		/* of the reply, once given */
};

struct peer {
	int fd;
	struct buf in;
	struct buf fed;		/* of a reply that is not whole yet */
	bool in_content;	/* 354 was said */
	struct event events[EVENTS_MAX];
	size_t asked, answered;
};

struct seen {
	unsigned verdicts;
	enum verdict_kind kind;
};

static int files[JOBS];

static void
must(bool condition)
{
	if (!condition)
		abort();
}

static void
make_files(void)
{
	struct recipient list[RECIPIENTS] = {{.addr = {NULL, 0}}};
	struct envelope e = {.recipients = list, .count = RECIPIENTS,
	    .header_size = 14, .body_size = 8};
	struct buf text = BUF_INIT, name = BUF_INIT;
	unsigned j;
	size_t r;

	for (j = 0; j < JOBS; j++) {
		buf_clear(&text);
		buf_clear(&name);
		for (r = 0; r < RECIPIENTS; r++)
			buf_addf(&name, "r%u%zu@x", j, r);
		for (r = 0; r < RECIPIENTS; r++)
			list[r].addr = (struct slice){name.data + 5 * r, 5};
		e.sender = SLICE("s@x");
		envelope_print(&e, &text);
		buf_addf(&text, "Subject: %u\r\n\r\n.\r\nab%u\r\n", j, j);
		files[j] = memfd_create("letter", MFD_CLOEXEC);
		must(file_write(files[j], text.data, text.len));
	}
	buf_free(&text);
	buf_free(&name);
}

static void
add_event(struct peer *p, char kind, unsigned job, unsigned recipient)
{
	must(p->asked < EVENTS_MAX);
	p->events[p->asked++] = (struct event){kind, job, recipient, 0};
}

/* One command, or a content that 354 has asked for. 0: not whole yet. */
static size_t
take_command(struct peer *p)
{
	const char *text = buf_string(&p->in), *end;
	size_t n, size;

	if (p->in_content) {
		end = strncmp(text, ".\r\n", 3) == 0 ? text :
		    strstr(text, "\r\n.\r\n");
		if (end == NULL)
			return 0;
		p->in_content = false;
		add_event(p, 'E', 0, 0);
		return (size_t)(end - text) + (end == text ? 3 : 5);
	}
	end = strstr(text, "\r\n");
	if (end == NULL)
		return 0;
	n = (size_t)(end - text) + 2;
	if (strncmp(text, "RCPT TO:<r", 10) == 0) {
		add_event(p, 'R', (unsigned)(text[10] - '0'),
		    (unsigned)(text[11] - '0'));
	} else if (strncmp(text, "BDAT ", 5) == 0) {
		size = strtoul(text + 5, NULL, 10);
		if (p->in.len < n + size)
			return 0;
		add_event(p, 'E', 0, 0);
		return n + size;
	} else if (text[0] == 'R') {
		add_event(p, 'S', 0, 0);
	} else {
		must(text[0] == 'M' || text[0] == 'D');
		add_event(p, text[0], 0, 0);
	}
	return n;
}

static void
read_commands(struct peer *p)
{
	size_t n;

	while (file_read_some(p->fd, 65536, &p->in) > 0)
		;
	while (p->in.len > 0 && (n = take_command(p)) > 0)
		buf_consume(&p->in, n);
}

/* Says the next line; what it answers, if it makes a reply whole, is noted. */
static void
say_line(struct peer *p, struct slice line)
{
	struct reply r = REPLY_INIT;
	const char *why;
	long took;

	must(file_write(p->fd, line.ptr, line.len));
	buf_add_slice(&p->fed, line);
	took = reply_parse(buf_slice(&p->fed), &r, &why);
	if (took > 0) {
		buf_consume(&p->fed, (size_t)took);
		if (p->answered < p->asked) {
			p->in_content |= r.code == 354 &&
			    p->events[p->answered].kind == 'D';
			p->events[p->answered++].code = r.code;
		}
	}
	reply_free(&r);
}

static bool
is_yes(const struct event *e)
{
	return e->code >= 200 && e->code < 300;
}

/* How often a recipient got its message, by commands and replies alone. */
static unsigned
count_deliveries(const struct peer *p, unsigned job, unsigned recipient)
{
	unsigned n = 0;
	bool mail = false, rcpt = false;
	size_t i;

	for (i = 0; i < p->answered; i++) {
		const struct event *e = &p->events[i];

		if (e->kind == 'M') {
			mail = is_yes(e);
			rcpt = false;
		} else if (e->kind == 'R' && e->job == job &&
		    e->recipient == recipient) {
			rcpt = is_yes(e);
		} else if (e->kind == 'E') {
			n += mail && rcpt && is_yes(e);
			mail = rcpt = false;
		}
	}
	return n;
}

static void
hear(int fd, struct seen seen[JOBS][RECIPIENTS], unsigned done[JOBS])
{
	struct record_reader reader = {.nfds = 0};
	struct buf words = BUF_INIT;
	struct job_end end;
	struct record r;
	struct verdict v;
	uint32_t i;

	while (record_wait(&reader, fd, &r) > 0) {
		if (r.type == JOB_DONE) {
			must(job_end_parse(r.body, &end));
			must(end.number < JOBS);
			done[end.number]++;
		} else if (r.type == JOB_VERDICT) {
			must(verdict_parse(r.body, &v, &words));
			must(v.job < JOBS && v.last < RECIPIENTS);
			must(done[v.job] == 0);
			for (i = v.first; i <= v.last; i++) {
				seen[v.job][i].verdicts++;
				seen[v.job][i].kind = v.kind;
			}
			buf_clear(&words);
		}
	}
	buf_free(&words);
	record_reader_free(&reader);
}

static void
judge(const struct peer *p, int fd)
{
	struct seen seen[JOBS][RECIPIENTS] = {{{0, 0}}};
	unsigned done[JOBS] = {0};
	unsigned j, r, times;

	hear(fd, seen, done);
	for (j = 0; j < JOBS; j++) {
		must(done[j] == 1);
		for (r = 0; r < RECIPIENTS; r++) {
			must(seen[j][r].verdicts == 1);
			times = count_deliveries(p, j, r);
			must(times <= 1);
			must((seen[j][r].kind == VERDICT_DELIVERED) ==
			    (times == 1));
		}
	}
}

static void
hand_over(struct pipeline *p)
{
	struct job job;
	unsigned j;

	for (j = 0; j < JOBS; j++) {
		memset(&job, 0, sizeof(job));
		job.number = j;
		job.count = 1;
		job.ranges = xmalloc(sizeof(*job.ranges));
		job.ranges[0] = (struct range){0, RECIPIENTS - 1};
		hand_add(&p->hand, letter_new(&job, dup(files[j])));
	}
}

/* Until the bytes are used up, the pipeline broke, all has been said, or step
 * by step is the only way left, which waits where nobody would answer. */
static void
converse(struct pipeline *p, struct peer *peer, struct slice data)
{
	struct slice line;
	size_t n;

	while (!p->broken && p->style > STYLE_LOCKSTEP) {
		pipeline_send(p);
		read_commands(peer);
		if (p->broken || !pipeline_is_busy(p) || data.len == 0)
			break;
		n = slice_find(data, '\n');
		n = n < data.len ? n + 1 : data.len;
		line = (struct slice){data.ptr, n};
		data = (struct slice){data.ptr + n, data.len - n};
		say_line(peer, line);
		stream_poll(p->session->stream);
		pipeline_receive(p);
	}
	if (!p->broken && pipeline_is_busy(p))
		pipeline_break(p, "the bytes are used up");
}

static void
play(uint8_t choice, struct slice data)
{
	struct config config = {.mailname = NULL};
	struct smarthost host = {.recipients_per_transaction =
	    choice & 0x10 ? 2 : 100, .in_flight = 4,
	    .session_limit = 3600 * CLOCK_SEC};
	struct session session = SESSION_INIT;
	struct peer peer = {.fd = -1};
	struct lesson lesson = {STYLE_BDAT_AHEAD, INT64_MAX};
	struct pipeline p;
	struct report report;
	int net[2], manager[2];

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, net) == 0);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, manager) == 0);
	memset(&host.timeouts, 0x11, sizeof(host.timeouts));
	report = (struct report)REPORT_INIT(manager[0]);
	peer.fd = net[1];
	file_set_nonblocking(peer.fd, true);
	session.config = &config;
	session.host = &host;
	session.began = clock_boot();
	session.stream = stream_new(net[0], 0);
	session.can.pipelining = true;
	session.can.chunking = true;
	lesson.top = (enum style)(choice % 4 + STYLE_TWO_TURNS);
	pipeline_init(&p, &session, &report);
	hand_over(&p);
	pipeline_start(&p, &lesson);
	converse(&p, &peer, data);
	pipeline_finish(&p);
	pipeline_free(&p);
	report_free(&report);
	close(manager[0]);
	judge(&peer, manager[1]);
	close(manager[1]);
	session_free(&session);
	close(net[1]);
	buf_free(&peer.in);
	buf_free(&peer.fed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (files[0] == 0) {
		/* Where nobody listens. */
		log_open("fuzz", false);
		make_files();
	}
	if (size > 0 && size < 16384)
		play(data[0], (struct slice){(const char *)data + 1,
		    size - 1});
	return 0;
}
