#include "mail/advice.h"

#include <string.h>

#include "mail/advice_rules.h"

/* How much of a server's words is looked at. */
#define WORDS_MAX 4096

/* What a refusal for good and its scope are at each stage by themselves. */
static const struct usual {
	enum verdict_kind kind;
	enum verdict_scope scope;
} usual[] = {
	[STAGE_LOCAL] = {VERDICT_REFUSED, SCOPE_MESSAGE},
	[STAGE_CONNECT] = {VERDICT_DEFERRED, SCOPE_CONNECTION},
	[STAGE_GREETING] = {VERDICT_DEFERRED, SCOPE_CONNECTION},
	[STAGE_HELO] = {VERDICT_DEFERRED, SCOPE_CONNECTION},
	[STAGE_STARTTLS] = {VERDICT_DEFERRED, SCOPE_CONNECTION},
	[STAGE_TLS] = {VERDICT_DEFERRED, SCOPE_CONNECTION},
	[STAGE_AUTH] = {VERDICT_DEFERRED, SCOPE_ACCOUNT},
	[STAGE_MAIL] = {VERDICT_REFUSED, SCOPE_MESSAGE},
	[STAGE_RCPT] = {VERDICT_REFUSED, SCOPE_RECIPIENT},
	[STAGE_DATA] = {VERDICT_REFUSED, SCOPE_MESSAGE},
	[STAGE_BODY] = {VERDICT_REFUSED, SCOPE_MESSAGE},
	[STAGE_QUIT] = {VERDICT_DEFERRED, SCOPE_CONNECTION},
};

/* The length of a quoted string at the start of s, 0 where it has no end. */
static size_t
quoted_length(struct slice s)
{
	size_t i;

	for (i = 1; i < s.len; i++) {
		if (s.ptr[i] == '\\')
			i++;
		else if (s.ptr[i] == '"')
			return i + 1;
	}
	return 0;
}

/* The length of <...> at the start of s; all of s where it has no end. */
static size_t
angle_length(struct slice s)
{
	size_t i, n;

	for (i = 1; i < s.len && s.ptr[i] != '>'; i += n) {
		n = s.ptr[i] != '"' ? 1 :
		    quoted_length((struct slice){s.ptr + i, s.len - i});
		if (n == 0)
			return s.len;
	}
	return i < s.len ? i + 1 : s.len;
}

/* The length of a word without white space that goes on at i. */
static size_t
bare_length(struct slice s, size_t i, bool *is_address)
{
	while (i < s.len && strchr(" \t\r\n<\"", s.ptr[i]) == NULL)
		if (s.ptr[i++] == '@')
			*is_address = true;
	return i == 0 ? 1 : i;
}

/* The length of an address or of one other word at the start of s. What is cut
 * off in the middle counts as an address. */
static size_t
word_length(struct slice s, bool *is_address)
{
	size_t n;

	*is_address = true;
	if (s.ptr[0] == '<')
		return angle_length(s);
	n = s.ptr[0] == '"' ? quoted_length(s) : 0;
	if (s.ptr[0] == '"' && n == 0)
		return s.len;
	*is_address = false;
	/* Words in quotes are words, unless a domain follows. */
	if (n > 0 && (n == s.len || s.ptr[n] != '@'))
		return n;
	return bare_length(s, n, is_address);
}

static char
to_lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	if (c == '\n' || c == '\t' || c == '\r' || c == '\0')
		return ' ';
	return c;
}

/* The words in lower case on one line, without addresses: senders choose
 * those, and must not be able to word a verdict. */
static void
words_only(struct slice text, struct buf *out)
{
	struct slice rest;
	bool is_address;
	size_t n, i;

	if (text.len > WORDS_MAX)
		text.len = WORDS_MAX;
	for (rest = text; rest.len > 0; rest.ptr += n, rest.len -= n) {
		n = word_length(rest, &is_address);
		for (i = 0; i < n && !is_address; i++)
			buf_add_char(out, to_lower(rest.ptr[i]));
	}
}

/* Whether the pieces of pattern between its * come in words in this order. */
static bool
words_match(const char *words, const char *pattern)
{
	struct slice rest, piece;
	const char *at, *end;

	at = words;
	end = words + strlen(words);
	rest = slice_from(pattern);
	while (slice_cut(&rest, '*', &piece)) {
		at = memmem(at, (size_t)(end - at), piece.ptr, piece.len);
		if (at == NULL)
			return false;
		at += piece.len;
	}
	return true;
}

static bool
enhanced_match(const char *enhanced, const char *pattern)
{
	if (enhanced[0] == '\0' ||
	    (pattern[0] != 'x' && pattern[0] != enhanced[0]))
		return false;
	return strcmp(enhanced + 1, pattern + 1) == 0;
}

static bool
rule_fits(const struct advice_rule *r, const struct verdict *v,
    const char *words)
{
	return (r->stages & 1u << v->stage) != 0 &&
	    v->code >= r->low && v->code <= r->high &&
	    (r->enhanced == NULL ||
	    enhanced_match(v->enhanced, r->enhanced)) &&
	    (r->words == NULL || words_match(words, r->words));
}

static const struct advice_rule *
rule_find(const struct verdict *v)
{
	const struct advice_rule *r;
	struct buf words = BUF_INIT;
	size_t i;

	words_only(v->text, &words);
	r = NULL;
	for (i = 0; i < advice_rule_count && r == NULL; i++)
		if (rule_fits(&advice_rules[i], v, buf_string(&words)))
			r = &advice_rules[i];
	buf_free(&words);
	return r;
}

/* What code and stage say by themselves. */
static void
judge_as_usual(struct verdict *v)
{
	v->kind = VERDICT_DEFERRED;
	v->scope = usual[v->stage].scope;
	if (v->code == 421 || v->code < 400)
		v->scope = SCOPE_CONNECTION;
	else if (v->code >= 500)
		v->kind = usual[v->stage].kind;
}

void
advice_judge(struct verdict *v)
{
	static const enum verdict_scope scopes[] = {
		[MEANS_SENDER] = SCOPE_SENDER,
		[MEANS_ACCOUNT] = SCOPE_ACCOUNT,
		[MEANS_QUOTA] = SCOPE_QUOTA,
		[MEANS_CONNECTION] = SCOPE_CONNECTION,
	};
	const struct advice_rule *r;

	if (v->code == 0 && (v->stage == STAGE_LOCAL ||
	    v->kind == VERDICT_DOUBT || v->kind == VERDICT_UNTRIED))
		return;
	judge_as_usual(v);
	r = rule_find(v);
	if (r == NULL || r->meaning == MEANS_AS_USUAL ||
	    r->meaning == MEANS_SIZE)
		return;
	v->kind = VERDICT_DEFERRED;
	if (r->meaning != MEANS_LATER)
		v->scope = scopes[r->meaning];
}

const char *
advice_cure(const struct verdict *v)
{
	const struct advice_rule *r;

	if (v->kind == VERDICT_DELIVERED)
		return NULL;
	r = rule_find(v);
	return r == NULL ? NULL : r->cure;
}

bool
advice_is_size(const struct verdict *v)
{
	const struct advice_rule *r;

	if (v->kind == VERDICT_DELIVERED)
		return false;
	r = rule_find(v);
	return r != NULL && r->meaning == MEANS_SIZE;
}

void
advice_print(const char *cure, struct buf *out)
{
	if (cure == NULL)
		return;
	buf_add_string(out, " advice=");
	buf_add_quoted(out, slice_from(cure));
}
