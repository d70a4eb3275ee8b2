#include "admin/bar.h"

/* A bar that is shorter tells nothing; it is longer at the words' expense. */
#define BAR_MIN 10
/* "[] 100% " */
#define AROUND 8

bool
bar_read(struct bar *b, struct slice line)
{
	unsigned long long numbers[3];
	struct slice word;
	size_t i;

	for (i = 0; i < 3; i++)
		if (!slice_cut(&line, ' ', &word) ||
		    !slice_to_number(word, UINT32_MAX, &numbers[i]))
			return false;
	b->sent = numbers[0];
	b->refused = numbers[1];
	b->waiting = numbers[2];
	buf_clear(&b->words);
	buf_add_slice(&b->words, line);
	return true;
}

void
bar_print(const struct bar *b, struct buf *out)
{
	buf_addf(out, "%llu sent, %llu refused, %llu waiting", b->sent,
	    b->refused, b->waiting);
	if (b->words.len > 0)
		buf_addf(out, ", %s", buf_string(&b->words));
}

void
bar_draw(const struct bar *b, size_t width, struct buf *out)
{
	struct buf words = BUF_INIT;
	unsigned long long done, all;
	size_t bar, full, i;

	bar_print(b, &words);
	done = b->sent + b->refused;
	all = done + b->waiting;
	bar = width > words.len + AROUND + BAR_MIN ?
	    width - words.len - AROUND : BAR_MIN;
	if (width >= AROUND + BAR_MIN) {
		full = all == 0 ? 0 : (size_t)(done * bar / all);
		buf_add_char(out, '[');
		for (i = 0; i < bar; i++)
			buf_add_char(out, i < full ? '#' : '-');
		buf_addf(out, "] %3llu%% ", all == 0 ? 0 : done * 100 / all);
		width -= AROUND + bar;
	}
	buf_add(out, words.data, words.len < width ? words.len : width);
	buf_free(&words);
}
