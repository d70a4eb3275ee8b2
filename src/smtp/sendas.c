#include "smtp/sendas.h"

#include <string.h>

#include "mail/address.h"
#include "mail/header.h"

/* Where a line of a header is folded, if it can be (RFC 5322 2.1.1). */
#define FOLD_AT 78

/* Whether a name holds RFC 2047 encoded words and nothing that a phrase may
 * not hold: in quotes they would be shown undecoded. */
static bool
is_encoded(struct slice name)
{
	size_t i;

	if (memmem(name.ptr, name.len, "=?", 2) == NULL)
		return false;
	for (i = 0; i < name.len; i++)
		if (name.ptr[i] < ' ' || name.ptr[i] > '~' ||
		    strchr("()<>[]:;@\\,\"", name.ptr[i]) != NULL)
			return false;
	return true;
}

/* "root at web1.example.org": with an @, mail programs and filters take it for
 * an attempt to deceive. */
static void
add_visible(struct slice addr, struct buf *out)
{
	struct slice domain;

	buf_add_slice(out, address_local(addr));
	domain = address_domain(addr);
	if (domain.len == 0)
		return;
	buf_add_string(out, " at ");
	buf_add_slice(out, domain);
}

static void
add_phrase(const struct mailbox *m, struct buf *out)
{
	struct buf words = BUF_INIT;
	struct slice name;
	bool encoded;

	name = slice_trim(slice_from(m->name));
	encoded = name.len > 0 && is_encoded(name);
	buf_add_slice(encoded ? out : &words, name);
	if (encoded)
		buf_add_char(out, ' ');
	else if (name.len > 0)
		buf_add_char(&words, ' ');
	if (name.len > 0)
		buf_add_char(&words, '(');
	add_visible(slice_from(m->addr), &words);
	if (name.len > 0)
		buf_add_char(&words, ')');
	address_print_phrase(buf_slice(&words), out);
	buf_add_char(out, ' ');
	buf_free(&words);
}

static void
add_from(const struct address_list *from, const char *send_as,
    struct buf *out)
{
	struct buf line = BUF_INIT;

	buf_add_string(&line, "From: ");
	if (from->count > 0)
		add_phrase(&from->items[0], &line);
	buf_addf(&line, "<%s>\r\n", send_as);
	header_fold(buf_slice(&line), FOLD_AT, out);
	buf_free(&line);
}

static void
add_reply_to(struct slice from, struct buf *out)
{
	struct buf line = BUF_INIT;

	buf_add_string(&line, "Reply-To: ");
	header_unfold(from, &line);
	buf_add_string(&line, "\r\n");
	header_fold(buf_slice(&line), FOLD_AT, out);
	buf_free(&line);
}

static bool
has_address(const struct address_list *l, const char *addr)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (address_equal(slice_from(l->items[i].addr),
		    slice_from(addr)))
			return true;
	return false;
}

/* The header with ours in the place of the first From:, and no other. */
static void
replace(struct slice header, struct slice ours, struct buf *out)
{
	struct header_field f;
	bool done = false;

	while (header_next(&header, &f)) {
		if (!header_is(&f, "From")) {
			buf_add_slice(out, f.whole);
			continue;
		}
		if (!done)
			buf_add_slice(out, ours);
		done = true;
	}
	if (!done)
		buf_add_slice(out, ours);
	buf_add_slice(out, header);
}

void
sendas_rewrite(struct slice header, const char *send_as, struct buf *out)
{
	struct address_list from = {0};
	struct header_field field, reply_to;
	struct buf ours = BUF_INIT;
	const char *why;
	bool has_from;

	has_from = header_find(header, "From", &field) &&
	    address_list_parse(field.value, &from, &why) && from.count > 0;
	if (!has_address(&from, send_as)) {
		add_from(&from, send_as, &ours);
		if (has_from && !header_find(header, "Reply-To", &reply_to))
			add_reply_to(field.value, &ours);
		replace(header, buf_slice(&ours), out);
	}
	buf_free(&ours);
	address_list_free(&from);
}
