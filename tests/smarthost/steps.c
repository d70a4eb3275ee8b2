#include "steps.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

enum argument { TAKES_NOTHING, TAKES_NUMBER, TAKES_TIME, TAKES_TEXT,
	TAKES_NUMBER_TEXT };

static const struct {
	const char *name;
	enum step_kind kind;
	enum argument argument;
} kinds[] = {
	{ "ok", STEP_OK, TAKES_NOTHING },
	{ "mute", STEP_MUTE, TAKES_NOTHING },
	{ "twice", STEP_TWICE, TAKES_NOTHING },
	{ "half", STEP_HALF, TAKES_NOTHING },
	{ "swap", STEP_SWAP, TAKES_NOTHING },
	{ "raw", STEP_RAW, TAKES_TEXT },
	{ "repeat", STEP_REPEAT, TAKES_NUMBER_TEXT },
	{ "garbage", STEP_GARBAGE, TAKES_NUMBER },
	{ "delay", STEP_DELAY, TAKES_TIME },
	{ "drip", STEP_DRIP, TAKES_TIME },
	{ "hang", STEP_HANG, TAKES_NOTHING },
	{ "stall", STEP_STALL, TAKES_NOTHING },
	{ "close", STEP_CLOSE, TAKES_NOTHING },
	{ "cut", STEP_CUT, TAKES_NOTHING },
	{ "reset", STEP_RESET, TAKES_NOTHING },
};

static bool
hex_digits(const char *text, char *byte)
{
	char two[3] = { text[0], '\0', '\0' };
	char *end;

	if (text[0] != '\0')
		two[1] = text[1];
	*byte = (char)strtoul(two, &end, 16);
	return isxdigit((unsigned char)two[0]) && end == two + 2;
}

/* Takes one character, or one escape, from *text. */
static bool
character_take(const char **text, char *byte)
{
	static const char letters[] = "rnt0\\|", bytes[] = "\r\n\t\0\\|";
	const char *at;

	if (**text != '\\') {
		*byte = *(*text)++;
		return true;
	}
	++*text;
	if (**text == 'x') {
		bool fine = hex_digits(*text + 1, byte);

		*text += fine ? 3 : 0;
		return fine;
	}
	at = **text == '\0' ? NULL : strchr(letters, **text);
	if (at == NULL)
		return false;
	*byte = bytes[at - letters];
	++*text;
	return true;
}

/* The text up to a bar or the end, its escapes undone. The blanks before a
 * bar are there to be read, not said. */
static bool
text_take(const char **text, struct bytes *out)
{
	size_t keep = 0;

	bytes_add(out, "", 0);
	while (**text != '\0' && **text != '|') {
		bool blank = **text == ' ';
		char byte;

		if (!character_take(text, &byte))
			return false;
		bytes_add(out, &byte, 1);
		if (!blank)
			keep = out->len;
	}
	if (**text == '|') {
		out->len = keep;
		out->data[keep] = '\0';
	}
	return true;
}

static bool
step_is_reply(const char *text)
{
	return isdigit((unsigned char)text[0]) &&
	    isdigit((unsigned char)text[1]) &&
	    isdigit((unsigned char)text[2]) && !isalnum((unsigned char)text[3]);
}

static bool
step_number(struct step *step, const char **text)
{
	size_t n = strspn(*text, "0123456789");
	char *number = must_copy(*text, n);
	bool fine = number_parse(number, 100000000, &step->number);

	free(number);
	*text += n;
	*text += **text == ' ';
	return fine;
}

static bool
step_time(struct step *step, const char **text)
{
	size_t n = strcspn(*text, " |");
	char *word = must_copy(*text, n);
	bool fine = duration_parse(word, &step->number);

	free(word);
	*text += n;
	return fine;
}

static bool
step_argument(struct step *step, enum argument argument, const char **text)
{
	switch (argument) {
	case TAKES_NUMBER:
		return step_number(step, text);
	case TAKES_TIME:
		return step_time(step, text);
	case TAKES_TEXT:
		return text_take(text, &step->text);
	case TAKES_NUMBER_TEXT:
		return step_number(step, text) && text_take(text, &step->text);
	case TAKES_NOTHING:
		break;
	}
	return true;
}

static bool
step_named(struct step *step, const char **text)
{
	size_t n = strcspn(*text, " |");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i].name) == n &&
		    strncmp(kinds[i].name, *text, n) == 0) {
			step->kind = kinds[i].kind;
			*text += n;
			*text += **text == ' ';
			return step_argument(step, kinds[i].argument, text);
		}
	return false;
}

static bool
step_parse(struct step *step, const char **text)
{
	if (step_is_reply(*text)) {
		step->kind = STEP_REPLY;
		step->code = (int)strtol(*text, NULL, 10);
		*text += 3;
		*text += **text == ' ';
		return text_take(text, &step->text);
	}
	return step_named(step, text);
}

struct step *
steps_parse(const char *text, struct bytes *trouble)
{
	struct step *first = NULL, **end = &first;

	do {
		const char *start;

		text += strspn(text, " \t|");
		start = text;
		*end = must_keep(sizeof(**end));
		if (!step_parse(*end, &text)) {
			bytes_format(trouble, "not a step: '%s'", start);
			return NULL;
		}
		end = &(*end)->next;
		text += strspn(text, " \t");
		if (*text != '\0' && *text != '|') {
			bytes_format(trouble, "no '|' before '%s'", text);
			return NULL;
		}
	} while (*text == '|');
	return first;
}
