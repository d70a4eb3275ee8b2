#include "smtp/outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "mail/advice.h"

void
outcome_from_reply(struct outcome *o, enum verdict_stage stage,
    const struct reply *r)
{
	outcome_clear(o);
	o->set = true;
	o->verdict.stage = stage;
	o->verdict.code = r->code;
	outcome_enhanced(o, r->enhanced);
	reply_words(r, &o->words);
	o->verdict.text = buf_slice(&o->words);
	if (r->code >= 300) {
		advice_judge(&o->verdict);
		return;
	}
	o->verdict.kind = VERDICT_DELIVERED;
	o->verdict.scope = SCOPE_MESSAGE;
}

void
outcome_say(struct outcome *o, enum verdict_kind kind,
    enum verdict_scope scope, enum verdict_stage stage, const char *fmt, ...)
{
	va_list ap;

	outcome_clear(o);
	o->set = true;
	o->verdict.kind = kind;
	o->verdict.scope = scope;
	o->verdict.stage = stage;
	va_start(ap, fmt);
	buf_vaddf(&o->words, fmt, ap);
	va_end(ap);
	o->verdict.text = buf_slice(&o->words);
}

void
outcome_enhanced(struct outcome *o, const char *enhanced)
{
	snprintf(o->verdict.enhanced, sizeof(o->verdict.enhanced), "%s",
	    enhanced);
}

void
outcome_copy(struct outcome *to, const struct outcome *from)
{
	struct buf words = BUF_INIT;

	buf_add_slice(&words, buf_slice(&from->words));
	outcome_free(to);
	*to = *from;
	to->words = words;
	to->verdict.text = buf_slice(&to->words);
}

void
outcome_clear(struct outcome *o)
{
	buf_clear(&o->words);
	memset(&o->verdict, 0, sizeof(o->verdict));
	o->set = false;
}

void
outcome_free(struct outcome *o)
{
	buf_free(&o->words);
	outcome_clear(o);
}
