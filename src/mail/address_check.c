#include "mail/address.h"

#include <string.h>

#include "mail/utf8.h"

#define DOMAIN_MAX 255
#define LABEL_MAX 63

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

static bool
is_8bit(char c)
{
	return ((unsigned char)c & 0x80) != 0;
}

/* RFC 5322 atext, with the letters of RFC 6532. */
static bool
is_atext(char c)
{
	return is_alnum(c) || is_8bit(c) ||
	    (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool
is_dot_atom(struct slice s)
{
	struct slice part;
	size_t i;

	if (s.len == 0)
		return false;
	while (slice_cut(&s, '.', &part)) {
		for (i = 0; i < part.len; i++)
			if (!is_atext(part.ptr[i]))
				return false;
		if (part.len == 0)
			return false;
	}
	return true;
}

/* The length of the quoted string that s starts with, or 0. */
static size_t
quoted_length(struct slice s)
{
	size_t i;

	if (s.len == 0 || s.ptr[0] != '"')
		return 0;
	for (i = 1; i < s.len; i++) {
		if (s.ptr[i] == '\\')
			i++;
		else if (s.ptr[i] == '"')
			return i + 1;
	}
	return 0;
}

/* The position of the "@" between local part and domain, or len. */
static size_t
find_at(struct slice addr)
{
	size_t i, at;
	bool quoted;

	at = addr.len;
	quoted = false;
	for (i = 0; i < addr.len; i++) {
		if (addr.ptr[i] == '"')
			quoted = !quoted;
		else if (addr.ptr[i] == '\\' && quoted)
			i++;
		else if (addr.ptr[i] == '@' && !quoted)
			at = i;
	}
	return at;
}

struct slice
address_local(struct slice addr)
{
	return (struct slice){addr.ptr, find_at(addr)};
}

struct slice
address_domain(struct slice addr)
{
	size_t at;

	at = find_at(addr);
	if (at == addr.len)
		return (struct slice){NULL, 0};
	return (struct slice){addr.ptr + at + 1, addr.len - at - 1};
}

bool
address_is_utf8(struct slice addr)
{
	return utf8_has_8bit(addr);
}

bool
address_equal(struct slice a, struct slice b)
{
	return slice_equal(address_local(a), address_local(b)) &&
	    slice_equal_nocase(address_domain(a), address_domain(b));
}

bool
address_is_loopback(struct slice domain)
{
	static const char *const names[] = {"localhost",
	    "localhost.localdomain", "[127.0.0.1]", "[IPv6:::1]"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_is_nocase(domain, names[i]))
			return true;
	return false;
}

/* [192.0.2.1], [IPv6:2001:db8::1]: what is inside is the server's to judge. */
static bool
is_literal(struct slice s)
{
	size_t i;

	if (s.len < 3 || s.ptr[0] != '[' || s.ptr[s.len - 1] != ']')
		return false;
	for (i = 1; i < s.len - 1; i++)
		if (!is_alnum(s.ptr[i]) && s.ptr[i] != '.' &&
		    s.ptr[i] != ':' && s.ptr[i] != '-')
			return false;
	return true;
}

/* Underscores are in no standard, but in the DNS. */
static bool
is_label(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (!is_alnum(s.ptr[i]) && !is_8bit(s.ptr[i]) &&
		    s.ptr[i] != '-' && s.ptr[i] != '_')
			return false;
	return s.len > 0 && s.len <= LABEL_MAX && s.ptr[0] != '-' &&
	    s.ptr[s.len - 1] != '-';
}

static bool
is_domain(struct slice s)
{
	struct slice label;

	if (s.len == 0 || s.len > DOMAIN_MAX)
		return false;
	if (s.ptr[0] == '[')
		return is_literal(s);
	while (slice_cut(&s, '.', &label))
		if (!is_label(label))
			return false;
	return true;
}

/* C1 controls, U+0080 to U+009F, are no more wanted than those of ASCII. */
static bool
has_control(struct slice s)
{
	unsigned char c, next;
	size_t i;

	for (i = 0; i < s.len; i++) {
		c = (unsigned char)s.ptr[i];
		next = i + 1 < s.len ? (unsigned char)s.ptr[i + 1] : 0xff;
		if (c < 0x20 || c == 0x7f || (c == 0xc2 && next < 0xa0))
			return true;
	}
	return false;
}

static const char *
find_fault(struct slice addr)
{
	struct slice local, domain;

	if (addr.len == 0)
		return "it is empty";
	if (addr.len > ADDRESS_MAX)
		return "it is longer than 320 octets";
	if (has_control(addr))
		return "a control character in an address";
	if (!utf8_is_valid(addr))
		return "it is neither ASCII nor UTF-8";
	local = address_local(addr);
	domain = address_domain(addr);
	if (!is_dot_atom(local) &&
	    (local.len == 0 || quoted_length(local) != local.len))
		return "its local part is malformed";
	if (local.len < addr.len && !is_domain(domain))
		return "its domain is malformed";
	return NULL;
}

bool
address_is_valid(struct slice addr, const char **why)
{
	const char *fault;

	fault = find_fault(addr);
	if (fault != NULL)
		*why = fault;
	return fault == NULL;
}

void
address_print_local(struct slice local, struct buf *out)
{
	size_t i;

	if (is_dot_atom(local)) {
		buf_add_slice(out, local);
		return;
	}
	buf_add_char(out, '"');
	for (i = 0; i < local.len; i++) {
		if (local.ptr[i] == '"' || local.ptr[i] == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, local.ptr[i]);
	}
	buf_add_char(out, '"');
}
