#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "config/config.h"
#include "config/keys.h"

#define HOST "smarthost \"isp\" {\n\thost = \"smtp.example.org\"\n"
#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))
#define HEX32 "0123456789abcdef0123456789ABCDEF"

static struct buf errors;

static void
setup(void)
{
	buf_clear(&errors);
}

static void
teardown(void)
{
	buf_free(&errors);
}

static struct config *
parse(const char *text)
{
	return config_parse(slice_from(text), "t.conf", &errors);
}

/* Parses what must be right. */
static struct config *
good(const char *text)
{
	struct config *c;

	c = parse(text);
	ck_assert_msg(c != NULL, "%s", buf_string(&errors));
	ck_assert_uint_eq(errors.len, 0);
	return c;
}

START_TEST(the_eight_lines_of_the_manual_are_enough)
{
	struct config *c;
	const struct smarthost *s;

	c = good("mailname   = \"web1.example.org\"\n"
	    "postmaster = \"ops@example.org\"       # who gets root's mail\n"
	    "smarthost \"isp\" {\n"
	    "    host = \"smtp.free.fr\"\n"
	    "    port = 465\n"
	    "    tls  = \"smtps\"  # smtps, starttls or none\n"
	    "    user = \"jean.bon\"\n"
	    "    password-file = \"/etc/navette/isp.password\"\n"
	    "}\n");
	ck_assert_str_eq(c->file, "t.conf");
	ck_assert_str_eq(c->mailname, "web1.example.org");
	ck_assert_str_eq(c->postmaster, "ops@example.org");
	ck_assert_uint_eq(c->count, 1);
	s = &c->smarthosts[0];
	ck_assert_str_eq(s->title, "isp");
	ck_assert_uint_eq(s->line, 3);
	ck_assert_str_eq(s->host, "smtp.free.fr");
	ck_assert_uint_eq(s->port, 465);
	ck_assert_int_eq(s->tls, TLS_SMTPS);
	ck_assert_str_eq(s->user, "jean.bon");
	ck_assert_str_eq(s->password_file, "/etc/navette/isp.password");
	ck_assert_uint_eq(s->password_command.count, 0);
	config_free(c);
}
END_TEST

START_TEST(what_is_not_said_has_its_default)
{
	struct config *c;
	const struct smarthost *s;

	c = good(HOST "}\n");
	ck_assert_ptr_null(c->mailname);
	ck_assert_ptr_null(c->postmaster);
	ck_assert_ptr_null(c->admin_group);
	ck_assert_str_eq(c->spool, "/var/spool/navette");
	ck_assert_str_eq(c->socket, "/run/navette/submit");
	ck_assert_str_eq(c->aliases, "/etc/aliases");
	ck_assert_str_eq(c->user, "navette");
	ck_assert_int_eq(c->stop_wait, 30 * CLOCK_SEC);
	ck_assert_uint_eq(c->max_size, 50u << 20);
	ck_assert_uint_eq(c->max_waiting, 200000);
	ck_assert_uint_eq(c->max_waiting_size, 4ull << 30);
	ck_assert_uint_eq(c->keep_free, 50u << 20);
	ck_assert(!c->local_to_postmaster);
	ck_assert_int_eq(c->retry_first, 60 * CLOCK_SEC);
	ck_assert_int_eq(c->retry_max, 3600 * CLOCK_SEC);
	ck_assert_int_eq(c->lifetime, 5 * (86400 * CLOCK_SEC));
	ck_assert_int_eq(c->warn_after, 4 * (3600 * CLOCK_SEC));
	s = &c->smarthosts[0];
	ck_assert_uint_eq(s->port, 587);
	ck_assert_int_eq(s->tls, TLS_STARTTLS);
	ck_assert_int_eq(s->auth, AUTH_CHOICE_AUTO);
	ck_assert(!s->auth_in_clear);
	ck_assert_ptr_null(s->user);
	ck_assert_ptr_null(s->helo);
	ck_assert_ptr_null(s->ca_file);
	ck_assert_ptr_null(s->send_as);
	ck_assert_uint_eq(s->connections, 4);
	ck_assert_uint_eq(s->messages_per_connection, 0);
	ck_assert_uint_eq(s->recipients_per_transaction, 100);
	ck_assert_uint_eq(s->in_flight, 8);
	ck_assert_int_eq(s->idle, 5 * CLOCK_SEC);
	ck_assert_int_eq(s->session_limit, 3600 * CLOCK_SEC);
	ck_assert_uint_eq(s->min_rate, 1000);
	ck_assert(!s->keep_8bit);
	ck_assert_int_eq(s->timeouts.connect, 30 * CLOCK_SEC);
	ck_assert_int_eq(s->timeouts.greeting, 300 * CLOCK_SEC);
	ck_assert_int_eq(s->timeouts.helo, 300 * CLOCK_SEC);
	ck_assert_int_eq(s->timeouts.starttls, 300 * CLOCK_SEC);
	ck_assert_int_eq(s->timeouts.auth, 300 * CLOCK_SEC);
	ck_assert_int_eq(s->timeouts.mail, 300 * CLOCK_SEC);
	ck_assert_int_eq(s->timeouts.rcpt, 300 * CLOCK_SEC);
	ck_assert_int_eq(s->timeouts.data, 120 * CLOCK_SEC);
	ck_assert_int_eq(s->timeouts.body, 180 * CLOCK_SEC);
	ck_assert_int_eq(s->timeouts.final, 600 * CLOCK_SEC);
	ck_assert_int_eq(s->timeouts.quit, 5 * CLOCK_SEC);
	config_free(c);
}
END_TEST

START_TEST(a_smarthost_key_at_the_top_is_for_all_that_do_not_say_it)
{
	struct config *c;

	c = good("smarthost a { host = h1 }\n"
	    "send-as = \"me@isp.example\"\n"
	    "smarthost b { host = h2 send-as = \"you@isp.example\" "
	    "timeout-final = \"7s\" }\n"
	    "timeout-final = \"9s\"\n"
	    "connections = 2\n");
	ck_assert_uint_eq(c->count, 2);
	ck_assert_str_eq(c->smarthosts[0].send_as, "me@isp.example");
	ck_assert_str_eq(c->smarthosts[1].send_as, "you@isp.example");
	ck_assert_int_eq(c->smarthosts[0].timeouts.final, 9 * CLOCK_SEC);
	ck_assert_int_eq(c->smarthosts[1].timeouts.final, 7 * CLOCK_SEC);
	ck_assert_uint_eq(c->smarthosts[1].connections, 2);
	config_free(c);
}
END_TEST

START_TEST(a_command_is_a_list_of_words_kept_apart)
{
	struct config *c;
	const struct strlist *l;

	c = good(HOST "user = me\npassword-command = {\"/bin/pass\",\n"
	    "\t\"show\", 'a $b \"c\"'}\n}\n");
	l = &c->smarthosts[0].password_command;
	ck_assert_uint_eq(l->count, 3);
	ck_assert_str_eq(l->items[0], "/bin/pass");
	ck_assert_str_eq(l->items[2], "a $b \"c\"");
	config_free(c);
}
END_TEST

static const struct {
	const char *said;
	int64_t value;
} durations[] = {
	{"\"30s\"", 30 * CLOCK_SEC},
	{"45", 45 * CLOCK_SEC},
	{"\"2m\"", 120 * CLOCK_SEC},
	{"1m30s", 90 * CLOCK_SEC},
	{"\"1h\"", 3600 * CLOCK_SEC},
	{"\"250ms\"", 250 * CLOCK_MSEC},
	{"0", 0},
	{"5M", 300 * CLOCK_SEC},
};

START_TEST(times_take_units)
{
	struct config *c;
	struct buf text = BUF_INIT;

	buf_addf(&text, "stop-wait = %s\n" HOST "}", durations[_i].said);
	c = good(buf_string(&text));
	ck_assert_int_eq(c->stop_wait, durations[_i].value);
	config_free(c);
	buf_free(&text);
}
END_TEST

static const struct {
	const char *said;
	uint64_t value;
} sizes[] = {
	{"12M", 12u << 20},
	{"\"500k\"", 500u << 10},
	{"1G", 1u << 30},
	{"123456", 123456},
};

START_TEST(sizes_take_units)
{
	struct config *c;
	struct buf text = BUF_INIT;

	buf_addf(&text, "max-size = %s\n" HOST "}", sizes[_i].said);
	c = good(buf_string(&text));
	ck_assert_uint_eq(c->max_size, sizes[_i].value);
	config_free(c);
	buf_free(&text);
}
END_TEST

START_TEST(one_pause_alone_moves_the_other)
{
	struct config *c;

	c = good("retry-max = \"2s\"\n" HOST "}");
	ck_assert_int_eq(c->retry_first, 2 * CLOCK_SEC);
	config_free(c);
	c = good("retry-first = \"2h\"\n" HOST "}");
	ck_assert_int_eq(c->retry_max, 7200 * CLOCK_SEC);
	config_free(c);
}
END_TEST

/* Texts that look odd and are right. */
static const char *const odd[] = {
	"#\n#\n" HOST "}\n#",
	"/**/" HOST "}/* } */\n// }\n",
	"\r\n" "smarthost \"a\"\r\n{\r\nhost=\"h\"\r\n}\r\n",
	"smarthost 'x' { host = '192.0.2.1' helo = '[192.0.2.1]' }",
	"smarthost x { host = \"[2001:db8::1]\" helo = \"[IPv6:::1]\" }",
	"smarthost x { host = h } smarthost y { host = h }",
	"smarthost x { host = h user = u password-file = \"cred\" }",
	"smarthost x { host = h auth = none }",
	"smarthost x { host = h auth = external client-certificate = /a "
	    "client-key = /b }",
	"smarthost x { host = h tls = none port = 25 user = u "
	    "password-file = /p auth-in-clear = true }",
	"smarthost x { host = h port = 2465 tls = smtps }",
	"smarthost x { host = h user = \"a\\\"b\\\\c\" password-file = /p }",
	"smarthost x { host = h user = u password-command = /bin/p }",
	"aliases = \"/etc/mail//aliases # no comment\"\n" HOST "}",
	"stop-wait = 30s # } { \" '\n" HOST "}",
};

START_TEST(odd_but_right_texts_are_taken)
{
	config_free(good(odd[_i]));
}
END_TEST

START_TEST(a_quoted_string_keeps_what_it_holds)
{
	struct config *c;

	c = good("smarthost x { host = h user = \"a\\\"b\\\\c # é\" "
	    "password-file = '/p${X}\\n' }");
	ck_assert_str_eq(c->smarthosts[0].user, "a\"b\\c # é");
	ck_assert_str_eq(c->smarthosts[0].password_file, "/p${X}\\n");
	config_free(c);
}
END_TEST

START_TEST(a_fingerprint_is_kept_as_lower_case_digits)
{
	struct config *c;

	c = good(HOST "fingerprint = \"01:23:45:67:89:AB:cd:ef:01:23:45:67:"
	    "89:ab:cd:ef:01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:EF\"}");
	ck_assert_str_eq(c->smarthosts[0].fingerprint, "0123456789abcdef0123"
	    "456789abcdef0123456789abcdef0123456789abcdef");
	config_free(c);
	c = good(HOST "fingerprint = " HEX32 HEX32 "}");
	ck_assert_uint_eq(strlen(c->smarthosts[0].fingerprint), 64);
	config_free(c);
}
END_TEST

/* What is wrong, the line where it is, and words that must be told. */
static const struct {
	const char *text;
	unsigned line;		/* 0: the whole file */
	const char *words[3];
} broken[] = {
	/* The text as such. */
	{"", 0, {"no smarthost"}},
	{"\nfoo = 1\n" HOST "}", 2, {"foo", "legal:", "postmaster"}},
	{HOST "hots = x\n}", 3, {"hots", "legal:", "timeout-final"}},
	{"host = x\n" HOST "}", 1, {"host is no key here"}},
	{"# c\n/* a\n b */ bar = 1", 3, {"bar"}},
	{"mailname = \"a\"\n\nmailname = \"b\"\n" HOST "}", 3,
	    {"mailname", "twice", "line 1"}},
	{HOST "port = 25\nport = 26\n}", 4, {"port", "twice", "line 3"}},
	{HOST "user = u\npassword-command = {\"/a\"}\n"
	    "password-command = {\"/b\", \"c\"}}", 5,
	    {"password-command", "twice", "line 4"}},
	{HOST "}\n" HOST "}", 4, {"isp"}},
	{HOST, 1, {"never closed", "}"}},
	{HOST "port = 25\nsmarthost \"b\" { host = h }", 4,
	    {"inside", "line 1"}},
	{HOST "}\n}", 4, {"closes nothing"}},
	{"a = 1 /* x\n\n", 1, {"never closed", "*/"}},
	{"mailname = \"web1\nspool = \"/x\"\n", 1, {"not closed"}},
	{"mailname = 'web1", 1, {"not closed"}},
	{"mailname = \"web1\\", 1, {"backslash"}},
	{"mailname =", 0, {NULL}},
	{"mailname", 0, {NULL}},
	{HOST "}\nmailname = ", 0, {NULL}},
	{HOST "}\nmailname \"x\"", 4, {"equal sign"}},
	{"smarthost { host = h }", 1, {"title"}},
	{"smarthost \"\" { host = h }", 1, {"name in quotes"}},
	{"\nsmarthost \"a b\" { host = h }", 2, {"name in quotes"}},
	{"smarthost x host = h", 1, {"brace"}},
	{"mailname = \"${HOME}\"\n" HOST "}", 1, {"${...}", "single quotes"}},
	{"mailname = ${HOME}\n" HOST "}", 1, {"$", "quotes"}},
	{"mailname = a;\n" HOST "}", 1, {";"}},
	{"mailname = a, port = 1\n" HOST "}", 1, {","}},
	{"user = a+b\n" HOST "}", 1, {"+", "quotes"}},
	{"aliases = //x\n" HOST "}", 2, {NULL}},
	{"aliases = /x//y\n" HOST "}", 1, {"quotes"}},
	{"mailname = \"a\\x00b\"\n" HOST "}", 1, {"backslash"}},
	{"mailname = \"a\tb\"\n" HOST "}", 1, {"control"}},
	{HOST "password-command = {}\n}", 3, {"empty list"}},
	{HOST "password-command = {\"/a\"", 3, {"list", "never closed"}},
	{"mailname += a\n" HOST "}", 1, {"mailname"}},
	{"include(\"/etc/passwd\")\n" HOST "}", 1, {NULL}},
	/* Values. */
	{HOST "port = 0\n}", 3, {"isp", "port = \"0\"", "1 to 65535"}},
	{HOST "port = 65536\n}", 3, {"65536", "1 to 65535"}},
	{HOST "port = 010\n}", 3, {"\"010\"", "1 to 65535"}},
	{HOST "port = -25\n}", 3, {"-25"}},
	{HOST "port = 0x19\n}", 3, {"0x19"}},
	{HOST "port = \"\"\n}", 3, {"port = \"\""}},
	{HOST "port = 99999999999999999999\n}", 3, {"1 to 65535"}},
	{HOST "tls = SSL\n}", 3, {"SSL", "none, starttls or smtps"}},
	{HOST "auth = md5\n}", 3, {"md5", "scram-sha-256-plus", "or none"}},
	{HOST "auth-in-clear = yes\n}", 3, {"yes", "false or true"}},
	{HOST "connections = 0\n}", 3, {"connections", "1 to 100"}},
	{HOST "fingerprint = abc\n}", 3, {"fingerprint", "64 hex"}},
	{HOST "fingerprint = " HEX32 HEX32 "0\n}", 3, {"64 hex"}},
	{HOST "fingerprint = \":" HEX32 HEX32 "\"\n}", 3, {"64 hex"}},
	{HOST "fingerprint = \"" HEX32 "::" HEX32 "\"\n}", 3, {"64 hex"}},
	{HOST "fingerprint = \"0:1" HEX32 HEX32 "\"\n}", 3, {"64 hex"}},
	{HOST "ca-file = \"ca.pem\"\n}", 3, {"ca-file", "begins with /"}},
	{HOST "send-as = \"Me <me@x.org>\"\n}", 3, {"send-as", "address"}},
	{HOST "send-as = me\n}", 3, {"send-as", "address"}},
	{HOST "send-as = \"a@b@c\"\n}", 3, {"send-as"}},
	{HOST "send-as = \"@b.org\"\n}", 3, {"send-as"}},
	{HOST "helo = \"a b\"\n}", 3, {"helo", "a b"}},
	{HOST "helo = \"[1.2.3]\"\n}", 3, {"helo"}},
	{HOST "user = u\npassword-command = {\"pass\"}}", 4,
	    {"password-command", "pass", "begins with /"}},
	{HOST "user = u\npassword-file = \"a/b\"}", 4,
	    {"password-file", "credential"}},
	{HOST "user = u\npassword-file = \"..\"}", 4, {"password-file"}},
	{HOST "user = \"\"\n}", 3, {"user", "not empty"}},
	{HOST "timeout-final = \"0\"\n}", 3, {"timeout-final", "100ms"}},
	{HOST "timeout-final = \"10 m\"\n}", 3, {"10 m", "units"}},
	{HOST "timeout-final = \"1m30\"\n}", 3, {"1m30"}},
	{HOST "timeout-final = \"m\"\n}", 3, {"timeout-final"}},
	{HOST "timeout-final = \"99999999999999999w\"\n}", 3, {"units"}},
	{HOST "timeout-final = \"9223372036854775807\"\n}", 3, {"units"}},
	{"smarthost \"x\" {\nhost = \"smtp example\"\n}", 2,
	    {"host", "smtp example", "IP address"}},
	{"smarthost \"x\" {\nhost = \"smtp..example\"\n}", 2, {"host"}},
	{"smarthost \"x\" {\nhost = \"-smtp\"\n}", 2, {"host"}},
	{"smarthost \"x\" {\nhost = \"http://smtp\"\n}", 2, {"host"}},
	{"mailname = \"a b\"\n" HOST "}", 1, {"mailname", "host name"}},
	{"mailname = \"\"\n" HOST "}", 1, {"mailname"}},
	{"postmaster = \"root\"\n" HOST "}", 1, {"postmaster", "address"}},
	{"spool = \"spool\"\n" HOST "}", 1, {"spool", "begins with /"}},
	{"socket = \"/tmp/\"\n" HOST "}", 1, {"socket"}},
	{"socket = \"/0123456789012345678901234567890123456789012345678901234"
	    "5678901234567890123456789012345678901234567890123456\"\n"
	    HOST "}", 1, {"socket", "106"}},
	{"user = \"a b\"\n" HOST "}", 1, {"user", "account"}},
	{"admin-group = \"-x\"\n" HOST "}", 1, {"admin-group"}},
	{"max-size = \"10\"\n" HOST "}", 1, {"max-size", "1K to 2G"}},
	{"max-size = \"1.5G\"\n" HOST "}", 1, {"max-size", "units"}},
	{"max-size = \"50MB\"\n" HOST "}", 1, {"50MB"}},
	{"max-waiting = 1e3\n" HOST "}", 1, {"max-waiting"}},
	{"lifetime = \"5 days\"\n" HOST "}", 1, {"lifetime", "5 days"}},
	{"timeout-data = never\n" HOST "}", 1, {"timeout-data", "never"}},
	/* What does not go together. */
	{"smarthost \"x\" {\n}", 1, {"x", "host is missing"}},
	{HOST "port = 465\n}", 3, {"465", "smtps"}},
	{HOST "port = 465\ntls = none\n}", 3, {"465", "smtps"}},
	{HOST "port = 587\ntls = smtps\n}", 4, {"587", "starttls"}},
	{HOST "tls = smtps\n}", 3, {"587", "port = 465"}},
	{HOST "user = jean\n}", 3, {"jean", "password-file",
	    "password-command"}},
	{HOST "password-file = /p\n}", 3, {"without a user"}},
	{HOST "password-command = /p\n}", 3, {"without a user"}},
	{HOST "user = u password-file = /p\npassword-command = /p\n}", 4,
	    {"both", "keep one"}},
	{HOST "tls = none\nuser = u password-file = /p\n}", 3,
	    {"in clear", "auth-in-clear = true"}},
	{HOST "auth = plain\n}", 3, {"needs a user"}},
	{HOST "auth = none\nuser = u\n}", 3, {"none"}},
	{HOST "auth = external\n}", 3, {"client-certificate"}},
	{HOST "client-certificate = /c\n}", 3, {"client-key"}},
	{HOST "client-key = /c\n}", 3, {"client-certificate"}},
	{HOST "tls = none\nclient-key = /c\nclient-certificate = /c\n}", 5,
	    {"no meaning"}},
	{HOST "tls = none\nfingerprint = " HEX32 HEX32 "\n}", 4,
	    {"no meaning"}},
	{"retry-max = \"1m\"\nretry-first = \"2m\"\n" HOST "}", 2,
	    {"retry-first", "retry-max", "line 1"}},
	{"admin-group = navette\n" HOST "}", 1, {"passwords"}},
	{"user = mail\nadmin-group = mail\n" HOST "}", 2, {"passwords"}},
	{"socket = /run/navette/control\n" HOST "}", 1, {"socket", "submit"}},
};

START_TEST(each_error_tells_its_line_and_what_is_legal)
{
	struct buf where = BUF_INIT;
	size_t i;

	ck_assert_msg(parse(broken[_i].text) == NULL, "taken: %s",
	    broken[_i].text);
	if (broken[_i].line > 0)
		buf_addf(&where, "t.conf:%u: ", broken[_i].line);
	else
		buf_add_string(&where, "t.conf:");
	ck_assert_msg(strncmp(buf_string(&errors), where.data, where.len) ==
	    0, "%s: %s", where.data, buf_string(&errors));
	for (i = 0; i < 3 && broken[_i].words[i] != NULL; i++)
		ck_assert_msg(strstr(buf_string(&errors),
		    broken[_i].words[i]) != NULL, "%s: %s",
		    broken[_i].words[i], buf_string(&errors));
	ck_assert_int_eq(errors.data[errors.len - 1], '\n');
	buf_free(&where);
}
END_TEST

START_TEST(all_wrong_values_are_told_at_once)
{
	ck_assert_ptr_null(parse(HOST "port = x\ntls = y\nauth = z\n}"));
	ck_assert_ptr_nonnull(strstr(buf_string(&errors), "t.conf:3:"));
	ck_assert_ptr_nonnull(strstr(buf_string(&errors), "t.conf:4:"));
	ck_assert_ptr_nonnull(strstr(buf_string(&errors), "t.conf:5:"));
}
END_TEST

START_TEST(a_text_cut_short_anywhere_is_never_taken_for_another)
{
	static const char whole[] = "mailname = \"web1.example.org\"\n"
	    "/* text */ lifetime = \"3d\" # end\n"
	    "smarthost \"isp\" { host = \"h\" user = u\n"
	    "password-command = {\"/a\", \"b\"} }";
	struct config *c;
	size_t len;

	for (len = 0; len < sizeof(whole) - 1; len++) {
		buf_clear(&errors);
		c = config_parse((struct slice){whole, len}, "t.conf",
		    &errors);
		ck_assert_msg(c == NULL, "taken at %zu", len);
		ck_assert_uint_gt(errors.len, 0);
	}
	buf_clear(&errors);
	config_free(good(whole));
}
END_TEST

START_TEST(a_broken_text_leaves_nothing_for_the_next)
{
	ck_assert_ptr_null(parse("mailname = \"x"));
	buf_clear(&errors);
	ck_assert_ptr_null(parse("/* "));
	buf_clear(&errors);
	ck_assert_ptr_null(parse(HOST));
	buf_clear(&errors);
	config_free(good(HOST "}"));
}
END_TEST

START_TEST(a_nul_byte_does_not_end_the_text)
{
	static const char text[] = HOST "}\n\0\nport = x";

	ck_assert_ptr_null(config_parse((struct slice){text,
	    sizeof(text) - 1}, "t.conf", &errors));
	ck_assert_ptr_nonnull(strstr(buf_string(&errors), "t.conf:4:"));
}
END_TEST

START_TEST(what_was_said_is_escaped_in_errors)
{
	ck_assert_ptr_null(parse(HOST "host2 = x\n}"));
	ck_assert_ptr_null(parse("mailname = \"\xc2\x9b\"\n" HOST "}"));
	ck_assert_ptr_nonnull(strstr(buf_string(&errors), "\\xc2\\x9b"));
}
END_TEST

START_TEST(every_key_is_named_once_and_takes_its_default)
{
	const struct key *k, *again;

	for (k = config_keys; k->name != NULL; k++)
		ck_assert_ptr_eq(key_find(config_keys, k->name), k);
	for (k = smarthost_keys; k->name != NULL; k++) {
		ck_assert_ptr_eq(key_find(smarthost_keys, k->name), k);
		again = key_find(config_keys, k->name);
		ck_assert(again == NULL || !k->shared);
	}
}
END_TEST

/* Files. */

#define FOLDER "/tmp/navette-config-XXXXXX"
static char folder[] = FOLDER;

static const char *
write_file(const char *name, const char *text)
{
	static char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
	return path;
}

static void
make_folder(void)
{
	setup();
	memcpy(folder, FOLDER, sizeof(FOLDER));
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void
remove_folder(void)
{
	char command[300];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
	teardown();
}

START_TEST(a_file_is_read_and_the_mailname_found)
{
	struct config *c, *again;

	c = config_load(write_file("c", HOST "}"), &errors);
	ck_assert_msg(c != NULL, "%s", buf_string(&errors));
	ck_assert_ptr_nonnull(c->mailname);
	again = config_parse(buf_slice(&c->text), "t.conf", &errors);
	ck_assert_msg(again != NULL, "%s", buf_string(&errors));
	ck_assert_str_eq(again->mailname, c->mailname);
	config_free(again);
	config_free(c);
}
END_TEST

START_TEST(a_mailname_that_is_said_is_kept)
{
	struct config *c;

	c = config_load(write_file("c", "mailname = \"m.example\"\n" HOST "}"),
	    &errors);
	ck_assert_msg(c != NULL, "%s", buf_string(&errors));
	ck_assert_str_eq(c->mailname, "m.example");
	config_free(c);
}
END_TEST

START_TEST(what_is_no_file_is_told)
{
	ck_assert_ptr_null(config_load(folder, &errors));
	ck_assert_ptr_nonnull(strstr(buf_string(&errors), "directory"));
	buf_clear(&errors);
	ck_assert_ptr_null(config_load("/nonexistent/x", &errors));
	ck_assert_ptr_nonnull(strstr(buf_string(&errors),
	    "cannot read /nonexistent/x: No such file"));
	buf_clear(&errors);
	ck_assert_ptr_null(config_load("/dev/null", &errors));
	ck_assert_uint_gt(errors.len, 0);
}
END_TEST

START_TEST(the_mailname_file_comes_first)
{
	struct buf name = BUF_INIT;

	ck_assert(config_find_mailname(write_file("m",
	    " web1.example.org \nmore\n"), &name, &errors));
	ck_assert_str_eq(buf_string(&name), "web1.example.org");
	buf_free(&name);
}
END_TEST

START_TEST(a_broken_mailname_file_is_told)
{
	struct buf name = BUF_INIT;

	ck_assert(!config_find_mailname(write_file("m", "a b\n"), &name,
	    &errors));
	ck_assert_ptr_nonnull(strstr(buf_string(&errors), "m:1: \"a b\""));
	buf_clear(&errors);
	ck_assert(!config_find_mailname(write_file("m", ""), &name, &errors));
	buf_clear(&errors);
	ck_assert(!config_find_mailname(folder, &name, &errors));
	ck_assert_uint_eq(name.len, 0);
	buf_free(&name);
}
END_TEST

START_TEST(without_a_mailname_file_the_host_has_a_name)
{
	struct buf name = BUF_INIT;

	ck_assert_msg(config_find_mailname("/nonexistent/mailname", &name,
	    &errors), "%s", buf_string(&errors));
	ck_assert_uint_gt(name.len, 0);
	buf_free(&name);
}
END_TEST

static Suite *
config_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("config/config");
	t = tcase_create("text");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, the_eight_lines_of_the_manual_are_enough);
	tcase_add_test(t, what_is_not_said_has_its_default);
	tcase_add_test(t,
	    a_smarthost_key_at_the_top_is_for_all_that_do_not_say_it);
	tcase_add_test(t, a_command_is_a_list_of_words_kept_apart);
	tcase_add_loop_test(t, times_take_units, 0, COUNT(durations));
	tcase_add_loop_test(t, sizes_take_units, 0, COUNT(sizes));
	tcase_add_test(t, one_pause_alone_moves_the_other);
	tcase_add_loop_test(t, odd_but_right_texts_are_taken, 0, COUNT(odd));
	tcase_add_test(t, a_quoted_string_keeps_what_it_holds);
	tcase_add_test(t, a_fingerprint_is_kept_as_lower_case_digits);
	tcase_add_loop_test(t, each_error_tells_its_line_and_what_is_legal, 0,
	    COUNT(broken));
	tcase_add_test(t, all_wrong_values_are_told_at_once);
	tcase_add_test(t,
	    a_text_cut_short_anywhere_is_never_taken_for_another);
	tcase_add_test(t, a_broken_text_leaves_nothing_for_the_next);
	tcase_add_test(t, a_nul_byte_does_not_end_the_text);
	tcase_add_test(t, what_was_said_is_escaped_in_errors);
	tcase_add_test(t, every_key_is_named_once_and_takes_its_default);
	suite_add_tcase(s, t);
	t = tcase_create("files");
	tcase_add_checked_fixture(t, make_folder, remove_folder);
	tcase_add_test(t, a_file_is_read_and_the_mailname_found);
	tcase_add_test(t, a_mailname_that_is_said_is_kept);
	tcase_add_test(t, what_is_no_file_is_told);
	tcase_add_test(t, the_mailname_file_comes_first);
	tcase_add_test(t, a_broken_mailname_file_is_told);
	tcase_add_test(t, without_a_mailname_file_the_host_has_a_name);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(config_suite)
