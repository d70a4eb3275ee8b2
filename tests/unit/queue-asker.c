#include "unit.h"

#include <grp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "queue/asker.h"

#define STRANGER 4001
#define GROUP_ID 4002

static struct config config;
static struct manager manager = {.config = &config};

/* The kernel keeps what was true when the pair was made: so it is made by a
 * child that has become that user, and asked about there. The daemon is root,
 * or whoever runs this. */
static struct asker
identify(uid_t uid, gid_t primary, gid_t other)
{
	struct asker a;
	int pair[2], report[2], status;
	pid_t pid;

	ck_assert_int_eq(pipe(report), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (setgroups(1, &other) != 0 || setresgid(primary, primary,
		    primary) != 0 || setresuid(uid, 0, 0) != 0 ||
		    seteuid(uid) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0,
		    pair) != 0 || seteuid(0) != 0 ||
		    !asker_identify(&manager, pair[0], &a) ||
		    write(report[1], &a, sizeof(a)) != sizeof(a))
			_exit(1);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(read(report[0], &a, sizeof(a)), sizeof(a));
	close(report[0]);
	close(report[1]);
	return a;
}

/* The name of a group of this machine that is not root's. */
static const struct group *
some_group(void)
{
	const struct group *g;

	setgrent();
	do
		g = getgrent();
	while (g != NULL && g->gr_gid == 0);
	endgrent();
	ck_assert_ptr_nonnull(g);
	return g;
}

START_TEST(we_ourselves_may_do_everything)
{
	struct asker a;
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert(asker_identify(&manager, pair[0], &a));
	ck_assert_uint_eq(a.uid, getuid());
	ck_assert(a.is_admin);
	ck_assert(asker_may_see(&a, a.uid + 1));
	close(pair[0]);
	close(pair[1]);
}
END_TEST

START_TEST(what_is_no_socket_names_nobody)
{
	struct asker a;

	ck_assert(!asker_identify(&manager, STDIN_FILENO - 1, &a));
}
END_TEST

START_TEST(a_stranger_sees_only_what_is_theirs)
{
	struct asker a;

	if (getuid() != 0)
		return;
	a = identify(STRANGER, STRANGER, STRANGER);
	ck_assert_uint_eq(a.uid, STRANGER);
	ck_assert(!a.is_admin);
	ck_assert(asker_may_see(&a, STRANGER));
	ck_assert(!asker_may_see(&a, 0));
	ck_assert(!asker_may_see(&a, STRANGER + 1));
}
END_TEST

START_TEST(members_of_the_admin_group_see_all)
{
	const struct group *g;

	if (getuid() != 0)
		return;
	g = some_group();
	config.admin_group = g->gr_name;
	ck_assert(identify(STRANGER, g->gr_gid, STRANGER).is_admin);
	ck_assert(identify(STRANGER, STRANGER, g->gr_gid).is_admin);
	ck_assert(!identify(STRANGER, STRANGER, GROUP_ID).is_admin);
	ck_assert(identify(0, 0, 0).is_admin);
}
END_TEST

START_TEST(a_group_that_does_not_exist_has_no_members)
{
	static char name[] = "no-such-group-here";

	if (getuid() != 0)
		return;
	config.admin_group = name;
	ck_assert(!identify(STRANGER, STRANGER, GROUP_ID).is_admin);
	ck_assert(identify(0, 0, 0).is_admin);
}
END_TEST

static Suite *
asker_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("queue/asker");
	t = tcase_create("asker");
	tcase_add_test(t, we_ourselves_may_do_everything);
	tcase_add_test(t, what_is_no_socket_names_nobody);
	tcase_add_test(t, a_stranger_sees_only_what_is_theirs);
	tcase_add_test(t, members_of_the_admin_group_see_all);
	tcase_add_test(t, a_group_that_does_not_exist_has_no_members);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(asker_suite)
