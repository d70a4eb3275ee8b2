/*
 * Any bytes as a server's answer to EHLO: nothing is offered that does not
 * stand there, and nothing is left over from another answer.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/capability.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

static bool
stands_in(const struct reply *r, const char *word)
{
	size_t at, len;

	len = strlen(word);
	for (at = 0; at + len <= r->text.len; at++)
		if (slice_is_nocase((struct slice){r->text.data + at, len},
		    word))
			return true;
	return false;
}

static void
check_words(const struct reply *r, const struct capability *c)
{
	unsigned bit;

	must(!c->starttls || stands_in(r, "STARTTLS"));
	must(!c->pipelining || stands_in(r, "PIPELINING"));
	must(!c->chunking || stands_in(r, "CHUNKING"));
	must(!c->eightbitmime || stands_in(r, "8BITMIME"));
	must(!c->dsn || stands_in(r, "DSN"));
	must(!c->smtputf8 || stands_in(r, "SMTPUTF8"));
	must(!c->enhanced || stands_in(r, "ENHANCEDSTATUSCODES"));
	must(!c->has_size || stands_in(r, "SIZE"));
	must(!c->has_auth || stands_in(r, "AUTH"));
	must(c->has_size || c->size == 0);
	must(c->has_auth || c->auth == 0);
	must(c->auth < AUTH_EXTERNAL * 2);
	for (bit = AUTH_PLAIN; bit <= AUTH_EXTERNAL; bit <<= 1)
		must((c->auth & bit) == 0 || stands_in(r, auth_name(bit)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct capability c, again;
	struct reply r = REPLY_INIT;

	r.code = size > 0 && data[0] == '5' ? 502 : 250;
	buf_add(&r.text, data, size);
	memset(&c, 0x01, sizeof(c));
	memset(&again, 0, sizeof(again));
	capability_parse(&r, &c);
	capability_parse(&r, &again);
	must(c.auth == again.auth && c.size == again.size);
	must(c.ehlo == (r.code == 250));
	must(c.ehlo || (!c.starttls && !c.has_auth && !c.has_size));
	check_words(&r, &c);
	reply_free(&r);
	return 0;
}
