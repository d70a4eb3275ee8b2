#include "mail/capability.h"

#include <stddef.h>
#include <stdint.h>

static const struct {
	const char *name;
	unsigned bit;
} mechanisms[] = {
	{"PLAIN", AUTH_PLAIN},
	{"LOGIN", AUTH_LOGIN},
	{"CRAM-MD5", AUTH_CRAM_MD5},
	{"SCRAM-SHA-256", AUTH_SCRAM_SHA_256},
	{"SCRAM-SHA-256-PLUS", AUTH_SCRAM_SHA_256_PLUS},
	{"XOAUTH2", AUTH_XOAUTH2},
	{"OAUTHBEARER", AUTH_OAUTHBEARER},
	{"EXTERNAL", AUTH_EXTERNAL},
};

#define MECHANISMS (sizeof(mechanisms) / sizeof(mechanisms[0]))

unsigned
auth_from_name(struct slice name)
{
	size_t i;

	for (i = 0; i < MECHANISMS; i++)
		if (slice_is_nocase(name, mechanisms[i].name))
			return mechanisms[i].bit;
	return 0;
}

const char *
auth_name(unsigned bit)
{
	size_t i;

	for (i = 0; i < MECHANISMS; i++)
		if (mechanisms[i].bit == bit)
			return mechanisms[i].name;
	return "none";
}

/* The next word of rest; empty at its end. */
static struct slice
next_word(struct slice *rest)
{
	struct slice word;
	size_t n;

	*rest = slice_trim(*rest);
	for (n = 0; n < rest->len; n++)
		if (rest->ptr[n] == ' ' || rest->ptr[n] == '\t')
			break;
	word = (struct slice){rest->ptr, n};
	rest->ptr += n;
	rest->len -= n;
	return word;
}

static void
parse_auth(struct capability *c, struct slice names)
{
	struct slice name;

	c->has_auth = true;
	for (name = next_word(&names); name.len > 0; name = next_word(&names))
		c->auth |= auth_from_name(name);
}

static void
parse_size(struct capability *c, struct slice rest)
{
	unsigned long long value;

	c->has_size = true;
	c->size = 0;
	if (slice_to_number(next_word(&rest), UINT64_MAX, &value))
		c->size = value;
}

static const struct {
	const char *name;
	size_t flag;
} keywords[] = {
	{"STARTTLS", offsetof(struct capability, starttls)},
	{"PIPELINING", offsetof(struct capability, pipelining)},
	{"CHUNKING", offsetof(struct capability, chunking)},
	{"8BITMIME", offsetof(struct capability, eightbitmime)},
	{"DSN", offsetof(struct capability, dsn)},
	{"SMTPUTF8", offsetof(struct capability, smtputf8)},
	{"ENHANCEDSTATUSCODES", offsetof(struct capability, enhanced)},
};

static void
parse_line(struct capability *c, struct slice line)
{
	struct slice word;
	size_t i;

	word = next_word(&line);
	if (slice_is_nocase(word, "SIZE"))
		parse_size(c, line);
	else if (slice_is_nocase(word, "AUTH"))
		parse_auth(c, line);
	else if (slice_starts_nocase(word, "AUTH=")) {
		/* Before RFC 2554 the first name hung on an equals sign. */
		parse_auth(c, (struct slice){word.ptr + 5, word.len - 5});
		parse_auth(c, line);
	}
	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (slice_is_nocase(word, keywords[i].name))
			*(bool *)((char *)c + keywords[i].flag) = true;
}

void
capability_parse(const struct reply *r, struct capability *c)
{
	struct slice rest, line;

	*c = (struct capability){0};
	if (r->code != 250)
		return;
	c->ehlo = true;
	rest = buf_slice(&r->text);
	/* The first line is the server's name and greeting. */
	slice_cut(&rest, '\n', &line);
	while (slice_cut(&rest, '\n', &line))
		parse_line(c, line);
}
