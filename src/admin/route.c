#include "admin/route.h"

#include <getopt.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "config/route.h"
#include "mail/address.h"

#define RECIPIENTS_MAX 100000000ull

enum column {
	TO, LANE, BULK, SMARTHOSTS, TRANSACTION, RECIPIENT_QUOTA,
	MESSAGE_QUOTA, BY, COLUMNS
};

static const char *const names[COLUMNS] = {
	"", "lane=", "bulk=", "smarthosts=", "transaction=",
	"recipient-quota=", "message-quota=", "by="
};

struct row {
	struct buf cells[COLUMNS];
};

/* What is asked: mail from whom, and to how many. */
struct question {
	const struct config *config;
	uint32_t uid;
	char *sender;
	unsigned long long recipients;
};

static int __attribute__((format(printf, 2, 3)))
complain(int status, const char *fmt, ...)
{
	va_list ap;

	fputs("navette: route: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return status;
}

/* The address in full; NULL after a complaint. *bare tells a local name. */
static char *
read_address(const struct config *c, const char *said, bool *bare)
{
	struct buf full = BUF_INIT;
	struct mailbox m;
	const char *why;

	if (!address_one_parse(slice_from(said), &m, &why)) {
		complain(EX_DATAERR, "%s: %s", said, why);
		return NULL;
	}
	*bare = m.bare && m.addr[0] != '\0';
	buf_add_string(&full, m.addr);
	if (*bare)
		buf_addf(&full, "@%s", c->mailname);
	mailbox_free(&m);
	if (full.len == 0 || address_is_valid(buf_slice(&full), &why))
		return full.data == NULL ? xstrdup("") : full.data;
	complain(EX_DATAERR, "%s: %s", said, why);
	buf_free(&full);
	return NULL;
}

/* A local user hands the mail over in person; another sender is one that the
 * caller would name. */
static int
set_sender(struct question *q, const char *said)
{
	const struct passwd *pw;
	char *sender;
	bool bare;

	sender = read_address(q->config, said, &bare);
	if (sender == NULL)
		return EX_DATAERR;
	free(q->sender);
	q->sender = sender;
	if (!bare)
		return EX_OK;
	pw = getpwnam(said);
	if (pw == NULL)
		return complain(EX_NOUSER, "there is no user \"%s\" here: "
		    "give an address, or the name of a user", said);
	q->uid = (uint32_t)pw->pw_uid;
	return EX_OK;
}

static void
set_caller(struct question *q)
{
	const struct passwd *pw;
	struct buf sender = BUF_INIT;

	q->uid = (uint32_t)getuid();
	pw = getpwuid(getuid());
	buf_addf(&sender, "%s@%s", pw == NULL ? "nobody" : pw->pw_name,
	    q->config->mailname);
	q->sender = sender.data;
}

static int
read_options(struct question *q, int argc, char **argv)
{
	static const struct option options[] = {
		{"from", required_argument, NULL, 'f'},
		{"recipients", required_argument, NULL, 'n'},
		{NULL, 0, NULL, 0},
	};
	int option, status;

	/* The tool's own options have been read with the same state. */
	optind = 0;
	opterr = 0;
	status = EX_OK;
	while (status == EX_OK &&
	    (option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (option == 'f')
			status = set_sender(q, optarg);
		else if (option != 'n')
			status = complain(EX_USAGE, "%s: route takes "
			    "ADDRESS... --from SENDER --recipients NUMBER",
			    argv[optind - 1]);
		else if (!slice_to_number(slice_from(optarg), RECIPIENTS_MAX,
		    &q->recipients) || q->recipients == 0)
			status = complain(EX_USAGE, "--recipients %s: give a "
			    "number from 1 to %llu", optarg, RECIPIENTS_MAX);
	if (status != EX_OK)
		return status;
	if (optind == argc)
		return complain(EX_USAGE, "to whom? give an address");
	if (q->recipients == 0)
		q->recipients = (unsigned long long)(argc - optind);
	return EX_OK;
}

static void
print_limits(const struct limits *l, struct buf *out)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		buf_addf(out, "%s%llu/", i == 0 ? "" : "+",
		    (unsigned long long)l->items[i].count);
		clock_print(l->items[i].span, out);
	}
	if (l->count == 0)
		buf_add_char(out, '-');
}

/* What holds for each smarthost of the way, in their order. */
static void
fill_smarthosts(const struct question *q, const struct strlist *titles,
    bool bulk, struct row *r)
{
	const struct smarthost *h;
	size_t i, n;

	for (i = 0; i < titles->count; i++) {
		h = route_smarthost(q->config, titles->items[i]);
		for (n = SMARTHOSTS; i > 0 && n <= MESSAGE_QUOTA; n++)
			buf_add_char(&r->cells[n], ',');
		buf_add_string(&r->cells[SMARTHOSTS], h->title);
		buf_addf(&r->cells[TRANSACTION], "%u",
		    route_transaction(q->config, h, bulk));
		print_limits(&h->recipient_quota, &r->cells[RECIPIENT_QUOTA]);
		print_limits(&h->message_quota, &r->cells[MESSAGE_QUOTA]);
	}
}

static void
fill_row(const struct question *q, const char *to, struct row *r)
{
	const struct config *c = q->config;
	size_t number;
	char *lane;
	bool bulk;

	number = route_find(c, q->uid, slice_from(q->sender),
	    slice_from(to));
	bulk = route_is_bulk(c, q->recipients, false);
	lane = route_lane(c, number, bulk);
	buf_add_string(&r->cells[TO], to);
	buf_add_string(&r->cells[LANE], lane);
	free(lane);
	if (bulk)
		buf_addf(&r->cells[BULK], "%llu>%u", q->recipients,
		    c->bulk.threshold);
	else
		buf_add_string(&r->cells[BULK], "no");
	fill_smarthosts(q, route_smarthosts(c, number, bulk), bulk, r);
	buf_addf(&r->cells[BY], "%s:%u", c->file, route_line(c, number,
	    bulk));
	if (bulk && c->bulk.line != 0 &&
	    c->bulk.line != route_line(c, number, bulk))
		buf_addf(&r->cells[BY], ",%s:%u", c->file, c->bulk.line);
}

static void
print_rows(const struct row *rows, size_t count)
{
	size_t width[COLUMNS] = {0}, i, n;

	for (i = 0; i < count; i++)
		for (n = 0; n < COLUMNS; n++)
			if (rows[i].cells[n].len > width[n])
				width[n] = rows[i].cells[n].len;
	for (i = 0; i < count; i++)
		for (n = 0; n < COLUMNS; n++)
			printf("%s%-*s%s", names[n],
			    n == BY ? 0 : (int)width[n],
			    buf_string(&rows[i].cells[n]),
			    n == BY ? "\n" : " ");
}

static int
answer(const struct question *q, int count, char **said)
{
	struct row *rows;
	char *to;
	size_t n;
	int i, status;
	bool bare;

	rows = xcalloc((size_t)count, sizeof(*rows));
	status = EX_OK;
	for (i = 0; i < count && status == EX_OK; i++) {
		to = read_address(q->config, said[i], &bare);
		if (to == NULL)
			status = EX_DATAERR;
		else if (to[0] == '\0')
			status = complain(EX_DATAERR, "\"%s\" is nobody's "
			    "address", said[i]);
		else
			fill_row(q, to, &rows[i]);
		free(to);
	}
	if (status == EX_OK)
		print_rows(rows, (size_t)count);
	for (i = 0; i < count; i++)
		for (n = 0; n < COLUMNS; n++)
			buf_free(&rows[i].cells[n]);
	free(rows);
	return status == EX_OK && fflush(stdout) != 0 ? EX_IOERR : status;
}

int
route_command(const struct config *c, int argc, char **argv)
{
	struct question q = {.config = c};
	int status;

	set_caller(&q);
	status = read_options(&q, argc, argv);
	if (status == EX_OK) {
		route_begin(c);
		status = answer(&q, argc - optind, argv + optind);
	}
	free(q.sender);
	return status;
}
