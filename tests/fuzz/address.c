/*
 * Any bytes as a list of addresses: each mailbox stands inside the text, behind
 * the one before it, and what is printed of it is read the same way again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/address.h"
#include "mail/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

static bool
is_printable(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.ptr[i] < 0x20 || s.ptr[i] == 0x7f)
			return false;
	return true;
}

/* text is one mailbox with that address, and that name if it is printable. */
static void
check_reads(const struct buf *text, const struct mailbox *want)
{
	struct mailbox m;
	const char *why;

	must(address_one_parse(buf_slice(text), &m, &why));
	must(strcmp(m.addr, want->addr) == 0);
	must(m.bare == want->bare);
	if (want->name != NULL && is_printable(slice_from(want->name)))
		must(m.name != NULL && strcmp(m.name, want->name) == 0);
	mailbox_free(&m);
}

static void
check_mailbox(const struct mailbox *m)
{
	struct buf text = BUF_INIT;
	struct mailbox named;
	const char *why;

	must(is_printable(slice_from(m->addr)) ||
	    utf8_has_8bit(slice_from(m->addr)));
	if (address_is_valid(slice_from(m->addr), &why))
		must(strlen(m->addr) <= ADDRESS_MAX);
	named = *m;
	if (m->name != NULL)
		address_print_phrase(slice_from(m->name), &text);
	must(utf8_has_8bit(buf_slice(&text)) == false);
	buf_addf(&text, " <%s>", m->addr);
	check_reads(&text, &named);
	buf_clear(&text);
	buf_add_string(&text, m->addr);
	named.name = NULL;
	if (text.len > 0)
		check_reads(&text, &named);
	buf_free(&text);
}

static void
check_list(struct slice text)
{
	struct address_cursor c;
	struct mailbox m;
	size_t last;

	last = 0;
	address_begin(&c, text);
	while (address_next(&c, &m) > 0) {
		must(m.start >= last && m.start < m.end && m.end <= text.len);
		must(m.addr[0] == '\0' ||
		    (m.addr_end > m.start && m.addr_end <= m.end));
		last = m.end;
		check_mailbox(&m);
		mailbox_free(&m);
	}
}

/* All addresses of a list, printed as a list, are that list again. */
static void
check_again(struct slice text)
{
	struct address_list l, again;
	struct buf print = BUF_INIT;
	const char *why;
	size_t i;

	if (!address_list_parse(text, &l, &why))
		return;
	for (i = 0; i < l.count; i++)
		buf_addf(&print, "%s,\r\n\t", l.items[i].addr);
	must(address_list_parse(buf_slice(&print), &again, &why));
	must(again.count == l.count);
	for (i = 0; i < l.count; i++)
		must(strcmp(again.items[i].addr, l.items[i].addr) == 0);
	address_list_free(&again);
	address_list_free(&l);
	buf_free(&print);
}

/* What is valid as it stands is one address, and valid still. */
static void
check_valid(struct slice text)
{
	struct mailbox m;
	const char *why;

	if (!address_is_valid(text, &why))
		return;
	must(address_one_parse(text, &m, &why));
	must(address_is_valid(slice_from(m.addr), &why));
	must(slice_equal(address_domain(text),
	    address_domain(slice_from(m.addr))));
	mailbox_free(&m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size};
	struct buf xtext = BUF_INIT;

	check_list(text);
	check_again(text);
	check_valid(text);
	xtext_print(text, &xtext);
	must(xtext_is_valid(buf_slice(&xtext)));
	xtext_is_valid(text);
	buf_free(&xtext);
	return 0;
}
