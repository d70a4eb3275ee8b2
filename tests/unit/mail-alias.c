#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "mail/alias.h"

/* What complaints and included files are made of, and one table. */
struct world {
	struct alias_table *table;
	struct buf complaints;	/* "file:line: what\n" */
	const char *list;	/* text of every included file; NULL: none */
	unsigned includes;
};

static struct world world;

static void
complain(void *arg, const char *file, unsigned line, const char *what)
{
	struct world *w = arg;

	buf_addf(&w->complaints, "%s:%u: %s\n", file, line, what);
}

static bool
include(void *arg, const char *path, struct buf *text, const char **why)
{
	struct world *w = arg;

	w->includes++;
	if (strcmp(path, "/none") == 0) {
		*why = "cannot be opened";
		return false;
	}
	/* /deep/N includes /deep/N+1. */
	if (strncmp(path, "/deep/", 6) == 0) {
		buf_addf(text, ":include:/deep/%d\n", atoi(path + 6) + 1);
		return true;
	}
	buf_add_string(text, w->list);
	return true;
}

static void
set_up(void)
{
	memset(&world, 0, sizeof(world));
}

static void
tear_down(void)
{
	if (world.table != NULL)
		alias_free(world.table);
	buf_free(&world.complaints);
}

static void
parse(const char *text)
{
	world.table = alias_parse(slice_from(text), "aliases", complain,
	    &world);
}

/* The targets of name as "addr addr(owner)". */
static void
check_expand(const char *name, const char *expected)
{
	struct alias_targets out = {.items = NULL};
	struct buf text = BUF_INIT;
	size_t i;

	alias_expand(world.table, name, include, complain, &world, &out);
	for (i = 0; i < out.count; i++) {
		buf_addf(&text, "%s%s", i == 0 ? "" : " ", out.items[i].addr);
		if (out.items[i].owner != NULL)
			buf_addf(&text, "(%s)", out.items[i].owner);
	}
	ck_assert_str_eq(buf_string(&text), expected);
	alias_targets_free(&out);
	ck_assert_ptr_null(out.items);
	buf_free(&text);
}

static void
check_complaints(const char *expected)
{
	ck_assert_str_eq(buf_string(&world.complaints), expected);
}

START_TEST(a_name_without_alias_is_its_own_target)
{
	parse("");
	check_expand("Bob", "Bob");
	check_complaints("");
}
END_TEST

START_TEST(an_alias_has_one_or_several_targets)
{
	parse("root: ops@x.example\n"
	    "staff: a@x.example, b@y.example,c@z.example , root,\n");
	check_expand("root", "ops@x.example");
	check_expand("staff",
	    "a@x.example b@y.example c@z.example ops@x.example");
	check_complaints("");
}
END_TEST

START_TEST(names_are_compared_without_case_and_quotes)
{
	parse("Root : ops@x.example\n\"John Doe\": jd@x.example\n");
	check_expand("ROOT", "ops@x.example");
	check_expand("\"john doe\"", "jd@x.example");
	check_expand("\"root\"", "ops@x.example");
	check_complaints("");
}
END_TEST

START_TEST(lines_go_on_after_white_space)
{
	parse("staff: a@x.example,\n\tb@x.example,\n\n# a comment\n"
	    "  c@x.example\nroot: d@x.example");
	check_expand("staff", "a@x.example b@x.example c@x.example");
	check_expand("root", "d@x.example");
	check_complaints("");
}
END_TEST

START_TEST(comments_are_passed_over)
{
	parse("# root: x@x.example\n   # more\n"
	    "root: a@x.example # b@x.example\n"
	    "staff: # nobody yet\n  c#d@x.example, (old) e@x.example\n");
	check_expand("root", "a@x.example");
	check_expand("staff", "c#d@x.example e@x.example");
	check_complaints("");
}
END_TEST

START_TEST(line_ends_of_other_systems_do_no_harm)
{
	parse("root: a@x.example\r\n\r\nstaff: b@x.example,\r\n"
	    " c@x.example\r\n");
	check_expand("root", "a@x.example");
	check_expand("staff", "b@x.example c@x.example");
	check_complaints("");
}
END_TEST

START_TEST(targets_are_addresses_of_any_form)
{
	parse("a: \"b c\"@x.example, Doe, John <jd@x.example>, <e@x.example>,\n"
	    " \"Doe, John\" <f@x.example>, \"x,y\",\n"
	    " <@r.example:g@x.example>\n");
	check_expand("a", "\"b c\"@x.example Doe jd@x.example e@x.example "
	    "f@x.example \"x,y\" g@x.example");
	check_complaints("");
}
END_TEST

START_TEST(chains_are_followed_and_each_target_is_named_once)
{
	parse("a: b, c, B\nb: d, e@X.example\nc: d, e@x.EXAMPLE, E@x.example\n"
	    "d: f@x.example\n");
	check_expand("a", "f@x.example e@X.example E@x.example");
	check_complaints("");
}
END_TEST

START_TEST(a_backslash_stops_the_expansion)
{
	parse("bob: \\bob, \"\\ann\", carol\nann: x@x.example\n"
	    "carol: \\carol@y.example\n");
	check_expand("bob", "bob ann carol@y.example");
	check_complaints("");
}
END_TEST

START_TEST(names_at_this_host_are_local_names)
{
	parse("root: admin@Web1.example, other@web1.example\n"
	    "admin: ops@x.example\n");
	check_expand("root", "admin@Web1.example other@web1.example");
	alias_set_domain(world.table, "web0.example");
	alias_set_domain(world.table, "web1.example");
	check_expand("root", "ops@x.example other@web1.example");
	check_complaints("");
}
END_TEST

START_TEST(a_lists_owner_is_its_return_path)
{
	parse("list: a@x.example, sub, plain\nOwner-List: bob@x.example\n"
	    "sub: b@x.example\nowner-sub: carol\nplain: c@x.example\n"
	    "\"my list\": d@x.example\n\"owner-my list\": e@x.example\n");
	check_expand("LIST", "a@x.example(Owner-List) b@x.example(owner-sub) "
	    "c@x.example(Owner-List)");
	check_expand("plain", "c@x.example");
	check_expand("owner-list", "bob@x.example");
	check_expand("\"my list\"", "d@x.example(\"owner-my list\")");
	check_complaints("");
}
END_TEST

START_TEST(a_loop_is_told_and_yields_nothing)
{
	parse("a: b, x@x.example\nb: c\nc:\n a\nself: self\n");
	check_expand("a", "x@x.example");
	check_complaints("aliases:4: the alias leads back to itself\n");
	check_expand("self", "");
}
END_TEST

START_TEST(too_long_a_chain_is_told)
{
	struct buf text = BUF_INIT;
	unsigned i;

	for (i = 0; i < 100; i++)
		buf_addf(&text, "a%u: a%u\n", i, i + 1);
	parse(buf_string(&text));
	buf_free(&text);
	check_expand("a60", "a100");
	check_expand("a0", "");
	check_complaints(
	    "aliases:50: too many aliases lead from one to the next\n");
	ck_assert(!alias_check(world.table, NULL, complain, &world));
}
END_TEST

START_TEST(programs_and_files_are_refused_in_words)
{
	parse("prog: \"|/bin/sh -c 'a, b'\", |/bin/cat, ok@x.example\n"
	    "file: /var/mail/bob, \"/a b\"\n");
	check_complaints("");
	check_expand("prog", "ok@x.example");
	check_expand("file", "");
	check_complaints(
	    "aliases:1: a program (|) is no target here: navette runs none\n"
	    "aliases:1: a program (|) is no target here: navette runs none\n"
	    "aliases:2: a file is no target here: navette keeps no "
	    "mailboxes\n"
	    "aliases:2: a file is no target here: navette keeps no "
	    "mailboxes\n");
}
END_TEST

START_TEST(included_lists_hold_targets_one_or_several_a_line)
{
	world.list = "# members\na@x.example, b@x.example # two\n\n"
	    "\"John, Doe\" <c@x.example>\nroot\n\\bob\nd@x.example";
	parse("list: :include:/lists/a\nowner-list: o@x.example\n"
	    "root: r@x.example\nbob: z@x.example\n");
	check_expand("list", "a@x.example(owner-list) b@x.example(owner-list) "
	    "c@x.example(owner-list) r@x.example(owner-list) "
	    "bob(owner-list) d@x.example(owner-list)");
	check_complaints("");
}
END_TEST

START_TEST(an_included_path_may_be_quoted)
{
	world.list = "a@x.example\n";
	parse("a: \":include:/my lists/a\"\nb: :INCLUDE: \"/my lists/a\"\n");
	check_expand("a", "a@x.example");
	check_expand("b", "a@x.example");
	ck_assert_uint_eq(world.includes, 2);
	check_complaints("");
}
END_TEST

START_TEST(broken_lines_of_a_list_are_told_by_number_only)
{
	world.list = "a@x.example\nsecret secret@\nb@x.example\n\"open\n"
	    "c@x.example, |cmd\n/etc/passwd\n";
	parse("list: :include:/list\n");
	check_expand("list", "a@x.example b@x.example c@x.example");
	ck_assert_ptr_nonnull(strstr(buf_string(&world.complaints),
	    "/list:2: "));
	ck_assert_ptr_nonnull(strstr(buf_string(&world.complaints),
	    "/list:4: a quotation mark is not closed\n"));
	ck_assert_ptr_nonnull(strstr(buf_string(&world.complaints),
	    "/list:5: a program"));
	ck_assert_ptr_nonnull(strstr(buf_string(&world.complaints),
	    "/list:6: a file"));
	ck_assert_ptr_null(strstr(buf_string(&world.complaints), "secret"));
}
END_TEST

START_TEST(an_unreadable_list_is_told_and_yields_nothing)
{
	struct alias_targets out = {.items = NULL};

	parse("list: :include:/none, a@x.example\n");
	check_expand("list", "a@x.example");
	check_complaints("aliases:1: the included list cannot be opened\n");
	alias_expand(world.table, "list", NULL, complain, &world, &out);
	ck_assert_uint_eq(out.count, 1);
	ck_assert_uint_eq(out.fault_count, 1);
	ck_assert_str_eq(out.faults[0].place, "aliases, line 1");
	alias_targets_free(&out);
}
END_TEST

START_TEST(a_list_that_includes_itself_ends)
{
	world.list = ":include:/list\na@x.example\n";
	parse("list: :include:/list\n");
	check_expand("list", "a@x.example");
	check_complaints("/list:1: the list includes itself\n");
	ck_assert_uint_eq(world.includes, 1);
}
END_TEST

START_TEST(lists_within_lists_end)
{
	parse("list: :include:/deep/1\n");
	check_expand("list", "");
	ck_assert_uint_lt(world.includes, 60);
	check_complaints("/deep/49:1: too many aliases lead from one to the "
	    "next\n");
}
END_TEST

START_TEST(too_many_lists_are_told)
{
	struct buf text = BUF_INIT, list = BUF_INIT;
	unsigned i;

	world.list = "a@x.example\n";
	buf_add_string(&text, "list: :include:/0, :include:/0");
	for (i = 1; i <= 1000; i++)
		buf_addf(&text, ",\n :include:/%u", i);
	parse(buf_string(&text));
	check_expand("list", "a@x.example");
	ck_assert_uint_eq(world.includes, 1000);
	check_complaints("aliases:1001: too many lists are included\n");
	buf_free(&text);
	buf_free(&list);
}
END_TEST

START_TEST(a_list_of_100000_is_expanded_in_no_time)
{
	struct alias_targets out = {.items = NULL};
	struct buf list = BUF_INIT, text = BUF_INIT;
	unsigned i;

	for (i = 0; i < 100000; i++)
		buf_addf(&list, "user%u\n", i);
	for (i = 0; i < 100000; i++)
		buf_addf(&text, "user%u: u%u@x.example\n", i, i);
	buf_add_string(&text, "list: :include:/list\n");
	world.list = buf_string(&list);
	parse(buf_string(&text));
	alias_expand(world.table, "list", include, complain, &world, &out);
	ck_assert_uint_eq(out.count, 100000);
	ck_assert_str_eq(out.items[99999].addr, "u99999@x.example");
	ck_assert(alias_check(world.table, include, complain, &world));
	alias_targets_free(&out);
	buf_free(&list);
	buf_free(&text);
	check_complaints("");
}
END_TEST

/* A text, and how its complaint begins. */
static const struct {
	const char *text;
	const char *complaint;
} broken[] = {
	{"root\n", "aliases:1: no colon"},
	{"root\n : x@x.example\n", "aliases:1: no colon"},
	{"\n : x@x.example\n", "aliases:2: the line continues nothing"},
	{": x@x.example\n", "aliases:1: "},
	{"a b: x@x.example\n", "aliases:1: "},
	{"a\1: x@x.example\n", "aliases:1: "},
	{"\"a: x@x.example\n", "aliases:1: no colon"},
	{"\"a\\\": x@x.example\n", "aliases:1: no colon"},
	{"a@x.example: b\n", "aliases:1: the name has a domain"},
	{"a: b\nA: c\n", "aliases:2: the name has an alias already"},
	{"a:\n", "aliases:1: the alias has no target"},
	{"a: ,,\n", "aliases:1: the alias has no target"},
	{"a: b@\n", "aliases:1: "},
	{"a: <>\n", "aliases:1: an address is empty"},
	{"a: \\\n", "aliases:1: an address is empty"},
	{"a: ok@x.example,\n # comment\n \"open,\n more@x.example\n",
	    "aliases:3: a quotation mark is not closed"},
	{"a: :include:\n", "aliases:1: no file is named"},
	{"a: :include:/a\1b\n", "aliases:1: no file is named"},
	{"a: :fail: gone\n", "aliases:1: a target with colons"},
	{"a: \"\\\n", "aliases:1: a quotation mark is not closed"},
	{"a: (open\nb: c\n", "aliases:1: "},
	{"a: b c@x.example d@x.example\n", "aliases:1: "},
};

START_TEST(a_broken_line_is_told_and_left_out)
{
	parse(broken[_i].text);
	ck_assert_msg(strncmp(buf_string(&world.complaints),
	    broken[_i].complaint, strlen(broken[_i].complaint)) == 0,
	    "%s: %s", broken[_i].text, buf_string(&world.complaints));
}
END_TEST

START_TEST(what_follows_a_broken_target_still_counts)
{
	parse("a: x y@, b@x.example,\n \"open,\n c@x.example\nb c: no\n"
	    "d: e@x.example\n");
	check_expand("a", "b@x.example c@x.example");
	check_expand("d", "e@x.example");
}
END_TEST

START_TEST(a_check_finds_faults_ahead_of_use)
{
	world.list = "|program\n";
	parse("a: b\nb: a\nc: /file\nd: :include:/none\ne: :include:/list\n"
	    "f: fine@x.example\n");
	check_complaints("");
	ck_assert(!alias_check(world.table, include, complain, &world));
	check_complaints(
	    "aliases:2: the alias leads back to itself\n"
	    "aliases:3: a file is no target here: navette keeps no mailboxes\n"
	    "aliases:4: the included list cannot be opened\n"
	    "/list:1: a program (|) is no target here: navette runs none\n");
}
END_TEST

START_TEST(a_check_without_includes_looks_at_none)
{
	parse("a: :include:/none, b@x.example\n");
	ck_assert(alias_check(world.table, NULL, complain, &world));
	check_complaints("");
}
END_TEST

static Suite *
alias_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("mail/alias");
	t = tcase_create("reading");
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, a_name_without_alias_is_its_own_target);
	tcase_add_test(t, an_alias_has_one_or_several_targets);
	tcase_add_test(t, names_are_compared_without_case_and_quotes);
	tcase_add_test(t, lines_go_on_after_white_space);
	tcase_add_test(t, comments_are_passed_over);
	tcase_add_test(t, line_ends_of_other_systems_do_no_harm);
	tcase_add_test(t, targets_are_addresses_of_any_form);
	tcase_add_loop_test(t, a_broken_line_is_told_and_left_out, 0,
	    (int)(sizeof(broken) / sizeof(broken[0])));
	tcase_add_test(t, what_follows_a_broken_target_still_counts);
	suite_add_tcase(s, t);
	t = tcase_create("expanding");
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, chains_are_followed_and_each_target_is_named_once);
	tcase_add_test(t, a_backslash_stops_the_expansion);
	tcase_add_test(t, names_at_this_host_are_local_names);
	tcase_add_test(t, a_lists_owner_is_its_return_path);
	tcase_add_test(t, a_loop_is_told_and_yields_nothing);
	tcase_add_test(t, too_long_a_chain_is_told);
	tcase_add_test(t, programs_and_files_are_refused_in_words);
	suite_add_tcase(s, t);
	t = tcase_create("included lists");
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, included_lists_hold_targets_one_or_several_a_line);
	tcase_add_test(t, an_included_path_may_be_quoted);
	tcase_add_test(t, broken_lines_of_a_list_are_told_by_number_only);
	tcase_add_test(t, an_unreadable_list_is_told_and_yields_nothing);
	tcase_add_test(t, a_list_that_includes_itself_ends);
	tcase_add_test(t, lists_within_lists_end);
	tcase_add_test(t, too_many_lists_are_told);
	tcase_add_test(t, a_list_of_100000_is_expanded_in_no_time);
	suite_add_tcase(s, t);
	t = tcase_create("checking");
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, a_check_finds_faults_ahead_of_use);
	tcase_add_test(t, a_check_without_includes_looks_at_none);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(alias_suite)
