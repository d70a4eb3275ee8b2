#include "script.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "stats.h"
#include "steps.h"

struct range {
	uint64_t from;
	uint64_t to;
};

enum condition {
	IF_NTH,
	IF_FIRST,
	IF_EVERY,
	IF_CONN,
	IF_TRANSACTION,
	IF_TOTAL,
	IF_BYTES,
	IF_TLS,
	IF_FROM,
	IF_TO,
	IF_LINE,
	CONDITIONS
};

struct rule {
	struct range range[CONDITIONS];
	char *text[CONDITIONS];
	uint64_t fits;
	struct step *steps;
	struct rule *next;
};

static const char *const stage_names[STAGES] = {
	[AT_CONNECT] = "connect",
	[AT_BANNER] = "banner",
	[AT_HANDSHAKE] = "handshake",
	[AT_TLS] = "tls",
	[AT_EHLO] = "ehlo",
	[AT_HELO] = "helo",
	[AT_STARTTLS] = "starttls",
	[AT_AUTH] = "auth",
	[AT_AUTH_LINE] = "auth-line",
	[AT_MAIL] = "mail",
	[AT_RCPT] = "rcpt",
	[AT_DATA] = "data",
	[AT_BODY] = "body",
	[AT_DOT] = "dot",
	[AT_CHUNK] = "chunk",
	[AT_BDAT] = "bdat",
	[AT_RSET] = "rset",
	[AT_NOOP] = "noop",
	[AT_QUIT] = "quit",
	[AT_OTHER] = "other",
};

static const char *const condition_names[CONDITIONS] = {
	[IF_NTH] = "nth",
	[IF_FIRST] = "first",
	[IF_EVERY] = "every",
	[IF_CONN] = "conn",
	[IF_TRANSACTION] = "msg",
	[IF_TOTAL] = "total",
	[IF_BYTES] = "bytes",
	[IF_TLS] = "tls",
	[IF_FROM] = "from",
	[IF_TO] = "to",
	[IF_LINE] = "line",
};

static struct rule *rules[STAGES];

/* N, N-M or N-. */
static bool
range_parse(const char *text, struct range *range)
{
	size_t n = strcspn(text, "-");
	char *from = must_copy(text, n);
	bool fine = number_parse(from, UINT32_MAX, &range->from);

	free(from);
	range->to = range->from;
	if (fine && text[n] == '-') {
		range->to = UINT64_MAX;
		if (text[n + 1] != '\0')
			fine = number_parse(text + n + 1, UINT32_MAX,
			    &range->to);
	}
	return fine;
}

static bool
condition_set(struct rule *rule, enum condition which, const char *value)
{
	struct range *range = &rule->range[which];
	bool fine;

	if (which == IF_FROM || which == IF_TO || which == IF_LINE) {
		rule->text[which] = memcpy(must_keep(strlen(value) + 1),
		    value, strlen(value) + 1);
		return true;
	}
	if (which == IF_TLS) {
		range->from = range->to = strcmp(value, "yes") == 0;
		return range->from == 1 || strcmp(value, "no") == 0;
	}
	fine = range_parse(value, range);
	if (which == IF_FIRST)
		rule->range[IF_NTH] = (struct range){ 1, range->from };
	if (which == IF_BYTES)
		range->to = UINT64_MAX;
	return fine && (which != IF_EVERY || range->from > 0);
}

static bool
condition_parse(struct rule *rule, const char *word, struct bytes *trouble)
{
	size_t n = strcspn(word, "=");

	for (size_t i = 0; i < CONDITIONS && word[n] == '='; i++)
		if (strlen(condition_names[i]) == n &&
		    strncmp(condition_names[i], word, n) == 0 &&
		    condition_set(rule, (enum condition)i, word + n + 1))
			return true;
	bytes_format(trouble, "not a condition: '%s'", word);
	return false;
}

static bool
stage_parse(const char *word, enum stage *stage)
{
	for (size_t i = 0; i < STAGES; i++)
		if (strcmp(stage_names[i], word) == 0) {
			*stage = (enum stage)i;
			return true;
		}
	return false;
}

/* Cuts the first word off *text; NULL when there is none. */
static char *
word_take(char **text)
{
	char *word = *text + strspn(*text, " \t");

	*text = word + strcspn(word, " \t");
	if (**text != '\0')
		*(*text)++ = '\0';
	return *word == '\0' ? NULL : word;
}

static void
rule_append(enum stage stage, struct rule *rule)
{
	struct rule **end = &rules[stage];

	while (*end != NULL)
		end = &(*end)->next;
	*end = rule;
}

static struct rule *
rule_new(void)
{
	struct rule *rule = must_keep(sizeof(*rule));

	for (size_t i = 0; i < CONDITIONS; i++)
		rule->range[i] = (struct range){ 0, UINT64_MAX };
	rule->range[IF_EVERY].from = 1;
	return rule;
}

/* STAGE [CONDITION...] in head, the steps in tail; head is cut to words. */
static bool
rule_parse(char *head, const char *tail, struct bytes *trouble)
{
	struct rule *rule = rule_new();
	enum stage stage;
	char *word = word_take(&head);

	if (word == NULL || !stage_parse(word, &stage)) {
		bytes_format(trouble, "not a stage: '%s'",
		    word == NULL ? "" : word);
		return false;
	}
	while ((word = word_take(&head)) != NULL)
		if (!condition_parse(rule, word, trouble))
			return false;
	rule->steps = steps_parse(tail, trouble);
	if (rule->steps == NULL)
		return false;
	rule_append(stage, rule);
	return true;
}

static bool
line_parse(char *line, struct bytes *trouble)
{
	char *arrow;

	line += strspn(line, " \t");
	if (*line == '\0' || *line == '#')
		return true;
	arrow = strstr(line, "->");
	if (arrow == NULL) {
		bytes_format(trouble, "no '->' in '%s'", line);
		return false;
	}
	*arrow = '\0';
	return rule_parse(line, arrow + 2, trouble);
}

bool
script_add(const char *text, struct bytes *trouble)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		char *line = must_copy(text, n);
		bool fine = line_parse(line, trouble);

		free(line);
		if (!fine)
			return false;
		text += n;
		text += *text == '\n';
	}
	return true;
}

void
script_clear(void)
{
	for (size_t i = 0; i < STAGES; i++)
		rules[i] = NULL;
}

bool
script_has(enum stage stage)
{
	return rules[stage] != NULL;
}

static bool
within(const struct range *range, uint64_t number)
{
	return range->from <= number && number <= range->to;
}

static bool
text_fits(const char *wanted, const char *text)
{
	return wanted == NULL || (text != NULL &&
	    strcasestr(text, wanted) != NULL);
}

static bool
rule_fits(const struct rule *rule, const struct moment *moment)
{
	return within(&rule->range[IF_CONN], moment->connection) &&
	    within(&rule->range[IF_TRANSACTION], moment->transaction) &&
	    within(&rule->range[IF_TOTAL], moment->total) &&
	    within(&rule->range[IF_BYTES], moment->bytes) &&
	    within(&rule->range[IF_TLS], moment->secure) &&
	    text_fits(rule->text[IF_FROM], moment->from) &&
	    text_fits(rule->text[IF_TO], moment->to) &&
	    text_fits(rule->text[IF_LINE], moment->line);
}

const struct step *
script_find(enum stage stage, const struct moment *moment)
{
	for (struct rule *rule = rules[stage]; rule != NULL;
	    rule = rule->next) {
		if (!rule_fits(rule, moment))
			continue;
		rule->fits++;
		if (!within(&rule->range[IF_NTH], rule->fits) ||
		    rule->fits % rule->range[IF_EVERY].from != 0)
			continue;
		stats_add(RULES_USED, 1);
		return rule->steps;
	}
	return NULL;
}
