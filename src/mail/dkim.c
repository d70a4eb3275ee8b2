#include "mail/dkim.h"

/* The value of a tag without the white space that may be anywhere in it. */
static bool
tag_value(struct slice value, const char *tag, struct buf *out)
{
	struct slice part, name;
	size_t i;

	while (slice_cut(&value, ';', &part)) {
		if (!slice_cut(&part, '=', &name) ||
		    !slice_is(slice_trim(name), tag))
			continue;
		for (i = 0; i < part.len; i++)
			if ((unsigned char)part.ptr[i] > ' ')
				buf_add_char(out, part.ptr[i]);
		return true;
	}
	return false;
}

static bool
is_within(struct slice domain, struct slice parent)
{
	struct slice end;

	/* A name of one label is nobody's. */
	if (parent.len > domain.len || slice_find(parent, '.') == parent.len)
		return false;
	end = (struct slice){domain.ptr + domain.len - parent.len, parent.len};
	return slice_equal_nocase(end, parent) && (end.ptr == domain.ptr ||
	    end.ptr[-1] == '.');
}

bool
dkim_speaks_for(struct slice value, struct slice domain)
{
	struct buf d = BUF_INIT;
	bool speaks;

	speaks = tag_value(value, "d", &d) &&
	    (is_within(domain, buf_slice(&d)) ||
	    is_within(buf_slice(&d), domain));
	buf_free(&d);
	return speaks;
}
