#include "unit.h"

#include "mail/dkim.h"

static const struct signature {
	const char *value, *domain;
	bool speaks;
} signatures[] = {
	{"v=1; d=example.org; s=x; h=from", "example.org", true},
	{" v=1;d = example.org", "EXAMPLE.org", true},
	{" v=1;\r\n\td=exam\r\n ple.org;", "example.org", true},
	{"d=example.org", "web1.example.org", true},
	{"d=mail.example.org", "example.org", true},
	{"d=ample.org", "example.org", false},
	{"d=example.org", "example.com", false},
	{"d=org", "example.org", false},
	{"d=web1", "web1", false},
	{"d=", "example.org", false},
	{"d=example.org", "", false},
	{"v=1; s=x", "example.org", false},
	{"v=1; dd=example.org; i=@example.org", "example.org", false},
	{"d", "example.org", false},
	{"", "example.org", false},
};

START_TEST(a_signature_speaks_for_its_own_domain)
{
	const struct signature *s = &signatures[_i];

	ck_assert_int_eq(dkim_speaks_for(slice_from(s->value),
	    slice_from(s->domain)), s->speaks);
}
END_TEST

static Suite *
dkim_suite(void)
{
	Suite *s = suite_create("mail/dkim");
	TCase *c = tcase_create("signatures");

	tcase_add_loop_test(c, a_signature_speaks_for_its_own_domain, 0,
	    (int)(sizeof(signatures) / sizeof(signatures[0])));
	suite_add_tcase(s, c);
	return s;
}

UNIT_MAIN(dkim_suite)
