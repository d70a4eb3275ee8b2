#include "spooled.h"

#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "submit/clients.h"

#define CROWD 4242
#define OTHERS 5000
#define PLACES_OF_ONE 1000
#define PLACES 4000

static struct intake_context context;

static bool
is_never_over(uid_t uid)
{
	(void)uid;
	return false;
}

static void
ignore(void *arg, uint32_t events)
{
	(void)arg;
	(void)events;
}

static void
setup(void)
{
	struct rlimit limit;

	spooled_begin("keep-free = \"0\"\n");
	context.spool = spooled;
	context.config = spooled_config;
	context.is_over_limit = is_never_over;
	clients_begin(loop_new());
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* One that stands for a connection of this user: whoever it is, it has said
 * something just now. */
static struct client *
enter(uid_t uid)
{
	struct client *c;
	int fd;

	fd = eventfd(0, EFD_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	c = clients_add(fd, uid, intake_new(&context, uid, NULL), ignore);
	ck_assert_ptr_nonnull(c);
	return c;
}

START_TEST(a_silent_one_makes_room_for_another_of_its_user)
{
	struct client *silent, *c;
	char said[200];
	int ends[2], i;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	silent = clients_add(ends[0], CROWD, intake_new(&context, CROWD,
	    NULL), ignore);
	for (i = 1; i < PLACES_OF_ONE; i++) {
		ck_assert(clients_make_room(CROWD));
		enter(CROWD);
	}
	/* All of them said something within the last minute. */
	ck_assert(!clients_make_room(CROWD));
	ck_assert(clients_make_room(OTHERS));
	ck_assert_uint_eq(clients_count(), PLACES_OF_ONE);
	/* One whose message is whole is not sent away, however long ago. */
	silent->heard -= 3600 * CLOCK_SEC;
	silent->is_whole = true;
	ck_assert(!clients_make_room(CROWD));
	silent->is_whole = false;
	ck_assert(clients_make_room(CROWD));
	ck_assert_uint_eq(clients_count(), PLACES_OF_ONE - 1);
	i = (int)recv(ends[1], said, sizeof(said) - 1, 0);
	ck_assert_int_gt(i, 0);
	said[i] = '\0';
	ck_assert_ptr_nonnull(strstr(said, "75 "));
	ck_assert_ptr_nonnull(strstr(said, "silent for longest"));
	c = enter(CROWD);
	clients_close(c);
}
END_TEST

START_TEST(who_has_most_makes_room_for_those_who_have_few)
{
	struct rlimit limit;
	uid_t uid;
	int i;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_cur < PLACES + 100)
		return;
	for (uid = CROWD; uid < CROWD + 4; uid++)
		for (i = 0; i < PLACES_OF_ONE; i++)
			enter(uid);
	ck_assert_uint_eq(clients_count(), PLACES);
	for (i = 0; i < 100; i++) {
		ck_assert(clients_make_room(OTHERS));
		enter(OTHERS);
		ck_assert_uint_eq(clients_count(), PLACES);
	}
	/* Those four may not push each other out. */
	ck_assert(!clients_make_room(CROWD));
}
END_TEST

START_TEST(what_comes_in_is_counted_by_user)
{
	struct client *c;
	struct buf letter = BUF_INIT;

	c = enter(CROWD);
	enter(CROWD + 1);
	buf_add_string(&letter, "navette-submission 1\nrcpt\t0\t"
	    "marie@example.net\t\t\t\n\n");
	buf_add(&letter, "\0\0\0\12Subject: x", 14);
	ck_assert_int_eq(intake_feed(c->intake, buf_slice(&letter)),
	    INTAKE_MORE);
	ck_assert_uint_eq(clients_coming(CROWD), 10);
	ck_assert_uint_eq(clients_coming(CROWD + 1), 0);
	ck_assert(clients_may_hold(c));
	clients_answer(c, 75, "no");
	ck_assert_uint_eq(clients_coming(CROWD), 0);
	/* Answered: it may go on for a while, not for ever. */
	ck_assert_int_gt(clients_sweep(), clock_boot());
	c->until = 0;
	ck_assert_int_eq(clients_sweep(), CLOCK_NEVER);
	ck_assert_uint_eq(clients_count(), 1);
	buf_free(&letter);
}
END_TEST

/* An envelope without end, of so many bytes. */
static bool
swell(struct client *c, size_t bytes)
{
	static const char piece[65536] = "x";
	struct buf start = BUF_INIT;

	buf_add_string(&start, "navette-submission 1\nname x");
	ck_assert_int_eq(intake_feed(c->intake, buf_slice(&start)),
	    INTAKE_MORE);
	buf_free(&start);
	for (; bytes >= sizeof(piece); bytes -= sizeof(piece))
		ck_assert_int_eq(intake_feed(c->intake, (struct slice){
		    piece, sizeof(piece)}), INTAKE_MORE);
	return clients_may_hold(c);
}

START_TEST(the_memory_of_one_user_and_of_all_is_bounded)
{
	struct client *big;
	int i;

	for (i = 0; swell(enter(CROWD), 7 << 20); i++)
		ck_assert_int_lt(i, 20);
	ck_assert_int_gt(i, 10);
	/* Another user's first is let in. */
	big = enter(OTHERS);
	ck_assert(swell(big, 7 << 20));
	/* Any number of users may be one. */
	for (i = 0; swell(enter(OTHERS + 1 + (uid_t)i), 7 << 20); i++)
		ck_assert_int_lt(i, 80);
	/* Small ones go on. */
	ck_assert(swell(enter(OTHERS + 1000), 0));
	ck_assert(!clients_may_hold(big));
}
END_TEST

START_TEST(recipients_count_as_memory)
{
	struct buf text = BUF_INIT;
	struct client *c;
	int i;

	c = enter(CROWD);
	buf_add_string(&text, "navette-submission 1\n");
	for (i = 0; i < 1000; i++)
		buf_addf(&text, "rcpt\t%d\treader%d@example.net\t\t\t\n", i, i);
	buf_add_string(&text, "\n");
	buf_add(&text, "\0\0\0\15Subject: x\n\nx", 17);
	ck_assert_int_eq(intake_feed(c->intake, buf_slice(&text)),
	    INTAKE_MORE);
	ck_assert(clients_may_hold(c));
	ck_assert_uint_gt(c->held, 200000);
	buf_free(&text);
}
END_TEST

static Suite *
clients_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("submit/clients");
	t = tcase_create("clients");
	tcase_set_timeout(t, 20);
	tcase_add_checked_fixture(t, setup, spooled_end);
	tcase_add_test(t, a_silent_one_makes_room_for_another_of_its_user);
	tcase_add_test(t, who_has_most_makes_room_for_those_who_have_few);
	tcase_add_test(t, what_comes_in_is_counted_by_user);
	tcase_add_test(t, the_memory_of_one_user_and_of_all_is_bounded);
	tcase_add_test(t, recipients_count_as_memory);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(clients_suite)
