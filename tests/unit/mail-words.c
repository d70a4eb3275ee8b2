#include "unit.h"

#include <string.h>

#include "mail/header.h"
#include "mail/utf8.h"
#include "mail/words.h"

static struct buf out;

static void
encode(const char *header)
{
	buf_clear(&out);
	words_encode(slice_from(header), &out);
}

static const struct words_case {
	const char *header;
	const char *want;
} cases[] = {
	{"", ""},
	{"\r\n", "\r\n"},
	{"Subject: a  b\r\nTo: a@x\r\n\r\n", "Subject: a  b\r\nTo: a@x\r\n\r\n"},
	{"Subject: No\303\253l\r\n", "Subject: =?UTF-8?Q?No=C3=ABl?=\r\n"},
	{"Subject: On \303\251 \303\251\r\n \303\251 b (\303\251)\r\n",
	    "Subject: On =?UTF-8?Q?=C3=A9_=C3=A9_=C3=A9?= b "
	    "=?UTF-8?Q?=28=C3=A9=29?=\r\n"},
	{"Subject:\303\251\r\n", "Subject: =?UTF-8?Q?=C3=A9?=\r\n"},
	{"Subject: =?utf-8?q?a?= \303\251 =?utf-8?q?b?= c \303\251\r\n",
	    "Subject: =?utf-8?q?a?= =?UTF-8?Q?_=C3=A9_?= =?utf-8?q?b?= c"
	    "\r\n =?UTF-8?Q?=C3=A9?=\r\n"},
	{"X-Any: a \303\251\r\nSubject: b\r\n",
	    "X-Any: a =?UTF-8?Q?=C3=A9?=\r\nSubject: b\r\n"},
	{"From: J\303\266rg B. (\303\251, b) <j@x> (c)\r\n",
	    "From: =?UTF-8?Q?J=C3=B6rg_B=2E?= (=?UTF-8?Q?=C3=A9=2C_b?=)"
	    " <j@x> (c)\r\n"},
	{"To: \"B\303\266, J\" <a@x>,\r\n B <b@x>, \303\251: c@x, d@x;\r\n",
	    "To: =?UTF-8?Q?B=C3=B6=2C_J?= <a@x>,\r\n B <b@x>, "
	    "=?UTF-8?Q?=C3=A9?=: c@x, d@x;\r\n"},
	{"Cc: a@x (j\303\266 \\) (k))\r\n",
	    "Cc: a@x (=?UTF-8?Q?j=C3=B6_=29_=28k=29?=)\r\n"},
	/* An address has no other form, and is left to who refuses it. */
	{"To: j\303\266@x, <k@b\303\274.example>, \"\303\251\"@x\r\n",
	    "To: j\303\266@x, <k@b\303\274.example>, \"\303\251\"@x\r\n"},
	{"To: \303\251 <j\303\266@x>, \"\303\251\r\n",
	    "To: =?UTF-8?Q?=C3=A9?= <j\303\266@x>, \"\303\251\r\n"},
	/* What is not UTF-8, and what has a syntax of its own. */
	{"Subject: \351\r\n", "Subject: \351\r\n"},
	{"Message-ID: <\303\251@x>\r\nContent-Type: a/b; c=\303\251\r\n",
	    "Message-ID: <\303\251@x>\r\nContent-Type: a/b; c=\303\251\r\n"},
	{"DKIM-Signature: v=1\r\nSubject: \303\251\r\n",
	    "DKIM-Signature: v=1\r\nSubject: \303\251\r\n"},
};

START_TEST(names_and_text_become_encoded_words)
{
	encode(cases[_i].header);
	ck_assert_str_eq(buf_string(&out), cases[_i].want);
	buf_free(&out);
}
END_TEST

START_TEST(no_line_with_an_encoded_word_is_over_76_octets)
{
	struct buf text = BUF_INIT;
	size_t at, next, end;
	int i;

	buf_add_string(&text, "Subject: ");
	for (i = 0; i < 500; i++)
		buf_add_string(&text, "\303\251\303\251 a ");
	buf_add_string(&text, "b\r\nTo: ");
	for (i = 0; i < 500; i++)
		buf_add_string(&text, "\"\303\251, x\" <a@x>, ");
	buf_add_string(&text, "b@x\r\n");
	encode(buf_string(&text));
	ck_assert(!utf8_has_8bit(buf_slice(&out)));
	for (at = 0; at < out.len; at = next) {
		next = header_line_next(buf_slice(&out), at, &end);
		ck_assert_uint_le(end - at, 76);
	}
	buf_free(&text);
	buf_free(&out);
}
END_TEST

/* Time linear in the length: a minute would not do for the square of it. */
START_TEST(a_header_of_a_megabyte_takes_no_time)
{
	struct buf text = BUF_INIT;
	int i;

	buf_add_string(&text, "To: ");
	for (i = 0; i < 100000; i++)
		buf_add_string(&text, "\303\251 (x) @ .");
	buf_add_string(&text, "\r\n");
	encode(buf_string(&text));
	ck_assert(out.len >= text.len);
	buf_free(&text);
	buf_free(&out);
}
END_TEST

static Suite *
words_suite(void)
{
	Suite *s = suite_create("mail/words");
	TCase *t = tcase_create("words");

	tcase_add_loop_test(t, names_and_text_become_encoded_words, 0,
	    sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(t, no_line_with_an_encoded_word_is_over_76_octets);
	tcase_add_test(t, a_header_of_a_megabyte_takes_no_time);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(words_suite)
