#include "smtp/letter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "mail/message.h"
#include "mail/words.h"
#include "smtp/content.h"
#include "smtp/sendas.h"
#include "smtp/sender.h"

/* The first read: most messages are in it, whole. */
#define FIRST_READ 16384
/* An envelope of 100,000 recipients, and room. */
#define ENVELOPE_MAX (64u << 20)

struct letter *
letter_new(struct job *j, int fd)
{
	struct letter *l;

	l = xcalloc(1, sizeof(*l));
	l->job = *j;
	l->fd = fd;
	memset(j, 0, sizeof(*j));
	return l;
}

void
letter_free(struct letter *l)
{
	file_close(&l->fd);
	job_free(&l->job);
	if (l->parsed)
		envelope_free(&l->envelope);
	buf_free(&l->head);
	buf_free(&l->author);
	buf_free(&l->header);
	free(l->left);
	free(l);
}

/* Reads on until the envelope is whole: 0, or an errno. */
static int
read_head(struct letter *l)
{
	size_t want;
	ssize_t n;

	for (want = FIRST_READ; want <= ENVELOPE_MAX; want *= 2) {
		buf_reserve(&l->head, want - l->head.len);
		n = pread(l->fd, l->head.data + l->head.len,
		    want - l->head.len, (off_t)l->head.len);
		if (n < 0)
			return errno;
		l->head.len += (size_t)n;
		if (envelope_find_end(buf_slice(&l->head)) > 0)
			return 0;
		if (n == 0)
			return EBADMSG;
	}
	return EFBIG;
}

static bool
fits(const struct envelope *e, uint64_t size)
{
	return size >= e->length && e->header_size <= size - e->length &&
	    e->body_size <= size - e->length - e->header_size;
}

/* Whether the file holds all that its envelope promises. */
static bool
is_whole(const struct letter *l)
{
	struct stat info;

	return fits(&l->envelope, l->head.len) ||
	    (fstat(l->fd, &info) == 0 &&
	    fits(&l->envelope, (uint64_t)info.st_size));
}

static const char *
open_envelope(struct letter *l)
{
	const char *why;
	int error;

	error = read_head(l);
	if (error != 0)
		return strerror(error);
	if (!envelope_parse(buf_slice(&l->head), &l->envelope, &why))
		return why;
	l->parsed = true;
	if (l->job.count == 0 || l->job.ranges[l->job.count - 1].last >=
	    l->envelope.count)
		return "the job asks for recipients that it does not have";
	return is_whole(l) ? NULL : "the file is cut short";
}

static void
list_recipients(struct letter *l)
{
	size_t i;
	uint32_t n;

	l->left = xcalloc(job_recipients(&l->job), sizeof(*l->left));
	for (i = 0; i < l->job.count; i++)
		for (n = l->job.ranges[i].first; n <= l->job.ranges[i].last;
		    n++)
			l->left[l->nleft++] = n;
}

/* The header as it lies in the file: NULL, or what is wrong. */
static const char *
read_header(const struct letter *l, struct buf *header)
{
	const struct envelope *e = &l->envelope;

	if (e->header_size > (uint64_t)2 * MESSAGE_HEADER_MAX)
		return "the header is too large to be changed";
	buf_reserve(header, e->header_size);
	header->len = e->header_size;
	if (file_pread(l->fd, header->data, header->len, (off_t)e->length))
		return NULL;
	return strerror(errno);
}

/* Replaces the header by one with the account's From:. */
static const char *
apply_send_as(struct letter *l, const struct smarthost *h)
{
	struct buf header = BUF_INIT;
	struct slice address;
	const char *fault;

	fault = read_header(l, &header);
	if (fault == NULL) {
		sendas_author(buf_slice(&header), &l->author);
		address = letter_send_as(l, h, l->envelope.sender);
		if (address.len > 0)
			sendas_rewrite(buf_slice(&header), h, address,
			    &l->header);
	}
	buf_free(&header);
	return fault;
}

/* Replaces a header in UTF-8, which only SMTPUTF8 allows, by one in ASCII. */
static const char *
encode_words(struct letter *l)
{
	struct buf header = BUF_INIT;
	const char *fault;

	fault = NULL;
	if (l->header.len > 0) {
		header = l->header;
		l->header = (struct buf)BUF_INIT;
	} else
		fault = read_header(l, &header);
	if (fault == NULL)
		words_encode(buf_slice(&header), &l->header);
	buf_free(&header);
	return fault;
}

/* What stays 8-bit all the same (a signed part, a header) goes as it is: hardly
 * a server minds, and a bounce would help nobody. */
static const char *
make_narrow(struct letter *l)
{
	if (!content_measure_narrow(l, &l->size))
		return strerror(errno);
	l->narrow = true;
	return NULL;
}

/* What is larger would be refused after all of it was sent. */
static bool
is_too_large(const struct letter *l, const struct smarthost *h,
    const struct capability *can, struct outcome *why)
{
	if (l->size > h->max_size)
		outcome_say(why, VERDICT_REFUSED, SCOPE_MESSAGE, STAGE_MAIL,
		    "the message has %" PRIu64 " bytes, max-size of "
		    "smarthost \"%s\" is %" PRIu64, l->size, h->title,
		    h->max_size);
	else if (can->has_size && can->size > 0 && l->size > can->size)
		outcome_say(why, VERDICT_REFUSED, SCOPE_MESSAGE, STAGE_MAIL,
		    "the message has %" PRIu64 " bytes, the server takes at "
		    "most %" PRIu64, l->size, can->size);
	else
		return false;
	outcome_enhanced(why, "5.3.4");
	return true;
}

/* The message as that server takes it; NULL, or what is wrong with it. */
static const char *
prepare(struct letter *l, const struct smarthost *h,
    const struct capability *can)
{
	const struct envelope *e = &l->envelope;
	const char *fault;

	fault = open_envelope(l);
	if (fault == NULL && sender_has_rules(h))
		fault = apply_send_as(l, h);
	if (fault == NULL && (e->flags & ENVELOPE_UTF8) != 0 &&
	    !can->smtputf8 && !h->keep_8bit)
		fault = encode_words(l);
	if (fault != NULL)
		return fault;
	l->size = e->body_size + (l->header.len > 0 ? l->header.len :
	    e->header_size);
	return (e->flags & ENVELOPE_8BIT) != 0 && !can->eightbitmime &&
	    !h->keep_8bit ? make_narrow(l) : NULL;
}

bool
letter_load(struct letter *l, const struct smarthost *h,
    const struct capability *can, struct outcome *why)
{
	const char *fault;

	fault = prepare(l, h, can);
	if (fault != NULL) {
		outcome_say(why, VERDICT_DEFERRED, SCOPE_MESSAGE, STAGE_LOCAL,
		    "cannot read the queued message: %s", fault);
		return false;
	}
	if (is_too_large(l, h, can, why))
		return false;
	list_recipients(l);
	return true;
}

bool
letter_is_bulk(const struct letter *l)
{
	return (l->job.flags & JOB_BULK) != 0;
}

bool
letter_may_begin(const struct letter *l)
{
	return l->nleft > 0 && (l->job.most == 0 ||
	    l->counted + l->open < l->job.most);
}

bool
letter_is_spent(const struct letter *l)
{
	return l->nleft == 0 || (l->job.most != 0 &&
	    l->counted >= l->job.most);
}

struct slice
letter_sender(const struct letter *l, uint32_t recipient)
{
	const struct recipient *r = &l->envelope.recipients[recipient];

	return r->return_path.ptr != NULL ? r->return_path :
	    l->envelope.sender;
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x, y;

	x = *(const uint32_t *)a;
	y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

struct slice
letter_send_as(const struct letter *l, const struct smarthost *h,
    struct slice sender)
{
	return sender_choose(h, l->envelope.uid, sender,
	    buf_slice(&l->author));
}

void
letter_put_back(struct letter *l, const uint32_t *recipients, size_t count)
{
	memcpy(l->left + l->nleft, recipients, count * sizeof(*recipients));
	l->nleft += count;
	qsort(l->left, l->nleft, sizeof(*l->left), by_number);
}
