#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "queue/fair.h"

#define MANY 100000u

static struct fair fair;
static struct entry entries[1000];

static void
setup(void)
{
	memset(&fair, 0, sizeof(fair));
	memset(entries, 0, sizeof(entries));
}

static void
add(size_t i, uint32_t party, bool front)
{
	entries[i].party = party;
	fair_add(&fair, &entries[i], front);
}

static size_t
take(void)
{
	struct entry *e;

	e = fair_take(&fair);
	return e == NULL ? 9999 : (size_t)(e - entries);
}

START_TEST(parties_take_turns)
{
	size_t i;

	for (i = 0; i < 100; i++)
		add(i, 1, false);
	add(100, 2, false);
	add(101, 2, false);
	add(102, 3, false);
	ck_assert_uint_eq(fair.count, 103);
	ck_assert_uint_eq(take(), 0);
	ck_assert_uint_eq(take(), 100);
	ck_assert_uint_eq(take(), 102);
	ck_assert_uint_eq(take(), 1);
	ck_assert_uint_eq(take(), 101);
	for (i = 2; i < 100; i++)
		ck_assert_uint_eq(take(), i);
	ck_assert_uint_eq(take(), 9999);
	ck_assert_uint_eq(fair.count, 0);
}
END_TEST

START_TEST(what_was_given_back_comes_next)
{
	add(0, 1, false);
	add(1, 1, false);
	add(2, 2, false);
	ck_assert_uint_eq(take(), 0);
	add(0, 1, true);
	/* It is the first of its party, whose turn is after the other's. */
	ck_assert_ptr_eq(fair_peek(&fair), &entries[2]);
	ck_assert_uint_eq(take(), 2);
	add(2, 2, true);
	ck_assert_uint_eq(take(), 2);
	ck_assert_uint_eq(take(), 0);
	ck_assert_uint_eq(take(), 1);
	add(5, 7, true);
	add(6, 7, false);
	ck_assert_uint_eq(take(), 5);
	ck_assert_uint_eq(take(), 6);
}
END_TEST

START_TEST(what_goes_on_keeps_its_place_and_takes_turns)
{
	add(0, 1, false);
	add(1, 1, false);
	add(2, 2, false);
	ck_assert_uint_eq(take(), 0);
	fair_resume(&fair, &entries[0]);
	ck_assert_uint_eq(take(), 2);
	fair_resume(&fair, &entries[2]);
	/* A party that had nothing else does not jump its turn. */
	ck_assert_uint_eq(take(), 0);
	ck_assert_uint_eq(take(), 2);
	ck_assert_uint_eq(take(), 1);
	ck_assert_uint_eq(fair.count, 0);
}
END_TEST

START_TEST(what_is_withdrawn_is_gone)
{
	size_t i;

	for (i = 0; i < 10; i++)
		add(i, (uint32_t)(i % 3) * 256, false);
	ck_assert(fair_withdraw(&fair, &entries[9]));
	ck_assert(!fair_withdraw(&fair, &entries[9]));
	ck_assert(fair_withdraw(&fair, &entries[1]));
	add(1, 1 * 256, false);
	for (i = 0; i < 9; i++)
		if (i != 1)
			ck_assert(fair_withdraw(&fair, &entries[i]));
	ck_assert_uint_eq(fair.count, 1);
	ck_assert_uint_eq(take(), 1);
	ck_assert_ptr_null(fair_peek(&fair));
}
END_TEST

/* Anybody may choose that many senders; looking through all of them for each
 * would take minutes. */
START_TEST(a_hundred_thousand_parties_take_turns_at_once)
{
	static const struct fair empty;
	struct entry *many;
	uint32_t i;

	many = calloc(MANY, sizeof(*many));
	ck_assert_ptr_nonnull(many);
	for (i = 0; i < MANY; i++) {
		many[i].party = i * 4096;
		fair_add(&fair, &many[i], false);
	}
	for (i = 0; i < MANY; i += 2)
		ck_assert(fair_withdraw(&fair, &many[i]));
	for (i = 1; i < MANY; i += 2)
		ck_assert_ptr_eq(fair_take(&fair), &many[i]);
	ck_assert_ptr_null(fair_take(&fair));
	ck_assert_mem_eq(&fair, &empty, sizeof(fair));
	free(many);
}
END_TEST

START_TEST(a_party_is_a_submitter_with_a_sender)
{
	ck_assert_uint_ne(fair_party(1, SLICE("a@example.org")),
	    fair_party(2, SLICE("a@example.org")));
	ck_assert_uint_ne(fair_party(1, SLICE("a@example.org")),
	    fair_party(1, SLICE("b@example.org")));
	ck_assert_uint_eq(fair_party(1, SLICE("a@example.org")),
	    fair_party(1, SLICE("a@example.org")));
}
END_TEST

static Suite *
fair_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("queue/fair");
	t = tcase_create("fair");
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, parties_take_turns);
	tcase_add_test(t, what_was_given_back_comes_next);
	tcase_add_test(t, what_goes_on_keeps_its_place_and_takes_turns);
	tcase_add_test(t, what_is_withdrawn_is_gone);
	tcase_add_test(t, a_hundred_thousand_parties_take_turns_at_once);
	tcase_add_test(t, a_party_is_a_submitter_with_a_sender);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(fair_suite)
