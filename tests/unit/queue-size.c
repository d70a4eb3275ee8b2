#include "managed.h"

#include "queue/aside.h"
#include "queue/size.h"

#define SMALL "smarthost \"small\" { host = \"s.example.net\"\n" \
	"tls = \"none\" max-size = \"100K\" }\n"

static struct account *small, *isp;
static struct recipient to = {.addr = {"a@example.net", 13}};
static const struct envelope one = {.uid = 1000,
	.sender = {"me@example.org", 14}, .time = 1, .recipients = &to,
	.count = 1};
static const struct verdict too_big = {.kind = VERDICT_REFUSED,
	.scope = SCOPE_MESSAGE, .stage = STAGE_MAIL, .code = 552,
	.enhanced = "5.3.4", .text = {"too big", 7}};

static void
setup(void)
{
	managed_begin(SMALL);
	small = account_find("small");
	isp = account_find("isp");
}

static struct entry
entry_of(uint32_t kib)
{
	return (struct entry){.size = kib};
}

START_TEST(a_key_tells_what_fits)
{
	struct entry e = entry_of(100);

	ck_assert(size_may_fit(small, &e));
	e = entry_of(101);
	ck_assert(!size_may_fit(small, &e));
	ck_assert(size_may_fit(isp, &e));
	e = entry_of(0);
	ck_assert(size_may_fit(small, &e));
}
END_TEST

START_TEST(a_refusal_tells_what_fits_until_as_much_is_taken)
{
	struct verdict taken = {.kind = VERDICT_DELIVERED};
	struct entry big = entry_of(500), bigger = entry_of(900),
	    less = entry_of(499);

	size_hear(isp, &bigger, &too_big);
	ck_assert(size_may_fit(isp, &big));
	size_hear(isp, &big, &too_big);
	size_hear(isp, &bigger, &too_big);
	ck_assert(size_may_fit(isp, &less));
	ck_assert(!size_may_fit(isp, &big));
	ck_assert(!size_may_fit(isp, &bigger));
	size_hear(isp, &less, &taken);
	ck_assert(!size_may_fit(isp, &big));
	size_hear(isp, &bigger, &taken);
	ck_assert(size_may_fit(isp, &big));
}
END_TEST

START_TEST(a_refusal_is_forgotten_in_time_and_with_a_reload)
{
	struct entry big = entry_of(500);

	size_hear(isp, &big, &too_big);
	isp->too_large_until = clock_boot();
	ck_assert(size_may_fit(isp, &big));
	size_hear(isp, &big, &too_big);
	ck_assert(!size_may_fit(isp, &big));
	accounts_configure(&managed);
	ck_assert(size_may_fit(isp, &big));
}
END_TEST

START_TEST(other_refusals_tell_nothing_of_sizes)
{
	static const struct verdict others[] = {
		{.kind = VERDICT_REFUSED, .scope = SCOPE_MESSAGE,
		    .stage = STAGE_BODY, .code = 554, .text = {"spam", 4}},
		{.kind = VERDICT_REFUSED, .scope = SCOPE_RECIPIENT,
		    .stage = STAGE_RCPT, .code = 552, .enhanced = "5.2.2",
		    .text = {"mailbox full", 12}},
		{.kind = VERDICT_DEFERRED, .scope = SCOPE_MESSAGE,
		    .stage = STAGE_MAIL, .code = 452, .enhanced = "4.3.4",
		    .text = {"too big", 7}},
	};
	struct entry big = entry_of(500);
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		ck_assert(!size_is_cause(&others[i]));
		size_hear(isp, &big, &others[i]);
		ck_assert(size_may_fit(isp, &big));
	}
	ck_assert(size_is_cause(&too_big));
}
END_TEST

START_TEST(what_one_refuses_goes_to_the_next_that_may_take_it)
{
	struct entry *e = managed_queue(&one, "x\r\n");

	e->size = 500;
	lane_withdraw(e->lane, e);
	ck_assert(size_may_fit_elsewhere(e, small));
	ck_assert(!size_may_fit_elsewhere(e, isp));
	ck_assert(aside_put(e, one.sender));
	ck_assert_ptr_eq(e->lane->accounts[e->way], isp);
	lane_withdraw(e->lane, e);

	/* One that is stopped may take it later. */
	isp->paused_until = CLOCK_NEVER;
	ck_assert(size_may_fit_elsewhere(e, small));
	ck_assert(!aside_put(e, one.sender));
	isp->paused_until = 0;

	size_hear(isp, e, &too_big);
	ck_assert(!size_may_fit_elsewhere(e, small));
	ck_assert(!aside_put(e, one.sender));
}
END_TEST

static Suite *
size_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("queue/size");
	t = tcase_create("size");
	tcase_add_checked_fixture(t, setup, spooled_end);
	tcase_add_test(t, a_key_tells_what_fits);
	tcase_add_test(t, a_refusal_tells_what_fits_until_as_much_is_taken);
	tcase_add_test(t, a_refusal_is_forgotten_in_time_and_with_a_reload);
	tcase_add_test(t, other_refusals_tell_nothing_of_sizes);
	tcase_add_test(t, what_one_refuses_goes_to_the_next_that_may_take_it);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(size_suite)
