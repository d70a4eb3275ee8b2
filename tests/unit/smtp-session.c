#include "unit.h"

#include "smtp/session.h"

#include "scripted.h"

static const struct letters one = {
	"a@web1.example.org", {"b@example.net"}, "Subject: x\r\n\r\nhi\r\n", 0,
};

#define TEXT(words) ((char *)(uintptr_t)(words))

/* What a server says before any mail, and what becomes of the session: the
 * stage and scope of its trouble, or none. */
static const struct first_steps {
	const char *offers;
	enum tls_mode tls;
	enum auth_choice auth;
	bool in_clear;
	struct rule rules[3];
	enum verdict_stage stage;	/* STAGE_LOCAL: it stands */
	enum verdict_scope scope;
	const char *said;		/* all of it */
} steps[] = {
	/* Greeting and hello. */
	{"", TLS_NONE, AUTH_CHOICE_NONE, false, {{NULL, 0, NULL}},
	    STAGE_LOCAL, 0, "EHLO web1.example.org\nMAIL"},
	{"", TLS_NONE, AUTH_CHOICE_NONE, false,
	    {{"GREETING", 1, "554 5.3.2 go away"}},
	    STAGE_GREETING, SCOPE_CONNECTION, ""},
	{"", TLS_NONE, AUTH_CHOICE_NONE, false, {{"GREETING", 1, CLOSE}},
	    STAGE_GREETING, SCOPE_CONNECTION, ""},
	{"", TLS_NONE, AUTH_CHOICE_NONE, false, {{"GREETING", 1, GARBAGE}},
	    STAGE_GREETING, SCOPE_CONNECTION, ""},
	{"", TLS_NONE, AUTH_CHOICE_NONE, false, {{"GREETING", 1, HANG}},
	    STAGE_GREETING, SCOPE_CONNECTION, ""},
	{"", TLS_NONE, AUTH_CHOICE_NONE, false, {{"GREETING", 1, TWICE}},
	    STAGE_HELO, SCOPE_CONNECTION, ""},
	{"", TLS_NONE, AUTH_CHOICE_NONE, false, {{"GREETING", 1, "250 hi"}},
	    STAGE_GREETING, SCOPE_CONNECTION, ""},
	{"", TLS_NONE, AUTH_CHOICE_NONE, false, {{"EHLO", 1, "502 what?"}},
	    STAGE_LOCAL, 0,
	    "EHLO web1.example.org\nHELO web1.example.org\nMAIL"},
	{"", TLS_NONE, AUTH_CHOICE_NONE, false,
	    {{"EHLO", 1, "502 what?"}, {"HELO", 1, "550 no"}},
	    STAGE_HELO, SCOPE_CONNECTION,
	    "EHLO web1.example.org\nHELO web1.example.org\n"},
	{"", TLS_NONE, AUTH_CHOICE_NONE, false, {{"EHLO", 1, "450 later"}},
	    STAGE_HELO, SCOPE_CONNECTION, "EHLO web1.example.org\n"},
	{"", TLS_NONE, AUTH_CHOICE_AUTO, true, {{"EHLO", 1, "502 what?"}},
	    STAGE_HELO, SCOPE_CONNECTION, "EHLO web1.example.org\n"},
	{"", TLS_STARTTLS, AUTH_CHOICE_NONE, false,
	    {{"EHLO", 1, "502 what?"}},
	    STAGE_HELO, SCOPE_CONNECTION, "EHLO web1.example.org\n"},
	/* STARTTLS is a demand. */
	{"AUTH PLAIN\n", TLS_STARTTLS, AUTH_CHOICE_PLAIN, true,
	    {{NULL, 0, NULL}},
	    STAGE_STARTTLS, SCOPE_ACCOUNT, "EHLO web1.example.org\n"},
	{"STARTTLS\n", TLS_STARTTLS, AUTH_CHOICE_NONE, false,
	    {{"STARTTLS", 1, "454 4.3.0 not now"}},
	    STAGE_STARTTLS, SCOPE_CONNECTION,
	    "EHLO web1.example.org\nSTARTTLS\n"},
	{"STARTTLS\n", TLS_STARTTLS, AUTH_CHOICE_NONE, false,
	    {{"STARTTLS", 1, "250 ok"}},
	    STAGE_STARTTLS, SCOPE_CONNECTION,
	    "EHLO web1.example.org\nSTARTTLS\n"},
	{"STARTTLS\n", TLS_STARTTLS, AUTH_CHOICE_NONE, false,
	    {{"STARTTLS", 1, "220 go\r\n250-in clear\r\n250 AUTH PLAIN"}},
	    STAGE_STARTTLS, SCOPE_ACCOUNT,
	    "EHLO web1.example.org\nSTARTTLS\n"},
	/* A login is one, too. */
	{"AUTH PLAIN\n", TLS_NONE, AUTH_CHOICE_AUTO, false, {{NULL, 0, NULL}},
	    STAGE_AUTH, SCOPE_ACCOUNT, "EHLO web1.example.org\n"},
	{"", TLS_NONE, AUTH_CHOICE_AUTO, true, {{NULL, 0, NULL}},
	    STAGE_AUTH, SCOPE_ACCOUNT, "EHLO web1.example.org\n"},
	{"AUTH GSSAPI XOAUTH2\n", TLS_NONE, AUTH_CHOICE_AUTO, true,
	    {{NULL, 0, NULL}},
	    STAGE_AUTH, SCOPE_ACCOUNT, "EHLO web1.example.org\n"},
	{"AUTH PLAIN LOGIN\n", TLS_NONE, AUTH_CHOICE_AUTO, true,
	    {{NULL, 0, NULL}}, STAGE_LOCAL, 0,
	    "EHLO web1.example.org\nAUTH PLAIN AGplYW4Ac2VjcmV0\nMAIL"},
	{"AUTH PLAIN LOGIN\n", TLS_NONE, AUTH_CHOICE_LOGIN, true,
	    {{"AUTH", 1, "334 VXNlcm5hbWU6"},
	    {"OTHER", 1, "334 UGFzc3dvcmQ6"}, {"OTHER", 2, "235 ok"}},
	    STAGE_LOCAL, 0, "EHLO web1.example.org\nAUTH LOGIN\namVhbg==\n"
	    "c2VjcmV0\nMAIL"},
	{"AUTH PLAIN LOGIN\n", TLS_NONE, AUTH_CHOICE_AUTO, true,
	    {{"AUTH", 1, "535 5.7.8 wrong"}},
	    STAGE_AUTH, SCOPE_ACCOUNT,
	    "EHLO web1.example.org\nAUTH PLAIN AGplYW4Ac2VjcmV0\n"},
	{"AUTH PLAIN LOGIN\n", TLS_NONE, AUTH_CHOICE_AUTO, true,
	    {{"AUTH", 1, "504 5.5.4 not that"},
	    {"AUTH", 2, "535 5.7.8 wrong"}},
	    STAGE_AUTH, SCOPE_ACCOUNT,
	    "EHLO web1.example.org\nAUTH PLAIN AGplYW4Ac2VjcmV0\n"
	    "AUTH LOGIN\n"},
	{"AUTH PLAIN LOGIN\n", TLS_NONE, AUTH_CHOICE_AUTO, true,
	    {{"AUTH", 0, "534 5.7.9 too weak"}},
	    STAGE_AUTH, SCOPE_ACCOUNT,
	    "EHLO web1.example.org\nAUTH PLAIN AGplYW4Ac2VjcmV0\n"
	    "AUTH LOGIN\n"},
	{"AUTH LOGIN\n", TLS_NONE, AUTH_CHOICE_AUTO, true,
	    {{"AUTH", 1, "334 not base64!"}, {"OTHER", 1, "501 cancelled"}},
	    STAGE_AUTH, SCOPE_ACCOUNT,
	    "EHLO web1.example.org\nAUTH LOGIN\n*\n"},
	{"AUTH PLAIN\n", TLS_NONE, AUTH_CHOICE_AUTO, true,
	    {{"AUTH", 1, "250 fine"}},
	    STAGE_AUTH, SCOPE_CONNECTION,
	    "EHLO web1.example.org\nAUTH PLAIN AGplYW4Ac2VjcmV0\n"},
	{"AUTH PLAIN\n", TLS_NONE, AUTH_CHOICE_AUTO, true,
	    {{"AUTH", 1, CLOSE}}, STAGE_AUTH, SCOPE_CONNECTION,
	    "EHLO web1.example.org\nAUTH PLAIN AGplYW4Ac2VjcmV0\n"},
	{"AUTH XOAUTH2\n", TLS_NONE, AUTH_CHOICE_XOAUTH2, true,
	    {{"AUTH", 1, "334 eyJzdGF0dXMiOiI0MDEifQ=="},
	    {"OTHER", 1, "535 5.7.8 token"}}, STAGE_AUTH, SCOPE_ACCOUNT,
	    "EHLO web1.example.org\n"
	    "AUTH XOAUTH2 dXNlcj1qZWFuAWF1dGg9QmVhcmVyIHNlY3JldAEB\n\n"},
};

START_TEST(the_first_steps_are_demands)
{
	const struct first_steps *t = &steps[_i];
	struct play p;
	const char *mail;
	size_t said;

	play_prepare(&p, t->offers);
	memcpy(p.server.rules, t->rules, sizeof(t->rules));
	p.host.tls = t->tls;
	p.host.auth = t->auth;
	p.host.auth_in_clear = t->in_clear;
	p.host.user = t->auth == AUTH_CHOICE_NONE ? NULL : TEXT("jean");
	p.host.timeouts.greeting = 300 * CLOCK_MSEC;
	manager_hand_over(&p.manager, &one);
	play_start(&p);
	if (manager_wait(&p.manager, &p.reader, 1))
		play_leave(&p);
	play_end(&p);
	said = strlen(t->said);
	mail = strstr(buf_string(&p.server.commands), "MAIL");
	ck_assert_msg(strncmp(buf_string(&p.server.commands), t->said,
	    said) == 0, "said: %s", buf_string(&p.server.commands));
	if (t->stage == STAGE_LOCAL) {
		ck_assert(!p.manager.trouble);
		ck_assert_int_eq(p.manager.results[0][0].kind,
		    VERDICT_DELIVERED);
	} else {
		ck_assert_ptr_null(mail);
		ck_assert_uint_eq(p.server.commands.len, said);
		ck_assert(p.manager.trouble);
		ck_assert(!p.manager.ready);
		ck_assert_msg(p.manager.why.stage == t->stage &&
		    p.manager.why.scope == t->scope, "%s, %s: %s",
		    verdict_stage_name(p.manager.why.stage),
		    verdict_scope_name(p.manager.why.scope),
		    p.manager.why.text);
		ck_assert_int_eq(p.manager.why.kind, VERDICT_DEFERRED);
		ck_assert_int_eq(p.manager.results[0][0].kind,
		    VERDICT_UNTRIED);
		ck_assert_int_eq(p.manager.status, 75);
	}
	play_free(&p);
}
END_TEST

static const struct naming {
	const char *helo, *mailname, *said;
} namings[] = {
	{NULL, "web1.example.org", "EHLO web1.example.org\n"},
	{NULL, "web1", "EHLO [127.0.0.1]\n"},
	{NULL, NULL, "EHLO [127.0.0.1]\n"},
	{"mail.example.org", "web1.example.org", "EHLO mail.example.org\n"},
	{"bare", "web1.example.org", "EHLO bare\n"},
};

START_TEST(a_session_is_old_after_its_limit_without_what_bodies_took)
{
	struct smarthost host = {.session_limit = 60 * CLOCK_SEC,
	    .timeouts = {.mail = 3600 * CLOCK_SEC, .final = 5 * CLOCK_SEC}};
	struct session s = SESSION_INIT;
	int64_t now = clock_boot(), last;

	s.host = &host;
	s.began = now - 59 * CLOCK_SEC;
	s.stretch = FOREVER;
	ck_assert(!session_is_old(&s));
	s.stretch = 0;
	s.began = now - 61 * CLOCK_SEC;
	ck_assert(session_is_old(&s));
	/* What is under way gets a final reply's time, and no hour more. */
	last = session_deadline(&s, STAGE_MAIL, now) - now;
	ck_assert_int_ge(last, 5 * CLOCK_SEC);
	ck_assert_int_lt(last, 600 * CLOCK_SEC);
	ck_assert_int_eq(session_deadline(&s, STAGE_BODY, now), now +
	    5 * CLOCK_SEC);
}
END_TEST

START_TEST(the_host_names_itself_or_its_address)
{
	struct play p;

	play_prepare(&p, "");
	p.host.helo = TEXT(namings[_i].helo);
	p.config.mailname = TEXT(namings[_i].mailname);
	play_start(&p);
	play_leave(&p);
	play_end(&p);
	ck_assert_int_eq(strncmp(buf_string(&p.server.commands),
	    namings[_i].said, strlen(namings[_i].said)), 0);
	play_free(&p);
}
END_TEST

START_TEST(an_unreachable_server_is_trouble)
{
	struct play p;

	play_prepare(&p, "");
	manager_hand_over(&p.manager, &one);
	p.host.host = TEXT("127.255.255.254");
	p.refuse = true;
	play_start(&p);
	play_end(&p);
	ck_assert(p.manager.trouble);
	ck_assert_int_eq(p.manager.why.stage, STAGE_CONNECT);
	ck_assert_int_eq(p.manager.why.scope, SCOPE_CONNECTION);
	ck_assert_ptr_nonnull(strstr(p.manager.why.text, "127.255.255.254"));
	ck_assert_int_eq(p.manager.results[0][0].kind, VERDICT_UNTRIED);
	play_free(&p);
}
END_TEST

START_TEST(an_unreadable_ca_store_is_the_accounts_trouble)
{
	struct play p;

	play_prepare(&p, "");
	p.host.tls = TLS_SMTPS;
	p.host.ca_file = TEXT("/nonexistent/ca.pem");
	play_start(&p);
	play_end(&p);
	ck_assert(p.manager.trouble);
	ck_assert_int_eq(p.manager.why.stage, STAGE_TLS);
	ck_assert_int_eq(p.manager.why.scope, SCOPE_ACCOUNT);
	ck_assert_uint_eq(p.server.connections, 0);
	play_free(&p);
}
END_TEST

static bool
refuse_to_be_confined(void)
{
	return false;
}

START_TEST(an_agent_that_cannot_be_confined_connects_nowhere)
{
	struct play p;

	play_prepare(&p, "");
	p.confine = refuse_to_be_confined;
	play_start(&p);
	play_end(&p);
	ck_assert(p.manager.trouble);
	ck_assert_uint_eq(p.server.connections, 0);
	play_free(&p);
}
END_TEST

static Suite *
session_suite(void)
{
	Suite *s = suite_create("session");
	TCase *c = tcase_create("first steps");

	tcase_add_loop_test(c, the_first_steps_are_demands, 0,
	    (int)(sizeof(steps) / sizeof(steps[0])));
	tcase_add_test(c,
	    a_session_is_old_after_its_limit_without_what_bodies_took);
	tcase_add_loop_test(c, the_host_names_itself_or_its_address, 0,
	    (int)(sizeof(namings) / sizeof(namings[0])));
	tcase_add_test(c, an_unreachable_server_is_trouble);
	tcase_add_test(c, an_unreadable_ca_store_is_the_accounts_trouble);
	tcase_add_test(c, an_agent_that_cannot_be_confined_connects_nowhere);
	suite_add_tcase(s, c);
	return s;
}

UNIT_MAIN(session_suite)
