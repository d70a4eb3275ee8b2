#include "smtp/style.h"

#include <inttypes.h>
#include <stddef.h>

#include "base/clock.h"

/* A server that never learns costs one surprise in this time, with the one or
 * two messages that are under way when a session is young; one that only had a
 * bad moment is forgiven after it. */
#define LESSON_LASTS (900 * CLOCK_SEC)

#define PACE_MAX 128

/*
 * pace: with one turn a message there must be the one under way, the one whose
 * commands go out with its end, those just answered, of which the manager is
 * told together, and as many more, since it has other things to do.
 */
static const struct {
	const char *name;
	unsigned pace;
} styles[] = {
	[STYLE_LOCKSTEP] = {"lockstep", 2},
	[STYLE_TWO_TURNS] = {"two-turns", 2},
	[STYLE_ONE_TURN] = {"one-turn", 8},
	[STYLE_BDAT] = {"bdat", 2},
	[STYLE_BDAT_AHEAD] = {"bdat-ahead", 3},
};

const char *
style_name(enum style style)
{
	return styles[style].name;
}

unsigned
style_pace(enum style style, unsigned window)
{
	unsigned n;

	n = styles[style].pace;
	if (style == STYLE_BDAT_AHEAD)
		n = 2 * window + 1;
	return n < PACE_MAX ? n : PACE_MAX;
}

/* CHUNKING without PIPELINING is no licence to group (PIPELINING's rule 2). */
static enum style
style_offered(const struct capability *can, unsigned in_flight)
{
	if (!can->pipelining)
		return STYLE_LOCKSTEP;
	if (!can->chunking)
		return STYLE_ONE_TURN;
	return in_flight > 1 ? STYLE_BDAT_AHEAD : STYLE_BDAT;
}

enum style
style_choose(const struct capability *can, unsigned in_flight,
    const struct lesson *lesson)
{
	enum style style;

	style = style_offered(can, in_flight);
	if (lesson->until > clock_boot() && lesson->top < style)
		return lesson->top;
	return style;
}

enum style
style_step_down(enum style style, struct lesson *lesson)
{
	if (style > STYLE_LOCKSTEP)
		style--;
	lesson->top = style;
	lesson->until = clock_boot() + LESSON_LASTS;
	return style;
}

void
lesson_print(const struct lesson *lesson, struct buf *out)
{
	buf_addf(out, "%d %" PRId64 "\n", (int)lesson->top, lesson->until);
}

bool
lesson_parse(struct slice text, struct lesson *lesson, struct slice *ticket)
{
	unsigned long long top, until;
	struct slice line, word;

	if (!slice_cut(&text, '\n', &line) || text.ptr == NULL ||
	    !slice_cut(&line, ' ', &word) ||
	    !slice_to_number(word, STYLE_BDAT_AHEAD, &top) ||
	    !slice_to_number(line, INT64_MAX, &until))
		return false;
	lesson->top = (enum style)top;
	lesson->until = (int64_t)until;
	*ticket = text;
	return true;
}
