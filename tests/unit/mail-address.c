#include "unit.h"

#include <string.h>

#include "mail/address.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

struct text_case {
	const char *text;
	const char *want;
};

/* A list in print: "addr", "~" before a bare one, "{name}" behind; or "!" and
 * why it was refused. */
static void
print_list(struct slice text, struct buf *out)
{
	struct address_list l;
	const char *why;
	size_t i;

	buf_clear(out);
	why = NULL;
	if (!address_list_parse(text, &l, &why)) {
		ck_assert_ptr_null(l.items);
		ck_assert_uint_eq(l.count, 0);
		buf_addf(out, "!%s", why);
		return;
	}
	for (i = 0; i < l.count; i++) {
		buf_addf(out, "%s%s%s", i > 0 ? " " : "",
		    l.items[i].bare ? "~" : "", l.items[i].addr);
		if (l.items[i].name != NULL)
			buf_addf(out, "{%s}", l.items[i].name);
	}
	address_list_free(&l);
}

static void
check_list(const struct text_case *c)
{
	struct buf got = BUF_INIT;

	print_list(slice_from(c->text), &got);
	ck_assert_msg(strcmp(buf_string(&got), c->want) == 0,
	    "\"%s\" gives \"%s\", not \"%s\"", c->text, buf_string(&got),
	    c->want);
	buf_free(&got);
}

static const struct text_case plain[] = {
	{"", ""},
	{" \t ", ""},
	{",, ,", ""},
	{"a@x", "a@x"},
	{"  a@x  ", "a@x"},
	{"a@x,b@y", "a@x b@y"},
	{"a@x , ,, b@y,", "a@x b@y"},
	{"root", "~root"},
	{"root, a@x, joe", "~root a@x ~joe"},
	{"<a@x>", "a@x"},
	{"< a@x >", "a@x"},
	{"<root>", "~root"},
	{"A B <a@x>", "a@x{A B}"},
	{"A   B\t<a@x>", "a@x{A B}"},
	{"John Q. Public <a@x>", "a@x{John Q. Public}"},
	{"\"B, A\" <a@x>", "a@x{B, A}"},
	{"\"a \\\"b\\\" \\\\c\" <a@x>", "a@x{a \"b\" \\c}"},
	{"\"\" <a@x>", "a@x"},
	{"A \"B C\" D <a@x>", "a@x{A B C D}"},
	{"-f@x", "-f@x"},
	{"a+b=c@x, d/e@y, f!g, h%i@z", "a+b=c@x d/e@y ~f!g h%i@z"},
	{"|cat, /etc/passwd", "~|cat ~/etc/passwd"},
};

START_TEST(lists_are_read_as_rfc_5322_says)
{
	check_list(&plain[_i]);
}
END_TEST

static const struct text_case groups[] = {
	{"undisclosed-recipients:;", ""},
	{"A Group: ;", ""},
	{"\"A: B\":;", ""},
	{"Team: a@x, B <b@y>, root;", "a@x b@y{B} ~root"},
	{"Team: a@x; b@y", "a@x b@y"},
	{"Team: a@x;, b@y", "a@x b@y"},
	{"A:;, B:; c@z", "c@z"},
	{"A. (x:y) B: a@x;", "a@x"},
	{"Team: a@x", "a@x"},
	{"Team: ,,a@x,,;", "a@x"},
	{"A: B: a@x;;", "!a group inside a group"},
	{"a@b: c@d;", "!a \":\" that no group's name precedes"},
	{"a@b c:d", "!a \":\" that no group's name precedes"},
};

START_TEST(groups_are_taken_apart)
{
	check_list(&groups[_i]);
}
END_TEST

static const struct text_case comments[] = {
	{"root (Cron Daemon)", "~root{Cron Daemon}"},
	{"(first) root", "~root{first}"},
	{"a@x (A) (B)", "a@x{A}"},
	{"B <a@x> (A)", "a@x{B}"},
	{"<a@x> (A)", "a@x{A}"},
	{"a (one) @ (two) x (three)", "a@x{one}"},
	{"a (one) . b @ (two) x (three) . y", "a.b@x.y{one}"},
	{"( a (nested (deeply)) one ) a@x", "a@x{a (nested (deeply)) one}"},
	{"a@x (with \\) and \\( and \\\\)", "a@x{with ) and ( and \\}"},
	{"a@x (an \" and a < and a , inside)",
	    "a@x{an \" and a < and a , inside}"},
	{"A (x) B <a@x>", "a@x{A B}"},
	{"<(x)a@x(y)>", "a@x{x}"},
	{"(nothing but this)", ""},
	{"(x), a@x", "a@x"},
	{"a@x ( )", "a@x"},
	{"a@x (one\r\n two)", "a@x{one two}"},
	{"Team (ours): (empty);", ""},
};

START_TEST(comments_may_stand_anywhere)
{
	check_list(&comments[_i]);
}
END_TEST

static const struct text_case quoted[] = {
	{"\"joe\"@x", "joe@x"},
	{"\"joe bloggs\"@x", "\"joe bloggs\"@x"},
	{"\"a@b\"@x", "\"a@b\"@x"},
	{"\"a\\\"b\\\\c\"@x", "\"a\\\"b\\\\c\"@x"},
	{"\"joe\".\"b c\".d@x", "\"joe.b c.d\"@x"},
	{"\"\"@x", "\"\"@x"},
	{"\"\"", "~\"\""},
	{"\"joe bloggs\"", "~\"joe bloggs\""},
	{"\"a@b\"", "~\"a@b\""},
	{"\"a\r\n b\"@x", "\"a b\"@x"},
	{"j..d.@docomo.example", "\"j..d.\"@docomo.example"},
	{".j@x", "\".j\"@x"},
	{"\\root", "~root"},
	{"joe\\ bloggs@x", "\"joe bloggs\"@x"},
	{"joe\\@foo@x", "\"joe@foo\"@x"},
	{"\"a,b\"@x, \"c;d\"@y", "\"a,b\"@x \"c;d\"@y"},
};

START_TEST(local_parts_are_quoted_only_where_they_must_be)
{
	check_list(&quoted[_i]);
}
END_TEST

static const struct text_case obsolete[] = {
	{"<@a,@b:c@d>", "c@d"},
	{"@a:c@d, @b : e, f@g", "c@d ~e f@g"},
	{"<@a.b,,@[1.2.3.4]:c@d>", "c@d"},
	{"<@a:root>", "~root"},
	{"<,@a:c@d>", "c@d"},
	{"Name <@a (x) : c@d>", "c@d{Name}"},
	{"a . b @ c . d", "a.b@c.d"},
	{"a@\r\n x", "a@x"},
	{"a@x,\n\tb@y", "a@x b@y"},
	{"A\r\n B <a@x>", "a@x{A B}"},
	{"J. R. <a@x>", "a@x{J. R.}"},
	{". <a@x>", "a@x{.}"},
	{"a@[192.0.2.1]", "a@[192.0.2.1]"},
	{"a@[IPv6:2001:db8::1]", "a@[IPv6:2001:db8::1]"},
	{"a@[ 192.0.2.1\r\n ]", "a@[192.0.2.1]"},
	{"a@x.", "a@x"},
};

START_TEST(obsolete_forms_are_read)
{
	check_list(&obsolete[_i]);
}
END_TEST

static const struct text_case letters[] = {
	{"=?utf-8?Q?J=C3=A9?= <j@x>", "j@x{=?utf-8?Q?J=C3=A9?=}"},
	{"=?utf-8?Q?M,_H?= <h@x>, b@y", "h@x{=?utf-8?Q?M,_H?=} b@y"},
	{"=?utf-8?Q?A?= =?utf-8?Q?B?= <a@x>",
	    "a@x{=?utf-8?Q?A?= =?utf-8?Q?B?=}"},
	{"=?utf-8?Q?a@x", "=?utf-8?Q?a@x"},
	{"=?u?Q?a,b", "~=?u?Q?a ~b"},
	{"=?u?Q?a,b?", "~=?u?Q?a ~b?"},
	{"=?u?Q?a<b@c>", "b@c{=?u?Q?a}"},
	{"=?", "~=?"},
	{"=?u?Z?a,b?=", "~=?u?Z?a ~b?="},
	{"=?u?QQ?a,b?=", "~=?u?QQ?a ~b?="},
	{"=?u?Q?a @ b?=", "!no domain behind the \"@\""},
	{"=?u?Q?a@b?= <c@d>", "c@d{=?u?Q?a@b?=}"},
	{"J\303\251r\303\264me <j@x>", "j@x{J\303\251r\303\264me}"},
	{"J\351r\364me <j@x>", "j@x{J\351r\364me}"},
	{"jos\303\251@ex\303\244mple.org", "jos\303\251@ex\303\244mple.org"},
	{"a@x (\303\251)", "a@x{\303\251}"},
	{"\"\001\" <a@x>", "a@x{\001}"},
	{"\033$B <a@x>", "a@x{\033$B}"},
};

START_TEST(encoded_words_and_foreign_letters_stay_as_they_are)
{
	check_list(&letters[_i]);
}
END_TEST

static const struct text_case lenient[] = {
	{"a@x; b@y", "a@x b@y"},
	{"a@x b@y", "a@x b@y"},
	{"<a@x> <b@y>", "a@x b@y"},
	{"A <a@x> B <b@y>", "a@x{A} b@y{B}"},
	{"a@x (A) b@y (B)", "a@x{A} b@y{B}"},
	{"info@x <info@x>", "info@x{info@x}"},
	{"[Spam] A <a@x>", "a@x{Spam A}"},
	{":;", ""},
	{"<>", ""},
	{"A <>, b@y", "b@y"},
};

START_TEST(common_mistakes_are_understood)
{
	check_list(&lenient[_i]);
}
END_TEST

static const struct text_case broken[] = {
	{"a b", "!white space inside an address"},
	{"a b@x", "!white space inside an address"},
	{"a@x b", "!words behind an address"},
	{"<a@x> B", "!words behind an address"},
	{"<a@x> <b>", "!words behind an address"},
	{"a\"b\"@x", "!white space inside an address"},
	{"@x", "!an address is missing"},
	{"a@", "!no domain behind the \"@\""},
	{"a@,b", "!no domain behind the \"@\""},
	{"a@\"b\"", "!no domain behind the \"@\""},
	{"a@b\\ c", "!no domain behind the \"@\""},
	{"a@b.c\\>", "!no domain behind the \"@\""},
	{"a@[\\]]", "!no domain behind the \"@\""},
	{"a@=?u?Q?b,c?=", "!no domain behind the \"@\""},
	{"a\\", "!a \"\\\" with nothing behind it"},
	{"a@b@c", "!more than one \"@\" in an address"},
	{"...", "!an address is missing"},
	{"a)", "!white space inside an address"},
	{"a@x)", "!an address is missing"},
	{"a>", "!white space inside an address"},
	{"A ) <a@x>", "!a closing bracket that none opened"},
	{"A ] <a@x>", "!a closing bracket that none opened"},
	{"A > <a@x>", "!a closing bracket that none opened"},
	{"<a@x", "!no \">\" where an address should end"},
	{"<a b>", "!no \">\" where an address should end"},
	{"<a@x, b@y>", "!no \">\" where an address should end"},
	{"<a:b>", "!no \">\" where an address should end"},
	{"<@a>", "!a route without its \":\""},
	{"<@a:>", "!an address is missing"},
	{"<A: a@x>", "!no \">\" where an address should end"},
	{"<a@x>: b", "!a \":\" behind an address"},
	{"a@x (b", "!a \"(\" without its \")\""},
	{"(b", "!a \"(\" without its \")\""},
	{"a@x ((b)", "!a \"(\" without its \")\""},
	{"\"a", "!a quotation mark without its pair"},
	{"A \"B <a@x>", "!a quotation mark without its pair"},
	{"\"A\" \"B <a@x>", "!a quotation mark without its pair"},
	{"a@[1.2", "!a \"[\" without its \"]\""},
	{"a@x\n", "!a line end inside"},
	{"a@x\nb@y", "!a line end inside"},
	{"a@x\r\nb@y", "!a line end inside"},
	{"a@x\r b@y", "!a line end inside"},
	{"a\n@x", "!a line end inside"},
	{"\"a\nb\"@x", "!a line end inside"},
	{"\"a\\\nb\"@x", "!a line end inside"},
	{"(\n)a@x", "!a line end inside"},
	{"a@x\\\n", "!a \"\\\" with nothing behind it"},
	{"\001@x", "!a control character in an address"},
	{"\"\001\"@x", "!a control character in an address"},
	{"a@\177", "!a control character in an address"},
	{"a@[\001]", "!a control character in an address"},
	{"A: \"", "!a quotation mark without its pair"},
	{"(x): (", "!a \"(\" without its \")\""},
};

START_TEST(what_no_reading_makes_sense_of_is_refused)
{
	check_list(&broken[_i]);
}
END_TEST

START_TEST(a_nul_is_a_control_character)
{
	struct buf got = BUF_INIT;

	print_list(SLICE("a\0b@x"), &got);
	ck_assert_str_eq(buf_string(&got),
	    "!a control character in an address");
	buf_free(&got);
}
END_TEST

/* What the positions of a list's only mailbox cut out of the text. */
static void
check_positions(const char *text, const char *whole, const char *head)
{
	struct address_list l;
	const char *why;
	char *got;

	ck_assert(address_list_parse(slice_from(text), &l, &why));
	ck_assert_uint_eq(l.count, 1);
	got = slice_dup((struct slice){text + l.items[0].start,
	    l.items[0].end - l.items[0].start});
	ck_assert_str_eq(got, whole);
	free(got);
	got = slice_dup((struct slice){text, l.items[0].addr_end});
	ck_assert_str_eq(got, head);
	free(got);
	address_list_free(&l);
}

START_TEST(positions_tell_where_a_mailbox_stands)
{
	check_positions(" root ", "root", " root");
	check_positions("root (Cron Daemon) ,", "root (Cron Daemon)", "root");
	check_positions(",(a) root(b)(c) , ", "(a) root(b)(c)", ",(a) root");
	check_positions("A (x) < root (y) > (z)", "A (x) < root (y) > (z)",
	    "A (x) < root");
	check_positions("G: \"a b\" ;", "\"a b\"", "G: \"a b\"");
	check_positions("<@a:b.c>", "<@a:b.c>", "<@a:b.c");
	check_positions("a . b (c)", "a . b (c)", "a . b");
}
END_TEST

START_TEST(the_second_mailbox_starts_behind_the_first)
{
	static const char text[] = "a@x (A) b@y (B), (C) c@z";
	struct address_list l;
	const char *why;

	ck_assert(address_list_parse(SLICE(text), &l, &why));
	ck_assert_uint_eq(l.count, 3);
	ck_assert_uint_eq(l.items[0].end, 7);
	ck_assert_uint_eq(l.items[1].start, 8);
	ck_assert_uint_eq(l.items[1].end, 15);
	ck_assert_uint_eq(l.items[2].start, 17);
	ck_assert_uint_eq(l.items[2].end, 24);
	address_list_free(&l);
}
END_TEST

START_TEST(a_walk_gives_null_addresses_too)
{
	struct address_cursor c;
	struct mailbox m;

	address_begin(&c, SLICE("A <>, b"));
	ck_assert_int_eq(address_next(&c, &m), 1);
	ck_assert_str_eq(m.addr, "");
	ck_assert_str_eq(m.name, "A");
	ck_assert(!m.bare);
	mailbox_free(&m);
	ck_assert_int_eq(address_next(&c, &m), 1);
	ck_assert_str_eq(m.addr, "b");
	mailbox_free(&m);
	ck_assert_int_eq(address_next(&c, &m), 0);
	ck_assert_int_eq(address_next(&c, &m), 0);
}
END_TEST

START_TEST(a_walk_stays_where_it_failed)
{
	struct address_cursor c;
	struct mailbox m;

	address_begin(&c, SLICE("a b, c@x"));
	ck_assert_int_eq(address_next(&c, &m), -1);
	ck_assert_ptr_null(m.addr);
	ck_assert_int_eq(address_next(&c, &m), -1);
	ck_assert_str_eq(c.why, "white space inside an address");
}
END_TEST

/* A quadratic reader would take minutes. */
static void
check_long_list(const char *item, size_t times)
{
	struct buf text = BUF_INIT;
	struct address_cursor c;
	struct mailbox m;
	size_t i, n;

	for (i = 0; i < times; i++)
		buf_add_string(&text, item);
	address_begin(&c, buf_slice(&text));
	for (n = 0; address_next(&c, &m) > 0; n++)
		mailbox_free(&m);
	ck_assert_ptr_null(c.why);
	ck_assert_uint_eq(n, times);
	buf_free(&text);
}

START_TEST(long_lists_are_read_in_linear_time)
{
	check_long_list("a@x, ", 100000);
	check_long_list("a@x ", 100000);
	check_long_list("<a@x>", 100000);
	check_long_list("=?a?Q?,", 100000);
}
END_TEST

START_TEST(deep_comments_need_no_stack)
{
	struct buf text = BUF_INIT;
	struct address_list l;
	const char *why;
	int i;

	for (i = 0; i < 1000000; i++)
		buf_add_char(&text, '(');
	ck_assert(!address_list_parse(buf_slice(&text), &l, &why));
	for (i = 0; i < 1000000; i++)
		buf_add_char(&text, ')');
	ck_assert(address_list_parse(buf_slice(&text), &l, &why));
	ck_assert_uint_eq(l.count, 0);
	buf_free(&text);
}
END_TEST

static TCase *
list_tests(void)
{
	TCase *t;

	t = tcase_create("lists");
	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, lists_are_read_as_rfc_5322_says, 0,
	    COUNT(plain));
	tcase_add_loop_test(t, groups_are_taken_apart, 0, COUNT(groups));
	tcase_add_loop_test(t, comments_may_stand_anywhere, 0,
	    COUNT(comments));
	tcase_add_loop_test(t, local_parts_are_quoted_only_where_they_must_be,
	    0, COUNT(quoted));
	tcase_add_loop_test(t, obsolete_forms_are_read, 0, COUNT(obsolete));
	tcase_add_loop_test(t,
	    encoded_words_and_foreign_letters_stay_as_they_are, 0,
	    COUNT(letters));
	tcase_add_loop_test(t, common_mistakes_are_understood, 0,
	    COUNT(lenient));
	tcase_add_loop_test(t, what_no_reading_makes_sense_of_is_refused, 0,
	    COUNT(broken));
	tcase_add_test(t, a_nul_is_a_control_character);
	tcase_add_test(t, positions_tell_where_a_mailbox_stands);
	tcase_add_test(t, the_second_mailbox_starts_behind_the_first);
	tcase_add_test(t, a_walk_gives_null_addresses_too);
	tcase_add_test(t, a_walk_stays_where_it_failed);
	tcase_add_test(t, long_lists_are_read_in_linear_time);
	tcase_add_test(t, deep_comments_need_no_stack);
	return t;
}

/* What address_next() finds when what makes no sense is passed over, in "!". */
static const struct text_case lame[] = {
	{"a@x, b@@y, c@z", "a@x !b@@y! c@z"},
	{"b@@y", "!b@@y!"},
	{"a@x, one two, c@z", "a@x !one two! c@z"},
	{"<a@x, b@y>, c@z", "!<a@x! b@y !>! c@z"},
	{"a@x, \"open <b@y>, c@z", "a@x !\"open <b@y>, c@z!"},
	{"a@x, \"open <b@y>,\r\n c@z,\r\n d@z", "a@x "
	    "!\"open <b@y>,! c@z d@z"},
	{"(open, a@x,\n b@y", "!(open, a@x,! b@y"},
	{"g: a@x, b@@y, c@z;, d@z", "a@x !b@@y! c@z d@z"},
};

START_TEST(what_makes_no_sense_can_be_passed_over)
{
	struct buf got = BUF_INIT;
	struct address_cursor c;
	struct slice left;
	struct mailbox m;
	int n;

	address_begin(&c, slice_from(lame[_i].text));
	while ((n = address_next(&c, &m)) != 0) {
		buf_add_string(&got, got.len > 0 ? " " : "");
		if (n > 0) {
			buf_add_string(&got, m.addr);
			mailbox_free(&m);
			continue;
		}
		address_skip(&c, &left);
		buf_addf(&got, "!%.*s!", (int)left.len, left.ptr);
	}
	ck_assert_str_eq(buf_string(&got), lame[_i].want);
	buf_free(&got);
}
END_TEST

START_TEST(passing_over_ends_in_linear_time)
{
	struct buf text = BUF_INIT;
	struct address_cursor c;
	struct slice left;
	struct mailbox m;
	size_t i, skipped;
	int n;

	for (i = 0; i < 200000; i++)
		buf_add_string(&text, "\"a@x,\n b@@y,");
	skipped = 0;
	address_begin(&c, buf_slice(&text));
	while ((n = address_next(&c, &m)) != 0) {
		if (n > 0)
			mailbox_free(&m);
		else
			address_skip(&c, &left);
		skipped += n < 0;
	}
	ck_assert_uint_gt(skipped, 0);
	buf_free(&text);
}
END_TEST

static Suite *
address_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("mail/address");
	suite_add_tcase(s, list_tests());
	t = tcase_create("skip");
	tcase_add_loop_test(t, what_makes_no_sense_can_be_passed_over, 0,
	    (int)(sizeof(lame) / sizeof(lame[0])));
	tcase_add_test(t, passing_over_ends_in_linear_time);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(address_suite)
