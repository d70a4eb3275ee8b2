#include "submit/smtparg.h"

#include <string.h>

#include "mail/address.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define BAD_PATH "501 5.1.7 Bad syntax of the address"
#define BAD_VALUE "501 5.5.4 Bad value of a parameter"
#define UNKNOWN "555 5.5.4 Unknown parameter"

static struct slice
from(struct slice s, size_t at)
{
	return (struct slice){s.ptr + at, s.len - at};
}

/* The position of the > that ends a path, quoted strings passed over. */
static size_t
find_end(struct slice s)
{
	bool quoted;
	size_t i;

	quoted = false;
	for (i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\\' && quoted)
			i++;
		else if (s.ptr[i] == '"')
			quoted = !quoted;
		else if (s.ptr[i] == '>' && !quoted)
			return i;
	}
	return s.len;
}

/* A route "@a,@b:" says nothing any more (RFC 5321 appendix C). */
static struct slice
without_route(struct slice path)
{
	size_t colon;

	if (path.len == 0 || path.ptr[0] != '@')
		return path;
	colon = slice_find(path, ':');
	return colon == path.len ? path : from(path, colon + 1);
}

/* Splits the argument into the path and its parameters. Some clients leave the
 * brackets out. */
static bool
split(struct slice text, struct slice *path, struct slice *params)
{
	size_t end;

	text = slice_trim(text);
	if (text.len > 0 && text.ptr[0] == '<') {
		text = from(text, 1);
		end = find_end(text);
		if (end == text.len)
			return false;
		*path = without_route((struct slice){text.ptr, end});
		*params = from(text, end + 1);
		return params->len == 0 || params->ptr[0] == ' ';
	}
	end = slice_find(text, ' ');
	*path = (struct slice){text.ptr, end};
	*params = from(text, end);
	return end > 0;
}

static const char *
take_size(struct slice value, struct smtparg *out)
{
	unsigned long long n;

	if (value.len > 20 || !slice_to_number(value, UINT64_MAX, &n))
		return BAD_VALUE;
	out->size = n;
	return NULL;
}

static const char *
take_body(struct slice value, struct smtparg *out)
{
	out->is_8bit = slice_is_nocase(value, "8BITMIME");
	return out->is_8bit || slice_is_nocase(value, "7BIT") ? NULL :
	    BAD_VALUE;
}

static const char *
take_utf8(struct slice value, struct smtparg *out)
{
	out->utf8 = true;
	return value.len == 0 ? NULL : BAD_VALUE;
}

static const char *
take_ret(struct slice value, struct smtparg *out)
{
	out->ret = slice_is_nocase(value, "FULL") ? RETURN_FULL :
	    RETURN_HEADERS;
	return out->ret == RETURN_FULL || slice_is_nocase(value, "HDRS") ?
	    NULL : BAD_VALUE;
}

static const char *
take_envid(struct slice value, struct smtparg *out)
{
	out->envid = value;
	return envid_is_valid(value) ? NULL : BAD_VALUE;
}

/* AUTH= of RFC 4954 5: whom a relay speaks for; nothing to us. */
static const char *
take_auth(struct slice value, struct smtparg *out)
{
	(void)out;
	return xtext_is_valid(value) ? NULL : BAD_VALUE;
}

static const char *
take_notify(struct slice value, struct smtparg *out)
{
	return notify_parse(value, &out->notify) ? NULL : BAD_VALUE;
}

static const char *
take_orcpt(struct slice value, struct smtparg *out)
{
	out->orcpt = value;
	return orcpt_is_valid(value) ? NULL : BAD_VALUE;
}

struct parameter {
	const char *name;
	const char *(*take)(struct slice value, struct smtparg *out);
};

static const struct parameter mail_parameters[] = {
	{"SIZE", take_size},
	{"BODY", take_body},
	{"SMTPUTF8", take_utf8},
	{"RET", take_ret},
	{"ENVID", take_envid},
	{"AUTH", take_auth},
};

static const struct parameter rcpt_parameters[] = {
	{"NOTIFY", take_notify},
	{"ORCPT", take_orcpt},
};

static const char *
take_one(const struct parameter *table, size_t count, struct slice word,
    struct smtparg *out)
{
	struct slice name;
	size_t i;

	slice_cut(&word, '=', &name);
	for (i = 0; i < count; i++)
		if (slice_is_nocase(name, table[i].name))
			return table[i].take(word, out);
	return UNKNOWN;
}

static const char *
take_all(const struct parameter *table, size_t count, struct slice params,
    struct smtparg *out)
{
	const char *refusal;
	struct slice word;

	while (slice_cut(&params, ' ', &word)) {
		if (word.len == 0)
			continue;
		refusal = take_one(table, count, word, out);
		if (refusal != NULL)
			return refusal;
	}
	return NULL;
}

static const char *
check_address(struct slice addr, bool utf8)
{
	const char *why;

	if (!address_is_valid(addr, &why))
		return BAD_PATH;
	if (address_is_utf8(addr) && !utf8)
		return "553 5.6.7 Such an address needs SMTPUTF8";
	return NULL;
}

const char *
smtparg_mail(struct slice text, struct smtparg *out)
{
	const char *refusal;
	struct slice params;

	memset(out, 0, sizeof(*out));
	if (!split(text, &out->addr, &params))
		return BAD_PATH;
	refusal = take_all(mail_parameters, COUNT(mail_parameters), params,
	    out);
	if (refusal != NULL || out->addr.len == 0)
		return refusal;
	return check_address(out->addr, out->utf8);
}

const char *
smtparg_rcpt(struct slice text, bool utf8, struct smtparg *out)
{
	const char *refusal;
	struct slice params;

	memset(out, 0, sizeof(*out));
	if (!split(text, &out->addr, &params))
		return BAD_PATH;
	refusal = take_all(rcpt_parameters, COUNT(rcpt_parameters), params,
	    out);
	return refusal != NULL ? refusal : check_address(out->addr, utf8);
}
