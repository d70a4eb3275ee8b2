#include "mail/message.h"

/* Appends bytes that stay as they are. */
static void
add_plain(struct message_body *b, struct slice plain, struct buf *out)
{
	unsigned char bits;
	size_t i;

	if (plain.len == 0)
		return;
	bits = 0;
	for (i = 0; i < plain.len; i++)
		bits |= (unsigned char)plain.ptr[i];
	buf_add_slice(out, plain);
	b->is_8bit = b->is_8bit || (bits & 0x80) != 0;
	b->last_cr = false;
	b->line += plain.len;
	if (b->longest < b->line)
		b->longest = b->line;
}

/* CR ends the line at once; an LF behind it is then no second end, even when it
 * comes with the next piece. */
static void
add_special(struct message_body *b, char c, struct buf *out)
{
	if (c == '\0') {
		add_plain(b, SLICE("?"), out);
		return;
	}
	if (c == '\r' || !b->last_cr) {
		buf_add_string(out, "\r\n");
		b->line = 0;
	}
	b->last_cr = c == '\r';
}

void
message_body_add(struct message_body *b, struct slice raw, struct buf *out)
{
	size_t i, start;
	char c;

	start = 0;
	for (i = 0; i < raw.len; i++) {
		c = raw.ptr[i];
		if (c != '\r' && c != '\n' && c != '\0')
			continue;
		add_plain(b, (struct slice){raw.ptr + start, i - start}, out);
		add_special(b, c, out);
		start = i + 1;
	}
	if (start < raw.len)
		add_plain(b, (struct slice){raw.ptr + start, raw.len - start},
		    out);
}

void
message_body_end(struct message_body *b, struct buf *out)
{
	if (b->line > 0)
		buf_add_string(out, "\r\n");
	b->line = 0;
	b->last_cr = false;
}
