#include "mail/verdict.h"

#include <inttypes.h>
#include <stdio.h>

/* What a print says and, where that differs, what people read. */
static const char *const kind_names[] = {
	[VERDICT_DELIVERED] = "delivered",
	[VERDICT_REFUSED] = "refused",
	[VERDICT_DEFERRED] = "deferred",
	[VERDICT_UNTRIED] = "untried",
	[VERDICT_DOUBT] = "doubt",
};

static const char *const scope_names[] = {
	[SCOPE_RECIPIENT] = "recipient",
	[SCOPE_MESSAGE] = "message",
	[SCOPE_SENDER] = "sender",
	[SCOPE_CONNECTION] = "connection",
	[SCOPE_ACCOUNT] = "account",
	[SCOPE_QUOTA] = "quota",
};

static const char *const stage_words[] = {
	[STAGE_LOCAL] = "local",
	[STAGE_CONNECT] = "connect",
	[STAGE_GREETING] = "greeting",
	[STAGE_HELO] = "helo",
	[STAGE_STARTTLS] = "starttls",
	[STAGE_TLS] = "tls",
	[STAGE_AUTH] = "auth",
	[STAGE_MAIL] = "mail",
	[STAGE_RCPT] = "rcpt",
	[STAGE_DATA] = "data",
	[STAGE_BODY] = "body",
	[STAGE_QUIT] = "quit",
};

static const char *const stage_names[] = {
	[STAGE_LOCAL] = "local check",
	[STAGE_CONNECT] = "connect",
	[STAGE_GREETING] = "greeting",
	[STAGE_HELO] = "EHLO",
	[STAGE_STARTTLS] = "STARTTLS",
	[STAGE_TLS] = "TLS handshake",
	[STAGE_AUTH] = "AUTH",
	[STAGE_MAIL] = "MAIL",
	[STAGE_RCPT] = "RCPT",
	[STAGE_DATA] = "DATA",
	[STAGE_BODY] = "end of data",
	[STAGE_QUIT] = "QUIT",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *
verdict_kind_name(enum verdict_kind kind)
{
	return kind_names[kind];
}

const char *
verdict_scope_name(enum verdict_scope scope)
{
	return scope_names[scope];
}

const char *
verdict_stage_name(enum verdict_stage stage)
{
	return stage_names[stage];
}

/* RFC 3463: class.subject.detail, the latter two of up to three digits. */
static bool
enhanced_is_valid(struct slice s)
{
	struct slice part;
	unsigned long long n;
	int parts;

	if (s.len == 0 || s.len >= ENHANCED_MAX ||
	    (s.ptr[0] != '2' && s.ptr[0] != '4' && s.ptr[0] != '5'))
		return false;
	for (parts = 0; slice_cut(&s, '.', &part); parts++)
		if (part.len > (parts == 0 ? 1 : 3) ||
		    !slice_to_number(part, 999, &n))
			return false;
	return parts == 3;
}

static bool
code_is_valid(int code)
{
	return code == 0 || (code >= 200 && code <= 599);
}

void
verdict_print(const struct verdict *v, struct buf *out)
{
	bool enhanced;

	enhanced = enhanced_is_valid(slice_from(v->enhanced));
	buf_addf(out, "%" PRIu32 " %" PRIu32 "-%" PRIu32 " %s %s %s %d %s ",
	    v->job, v->first, v->last, kind_names[v->kind],
	    scope_names[v->scope], stage_words[v->stage],
	    code_is_valid(v->code) ? v->code : 0,
	    enhanced ? v->enhanced : "-");
	buf_add_escaped(out, v->text, VERDICT_TEXT_MAX);
}

void
verdict_print_reply(const struct verdict *v, struct buf *out)
{
	struct buf words = BUF_INIT;

	buf_addf(out, "code=%d enhanced=%s reply=", v->code,
	    v->enhanced[0] == '\0' ? "-" : v->enhanced);
	buf_add_escaped(&words, v->text, VERDICT_TEXT_MAX);
	buf_add_quoted(out, buf_slice(&words));
	buf_free(&words);
}

/* Cuts the next word off *line and finds it among names: its index, or -1. */
static int
word_find(struct slice *line, const char *const *names, size_t count)
{
	struct slice word;
	size_t i;

	if (!slice_cut(line, ' ', &word))
		return -1;
	for (i = 0; i < count; i++)
		if (slice_is(word, names[i]))
			return (int)i;
	return -1;
}

static bool
number_take(struct slice *line, char end, uint32_t max, uint32_t *out)
{
	struct slice word;
	unsigned long long n;

	if (!slice_cut(line, end, &word) || !slice_to_number(word, max, &n))
		return false;
	*out = (uint32_t)n;
	return true;
}

static bool
names_take(struct slice *line, struct verdict *v)
{
	int kind, scope, stage;

	kind = word_find(line, kind_names, COUNT(kind_names));
	scope = word_find(line, scope_names, COUNT(scope_names));
	stage = word_find(line, stage_words, COUNT(stage_words));
	if (kind < 0 || scope < 0 || stage < 0)
		return false;
	v->kind = (enum verdict_kind)kind;
	v->scope = (enum verdict_scope)scope;
	v->stage = (enum verdict_stage)stage;
	return true;
}

static bool
codes_take(struct slice *line, struct verdict *v)
{
	struct slice enhanced;
	uint32_t code;

	if (!number_take(line, ' ', 599, &code) || !code_is_valid((int)code) ||
	    !slice_cut(line, ' ', &enhanced))
		return false;
	v->code = (int)code;
	if (slice_is(enhanced, "-"))
		return true;
	if (!enhanced_is_valid(enhanced))
		return false;
	snprintf(v->enhanced, sizeof(v->enhanced), "%.*s", (int)enhanced.len,
	    enhanced.ptr);
	return true;
}

bool
verdict_parse(struct slice line, struct verdict *v, struct buf *words)
{
	*v = (struct verdict){.code = 0};
	buf_clear(words);
	if (!number_take(&line, ' ', UINT32_MAX, &v->job) ||
	    !number_take(&line, '-', UINT32_MAX, &v->first) ||
	    !number_take(&line, ' ', UINT32_MAX, &v->last) ||
	    v->first > v->last || !names_take(&line, v) ||
	    !codes_take(&line, v) || line.ptr == NULL ||
	    !buf_add_unescaped(words, line))
		return false;
	v->text = buf_slice(words);
	return true;
}
