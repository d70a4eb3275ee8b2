#include "config/config.h"

#include <confuse.h>
#include <stdlib.h>
#include <string.h>

#include "config/check.h"
#include "config/keys.h"
#include "config/list.h"
#include "config/name.h"
#include "config/reading.h"
#include "config/text.h"
#include "config/value.h"
#include "config/ways.h"

#define SAID_MAX 80		/* of a value, in an error */

/* libconfuse takes a text that ends too early for a whole one; so it gets one
 * more key, and what arrives there tells. */
#define SENTINEL "the-file-is-whole"
#define SENTINEL_VALUE "yes"

/* What the callbacks of libconfuse need; it gives them no pointer of ours. */
static struct parser {
	struct reading *reading;
	struct config *config;
	const struct text_sections *sections;
	size_t section_count;	/* that have ended */
	bool is_whole;		/* the sentinel came */
	bool has_error;
} *parsing;

/* The sections, and the keys that each takes; the top of the file is last. */
static const struct kind {
	const char *name;
	const struct key *keys;
	bool is_titled;
} kinds[] = {
	{"smarthost", smarthost_keys, true},
	{"bulk", bulk_keys, false},
	{"route", route_keys, true},
	{NULL, config_keys, false},
};
#define SECTION_KINDS (sizeof(kinds) / sizeof(kinds[0]) - 1)

static const struct kind *
kind_of(const cfg_t *section)
{
	const struct kind *k;

	for (k = kinds; k->name != NULL; k++)
		if (strcmp(k->name, section->name) == 0)
			break;
	return k;
}

static const struct key *
table_of(const cfg_t *section)
{
	return kind_of(section)->keys;
}

/* The number of the section that is being read. */
static int
number_of(const cfg_t *section)
{
	const struct key *keys = table_of(section);

	if (keys == smarthost_keys)
		return (int)parsing->config->count;
	if (keys == route_keys)
		return READING_ROUTE(parsing->config->route_count);
	return keys == bulk_keys ? READING_BULK : READING_TOP;
}

static const struct key *
find_key(const cfg_t *section, const char *name)
{
	const struct key *key;

	key = key_find(table_of(section), name);
	if (key == NULL && table_of(section) == config_keys)
		key = key_find(smarthost_keys, name);
	return key;
}

static void
note_value(const cfg_t *section, const struct key *key, unsigned nvalues,
    const char *value)
{
	struct reading *r = parsing->reading;
	const struct said *earlier;
	int index;

	index = number_of(section);
	earlier = reading_find(r, index, key->name);
	if (earlier != NULL && nvalues <= 1)
		reading_complain(r, (unsigned)section->line,
		    "%s is said twice, in line %u already: keep one",
		    key->name, earlier->line);
	else
		reading_add(r, key, index, (unsigned)section->line, value);
}

/* Called by libconfuse with each value as it stands in the text. */
static int
on_value(cfg_t *section, cfg_opt_t *opt, const char *value, void *result)
{
	*(const char **)result = value;
	if (strcmp(opt->name, SENTINEL) == 0)
		parsing->is_whole = strcmp(value, SENTINEL_VALUE) == 0;
	else
		note_value(section, find_key(section, opt->name),
		    opt->nvalues, value);
	return 0;
}

static void
add_smarthost(struct config *c, const char *title, unsigned line)
{
	c->smarthosts = xrealloc(c->smarthosts, c->count + 1,
	    sizeof(*c->smarthosts));
	c->smarthosts[c->count++] = (struct smarthost){
	    .title = xstrdup(title), .line = line};
}

static void
add_route(struct config *c, const char *title, unsigned line)
{
	c->routes = xrealloc(c->routes, c->route_count + 1,
	    sizeof(*c->routes));
	c->routes[c->route_count++] = (struct route){
	    .title = xstrdup(title), .line = line};
}

/* libconfuse would make one of two of these. */
static void
note_bulk(struct config *c, unsigned line)
{
	if (c->bulk.line != 0)
		reading_complain(parsing->reading, line,
		    "bulk is said twice, in line %u already: keep one",
		    c->bulk.line);
	c->bulk.line = line;
}

/* Called when the } of a section has been read, in the order of the text. */
static int
on_section_end(cfg_t *top, cfg_opt_t *opt)
{
	struct config *c = parsing->config;
	const cfg_t *section;
	unsigned line;

	(void)top;
	section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
	line = parsing->sections->lines[parsing->section_count++];
	if (table_of(section) == bulk_keys) {
		note_bulk(c, line);
		return 0;
	}
	(table_of(section) == smarthost_keys ? add_smarthost : add_route)(c,
	    section->title, line);
	if (!name_is_account(slice_from(section->title)))
		reading_complain(parsing->reading, line,
		    "a %s needs a name in quotes: letters, digits, "
		    "- _ . and no more than 32", section->name);
	return 0;
}

static void
complain_unknown(const cfg_t *section, const char *name)
{
	struct buf legal = BUF_INIT, said = BUF_INIT;

	const struct kind *kind = kind_of(section);

	key_list(kind->keys, false, &legal);
	if (kind->name == NULL) {
		key_list(smarthost_keys, true, &legal);
		buf_add_string(&legal, ", and smarthost \"name\" { ... }, "
		    "route \"name\" { ... }, bulk { ... }");
	}
	buf_add_escaped(&said, slice_from(name), SAID_MAX);
	reading_complain(parsing->reading, (unsigned)section->line,
	    "%s is no key %s%s; legal: %s", buf_string(&said),
	    kind->name == NULL ? "here" : "of a ",
	    kind->name == NULL ? "" : kind->name, buf_string(&legal));
	buf_free(&legal);
	buf_free(&said);
}

static void __attribute__((format(printf, 2, 0)))
on_error(cfg_t *section, const char *fmt, va_list ap)
{
	struct buf text = BUF_INIT;

	parsing->has_error = true;
	if (strcmp(fmt, "no such option '%s'") == 0) {
		complain_unknown(section, va_arg(ap, const char *));
		return;
	}
	buf_vaddf(&text, fmt, ap);
	reading_complain(parsing->reading, (unsigned)section->line,
	    "%s; legal: key = value, key = {\"one\", \"two\"}, or "
	    "smarthost \"name\" { ... }", buf_string(&text));
	buf_free(&text);
}

static cfg_opt_t
option(const struct key *key)
{
	cfg_opt_t one = CFG_STR_CB(key->name, NULL, CFGF_NODEFAULT, on_value);
	cfg_opt_t list = CFG_STR_LIST_CB(key->name, NULL, CFGF_NODEFAULT,
	    on_value);

	return key_is_list(key->type) ? list : one;
}

/* Appends an option for each key, or for each shared one. */
static size_t
add_options(const struct key *table, bool only_shared, cfg_opt_t *out)
{
	size_t n;

	n = 0;
	for (; table->name != NULL; table++)
		if (!only_shared || table->shared)
			out[n++] = option(table);
	return n;
}

static cfg_opt_t *
section_options(const struct key *keys)
{
	const cfg_opt_t end = CFG_END();
	cfg_opt_t *out;
	size_t n;

	out = xcalloc(key_count(keys) + 1, sizeof(*out));
	n = add_options(keys, false, out);
	out[n] = end;
	return out;
}

static cfg_opt_t
section_option(const struct kind *kind, cfg_opt_t *inner)
{
	cfg_opt_t titled = CFG_SEC(kind->name, inner,
	    CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);
	cfg_opt_t plain = CFG_SEC(kind->name, inner, CFGF_NODEFAULT);

	return kind->is_titled ? titled : plain;
}

static cfg_opt_t *
top_options(cfg_opt_t *inner[static SECTION_KINDS])
{
	const cfg_opt_t end = CFG_END();
	const cfg_opt_t sentinel = CFG_STR_CB(SENTINEL, NULL, CFGF_NODEFAULT,
	    on_value);
	cfg_opt_t *out;
	size_t i, n;

	out = xcalloc(key_count(config_keys) + key_count(smarthost_keys) +
	    SECTION_KINDS + 2, sizeof(*out));
	n = add_options(config_keys, false, out);
	n += add_options(smarthost_keys, true, out + n);
	out[n++] = sentinel;
	for (i = 0; i < SECTION_KINDS; i++)
		out[n++] = section_option(&kinds[i], inner[i]);
	out[n] = end;
	return out;
}

/* Lets libconfuse read text; what was said is in the reading then. */
static void
run_libconfuse(const char *text)
{
	cfg_opt_t *inner[SECTION_KINDS], *top;
	cfg_t *cfg;
	size_t i;

	for (i = 0; i < SECTION_KINDS; i++)
		inner[i] = section_options(kinds[i].keys);
	top = top_options(inner);
	cfg = cfg_init(top, CFGF_NONE);
	cfg_set_error_function(cfg, on_error);
	for (i = 0; i < SECTION_KINDS; i++)
		cfg_set_validate_func(cfg, kinds[i].name, on_section_end);
	if (cfg_parse_buf(cfg, text) != CFG_SUCCESS && !parsing->has_error) {
		parsing->has_error = true;
		reading_complain(parsing->reading, 0, "cannot be parsed");
	}
	/* Also resets the lexer, which a broken text leaves in the middle of
	 * a state. */
	cfg_free(cfg);
	free(top);
	for (i = 0; i < SECTION_KINDS; i++)
		free(inner[i]);
}

/* From the text to what was said and the smarthosts' names. False after a
 * complaint. */
static bool
parse_text(struct slice text, struct reading *r, struct config *c)
{
	struct text_sections sections = {NULL, 0, 0};
	struct parser parser = {r, c, &sections, 0, false, false};
	struct buf clean = BUF_INIT;
	bool ok;

	ok = text_clean(text, r, &clean, &sections);
	if (ok) {
		buf_add_string(&clean, "\n" SENTINEL " = " SENTINEL_VALUE
		    "\n");
		parsing = &parser;
		run_libconfuse(buf_string(&clean));
		parsing = NULL;
		ok = !parser.has_error;
		if (ok && !parser.is_whole) {
			reading_complain(r, 0, "the file is not whole: it "
			    "ends within a value or a section");
			ok = false;
		}
	}
	buf_free(&clean);
	free(sections.lines);
	return ok;
}

static void
set_fallbacks(const struct key *key, void *object)
{
	for (; key->name != NULL; key++)
		if (key->fallback != NULL)
			value_set(key, slice_from(key->fallback), object);
}

static void
complain_value(struct reading *r, const struct config *c,
    const struct said *said)
{
	struct buf text = BUF_INIT;

	if (said->section >= 0)
		buf_addf(&text, "smarthost \"%s\": ",
		    c->smarthosts[said->section].title);
	else if (said->section == READING_BULK)
		buf_add_string(&text, "bulk: ");
	else if (said->section < READING_BULK)
		buf_addf(&text, "route \"%s\": ",
		    c->routes[READING_ROUTE(said->section)].title);
	buf_addf(&text, "%s = \"", said->key->name);
	buf_add_escaped(&text, slice_from(said->value), SAID_MAX);
	buf_add_string(&text, "\" is not legal; legal: ");
	value_legal(said->key, &text);
	reading_complain(r, said->line, "%s", buf_string(&text));
	buf_free(&text);
}

static void *
object_of(struct config *c, int section)
{
	if (section >= 0)
		return &c->smarthosts[section];
	if (section == READING_BULK)
		return &c->bulk;
	if (section == READING_TOP)
		return c;
	return &c->routes[READING_ROUTE(section)];
}

/* Gives one value to whom it belongs; a shared one of the top to all. */
static void
set_said(struct config *c, struct reading *r, const struct said *said,
    struct smarthost *defaults)
{
	void *object;
	size_t i;

	if (said->section != READING_TOP || !said->key->shared)
		object = object_of(c, said->section);
	else
		object = defaults;
	if (!value_set(said->key, slice_from(said->value), object)) {
		complain_value(r, c, said);
		return;
	}
	for (i = 0; object == defaults && i < c->count; i++)
		if (reading_find(r, (int)i, said->key->name) == NULL)
			value_set(said->key, slice_from(said->value),
			    &c->smarthosts[i]);
}

/* Where only one of the two pauses is said, the other one gives way. */
static void
order_pauses(struct config *c, const struct reading *r)
{
	if (c->retry_first <= c->retry_max)
		return;
	if (reading_find(r, READING_TOP, "retry-first") == NULL)
		c->retry_first = c->retry_max;
	else if (reading_find(r, READING_TOP, "retry-max") == NULL)
		c->retry_max = c->retry_first;
}

static void
free_values(const struct key *key, void *object)
{
	for (; key->name != NULL; key++)
		value_free(key, object);
}

/* For what can only be judged later, and is told with its line then. */
static void
note_lines(struct config *c, const struct reading *r)
{
	struct smarthost *h;
	size_t i;

	c->order_line = reading_line(r, READING_TOP, "smarthosts");
	c->admin_group_line = reading_line(r, READING_TOP, "admin-group");
	for (i = 0; i < c->count; i++) {
		h = &c->smarthosts[i];
		h->password_line = reading_line(r, (int)i, "password-file");
		h->key_line = reading_line(r, (int)i, "client-key");
	}
}

static void
fill(struct config *c, struct reading *r)
{
	struct smarthost defaults = {0};
	size_t i;

	set_fallbacks(config_keys, c);
	set_fallbacks(bulk_keys, &c->bulk);
	for (i = 0; i < c->count; i++)
		set_fallbacks(smarthost_keys, &c->smarthosts[i]);
	for (i = 0; i < r->count; i++)
		set_said(c, r, &r->said[i], &defaults);
	free_values(smarthost_keys, &defaults);
	if (reading_find(r, READING_BULK, "burst") == NULL)
		value_set(key_find(bulk_keys, "burst"), SLICE("100/1m"),
		    &c->bulk);
	order_pauses(c, r);
	note_lines(c, r);
	ways_order(c);
	ways_limit_size(c);
}

struct config *
config_parse(struct slice text, const char *file, struct buf *errors)
{
	struct reading r = {.file = file, .errors = errors};
	struct config *c;

	c = xcalloc(1, sizeof(*c));
	c->file = xstrdup(file);
	buf_add_slice(&c->text, text);
	if (parse_text(text, &r, c)) {
		fill(c, &r);
		/* A value that is missing because it was wrong would only
		 * draw complaints that are none. */
		if (!r.has_failed)
			check_config(c, &r);
	}
	reading_free(&r);
	if (!r.has_failed)
		return c;
	config_free(c);
	return NULL;
}

void
config_free(struct config *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < c->count; i++) {
		free(c->smarthosts[i].title);
		free_values(smarthost_keys, &c->smarthosts[i]);
	}
	free(c->smarthosts);
	for (i = 0; i < c->route_count; i++) {
		free(c->routes[i].title);
		free_values(route_keys, &c->routes[i]);
	}
	free(c->routes);
	free_values(bulk_keys, &c->bulk);
	free_values(config_keys, c);
	free(c->file);
	buf_free(&c->text);
	free(c);
}
