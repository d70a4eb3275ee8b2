#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "spool/pacefile.h"

static char folder[64];
static struct spool *spool;
static struct ledger_time now;

static void
setup(void)
{
	struct buf error = BUF_INIT;

	strcpy(folder, "/tmp/navette-pacefile.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert(spool_create(folder, (uid_t)-1, (gid_t)-1, &error));
	spool = spool_open(folder, &error);
	ck_assert_ptr_nonnull(spool);
	now = (struct ledger_time){1000 * CLOCK_SEC, 2000000 * CLOCK_SEC,
	    "boot-1"};
}

static void
teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

/* A ban of an hour, now. */
static void
write_ban(void)
{
	struct pacefile p;

	memset(&p, 0, sizeof(p));
	p.rate = 900;
	p.failures = 3;
	p.ban = 3600 * CLOCK_SEC;
	p.stopped_wall = now.wall;
	p.why.kind = VERDICT_DEFERRED;
	p.why.scope = SCOPE_QUOTA;
	p.why.stage = STAGE_MAIL;
	p.why.code = 454;
	p.why.text = SLICE("4.7.0 too many\nmessages");
	ck_assert(pacefile_write(spool, "isp", &now, &p));
}

static int64_t
ban_left(void)
{
	struct pacefile p;
	int64_t ban;

	ck_assert(pacefile_read(spool, "isp", &now, &p));
	ban = p.ban;
	buf_free(&p.words);
	return ban / CLOCK_SEC;
}

START_TEST(what_is_kept_comes_back)
{
	struct pacefile p;

	write_ban();
	ck_assert(pacefile_read(spool, "isp", &now, &p));
	ck_assert_uint_eq(p.rate, 900);
	ck_assert_uint_eq(p.failures, 3);
	ck_assert_int_eq(p.ban, 3600 * CLOCK_SEC);
	ck_assert_int_eq(p.stopped_wall, now.wall);
	ck_assert_int_eq(p.why.scope, SCOPE_QUOTA);
	ck_assert_int_eq(p.why.code, 454);
	ck_assert(slice_is(p.why.text, "4.7.0 too many\nmessages"));
	buf_free(&p.words);
	ck_assert(!pacefile_read(spool, "other", &now, &p));
}
END_TEST

START_TEST(a_ban_ends_when_it_would_have)
{
	write_ban();
	now.boot += 600 * CLOCK_SEC;
	ck_assert_int_eq(ban_left(), 3000);
	/* The wall clock may be set meanwhile. */
	now.wall -= 86400 * CLOCK_SEC;
	ck_assert_int_eq(ban_left(), 3000);
	now.boot += 3000 * CLOCK_SEC;
	ck_assert_int_eq(ban_left(), 0);
}
END_TEST

static void
reboot(int64_t wall)
{
	strcpy(now.id, "boot-2");
	now.boot = 20 * CLOCK_SEC;
	now.wall += wall;
}

START_TEST(over_a_reboot_the_wall_clock_tells)
{
	write_ban();
	reboot(600 * CLOCK_SEC);
	ck_assert_int_eq(ban_left(), 3000);
}
END_TEST

START_TEST(a_wall_clock_that_went_back_makes_no_ban_longer)
{
	write_ban();
	reboot(-86400 * CLOCK_SEC);
	ck_assert_int_eq(ban_left(), 3580);
}
END_TEST

static const char *const nonsense[] = {
	"",
	"navette-pace 2\nwritten 1 1 x\nrate 5\n",
	"navette-pace 1\n",
	"navette-pace 1\nrate 5\n",
	"navette-pace 1\nwritten 1 1 x\nrate\n",
	"navette-pace 1\nwritten 1 1 x\nrate -5\n",
	"navette-pace 1\nwritten 1 1 x\nrate 5000000000\n",
	"navette-pace 1\nwritten 1 1 x\nban 5\n",
	"navette-pace 1\nwritten 1 1 x\nfailures 70000\n",
	"navette-pace 1\nwritten 1 1 x\nwhy nothing\n",
	"navette-pace 1\nwritten 1 1 x\nother 5\n",
	"navette-pace 1\nwritten 1 1 a-name-of-more-than-forty-characters-in-all\n",
};

START_TEST(nonsense_is_as_good_as_nothing)
{
	struct pacefile p;
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/state/pace-isp", folder);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(nonsense[_i], f);
	fclose(f);
	ck_assert(!pacefile_read(spool, "isp", &now, &p));
	ck_assert_uint_eq(p.rate, 0);
	ck_assert_int_eq(p.ban, 0);
}
END_TEST

static Suite *
pacefile_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("spool/pacefile");
	t = tcase_create("pacefile");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_is_kept_comes_back);
	tcase_add_test(t, a_ban_ends_when_it_would_have);
	tcase_add_test(t, over_a_reboot_the_wall_clock_tells);
	tcase_add_test(t, a_wall_clock_that_went_back_makes_no_ban_longer);
	tcase_add_loop_test(t, nonsense_is_as_good_as_nothing, 0,
	    (int)(sizeof(nonsense) / sizeof(nonsense[0])));
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(pacefile_suite)
