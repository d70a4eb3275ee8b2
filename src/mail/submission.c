#include "mail/submission.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mail/lines.h"

/* The longest line of an answer that is waited for. */
#define ANSWER_MAX 4096
/* sysexits codes are below this. */
#define STATUS_MAX 78

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void
submission_print(const struct submission *s, struct buf *out)
{
	size_t i;

	buf_add_string(out, SUBMISSION_MAGIC);
	if (s->has_sender)
		lines_print("sender", s->sender, out);
	if (s->name.ptr != NULL)
		lines_print("name", s->name, out);
	if (s->has_uid)
		buf_addf(out, "uid %" PRIu32 "\n", s->uid);
	if (s->flags != 0)
		buf_addf(out, "flags %u\n", s->flags);
	if (s->notify != 0) {
		buf_add_string(out, "notify ");
		notify_print(s->notify, out);
		buf_add_char(out, '\n');
	}
	if (s->envid.len > 0)
		lines_print("envid", s->envid, out);
	if (s->ret != RETURN_UNSAID)
		lines_print("ret", slice_from(return_name(s->ret)), out);
	for (i = 0; i < s->count; i++)
		recipient_print(&s->recipients[i], i, out);
	for (i = 0; i < s->fault_count; i++)
		fault_print(&s->faults[i], out);
	buf_add_char(out, '\n');
}

size_t
submission_find_end(struct slice text)
{
	size_t end;

	end = lines_find_end(text, SUBMISSION_MAGIC);
	return end == 0 && text.len > SUBMISSION_MAX ? text.len : end;
}

static bool
take_sender(void *into, struct slice value)
{
	struct submission *s = into;

	s->has_sender = true;
	s->sender = value;
	return true;
}

static bool
take_name(void *into, struct slice value)
{
	struct submission *s = into;

	s->name = value;
	return true;
}

static bool
take_uid(void *into, struct slice value)
{
	struct submission *s = into;
	unsigned long long n;

	if (!slice_to_number(value, UINT32_MAX, &n))
		return false;
	s->has_uid = true;
	s->uid = (uint32_t)n;
	return true;
}

static bool
take_flags(void *into, struct slice value)
{
	struct submission *s = into;
	unsigned long long n;

	if (!slice_to_number(value, SUBMIT_EXTRACT | SUBMIT_VERBOSE |
	    SUBMIT_8BIT | SUBMIT_DSN, &n))
		return false;
	s->flags = (unsigned)n;
	return true;
}

static bool
take_notify(void *into, struct slice value)
{
	struct submission *s = into;

	return notify_parse(value, &s->notify);
}

static bool
take_envid(void *into, struct slice value)
{
	struct submission *s = into;

	s->envid = value;
	return value.len > 0;
}

static bool
take_return(void *into, struct slice value)
{
	struct submission *s = into;

	return return_parse(value, &s->ret);
}

static bool
take_recipient(void *into, struct slice value)
{
	struct submission *s = into;

	return recipient_parse(value, &s->recipients, &s->count);
}

static bool
take_fault(void *into, struct slice value)
{
	struct submission *s = into;

	return fault_parse(value, &s->faults, &s->fault_count);
}

static const struct line_key keys[] = {
	{"rcpt", take_recipient, true, false},
	{"fault", take_fault, true, false},
	{"sender", take_sender, false, false},
	{"name", take_name, false, false},
	{"uid", take_uid, false, false},
	{"flags", take_flags, false, false},
	{"notify", take_notify, false, false},
	{"envid", take_envid, false, false},
	{"ret", take_return, false, false},
};

bool
submission_parse(struct slice text, struct submission *s, const char **why)
{
	size_t length;

	*s = (struct submission){.ret = RETURN_UNSAID};
	length = lines_find_end(text, SUBMISSION_MAGIC);
	if (!slice_starts(text, SUBMISSION_MAGIC)) {
		*why = "it does not begin as a submission does";
		return false;
	}
	if (length == 0 || length > SUBMISSION_MAX) {
		*why = "its sender and recipients are too long or cut short";
		return false;
	}
	text.ptr += sizeof(SUBMISSION_MAGIC) - 1;
	text.len = length - (sizeof(SUBMISSION_MAGIC) - 1) - 1;
	if (!lines_parse(text, keys, COUNT(keys), s, why)) {
		submission_free(s);
		return false;
	}
	return true;
}

void
submission_free(struct submission *s)
{
	free(s->recipients);
	free(s->faults);
	s->recipients = NULL;
	s->faults = NULL;
	s->count = s->fault_count = 0;
}

void
submission_block_head(uint32_t len, char out[static 4])
{
	out[0] = (char)(len >> 24 & 0xff);
	out[1] = (char)(len >> 16 & 0xff);
	out[2] = (char)(len >> 8 & 0xff);
	out[3] = (char)(len & 0xff);
}

bool
submission_block_length(const char head[static 4], uint32_t *len)
{
	uint32_t n;
	int i;

	n = 0;
	for (i = 0; i < 4; i++)
		n = n << 8 | (unsigned char)head[i];
	*len = n;
	return n <= SUBMISSION_BLOCK_MAX;
}

void
submission_answer_print(int status, const char *text, struct buf *out)
{
	buf_addf(out, "%d ", status);
	buf_add_escaped(out, slice_from(text), ANSWER_MAX / 4 - 16);
	buf_add_char(out, '\n');
}

int
submission_answer_parse(struct slice line, struct submission_answer *a)
{
	struct slice first, number;
	unsigned long long status;

	if (slice_find(line, '\n') == line.len)
		return line.len > ANSWER_MAX ? -1 : 0;
	slice_cut(&line, '\n', &first);
	slice_cut(&first, ' ', &number);
	if (!slice_to_number(number, STATUS_MAX, &status) || first.ptr == NULL)
		return -1;
	a->status = (int)status;
	a->text = first;
	return 1;
}
