#include "smtp/sendas.h"

#include <string.h>

#include "mail/address.h"
#include "mail/dkim.h"
#include "mail/header.h"
#include "mail/utf8.h"
#include "smtp/sender.h"
#include "smtp/visible.h"

/* Where a line of a header is folded, if it can be (RFC 5322 2.1.1). */
#define FOLD_AT 78

struct rewriting {
	const struct smarthost *host;
	struct slice address;
	struct address_list authors;	/* of From: */
	bool is_right;		/* From: stays as it is */
	bool has_reply_to;
	bool from_done;		/* there can be only one */
	unsigned resent;	/* Resent-From: seen so far */
	bool changed;
	struct buf *out;
};

static void
parse(const struct header_field *f, struct address_list *out)
{
	const char *why;

	if (!address_list_parse(f->value, out, &why))
		memset(out, 0, sizeof(*out));
}

static bool
are_own(const struct rewriting *r, const struct address_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (!sender_is_own(r->host, slice_from(l->items[i].addr)))
			return false;
	return l->count > 0;
}

static bool
is_own_field(const struct rewriting *r, const struct header_field *f)
{
	struct address_list l;
	bool own;

	parse(f, &l);
	own = are_own(r, &l);
	address_list_free(&l);
	return own;
}

/* Whether a change of From: would break what its author's domain vouches
 * for. */
static bool
is_signed(const struct rewriting *r, struct slice header)
{
	struct header_field f;
	struct slice domain;

	if (r->authors.count == 0)
		return false;
	domain = address_domain(slice_from(r->authors.items[0].addr));
	while (header_next(&header, &f))
		if (header_is(&f, "DKIM-Signature") &&
		    dkim_speaks_for(f.value, domain))
			return true;
	return false;
}

static void
add_folded(struct rewriting *r, struct buf *line)
{
	buf_add_string(line, "\r\n");
	header_fold(buf_slice(line), FOLD_AT, r->out);
	buf_free(line);
	r->changed = true;
}

/* A field with the account's address, and in its display name those whom it
 * stands for. */
static void
add_address(struct rewriting *r, const char *name,
    const struct address_list *people)
{
	struct buf line = BUF_INIT;

	buf_addf(&line, "%s: ", name);
	visible_print(people, &line);
	buf_addf(&line, "<%.*s>", (int)r->address.len, r->address.ptr);
	add_folded(r, &line);
}

static void
add_reply_to(struct rewriting *r, const struct header_field *from)
{
	struct buf line = BUF_INIT;

	buf_add_string(&line, "Reply-To: ");
	if (utf8_has_8bit(from->value))
		visible_print_list(&r->authors, &line);
	else
		header_unfold(from->value, &line);
	add_folded(r, &line);
}

static void
keep(struct rewriting *r, const struct header_field *f)
{
	buf_add_slice(r->out, f->whole);
}

static void
pass_from(struct rewriting *r, const struct header_field *f)
{
	if (r->from_done) {
		r->changed = true;
		return;
	}
	r->from_done = true;
	if (r->is_right) {
		keep(r, f);
		return;
	}
	add_address(r, "From", &r->authors);
	if (r->authors.count > 0 && !r->has_reply_to)
		add_reply_to(r, f);
}

/* Beside one author it says nothing that From: does not (RFC 5322 3.6.2), and a
 * foreign one may be refused. */
static void
pass_sender(struct rewriting *r, const struct header_field *f)
{
	const struct address_list nobody = {0};

	if (r->is_right && is_own_field(r, f)) {
		keep(r, f);
		return;
	}
	if (r->is_right && r->authors.count > 1)
		add_address(r, "Sender", &nobody);
	r->changed = true;
}

/* The newest resending is ours; those below it are history. */
static void
pass_resent_from(struct rewriting *r, const struct header_field *f)
{
	struct address_list people;

	if (r->resent++ > 0 || is_own_field(r, f)) {
		keep(r, f);
		return;
	}
	parse(f, &people);
	add_address(r, "Resent-From", &people);
	address_list_free(&people);
}

static void
pass_resent_sender(struct rewriting *r, const struct header_field *f)
{
	if (r->resent > 1 || is_own_field(r, f))
		keep(r, f);
	else
		r->changed = true;
}

static void
pass(struct rewriting *r, const struct header_field *f)
{
	static const struct {
		const char *name;
		void (*pass)(struct rewriting *, const struct header_field *);
	} fields[] = {
		{"From", pass_from},
		{"Sender", pass_sender},
		{"Resent-From", pass_resent_from},
		{"Resent-Sender", pass_resent_sender},
	};
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (header_is(f, fields[i].name)) {
			fields[i].pass(r, f);
			return;
		}
	keep(r, f);
}

void
sendas_author(struct slice header, struct buf *out)
{
	struct address_list authors;
	struct header_field f;

	if (!header_find(header, "From", &f))
		return;
	parse(&f, &authors);
	if (authors.count > 0)
		buf_add_string(out, authors.items[0].addr);
	address_list_free(&authors);
}

/* What is no field, the empty line at the least, comes last. */
static void
pass_all(struct rewriting *r, struct slice header)
{
	struct header_field f;

	while (header_next(&header, &f))
		pass(r, &f);
	if (!r->from_done)
		add_address(r, "From", &r->authors);
	buf_add_slice(r->out, header);
}

void
sendas_rewrite(struct slice header, const struct smarthost *h,
    struct slice address, struct buf *out)
{
	struct rewriting r = {.host = h, .address = address, .out = out};
	struct header_field f;
	size_t before;

	if (header_find(header, "From", &f))
		parse(&f, &r.authors);
	r.has_reply_to = header_find(header, "Reply-To", &f);
	r.is_right = are_own(&r, &r.authors);
	before = out->len;
	if (!is_signed(&r, header))
		pass_all(&r, header);
	if (!r.changed)
		out->len = before;
	address_list_free(&r.authors);
}
