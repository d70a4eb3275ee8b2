/*
 * An agent between two ends that a test holds: a server that follows a script,
 * in a thread, and a manager that hands out messages and collects verdicts. The
 * server keeps the truth, what it stored for whom under which sender, so that
 * every verdict can be held against it.
 */
#ifndef SCRIPTED_H
#define SCRIPTED_H

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/record.h"
#include "mail/envelope.h"
#include "mail/job.h"
#include "mail/verdict.h"
#include "smtp/agent.h"

/* What a rule makes the server do instead of its reply. */
#define CLOSE "close"		/* before it does what it was told */
#define CLOSE_AFTER "close after"	/* having done it, without a word */
#define GARBAGE "garbage"
#define HANG "hang"
#define TWICE "twice"		/* answers, and once more */
#define TAIL "tail"		/* answers, and begins another answer */
#define DRIP "drip"		/* a byte of the answer at a time, for ever */

struct rule {
	const char *verb;	/* of those below; END: of the content */
	unsigned nth;		/* which of them, from 1; 0: all */
	const char *act;	/* a reply, or one of the words above; a reply
				 * with 421 closes */
};

#define RULES_MAX 8
#define STORED_MAX 8192

struct stored {			/* one recipient of one message */
	char sender[128];
	char recipient[128];
	char subject[64];
	bool answered;		/* 250 was said, and was sent */
	size_t size;
	unsigned long sum;	/* of its bytes */
	bool is_8bit;
};

struct server {
	const char *offers;	/* lines of the EHLO reply, each with LF */
	bool lenient;		/* 354 even without a recipient */
	bool close_after_end;	/* one message, and it is gone */
	unsigned delay;		/* before each burst of replies, microseconds */
	unsigned max_recipients;
	struct rule rules[RULES_MAX];

	int listener;
	uint16_t port;
	pthread_t thread;
	/* The truth, once the thread has ended. */
	struct stored *stored;
	size_t nstored;
	struct buf commands;	/* as they came, LF ends */
	unsigned bursts;	/* how often it answered: turns */
	unsigned connections;
	bool early;		/* content came before its 354 */

	/* Of the connection. */
	int fd;
	struct buf in, out;
	unsigned seen[16];
	char sender[128];
	bool in_mail;
	char recipients[2048][64];
	unsigned count;
	struct buf content;
	size_t unanswered;	/* stored from here on: not told yet */
};

static const char *const verbs[] = {
	"GREETING", "EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA",
	"END", "RSET", "QUIT", "OTHER",	/* the last: all else */
};

#define VERB_END 8
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static inline const char *
rule_act(struct server *s, const char *verb)
{
	unsigned i, v;

	for (v = 0; v < VERBS - 1 && strcmp(verbs[v], verb) != 0; v++)
		continue;
	s->seen[v]++;
	for (i = 0; i < RULES_MAX && s->rules[i].verb != NULL; i++)
		if (strcmp(s->rules[i].verb, verbs[v]) == 0 &&
		    (s->rules[i].nth == 0 || s->rules[i].nth == s->seen[v]))
			return s->rules[i].act;
	return NULL;
}

static inline void
server_flush(struct server *s)
{
	if (s->out.len == 0)
		return;
	s->bursts++;
	if (s->delay > 0)
		usleep(s->delay);
	if (!file_write(s->fd, s->out.data, s->out.len))
		s->out.len = 0;
	for (; s->unanswered < s->nstored; s->unanswered++)
		s->stored[s->unanswered].answered = true;
	buf_clear(&s->out);
}

/* Reads more; what is owed goes out first. */
static inline bool
server_fill(struct server *s)
{
	struct pollfd p = {s->fd, POLLIN, 0};

	if (poll(&p, 1, 0) == 0)
		server_flush(s);
	return file_read_some(s->fd, 65536, &s->in) > 0;
}

static inline bool
server_line(struct server *s, struct buf *line)
{
	struct slice in;
	size_t n;

	buf_clear(line);
	for (;;) {
		in = buf_slice(&s->in);
		n = slice_find(in, '\n');
		if (n < in.len)
			break;
		if (!server_fill(s))
			return false;
	}
	buf_add(line, in.ptr, n > 0 && in.ptr[n - 1] == '\r' ? n - 1 : n);
	buf_consume(&s->in, n + 1);
	return true;
}

static inline void
server_reset(struct server *s)
{
	s->in_mail = false;
	s->count = 0;
	s->sender[0] = '\0';
	buf_clear(&s->content);
}

static inline void
server_store(struct server *s)
{
	struct slice rest, line;
	struct stored *one;
	unsigned i;
	size_t b;

	for (i = 0; i < s->count; i++) {
		ck_assert_uint_lt(s->nstored, STORED_MAX);
		one = &s->stored[s->nstored++];
		memset(one, 0, sizeof(*one));
		snprintf(one->sender, sizeof(one->sender), "%s", s->sender);
		snprintf(one->recipient, sizeof(one->recipient), "%s",
		    s->recipients[i]);
		one->size = s->content.len;
		for (b = 0; b < s->content.len; b++) {
			one->sum = one->sum * 31 +
			    (unsigned char)s->content.data[b];
			one->is_8bit |= s->content.data[b] < 0;
		}
		rest = buf_slice(&s->content);
		while (slice_cut(&rest, '\n', &line))
			if (slice_starts(line, "Subject: "))
				snprintf(one->subject, sizeof(one->subject),
				    "%.*s", (int)line.len - 10, line.ptr + 9);
	}
}

/* Between < and >. */
static inline void
server_address(const struct buf *line, char *out, size_t size)
{
	const char *from = strchr(buf_string(line), '<');
	const char *to = strchr(buf_string(line), '>');

	ck_assert_ptr_nonnull(from);
	ck_assert_ptr_nonnull(to);
	snprintf(out, size, "%.*s", (int)(to - from - 1), from + 1);
}

static inline const char *
server_mail(struct server *s, const struct buf *line)
{
	if (s->in_mail)
		return "503 5.5.1 nested MAIL";
	server_address(line, s->sender, sizeof(s->sender));
	s->in_mail = true;
	return "250 2.1.0 sender ok";
}

static inline const char *
server_rcpt(struct server *s, const struct buf *line)
{
	if (!s->in_mail)
		return "503 5.5.1 MAIL first";
	if (s->max_recipients > 0 && s->count >= s->max_recipients)
		return "452 4.5.3 too many recipients";
	server_address(line, s->recipients[s->count],
	    sizeof(s->recipients[0]));
	s->count++;
	return "250 2.1.5 recipient ok";
}

static inline const char *
server_end(struct server *s, const char *act)
{
	const char *reply = "250 2.0.0 stored";

	if (act != NULL && act[0] >= '4' && act[0] <= '9')
		reply = act;
	else if (s->count == 0)
		reply = "554 5.5.1 no valid recipients";
	else
		server_store(s);
	server_reset(s);
	return reply;
}

static inline void
server_say(struct server *s, const char *reply)
{
	buf_addf(&s->out, "%s\r\n", reply);
}

/* What a rule says of a reply that the server would give. False: the end. */
static inline bool
server_answer(struct server *s, const char *act, const char *reply)
{
	char byte;

	if (act == NULL) {
		server_say(s, reply);
		return true;
	}
	if (strcmp(act, TWICE) == 0) {
		server_say(s, reply);
		server_say(s, reply);
		return true;
	}
	if (strcmp(act, TAIL) == 0) {
		server_say(s, reply);
		buf_add_string(&s->out, "25");
		return true;
	}
	if (strcmp(act, GARBAGE) == 0) {
		server_say(s, "who are you?");
		return true;
	}
	if (strcmp(act, HANG) == 0) {
		server_flush(s);
		while (read(s->fd, &byte, 1) > 0)
			continue;
		return false;
	}
	if (strcmp(act, DRIP) == 0) {
		server_flush(s);
		for (byte = '2'; write(s->fd, &byte, 1) == 1; byte = '5')
			usleep(20000);
		return false;
	}
	if (act[0] == 'c')
		return false;
	server_say(s, act);
	return strncmp(act, "421", 3) != 0;
}

static inline bool
server_dots(struct server *s, struct buf *line)
{
	const char *act;

	server_flush(s);
	for (;;) {
		if (!server_line(s, line))
			return false;
		if (strcmp(buf_string(line), ".") == 0)
			break;
		buf_add_string(&s->content,
		    buf_string(line) + (line->data[0] == '.'));
		buf_add_string(&s->content, "\r\n");
	}
	act = rule_act(s, "END");
	if (act != NULL && strcmp(act, CLOSE) == 0)
		return false;
	return server_answer(s, act, server_end(s, act)) &&
	    !s->close_after_end;
}

static inline bool
server_data(struct server *s, const char *act, struct buf *line)
{
	if (act != NULL && strncmp(act, "354", 3) != 0)
		return server_answer(s, act, "354 go on");
	if (!s->in_mail)
		return server_answer(s, NULL, "503 5.5.1 MAIL first");
	if (s->count == 0 && !s->lenient)
		return server_answer(s, NULL, "554 5.5.1 no valid recipients");
	server_say(s, act == NULL ? "354 go on" : act);
	s->early |= s->in.len > 0;
	return server_dots(s, line);
}

static inline bool
server_bdat(struct server *s, struct buf *line)
{
	size_t size = strtoul(buf_string(line) + 5, NULL, 10);
	const char *act;

	while (s->in.len < size)
		if (!server_fill(s))
			return false;
	buf_add(&s->content, s->in.data, size);
	buf_consume(&s->in, size);
	act = rule_act(s, "END");
	if (act != NULL && strcmp(act, CLOSE) == 0)
		return false;
	/* Like Exim: the transaction stays open, and its content is gone. */
	if (s->count == 0) {
		buf_clear(&s->content);
		return server_answer(s, act, "503 5.5.1 RCPT first");
	}
	return server_answer(s, act, server_end(s, act));
}

static inline bool
server_hello(struct server *s, const char *act)
{
	struct buf text = BUF_INIT;
	struct slice rest, line;
	bool more;

	rest = slice_from(s->offers);
	buf_add_string(&text, rest.len == 0 ? "250 scripted" : "250-scripted");
	for (; rest.len > 0 && slice_cut(&rest, '\n', &line);) {
		more = rest.len > 0;
		buf_addf(&text, "\r\n250%c%.*s", more ? '-' : ' ',
		    (int)line.len, line.ptr);
	}
	more = server_answer(s, act, buf_string(&text));
	buf_free(&text);
	return more;
}

/* Whether the server does what it was told, whatever it says of it. */
static inline bool
has_effect(const char *act)
{
	return strcmp(act, CLOSE_AFTER) == 0 || strcmp(act, TWICE) == 0 ||
	    strcmp(act, TAIL) == 0;
}

static inline bool
server_plain(struct server *s, const char *verb, const char *act,
    const struct buf *line)
{
	const char *reply = "250 2.0.0 ok";

	if (act != NULL && !has_effect(act))
		return server_answer(s, act, "");
	if (strcmp(verb, "MAIL") == 0)
		reply = server_mail(s, line);
	else if (strcmp(verb, "RCPT") == 0)
		reply = server_rcpt(s, line);
	else if (strcmp(verb, "RSET") == 0)
		server_reset(s);
	else if (strcmp(verb, "QUIT") == 0)
		reply = "221 2.0.0 bye";
	else if (strcmp(verb, "AUTH") == 0)
		reply = "235 2.7.0 welcome";
	return server_answer(s, act, reply) && strcmp(verb, "QUIT") != 0;
}

static inline bool
server_command(struct server *s, struct buf *line)
{
	char verb[16];
	const char *act;

	if (!server_line(s, line))
		return false;
	buf_addf(&s->commands, "%s\n", buf_string(line));
	snprintf(verb, sizeof(verb), "%.*s",
	    (int)slice_find(buf_slice(line), ' '), buf_string(line));
	if (strcmp(verb, "BDAT") == 0)
		return server_bdat(s, line);
	act = rule_act(s, verb);
	if (strcmp(verb, "DATA") == 0)
		return server_data(s, act, line);
	if (strcmp(verb, "EHLO") == 0)
		return server_hello(s, act);
	return server_plain(s, verb, act, line);
}

/* Ends without a reset, so that what was said arrives. */
static inline void
server_hang_up(struct server *s)
{
	char rest[4096];

	server_flush(s);
	shutdown(s->fd, SHUT_WR);
	while (read(s->fd, rest, sizeof(rest)) > 0)
		continue;
	file_close(&s->fd);
}

static inline void *
server_thread(void *arg)
{
	struct server *s = arg;
	struct buf line = BUF_INIT;

	s->fd = accept(s->listener, NULL, NULL);
	if (s->fd >= 0) {
		s->connections++;
		if (server_answer(s, rule_act(s, "GREETING"), "220 scripted"))
			while (server_command(s, &line))
				continue;
		server_hang_up(s);
	}
	buf_free(&line);
	return NULL;
}

static inline void
server_listen(struct server *s)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t len = sizeof(a);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(s->listener, (void *)&a, len), 0);
	ck_assert_int_eq(listen(s->listener, 4), 0);
	ck_assert_int_eq(getsockname(s->listener, (void *)&a, &len), 0);
	s->port = ntohs(a.sin_port);
	s->stored = xcalloc(STORED_MAX, sizeof(*s->stored));
}

static inline void
server_free(struct server *s)
{
	free(s->stored);
	buf_free(&s->commands);
	buf_free(&s->in);
	buf_free(&s->out);
	buf_free(&s->content);
	file_close(&s->listener);
}

/* --- the manager's end --------------------------------------------------- */

struct letters {		/* a message of the test */
	const char *sender;
	const char *recipients[12];	/* up to a NULL */
	const char *content;	/* header, empty line, body, CRLF */
	unsigned flags;
};

#define VERDICTS_MAX 4096

struct result {
	enum verdict_kind kind;
	enum verdict_scope scope;
	enum verdict_stage stage;
	int code;
	char enhanced[ENHANCED_MAX];
	char text[200];
	unsigned count;		/* verdicts that this recipient had */
};

struct manager {
	int socket;
	pid_t agent;
	bool greeted;
	bool ready;
	char ready_line[300];
	bool trouble;
	struct result why;	/* the trouble */
	unsigned pace;
	unsigned done;		/* JOB_DONE */
	unsigned records;	/* JOB_VERDICT */
	unsigned heard;		/* records of any type */
	bool silent;		/* it never says that anything is recorded */
	unsigned flags, each, most;	/* of the jobs to come */
	struct buf ticket;	/* the last JOB_TICKET */
	struct result (*results)[64];	/* by job, by recipient */
	size_t jobs;
	int status;		/* what agent_run() returned */
};

static inline int
letter_file(const struct letters *l)
{
	struct recipient list[12] = {{.addr = {NULL, 0}}};
	struct envelope e = {.recipients = list, .flags = l->flags};
	struct buf text = BUF_INIT;
	const char *end;
	int fd;

	for (; l->recipients[e.count] != NULL; e.count++)
		list[e.count].addr = slice_from(l->recipients[e.count]);
	e.sender = slice_from(l->sender);
	end = strstr(l->content, "\r\n\r\n");
	ck_assert_ptr_nonnull(end);
	e.header_size = (size_t)(end - l->content) + 4;
	e.body_size = strlen(l->content) - e.header_size;
	envelope_print(&e, &text);
	buf_add_string(&text, l->content);
	fd = memfd_create("message", MFD_CLOEXEC);
	ck_assert(file_write(fd, text.data, text.len));
	buf_free(&text);
	return fd;
}

/* What it kept from an agent before. */
static inline void
manager_remind(struct manager *m, struct slice ticket)
{
	record_send(m->socket, JOB_SESSION, ticket, -1);
}

/* Hands over a file as the next job, for recipients 0 to count - 1. False when
 * the agent takes no more. */
static inline bool
manager_send(struct manager *m, int fd, unsigned count)
{
	struct range all = {0, count - 1};
	struct job j = {
		.number = (uint32_t)m->jobs,
		.id = "0123456789abcdef",
		.flags = m->flags,
		.each = m->each,
		.most = m->most,
		.ranges = &all,
		.count = 1,
	};
	struct buf body = BUF_INIT;
	bool sent;

	if ((m->jobs & (m->jobs + 1)) == 0)
		m->results = xrealloc(m->results, 2 * m->jobs + 1,
		    sizeof(*m->results));
	memset(m->results[m->jobs++], 0, sizeof(*m->results));
	job_print(&j, &body);
	sent = record_send(m->socket, JOB_START, buf_slice(&body), fd);
	ck_assert(sent || errno == EPIPE);
	buf_free(&body);
	return sent;
}

static inline bool
manager_hand_over(struct manager *m, const struct letters *l)
{
	unsigned count;
	bool sent;
	int fd;

	for (count = 0; l->recipients[count] != NULL; count++)
		continue;
	fd = letter_file(l);
	sent = manager_send(m, fd, count);
	close(fd);
	return sent;
}

static inline void
result_set(struct result *r, const struct verdict *v)
{
	r->kind = v->kind;
	r->scope = v->scope;
	r->stage = v->stage;
	r->code = v->code;
	snprintf(r->enhanced, sizeof(r->enhanced), "%s", v->enhanced);
	snprintf(r->text, sizeof(r->text), "%.*s", (int)v->text.len,
	    v->text.ptr);
	r->count++;
}

static inline void
manager_verdict(struct manager *m, const struct record *r)
{
	struct buf words = BUF_INIT;
	struct verdict v;
	uint32_t i;

	ck_assert(verdict_parse(r->body, &v, &words));
	if (r->type == JOB_TROUBLE) {
		m->trouble = true;
		result_set(&m->why, &v);
	} else {
		m->records++;
		ck_assert_uint_lt(v.job, m->jobs);
		for (i = v.first; i <= v.last && i < 64; i++)
			result_set(&m->results[v.job][i], &v);
	}
	buf_free(&words);
}

/* All that it heard is on disk. */
static inline void
manager_record(struct manager *m)
{
	struct buf number = BUF_INIT;

	buf_addf(&number, "%u", m->heard);
	record_send(m->socket, JOB_RECORDED, buf_slice(&number), -1);
	buf_free(&number);
}

static inline void
manager_take(struct manager *m, const struct record *r)
{
	unsigned long long n = 0;

	m->heard++;
	if (!m->silent)
		manager_record(m);
	switch (r->type) {
	case JOB_GREETED:
		ck_assert(!m->greeted);
		m->greeted = true;
		break;
	case JOB_READY:
		ck_assert(m->greeted);
		m->ready = true;
		snprintf(m->ready_line, sizeof(m->ready_line), "%.*s",
		    (int)r->body.len, r->body.ptr);
		break;
	case JOB_VERDICT:
	case JOB_TROUBLE:
		manager_verdict(m, r);
		break;
	case JOB_DONE:
		m->done++;
		break;
	case JOB_PACE:
		ck_assert(slice_to_number(r->body, 1000, &n));
		m->pace = (unsigned)n;
		break;
	case JOB_TICKET:
		buf_clear(&m->ticket);
		buf_add_slice(&m->ticket, r->body);
		break;
	default:
		ck_abort_msg("record of type %u", r->type);
	}
}

static inline bool
manager_wait_one(struct manager *m, struct record_reader *reader)
{
	struct record r;

	if (record_wait(reader, m->socket, &r) <= 0)
		return false;
	manager_take(m, &r);
	return true;
}

/* Takes records until what the test waits for, or the agent's end. */
static inline bool
manager_wait(struct manager *m, struct record_reader *reader,
    unsigned done)
{
	while (m->done < done)
		if (!manager_wait_one(m, reader))
			return false;
	return true;
}

struct play {
	struct server server;
	struct manager manager;
	struct config config;
	struct smarthost host;
	struct record_reader reader;
	int agent_socket;	/* until it starts */
	bool (*confine)(void);
	bool refuse;		/* nobody listens */
};

#define FOREVER (3600 * CLOCK_SEC)

static inline void
play_prepare(struct play *p, const char *offers)
{
	int pair[2];

	memset(p, 0, sizeof(*p));
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    pair), 0);
	p->manager.socket = pair[0];
	p->agent_socket = pair[1];
	p->server.offers = offers;
	p->config.mailname = (char *)(uintptr_t)"web1.example.org";
	p->host = (struct smarthost){
		.title = (char *)(uintptr_t)"isp",
		.host = (char *)(uintptr_t)"127.0.0.1",
		.tls = TLS_NONE,
		.auth = AUTH_CHOICE_NONE,
		.recipients_per_transaction = 100,
		.in_flight = 8,
		.max_size = 1u << 30,
		.idle = FOREVER,
		.session_limit = FOREVER,
		.timeouts = {FOREVER, FOREVER, FOREVER, FOREVER, FOREVER,
		    FOREVER, FOREVER, FOREVER, FOREVER, FOREVER,
		    200 * CLOCK_MSEC},
	};
}

/* The agent runs in a child of its own from here on. What it was handed over
 * before, it has at once. */
static inline void
play_start(struct play *p)
{
	struct agent_start start = {.config = &p->config,
	    .smarthost = &p->host, .secret = SLICE("secret"),
	    .socket = p->agent_socket, .confine = p->confine};

	log_open("agent", true);
	server_listen(&p->server);
	p->host.port = p->refuse ? 1 : p->server.port;
	fflush(NULL);
	p->manager.agent = fork();
	ck_assert_int_ge(p->manager.agent, 0);
	if (p->manager.agent == 0) {
		close(p->manager.socket);
		close(p->server.listener);
		exit(agent_run(&start));
	}
	file_close(&p->agent_socket);
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(pthread_create(&p->server.thread, NULL,
	    server_thread, &p->server), 0);
}

static inline void
play_leave(struct play *p)
{
	record_send(p->manager.socket, JOB_LEAVE, (struct slice){NULL, 0}, -1);
}

/* Takes what the agent still says, until both are gone. */
static inline void
play_end(struct play *p)
{
	int status;

	manager_wait(&p->manager, &p->reader, UINT32_MAX);
	ck_assert_int_eq(waitpid(p->manager.agent, &status, 0),
	    p->manager.agent);
	ck_assert_msg(WIFEXITED(status), "the agent died of signal %d",
	    WTERMSIG(status));
	p->manager.status = WEXITSTATUS(status);
	shutdown(p->server.listener, SHUT_RDWR);
	pthread_join(p->server.thread, NULL);
}

static inline void
play_free(struct play *p)
{
	record_reader_free(&p->reader);
	file_close(&p->manager.socket);
	free(p->manager.results);
	buf_free(&p->manager.ticket);
	server_free(&p->server);
}

#endif
