#include "spooled.h"

#include <sys/stat.h>
#include <sysexits.h>

#include "mail/submission.h"
#include "submit/aliases.h"
#include "submit/intake.h"
#include "submit/recipients.h"

#define LETTER "From: jean@example.org\nSubject: hello\n\nHello,\n.dot\n"
#define MARIE "marie@example.net"
#define OTHER_UID 4242

static bool over;
static struct buf bytes, text;
static struct intake *intake;

static bool
is_over(uid_t uid)
{
	return over && uid == OTHER_UID;
}

static struct intake_context context = {.is_over_limit = is_over};

static void
setup_with(const char *extra)
{
	spooled_begin(extra);
	context.spool = spooled;
	context.config = spooled_config;
	ck_assert(aliases_refresh(spooled_config));
	intake = intake_new(&context, OTHER_UID, NULL);
}

static void
setup(void)
{
	setup_with("max-recipients = 3\nmax-size = \"64M\"\n"
	    "keep-free = \"0\"\n");
}

static void
teardown(void)
{
	if (intake != NULL)
		intake_free(intake);
	buf_free(&bytes);
	buf_free(&text);
	spooled_end();
}

static void
add_block(struct slice s)
{
	char head[SUBMISSION_BLOCK_HEAD];

	submission_block_head((uint32_t)s.len, head);
	buf_add(&bytes, head, sizeof(head));
	buf_add_slice(&bytes, s);
}

/* What a caller says who wants a letter sent to these. */
static void
say_wishes(const char *const *to, size_t count, unsigned flags)
{
	struct recipient list[8];
	struct submission wish;
	size_t i;

	memset(list, 0, sizeof(list));
	memset(&wish, 0, sizeof(wish));
	for (i = 0; i < count; i++)
		list[i].addr = slice_from(to[i]);
	wish.has_sender = true;
	wish.sender = SLICE("jean@example.org");
	wish.flags = flags;
	wish.recipients = list;
	wish.count = count;
	submission_print(&wish, &bytes);
}

static void
say(const char *const *to, size_t count, const char *letter)
{
	say_wishes(to, count, 0);
	add_block(slice_from(letter));
	add_block(SLICE(""));
}

static void
say_letter(const char *letter)
{
	const char *to = MARIE;

	say(&to, 1, letter);
}

static enum intake_state
feed(void)
{
	return intake_feed(intake, buf_slice(&bytes));
}

static void
place(void)
{
	ck_assert_msg(intake_place(intake), "%s", intake_text(intake));
	ck_assert(spool_sync_queue(spooled));
}

static void
refused(int status, const char *words)
{
	ck_assert_int_eq(intake_status(intake), status);
	ck_assert_msg(strstr(intake_text(intake), words) != NULL, "%s",
	    intake_text(intake));
	intake_free(intake);
	intake = NULL;
	ck_assert_uint_eq(spooled_count(NULL), 0);
}

START_TEST(a_whole_submission_becomes_one_queue_file)
{
	struct envelope e;

	say_letter(LETTER);
	ck_assert_int_eq(feed(), INTAKE_WHOLE);
	ck_assert_uint_eq(spooled_count(NULL), 0);
	place();
	intake_log(intake);
	ck_assert_uint_eq(spooled_count(NULL), 1);
	spooled_read(intake_id(intake), &text, &e);
	ck_assert_uint_eq(e.uid, OTHER_UID);
	ck_assert_uint_eq(e.count, 1);
	ck_assert(slice_is(e.recipients[0].addr, MARIE));
	ck_assert(slice_is(e.sender, "jean@example.org"));
	ck_assert_ptr_nonnull(strstr(buf_string(&text),
	    "\r\n\r\nHello,\r\n.dot\r\n"));
	envelope_free(&e);
}
END_TEST

START_TEST(it_does_not_matter_how_the_bytes_come)
{
	struct envelope e;
	size_t i;

	say_letter(LETTER);
	for (i = 0; i < bytes.len; i++)
		ck_assert_int_eq(intake_feed(intake,
		    (struct slice){bytes.data + i, 1}), i + 1 < bytes.len ?
		    INTAKE_MORE : INTAKE_WHOLE);
	/* What follows the end record is nobody's. */
	ck_assert_int_eq(intake_feed(intake, SLICE("trailing")),
	    INTAKE_WHOLE);
	place();
	spooled_read(intake_id(intake), &text, &e);
	ck_assert_ptr_nonnull(strstr(buf_string(&text), "Hello,\r\n.dot"));
	ck_assert_ptr_null(strstr(buf_string(&text), "trailing"));
	envelope_free(&e);
}
END_TEST

START_TEST(an_empty_message_is_one)
{
	struct envelope e;

	say_wishes((const char *const[]){MARIE}, 1, 0);
	add_block(SLICE(""));
	ck_assert_int_eq(feed(), INTAKE_WHOLE);
	place();
	spooled_read(intake_id(intake), &text, &e);
	ck_assert_uint_eq(e.body_size, 0);
	envelope_free(&e);
}
END_TEST

START_TEST(without_its_end_record_nothing_counts)
{
	say_letter(LETTER);
	bytes.len -= SUBMISSION_BLOCK_HEAD;
	ck_assert_int_eq(feed(), INTAKE_MORE);
	intake_free(intake);
	intake = NULL;
	ck_assert_uint_eq(spooled_count(NULL), 0);
}
END_TEST

START_TEST(a_long_message_goes_to_its_file_as_it_comes)
{
	struct envelope e;
	struct buf line = BUF_INIT;
	int i;

	say_wishes((const char *const[]){MARIE}, 1, 0);
	add_block(SLICE("Subject: long\n\n"));
	for (i = 0; i < 1024; i++)
		buf_addf(&line, "%063d\n", i);
	for (i = 0; i < 40; i++)
		add_block(buf_slice(&line));
	add_block(SLICE(""));
	ck_assert_int_eq(feed(), INTAKE_WHOLE);
	place();
	spooled_read(intake_id(intake), &text, &e);
	ck_assert_uint_eq(e.body_size, 40 * (line.len + 1024));
	envelope_free(&e);
	buf_free(&line);
}
END_TEST

START_TEST(a_line_that_is_too_long_for_the_wire_is_made_legal)
{
	struct envelope e;
	struct buf letter = BUF_INIT;
	const char *at, *end;

	buf_add_string(&letter, "Subject: line\n\n");
	while (letter.len < 700000)
		buf_add_string(&letter, "all in one line ");
	buf_add_string(&letter, "\n");
	say_letter(buf_string(&letter));
	ck_assert_int_eq(feed(), INTAKE_WHOLE);
	place();
	spooled_read(intake_id(intake), &text, &e);
	for (at = buf_string(&text) + e.length; *at != '\0'; at = end + 1) {
		end = strchr(at, '\n');
		ck_assert_ptr_nonnull(end);
		ck_assert_int_le(end - at, 999);
	}
	envelope_free(&e);
	buf_free(&letter);
}
END_TEST

START_TEST(a_message_above_max_size_is_refused_and_leaves_nothing)
{
	struct buf block = BUF_INIT;
	int i;

	say_wishes((const char *const[]){MARIE}, 1, 0);
	add_block(SLICE("Subject: big\n\n"));
	while (block.len < SUBMISSION_BLOCK_MAX)
		buf_add_string(&block, "all work and no play...........\n");
	ck_assert_int_eq(feed(), INTAKE_MORE);
	for (i = 0; i < 63; i++) {
		buf_clear(&bytes);
		add_block(buf_slice(&block));
		ck_assert_int_eq(feed(), INTAKE_MORE);
	}
	ck_assert_int_eq(feed(), INTAKE_REFUSED);
	buf_free(&block);
	refused(EX_UNAVAILABLE, "max-size");
}
END_TEST

static const struct {
	const char *bytes;
	size_t len;
	int status;
	const char *words;
} broken[] = {
#define BROKEN(s, status, words) {s, sizeof(s) - 1, status, words}
	BROKEN("navette-submission 2\n\n", EX_PROTOCOL, "submission"),
	BROKEN("GET / HTTP/1.1\r\n\r\n\n\n", EX_PROTOCOL, "submission"),
	BROKEN("navette-submission 1\nunheard-of x\n\n", EX_PROTOCOL,
	    "submission"),
	BROKEN("navette-submission 1\nuid 0\n\n", EX_NOPERM, "only root"),
	BROKEN("navette-submission 1\n\n\377\377\377\377", EX_PROTOCOL,
	    "block"),
	BROKEN("navette-submission 1\n\n\0\0\0\0", EX_USAGE,
	    "no recipients"),
#undef BROKEN
};

START_TEST(what_breaks_the_protocol_is_refused_in_words)
{
	ck_assert_int_eq(intake_feed(intake, (struct slice){
	    broken[_i].bytes, broken[_i].len}), INTAKE_REFUSED);
	refused(broken[_i].status, broken[_i].words);
}
END_TEST

START_TEST(wishes_without_end_are_refused)
{
	struct buf block = BUF_INIT;
	enum intake_state state;
	size_t fed;

	while (block.len < 65536)
		buf_add_string(&block, "x");
	state = intake_feed(intake, SLICE(SUBMISSION_MAGIC));
	for (fed = 0; state == INTAKE_MORE && fed <= SUBMISSION_MAX;
	    fed += block.len)
		state = intake_feed(intake, buf_slice(&block));
	ck_assert_int_eq(state, INTAKE_REFUSED);
	buf_free(&block);
	refused(EX_PROTOCOL, "");
}
END_TEST

START_TEST(a_header_without_end_is_refused)
{
	struct buf block = BUF_INIT;
	enum intake_state state;
	int i;

	say_wishes((const char *const[]){MARIE}, 1, 0);
	while (block.len < SUBMISSION_BLOCK_MAX)
		buf_add_string(&block, "X-Filler: no empty line follows\n");
	block.len = SUBMISSION_BLOCK_MAX;
	state = feed();
	for (i = 0; state == INTAKE_MORE && i < 40; i++) {
		buf_clear(&bytes);
		add_block(buf_slice(&block));
		state = feed();
	}
	ck_assert_int_eq(state, INTAKE_REFUSED);
	buf_free(&block);
	refused(EX_DATAERR, "header");
}
END_TEST

START_TEST(a_user_over_the_limit_is_refused_for_now)
{
	over = true;
	say_letter(LETTER);
	ck_assert_int_eq(feed(), INTAKE_REFUSED);
	refused(EX_TEMPFAIL, "max-waiting");
}
END_TEST

START_TEST(root_may_speak_for_another_user)
{
	struct envelope e;

	intake_free(intake);
	intake = intake_new(&context, 0, NULL);
	say_letter(LETTER);
	buf_add_string(&text, SUBMISSION_MAGIC "uid 4242\n");
	buf_add(&text, bytes.data + strlen(SUBMISSION_MAGIC), bytes.len -
	    strlen(SUBMISSION_MAGIC));
	ck_assert_int_eq(intake_feed(intake, buf_slice(&text)),
	    INTAKE_WHOLE);
	place();
	spooled_read(intake_id(intake), &text, &e);
	ck_assert_uint_eq(e.uid, OTHER_UID);
	envelope_free(&e);
}
END_TEST

START_TEST(the_loopback_listener_may_speak_for_another_user)
{
	context.listener = 77;
	intake_free(intake);
	intake = intake_new(&context, 77, NULL);
	buf_add_string(&text, SUBMISSION_MAGIC "uid 4242\n");
	say_letter(LETTER);
	buf_add(&text, bytes.data + strlen(SUBMISSION_MAGIC), bytes.len -
	    strlen(SUBMISSION_MAGIC));
	ck_assert_int_eq(intake_feed(intake, buf_slice(&text)),
	    INTAKE_WHOLE);
	intake_free(intake);
	intake = intake_new(&context, 78, NULL);
	ck_assert_int_eq(intake_feed(intake, buf_slice(&text)),
	    INTAKE_REFUSED);
	refused(EX_NOPERM, "only root and navette-smtp");
	context.listener = 0;
}
END_TEST

START_TEST(a_message_that_has_passed_too_many_hosts_is_refused)
{
	int i;

	for (i = 0; i < 51; i++)
		buf_add_string(&text, "Received: by host; today\n");
	buf_add_string(&text, LETTER);
	say_letter(buf_string(&text));
	ck_assert_int_eq(feed(), INTAKE_REFUSED);
	refused(EX_DATAERR, "mail loop");
}
END_TEST

START_TEST(recipients_beyond_max_recipients_are_refused)
{
	static const char *const to[] = {"a@example.net", "b@example.net",
	    "c@example.net", "d@example.net"};

	say(to, 4, LETTER);
	ck_assert_int_eq(feed(), INTAKE_REFUSED);
	refused(EX_UNAVAILABLE, "max-recipients");
}
END_TEST

/* In an aliases file: a list of so many readers, and names for it. */
static void
write_list(int readers)
{
	struct buf list = BUF_INIT;
	int i;

	for (i = 0; i < readers; i++)
		buf_addf(&list, "reader%d@example.net\n", i);
	spooled_write("list", buf_string(&list), 0644);
	buf_clear(&list);
	for (i = 0; i < 8; i++)
		buf_addf(&list, "news%d: \":include:%s\"\n", i,
		    spooled_path("list"));
	spooled_write("aliases", buf_string(&list), 0644);
	ck_assert(aliases_refresh(spooled_config));
	buf_free(&list);
}

START_TEST(recipients_beyond_max_recipients_are_refused_in_lists_too)
{
	static const char *const to[] = {"news0"};

	write_list(4);
	say(to, 1, LETTER);
	ck_assert_int_eq(feed(), INTAKE_REFUSED);
	refused(EX_UNAVAILABLE, "max-recipients");
}
END_TEST

static unsigned
looks(const char *const *to, size_t count)
{
	struct recipients r = RECIPIENTS_INIT;
	struct recipient one;
	unsigned work;
	size_t i;

	memset(&one, 0, sizeof(one));
	for (i = 0; i < count; i++) {
		one.addr = slice_from(to[i]);
		recipients_add(&r, spooled_config, &one);
	}
	ck_assert_uint_le(r.count, spooled_config->max_recipients + 1);
	work = (unsigned)r.work;
	recipients_free(&r);
	return work;
}

START_TEST(expanding_lists_has_an_end)
{
	static const char *const many[] = {"news0", "news1", "news2",
	    "news3", "news4", "news5", "news6", "news7"};
	static const char *const same[] = {"news0", "NEWS0", "News0",
	    "nEws0", "neWs0", "newS0", "news0@web1.example.org", "news0"};
	unsigned once;

	spooled_config->max_recipients = 100;
	write_list(100);
	once = looks(same, 1);
	ck_assert_uint_gt(once, 100);
	/* A name costs once, in whichever case it is said again. */
	ck_assert_uint_eq(looks(same, 8), once);
	ck_assert_uint_gt(looks(many, 8), UINTMAX_C(7) * once);
	/* Far more than anybody may have. */
	write_list(100000);
	ck_assert_uint_lt(looks(many, 8), 100000);
	say(many, 8, LETTER);
	ck_assert_int_eq(feed(), INTAKE_REFUSED);
	refused(EX_UNAVAILABLE, "max-recipients");
}
END_TEST

START_TEST(a_list_of_nothing_but_faults_has_an_end)
{
	static const char *const to[] = {"news0"};
	struct buf list = BUF_INIT;

	spooled_config->max_recipients = 100;
	write_list(1);
	while (list.len < 1000000)
		buf_add_string(&list, "@ @ @\n");
	spooled_write("list", buf_string(&list), 0644);
	ck_assert_uint_lt(looks(to, 1), 30000);
	buf_free(&list);
}
END_TEST

/* Some of a message that goes to its file as it comes, then the limit. */
static void
feed_half(void)
{
	const char *to = MARIE;
	struct buf block = BUF_INIT;
	int i;

	while (block.len < SUBMISSION_BLOCK_MAX)
		buf_add_string(&block, "all work and no play...........\n");
	say_wishes(&to, 1, 0);
	add_block(SLICE("Subject: long\n\n"));
	for (i = 0; i < 3; i++) {
		add_block(buf_slice(&block));
		ck_assert_int_eq(feed(), INTAKE_MORE);
		buf_clear(&bytes);
	}
	add_block(buf_slice(&block));
	buf_free(&block);
}

START_TEST(a_user_who_comes_over_the_limit_meanwhile_is_refused)
{
	feed_half();
	over = true;
	ck_assert_int_eq(feed(), INTAKE_REFUSED);
	refused(EX_TEMPFAIL, "max-waiting");
}
END_TEST

START_TEST(a_spool_that_fills_up_meanwhile_puts_mail_off)
{
	feed_half();
	spooled_config->keep_free = UINT64_MAX;
	ck_assert_int_eq(feed(), INTAKE_REFUSED);
	refused(EX_TEMPFAIL, "spool is full");
}
END_TEST

START_TEST(limits_hold_at_the_end_of_a_short_message_too)
{
	say_letter(LETTER);
	ck_assert_int_eq(feed(), INTAKE_WHOLE);
	over = true;
	ck_assert(!intake_place(intake));
	refused(EX_TEMPFAIL, "max-waiting");
}
END_TEST

START_TEST(a_recipient_named_twice_gets_it_once)
{
	static const char *const to[] = {"a@example.net", "a@EXAMPLE.net",
	    "root", "ops@example.org"};
	struct envelope e;

	say(to, 4, LETTER);
	ck_assert_int_eq(feed(), INTAKE_WHOLE);
	place();
	spooled_read(intake_id(intake), &text, &e);
	ck_assert_uint_eq(e.count, 2);
	ck_assert(slice_is(e.recipients[0].addr, "a@example.net"));
	ck_assert(slice_is(e.recipients[1].addr, "ops@example.org"));
	envelope_free(&e);
}
END_TEST

START_TEST(extracted_recipients_are_found_and_bcc_is_hidden)
{
	struct envelope e;

	say_wishes(NULL, 0, SUBMIT_EXTRACT);
	add_block(SLICE("To: a@example.net\nBcc: b@example.net\n\nx\n"));
	add_block(SLICE(""));
	ck_assert_int_eq(feed(), INTAKE_WHOLE);
	place();
	spooled_read(intake_id(intake), &text, &e);
	ck_assert_uint_eq(e.count, 2);
	ck_assert_ptr_null(strstr(buf_string(&text) + e.length,
	    "b@example.net"));
	envelope_free(&e);
}
END_TEST

START_TEST(an_address_that_is_none_is_refused_by_name)
{
	static const char *const to[] = {"not an@address@example.net"};

	say(to, 1, LETTER);
	ck_assert_int_eq(feed(), INTAKE_REFUSED);
	ck_assert_int_ne(intake_status(intake), EX_OK);
	refused(intake_status(intake), "");
}
END_TEST

/* What no sendmail of ours says; but anybody can speak to the socket. */
static const struct {
	const char *sender, *envid, *rcpt, *words;
} forged[] = {
	{"a@example.org> BODY=BINARYMIME", "x", "", "sender "},
	{"a@example.org> AUTH=<>\xc2\x9b", "x", "", "sender "},
	{"a b@example.org", "x", "", "sender "},
	{"@example.org", "x", "", "sender "},
	{"a@example.org", "x y", "", "envelope ID"},
	{"a@example.org", "x> <y", "", "envelope ID"},
	{"a@example.org", "x", "rfc822;a> SIZE=1", "original recipient"},
	{"a@example.org", "x", "rfc822;=", "original recipient"},
};

START_TEST(what_would_be_a_parameter_of_a_command_is_refused)
{
	buf_addf(&bytes, SUBMISSION_MAGIC "sender %s\nenvid %s\n"
	    "rcpt\t0\t" MARIE "\t%s\t\t\n\n", forged[_i].sender,
	    forged[_i].envid, forged[_i].rcpt);
	add_block(SLICE(LETTER));
	add_block(SLICE(""));
	ck_assert_int_eq(feed(), INTAKE_REFUSED);
	refused(EX_DATAERR, forged[_i].words);
}
END_TEST

START_TEST(what_is_longer_than_a_command_may_be_is_refused)
{
	static const char *const keys[] = {"sender", "envid"};
	int i;

	buf_addf(&bytes, SUBMISSION_MAGIC "%s ", keys[_i]);
	for (i = 0; i < 100000; i++)
		buf_add_char(&bytes, 'a');
	buf_add_string(&bytes, "\nrcpt\t0\t" MARIE "\t\t\t\n\n");
	add_block(SLICE(LETTER));
	add_block(SLICE(""));
	ck_assert_int_eq(feed(), INTAKE_REFUSED);
	refused(EX_DATAERR, "");
}
END_TEST

START_TEST(who_hears_of_a_callers_faults_is_the_sender)
{
	struct buf queued = BUF_INIT;
	struct envelope e;
	int i;

	buf_add_string(&bytes, SUBMISSION_MAGIC "sender jean@example.org\n");
	for (i = 0; i < 11; i++)
		buf_addf(&bytes, "rcpt\t%d\ta%d@example.net\t\t\t\n", i, i);
	buf_add_string(&bytes, "fault\tx\ty\t<victim@example.com>\n\n");
	add_block(SLICE(LETTER));
	add_block(SLICE(""));
	ck_assert_int_eq(feed(), INTAKE_WHOLE);
	place();
	spooled_read(intake_id(intake), &queued, &e);
	ck_assert_uint_eq(e.fault_count, 1);
	ck_assert_ptr_null(e.faults[0].return_path.ptr);
	envelope_free(&e);
	buf_free(&queued);
}
END_TEST

static void
setup_many(void)
{
	setup_with("keep-free = \"0\"\n");
}

static void
setup_full(void)
{
	setup_with("keep-free = \"64T\"\n");
}

START_TEST(a_full_spool_puts_mail_off)
{
	say_letter(LETTER);
	ck_assert_int_eq(feed(), INTAKE_REFUSED);
	refused(EX_TEMPFAIL, "spool is full");
}
END_TEST

static Suite *
intake_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("submit/intake");
	t = tcase_create("intake");
	tcase_set_timeout(t, 20);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_whole_submission_becomes_one_queue_file);
	tcase_add_test(t, it_does_not_matter_how_the_bytes_come);
	tcase_add_test(t, an_empty_message_is_one);
	tcase_add_test(t, without_its_end_record_nothing_counts);
	tcase_add_test(t, a_long_message_goes_to_its_file_as_it_comes);
	tcase_add_test(t, a_line_that_is_too_long_for_the_wire_is_made_legal);
	tcase_add_test(t,
	    a_message_above_max_size_is_refused_and_leaves_nothing);
	tcase_add_loop_test(t, what_breaks_the_protocol_is_refused_in_words,
	    0, sizeof(broken) / sizeof(broken[0]));
	tcase_add_test(t, wishes_without_end_are_refused);
	tcase_add_test(t, a_header_without_end_is_refused);
	tcase_add_test(t, a_user_over_the_limit_is_refused_for_now);
	tcase_add_test(t, root_may_speak_for_another_user);
	tcase_add_test(t, the_loopback_listener_may_speak_for_another_user);
	tcase_add_test(t, a_message_that_has_passed_too_many_hosts_is_refused);
	tcase_add_test(t, recipients_beyond_max_recipients_are_refused);
	tcase_add_test(t,
	    recipients_beyond_max_recipients_are_refused_in_lists_too);
	tcase_add_test(t, expanding_lists_has_an_end);
	tcase_add_test(t, a_list_of_nothing_but_faults_has_an_end);
	tcase_add_test(t, a_user_who_comes_over_the_limit_meanwhile_is_refused);
	tcase_add_test(t, a_spool_that_fills_up_meanwhile_puts_mail_off);
	tcase_add_test(t, limits_hold_at_the_end_of_a_short_message_too);
	tcase_add_test(t, a_recipient_named_twice_gets_it_once);
	tcase_add_test(t, extracted_recipients_are_found_and_bcc_is_hidden);
	tcase_add_test(t, an_address_that_is_none_is_refused_by_name);
	tcase_add_loop_test(t,
	    what_would_be_a_parameter_of_a_command_is_refused, 0,
	    sizeof(forged) / sizeof(forged[0]));
	tcase_add_loop_test(t, what_is_longer_than_a_command_may_be_is_refused,
	    0, 2);
	suite_add_tcase(s, t);
	t = tcase_create("many recipients");
	tcase_add_checked_fixture(t, setup_many, teardown);
	tcase_add_test(t, who_hears_of_a_callers_faults_is_the_sender);
	suite_add_tcase(s, t);
	t = tcase_create("a full spool");
	tcase_add_checked_fixture(t, setup_full, teardown);
	tcase_add_test(t, a_full_spool_puts_mail_off);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(intake_suite)
