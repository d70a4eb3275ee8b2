#include "unit.h"

#include "mail/address.h"
#include "mail/address_set.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

struct text_case {
	const char *text;
	const char *want;
};

static const struct text_case senders[] = {
	{"", ""},
	{"  ", ""},
	{"<>", ""},
	{" < > ", ""},
	{"root", "root"},
	{"a@x", "a@x"},
	{"<a@x>", "a@x"},
	{"Name <a@x>", "a@x"},
	{"a@x (Name)", "a@x"},
	{"\"\"", "\"\""},
	{"a@x,", "a@x"},
	{",", "!an address is missing"},
	{"(Name)", "!an address is missing"},
	{"Team:;", "!an address is missing"},
	{"a@x, b@y", "!more than one address"},
	{"a@x b@y", "!more than one address"},
	{"a@x b", "!words behind an address"},
	{"a b", "!white space inside an address"},
	{"a@x\n", "!a line end inside"},
	{"a@x\r", "!a line end inside"},
	{"A\n <a@x>", "!a line end inside"},
	{"a@x\nBcc: b@y", "!a line end inside"},
};

START_TEST(a_sender_is_one_address_or_none)
{
	const struct text_case *c = &senders[_i];
	struct mailbox m;
	const char *why;
	bool ok;

	why = NULL;
	ok = address_one_parse(slice_from(c->text), &m, &why);
	ck_assert_int_eq(ok, c->want[0] != '!');
	if (ok) {
		ck_assert_str_eq(m.addr, c->want);
		mailbox_free(&m);
	} else {
		ck_assert_str_eq(why, c->want + 1);
		ck_assert_ptr_null(m.addr);
		ck_assert_ptr_null(m.name);
	}
}
END_TEST

START_TEST(a_sender_keeps_its_name)
{
	struct mailbox m;
	const char *why;

	ck_assert(address_one_parse(SLICE("\"B, A\" <a@x>"), &m, &why));
	ck_assert_str_eq(m.name, "B, A");
	mailbox_free(&m);
}
END_TEST

static const char *const valid[] = {
	"a@x",
	"root",
	"a.b+c@example.org",
	"\"a b\"@x",
	"\"a\\\"b\"@x",
	"\"a@b\"@x",
	"\"\"@x",
	"a@[192.0.2.1]",
	"a@[IPv6:2001:db8::1]",
	"a@_dmarc.x-y.org",
	"!#$%&'*+-/=?^_`{|}~@x",
	"jos\303\251@ex\303\244mple.org",
	"\344\275\240@\345\245\275",
	"\360\237\230\200@x",
};

START_TEST(good_addresses_are_valid)
{
	const char *why;

	why = "";
	ck_assert_msg(address_is_valid(slice_from(valid[_i]), &why),
	    "%s: %s", valid[_i], why);
}
END_TEST

static const struct text_case invalid[] = {
	{"", "it is empty"},
	{"a b@x", "its local part is malformed"},
	{"a..b@x", "its local part is malformed"},
	{".a@x", "its local part is malformed"},
	{"a.@x", "its local part is malformed"},
	{"@x", "its local part is malformed"},
	{"\"a@x", "its local part is malformed"},
	{"\"a\"b@x", "its local part is malformed"},
	{"\"a\\", "its local part is malformed"},
	{"a@b@x", "its local part is malformed"},
	{"<a@x>", "its local part is malformed"},
	{"a,b@x", "its local part is malformed"},
	{"a@", "its domain is malformed"},
	{"a@x.", "its domain is malformed"},
	{"a@.x", "its domain is malformed"},
	{"a@x..y", "its domain is malformed"},
	{"a@-x", "its domain is malformed"},
	{"a@x-", "its domain is malformed"},
	{"a@x y", "its domain is malformed"},
	{"a@x>", "its domain is malformed"},
	{"a@[]", "its domain is malformed"},
	{"a@[1", "its domain is malformed"},
	{"a@[1 2]", "its domain is malformed"},
	{"a\r\n@x", "a control character in an address"},
	{"\"a\tb\"@x", "a control character in an address"},
	{"a@x\177", "a control character in an address"},
	{"\302\205@x", "a control character in an address"},
	{"\351@x", "it is neither ASCII nor UTF-8"},
	{"\302", "it is neither ASCII nor UTF-8"},
};

START_TEST(bad_addresses_are_not)
{
	const char *why;

	why = "nothing";
	ck_assert_msg(!address_is_valid(slice_from(invalid[_i].text), &why),
	    "%s", invalid[_i].text);
	ck_assert_str_eq(why, invalid[_i].want);
}
END_TEST

/* local octets, "@", a domain of labels with 50 octets each. */
static void
make_long(size_t local, size_t total, struct buf *out)
{
	buf_clear(out);
	while (out->len < local)
		buf_add_char(out, 'a');
	buf_add_char(out, '@');
	while (out->len < total)
		buf_add_char(out,
		    (out->len - local) % 50 == 49 && out->len + 1 < total ?
		    '.' : 'd');
}

START_TEST(an_address_has_at_most_320_octets)
{
	struct buf addr = BUF_INIT;
	const char *why;

	make_long(65, ADDRESS_MAX, &addr);
	ck_assert(address_is_valid(buf_slice(&addr), &why));
	make_long(66, ADDRESS_MAX + 1, &addr);
	ck_assert(!address_is_valid(buf_slice(&addr), &why));
	ck_assert_str_eq(why, "it is longer than 320 octets");
	make_long(1, 1 + 1 + 256, &addr);
	ck_assert(!address_is_valid(buf_slice(&addr), &why));
	ck_assert_str_eq(why, "its domain is malformed");
	buf_free(&addr);
}
END_TEST

START_TEST(a_label_has_at_most_63_octets)
{
	struct buf addr = BUF_INIT;
	const char *why;

	buf_add_string(&addr, "a@");
	while (addr.len < 2 + 63)
		buf_add_char(&addr, 'd');
	ck_assert(address_is_valid(buf_slice(&addr), &why));
	buf_add_char(&addr, 'd');
	ck_assert(!address_is_valid(buf_slice(&addr), &why));
	buf_free(&addr);
}
END_TEST

static const struct parts_case {
	const char *addr;
	const char *local;
	const char *domain;
} parts[] = {
	{"a@x", "a", "x"},
	{"root", "root", ""},
	{"\"a@b\"@x", "\"a@b\"", "x"},
	{"\"a@b\"", "\"a@b\"", ""},
	{"\"a\\\"@b\"@x", "\"a\\\"@b\"", "x"},
	{"a@", "a", ""},
	{"", "", ""},
};

START_TEST(the_domain_stands_behind_the_last_at_outside_quotes)
{
	struct slice addr;

	addr = slice_from(parts[_i].addr);
	ck_assert(slice_is(address_local(addr), parts[_i].local));
	ck_assert(slice_is(address_domain(addr), parts[_i].domain));
}
END_TEST

START_TEST(domains_are_compared_without_case_and_local_parts_with)
{
	ck_assert(address_equal(SLICE("a@Exam.PLE"), SLICE("a@exam.ple")));
	ck_assert(!address_equal(SLICE("A@x"), SLICE("a@x")));
	ck_assert(!address_equal(SLICE("a@x"), SLICE("a@y")));
	ck_assert(!address_equal(SLICE("a"), SLICE("a@x")));
	ck_assert(address_equal(SLICE("a"), SLICE("a")));
}
END_TEST

START_TEST(bytes_above_127_need_smtputf8)
{
	ck_assert(!address_is_utf8(SLICE("a@x")));
	ck_assert(address_is_utf8(SLICE("\303\251@x")));
}
END_TEST

START_TEST(this_host_has_names_of_its_own)
{
	ck_assert(address_is_loopback(SLICE("localhost")));
	ck_assert(address_is_loopback(SLICE("LocalHost.LocalDomain")));
	ck_assert(address_is_loopback(SLICE("[127.0.0.1]")));
	ck_assert(address_is_loopback(SLICE("[ipv6:::1]")));
	ck_assert(!address_is_loopback(SLICE("")));
	ck_assert(!address_is_loopback(SLICE("localhost.example")));
	ck_assert(!address_is_loopback(SLICE("[127.0.0.2]")));
}
END_TEST

START_TEST(a_set_holds_each_mailbox_once_in_order)
{
	struct address_set s;

	address_set_init(&s, SLICE("seed"));
	ck_assert(!address_set_has(&s, SLICE("a@x")));
	ck_assert(address_set_add(&s, SLICE("a@x")));
	ck_assert(address_set_add(&s, SLICE("A@x")));
	ck_assert(!address_set_add(&s, SLICE("a@X")));
	ck_assert(address_set_add(&s, SLICE("a")));
	ck_assert(address_set_has(&s, SLICE("A@X")));
	ck_assert(!address_set_has(&s, SLICE("b@x")));
	ck_assert_uint_eq(s.list.count, 3);
	ck_assert_str_eq(s.list.items[0], "a@x");
	ck_assert_str_eq(s.list.items[1], "A@x");
	ck_assert_str_eq(s.list.items[2], "a");
	address_set_free(&s);
	ck_assert_uint_eq(s.list.count, 0);
}
END_TEST

START_TEST(a_set_of_100000_stays_fast)
{
	struct buf addr = BUF_INIT;
	struct address_set s;
	int i;

	address_set_init(&s, SLICE(""));
	for (i = 0; i < 300000; i++) {
		buf_clear(&addr);
		buf_addf(&addr, "recipient-number-%d@example.org", i % 100000);
		ck_assert_int_eq(address_set_add(&s, buf_slice(&addr)),
		    i < 100000);
	}
	ck_assert_uint_eq(s.list.count, 100000);
	ck_assert_str_eq(s.list.items[99999],
	    "recipient-number-99999@example.org");
	address_set_free(&s);
	buf_free(&addr);
}
END_TEST

static TCase *
single_tests(void)
{
	TCase *t;

	t = tcase_create("single addresses and sets");
	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, a_sender_is_one_address_or_none, 0,
	    COUNT(senders));
	tcase_add_test(t, a_sender_keeps_its_name);
	tcase_add_loop_test(t, good_addresses_are_valid, 0, COUNT(valid));
	tcase_add_loop_test(t, bad_addresses_are_not, 0, COUNT(invalid));
	tcase_add_test(t, an_address_has_at_most_320_octets);
	tcase_add_test(t, a_label_has_at_most_63_octets);
	tcase_add_loop_test(t,
	    the_domain_stands_behind_the_last_at_outside_quotes, 0,
	    COUNT(parts));
	tcase_add_test(t,
	    domains_are_compared_without_case_and_local_parts_with);
	tcase_add_test(t, bytes_above_127_need_smtputf8);
	tcase_add_test(t, this_host_has_names_of_its_own);
	tcase_add_test(t, a_set_holds_each_mailbox_once_in_order);
	tcase_add_test(t, a_set_of_100000_stays_fast);
	return t;
}

static Suite *
address_suite(void)
{
	Suite *s;

	s = suite_create("mail/address_check");
	suite_add_tcase(s, single_tests());
	return s;
}

UNIT_MAIN(address_suite)
