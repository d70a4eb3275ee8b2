#include "unit.h"

#include <string.h>
#include <sysexits.h>

#include "submit/options.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))
#define WORDS_MAX 12

static struct options o;
static struct buf error;
static int status;

static void
setup(void)
{
	buf_clear(&error);
	status = -1;
}

static void
teardown(void)
{
	options_free(&o);
	buf_free(&error);
}

/* Parses words, NULL-terminated, behind the program's name. */
static bool
parse(const char *program, const char *const *words)
{
	char *argv[WORDS_MAX + 2];
	int argc;

	argc = 0;
	argv[argc++] = (char *)(uintptr_t)program;
	while (*words != NULL && argc <= WORDS_MAX)
		argv[argc++] = (char *)(uintptr_t)*words++;
	argv[argc] = NULL;
	return options_parse(argc, argv, &o, &status, &error);
}

#define PARSE(...) \
	parse("/usr/sbin/sendmail", (const char *const[]){__VA_ARGS__, NULL})

static void
check_slice(struct slice s, const char *want)
{
	ck_assert_msg(slice_is(s, want), "\"%.*s\" is not \"%s\"", (int)s.len,
	    s.ptr == NULL ? "" : s.ptr, want);
}

/* What real callers say, and what is understood. */
static const struct {
	const char *words[WORDS_MAX];
	const char *sender;	/* NULL: none given */
	const char *name;	/* NULL: none given */
	const char *recipients;	/* joined by spaces */
	unsigned flags;
	bool ignore_dots;
} callers[] = {
	/* cron, cronie, systemd-cron, anacron */
	{{"-FCronDaemon", "-i", "-B8BITMIME", "-oem", "root"}, NULL,
	    "CronDaemon", "root", SUBMIT_8BIT, true},
	{{"-FCronDaemon", "-i", "-odi", "-oem", "-oi", "-t", "-f", "root"},
	    "root", "CronDaemon", "", SUBMIT_EXTRACT, true},
	{{"-i", "-B8BITMIME", "X"}, NULL, NULL, "X", SUBMIT_8BIT, true},
	{{"-FAnacron", "-odi", "root"}, NULL, "Anacron", "root", 0, false},
	/* at, logcheck, sudo */
	{{"-i", "joe"}, NULL, NULL, "joe", 0, true},
	{{"-oi", "logcheck"}, NULL, NULL, "logcheck", 0, true},
	{{"-t"}, NULL, NULL, "", SUBMIT_EXTRACT, false},
	/* mail, mutt, git */
	{{"-i", "-t", "-f", "a@x"}, "a@x", NULL, "", SUBMIT_EXTRACT, true},
	{{"-oi", "-f", "user@host", "-t"}, "user@host", NULL, "",
	    SUBMIT_EXTRACT, true},
	{{"-oem", "-oi", "-f", "F@x", "-B8BITMIME", "-R", "hdrs", "--", "a@x",
	    "b@x"}, "F@x", NULL, "a@x b@x", SUBMIT_8BIT, true},
	{{"-i", "-f", "F@x", "-i", "a@x", "b@x"}, "F@x", NULL, "a@x b@x", 0,
	    true},
	/* PHP, its libraries and frameworks */
	{{"-t", "-i", "-fme@x"}, "me@x", NULL, "", SUBMIT_EXTRACT, true},
	{{"-t", "-i", "-oi", "-fme@x", "-t"}, "me@x", NULL, "",
	    SUBMIT_EXTRACT, true},
	{{"-ti"}, NULL, NULL, "", SUBMIT_EXTRACT, true},
	{{"-it", "-fme@x"}, "me@x", NULL, "", SUBMIT_EXTRACT, true},
	{{"-tfme@x"}, "me@x", NULL, "", SUBMIT_EXTRACT, false},
	/* Perl, Ruby, Sympa, Request Tracker */
	{{"-t", "-oi", "-oem", "-fF@x"}, "F@x", NULL, "", SUBMIT_EXTRACT,
	    true},
	{{"-i", "-f", "F@x", "--", "a@x"}, "F@x", NULL, "a@x", 0, true},
	{{"-oi", "-odi", "-oem", "-f", "", "--", "a@x"}, "", NULL, "a@x", 0,
	    true},
	{{"-oi", "-ODeliveryMode=b", "-O", "ErrorMode=m", "-t"}, NULL, NULL,
	    "", SUBMIT_EXTRACT, true},
	/* fail2ban, vacation, procmail */
	{{"-f", "F", "root"}, "F", NULL, "root", 0, false},
	{{"-f", "<>", "a@x"}, "", NULL, "a@x", 0, false},
	{{"-f", "root", "--", "a@x"}, "root", NULL, "a@x", 0, false},
	{{"-oi", "a@x"}, NULL, NULL, "a@x", 0, true},
	/* All forms of a sender and of a name. */
	{{"-r", "me@x", "a@x"}, "me@x", NULL, "a@x", 0, false},
	{{"-f", "Me Too <me@x>", "a@x"}, "me@x", NULL, "a@x", 0, false},
	{{"-f", "me@x (Me)", "a@x"}, "me@x", NULL, "a@x", 0, false},
	{{"-f", "one@x", "-f", "two@x", "a@x"}, "two@x", NULL, "a@x", 0,
	    false},
	{{"-F", "Joe \"X\" <y>, Z", "a@x"}, NULL, "Joe \"X\" <y>, Z", "a@x",
	    0, false},
	{{"-F", "", "a@x"}, NULL, "", "a@x", 0, false},
	{{"-f", "-oQ/tmp", "a@x"}, "-oQ/tmp", NULL, "a@x", 0, false},
	/* Recipients. */
	{{"a@x,b@x", "Joe <c@x>, \"D, E\" <d@x>"}, NULL, NULL,
	    "a@x b@x c@x d@x", 0, false},
	{{"list: a@x, b@x;"}, NULL, NULL, "a@x b@x", 0, false},
	{{"--", "-oQ/tmp"}, NULL, NULL, "-oQ/tmp", 0, false},
	{{"--", "-joe@x"}, NULL, NULL, "-joe@x", 0, false},
	{{"\"a b\"@x", "j\xc3\xb6@x"}, NULL, NULL, "\"a b\"@x j\xc3\xb6@x", 0,
	    false},
	{{"-t", "a@x"}, NULL, NULL, "a@x", SUBMIT_EXTRACT, false},
	/* Options that mean nothing here, with their arguments. */
	{{"-A", "c", "-Am", "-C", "/f", "-C/f", "-X", "/f", "-X/f", "-h", "3",
	    "a@x"}, NULL, NULL, "a@x", 0, false},
	{{"-L", "tag", "-p", "SMTP:x", "-G", "-U", "-n", "-m", "-D/f", "-d9.1",
	    "a@x"}, NULL, NULL, "a@x", 0, false},
	{{"-oQ/tmp/q", "-o", "Q/tmp", "-OQueueDirectory=/tmp", "-em", "-e",
	    "p", "-M", "x", "-c", "a@x"}, NULL, NULL, "a@x", 0, false},
	{{"-B", "7bit", "-v", "-bm", "-x", "-s", "a@x"}, NULL, NULL, "a@x",
	    SUBMIT_VERBOSE, false},
};

START_TEST(what_callers_say_is_understood)
{
	struct buf all = BUF_INIT;
	size_t i;

	ck_assert_msg(parse("sendmail", callers[_i].words), "%s",
	    buf_string(&error));
	ck_assert_int_eq(o.mode, MODE_DELIVER);
	ck_assert_int_eq(o.wish.has_sender, callers[_i].sender != NULL);
	if (callers[_i].sender != NULL)
		check_slice(o.wish.sender, callers[_i].sender);
	ck_assert_int_eq(o.wish.name.ptr != NULL, callers[_i].name != NULL);
	if (callers[_i].name != NULL)
		check_slice(o.wish.name, callers[_i].name);
	for (i = 0; i < o.wish.count; i++) {
		if (i > 0)
			buf_add_char(&all, ' ');
		buf_add_slice(&all, o.wish.recipients[i].addr);
	}
	ck_assert_str_eq(buf_string(&all), callers[_i].recipients);
	ck_assert_uint_eq(o.wish.flags, callers[_i].flags);
	ck_assert_int_eq(o.ignore_dots, callers[_i].ignore_dots);
	ck_assert_uint_eq(error.len, 0);
	buf_free(&all);
}
END_TEST

static const struct {
	const char *words[WORDS_MAX];
	int status;
	const char *told;
} refused[] = {
	{{NULL}, EX_USAGE, "no recipients"},
	{{"-f", "a@x"}, EX_USAGE, "no recipients"},
	{{"-oi"}, EX_USAGE, "no recipients"},
	{{"-bv"}, EX_USAGE, "no recipients"},
	{{"-Z", "a@x"}, EX_USAGE, "unknown option \"-Z\""},
	{{"-iZ", "a@x"}, EX_USAGE, "unknown option \"-Z\""},
	{{"-\n", "a@x"}, EX_USAGE, "unknown option \"-\\x0a\""},
	{{"--help"}, EX_USAGE, "unknown option \"--help\""},
	{{"-be", "${run{/bin/true}}"}, EX_USAGE, "-b takes"},
	{{"-bt"}, EX_USAGE, "-b takes"},
	{{"-b"}, EX_USAGE, "-b needs an argument"},
	{{"a@x", "-i", "-t"}, EX_USAGE, "options go before"},
	{{"a@x", "-f"}, EX_USAGE, "options go before"},
	{{"a@x", "-oQ/tmp"}, EX_USAGE, "options go before"},
	{{"-t", "-f"}, EX_USAGE, "-f needs an argument"},
	{{"-X"}, EX_USAGE, "-X needs an argument"},
	{{"-f", "a@x\nRCPT TO:<b@x>", "a@x"}, EX_DATAERR,
	    "sender \"a@x\\x0aRCPT"},
	{{"-f", "a@x\rb", "a@x"}, EX_DATAERR, "sender"},
	{{"-f", "a@x, b@x", "a@x"}, EX_DATAERR, "more than one address"},
	{{"-f", "a b@x", "a@x"}, EX_DATAERR, "sender"},
	{{"-f", "a@", "a@x"}, EX_DATAERR, "sender"},
	{{"-F", "Joe\nBcc: b@x", "a@x"}, EX_USAGE, "control character"},
	{{"-F", "Joe\x7f", "a@x"}, EX_USAGE, "control character"},
	{{"-N", "sometimes", "a@x"}, EX_USAGE, "-N takes"},
	{{"-N", "never,failure", "a@x"}, EX_USAGE, "-N takes"},
	{{"-R", "half", "a@x"}, EX_USAGE, "-R takes"},
	{{"-V", "", "a@x"}, EX_USAGE, "-V takes"},
	{{"-V", "a\nb", "a@x"}, EX_USAGE, "-V takes"},
	{{"-B", "9BIT", "a@x"}, EX_USAGE, "-B takes"},
	{{""}, EX_DATAERR, "recipient \"\": no address"},
	{{"<>"}, EX_DATAERR, "no address"},
	{{"a@x", ""}, EX_DATAERR, "recipient \"\""},
	{{"a@x b@y c"}, EX_DATAERR, "recipient \"c\": words behind"},
	{{"a@x\nb"}, EX_DATAERR, "recipient"},
	{{"<a@x"}, EX_DATAERR, "recipient \"<a@x\""},
	{{"a@x..y"}, EX_DATAERR, "domain"},
	{{"\xff@x"}, EX_DATAERR, "UTF-8"},
};

START_TEST(what_makes_no_sense_is_told)
{
	ck_assert(!parse("sendmail", refused[_i].words));
	ck_assert_int_eq(status, refused[_i].status);
	ck_assert_msg(strstr(buf_string(&error), refused[_i].told) != NULL,
	    "%s: %s", refused[_i].told, buf_string(&error));
	ck_assert_ptr_null(strchr(buf_string(&error), '\n'));
}
END_TEST

static const struct {
	const char *program;
	const char *words[WORDS_MAX];
	enum options_mode mode;
} modes[] = {
	{"sendmail", {"-bs"}, MODE_SMTP},
	{"sendmail", {"-bs", "-i"}, MODE_SMTP},
	{"sendmail", {"-bs", "-odb", "-oem"}, MODE_SMTP},
	{"sendmail", {"-b", "s"}, MODE_SMTP},
	{"sendmail", {"-bp"}, MODE_LIST},
	{"sendmail", {"-bi"}, MODE_ALIASES},
	{"sendmail", {"-I"}, MODE_ALIASES},
	{"sendmail", {"-bv", "a@x"}, MODE_VERIFY},
	{"sendmail", {"-bd"}, MODE_DAEMON},
	{"sendmail", {"-bd", "-q30m"}, MODE_DAEMON},
	{"sendmail", {"-q"}, MODE_FLUSH},
	{"sendmail", {"-q30m"}, MODE_FLUSH},
	{"sendmail", {"-qRx.org"}, MODE_FLUSH},
	{"sendmail", {"-qSme"}, MODE_FLUSH},
	{"sendmail", {"-v", "-qIabc"}, MODE_FLUSH},
	{"mailq", {NULL}, MODE_LIST},
	{"/usr/bin/mailq", {"-v"}, MODE_LIST},
	{"mailq", {"-q"}, MODE_FLUSH},
	{"newaliases", {NULL}, MODE_ALIASES},
	{"/x/newaliases", {"-oA/etc/mail/aliases"}, MODE_ALIASES},
	{"rmail", {"-Z", "somebody"}, MODE_UUCP},
	{"", {"a@x"}, MODE_DELIVER},
	{"dir/", {"a@x"}, MODE_DELIVER},
};

START_TEST(names_and_options_choose_what_is_done)
{
	ck_assert_msg(parse(modes[_i].program, modes[_i].words), "%s",
	    buf_string(&error));
	ck_assert_int_eq(o.mode, modes[_i].mode);
}
END_TEST

START_TEST(no_words_at_all_are_no_crash)
{
	char *argv[] = {NULL};

	ck_assert(!options_parse(0, argv, &o, &status, &error));
	ck_assert_int_eq(status, EX_USAGE);
	ck_assert_str_eq(o.program, "sendmail");
}
END_TEST

START_TEST(dsn_wishes_are_for_every_recipient)
{
	ck_assert(PARSE("-N", "failure,DELAY", "-R", "hdrs", "-V", "id-1",
	    "a@x", "b@x"));
	ck_assert_uint_eq(o.wish.notify, NOTIFY_FAILURE | NOTIFY_DELAY);
	ck_assert_uint_eq(o.wish.flags, SUBMIT_DSN);
	ck_assert_int_eq(o.wish.ret, RETURN_HEADERS);
	check_slice(o.wish.envid, "id-1");
	ck_assert_uint_eq(o.wish.recipients[0].notify, o.wish.notify);
	ck_assert_uint_eq(o.wish.recipients[1].notify, o.wish.notify);
}
END_TEST

START_TEST(an_envelope_id_becomes_xtext)
{
	ck_assert(PARSE("-N", "never", "-R", "FULL", "-V", "a+b = c", "a@x"));
	ck_assert_uint_eq(o.wish.notify, NOTIFY_NEVER);
	ck_assert_int_eq(o.wish.ret, RETURN_FULL);
	check_slice(o.wish.envid, "a+2Bb+20+3D+20c");
}
END_TEST

START_TEST(an_envelope_id_has_at_most_100_characters)
{
	char id[102];

	memset(id, 'x', sizeof(id) - 1);
	id[101] = '\0';
	ck_assert(!PARSE("-V", id, "a@x"));
	teardown();
	setup();
	id[100] = '\0';
	ck_assert(PARSE("-V", id, "a@x"));
}
END_TEST

START_TEST(an_address_has_at_most_320_octets)
{
	struct buf addr = BUF_INIT;
	int i;

	buf_add_string(&addr, "a@x");
	for (i = 0; i < 160; i++)
		buf_add_string(&addr, ".y");
	ck_assert(!PARSE(buf_string(&addr)));
	ck_assert_int_eq(status, EX_DATAERR);
	ck_assert_ptr_nonnull(strstr(buf_string(&error), "320"));
	buf_free(&addr);
}
END_TEST

START_TEST(what_stands_behind_q_is_kept)
{
	ck_assert(PARSE("-qIabc"));
	ck_assert_str_eq(o.queue, "Iabc");
	teardown();
	setup();
	ck_assert(PARSE("-q"));
	ck_assert_str_eq(o.queue, "");
}
END_TEST

START_TEST(a_thousand_recipients_are_taken)
{
	struct buf all = BUF_INIT;
	int i;

	for (i = 0; i < 1000; i++)
		buf_addf(&all, "u%d@x.example, ", i);
	ck_assert(PARSE(buf_string(&all), "last@x"));
	ck_assert_uint_eq(o.wish.count, 1001);
	check_slice(o.wish.recipients[999].addr, "u999@x.example");
	buf_free(&all);
}
END_TEST

START_TEST(one_of_many_that_makes_no_sense_is_noted)
{
	ck_assert(!PARSE("a@x", "b@x", "c@x", "d@x", "e@x", "f@x", "g@x",
	    "h@x", "i@x", "j@x", "k@@x"));
	ck_assert(strstr(buf_string(&error), "recipient \"k@@x\"") != NULL);
	options_free(&o);
	buf_clear(&error);
	ck_assert(PARSE("a@x,b@x,c@x,d@x,e@x,f@x", "g@x, , h@x", "i@x",
	    "j@x, k@@x, l@x", ""));
	ck_assert_uint_eq(error.len, 0);
	ck_assert_uint_eq(o.wish.count, 11);
	ck_assert_uint_eq(o.wish.fault_count, 2);
	check_slice(o.wish.faults[0].what, "k@@x");
	check_slice(o.wish.faults[1].what, "(nothing)");
	options_free(&o);
	ck_assert(!PARSE("-bv", "a@x,b@x,c@x,d@x,e@x,f@x,g@x,h@x,i@x,j@x,k@x",
	    "l@@x"));
}
END_TEST

static Suite *
options_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("submit/options");
	t = tcase_create("options");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, what_callers_say_is_understood, 0,
	    COUNT(callers));
	tcase_add_loop_test(t, what_makes_no_sense_is_told, 0,
	    COUNT(refused));
	tcase_add_loop_test(t, names_and_options_choose_what_is_done, 0,
	    COUNT(modes));
	tcase_add_test(t, no_words_at_all_are_no_crash);
	tcase_add_test(t, dsn_wishes_are_for_every_recipient);
	tcase_add_test(t, an_envelope_id_becomes_xtext);
	tcase_add_test(t, an_envelope_id_has_at_most_100_characters);
	tcase_add_test(t, an_address_has_at_most_320_octets);
	tcase_add_test(t, what_stands_behind_q_is_kept);
	tcase_add_test(t, a_thousand_recipients_are_taken);
	tcase_add_test(t, one_of_many_that_makes_no_sense_is_noted);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(options_suite)
