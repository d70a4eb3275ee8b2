/*
 * Any words on sendmail's command line, NUL between them; the first is argv[0].
 * Either they are understood, and then every address in them is valid and
 * printing and parsing the wishes gives the same again, or there is one line
 * that says why not and a status that is an error.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/address.h"
#include "submit/options.h"

#define WORDS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
demand(bool holds)
{
	if (!holds)
		abort();
}

static void
check_wish(const struct submission *w)
{
	struct buf out = BUF_INIT, again = BUF_INIT;
	struct submission parsed;
	const char *why;
	size_t i;

	for (i = 0; i < w->count; i++)
		demand(address_is_valid(w->recipients[i].addr, &why));
	demand(!w->has_sender || w->sender.len == 0 ||
	    address_is_valid(w->sender, &why));
	submission_print(w, &out);
	demand(submission_parse(buf_slice(&out), &parsed, &why));
	submission_print(&parsed, &again);
	demand(slice_equal(buf_slice(&out), buf_slice(&again)));
	submission_free(&parsed);
	buf_free(&out);
	buf_free(&again);
}

static void
check_error(const struct buf *error, int status)
{
	size_t i;

	demand(error->len > 0 && status >= 64 && status <= 78);
	for (i = 0; i < error->len; i++)
		demand((unsigned char)error->data[i] >= 0x20);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *argv[WORDS_MAX + 1], *copy, *at;
	struct buf error = BUF_INIT;
	struct options o;
	int argc, status;

	copy = slice_dup((struct slice){(const char *)data, size});
	argc = 0;
	for (at = copy; argc < WORDS_MAX && at < copy + size;
	    at += strlen(at) + 1)
		argv[argc++] = at;
	argv[argc] = NULL;
	status = 0;
	if (options_parse(argc, argv, &o, &status, &error))
		check_wish(&o.wish);
	else
		check_error(&error, status);
	options_free(&o);
	buf_free(&error);
	free(copy);
	return 0;
}
