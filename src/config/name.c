#include "config/name.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

bool
name_is_domain(struct slice said)
{
	struct slice label;
	size_t i;

	if (said.len == 0 || said.len > 253)
		return false;
	while (slice_cut(&said, '.', &label)) {
		if (label.len == 0 || label.len > 63 || label.ptr[0] == '-')
			return false;
		for (i = 0; i < label.len; i++)
			if (!is_alnum(label.ptr[i]) && label.ptr[i] != '-' &&
			    label.ptr[i] != '_')
				return false;
	}
	return true;
}

struct slice
name_without_brackets(struct slice s)
{
	if (s.len > 2 && s.ptr[0] == '[' && s.ptr[s.len - 1] == ']')
		return (struct slice){s.ptr + 1, s.len - 2};
	return s;
}

bool
name_is_ip(struct slice s)
{
	unsigned char bytes[16];
	char *copy;
	bool is;

	copy = slice_dup(s);
	is = inet_pton(AF_INET, copy, bytes) == 1 ||
	    inet_pton(AF_INET6, copy, bytes) == 1;
	free(copy);
	return is;
}

bool
name_is_address_literal(struct slice said)
{
	struct slice inner;

	inner = name_without_brackets(said);
	if (inner.len == said.len)
		return false;
	if (slice_starts_nocase(inner, "IPv6:"))
		inner = (struct slice){inner.ptr + 5, inner.len - 5};
	return name_is_ip(inner);
}

static bool
is_local_part(struct slice s)
{
	static const char special[] = "()<>[]:;@\\,\"";
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.ptr[i] <= ' ' || s.ptr[i] == 0x7f ||
		    strchr(special, s.ptr[i]) != NULL)
			return false;
	return s.len > 0 && s.len <= 64;
}

bool
name_is_address(struct slice s)
{
	struct slice local;

	return slice_cut(&s, '@', &local) && is_local_part(local) &&
	    name_is_domain(s);
}

bool
name_is_account(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (is_alnum(s.ptr[i]) || s.ptr[i] == '_')
			continue;
		if (i == 0 || (s.ptr[i] != '-' && s.ptr[i] != '.'))
			return false;
	}
	return s.len > 0 && s.len <= 32;
}
