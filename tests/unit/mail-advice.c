#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "mail/advice.h"
#include "mail/advice_rules.h"
#include "refusals.h"
#include "wordings.h"

/* What any server may say, by the rules of each step. */
static const struct refusal steps[] = {
	{"", STAGE_GREETING, 554, "", "no service",
	    LATER, SCOPE_CONNECTION, "host"},
	{"", STAGE_GREETING, 554, "5.7.1", "your address is on a blacklist",
	    LATER, SCOPE_ACCOUNT, "host"},
	{"", STAGE_GREETING, 421, "", "busy", LATER, SCOPE_CONNECTION, NULL},
	{"", STAGE_HELO, 550, "", "bad name", LATER, SCOPE_CONNECTION, "helo"},
	{"", STAGE_STARTTLS, 454, "4.7.0", "TLS not available",
	    LATER, SCOPE_CONNECTION, NULL},
	{"", STAGE_STARTTLS, 502, "", "what?",
	    LATER, SCOPE_CONNECTION, "465"},
	{"", STAGE_AUTH, 504, "5.5.4", "no such way",
	    LATER, SCOPE_ACCOUNT, "auth"},
	{"", STAGE_AUTH, 538, "5.7.11", "",
	    LATER, SCOPE_ACCOUNT, "tls"},
	{"", STAGE_AUTH, 535, "", "Account suspended",
	    LATER, SCOPE_ACCOUNT, "blocked"},
	{"", STAGE_AUTH, 500, "", "", LATER, SCOPE_ACCOUNT, "user"},
	{"", STAGE_MAIL, 550, "", "no", FINAL, SCOPE_MESSAGE, NULL},
	{"", STAGE_MAIL, 451, "", "no", LATER, SCOPE_MESSAGE, NULL},
	{"", STAGE_MAIL, 535, "", "no",
	    LATER, SCOPE_ACCOUNT, "password-file"},
	{"", STAGE_MAIL, 450, "4.1.8",
	    "<root@web1>: Sender address rejected: Domain not found",
	    LATER, SCOPE_SENDER, "mailname"},
	{"", STAGE_MAIL, 452, "4.3.1", "Insufficient system storage",
	    LATER, SCOPE_MESSAGE, NULL},
	{"", STAGE_RCPT, 553, "5.7.1",
	    "<a@x>: Sender address rejected: not logged in",
	    LATER, SCOPE_ACCOUNT, "password-file"},
	{"", STAGE_RCPT, 550, "", "no such user",
	    FINAL, SCOPE_RECIPIENT, NULL},
	{"", STAGE_RCPT, 552, "5.2.2", "Quota exceeded",
	    FINAL, SCOPE_RECIPIENT, NULL},
	{"", STAGE_RCPT, 550, "", "Quota Exceeded",
	    FINAL, SCOPE_RECIPIENT, NULL},
	{"", STAGE_RCPT, 450, "4.2.0", "Greylisted, try again later",
	    LATER, SCOPE_RECIPIENT, NULL},
	{"", STAGE_RCPT, 550, "5.7.1", "please try again later",
	    LATER, SCOPE_RECIPIENT, NULL},
	{"", STAGE_RCPT, 504, "5.5.2",
	    "<web1>: Helo command rejected: need fully-qualified hostname",
	    LATER, SCOPE_ACCOUNT, "helo"},
	{"", STAGE_RCPT, 554, "5.7.1",
	    "Service unavailable; Client host [192.0.2.1] blocked using "
	    "a list", LATER, SCOPE_ACCOUNT, "host"},
	{"", STAGE_RCPT, 421, "", "closing", LATER, SCOPE_CONNECTION, NULL},
	{"", STAGE_DATA, 554, "", "no", FINAL, SCOPE_MESSAGE, NULL},
	{"", STAGE_BODY, 554, "5.7.1", "content blocked",
	    FINAL, SCOPE_MESSAGE, NULL},
	{"", STAGE_BODY, 552, "", "relay quota of 500, message would take "
	    "you over it", LATER, SCOPE_QUOTA, "quota"},
	{"", STAGE_BODY, 451, "4.3.0", "no", LATER, SCOPE_MESSAGE, NULL},
	{"", STAGE_BODY, 354, "", "go on", LATER, SCOPE_CONNECTION, NULL},
	{"", STAGE_QUIT, 500, "", "", LATER, SCOPE_CONNECTION, NULL},
	{"", STAGE_CONNECT, 0, "", "cannot connect to smtp.isp.example port "
	    "587: 192.0.2.1: Connection refused",
	    LATER, SCOPE_CONNECTION, "port"},
	{"", STAGE_CONNECT, 0, "", "cannot find the address of "
	    "smtp.isp.example: Name or service not known",
	    LATER, SCOPE_CONNECTION, "spelling"},
	{"", STAGE_GREETING, 0, "", "timed out",
	    LATER, SCOPE_CONNECTION, "smtps"},
	{"", STAGE_STARTTLS, 0, "", "the server does not offer STARTTLS",
	    LATER, SCOPE_CONNECTION, "smtps"},
	{"", STAGE_STARTTLS, 0, "",
	    "words in clear came behind the answer to STARTTLS",
	    LATER, SCOPE_CONNECTION, "between"},
	{"", STAGE_TLS, 0, "",
	    "certificate is for mail.isp.example, not for smtp.isp.example",
	    LATER, SCOPE_ACCOUNT, "host"},
	{"", STAGE_TLS, 0, "", "certificate: hostname mismatch",
	    LATER, SCOPE_ACCOUNT, "fingerprint"},
	{"", STAGE_TLS, 0, "", "certificate expired on 2026-01-01",
	    LATER, SCOPE_ACCOUNT, "clock"},
	{"", STAGE_TLS, 0, "", "certificate is not valid before 2036-01-01 "
	    "(is the clock of this machine right?)",
	    LATER, SCOPE_ACCOUNT, "clock"},
	{"", STAGE_TLS, 0, "", "certificate is self-signed (where that is "
	    "intended, set ca-file, or fingerprint)",
	    LATER, SCOPE_ACCOUNT, "authority"},
	{"", STAGE_TLS, 0, "", "certificate comes from an authority that is "
	    "not trusted here: X (ca-file or fingerprint can be set)",
	    LATER, SCOPE_ACCOUNT, "ca-file"},
	{"", STAGE_TLS, 0, "", "cannot check certificates: no certificate of "
	    "an authority in /etc/ssl/certs",
	    LATER, SCOPE_ACCOUNT, "ca-certificates"},
	{"", STAGE_TLS, 0, "", "certificate has the fingerprint ab, not the "
	    "one that is set", LATER, SCOPE_ACCOUNT, "renewed"},
	{"", STAGE_TLS, 0, "", "the server wants a client certificate "
	    "(client-certificate can be set)",
	    LATER, SCOPE_ACCOUNT, "client-key"},
	{"", STAGE_TLS, 0, "", "the server does not speak TLS here (do port "
	    "and tls belong together?)",
	    LATER, SCOPE_CONNECTION, "starttls"},
	{"", STAGE_TLS, 0, "", "the server offers nothing newer than TLS 1.1",
	    LATER, SCOPE_CONNECTION, "1.2"},
	{"", STAGE_TLS, 0, "", "connection reset",
	    LATER, SCOPE_CONNECTION, NULL},
	{"", STAGE_AUTH, 0, "", "the server offers no login",
	    LATER, SCOPE_ACCOUNT, "auth"},
	{"", STAGE_AUTH, 0, "", "no password goes over it in clear",
	    LATER, SCOPE_ACCOUNT, "auth-in-clear"},
	{"", STAGE_MAIL, 0, "5.3.4", "the message has 9 bytes, the server "
	    "takes at most 5", LATER, SCOPE_CONNECTION, "max-size"},
	{"", STAGE_BODY, 0, "", "timed out", LATER, SCOPE_CONNECTION, NULL},
};

static void
check_refusal(const struct refusal *r)
{
	struct verdict v = {.kind = VERDICT_REFUSED, .stage = r->stage,
	    .code = r->code, .text = slice_from(r->text)};
	const char *cure;

	memcpy(v.enhanced, r->enhanced, strlen(r->enhanced));
	advice_judge(&v);
	ck_assert_msg(v.kind == r->kind && v.scope == r->scope,
	    "%s %d %s: %s, %s", r->who, r->code, r->text,
	    verdict_kind_name(v.kind), verdict_scope_name(v.scope));
	cure = advice_cure(&v);
	ck_assert_msg((cure == NULL) == (r->cure == NULL) &&
	    (cure == NULL || strstr(cure, r->cure) != NULL),
	    "%s %d %s: %s", r->who, r->code, r->text,
	    cure == NULL ? "no cure" : cure);
}

START_TEST(each_providers_refusal_is_understood)
{
	check_refusal(&providers[_i]);
}
END_TEST

START_TEST(each_wording_is_understood)
{
	check_refusal(&wordings[_i]);
}
END_TEST

START_TEST(each_step_refuses_in_its_own_way)
{
	check_refusal(&steps[_i]);
}
END_TEST

/* What fits a pattern: "a*b" becomes "a b", in capitals. */
static void
words_from(const char *pattern, struct buf *out)
{
	buf_add_string(out, "Oh: ");
	for (; *pattern != '\0'; pattern++) {
		if (*pattern == '*')
			buf_add_string(out, " and ");
		else if (*pattern >= 'a' && *pattern <= 'z')
			buf_add_char(out, (char)(*pattern - 'a' + 'A'));
		else
			buf_add_char(out, *pattern);
	}
}

START_TEST(no_line_of_the_table_hides_behind_another)
{
	const struct advice_rule *r = &advice_rules[_i];
	struct verdict v = {.kind = VERDICT_REFUSED};
	struct buf words = BUF_INIT;

	while ((r->stages & 1u << v.stage) == 0)
		v.stage++;
	v.code = r->low == r->high ? r->low : r->low + 50;
	if (r->enhanced != NULL)
		snprintf(v.enhanced, sizeof(v.enhanced), "%c%s",
		    r->enhanced[0] == 'x' ? '5' : r->enhanced[0],
		    r->enhanced + 1);
	if (r->words != NULL)
		words_from(r->words, &words);
	v.text = buf_slice(&words);
	ck_assert_msg(advice_cure(&v) == r->cure, "%d %s", v.code,
	    buf_string(&words));
	buf_free(&words);
}
END_TEST

START_TEST(every_cure_is_a_sentence)
{
	const char *cure = advice_rules[_i].cure;

	if (cure != NULL) {
		ck_assert_msg(cure[0] >= 'A' && cure[0] <= 'Z', "%s", cure);
		ck_assert_msg(cure[strlen(cure) - 1] == '.', "%s", cure);
		ck_assert_msg(strstr(cure, "  ") == NULL, "%s", cure);
	}
}
END_TEST

/* A sender chooses these addresses; what they say must not stop a lane. */
static const char *const disguised[] = {
	"<\"daily quota exceeded\"@y.example>: what is that",
	"<\"a> daily quota exceeded\"@y.example>: what is that",
	"<\"a\\\"> daily quota exceeded\"@y.example>: what is that",
	"\"daily quota exceeded\"@y.example: what is that",
	"daily.quota.exceeded.throttled@y.example: what is that",
	"what is <\"daily quota exceeded",
	"what is <daily quota exceeded",
	"what is \"daily quota exceeded",
	"what is \"daily quota exceeded\\",
};

START_TEST(an_address_never_words_a_verdict)
{
	struct verdict v = {.stage = STAGE_RCPT, .code = 550,
	    .text = slice_from(disguised[_i])};

	advice_judge(&v);
	ck_assert_msg(v.kind == VERDICT_REFUSED &&
	    v.scope == SCOPE_RECIPIENT, "%s", disguised[_i]);
	ck_assert_ptr_null(advice_cure(&v));
}
END_TEST

START_TEST(quoted_words_that_are_no_address_count)
{
	struct verdict v = {.stage = STAGE_RCPT, .code = 550,
	    .text = SLICE("I say \"daily quota exceeded\"")};

	advice_judge(&v);
	ck_assert_int_eq(v.scope, SCOPE_QUOTA);
	v.text = SLICE("<bob@y.example>\tDaily\r\nQuota \"exceeded\"");
	advice_judge(&v);
	ck_assert_int_eq(v.scope, SCOPE_QUOTA);
}
END_TEST

START_TEST(endless_words_end)
{
	struct verdict v = {.stage = STAGE_RCPT, .code = 550};
	struct buf words = BUF_INIT;
	unsigned i;

	for (i = 0; i < 100000; i++)
		buf_add_string(&words, "<a> ");
	buf_add_string(&words, "daily quota");
	v.text = buf_slice(&words);
	advice_judge(&v);
	ck_assert_int_eq(v.scope, SCOPE_RECIPIENT);
	buf_free(&words);
}
END_TEST

START_TEST(what_is_decided_already_stays)
{
	struct verdict v = {.kind = VERDICT_DOUBT, .stage = STAGE_BODY,
	    .scope = SCOPE_MESSAGE};

	advice_judge(&v);
	ck_assert_int_eq(v.kind, VERDICT_DOUBT);
	v.kind = VERDICT_UNTRIED;
	advice_judge(&v);
	ck_assert_int_eq(v.kind, VERDICT_UNTRIED);
	v.kind = VERDICT_REFUSED;
	v.stage = STAGE_LOCAL;
	advice_judge(&v);
	ck_assert_int_eq(v.kind, VERDICT_REFUSED);
	ck_assert_int_eq(v.scope, SCOPE_MESSAGE);
}
END_TEST

START_TEST(what_was_delivered_needs_no_cure)
{
	struct verdict v = {.kind = VERDICT_DELIVERED, .stage = STAGE_CONNECT};

	ck_assert_ptr_null(advice_cure(&v));
}
END_TEST

START_TEST(a_size_is_told_from_other_refusals)
{
	struct verdict v = {.kind = VERDICT_REFUSED, .stage = STAGE_MAIL,
	    .code = 552, .text = SLICE("message too big")};

	ck_assert(advice_is_size(&v));
	v.text = SLICE("sorry");
	ck_assert(advice_is_size(&v));
	v.stage = STAGE_RCPT;
	ck_assert(!advice_is_size(&v));
	v.text = SLICE("mailbox full");
	ck_assert(!advice_is_size(&v));
	v.kind = VERDICT_DELIVERED;
	v.text = SLICE("message too big");
	ck_assert(!advice_is_size(&v));
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static Suite *
advice_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("mail/advice");
	t = tcase_create("refusals");
	tcase_add_loop_test(t, each_providers_refusal_is_understood, 0,
	    COUNT(providers));
	tcase_add_loop_test(t, each_wording_is_understood, 0,
	    COUNT(wordings));
	tcase_add_loop_test(t, each_step_refuses_in_its_own_way, 0,
	    COUNT(steps));
	tcase_add_test(t, what_is_decided_already_stays);
	tcase_add_test(t, what_was_delivered_needs_no_cure);
	tcase_add_test(t, a_size_is_told_from_other_refusals);
	suite_add_tcase(s, t);
	t = tcase_create("table");
	tcase_add_loop_test(t, no_line_of_the_table_hides_behind_another, 0,
	    (int)advice_rule_count);
	tcase_add_loop_test(t, every_cure_is_a_sentence, 0,
	    (int)advice_rule_count);
	suite_add_tcase(s, t);
	t = tcase_create("words");
	tcase_add_loop_test(t, an_address_never_words_a_verdict, 0,
	    COUNT(disguised));
	tcase_add_test(t, quoted_words_that_are_no_address_count);
	tcase_add_test(t, endless_words_end);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(advice_suite)
