#include "submit/options.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "mail/address.h"
#include "submit/operand.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SHOWN 320		/* of an argument, in an error */

/* What the parser knows beside the result. */
struct parser {
	struct options *o;
	struct buf *error;
	int status;
};

static bool __attribute__((format(printf, 4, 5)))
refuse(struct parser *p, int status, const char *arg, const char *fmt, ...)
{
	va_list ap;

	p->status = status;
	va_start(ap, fmt);
	buf_vaddf(p->error, fmt, ap);
	va_end(ap);
	if (arg != NULL) {
		buf_add_string(p->error, " \"");
		buf_add_escaped(p->error, slice_from(arg), SHOWN);
		buf_add_char(p->error, '"');
	}
	return false;
}

static const char *
keep(struct options *o, struct slice s)
{
	strlist_add_slice(&o->owned, s);
	return o->owned.items[o->owned.count - 1];
}

/* The argument of an option that means something elsewhere, or once did. */
static bool
take_nothing(struct parser *p, const char *arg)
{
	(void)p;
	(void)arg;
	return true;
}

static bool
refuse_address(struct parser *p, const char *what, const char *arg,
    const char *why)
{
	refuse(p, EX_DATAERR, arg, "%s", what);
	buf_addf(p->error, ": %s", why);
	return false;
}

static bool
take_sender(struct parser *p, const char *arg)
{
	struct mailbox box;
	const char *why;
	bool ok;

	if (!address_one_parse(slice_from(arg), &box, &why))
		return refuse_address(p, "sender", arg, why);
	/* What a script makes of an empty address. */
	if (strcmp(box.addr, "\"\"") == 0)
		box.addr[0] = '\0';
	ok = box.addr[0] == '\0' ||
	    address_is_valid(slice_from(box.addr), &why);
	if (ok) {
		p->o->wish.has_sender = true;
		p->o->wish.sender = slice_from(keep(p->o,
		    slice_from(box.addr)));
	}
	mailbox_free(&box);
	return ok || refuse_address(p, "sender", arg, why);
}

static bool
has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	return false;
}

static bool
take_name(struct parser *p, const char *arg)
{
	if (has_control(arg))
		return refuse(p, EX_USAGE, arg,
		    "a control character in the full name (-F)");
	p->o->wish.name = slice_from(arg);
	return true;
}

static bool
take_notify(struct parser *p, const char *arg)
{
	if (!notify_parse(slice_from(arg), &p->o->wish.notify))
		return refuse(p, EX_USAGE, arg, "-N takes \"never\", or some "
		    "of \"success,failure,delay\", not");
	p->o->wish.flags |= SUBMIT_DSN;
	return true;
}

static bool
take_return(struct parser *p, const char *arg)
{
	if (slice_is_nocase(slice_from(arg), "full"))
		p->o->wish.ret = RETURN_FULL;
	else if (slice_is_nocase(slice_from(arg), "hdrs"))
		p->o->wish.ret = RETURN_HEADERS;
	else
		return refuse(p, EX_USAGE, arg,
		    "-R takes \"full\" or \"hdrs\", not");
	return true;
}

static bool
take_envid(struct parser *p, const char *arg)
{
	struct buf text = BUF_INIT;

	if (arg[0] == '\0' || has_control(arg))
		return refuse(p, EX_USAGE, arg, "-V takes an envelope ID of "
		    "printable characters, not");
	if (xtext_is_valid(slice_from(arg)))
		buf_add_string(&text, arg);
	else
		xtext_print(slice_from(arg), &text);
	if (text.len <= ENVID_MAX)
		p->o->wish.envid = slice_from(keep(p->o, buf_slice(&text)));
	buf_free(&text);
	return p->o->wish.envid.len > 0 || refuse(p, EX_USAGE, arg,
	    "-V takes an envelope ID of at most 100 characters, not");
}

static bool
take_body(struct parser *p, const char *arg)
{
	if (slice_is_nocase(slice_from(arg), "8BITMIME"))
		p->o->wish.flags |= SUBMIT_8BIT;
	else if (!slice_is_nocase(slice_from(arg), "7BIT"))
		return refuse(p, EX_USAGE, arg,
		    "-B takes \"7BIT\" or \"8BITMIME\", not");
	return true;
}

static const struct {
	const char *letters;
	enum options_mode mode;
} modes[] = {
	{"m", MODE_DELIVER},
	{"s", MODE_SMTP},
	{"p", MODE_LIST},
	{"i", MODE_ALIASES},
	{"v", MODE_VERIFY},
	{"d", MODE_DAEMON},
	{"D", MODE_DAEMON},
	{"l", MODE_DAEMON},
};

static bool
take_mode(struct parser *p, const char *arg)
{
	size_t i;

	for (i = 0; i < COUNT(modes); i++)
		if (strcmp(arg, modes[i].letters) == 0) {
			p->o->mode = modes[i].mode;
			return true;
		}
	return refuse(p, EX_USAGE, arg, "-b takes m, s, p, i or v, not");
}

static bool
take_queue(struct parser *p, const char *arg)
{
	if (p->o->mode == MODE_DELIVER || p->o->mode == MODE_LIST)
		p->o->mode = MODE_FLUSH;
	p->o->queue = arg;
	return true;
}

/* Of sendmail's own -o options, -oi and the file of -oA (for newaliases to
 * read) mean something; -oQ and the like would write somewhere else and do
 * not. */
static bool
take_old_option(struct parser *p, const char *arg)
{
	if (arg[0] == 'i')
		p->o->ignore_dots = true;
	else if (arg[0] == 'A' && arg[1] != '\0')
		p->o->aliases = arg + 1;
	return true;
}

static bool
take_ignore_dots(struct parser *p, const char *arg)
{
	(void)arg;
	p->o->ignore_dots = true;
	return true;
}

static bool
take_extract(struct parser *p, const char *arg)
{
	(void)arg;
	p->o->wish.flags |= SUBMIT_EXTRACT;
	return true;
}

static bool
take_verbose(struct parser *p, const char *arg)
{
	(void)arg;
	p->o->wish.flags |= SUBMIT_VERBOSE;
	return true;
}

static bool
take_aliases(struct parser *p, const char *arg)
{
	(void)arg;
	p->o->mode = MODE_ALIASES;
	return true;
}

enum argument {
	NO,
	YES,			/* attached, or the next word */
	MAYBE			/* attached, or none */
};

static const struct row {
	char letter;
	enum argument argument;
	bool (*take)(struct parser *p, const char *arg);
} rows[] = {
	{'A', YES, take_nothing},	/* which configuration */
	{'B', YES, take_body},
	{'b', YES, take_mode},
	{'C', YES, take_nothing},	/* configuration file */
	{'c', NO, take_nothing},
	{'D', YES, take_nothing},	/* debug log */
	{'d', MAYBE, take_nothing},	/* debug level */
	{'e', YES, take_nothing},	/* errors: always to stderr */
	{'F', YES, take_name},
	{'f', YES, take_sender},
	{'G', NO, take_nothing},	/* a gateway submits */
	{'h', YES, take_nothing},	/* hop count */
	{'I', NO, take_aliases},
	{'i', NO, take_ignore_dots},
	{'L', YES, take_nothing},	/* syslog label */
	{'M', YES, take_nothing},	/* macro */
	{'m', NO, take_nothing},	/* me too */
	{'N', YES, take_notify},
	{'n', NO, take_nothing},	/* no aliases */
	{'O', YES, take_nothing},
	{'o', YES, take_old_option},
	{'p', YES, take_nothing},	/* protocol */
	{'Q', MAYBE, take_nothing},	/* quarantine */
	{'q', MAYBE, take_queue},
	{'R', YES, take_return},
	{'r', YES, take_sender},
	{'s', NO, take_nothing},
	{'t', NO, take_extract},
	{'U', NO, take_nothing},	/* initial submission */
	{'V', YES, take_envid},
	{'v', NO, take_verbose},
	{'X', YES, take_nothing},	/* traffic log */
	{'x', NO, take_nothing},
};

static const struct row *
find_row(char letter)
{
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		if (rows[i].letter == letter)
			return &rows[i];
	return NULL;
}

static bool
refuse_option(struct parser *p, const char *word, const char *letter)
{
	if (word[1] == '-')
		return refuse(p, EX_USAGE, word, "unknown option");
	return refuse(p, EX_USAGE, (char[]){'-', letter[0], '\0'},
	    "unknown option");
}

/* One word of options, "-ti" or "-fme@x"; *next is the word behind it. */
static bool
take_word(struct parser *p, const char *word, char ***next)
{
	const struct row *row;
	const char *at;

	for (at = word + 1; *at != '\0'; at++) {
		row = find_row(*at);
		if (row == NULL)
			return refuse_option(p, word, at);
		if (row->argument == NO) {
			row->take(p, NULL);
			continue;
		}
		if (at[1] != '\0' || row->argument == MAYBE)
			return row->take(p, at + 1);
		if (**next == NULL)
			return refuse(p, EX_USAGE, NULL,
			    "option -%c needs an argument", row->letter);
		return row->take(p, *(*next)++);
	}
	return true;
}

/* The one option that does no harm behind recipients, who may come from
 * strangers; it has no effect there. */
static bool
is_ignore_dots(const char *word)
{
	return strcmp(word, "-i") == 0 || strcmp(word, "-oi") == 0;
}

static bool
take_operands(struct parser *p, char **word, bool after_dashes)
{
	for (; *word != NULL; word++) {
		if (!after_dashes && is_ignore_dots(*word))
			continue;
		if (!after_dashes && strcmp(*word, "--") == 0) {
			after_dashes = true;
			continue;
		}
		if (!after_dashes && (*word)[0] == '-' && (*word)[1] != '\0')
			return refuse(p, EX_USAGE, *word, "options go before "
			    "recipients (and a recipient with a leading - "
			    "behind --), not");
		operand_take(&p->o->wish, &p->o->owned, *word);
	}
	return true;
}

static bool
take_words(struct parser *p, char **word)
{
	const char *here;

	while (*word != NULL && (*word)[0] == '-' && (*word)[1] != '\0') {
		here = *word++;
		if (strcmp(here, "--") == 0)
			return take_operands(p, word, true);
		if (!take_word(p, here, &word))
			return false;
	}
	return take_operands(p, word, false);
}

static const struct {
	const char *name;
	enum options_mode mode;
} names[] = {
	{"mailq", MODE_LIST},
	{"newaliases", MODE_ALIASES},
	{"rmail", MODE_UUCP},
};

static void
take_program(struct options *o, const char *path)
{
	const char *slash;
	size_t i;

	slash = strrchr(path, '/');
	o->program = slash == NULL ? path : slash + 1;
	if (o->program[0] == '\0')
		o->program = "sendmail";
	for (i = 0; i < COUNT(names); i++)
		if (strcmp(o->program, names[i].name) == 0)
			o->mode = names[i].mode;
}

static bool
needs_recipients(const struct options *o)
{
	return (o->mode == MODE_DELIVER || o->mode == MODE_VERIFY) &&
	    (o->wish.flags & SUBMIT_EXTRACT) == 0;
}

/* Whoever hands a message over with -q must not think that it is queued. */
static bool
is_flush_of_something(const struct options *o)
{
	return o->mode == MODE_FLUSH && (o->wish.count > 0 ||
	    o->wish.fault_count > 0 ||
	    (o->wish.flags & SUBMIT_EXTRACT) != 0);
}

/* Few recipients are all right, or their writer mends them; with -t the header
 * may name many more. */
static bool
may_pass(struct parser *p)
{
	const struct submission *w = &p->o->wish;

	p->status = EX_DATAERR;
	if (p->o->mode == MODE_VERIFY)
		return operands_are_right(w, p->error);
	return (w->flags & SUBMIT_EXTRACT) != 0 ||
	    operands_may_pass(w, 0, p->error);
}

bool
options_parse(int argc, char **argv, struct options *o, int *status,
    struct buf *error)
{
	struct parser p = {o, error, EX_OK};

	memset(o, 0, sizeof(*o));
	take_program(o, argc > 0 && argv[0] != NULL ? argv[0] : "sendmail");
	/* What rmail is given means something else. */
	argv += o->mode == MODE_UUCP ? argc : argc > 0;
	if (!take_words(&p, argv) || !may_pass(&p)) {
		*status = p.status;
		return false;
	}
	if (is_flush_of_something(o)) {
		*status = EX_USAGE;
		buf_add_string(error, "-q tries what waits and takes no "
		    "message: leave it out, or the recipients and -t");
		return false;
	}
	if (o->wish.count == 0 && needs_recipients(o)) {
		*status = EX_USAGE;
		buf_add_string(error, "no recipients: name them on the "
		    "command line, or use -t to take them from To:, Cc: "
		    "and Bcc:");
		return false;
	}
	return true;
}

void
options_free(struct options *o)
{
	free(o->wish.recipients);
	free(o->wish.faults);
	strlist_free(&o->owned);
}
