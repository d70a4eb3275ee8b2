#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "queue/refused.h"

static struct config config = {
	.retry_first = 3600 * CLOCK_SEC, .retry_max = 3600 * CLOCK_SEC
};
static struct manager manager = {.config = &config};
static const struct verdict no = {.kind = VERDICT_DEFERRED,
	.scope = SCOPE_SENDER, .stage = STAGE_MAIL, .code = 553};

static struct account
account(struct smarthost *h)
{
	struct account a;

	memset(&a, 0, sizeof(a));
	a.title = h->title;
	a.smarthost = h;
	return a;
}

/* The login of a smarthost, and the line that is told. */
static const struct cure {
	const char *host, *user, *send_as;
	const char *line;
} cures[] = {
	{"smtp.free.fr", "jean.bon", NULL,
	    "\"isp\": send-as = \"jean.bon@free.fr\""},
	{"smtp.gmail.com", "jane@gmail.com", NULL, "\"jane@gmail.com\""},
	{"ssl0.ovh.net", "ops@example.org", NULL, "\"ops@example.org\""},
	{"in-v3.mailjet.com", "0123456789abcdef0123456789abcdef", NULL,
	    "send-as = \"...\", with an address that"},
	{"smtp.sendgrid.net", "apikey", NULL, "send-as = \"...\""},
	{"smtp.isp.example", "0123456789abcdef0123456789abcdef", NULL,
	    "send-as = \"...\""},
	{"192.0.2.1", "jean", NULL, "send-as = \"...\""},
	{"smtp.isp", "jean", NULL, "send-as = \"jean@isp\""},
	{"smtp.", "jean", NULL, "send-as = \"...\""},
	{"smtp.free.fr", "o'hara <x>", NULL, "send-as = \"...\""},
	{"relay.example.org", NULL, NULL, "send-as = \"...\""},
	{"smtp.free.fr", "jean.bon", "jean@isp.example",
	    "says send-as = \"jean@isp.example\": see that"},
};

START_TEST(the_line_to_write_has_the_address_in_it)
{
	const struct cure *c = &cures[_i];
	struct smarthost h;
	struct account a;
	struct buf out = BUF_INIT;

	memset(&h, 0, sizeof(h));
	h.title = (char *)(uintptr_t)"isp";
	h.host = (char *)(uintptr_t)c->host;
	h.user = (char *)(uintptr_t)c->user;
	h.send_as = (char *)(uintptr_t)c->send_as;
	a = account(&h);
	refused_cure(&a, &out);
	ck_assert_msg(strstr(buf_string(&out), c->line) != NULL, "%s",
	    buf_string(&out));
	buf_free(&out);
}
END_TEST

static void
count(void *arg, const struct account *a, const char *sender,
    const struct verdict *v)
{
	unsigned *n = arg;

	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_nonnull(sender);
	ck_assert_int_eq(v->code, 553);
	++*n;
}

START_TEST(one_message_tries_for_its_sender)
{
	struct smarthost h = {.title = (char *)(uintptr_t)"isp"};
	struct account isp = account(&h), *a = &isp;
	unsigned n = 0;

	ck_assert_int_eq(refused_until(a, SLICE("a@x")), 0);
	refused_try(a, SLICE("a@x"));
	ck_assert_int_eq(refused_until(a, SLICE("a@x")), 0);
	refused_add(&manager, a, SLICE("a@x"), &no);
	refused_add(&manager, a, SLICE("a@x"), &no);
	ck_assert_int_gt(refused_until(a, SLICE("a@x")),
	    clock_boot() + 1800 * CLOCK_SEC);
	ck_assert_int_eq(refused_until(a, SLICE("b@x")), 0);
	refused_each(a, count, &n);
	ck_assert_uint_eq(n, 1);
	refused_lift(a);
	ck_assert_int_eq(refused_until(a, SLICE("a@x")), 0);
	/* While it is under way the others wait, but not for long. */
	refused_try(a, SLICE("a@x"));
	ck_assert_int_ne(refused_until(a, SLICE("a@x")), 0);
	ck_assert_int_lt(refused_until(a, SLICE("a@x")),
	    clock_boot() + 60 * CLOCK_SEC);
	refused_add(&manager, a, SLICE("a@x"), &no);
	ck_assert_int_gt(refused_until(a, SLICE("a@x")),
	    clock_boot() + 1800 * CLOCK_SEC);
	refused_forget(a, SLICE("a@x"));
	ck_assert_int_eq(refused_until(a, SLICE("a@x")), 0);
	ck_assert_ptr_null(a->refused);
}
END_TEST

START_TEST(no_user_fills_the_memory_with_senders)
{
	struct smarthost h = {.title = (char *)(uintptr_t)"isp"};
	struct account isp = account(&h), *a = &isp;
	unsigned i, n = 0;
	char sender[32];

	for (i = 0; i < 3000; i++) {
		snprintf(sender, sizeof(sender), "u%u@x", i);
		refused_add(&manager, a, slice_from(sender), &no);
	}
	refused_each(a, count, &n);
	ck_assert_uint_ge(n, 900);
	ck_assert_uint_le(n, 1000);
	ck_assert_int_ne(refused_until(a, slice_from(sender)), 0);
	for (i = 0; i < 3000; i++) {
		snprintf(sender, sizeof(sender), "u%u@x", i);
		refused_forget(a, slice_from(sender));
	}
	ck_assert_ptr_null(a->refused);
}
END_TEST

static Suite *
refused_suite(void)
{
	Suite *s = suite_create("queue/refused");
	TCase *c = tcase_create("senders");

	tcase_add_loop_test(c, the_line_to_write_has_the_address_in_it, 0,
	    (int)(sizeof(cures) / sizeof(cures[0])));
	tcase_add_test(c, one_message_tries_for_its_sender);
	tcase_add_test(c, no_user_fills_the_memory_with_senders);
	suite_add_tcase(s, c);
	return s;
}

UNIT_MAIN(refused_suite)
