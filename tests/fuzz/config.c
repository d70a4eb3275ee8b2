/*
 * Any text as navette.conf: it is taken or every line of the errors is a
 * sentence with the file's name; what is taken is taken the same way again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_errors(const struct buf *errors)
{
	struct slice rest, line;

	rest = buf_slice(errors);
	if (rest.len == 0 || rest.ptr[rest.len - 1] != '\n')
		abort();
	rest.len--;
	while (slice_cut(&rest, '\n', &line))
		if (!slice_starts(line, "f.conf:"))
			abort();
}

static void
check_config(const struct config *c)
{
	size_t i;

	if (c->count == 0 || c->max_size == 0 || c->retry_max <= 0)
		abort();
	for (i = 0; i < c->count; i++)
		if (c->smarthosts[i].host == NULL ||
		    c->smarthosts[i].port == 0 ||
		    c->smarthosts[i].line == 0)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size};
	struct buf errors = BUF_INIT;
	struct config *c, *again;

	c = config_parse(text, "f.conf", &errors);
	if (c == NULL)
		check_errors(&errors);
	else {
		check_config(c);
		again = config_parse(buf_slice(&c->text), "f.conf", &errors);
		if (again == NULL || errors.len > 0 ||
		    again->count != c->count)
			abort();
		config_free(again);
	}
	config_free(c);
	buf_free(&errors);
	return 0;
}
