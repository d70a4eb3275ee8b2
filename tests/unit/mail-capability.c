#include "unit.h"

#include <stdint.h>

#include "mail/capability.h"

/* What a server offers that answers EHLO with these lines. */
static struct capability
offered(const char *lines)
{
	struct capability c;
	struct reply r = REPLY_INIT;

	r.code = 250;
	buf_add_string(&r.text, "mx.example greets you\n");
	buf_add_string(&r.text, lines);
	capability_parse(&r, &c);
	reply_free(&r);
	return c;
}

START_TEST(every_keyword_sets_its_flag)
{
	struct capability c;

	c = offered("STARTTLS\nPIPELINING\nCHUNKING\n8BITMIME\nDSN\n"
	    "SMTPUTF8\nENHANCEDSTATUSCODES\nSIZE 52428800\nAUTH PLAIN");
	ck_assert(c.ehlo);
	ck_assert(c.starttls);
	ck_assert(c.pipelining);
	ck_assert(c.chunking);
	ck_assert(c.eightbitmime);
	ck_assert(c.dsn);
	ck_assert(c.smtputf8);
	ck_assert(c.enhanced);
	ck_assert(c.has_size);
	ck_assert_uint_eq(c.size, 52428800);
	ck_assert(c.has_auth);
	ck_assert_uint_eq(c.auth, AUTH_PLAIN);
}
END_TEST

START_TEST(a_keyword_alone_sets_no_other_flag)
{
	struct capability c;

	c = offered("DSN");
	ck_assert(c.dsn);
	ck_assert(!c.starttls && !c.pipelining && !c.chunking);
	ck_assert(!c.eightbitmime && !c.smtputf8 && !c.enhanced);
	ck_assert(!c.has_size && !c.has_auth);
}
END_TEST

START_TEST(keywords_are_known_in_any_case_and_with_blanks_around)
{
	struct capability c;

	c = offered("starttls \n\tPipeLining\nsize\t 7 8\nauth  plain\tLOGIN ");
	ck_assert(c.starttls);
	ck_assert(c.pipelining);
	ck_assert_uint_eq(c.size, 7);
	ck_assert_uint_eq(c.auth, AUTH_PLAIN | AUTH_LOGIN);
}
END_TEST

START_TEST(the_greeting_and_unknown_keywords_offer_nothing)
{
	struct capability c;
	struct reply r = REPLY_INIT;

	c = offered("STARTTLSX\nXSTARTTLS\nHELP\nX-DSN\n\n \nAUT\nSIZES 5");
	ck_assert(c.ehlo);
	ck_assert(!c.starttls && !c.dsn && !c.has_auth && !c.has_size);
	r.code = 250;
	buf_add_string(&r.text, "STARTTLS");
	capability_parse(&r, &c);
	ck_assert(c.ehlo);
	ck_assert(!c.starttls);
	reply_free(&r);
}
END_TEST

START_TEST(only_a_250_offers_anything)
{
	struct capability c = {.starttls = true, .auth = AUTH_PLAIN};
	struct reply r = REPLY_INIT;

	r.code = 502;
	buf_add_string(&r.text, "no\nSTARTTLS");
	capability_parse(&r, &c);
	ck_assert(!c.ehlo);
	ck_assert(!c.starttls);
	ck_assert_uint_eq(c.auth, 0);
	reply_free(&r);
	r.code = 250;
	capability_parse(&r, &c);
	ck_assert(c.ehlo);
}
END_TEST

static const struct {
	const char *line;
	uint64_t size;
} sizes[] = {
	{"SIZE", 0}, {"SIZE 0", 0}, {"SIZE 1", 1},
	{"SIZE 18446744073709551615", UINT64_MAX},
	{"SIZE 18446744073709551616", 0}, {"SIZE -1", 0}, {"SIZE 1k", 0},
	{"SIZE 5\nSIZE 6", 6},
};

START_TEST(a_size_is_a_number_or_no_limit)
{
	struct capability c;

	c = offered(sizes[_i].line);
	ck_assert(c.has_size);
	ck_assert_uint_eq(c.size, sizes[_i].size);
}
END_TEST

static const struct {
	const char *line;
	unsigned bits;
} auths[] = {
	{"AUTH", 0},
	{"AUTH GSSAPI NTLM", 0},
	{"AUTH=PLAIN LOGIN", AUTH_PLAIN | AUTH_LOGIN},
	{"AUTH=", 0},
	{"AUTH PLAIN\nAUTH=LOGIN", AUTH_PLAIN | AUTH_LOGIN},
	{"AUTH CRAM-MD5 scram-sha-256 SCRAM-SHA-256-PLUS",
	    AUTH_CRAM_MD5 | AUTH_SCRAM_SHA_256 | AUTH_SCRAM_SHA_256_PLUS},
	{"AUTH XOAUTH2 OAUTHBEARER EXTERNAL",
	    AUTH_XOAUTH2 | AUTH_OAUTHBEARER | AUTH_EXTERNAL},
	{"AUTH PLAINX SCRAM-SHA-1", 0},
};

START_TEST(mechanisms_are_collected)
{
	struct capability c;

	c = offered(auths[_i].line);
	ck_assert(c.has_auth);
	ck_assert_uint_eq(c.auth, auths[_i].bits);
}
END_TEST

START_TEST(every_mechanism_has_one_name)
{
	unsigned bit;

	for (bit = AUTH_PLAIN; bit <= AUTH_EXTERNAL; bit <<= 1)
		ck_assert_uint_eq(auth_from_name(slice_from(auth_name(bit))),
		    bit);
	ck_assert_str_eq(auth_name(0), "none");
	ck_assert_str_eq(auth_name(AUTH_PLAIN | AUTH_LOGIN), "none");
	ck_assert_uint_eq(auth_from_name(slice_from("")), 0);
	ck_assert_uint_eq(auth_from_name(slice_from("login")), AUTH_LOGIN);
}
END_TEST

static Suite *
capability_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("mail/capability");
	t = tcase_create("capability");
	tcase_add_test(t, every_keyword_sets_its_flag);
	tcase_add_test(t, a_keyword_alone_sets_no_other_flag);
	tcase_add_test(t,
	    keywords_are_known_in_any_case_and_with_blanks_around);
	tcase_add_test(t, the_greeting_and_unknown_keywords_offer_nothing);
	tcase_add_test(t, only_a_250_offers_anything);
	tcase_add_loop_test(t, a_size_is_a_number_or_no_limit, 0,
	    (int)(sizeof(sizes) / sizeof(sizes[0])));
	tcase_add_loop_test(t, mechanisms_are_collected, 0,
	    (int)(sizeof(auths) / sizeof(auths[0])));
	tcase_add_test(t, every_mechanism_has_one_name);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(capability_suite)
