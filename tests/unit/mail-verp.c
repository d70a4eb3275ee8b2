#include "unit.h"

#include <string.h>

#include "mail/address.h"
#include "mail/verp.h"

static const struct {
	const char *sender;
	const char *recipient;
	const char *want;	/* NULL: there is none */
} cases[] = {
	{"owner@host.example", "user@domain.example",
	    "owner+user=domain.example@host.example"},
	{"a+b@x.example", "c=d@y.example", "a+b+c=d=y.example@x.example"},
	{"owner@host.example", "jos\xc3\xa9@y.example",
	    "owner+jos\xc3\xa9=y.example@host.example"},
	{"", "user@domain.example", NULL},
	{"owner", "user@domain.example", NULL},
	{"owner@host.example", "user", NULL},
	{"\"the owner\"@host.example", "user@domain.example", NULL},
	{"owner@host.example", "\"a b\"@domain.example", NULL},
	{"owner@host.example", "user@[192.0.2.1]", NULL},
	/* 64 octets, and one more. */
	{"owner@h.example", "0123456789012345678901234567890123456789@"
	    "seventeen.example", "owner+012345678901234567890123456789012345"
	    "6789=seventeen.example@h.example"},
	{"owners@h.example", "0123456789012345678901234567890123456789@"
	    "seventeen.example", NULL},
};

START_TEST(a_return_path_names_the_recipient_where_that_is_an_address)
{
	struct buf out = BUF_INIT;
	const char *why;
	bool made;

	made = verp_print(slice_from(cases[_i].sender),
	    slice_from(cases[_i].recipient), &out);
	ck_assert_int_eq(made, cases[_i].want != NULL);
	if (made) {
		ck_assert_str_eq(buf_string(&out), cases[_i].want);
		ck_assert(address_is_valid(buf_slice(&out), &why));
	} else {
		ck_assert_uint_eq(out.len, 0);
	}
	buf_free(&out);
}
END_TEST

static Suite *
verp_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("mail/verp");
	t = tcase_create("verp");
	tcase_add_loop_test(t,
	    a_return_path_names_the_recipient_where_that_is_an_address, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(verp_suite)
