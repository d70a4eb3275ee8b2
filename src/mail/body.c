#include "mail/message.h"

#include "mail/header.h"

static void
end_line(struct message_body *b, struct buf *out)
{
	buf_add_string(out, "\r\n");
	b->line = 0;
}

/* CRs that no LF follows end a line each. */
static void
end_lone(struct message_body *b, struct buf *out)
{
	for (; b->crs > 0; b->crs--)
		end_line(b, out);
}

/* Appends bytes that stay as they are. */
static void
add_plain(struct message_body *b, struct slice plain, struct buf *out)
{
	unsigned char bits;
	size_t i;

	if (plain.len == 0)
		return;
	end_lone(b, out);
	bits = 0;
	for (i = 0; i < plain.len; i++)
		bits |= (unsigned char)plain.ptr[i];
	buf_add_slice(out, plain);
	b->is_8bit = b->is_8bit || (bits & 0x80) != 0;
	b->line += plain.len;
	if (b->longest < b->line)
		b->longest = b->line;
}

/* What follows a CR tells what it means, and may come with the next piece. */
static void
add_special(struct message_body *b, char c, struct buf *out)
{
	if (c == '\r' && b->crs == HEADER_CR_MAX)
		end_line(b, out);
	else if (c == '\r')
		b->crs++;
	else if (c == '\n') {
		end_line(b, out);
		b->crs = 0;
	} else
		add_plain(b, SLICE("?"), out);
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
	end_lone(b, out);
	if (b->line > 0)
		end_line(b, out);
}
