#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queue/entry.h"
#include "queue/users.h"

#define MANY 20000

static struct id_text
number_to_id(unsigned n)
{
	struct id_text id;

	snprintf(id.text, sizeof(id.text), "%016u", n);
	return id;
}

/* A fixed sequence that looks like chance. */
static unsigned
next_chance(void)
{
	static unsigned state = 1;

	state = state * 1103515245u + 12345u;
	return state >> 8;
}

START_TEST(what_is_added_is_found_until_dropped)
{
	struct entry *e;
	unsigned i;

	for (i = 0; i < MANY; i++)
		entry_add(number_to_id(i).text);
	ck_assert_uint_eq(entry_count(), MANY);
	for (i = 0; i < MANY; i++) {
		e = entry_find(number_to_id(i).text);
		ck_assert_ptr_nonnull(e);
		ck_assert_str_eq(entry_id(e).text, number_to_id(i).text);
		if (i % 3 == 0)
			entry_drop(e);
	}
	for (i = 0; i < MANY; i++)
		ck_assert_int_eq(entry_find(number_to_id(i).text) == NULL,
		    i % 3 == 0);
	ck_assert_ptr_null(entry_find(number_to_id(MANY).text));
}
END_TEST

START_TEST(the_first_due_comes_first)
{
	struct entry *e;
	int64_t last;
	unsigned i;

	for (i = 0; i < MANY; i++)
		entry_wait(entry_add(number_to_id(i).text),
		    (int64_t)next_chance());
	/* Some change their minds, some go. */
	for (i = 0; i < MANY; i += 2)
		entry_wait(entry_find(number_to_id(i).text),
		    (int64_t)next_chance());
	for (i = 0; i < MANY; i += 5)
		entry_drop(entry_find(number_to_id(i).text));
	last = -1;
	for (i = 0; (e = entry_next_due()) != NULL; i++) {
		ck_assert_int_ge(e->due, last);
		last = e->due;
		entry_unwait(e);
		ck_assert_int_eq(e->state, ENTRY_READY);
	}
	ck_assert_uint_eq(i, MANY - MANY / 5);
}
END_TEST

/* Counts how often each was met. */
static void
note_met(struct entry *e, void *arg)
{
	unsigned char *met = arg;
	struct id_text id;

	id = entry_id(e);
	met[strtoul(id.text, NULL, 10)]++;
}

START_TEST(a_walk_passes_none_over_while_the_table_grows)
{
	static unsigned char met[MANY];
	unsigned i, twice;
	size_t at;

	for (i = 0; i < MANY / 4; i++)
		entry_add(number_to_id(i).text);
	at = 0;
	memset(met, 0, sizeof(met));
	while (entry_scan(&at, note_met, met))
		if (i < MANY)
			entry_add(number_to_id(i++).text);
	twice = 0;
	for (i = 0; i < MANY / 4; i++) {
		ck_assert_uint_ge(met[i], 1);
		/* Once more at most each time the table grows. */
		ck_assert_uint_le(met[i], 3);
		twice += met[i] == 2;
	}
	ck_assert_uint_lt(twice, MANY / 4);
}
END_TEST

START_TEST(an_entry_is_small)
{
	/* 100,000 waiting messages are to fit into 32 MB with all else. */
	ck_assert_uint_le(sizeof(struct entry), 128);
}
END_TEST

static struct buf told;

static void
tell(uint32_t uid, bool over)
{
	buf_addf(&told, "%u:%d ", (unsigned)uid, over);
}

START_TEST(a_user_over_the_limit_is_told_of_once)
{
	struct config c;
	int i;

	memset(&c, 0, sizeof(c));
	c.max_waiting = 10;
	c.max_waiting_size = 100 << 10;
	users_begin(&c, tell);
	for (i = 0; i < 12; i++)
		users_count(1000, 1, 1);
	users_count(1001, 1, 200);
	ck_assert_str_eq(buf_string(&told), "1000:1 1001:1 ");
	buf_clear(&told);
	users_tell_all(tell);
	ck_assert_str_eq(buf_string(&told), "1000:1 1001:1 ");
	buf_clear(&told);
	/* Not at the first message less: a tenth below. */
	users_count(1000, -1, -1);
	users_count(1000, -1, -1);
	ck_assert_str_eq(buf_string(&told), "");
	users_count(1000, -1, -1);
	ck_assert_str_eq(buf_string(&told), "1000:0 ");
	users_count(1001, -1, -200);
	ck_assert_str_eq(buf_string(&told), "1000:0 1001:0 ");
	buf_free(&told);
}
END_TEST

static Suite *
entry_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("queue/entry");
	t = tcase_create("entry");
	tcase_add_test(t, what_is_added_is_found_until_dropped);
	tcase_add_test(t, the_first_due_comes_first);
	tcase_add_test(t, a_walk_passes_none_over_while_the_table_grows);
	tcase_add_test(t, an_entry_is_small);
	tcase_add_test(t, a_user_over_the_limit_is_told_of_once);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(entry_suite)
