#include "config/value.h"

#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/clock.h"
#include "config/config.h"
#include "config/list.h"
#include "config/name.h"
#include "config/sendas_map.h"

struct unit {
	const char *name;
	int64_t factor;
};

/* Longest names first where one begins another. */
static const struct unit durations[] = {
	{"ms", CLOCK_MSEC},
	{"s", CLOCK_SEC},
	{"m", 60 * CLOCK_SEC},
	{"h", 3600 * CLOCK_SEC},
	{"d", 86400 * CLOCK_SEC},
	{"w", 604800 * CLOCK_SEC},
	{NULL, CLOCK_SEC},
};

static const struct unit sizes[] = {
	{"K", (int64_t)1 << 10},
	{"M", (int64_t)1 << 20},
	{"G", (int64_t)1 << 30},
	{"T", (int64_t)1 << 40},
	{NULL, 1},
};

static const struct unit *
find_unit(const struct unit *u, struct slice said)
{
	while (u->name != NULL && !slice_starts_nocase(said, u->name))
		u++;
	return u;
}

/* Takes a number and its unit off the front of said. */
static bool
take_part(struct slice *said, const struct unit *units, int64_t *sum)
{
	const struct unit *u;
	unsigned long long number;
	int64_t value;
	size_t digits, used;

	digits = 0;
	while (digits < said->len && said->ptr[digits] >= '0' &&
	    said->ptr[digits] <= '9')
		digits++;
	if (!slice_to_number((struct slice){said->ptr, digits}, INT64_MAX,
	    &number))
		return false;
	u = find_unit(units, (struct slice){said->ptr + digits,
	    said->len - digits});
	if (__builtin_mul_overflow((int64_t)number, u->factor, &value) ||
	    __builtin_add_overflow(*sum, value, sum))
		return false;
	used = digits + (u->name == NULL ? 0 : strlen(u->name));
	*said = (struct slice){said->ptr + used, said->len - used};
	return u->name != NULL;
}

/* A number that is all there is may go without a unit. */
static bool
take_number(struct slice said, int64_t factor, int64_t *out)
{
	unsigned long long number;

	if (!slice_to_number(said, INT64_MAX, &number))
		return false;
	return !__builtin_mul_overflow((int64_t)number, factor, out);
}

bool
value_duration(struct slice said, int64_t *out)
{
	int64_t sum;

	if (take_number(said, CLOCK_SEC, out))
		return true;
	sum = 0;
	if (said.len == 0)
		return false;
	while (said.len > 0)
		if (!take_part(&said, durations, &sum))
			return false;
	*out = sum;
	return true;
}

bool
value_size(struct slice said, int64_t *out)
{
	int64_t sum;

	if (take_number(said, 1, out))
		return true;
	sum = 0;
	if (!take_part(&said, sizes, &sum) || said.len > 0)
		return false;
	*out = sum;
	return true;
}

static void
set_string(char **field, struct slice s)
{
	free(*field);
	*field = slice_dup(s);
}

static bool
set_text(const struct key *key, struct slice said, void *field)
{
	(void)key;
	if (said.len == 0)
		return false;
	set_string(field, said);
	return true;
}

static bool
set_domain(const struct key *key, struct slice said, void *field)
{
	return name_is_domain(said) && set_text(key, said, field);
}

static bool
set_host(const struct key *key, struct slice said, void *field)
{
	if (name_is_ip(name_without_brackets(said)))
		return set_text(key, name_without_brackets(said), field);
	return set_domain(key, said, field);
}

static bool
set_helo(const struct key *key, struct slice said, void *field)
{
	if (name_is_address_literal(said))
		return set_text(key, said, field);
	return set_domain(key, said, field);
}

static bool
set_address(const struct key *key, struct slice said, void *field)
{
	return name_is_address(said) && set_text(key, said, field);
}

static bool
set_account(const struct key *key, struct slice said, void *field)
{
	return name_is_account(said) && set_text(key, said, field);
}

static bool
set_path(const struct key *key, struct slice said, void *field)
{
	return said.len < 4096 && slice_starts(said, "/") &&
	    set_text(key, said, field);
}

static bool
set_socket(const struct key *key, struct slice said, void *field)
{
	/* The control socket beside it has a name of one letter more. */
	return said.len + 1 < sizeof(((struct sockaddr_un *)0)->sun_path) &&
	    said.len > 1 && said.ptr[said.len - 1] != '/' &&
	    set_path(key, said, field);
}

static bool
set_password_file(const struct key *key, struct slice said, void *field)
{
	if (slice_find(said, '/') < said.len)
		return set_path(key, said, field);
	return !slice_is(said, ".") && !slice_is(said, "..") &&
	    set_text(key, said, field);
}

static char
hex_digit(char c)
{
	if (c >= 'A' && c <= 'F')
		c = (char)(c - 'A' + 'a');
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))
		return c;
	return '\0';
}

static bool
set_fingerprint(const struct key *key, struct slice said, void *field)
{
	char digits[64];
	size_t i, n;

	n = 0;
	for (i = 0; i < said.len; i++) {
		/* Colons stand between bytes only. */
		if (said.ptr[i] == ':' && n > 0 && n % 2 == 0 &&
		    said.ptr[i - 1] != ':')
			continue;
		if (n == sizeof(digits) || hex_digit(said.ptr[i]) == '\0')
			return false;
		digits[n++] = hex_digit(said.ptr[i]);
	}
	return n == sizeof(digits) && said.ptr[said.len - 1] != ':' &&
	    set_text(key, (struct slice){digits, n}, field);
}

/* A leading zero could be meant as octal, so it is not taken as anything. */
static bool
to_number(struct slice said, int64_t min, int64_t max, int64_t *out)
{
	unsigned long long number;

	if (said.len > 1 && said.ptr[0] == '0')
		return false;
	if (!slice_to_number(said, (unsigned long long)max, &number) ||
	    (int64_t)number < min)
		return false;
	*out = (int64_t)number;
	return true;
}

static bool
set_port(const struct key *key, struct slice said, void *field)
{
	int64_t number;

	(void)key;
	if (!to_number(said, 1, UINT16_MAX, &number))
		return false;
	*(uint16_t *)field = (uint16_t)number;
	return true;
}

static bool
set_count(const struct key *key, struct slice said, void *field)
{
	int64_t number;

	if (!to_number(said, key->min, key->max, &number))
		return false;
	*(unsigned *)field = (unsigned)number;
	return true;
}

static bool
set_percent(const struct key *key, struct slice said, void *field)
{
	if (said.len == 0 || said.ptr[said.len - 1] != '%')
		return false;
	said.len--;
	return set_count(key, said, field);
}

static bool
set_duration(const struct key *key, struct slice said, void *field)
{
	int64_t ns;

	if (!value_duration(said, &ns) || ns < key->min || ns > key->max)
		return false;
	*(int64_t *)field = ns;
	return true;
}

static bool
set_size(const struct key *key, struct slice said, void *field)
{
	int64_t bytes;

	if (!value_size(said, &bytes) || bytes < key->min ||
	    bytes > key->max)
		return false;
	*(uint64_t *)field = (uint64_t)bytes;
	return true;
}

static const char *const yes_no_words[] = {"false", "true", NULL};
static const char *const tls_words[] = {
	[TLS_NONE] = "none", [TLS_STARTTLS] = "starttls",
	[TLS_SMTPS] = "smtps", NULL
};
static const char *const auth_words[] = {
	[AUTH_CHOICE_AUTO] = "auto",
	[AUTH_CHOICE_PLAIN] = "plain",
	[AUTH_CHOICE_LOGIN] = "login",
	[AUTH_CHOICE_CRAM_MD5] = "cram-md5",
	[AUTH_CHOICE_SCRAM_SHA_256] = "scram-sha-256",
	[AUTH_CHOICE_SCRAM_SHA_256_PLUS] = "scram-sha-256-plus",
	[AUTH_CHOICE_XOAUTH2] = "xoauth2",
	[AUTH_CHOICE_OAUTHBEARER] = "oauthbearer",
	[AUTH_CHOICE_EXTERNAL] = "external",
	[AUTH_CHOICE_NONE] = "none",
	NULL
};

static const char *const report_words[] = {
	[REPORT_FAILURES] = "failures", [REPORT_ALWAYS] = "always", NULL
};

/* The place of said among words, or -1. */
static int
find_word(const char *const *words, struct slice said)
{
	int i;

	for (i = 0; words[i] != NULL; i++)
		if (slice_is(said, words[i]))
			return i;
	return -1;
}

#define SET_WORD(name, words, kind)				\
static bool							\
name(const struct key *key, struct slice said, void *field)	\
{								\
	int at;							\
								\
	(void)key;						\
	at = find_word(words, said);				\
	if (at >= 0)						\
		*(kind *)field = (kind)at;			\
	return at >= 0;						\
}

SET_WORD(set_yes_no, yes_no_words, bool)
SET_WORD(set_tls, tls_words, enum tls_mode)
SET_WORD(set_auth, auth_words, enum auth_choice)
SET_WORD(set_report, report_words, enum report_choice)

struct type {
	bool (*set)(const struct key *key, struct slice said, void *field);
	const char *legal;	/* NULL: the words, or the range */
	const char *const *words;
};

static const struct type types[] = {
	[KEY_TEXT] = {set_text, "any text that is not empty", NULL},
	[KEY_HOST] = {set_host, "a host name or an IP address", NULL},
	[KEY_DOMAIN] = {set_domain, "a host name such as web1.example.org",
	    NULL},
	[KEY_HELO] = {set_helo, "a host name, or an address in brackets such "
	    "as [192.0.2.1]", NULL},
	[KEY_ADDRESS] = {set_address, "one mail address such as "
	    "ops@example.org, nothing around it", NULL},
	[KEY_ACCOUNT] = {set_account, "the name of an account: letters, "
	    "digits, - _ . and no more than 32", NULL},
	[KEY_PATH] = {set_path, "a path that begins with /", NULL},
	[KEY_SOCKET] = {set_socket, "a path that begins with /, at most 106 "
	    "bytes long", NULL},
	[KEY_PASSWORD_FILE] = {set_password_file, "a path that begins with "
	    "/, or the name of a systemd credential", NULL},
	[KEY_COMMAND] = {list_add_argument, "a list {\"/path/of/program\", "
	    "\"argument\", ...} whose first word begins with /", NULL},
	[KEY_FINGERPRINT] = {set_fingerprint, "the SHA-256 of the "
	    "certificate: 64 hexadecimal digits, colons between bytes "
	    "allowed", NULL},
	[KEY_LIMITS] = {list_add_limit, "a number from 1, a slash and a time "
	    "from 1s to 366d, such as \"500/1d\"", NULL},
	[KEY_NAMES] = {list_add_name, "a list {\"one\", \"two\"} of names of "
	    "smarthosts", NULL},
	[KEY_SENDERS] = {list_add_sender, "an address, \"@\" and a domain, or "
	    "\"user:\" and an account of this machine", NULL},
	[KEY_DOMAINS] = {list_add_domain, "a domain such as example.org",
	    NULL},
	[KEY_SENDAS_MAP] = {sendas_map_add, "\"WHO = ADDRESS\", where WHO is "
	    "an address, \"@\" and a domain, a name at mailname, or "
	    "\"user:\" and an account of this machine", NULL},
	[KEY_OWN] = {sendas_map_add_own, "an address, or \"@\" and a domain",
	    NULL},
	[KEY_PORT] = {set_port, "a number from 1 to 65535", NULL},
	[KEY_COUNT] = {set_count, NULL, NULL},
	[KEY_PERCENT] = {set_percent, "a share from 0% to 90%", NULL},
	[KEY_DURATION] = {set_duration, NULL, NULL},
	[KEY_SIZE] = {set_size, NULL, NULL},
	[KEY_YES_NO] = {set_yes_no, NULL, yes_no_words},
	[KEY_TLS] = {set_tls, NULL, tls_words},
	[KEY_AUTH] = {set_auth, NULL, auth_words},
	[KEY_REPORT] = {set_report, NULL, report_words},
};

bool
value_set(const struct key *key, struct slice said, void *object)
{
	return types[key->type].set(key, said, (char *)object + key->offset);
}

static bool
is_string(enum key_type type)
{
	return type <= KEY_FINGERPRINT && !key_is_list(type);
}

void
value_free(const struct key *key, void *object)
{
	void *field;

	field = (char *)object + key->offset;
	if (key_is_list(key->type))
		list_free(key->type, field);
	else if (is_string(key->type)) {
		free(*(char **)field);
		*(char **)field = NULL;
	}
}

/* The number in the largest unit that leaves no rest. */
static void
print_with_unit(int64_t n, const struct unit *units, struct buf *out)
{
	const struct unit *u, *best;

	best = NULL;
	for (u = units; u->name != NULL; u++)
		if (n != 0 && n % u->factor == 0 &&
		    (best == NULL || u->factor > best->factor))
			best = u;
	buf_addf(out, "%lld%s", (long long)(best == NULL ? n :
	    n / best->factor), best == NULL ? "" : best->name);
}

static void
print_words(const char *const *words, struct buf *out)
{
	size_t i;

	for (i = 0; words[i] != NULL; i++) {
		if (i > 0)
			buf_add_string(out, words[i + 1] == NULL ? " or " :
			    ", ");
		buf_add_string(out, words[i]);
	}
}

static void
print_range(const struct key *key, const char *what,
    const struct unit *units, struct buf *out)
{
	buf_addf(out, "%s from ", what);
	print_with_unit(key->min, units, out);
	buf_add_string(out, " to ");
	print_with_unit(key->max, units, out);
}

void
value_legal(const struct key *key, struct buf *out)
{
	static const struct unit none[] = {{NULL, 1}};
	const struct type *type = &types[key->type];

	if (type->words != NULL)
		print_words(type->words, out);
	else if (type->legal != NULL)
		buf_add_string(out, type->legal);
	else if (key->type == KEY_COUNT)
		print_range(key, "a number", none, out);
	else if (key->type == KEY_DURATION)
		print_range(key, "a time (units ms, s, m, h, d, w)",
		    durations, out);
	else
		print_range(key, "a size (units K, M, G, T)", sizes, out);
}
