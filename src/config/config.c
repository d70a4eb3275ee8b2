#include "config/config.h"

#include <confuse.h>
#include <stdlib.h>
#include <string.h>

#include "config/check.h"
#include "config/keys.h"
#include "config/name.h"
#include "config/reading.h"
#include "config/text.h"
#include "config/value.h"

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
	bool is_whole;		/* the sentinel came */
	bool has_error;
} *parsing;

static const struct key *
table_of(const cfg_t *section)
{
	return section->title == NULL ? config_keys : smarthost_keys;
}

static const struct key *
find_key(const cfg_t *section, const char *name)
{
	const struct key *key;

	key = key_find(table_of(section), name);
	if (key == NULL && section->title == NULL)
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

	index = section->title == NULL ? READING_TOP :
	    (int)parsing->config->count;
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

/* Called when the } of a smarthost has been read, in the order of the text. */
static int
on_section_end(cfg_t *top, cfg_opt_t *opt)
{
	struct config *c = parsing->config;
	struct smarthost *s;
	const cfg_t *section;

	(void)top;
	section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
	c->smarthosts = xrealloc(c->smarthosts, c->count + 1,
	    sizeof(*c->smarthosts));
	s = &c->smarthosts[c->count];
	*s = (struct smarthost){.title = xstrdup(section->title),
	    .line = parsing->sections->lines[c->count]};
	c->count++;
	if (!name_is_account(slice_from(s->title)))
		reading_complain(parsing->reading, s->line,
		    "a smarthost needs a name in quotes: letters, digits, "
		    "- _ . and no more than 32");
	return 0;
}

static void
complain_unknown(const cfg_t *section, const char *name)
{
	struct buf legal = BUF_INIT, said = BUF_INIT;

	key_list(table_of(section), false, &legal);
	if (section->title == NULL) {
		key_list(smarthost_keys, true, &legal);
		buf_add_string(&legal, ", and smarthost \"name\" { ... }");
	}
	buf_add_escaped(&said, slice_from(name), SAID_MAX);
	reading_complain(parsing->reading, (unsigned)section->line,
	    "%s is no key %s; legal: %s", buf_string(&said),
	    section->title == NULL ? "here" : "of a smarthost",
	    buf_string(&legal));
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

	return key->type == KEY_COMMAND ? list : one;
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
smarthost_options(void)
{
	const cfg_opt_t end = CFG_END();
	cfg_opt_t *out;
	size_t n;

	out = xcalloc(key_count(smarthost_keys) + 1, sizeof(*out));
	n = add_options(smarthost_keys, false, out);
	out[n] = end;
	return out;
}

static cfg_opt_t *
top_options(cfg_opt_t *inner)
{
	const cfg_opt_t end = CFG_END();
	const cfg_opt_t sentinel = CFG_STR_CB(SENTINEL, NULL, CFGF_NODEFAULT,
	    on_value);
	const cfg_opt_t smarthost = CFG_SEC("smarthost", inner,
	    CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);
	cfg_opt_t *out;
	size_t n;

	out = xcalloc(key_count(config_keys) + key_count(smarthost_keys) + 3,
	    sizeof(*out));
	n = add_options(config_keys, false, out);
	n += add_options(smarthost_keys, true, out + n);
	out[n++] = sentinel;
	out[n++] = smarthost;
	out[n] = end;
	return out;
}

/* Lets libconfuse read text; what was said is in the reading then. */
static void
run_libconfuse(const char *text)
{
	cfg_opt_t *inner, *top;
	cfg_t *cfg;

	inner = smarthost_options();
	top = top_options(inner);
	cfg = cfg_init(top, CFGF_NONE);
	cfg_set_error_function(cfg, on_error);
	cfg_set_validate_func(cfg, "smarthost", on_section_end);
	if (cfg_parse_buf(cfg, text) != CFG_SUCCESS && !parsing->has_error) {
		parsing->has_error = true;
		reading_complain(parsing->reading, 0, "cannot be parsed");
	}
	/* Also resets the lexer, which a broken text leaves in the middle of
	 * a state. */
	cfg_free(cfg);
	free(top);
	free(inner);
}

/* From the text to what was said and the smarthosts' names. False after a
 * complaint. */
static bool
parse_text(struct slice text, struct reading *r, struct config *c)
{
	struct text_sections sections = {NULL, 0, 0};
	struct parser parser = {r, c, &sections, false, false};
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

	if (said->section != READING_TOP)
		buf_addf(&text, "smarthost \"%s\": ",
		    c->smarthosts[said->section].title);
	buf_addf(&text, "%s = \"", said->key->name);
	buf_add_escaped(&text, slice_from(said->value), SAID_MAX);
	buf_add_string(&text, "\" is not legal; legal: ");
	value_legal(said->key, &text);
	reading_complain(r, said->line, "%s", buf_string(&text));
	buf_free(&text);
}

/* Gives one value to whom it belongs; a shared one of the top to all. */
static void
set_said(struct config *c, struct reading *r, const struct said *said,
    struct smarthost *defaults)
{
	void *object;
	size_t i;

	if (said->section != READING_TOP)
		object = &c->smarthosts[said->section];
	else
		object = said->key->shared ? (void *)defaults : c;
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

static void
fill(struct config *c, struct reading *r)
{
	struct smarthost defaults = {0};
	size_t i;

	set_fallbacks(config_keys, c);
	for (i = 0; i < c->count; i++)
		set_fallbacks(smarthost_keys, &c->smarthosts[i]);
	for (i = 0; i < r->count; i++)
		set_said(c, r, &r->said[i], &defaults);
	free_values(smarthost_keys, &defaults);
	order_pauses(c, r);
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
	free_values(config_keys, c);
	free(c->file);
	buf_free(&c->text);
	free(c);
}
