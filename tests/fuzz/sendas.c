/*
 * Any bytes as a header that is sent under an account's address: From: is that
 * one address then, in ASCII; every other field is as it was; lines are legal;
 * and doing it again changes nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/address.h"
#include "mail/header.h"
#include "mail/message.h"
#include "mail/utf8.h"
#include "smtp/sendas.h"
#include "smtp/sender.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char us[] = "me@isp.example";
static char ours[] = "@ours.example";
static char *own[] = {ours};
static const struct smarthost host = {
	.send_as = us,
	.own_addresses = {own, 1, 1},
};

static void
must(bool condition)
{
	if (!condition)
		abort();
}

static void
check_lines(struct slice text)
{
	size_t at, next, end;

	for (at = 0; at < text.len; at = next) {
		next = header_line_next(text, at, &end);
		must(next == end + 2 && end - at <= HEADER_LINE_MAX);
	}
}

static void
check_from(struct slice header)
{
	struct address_list l;
	struct header_field f;
	const char *why;
	unsigned count;
	size_t i;

	count = 0;
	while (header_next(&header, &f)) {
		if (!header_is(&f, "From"))
			continue;
		count++;
		must(address_list_parse(f.value, &l, &why) && l.count > 0);
		for (i = 0; i < l.count; i++)
			must(sender_is_own(&host, slice_from(l.items[i].addr)));
		address_list_free(&l);
	}
	must(count == 1);
}

static bool
may_change(const struct header_field *f)
{
	return header_is(f, "From") || header_is(f, "Sender") ||
	    header_is(f, "Reply-To") || header_is(f, "Resent-From") ||
	    header_is(f, "Resent-Sender");
}

/* The next field that must be the same. */
static bool
next_fixed(struct slice *rest, struct header_field *f)
{
	while (header_next(rest, f))
		if (!may_change(f))
			return true;
	return false;
}

static void
check_others(struct slice before, struct slice after)
{
	struct header_field a, b;

	while (next_fixed(&before, &a))
		must(next_fixed(&after, &b) && slice_equal(a.whole, b.whole));
	must(!next_fixed(&after, &b));
	must(slice_equal(before, after));
}

static void
check(struct slice header)
{
	struct buf once = BUF_INIT, twice = BUF_INIT, author = BUF_INIT;

	sendas_author(header, &author);
	sendas_rewrite(header, &host, slice_from(us), &once);
	if (once.len > 0) {
		check_lines(buf_slice(&once));
		check_from(buf_slice(&once));
		check_others(header, buf_slice(&once));
		sendas_rewrite(buf_slice(&once), &host, slice_from(us),
		    &twice);
		must(twice.len == 0);
	}
	buf_free(&once);
	buf_free(&twice);
	buf_free(&author);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message_body lines = MESSAGE_BODY_INIT;
	struct buf raw = BUF_INIT, wire = BUF_INIT;

	message_body_add(&lines, (struct slice){(const char *)data, size},
	    &raw);
	message_body_end(&lines, &raw);
	/* As an intake stores it. */
	buf_add_string(&wire, "Received: by web1.example.org\r\n");
	header_fold(buf_slice(&raw), HEADER_LINE_MAX, &wire);
	check(buf_slice(&wire));
	buf_free(&raw);
	buf_free(&wire);
	return 0;
}
