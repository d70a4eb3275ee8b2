/*
 * Any bytes as a message: where the body starts does not depend on how the
 * bytes come in; a completed header is legal on the wire, shows no Bcc, and
 * completing it again adds a Received field and nothing else.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/address.h"
#include "mail/address_set.h"
#include "mail/header.h"
#include "mail/message.h"
#include "mail/origin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct message_origin origin = {
	.login = "jean",
	.name = "J\303\251an (\"Bon\")",
	.mailname = "web1.example.org",
	.id = "0123456789ABCDEF",
	.uid = 1000,
	.time = 1795262400000000000,
};

static void
must(bool condition)
{
	if (!condition)
		abort();
}

/* What is found in a part of the message is found in the whole. */
static void
check_prefix(struct slice text, size_t len, size_t end, size_t body)
{
	struct buf raw = BUF_INIT;
	size_t some_end, some_body;

	text.len = len;
	buf_add_slice(&raw, text);
	if (message_find_body(&raw, false, &some_end, &some_body))
		must(some_end == end && some_body == body);
	must(raw.len == len);
	buf_free(&raw);
}

/* A lone CR is left only where no line ends otherwise. */
static void
check_ends(struct slice header)
{
	size_t at, end;
	bool has_lf;

	has_lf = slice_find(header, '\n') + 1 < header.len;
	for (at = 0; at < header.len; ) {
		at = header_line_next(header, at, &end);
		must(!has_lf || at == header.len ||
		    header.ptr[at - 1] == '\n');
	}
}

static void
find_body(struct buf *raw, struct slice text, size_t *end, size_t *body)
{
	size_t len;

	must(message_find_body(raw, true, end, body));
	check_ends((struct slice){raw->data, *end});
	must(*end <= *body && *body <= text.len && *body - *end <= 3);
	for (len = 0; len <= text.len; len += 1 + len / 16)
		check_prefix(text, len, *end, *body);
	check_prefix(text, text.len, *end, *body);
}

/* True where no line had to be folded. */
static bool
check_header(const struct message *m)
{
	struct header_field f;
	struct slice rest;
	size_t at, next, end;
	bool folded;

	folded = false;
	rest = buf_slice(&m->header);
	for (at = 0; at < rest.len; at = next) {
		next = header_line_next(rest, at, &end);
		must(next == end + 2 && end - at <= HEADER_LINE_MAX);
		must((end == at) == (next == rest.len));
		folded = folded || end - at > HEADER_LINE_MAX / 3;
	}
	must(slice_find(rest, '\0') == rest.len);
	while (header_next(&rest, &f))
		must(!header_is(&f, "Bcc") && !header_is(&f, "Resent-Bcc") &&
		    !header_is(&f, "Return-Path"));
	must(slice_is(rest, "\r\n"));
	return !folded;
}

static void
check_recipients(const struct message *m)
{
	struct address_set set;
	struct slice addr;
	const char *why;
	size_t i;

	address_set_init(&set, SLICE("x"));
	for (i = 0; i < m->recipients.count; i++) {
		addr = slice_from(m->recipients.items[i]);
		must(address_is_valid(addr, &why));
		must(address_domain(addr).len > 0);
		must(address_set_add(&set, addr));
	}
	address_set_free(&set);
}

/* Without extraction: a Resent-Bcc that is gone chooses no recipients. */
static void
check_again(const struct message *m)
{
	struct buf error = BUF_INIT, want = BUF_INIT;
	bool extract = origin.extract;
	struct message again;
	struct slice raw;

	raw = buf_slice(&m->header);
	raw.len -= 2;
	origin.extract = false;
	must(message_complete(raw, &origin, &again, &error));
	origin.extract = extract;
	origin_print_received(&origin, &want);
	buf_add_slice(&want, buf_slice(&m->header));
	must(slice_equal(buf_slice(&want), buf_slice(&again.header)));
	message_free(&again);
	buf_free(&error);
	buf_free(&want);
}

static void
check_complete(struct slice raw)
{
	struct buf error = BUF_INIT;
	struct message m;

	if (message_complete(raw, &origin, &m, &error)) {
		check_recipients(&m);
		/* A cut may make an address of what was none. */
		if (check_header(&m))
			check_again(&m);
		message_free(&m);
	} else {
		must(origin.extract && error.len > 0);
	}
	buf_free(&error);
}

static void
check_body(struct slice raw)
{
	struct message_body a = MESSAGE_BODY_INIT, b = MESSAGE_BODY_INIT;
	struct buf whole = BUF_INIT, pieces = BUF_INIT;
	size_t i, next, end;

	message_body_add(&a, raw, &whole);
	message_body_end(&a, &whole);
	for (i = 0; i < raw.len; i++)
		message_body_add(&b, (struct slice){raw.ptr + i, 1}, &pieces);
	message_body_end(&b, &pieces);
	must(slice_equal(buf_slice(&whole), buf_slice(&pieces)));
	must(a.longest == b.longest && a.is_8bit == b.is_8bit);
	for (i = 0; i < whole.len; i = next) {
		next = header_line_next(buf_slice(&whole), i, &end);
		must(next == end + 2 && end - i <= a.longest);
	}
	buf_free(&whole);
	buf_free(&pieces);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size};
	struct buf raw = BUF_INIT;
	size_t end, body;

	buf_add_slice(&raw, text);
	find_body(&raw, text, &end, &body);
	origin.extract = true;
	check_complete((struct slice){raw.data, end});
	origin.extract = false;
	check_complete((struct slice){raw.data, end});
	check_body((struct slice){raw.data + body, size - body});
	buf_free(&raw);
	return 0;
}
