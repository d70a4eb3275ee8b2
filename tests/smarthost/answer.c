#include "answer.h"

#include <string.h>

#include "log.h"
#include "options.h"
#include "stats.h"

static const struct step plain_step = { .kind = STEP_OK };

/* Says data as it is; a reply that `swap` held back follows it. */
static void
say(struct session *session, const char *data, size_t n)
{
	log_said(session->link.number, 'S', data, n);
	if (session->drip > 0) {
		bytes_add(&session->dripping, data, n);
		return;
	}
	bytes_add(&session->link.out, data, n);
	if (session->held.len > 0) {
		bytes_add(&session->link.out, session->held.data,
		    session->held.len);
		bytes_clear(&session->held);
	}
}

static void
answer_effect(struct session *session, int code)
{
	if (session->effected)
		return;
	session->effected = true;
	session->act->effect(session,
	    bytes_string(&session->line) + session->args, code);
	if (code == 421)
		session->closing = true;
}

static void
say_own(struct session *session, size_t part)
{
	say(session, bytes_string(&session->own),
	    session->own.len / part);
}

/* A scripted reply: its lines, each with the code in front. */
static void
say_reply(struct session *session, const struct step *step)
{
	const char *text = bytes_string(&step->text);
	struct bytes reply = { 0 };

	for (;;) {
		size_t n = strcspn(text, "\n");

		bytes_format(&reply, "%03d%c%.*s\r\n", step->code,
		    text[n] == '\0' ? ' ' : '-', (int)n, text);
		if (text[n] == '\0')
			break;
		text += n + 1;
	}
	say(session, reply.data, reply.len);
	bytes_free(&reply);
	answer_effect(session, step->code);
}

static void
say_garbage(struct session *session, uint64_t n)
{
	uint32_t seed = 2463534242U;
	struct bytes noise = { 0 };

	/* Always the same noise, so that a test fails twice alike. */
	for (uint64_t i = 0; i < n; i++) {
		char byte;

		seed ^= seed << 13;
		seed ^= seed >> 17;
		seed ^= seed << 5;
		byte = (char)(seed & 255);
		bytes_add(&noise, &byte, 1);
	}
	say(session, bytes_string(&noise), noise.len);
	bytes_free(&noise);
}

static void
answer_wait(struct session *session, uint64_t ns)
{
	session->waiting = true;
	loop_at(&session->later, now() + ns);
}

static void
step_speak(struct session *session, const struct step *step)
{
	switch (step->kind) {
	case STEP_OK:
	case STEP_TWICE:
		say_own(session, 1);
		answer_effect(session, session->own_code);
		if (step->kind == STEP_TWICE)
			say_own(session, 1);
		break;
	case STEP_HALF:
		say_own(session, 2);
		answer_effect(session, session->own_code);
		break;
	case STEP_MUTE:
		answer_effect(session, session->own_code);
		break;
	case STEP_SWAP:
		answer_effect(session, session->own_code);
		bytes_add(&session->held, session->own.data,
		    session->own.len);
		break;
	case STEP_RAW:
		say(session, step->text.data, step->text.len);
		break;
	case STEP_REPEAT:
		for (uint64_t i = 0; i < step->number; i++)
			say(session, step->text.data, step->text.len);
		break;
	case STEP_GARBAGE:
		say_garbage(session, step->number);
		break;
	default:
		say_reply(session, step);
	}
}

static void
step_take(struct session *session, const struct step *step)
{
	switch (step->kind) {
	case STEP_DELAY:
		answer_wait(session, step->number);
		break;
	case STEP_DRIP:
		session->drip = step->number;
		break;
	case STEP_STALL:
		link_stall(&session->link);
		/* FALLTHROUGH */
	case STEP_HANG:
		session->waiting = true;
		session->silent = true;
		break;
	case STEP_CLOSE:
		session->closing = true;
		break;
	case STEP_CUT:
		link_cut(&session->link);
		break;
	case STEP_RESET:
		link_reset(&session->link);
		break;
	default:
		step_speak(session, step);
	}
	link_flush(&session->link);
}

/* The next octet of what drips; false when there is none. */
static bool
answer_dripped(struct session *session)
{
	if (session->dripping.len == 0)
		return false;
	bytes_add(&session->link.out, session->dripping.data, 1);
	bytes_drop(&session->dripping, 1);
	link_flush(&session->link);
	answer_wait(session, session->drip);
	return true;
}

static void
answer_done(struct session *session)
{
	answer_effect(session, 0);
	session->act = NULL;
	session->drip = 0;
	if (session->closing && !session->link.dead)
		link_close(&session->link);
}

/* One more step of the answer, or its end. */
void
answer_go_on(struct session *session)
{
	if (answer_dripped(session))
		return;
	if (session->step != NULL) {
		const struct step *step = session->step;

		session->step = step->next;
		if (step == &plain_step) {
			say_own(session, 1);
			answer_effect(session, session->own_code);
		} else
			step_take(session, step);
		return;
	}
	answer_done(session);
}

const struct step *
answer_rule(struct session *session, const struct act *act)
{
	struct moment moment = {
		.connection = session->link.number,
		.transaction = session->transactions +
		    (act->stage == AT_MAIL),
		.total = stats_get(TRANSACTIONS) + (act->stage == AT_MAIL),
		.bytes = session->body.octets,
		.secure = session->link.secure,
		.line = bytes_string(&session->line),
		.from = bytes_string(act->stage == AT_MAIL ?
		    &session->subject : &session->from),
		.to = bytes_string(act->stage == AT_RCPT ?
		    &session->subject : &session->to),
	};

	const struct step *step = NULL;

	if (script_has(act->stage))
		step = script_find(act->stage, &moment);
	/* The last chunk is the end of the content, as the dot is. */
	if (step == NULL && act->stage == AT_BDAT && session->chunk_last &&
	    script_has(AT_DOT))
		step = script_find(AT_DOT, &moment);
	return step;
}

void
answer_with(struct session *session, const struct act *act,
    const struct step *step)
{
	session->act = act;
	session->effected = false;
	session->step = step;
}

/* What is done when no rule fits. */
static const struct step *
answer_ordinary(const struct session *session, const struct act *act)
{
	static struct step then = { .kind = STEP_OK };
	static struct step delay = { .kind = STEP_DELAY, .next = &then };

	if (options.dot_delay == 0 || (act->stage != AT_DOT &&
	    (act->stage != AT_BDAT || !session->chunk_last)))
		return &plain_step;
	delay.number = options.dot_delay;
	return &delay;
}

void
answer_begin(struct session *session, const struct act *act)
{
	const struct step *step;

	session->own_code = 0;
	bytes_clear(&session->own);
	act->judge(session, bytes_string(&session->line) + session->args);
	step = answer_rule(session, act);
	answer_with(session, act, step == NULL ?
	    answer_ordinary(session, act) : step);
}

void
answer_instead(struct session *session, const char *line)
{
	say(session, line, strlen(line));
	session->step = NULL;
	session->effected = true;
	session->closing = true;
}

void
answer_abandon(struct session *session)
{
	if (session->act != NULL)
		answer_effect(session, 0);
	session->act = NULL;
}
