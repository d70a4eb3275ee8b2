#include "body.h"

#include <string.h>

#include "options.h"
#include "stats.h"

#define LINE_MAX_OCTETS 998

void
body_begin(struct body *body)
{
	EVP_MD_CTX *digest = body->digest;
	struct bytes kept = body->kept;

	*body = (struct body){ .digest = digest, .kept = kept };
	bytes_clear(&body->kept);
	body->digesting = options.digest;
	if (!body->digesting)
		return;
	if (body->digest == NULL)
		body->digest = EVP_MD_CTX_new();
	EVP_DigestInit_ex(body->digest, EVP_sha256(), NULL);
}

/* The header ends with the first empty line; what is behind it is digested
 * and forgotten. */
static void
body_split(struct body *body, size_t searched)
{
	const char *end = NULL;
	size_t header;

	if (body->kept.len >= 2 && memcmp(body->kept.data, "\r\n", 2) == 0)
		header = 2;
	else {
		searched = searched < 3 ? 0 : searched - 3;
		end = memmem(body->kept.data + searched,
		    body->kept.len - searched, "\r\n\r\n", 4);
		if (end == NULL)
			return;
		header = (size_t)(end - body->kept.data) + 4;
	}
	body->header_done = true;
	EVP_DigestUpdate(body->digest, body->kept.data + header,
	    body->kept.len - header);
	body->kept.len = header;
}

static void
body_keep(struct body *body, const char *data, size_t n)
{
	size_t searched = body->kept.len;

	body->octets += n;
	if (body->digesting && body->header_done) {
		EVP_DigestUpdate(body->digest, data, n);
		return;
	}
	if (body->digesting || options.spool != NULL)
		bytes_add(&body->kept, data, n);
	if (body->digesting)
		body_split(body, searched);
}

static bool
has_eighth_bit(const char *data, size_t n)
{
	unsigned char all = 0;

	for (size_t i = 0; i < n; i++)
		all |= (unsigned char)data[i];
	return all >= 128;
}

/* Counts what is wrong with a line, or a part of one, that ends with LF when
 * ended is true. Its CRs are right only before that LF. */
static void
body_inspect(struct body *body, const char *data, size_t n, bool ended,
    bool eightbit)
{
	size_t text = ended ? n - 1 : n;
	const char *last = text > 0 ? &data[text - 1] : &body->before;
	const char *cr = data;

	if (body->before == '\r' && data[0] != '\n')
		stats_add(BARE_CR, 1);
	while (text > 0 && (cr = memchr(cr, '\r',
	    text - (size_t)(cr - data))) != NULL && ++cr < data + text)
		stats_add(BARE_CR, 1);
	if (ended && *last != '\r')
		stats_add(BARE_LF, 1);
	if (memchr(data, '\0', n) != NULL)
		stats_add(NULS, 1);
	if (!eightbit && has_eighth_bit(data, n))
		stats_add(UNDECLARED_8BIT, 1);
	body->line += text;
	if (ended && body->line - (*last == '\r') > LINE_MAX_OCTETS)
		stats_add(LONG_LINES, 1);
}

/* Adds a line with its LF, or the beginning of one. */
static void
body_line(struct body *body, const char *data, size_t n, bool ended,
    bool eightbit)
{
	bool whole;

	if (n == 0)
		return;
	body_inspect(body, data, n, ended, eightbit);
	whole = ended && (n > 1 ? data[n - 2] : body->before) == '\r';
	body->before = data[n - 1];
	body->middle = !whole;
	if (ended)
		body->line = 0;
}

void
body_add(struct body *body, const char *data, size_t n, bool eightbit)
{
	const char *at = data;
	size_t left = n;

	body_keep(body, data, n);
	while (left > 0) {
		const char *lf = memchr(at, '\n', left);
		size_t len = lf == NULL ? left : (size_t)(lf - at) + 1;

		body_line(body, at, len, lf != NULL, eightbit);
		at += len;
		left -= len;
	}
}

bool
body_add_dotted(struct body *body, const char *data, size_t n, bool eightbit,
    size_t *used)
{
	size_t at = 0;

	while (at < n) {
		const char *line = data + at, *lf;
		size_t left = n - at, len;

		if (!body->middle && *line == '.') {
			if (left < 3 && memcmp(line, ".\r\n", left) == 0)
				break;
			if (left >= 3 && memcmp(line, ".\r\n", 3) == 0) {
				*used = at + 3;
				return true;
			}
			line++;
			left--;
			at++;
		}
		lf = memchr(line, '\n', left);
		len = lf == NULL ? left : (size_t)(lf - line) + 1;
		body_keep(body, line, len);
		body_line(body, line, len, lf != NULL, eightbit);
		body->middle = body->middle || len == 0;
		at += len;
	}
	*used = at;
	return false;
}

void
body_digest(struct body *body, struct bytes *hex)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int n = 0;

	EVP_DigestFinal_ex(body->digest, digest, &n);
	hex_encode(digest, n, hex);
}

void
body_free(struct body *body)
{
	bytes_free(&body->kept);
	EVP_MD_CTX_free(body->digest);
}
