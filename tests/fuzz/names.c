/*
 * Any bytes as the daemon's answer to "names": what is understood, printed as
 * the daemon prints it, is understood the same again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "submit/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

static void
print_line(const char *key, const char *value, struct buf *out)
{
	if (value != NULL)
		buf_addf(out, "%s %s\n", key, value);
}

static void
print(const struct names *n, struct buf *out)
{
	print_line("aliases", n->config.aliases, out);
	print_line("mailname", n->config.mailname, out);
	print_line("postmaster", n->config.postmaster, out);
	print_line("local-to-postmaster",
	    n->config.local_to_postmaster ? "yes" : "no", out);
	buf_addf(out, "max-size %llu\n",
	    (unsigned long long)n->config.max_size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct names n;
	bool is_known;

	names_parse(&n, (struct slice){(const char *)data, size});
	is_known = n.is_known;
	must(is_known == (n.config.mailname != NULL));
	must(n.config.aliases != NULL && n.config.spool != NULL);
	print(&n, &once);
	names_free(&n);
	names_parse(&n, buf_slice(&once));
	must(n.is_known == is_known);
	print(&n, &twice);
	names_free(&n);
	must(slice_equal(buf_slice(&once), buf_slice(&twice)));
	buf_free(&once);
	buf_free(&twice);
	return 0;
}
