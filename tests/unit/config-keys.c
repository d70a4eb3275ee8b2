#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "config/keys.h"
#include "config/list.h"
#include "config/value.h"

#define HEX32 "0123456789abcdef0123456789abcdef"

/* A legal value of each type, one of another kind, and one that has a right
 * form and is not legal all the same (NULL: there is none). */
static const struct {
	const char *right, *wrong, *beyond;
} values[] = {
	[KEY_TEXT] = {"jean", "", NULL},
	[KEY_HOST] = {"smtp.example.org", "a b", "smtp..example.org"},
	[KEY_DOMAIN] = {"example.org", "a b", "-a.example"},
	[KEY_HELO] = {"example.org", "a b", "[1.2.3]"},
	[KEY_ADDRESS] = {"me@example.org", "me", "me@x@y"},
	[KEY_ACCOUNT] = {"mail", "a b", "-x"},
	[KEY_PATH] = {"/a/b", "a/b", NULL},
	[KEY_SOCKET] = {"/a/b", "b", "/a/"},
	[KEY_PASSWORD_FILE] = {"/a/b", "a/b", ".."},
	[KEY_COMMAND] = {"/bin/pass", "pass", NULL},
	[KEY_FINGERPRINT] = {HEX32 HEX32, "sha256", HEX32 HEX32 "0"},
	[KEY_LIMITS] = {"500/1d", "500", "0/1d"},
	[KEY_NAMES] = {"isp", "a b", NULL},
	[KEY_SENDERS] = {"@example.org", "example", "@a b"},
	[KEY_DOMAINS] = {"example.org", "a b", "@example.org"},
	[KEY_SENDAS_MAP] = {"root = me@example.org", "me", "x = y"},
	[KEY_OWN] = {"@example.org", "me", "@a b"},
	[KEY_PORT] = {"2525", "smtp", "65536"},
	[KEY_PERCENT] = {"10%", "10", "91%"},
	[KEY_COUNT] = {NULL, "many", NULL},
	[KEY_DURATION] = {NULL, "soon", NULL},
	[KEY_SIZE] = {NULL, "big", NULL},
	[KEY_YES_NO] = {"true", "yes", "TRUE"},
	[KEY_TLS] = {"starttls", "ssl", "STARTTLS"},
	[KEY_AUTH] = {"plain", "md5", "PLAIN"},
	[KEY_REPORT] = {"always", "sometimes", NULL},
};

#define TYPES (sizeof(values) / sizeof(values[0]))

static const struct section {
	const struct key *keys;
	const char *begin, *end;
	bool top;		/* only what is shared is looked at */
} sections[] = {
	{config_keys, "\n", "", false},
	{smarthost_keys, "smarthost \"isp\" {\n", "}\n", false},
	{smarthost_keys, "\n", "", true},
	{bulk_keys, "bulk {\n", "}\n", false},
	{route_keys, "route \"r\" {\n", "}\n", false},
};

#define SECTIONS ((int)(sizeof(sections) / sizeof(sections[0])))
#define LINE 2			/* where the key stands */

static struct buf errors, text;

static void
teardown(void)
{
	buf_free(&errors);
	buf_free(&text);
}

/* What is said of a text that cannot be right. */
static void
refuse(void)
{
	struct config *c;

	buf_clear(&errors);
	c = config_parse(buf_slice(&text), "t.conf", &errors);
	ck_assert_msg(c == NULL, "taken:\n%s", buf_string(&text));
}

/* One of the errors has the line, the key and these words. */
static void
tells(unsigned line, const char *key, const char *words)
{
	struct slice rest = buf_slice(&errors), one;
	struct buf where = BUF_INIT;
	char *said;
	bool found;

	buf_addf(&where, "t.conf:%u: ", line);
	found = false;
	while (!found && slice_cut(&rest, '\n', &one)) {
		said = slice_dup(one);
		found = slice_starts(one, buf_string(&where)) &&
		    strstr(said, key) != NULL && strstr(said, words) != NULL;
		free(said);
	}
	ck_assert_msg(found, "no %s, %s, \"%s\" in:\n%s\nabout:\n%s",
	    buf_string(&where), key, words, buf_string(&errors),
	    buf_string(&text));
	buf_free(&where);
}

/* The key in its section, times times, each on a line of its own. */
static void
write_key(const struct section *s, const char *name, const char *value,
    int times)
{
	buf_clear(&text);
	buf_add_string(&text, s->begin);
	while (times-- > 0)
		buf_addf(&text, "%s = \"%s\"\n", name, value);
	buf_add_string(&text, s->end);
	buf_add_string(&text, "smarthost \"other\" { host = \"h\" }\n");
}

/* A value that is legal, or too small, or too large: numbers know how. */
static const char *
number(const struct key *k, int64_t n)
{
	static char words[64];

	snprintf(words, sizeof(words), "%lld%s", (long long)n,
	    k->type == KEY_DURATION ? "ms" : "");
	return words;
}

static bool
is_number(const struct key *k)
{
	return k->type == KEY_COUNT || k->type == KEY_DURATION ||
	    k->type == KEY_SIZE;
}

static int64_t
unit_of(const struct key *k)
{
	return k->type == KEY_DURATION ? 1000000 : 1;
}

static const char *
right(const struct key *k)
{
	if (is_number(k))
		return number(k, k->max / unit_of(k));
	return values[k->type].right;
}

static void
refuse_value(const struct section *s, const struct key *k, const char *value)
{
	struct buf legal = BUF_INIT;

	value_legal(k, &legal);
	ck_assert_uint_gt(legal.len, 0);
	write_key(s, k->name, value, 1);
	refuse();
	tells(LINE, k->name, buf_string(&legal));
	buf_free(&legal);
}

/* Calls test for each key of a section of the configuration. */
static void
each(int number_of, void (*test)(const struct section *s,
    const struct key *k))
{
	const struct section *s = &sections[number_of];
	const struct key *k;

	for (k = s->keys; k->name != NULL; k++)
		if (!s->top || k->shared)
			test(s, k);
}

static void
take_right(const struct section *s, const struct key *k)
{
	union {
		struct config config;
		struct smarthost smarthost;
		struct bulk bulk;
		struct route route;
	} object;

	(void)s;
	memset(&object, 0, sizeof(object));
	ck_assert_uint_lt(k->type, TYPES);
	ck_assert_msg(value_set(k, slice_from(right(k)), &object),
	    "%s = %s", k->name, right(k));
	value_free(k, &object);
}

START_TEST(each_key_takes_a_value_of_its_type)
{
	each(_i, take_right);
}
END_TEST

static void
refuse_wrong(const struct section *s, const struct key *k)
{
	refuse_value(s, k, values[k->type].wrong);
}

START_TEST(a_value_of_another_type_is_told_with_line_key_and_what_is_legal)
{
	each(_i, refuse_wrong);
}
END_TEST

static void
refuse_beyond(const struct section *s, const struct key *k)
{
	if (values[k->type].beyond != NULL)
		refuse_value(s, k, values[k->type].beyond);
	if (!is_number(k))
		return;
	if (k->max / unit_of(k) < INT64_MAX / 2)
		refuse_value(s, k, number(k, k->max / unit_of(k) + 1));
	if (k->min / unit_of(k) > 0)
		refuse_value(s, k, number(k, k->min / unit_of(k) - 1));
	refuse_value(s, k, "-1");
	refuse_value(s, k, "99999999999999999999999");
}

START_TEST(a_value_out_of_range_is_told_with_line_key_and_the_range)
{
	each(_i, refuse_beyond);
}
END_TEST

static void
refuse_twice(const struct section *s, const struct key *k)
{
	write_key(s, k->name, right(k), 2);
	refuse();
	tells(LINE + 1, k->name, "twice");
	tells(LINE + 1, k->name, "line 2");
}

START_TEST(a_key_said_twice_is_told_with_both_lines)
{
	each(_i, refuse_twice);
}
END_TEST

static void
refuse_misspelt(const struct section *s, const struct key *k)
{
	struct buf name = BUF_INIT;

	buf_addf(&name, "%sx", k->name);
	write_key(s, buf_string(&name), right(k), 1);
	refuse();
	tells(LINE, buf_string(&name), "legal");
	/* The right one is among those that are named. */
	tells(LINE, buf_string(&name), k->name);
	buf_free(&name);
}

START_TEST(a_misspelt_key_is_told_with_those_that_exist)
{
	each(_i, refuse_misspelt);
}
END_TEST

/* However much of the key's line is there, a file that ends in it is told. */
static void
refuse_cut(const struct section *s, const struct key *k)
{
	size_t end, len;

	write_key(s, k->name, right(k), 1);
	end = strlen(s->begin) + strlen(k->name) + strlen(" = \"") +
	    strlen(right(k));
	for (len = strlen(s->begin) + 1; len <= end; len++) {
		write_key(s, k->name, right(k), 1);
		text.len = len;
		text.data[len] = '\0';
		refuse();
		ck_assert(slice_starts(buf_slice(&errors), "t.conf:"));
	}
}

START_TEST(a_file_that_ends_in_the_midst_of_a_key_is_refused)
{
	each(_i, refuse_cut);
}
END_TEST

static Suite *
keys_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("config/keys");
	t = tcase_create("keys");
	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_loop_test(t, each_key_takes_a_value_of_its_type, 0,
	    SECTIONS);
	tcase_add_loop_test(t,
	    a_value_of_another_type_is_told_with_line_key_and_what_is_legal,
	    0, SECTIONS);
	tcase_add_loop_test(t,
	    a_value_out_of_range_is_told_with_line_key_and_the_range, 0,
	    SECTIONS);
	tcase_add_loop_test(t, a_key_said_twice_is_told_with_both_lines, 0,
	    SECTIONS);
	tcase_add_loop_test(t, a_misspelt_key_is_told_with_those_that_exist,
	    0, SECTIONS);
	tcase_add_loop_test(t,
	    a_file_that_ends_in_the_midst_of_a_key_is_refused, 0, SECTIONS);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(keys_suite)
