#include "unit.h"

#include "scripted.h"
#include "smtp/style.h"

static const struct letters one = {
	"a@web1.example.org", {"b@example.net", "c@example.net"},
	"Subject: one\r\n\r\n.dot\r\nline\r\n..two\r\n", 0,
};

/* The commands of a connection by their letters (RSET is S), without EHLO and
 * QUIT. */
static const char *
commands(const struct server *s, struct buf *out)
{
	struct slice rest, line;

	rest = buf_slice(&s->commands);
	while (slice_cut(&rest, '\n', &line)) {
		if (line.len == 0 || slice_starts(line, "EHLO") ||
		    slice_starts(line, "QUIT"))
			continue;
		buf_add(out, slice_starts(line, "RSET") ? "S" : line.ptr, 1);
	}
	return buf_string(out);
}

static void
check_commands(const struct server *s, const char *expected)
{
	struct buf all = BUF_INIT;

	ck_assert_str_eq(commands(s, &all), expected);
	buf_free(&all);
}

static void
check_command(const struct server *s, const char *line)
{
	ck_assert_msg(strstr(buf_string(&s->commands), line) != NULL,
	    "not said: %s but %s", line, buf_string(&s->commands));
}

static void
deliver(struct play *p, const struct letters *l, unsigned times)
{
	unsigned i;

	for (i = 0; i < times; i++)
		manager_hand_over(&p->manager, l);
	play_start(p);
	if (manager_wait(&p->manager, &p->reader, times))
		play_leave(p);
	play_end(p);
}

/* As a manager does it: never more in hand than the agent wants. */
static void
deliver_at_its_pace(struct play *p, const struct letters *l, unsigned total)
{
	struct manager *m = &p->manager;
	int fd;

	fd = letter_file(l);
	play_start(p);
	while (m->done < total) {
		while (m->jobs < total && m->jobs - m->done < m->pace)
			manager_send(m, fd, 2);
		if (!manager_wait_one(m, &p->reader))
			break;
	}
	close(fd);
	play_leave(p);
	play_end(p);
}

static void
check_all(const struct play *p, enum verdict_kind kind)
{
	size_t i;

	for (i = 0; i < p->manager.jobs; i++) {
		ck_assert_uint_eq(p->manager.results[i][0].count, 1);
		ck_assert_msg(p->manager.results[i][0].kind == kind,
		    "%s: %s", verdict_kind_name(p->manager.results[i][0].kind),
		    p->manager.results[i][0].text);
	}
}

/* How often the server had to answer is counted with greeting, EHLO, QUIT. */
static const struct way {
	const char *offers;
	const char *ready;
	unsigned bursts;
	const char *commands;
} ways[] = {
	{"", "auth=none style=lockstep", 18, "MRRDMRRDMRRD"},
	{"CHUNKING\n", "auth=none style=lockstep", 18, "MRRDMRRDMRRD"},
	{"PIPELINING\n", "auth=none style=one-turn", 7, "MRRDMRRDMRRD"},
	{"PIPELINING\nCHUNKING\n", "auth=none style=bdat-ahead", 5,
	    "SMRRBSMRRBSMRRB"},
};

START_TEST(messages_go_out_as_the_server_allows)
{
	const struct way *w = &ways[_i];
	struct play p;

	play_prepare(&p, w->offers);
	deliver(&p, &one, 3);
	ck_assert_int_eq(p.manager.status, 0);
	ck_assert_ptr_nonnull(strstr(p.manager.ready_line, w->ready));
	check_commands(&p.server, w->commands);
	check_command(&p.server, "EHLO web1.example.org\n");
	check_command(&p.server, "QUIT\n");
	ck_assert_uint_eq(p.server.nstored, 6);
	ck_assert_uint_eq(p.server.bursts, w->bursts);
	ck_assert_uint_eq(p.manager.records, 3);
	check_all(&p, VERDICT_DELIVERED);
	play_free(&p);
}
END_TEST

/* The same down the whole ladder. */
START_TEST(each_style_takes_its_turns)
{
	static const unsigned bursts[] = {
		[STYLE_LOCKSTEP] = 18,
		[STYLE_TWO_TURNS] = 9,
		[STYLE_ONE_TURN] = 7,
		[STYLE_BDAT] = 6,
		[STYLE_BDAT_AHEAD] = 5,
	};
	struct lesson lesson = {(enum style)_i, INT64_MAX};
	struct buf ticket = BUF_INIT;
	struct play p;

	play_prepare(&p, "PIPELINING\nCHUNKING\n");
	lesson_print(&lesson, &ticket);
	manager_remind(&p.manager, buf_slice(&ticket));
	deliver(&p, &one, 3);
	check_all(&p, VERDICT_DELIVERED);
	ck_assert_uint_eq(p.server.nstored, 6);
	ck_assert_uint_eq(p.server.bursts, bursts[_i]);
	play_free(&p);
	buf_free(&ticket);
}
END_TEST

/* Greeting, EHLO and QUIT are four or five turns more. */
static const struct economy {
	const char *offers;
	unsigned in_flight;
	unsigned messages;
	unsigned turns;
} economies[] = {
	{"PIPELINING\n", 8, 100, 105},
	{"PIPELINING\nCHUNKING\n", 1, 100, 105},
	{"PIPELINING\nCHUNKING\n", 8, 200, 60},
	{"PIPELINING\nCHUNKING\n", 32, 400, 40},
};

START_TEST(a_message_costs_one_turn_and_ahead_a_fraction)
{
	const struct economy *e = &economies[_i];
	struct play p;

	play_prepare(&p, e->offers);
	p.host.in_flight = e->in_flight;
	p.server.delay = 20000;
	deliver_at_its_pace(&p, &one, e->messages);
	ck_assert_uint_eq(p.server.nstored / 2, e->messages);
	check_all(&p, VERDICT_DELIVERED);
	ck_assert_uint_le(p.server.bursts, e->turns);
	ck_assert_uint_eq(p.server.connections, 1);
	play_free(&p);
}
END_TEST

START_TEST(what_the_server_offers_is_used)
{
	struct letters l = {"a@web1.example.org", {"b@example.net"},
	    "Subject: x\r\n\r\nna\xc3\xafve\r\n", ENVELOPE_8BIT};
	struct play p;

	play_prepare(&p, "SIZE 100000\n8BITMIME\nSMTPUTF8\nDSN\n");
	deliver(&p, &l, 1);
	check_command(&p.server,
	    "MAIL FROM:<a@web1.example.org> SIZE=22 BODY=8BITMIME\n");
	check_command(&p.server, "RCPT TO:<b@example.net>\n");
	play_free(&p);
}
END_TEST

START_TEST(a_utf8_address_says_smtputf8)
{
	struct letters l = {"a@web1.example.org",
	    {"j\xc3\xb6rg@example.net"}, "Subject: x\r\n\r\n", ENVELOPE_UTF8};
	struct play p;

	play_prepare(&p, "SMTPUTF8\n");
	deliver(&p, &l, 1);
	check_command(&p.server, "MAIL FROM:<a@web1.example.org> SMTPUTF8\n");
	check_command(&p.server, "RCPT TO:<j\xc3\xb6rg@example.net>\n");
	check_all(&p, VERDICT_DELIVERED);
	play_free(&p);
}
END_TEST

START_TEST(a_utf8_address_is_refused_where_the_server_knows_none)
{
	struct letters l = {"a@web1.example.org",
	    {"j\xc3\xb6rg@example.net", "b@example.net"},
	    "Subject: x\r\n\r\n", ENVELOPE_UTF8};
	struct play p;

	play_prepare(&p, "");
	deliver(&p, &l, 1);
	ck_assert_int_eq(p.manager.results[0][0].kind, VERDICT_REFUSED);
	ck_assert_str_eq(p.manager.results[0][0].enhanced, "5.6.7");
	ck_assert_int_eq(p.manager.results[0][1].kind, VERDICT_DELIVERED);
	ck_assert_uint_eq(p.server.nstored, 1);
	play_free(&p);
}
END_TEST

START_TEST(a_message_above_the_servers_size_is_not_sent)
{
	struct play p;

	play_prepare(&p, "SIZE 30\nPIPELINING\n");
	deliver(&p, &one, 1);
	check_all(&p, VERDICT_REFUSED);
	ck_assert_str_eq(p.manager.results[0][0].enhanced, "5.3.4");
	ck_assert_int_eq(p.manager.results[0][0].scope, SCOPE_MESSAGE);
	check_commands(&p.server, "");
	play_free(&p);
}
END_TEST

START_TEST(an_address_cannot_become_a_command)
{
	static const char *const bad[] = {"b@x> SIZE=1", "b@x\x7f", "@x",
	    "b b@x", "<b@x>"};
	struct letters l = {"a@web1.example.org", {NULL},
	    "Subject: x\r\n\r\n", 0};
	struct play p;

	l.recipients[0] = bad[_i];
	play_prepare(&p, "");
	deliver(&p, &l, 1);
	check_all(&p, VERDICT_REFUSED);
	ck_assert_str_eq(p.manager.results[0][0].enhanced, "5.1.3");
	check_commands(&p.server, "");
	play_free(&p);
}
END_TEST

static const struct letters many = {
	"a@web1.example.org", {"r1@x.net", "r2@x.net", "r3@x.net", "r4@x.net",
	    "r5@x.net", "r6@x.net", "r7@x.net"},
	"Subject: many\r\n\r\nbody\r\n", 0,
};

START_TEST(recipients_beyond_the_limit_go_in_further_transactions)
{
	static const char *const offers[] = {"", "PIPELINING\n",
	    "PIPELINING\nCHUNKING\n"};
	static const char *const expected[] = {"MRRRDMRRRDMRD",
	    "MRRRDMRRRDMRD", "SMRRRBSMRRRBSMRB"};
	struct play p;
	unsigned i;

	play_prepare(&p, offers[_i]);
	p.host.recipients_per_transaction = 3;
	deliver(&p, &many, 1);
	check_commands(&p.server, expected[_i]);
	ck_assert_uint_eq(p.server.nstored, 7);
	for (i = 0; i < 7; i++)
		ck_assert_uint_eq(p.manager.results[0][i].count, 1);
	/* One for a transaction, or one for several. */
	ck_assert_uint_le(p.manager.records, 3);
	play_free(&p);
}
END_TEST

START_TEST(recipients_too_many_for_the_server_follow_at_once)
{
	static const char *const offers[] = {"", "PIPELINING\n",
	    "PIPELINING\nCHUNKING\n"};
	struct play p;
	unsigned i;

	play_prepare(&p, offers[_i]);
	p.server.max_recipients = 2;
	deliver(&p, &many, 2);
	ck_assert_uint_eq(p.server.nstored, 14);
	for (i = 0; i < 7; i++) {
		ck_assert_int_eq(p.manager.results[0][i].kind,
		    VERDICT_DELIVERED);
		ck_assert_int_eq(p.manager.results[1][i].kind,
		    VERDICT_DELIVERED);
	}
	play_free(&p);
}
END_TEST

START_TEST(too_many_at_the_first_recipient_is_a_deferral)
{
	struct play p;

	play_prepare(&p, "PIPELINING\n");
	p.server.rules[0] = (struct rule){"RCPT", 0, "452 4.5.3 too many"};
	deliver(&p, &one, 1);
	check_all(&p, VERDICT_DEFERRED);
	play_free(&p);
}
END_TEST

START_TEST(no_more_messages_go_over_one_connection_than_set)
{
	struct play p;
	unsigned i;

	play_prepare(&p, "PIPELINING\nCHUNKING\n");
	p.host.messages_per_connection = 2;
	deliver(&p, &one, 4);
	check_command(&p.server, "QUIT\n");
	ck_assert_uint_eq(p.server.nstored, 4);
	for (i = 0; i < 4; i++)
		ck_assert_int_eq(p.manager.results[i][0].kind,
		    i < 2 ? VERDICT_DELIVERED : VERDICT_UNTRIED);
	ck_assert_int_eq(p.manager.status, 0);
	play_free(&p);
}
END_TEST

START_TEST(a_lone_dot_ends_what_nobody_may_have)
{
	struct play p;

	play_prepare(&p, "PIPELINING\n");
	p.server.lenient = true;
	p.server.rules[0] = (struct rule){"RCPT", 1, "550 5.1.1 no"};
	p.server.rules[1] = (struct rule){"RCPT", 2, "450 4.2.0 busy"};
	deliver(&p, &one, 2);
	check_commands(&p.server, "MRRDSMRRD");
	ck_assert_int_eq(p.manager.results[0][0].kind, VERDICT_REFUSED);
	ck_assert_int_eq(p.manager.results[0][1].kind, VERDICT_DEFERRED);
	ck_assert_int_eq(p.manager.results[1][0].kind, VERDICT_DELIVERED);
	ck_assert_uint_eq(p.server.nstored, 2);
	play_free(&p);
}
END_TEST

/* The wrong-sender trap: the server keeps the transaction of the message before
 * in spite of RSET. */
START_TEST(with_data_nothing_goes_out_under_a_wrong_sender)
{
	struct letters other = one;
	struct play p;

	other.sender = "other@web1.example.org";
	play_prepare(&p, "PIPELINING\n");
	p.server.rules[0] = (struct rule){"RCPT", 1, "550 5.1.1 no"};
	p.server.rules[1] = (struct rule){"RCPT", 2, "550 5.1.1 no"};
	p.server.rules[2] = (struct rule){"RSET", 1, "250 as if"};
	manager_hand_over(&p.manager, &one);
	manager_hand_over(&p.manager, &other);
	play_start(&p);
	ck_assert(manager_wait(&p.manager, &p.reader, 2));
	play_end(&p);
	check_commands(&p.server, "MRRDSMRRD");
	ck_assert_uint_eq(p.server.nstored, 0);
	ck_assert_int_eq(p.manager.results[0][0].kind, VERDICT_REFUSED);
	ck_assert_int_eq(p.manager.results[1][0].kind, VERDICT_UNTRIED);
	play_free(&p);
}
END_TEST

START_TEST(with_bdat_what_went_under_a_wrong_sender_is_held)
{
	struct letters other = one;
	struct play p;

	other.sender = "other@web1.example.org";
	play_prepare(&p, "PIPELINING\nCHUNKING\n");
	p.server.rules[0] = (struct rule){"RCPT", 1, "550 5.1.1 no"};
	p.server.rules[1] = (struct rule){"RCPT", 2, "550 5.1.1 no"};
	p.server.rules[2] = (struct rule){"RSET", 2, "250 as if"};
	manager_hand_over(&p.manager, &one);
	manager_hand_over(&p.manager, &other);
	play_start(&p);
	ck_assert(manager_wait(&p.manager, &p.reader, 2));
	play_leave(&p);
	play_end(&p);
	ck_assert_uint_eq(p.server.nstored, 2);
	ck_assert_str_eq(p.server.stored[0].sender, "a@web1.example.org");
	ck_assert_int_eq(p.manager.results[0][0].kind, VERDICT_REFUSED);
	ck_assert_int_eq(p.manager.results[1][0].kind, VERDICT_DOUBT);
	ck_assert_int_eq(p.manager.results[1][0].code, 503);
	ck_assert_uint_gt(p.manager.ticket.len, 0);
	ck_assert_int_eq(p.manager.ticket.data[0], '3');
	play_free(&p);
}
END_TEST

/* Where a server cannot follow, the next session is told. */
static const struct lesson_case {
	const char *offers;
	const char *verb;
	const char *act;
	const char *lesson;
	const char *ready;
} lessons[] = {
	{"PIPELINING\nCHUNKING\n", "MAIL", CLOSE, "3 ", "style=bdat"},
	{"PIPELINING\nCHUNKING\n", "END", "500 what?", "3 ", "style=bdat"},
	{"PIPELINING\n", "DATA", CLOSE, "1 ", "style=two-turns"},
	{"PIPELINING\n", "RCPT", "503 no", "1 ", "style=two-turns"},
	{"PIPELINING\n", "MAIL", "421 no", "1 ", "style=two-turns"},
};

START_TEST(a_surprise_is_remembered_by_the_next_session)
{
	const struct lesson_case *l = &lessons[_i];
	struct play p, next;

	play_prepare(&p, l->offers);
	p.server.rules[0] = (struct rule){l->verb, 1, l->act};
	deliver(&p, &one, 1);
	ck_assert_uint_gt(p.manager.ticket.len, 0);
	ck_assert_int_eq(strncmp(buf_string(&p.manager.ticket), l->lesson, 2),
	    0);
	play_prepare(&next, l->offers);
	manager_remind(&next.manager, buf_slice(&p.manager.ticket));
	play_start(&next);
	manager_hand_over(&next.manager, &one);
	ck_assert(manager_wait(&next.manager, &next.reader, 1));
	play_leave(&next);
	play_end(&next);
	ck_assert_ptr_nonnull(strstr(next.manager.ready_line, l->ready));
	check_all(&next, VERDICT_DELIVERED);
	ck_assert(slice_equal(buf_slice(&p.manager.ticket),
	    buf_slice(&next.manager.ticket)));
	play_free(&next);
	play_free(&p);
}
END_TEST

/* What follows a refusal is neither a cause nor a reason to step down. */
START_TEST(an_echo_is_no_surprise)
{
	static const struct {
		struct rule rules[3];
		enum verdict_kind kind;
		enum verdict_stage stage;
	} cases[] = {
		{{{"RCPT", 1, "550 5.1.1 no"}, {"RCPT", 2, "550 5.1.1 no"},
		    {"DATA", 1, "503 5.5.1 no recipients"}},
		    VERDICT_REFUSED, STAGE_RCPT},
		{{{"MAIL", 1, "451 4.3.0 later"}, {NULL, 0, NULL}},
		    VERDICT_DEFERRED, STAGE_MAIL},
	};
	static const char *const offers[] = {"PIPELINING\n",
	    "PIPELINING\nCHUNKING\n"};
	struct play p;

	play_prepare(&p, offers[_i / 2]);
	memcpy(p.server.rules, cases[_i % 2].rules,
	    sizeof(cases[0].rules));
	deliver(&p, &one, 2);
	ck_assert_int_eq(p.manager.results[0][0].kind, cases[_i % 2].kind);
	ck_assert_int_eq(p.manager.results[0][0].stage, cases[_i % 2].stage);
	ck_assert_int_eq(p.manager.results[1][0].kind, VERDICT_DELIVERED);
	ck_assert_uint_eq(p.manager.ticket.len, 0);
	play_free(&p);
}
END_TEST

/* "Enough for this connection" is no surprise. */
START_TEST(enough_for_this_connection_gives_the_next_mail_back)
{
	static const char *const words[] = {"421 4.7.0 enough",
	    "451 Too many messages in this connection"};
	static const struct {
		const char *offers;
		unsigned in_flight;
	} cases[] = {{"", 8}, {"PIPELINING\n", 8},
	    {"PIPELINING\nCHUNKING\n", 1}, {"PIPELINING\nCHUNKING\n", 8}};
	struct play p;

	play_prepare(&p, cases[_i % 4].offers);
	p.host.in_flight = cases[_i % 4].in_flight;
	p.server.rules[0] = (struct rule){"MAIL", 2, words[_i / 4]};
	p.server.rules[1] = (struct rule){"MAIL", 3, words[_i / 4]};
	deliver(&p, &one, 3);
	ck_assert_int_eq(p.manager.results[0][0].kind, VERDICT_DELIVERED);
	ck_assert_int_eq(p.manager.results[1][0].kind, VERDICT_UNTRIED);
	/* Not in doubt either, although it had been sent behind the other. */
	ck_assert_int_eq(p.manager.results[2][0].kind, VERDICT_UNTRIED);
	ck_assert(!p.manager.trouble);
	ck_assert_uint_eq(p.manager.ticket.len, 0);
	ck_assert_int_eq(p.manager.status, 0);
	play_free(&p);
}
END_TEST

START_TEST(a_connection_that_serves_no_mail_is_trouble)
{
	static const char *const acts[] = {"421 4.7.0 no", CLOSE, GARBAGE};
	struct play p;

	play_prepare(&p, "");
	p.server.rules[0] = (struct rule){"MAIL", 1, acts[_i]};
	deliver(&p, &one, 2);
	ck_assert(p.manager.ready);
	ck_assert(p.manager.trouble);
	ck_assert_int_eq(p.manager.why.stage, STAGE_MAIL);
	ck_assert_int_eq(p.manager.why.scope, SCOPE_CONNECTION);
	ck_assert_int_eq(p.manager.results[0][0].kind, VERDICT_DEFERRED);
	ck_assert_int_eq(p.manager.results[1][0].kind, VERDICT_UNTRIED);
	ck_assert_int_eq(p.manager.status, 75);
	play_free(&p);
}
END_TEST

/* Once it has begun, it may be this message that the server cannot bear. */
START_TEST(a_connection_that_breaks_within_a_message_is_that_messages)
{
	static const struct {
		const char *verb;
		enum verdict_scope scope;
	} cases[] = {{"MAIL", SCOPE_CONNECTION}, {"RCPT", SCOPE_MESSAGE},
	    {"DATA", SCOPE_MESSAGE}};
	struct play p;

	play_prepare(&p, "PIPELINING\n");
	p.server.rules[0] = (struct rule){cases[_i].verb, 1, CLOSE};
	deliver(&p, &one, 1);
	check_all(&p, VERDICT_DEFERRED);
	ck_assert_int_eq(p.manager.results[0][0].scope, cases[_i].scope);
	ck_assert_int_eq(p.manager.why.scope, SCOPE_CONNECTION);
	play_free(&p);
}
END_TEST

START_TEST(an_account_that_is_closed_stops_all_that_waits)
{
	struct play p;

	play_prepare(&p, "PIPELINING\n");
	p.server.rules[0] = (struct rule){"MAIL", 1, "535 5.7.8 who?"};
	deliver(&p, &one, 4);
	ck_assert_int_eq(p.manager.results[0][0].kind, VERDICT_DEFERRED);
	ck_assert_int_eq(p.manager.results[0][0].scope, SCOPE_ACCOUNT);
	ck_assert_int_eq(p.manager.results[3][0].kind, VERDICT_UNTRIED);
	check_command(&p.server, "QUIT\n");
	play_free(&p);
}
END_TEST

START_TEST(a_quota_gives_back_what_waits_and_stays)
{
	struct play p;

	play_prepare(&p, "");
	p.server.rules[0] = (struct rule){"MAIL", 1,
	    "450 4.2.1 sending quota exceeded"};
	manager_hand_over(&p.manager, &one);
	manager_hand_over(&p.manager, &one);
	play_start(&p);
	ck_assert(manager_wait(&p.manager, &p.reader, 2));
	ck_assert_int_eq(p.manager.results[0][0].scope, SCOPE_QUOTA);
	ck_assert_int_eq(p.manager.results[1][0].kind, VERDICT_UNTRIED);
	manager_hand_over(&p.manager, &one);
	ck_assert(manager_wait(&p.manager, &p.reader, 3));
	ck_assert_int_eq(p.manager.results[2][0].kind, VERDICT_DELIVERED);
	play_leave(&p);
	play_end(&p);
	play_free(&p);
}
END_TEST

START_TEST(an_idle_agent_leaves_in_silence)
{
	struct play p;

	play_prepare(&p, "");
	p.host.idle = 100 * CLOCK_MSEC;
	play_start(&p);
	manager_hand_over(&p.manager, &one);
	play_end(&p);
	check_all(&p, VERDICT_DELIVERED);
	ck_assert(!p.manager.trouble);
	ck_assert_int_eq(p.manager.status, 0);
	check_command(&p.server, "QUIT\n");
	play_free(&p);
}
END_TEST

START_TEST(a_server_that_has_enough_while_idle_is_no_trouble)
{
	static const char *const lasts[] = {
		"250 2.0.0 ok\r\n421 4.4.2 idle too long", "250 ok"};
	struct play p;

	play_prepare(&p, "");
	p.server.rules[0] = (struct rule){"END", 1, lasts[_i]};
	p.server.close_after_end = true;
	play_start(&p);
	manager_hand_over(&p.manager, &one);
	play_end(&p);
	check_all(&p, VERDICT_DELIVERED);
	ck_assert(!p.manager.trouble);
	ck_assert_int_eq(p.manager.status, 0);
	play_free(&p);
}
END_TEST

/* A job that is sent while the agent leaves either cannot be sent or comes
 * back: a manager never has to guess. */
START_TEST(a_job_for_an_agent_that_leaves_is_never_in_doubt)
{
	struct play p;

	play_prepare(&p, "");
	p.host.messages_per_connection = 1;
	p.server.rules[0] = (struct rule){"QUIT", 1, HANG};
	play_start(&p);
	manager_hand_over(&p.manager, &one);
	ck_assert(manager_wait(&p.manager, &p.reader, 1));
	usleep((unsigned)_i * 200);
	if (manager_hand_over(&p.manager, &one)) {
		play_end(&p);
		ck_assert_int_eq(p.manager.results[1][0].kind,
		    VERDICT_UNTRIED);
		ck_assert_uint_eq(p.manager.done, 2);
	} else {
		play_end(&p);
	}
	ck_assert_uint_eq(p.server.nstored, 2);
	play_free(&p);
}
END_TEST

START_TEST(a_server_that_hangs_at_quit_is_left)
{
	struct play p;

	play_prepare(&p, "");
	p.server.rules[0] = (struct rule){"QUIT", 1, HANG};
	deliver(&p, &one, 1);
	check_all(&p, VERDICT_DELIVERED);
	ck_assert_int_eq(p.manager.status, 0);
	play_free(&p);
}
END_TEST

START_TEST(a_dripping_server_is_held_to_the_whole_commands_time)
{
	struct play p;

	play_prepare(&p, "");
	p.host.timeouts.mail = 300 * CLOCK_MSEC;
	p.server.rules[0] = (struct rule){"MAIL", 1, DRIP};
	deliver(&p, &one, 1);
	check_all(&p, VERDICT_DEFERRED);
	ck_assert(p.manager.trouble);
	play_free(&p);
}
END_TEST

START_TEST(a_manager_that_is_gone_ends_the_agent)
{
	struct play p;
	int status;

	play_prepare(&p, "");
	play_start(&p);
	manager_hand_over(&p.manager, &one);
	ck_assert(manager_wait(&p.manager, &p.reader, 1));
	file_close(&p.manager.socket);
	ck_assert_int_eq(waitpid(p.manager.agent, &status, 0),
	    p.manager.agent);
	ck_assert(WIFEXITED(status));
	pthread_join(p.server.thread, NULL);
	play_free(&p);
}
END_TEST

START_TEST(a_damaged_file_is_kept_and_others_go_on)
{
	static const char text[] = "navette-message 1\nrubbish\n\n";
	struct play p;
	int fd;

	play_prepare(&p, "PIPELINING\n");
	play_start(&p);
	fd = memfd_create("message", MFD_CLOEXEC);
	ck_assert(file_write(fd, text, sizeof(text) - 1));
	manager_send(&p.manager, fd, 2);
	manager_hand_over(&p.manager, &one);
	ck_assert(manager_wait(&p.manager, &p.reader, 2));
	play_leave(&p);
	play_end(&p);
	close(fd);
	ck_assert_int_eq(p.manager.results[0][0].kind, VERDICT_DEFERRED);
	ck_assert_int_eq(p.manager.results[0][0].stage, STAGE_LOCAL);
	ck_assert_int_eq(p.manager.results[1][0].kind, VERDICT_DELIVERED);
	play_free(&p);
}
END_TEST

START_TEST(a_file_cut_short_is_not_sent)
{
	struct play p;
	off_t size;
	int fd;

	play_prepare(&p, "PIPELINING\n");
	play_start(&p);
	fd = letter_file(&one);
	size = lseek(fd, 0, SEEK_END);
	ck_assert_int_eq(ftruncate(fd, size - 1), 0);
	manager_send(&p.manager, fd, 2);
	ck_assert(manager_wait(&p.manager, &p.reader, 1));
	play_leave(&p);
	play_end(&p);
	close(fd);
	check_all(&p, VERDICT_DEFERRED);
	ck_assert_uint_eq(p.server.nstored, 0);
	play_free(&p);
}
END_TEST

START_TEST(nonsense_from_the_manager_ends_the_agent)
{
	struct play p;

	play_prepare(&p, "");
	play_start(&p);
	record_send(p.manager.socket, 99, SLICE("?"), -1);
	play_end(&p);
	ck_assert_int_eq(p.manager.status, 70);
	play_free(&p);
}
END_TEST

#define LOOP(c, test, table) \
	tcase_add_loop_test(c, test, 0, \
	    (int)(sizeof(table) / sizeof((table)[0])))

static TCase *
case_ways(void)
{
	TCase *c = tcase_create("ways");

	tcase_set_timeout(c, 30);
	LOOP(c, messages_go_out_as_the_server_allows, ways);
	tcase_add_loop_test(c, each_style_takes_its_turns, STYLE_LOCKSTEP,
	    STYLE_BDAT_AHEAD + 1);
	LOOP(c, a_message_costs_one_turn_and_ahead_a_fraction, economies);
	tcase_add_test(c, what_the_server_offers_is_used);
	tcase_add_test(c, a_utf8_address_says_smtputf8);
	tcase_add_test(c,
	    a_utf8_address_is_refused_where_the_server_knows_none);
	tcase_add_test(c, a_message_above_the_servers_size_is_not_sent);
	tcase_add_loop_test(c, an_address_cannot_become_a_command, 0, 5);
	tcase_add_loop_test(c,
	    recipients_beyond_the_limit_go_in_further_transactions, 0, 3);
	tcase_add_loop_test(c,
	    recipients_too_many_for_the_server_follow_at_once, 0, 3);
	tcase_add_test(c, too_many_at_the_first_recipient_is_a_deferral);
	tcase_add_test(c, no_more_messages_go_over_one_connection_than_set);
	return c;
}

static TCase *
case_trouble(void)
{
	TCase *c = tcase_create("trouble");

	tcase_add_test(c, a_lone_dot_ends_what_nobody_may_have);
	tcase_add_test(c, with_data_nothing_goes_out_under_a_wrong_sender);
	tcase_add_test(c, with_bdat_what_went_under_a_wrong_sender_is_held);
	LOOP(c, a_surprise_is_remembered_by_the_next_session, lessons);
	tcase_add_loop_test(c, an_echo_is_no_surprise, 0, 4);
	tcase_add_loop_test(c,
	    enough_for_this_connection_gives_the_next_mail_back, 0, 8);
	tcase_add_loop_test(c, a_connection_that_serves_no_mail_is_trouble, 0,
	    3);
	tcase_add_loop_test(c,
	    a_connection_that_breaks_within_a_message_is_that_messages, 0, 3);
	tcase_add_test(c, an_account_that_is_closed_stops_all_that_waits);
	tcase_add_test(c, a_quota_gives_back_what_waits_and_stays);
	tcase_add_test(c, an_idle_agent_leaves_in_silence);
	tcase_add_loop_test(c,
	    a_server_that_has_enough_while_idle_is_no_trouble, 0, 2);
	tcase_add_loop_test(c,
	    a_job_for_an_agent_that_leaves_is_never_in_doubt, 0, 10);
	tcase_add_test(c, a_server_that_hangs_at_quit_is_left);
	tcase_add_test(c,
	    a_dripping_server_is_held_to_the_whole_commands_time);
	tcase_add_test(c, a_manager_that_is_gone_ends_the_agent);
	tcase_add_test(c, a_damaged_file_is_kept_and_others_go_on);
	tcase_add_test(c, a_file_cut_short_is_not_sent);
	tcase_add_test(c, nonsense_from_the_manager_ends_the_agent);
	return c;
}

static Suite *
delivery_suite(void)
{
	Suite *s = suite_create("delivery");

	suite_add_tcase(s, case_ways());
	suite_add_tcase(s, case_trouble());
	return s;
}

UNIT_MAIN(delivery_suite)
