#include "spooled.h"

#include <sys/stat.h>

#include "submit/aliases.h"

static struct buf text;

static void
setup(void)
{
	spooled_begin("");
}

static void
teardown(void)
{
	buf_free(&text);
	spooled_end();
}

static bool
include(const char *path, const char **why)
{
	*why = NULL;
	return aliases_include(spooled_config, path, &text, why);
}

static void
refused(const char *path, const char *words)
{
	const char *why;

	ck_assert_msg(!include(path, &why), "%s was read", path);
	ck_assert_ptr_nonnull(why);
	ck_assert_msg(strstr(why, words) != NULL, "%s: %s", path, why);
	ck_assert_uint_eq(text.len, 0);
}

START_TEST(a_list_that_everybody_may_read_is_read)
{
	const char *why;

	spooled_write("list", "jean@example.net\n", 0644);
	ck_assert_msg(include(spooled_path("list"), &why), "%s", why);
	ck_assert_str_eq(buf_string(&text), "jean@example.net\n");
}
END_TEST

START_TEST(a_list_that_others_may_not_read_is_refused)
{
	spooled_write("list", "secret\n", 0640);
	refused(spooled_path("list"), "readable by others");
}
END_TEST

START_TEST(no_component_of_the_path_may_be_a_link)
{
	char target[256];

	spooled_write("list", "x\n", 0644);
	snprintf(target, sizeof(target), "%s", spooled_path("list"));
	ck_assert_int_eq(symlink(target, spooled_path("link")), 0);
	refused(spooled_path("link"), "symbolic link");
	ck_assert_int_eq(symlink(spooled_folder, spooled_path("folder")), 0);
	refused(spooled_path("folder/list"), "symbolic link");
}
END_TEST

START_TEST(what_is_no_regular_file_is_refused_at_once)
{
	ck_assert_int_eq(mkdir(spooled_path("folder"), 0755), 0);
	refused(spooled_path("folder"), "regular file");
	/* Nobody writes into it: to wait for that would stop all mail. */
	ck_assert_int_eq(mkfifo(spooled_path("pipe"), 0644), 0);
	refused(spooled_path("pipe"), "regular file");
	refused("/dev/zero", "regular file");
	refused(spooled_path("absent"), "cannot be opened");
}
END_TEST

START_TEST(a_list_that_is_too_long_is_refused)
{
	const char *why;

	spooled_write("list", "x\n", 0644);
	ck_assert_int_eq(truncate(spooled_path("list"), 16 << 20), 0);
	ck_assert(include(spooled_path("list"), &why));
	buf_clear(&text);
	ck_assert_int_eq(truncate(spooled_path("list"), (16 << 20) + 1), 0);
	ck_assert(!include(spooled_path("list"), &why));
	ck_assert_ptr_nonnull(strstr(why, "16 MiB"));
}
END_TEST

static const char *const secret_places[] = {
	"list", "./list", "", NAVETTE_SYSCONFDIR "/navette/isp.password",
	NAVETTE_SYSCONFDIR "/navette", "/nowhere/n.conf", "/nowhere/other",
	"/tmp/../" NAVETTE_SYSCONFDIR "/navette/isp.password",
	"/etc//navette/isp.password", "/etc/./navette/isp.password"
};

START_TEST(our_own_folders_are_no_place_for_a_list)
{
	refused(secret_places[_i], "absolute path");
}
END_TEST

START_TEST(the_spool_is_no_place_for_a_list)
{
	spooled_write("spool/list", "x\n", 0644);
	refused(spooled_path("spool/list"), "absolute path");
	refused(spooled_path("spool"), "absolute path");
	/* Its neighbour is another folder, though the name begins alike. */
	spooled_write("spool-list", "x\n", 0644);
	ck_assert(aliases_include(spooled_config, spooled_path("spool-list"),
	    &text, &(const char *){NULL}));
}
END_TEST

/* What name stands for, each with a space behind it. */
static void
stands_for(const char *name, const char *expected)
{
	struct alias_targets targets;
	size_t i;

	memset(&targets, 0, sizeof(targets));
	buf_clear(&text);
	alias_expand(aliases_current(), name, aliases_include,
	    aliases_complain, spooled_config, &targets);
	for (i = 0; i < targets.count; i++)
		buf_addf(&text, "%s ", targets.items[i].addr);
	alias_targets_free(&targets);
	ck_assert_str_eq(buf_string(&text), expected);
}

START_TEST(the_file_is_read_again_when_it_changes)
{
	ck_assert(aliases_refresh(spooled_config));
	stands_for("team", "team ");
	spooled_write("aliases", "team: a@example.net\n", 0644);
	ck_assert(aliases_refresh(spooled_config));
	stands_for("team", "a@example.net ");
	spooled_write("aliases", "team: a@example.net, b@example.net\n",
	    0644);
	ck_assert(aliases_refresh(spooled_config));
	stands_for("team", "a@example.net b@example.net ");
	ck_assert_int_eq(unlink(spooled_path("aliases")), 0);
	ck_assert(aliases_refresh(spooled_config));
	stands_for("team", "team ");
}
END_TEST

START_TEST(an_old_table_is_better_than_none)
{
	spooled_write("aliases", "team: a@example.net\n", 0644);
	ck_assert(aliases_refresh(spooled_config));
	ck_assert_int_eq(unlink(spooled_path("aliases")), 0);
	ck_assert_int_eq(mkdir(spooled_path("aliases"), 0755), 0);
	ck_assert(!aliases_refresh(spooled_config));
	stands_for("team", "a@example.net ");
}
END_TEST

static Suite *
aliases_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("submit/aliases");
	t = tcase_create("files");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_list_that_everybody_may_read_is_read);
	tcase_add_test(t, a_list_that_others_may_not_read_is_refused);
	tcase_add_test(t, no_component_of_the_path_may_be_a_link);
	tcase_add_test(t, what_is_no_regular_file_is_refused_at_once);
	tcase_add_test(t, a_list_that_is_too_long_is_refused);
	tcase_add_loop_test(t, our_own_folders_are_no_place_for_a_list, 0,
	    sizeof(secret_places) / sizeof(secret_places[0]));
	tcase_add_test(t, the_spool_is_no_place_for_a_list);
	tcase_add_test(t, the_file_is_read_again_when_it_changes);
	tcase_add_test(t, an_old_table_is_better_than_none);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(aliases_suite)
