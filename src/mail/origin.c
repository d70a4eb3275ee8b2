#include "mail/origin.h"

#include "mail/address.h"
#include "mail/date.h"
#include "mail/header.h"

/* RFC 2047 section 2: a line with an encoded word in it is no longer. */
#define ENCODED_LINE_MAX 76

/* Appends the login as a local part; false where there is none that could be
 * one: the uid has to do then. */
static bool
print_login(const struct message_origin *o, struct buf *out)
{
	struct buf local = BUF_INIT;
	const char *why;
	bool ok;

	if (o->login == NULL || o->login[0] == '\0')
		return false;
	address_print_local(slice_from(o->login), &local);
	ok = address_is_valid(buf_slice(&local), &why);
	if (ok)
		buf_add_slice(out, buf_slice(&local));
	buf_free(&local);
	return ok;
}

/* A bounce has no sender, but every message an author. */
static void
print_author(const struct message_origin *o, struct buf *out)
{
	if (o->sender.ptr != NULL && o->sender.len == 0)
		buf_add_string(out, "MAILER-DAEMON");
	else if (o->sender.ptr != NULL)
		buf_add_slice(out, o->sender);
	else if (!print_login(o, out))
		buf_addf(out, "%lu", (unsigned long)o->uid);
	if (address_domain(o->sender).len == 0)
		buf_addf(out, "@%s", o->mailname);
}

void
origin_print_from(const struct message_origin *o, const char *name,
    struct buf *out)
{
	struct buf line = BUF_INIT;
	struct slice person;

	person = slice_trim(slice_from(o->name));
	buf_addf(&line, "%s: ", name);
	address_print_phrase(person, &line);
	if (person.len > 0)
		buf_add_string(&line, " <");
	print_author(o, &line);
	buf_add_string(&line, person.len > 0 ? ">\r\n" : "\r\n");
	header_fold(buf_slice(&line), ENCODED_LINE_MAX, out);
	buf_free(&line);
}

void
origin_print_date(const struct message_origin *o, const char *name,
    struct buf *out)
{
	buf_addf(out, "%s: ", name);
	date_print(o->time, o->utc_offset, out);
	buf_add_string(out, "\r\n");
}

void
origin_print_message_id(const struct message_origin *o, const char *name,
    const char *prefix, struct buf *out)
{
	buf_addf(out, "%s: <%s%s@%s>\r\n", name, prefix, o->id, o->mailname);
}

/* In a comment, where parentheses would count. */
static void
print_login_comment(const struct message_origin *o, struct buf *out)
{
	struct buf login = BUF_INIT;
	size_t i;
	char c;

	if (print_login(o, &login))
		buf_add_string(out, ", ");
	for (i = 0; i < login.len; i++) {
		c = login.data[i];
		if (c < 0x20 || c == '(' || c == ')' || c == '\\')
			c = '?';
		buf_add_char(out, c);
	}
	buf_free(&login);
}

void
origin_print_received(const struct message_origin *o, struct buf *out)
{
	buf_addf(out, "Received: by %s (navette)\r\n\t(from uid %lu",
	    o->mailname, (unsigned long)o->uid);
	print_login_comment(o, out);
	buf_addf(out, ") id %s;\r\n\t", o->id);
	date_print(o->time, o->utc_offset, out);
	buf_add_string(out, "\r\n");
}
