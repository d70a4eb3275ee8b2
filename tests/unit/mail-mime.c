#include "unit.h"

#include "rewrite.h"

static const char *const fine[] = {
	"",
	"\r\n",
	"Subject: a\r\n",
	"Subject: a\r\n\r\n",
	"Subject: a\r\n\r\nbody \r\n.\r\n\r\n",
	"Subject: a\r\n\r\n" X998 "\r\n",
	"Subject: a\r\n\r\nno line end",
	"Subject",
	(MIXED "front\r\n--b\r\n\r\na\r\n--b--\r\nback\r\n"),
	(MIXED "--b\r\nContent-Type: message/rfc822\r\n\r\nA: b\r\n\r\n"
	    "c\r\n--b--"),
	"Content-Type: multipart/mixed\r\n\r\n--\r\n\r\n----\r\n",
	"Content-Transfer-Encoding: base64\r\n\r\nQUJD\r\n-- \r\nfoot er\r\n",
	"Content-Transfer-Encoding: quoted-printable\r\n\r\na=3D=\r\nb \r\n",
	"Content-Transfer-Encoding: x-own\r\n\r\nanything\r\n",
	"DKIM-Signature: v=1\r\n\r\nbody\r\n",
	"Content-Type: (odd\r\n\r\nbody\r\n",
};

START_TEST(a_message_that_needs_nothing_is_not_changed)
{
	check(fine[_i], BOTH, fine[_i]);
	ck_assert(!is_8bit);
	check(fine[_i], 0, fine[_i]);
}
END_TEST

START_TEST(the_header_ends_behind_its_empty_line)
{
	check("Subject: a\r\n\r\nbody\r\n", BOTH,
	    "Subject: a\r\n\r\nbody\r\n");
	ck_assert_uint_eq(header_size, 14);
	check("Subject: a\r\n", BOTH, "Subject: a\r\n");
	ck_assert_uint_eq(header_size, 12);
	check("no header\r\n\r\n", BOTH, "no header\r\n\r\n");
	ck_assert_uint_eq(header_size, 0);
	check("", BOTH, "");
	ck_assert_uint_eq(header_size, 0);
}
END_TEST

START_TEST(a_signed_message_is_not_touched_for_being_8bit)
{
	static const char *const messages[] = {
		"DKIM-Signature: v=1\r\n\r\n\xc3\xa9\r\n",
		"Content-Type: multipart/signed; boundary=b\r\n\r\n"
		    "--b\r\n\r\n\xc3\xa9\r\n--b--\r\n",
		"Content-Type: Multipart/Encrypted; boundary=b\r\n\r\n"
		    "--b\r\n\r\n\xc3\xa9\r\n--b--\r\n",
		"Content-Type: message/delivery-status\r\n\r\n\xc3\xa9\r\n",
	};
	size_t i;

	for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		check(messages[i], BOTH, messages[i]);
		ck_assert(is_8bit);
	}
}
END_TEST

START_TEST(a_signed_part_among_others_is_left_alone)
{
	check(MIXED "--b\r\n\r\n\xc3\xa9\r\n"
	    "--b\r\nContent-Type: multipart/signed; boundary=c\r\n\r\n"
	    "--c\r\n\r\n\xc3\xa9\r\n--c--\r\n"
	    "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
	    "\xc3\xa9\r\n--b--\r\n", WIDTH,
	    MIXED "--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nw6k=\r\n"
	    "--b\r\nContent-Type: multipart/signed; boundary=c\r\n\r\n"
	    "--c\r\n\r\n\xc3\xa9\r\n--c--\r\n"
	    "--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nw6k=\r\n--b--\r\n");
	ck_assert(is_8bit);
}
END_TEST

START_TEST(long_lines_of_a_signed_message_are_folded)
{
	rewrite(SLICE("DKIM-Signature: v=1\r\n\r\n" X998 "y" X998 X998 "z\r\n"
	    "short\r\n"), LINES);
	ck_assert_uint_le(longest_line(), 998);
	ck_assert(says("x\r\n x"));
	ck_assert(says("z\r\nshort\r\n"));
	ck_assert(!says("Content-"));
}
END_TEST

START_TEST(no_character_is_folded_in_its_middle)
{
	struct buf in = BUF_INIT;
	unsigned i;

	buf_add_string(&in, "DKIM-Signature: v=1\r\n\r\nx");
	for (i = 0; i < 2000; i++)
		buf_add_string(&in, "\xe2\x82\xac");
	buf_add_string(&in, "\r\n");
	rewrite(buf_slice(&in), LINES);
	ck_assert_uint_le(longest_line(), 998);
	ck_assert(says("\r\n \xe2"));
	ck_assert(!says("\r\n \x82"));
	ck_assert(!says("\r\n \xac"));
	buf_clear(&in);
	buf_add_string(&in, "DKIM-Signature: v=1\r\n\r\n");
	for (i = 0; i < 2000; i++)
		buf_add_char(&in, '\x80');
	buf_add_string(&in, "\r\n");
	rewrite(buf_slice(&in), LINES);
	ck_assert_uint_eq(longest_line(), 998);
	buf_free(&in);
}
END_TEST

START_TEST(long_header_lines_are_folded)
{
	check("Subject: " X500 " " X500 "\r\n\r\nx", LINES,
	    "Subject: " X500 "\r\n " X500 "\r\n\r\nx");
	ck_assert_uint_eq(header_size, 1016);
	rewrite(SLICE(MIXED "--b\r\nContent-Description: " X500 " " X500
	    "\r\n\r\n" X998 "x\r\n--b--\r\n"), LINES);
	ck_assert_uint_le(longest_line(), 998);
	ck_assert(says("x\r\n x"));
	ck_assert(says("Content-Transfer-Encoding: quoted-printable"));
}
END_TEST

START_TEST(a_line_of_legal_length_is_not_folded)
{
	check(MIXED X998 "\r\n--b\r\n\r\na\r\n--b--\r\n\xe9" X500 X100 X100
	    X100 X100 X50 X10 X10 X10 X10 "xxxxxxx\r\n", BOTH,
	    MIXED X998 "\r\n--b\r\n\r\na\r\n--b--\r\n?" X500 X100 X100
	    X100 X100 X50 X10 X10 X10 X10 "xxxxxxx\r\n");
}
END_TEST

START_TEST(an_unknown_encoding_is_folded_only)
{
	rewrite(SLICE("Content-Transfer-Encoding: x-uue\r\n\r\n" X998 "x\r\n"),
	    BOTH);
	ck_assert_uint_le(longest_line(), 998);
	ck_assert(says("Content-Transfer-Encoding: x-uue\r\n\r\n"));
	ck_assert(says("\r\n x"));
}
END_TEST

START_TEST(an_outer_boundary_ends_inner_parts)
{
	check(MIXED "--b\r\nContent-Type: multipart/mixed; boundary=bc\r\n\r\n"
	    "--bc\r\n\r\nonly one \xe9 letter\r\n"
	    "--b\t \r\nContent-Type: text/plain; charset=x\r\n\r\n"
	    "only one \xe9 letter\r\n--bc\r\n--b--\r\n", WIDTH,
	    MIXED "--b\r\nContent-Type: multipart/mixed; boundary=bc\r\n\r\n"
	    "--bc\r\nContent-Type: text/plain; charset=unknown-8bit\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "only one =E9 letter\r\n"
	    "--b\t \r\nContent-Type: text/plain; charset=x\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "only one =E9 letter\r\n--bc\r\n--b--\r\n");
}
END_TEST

START_TEST(a_boundary_in_a_header_ends_the_part)
{
	check(MIXED "--b\r\nContent-Type: text/plain\r\n--b\r\n\r\n"
	    "only one \xe9 letter\r\n", WIDTH,
	    MIXED "--b\r\nContent-Type: text/plain\r\n--b\r\n"
	    "Content-Type: text/plain; charset=unknown-8bit\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "only one =E9 letter\r\n");
}
END_TEST

START_TEST(a_part_without_an_empty_line_loses_nothing)
{
	check(MIXED "--b\r\nA: b\r\nthe body\r\n\r\nmore\xe9\r\n--b--\r\n",
	    WIDTH,
	    MIXED "--b\r\nA: b\r\nthe body\r\n\r\nmore\xe9\r\n--b--\r\n");
	check(MIXED "--b\r\n goes on\r\n--b--\r\n", WIDTH,
	    MIXED "--b\r\n goes on\r\n--b--\r\n");
}
END_TEST

START_TEST(parameters_are_read_as_they_may_be_written)
{
	check("Content-Type: (a (nested \\) one)) Multipart / (x) mixed ;\r\n"
	    " charset ; name=\"bound;ary=no\" ;\r\n"
	    "\tBOUNDARY = \"a \\b:\" (x)\r\n\r\n"
	    "--a b:\r\n\r\nonly one \xe9 letter\r\n--a b:--", WIDTH,
	    "Content-Type: (a (nested \\) one)) Multipart / (x) mixed ;\r\n"
	    " charset ; name=\"bound;ary=no\" ;\r\n"
	    "\tBOUNDARY = \"a \\b:\" (x)\r\n\r\n"
	    "--a b:\r\nContent-Type: text/plain; charset=unknown-8bit\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "only one =E9 letter\r\n--a b:--");
	check("Content-Type: multipart/mixed; boundary=\"open \r\n\r\n"
	    "--open\r\n\r\nonly one \xe9 letter\r\n", WIDTH,
	    "Content-Type: multipart/mixed; boundary=\"open \r\n\r\n--open\r\n"
	    "Content-Type: text/plain; charset=unknown-8bit\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "only one =E9 letter\r\n");
}
END_TEST

START_TEST(multiparts_too_deep_are_not_taken_apart)
{
	struct buf in = BUF_INIT;
	unsigned i;

	for (i = 0; i < 40; i++)
		buf_addf(&in, "Content-Type: multipart/mixed; boundary=b%u\r\n"
		    "\r\n--b%u\r\n", i, i);
	buf_add_string(&in, "\r\n\xe9\r\n--b3--\r\n--b2\r\n\r\n"
	    "only one \xe9 letter\r\n");
	rewrite(buf_slice(&in), WIDTH);
	ck_assert(is_8bit);
	ck_assert(says("only one =E9 letter\r\n"));
	buf_free(&in);
}
END_TEST

START_TEST(a_large_part_is_encoded_without_being_held)
{
	struct buf in = BUF_INIT;

	buf_add_string(&in, "Subject: a\r\n\r\n");
	while (in.len < 400000)
		buf_add_string(&in, "a line of text = a line of text\r\n");
	buf_add_string(&in, "only one \xe9 letter\r\n");
	rewrite(buf_slice(&in), WIDTH);
	ck_assert(!is_8bit);
	ck_assert(says("charset=unknown-8bit\r\n"));
	ck_assert(says("text =3D a line"));
	ck_assert(says("only one =E9 letter\r\n"));
	buf_free(&in);
}
END_TEST

START_TEST(a_line_of_any_length_is_broken)
{
	struct buf in = BUF_INIT;

	buf_add_string(&in, "Subject: a\r\n\r\n");
	buf_reserve(&in, 1000000);
	memset(in.data + in.len, 'x', 1000000);
	in.len += 1000000;
	rewrite_by(buf_slice(&in), LINES, 4096, &out);
	ck_assert_uint_eq(longest_line(), 76);
	ck_assert_mem_eq(out.data + out.len - 4, "x=\r\n", 4);
	buf_free(&in);
}
END_TEST

START_TEST(a_line_end_is_found_wherever_it_is_cut)
{
	check("DKIM-Signature: v=1\r\n\r\n" X998 X10 X10 "xxxxx\r\ny\r\n",
	    WIDTH,
	    "DKIM-Signature: v=1\r\n\r\n" X998 X10 X10 "xxxxx\r\ny\r\n");
}
END_TEST

START_TEST(a_header_too_large_to_hold_is_passed_on)
{
	struct buf in = BUF_INIT;
	size_t header;

	while (in.len < (9u << 20))
		buf_add_string(&in, "To: a friend <friend@x.example>\r\n");
	buf_add_string(&in, "To: " X998 " x\r\n\r\n");
	header = in.len;
	buf_add_string(&in, "\xe9" X998 "\r\n");
	rewrite_by(buf_slice(&in), LINES, 65536, &out);
	ck_assert_uint_le(longest_line(), 998);
	ck_assert_uint_eq(header_size, header + 3);
	ck_assert_mem_eq(out.data + header_size - 4, "\r\n\r\n\xe9", 5);
	buf_clear(&out);
	in.len = header - 4;
	rewrite_by(buf_slice(&in), WIDTH, 65536, &out);
	ck_assert_uint_eq(header_size, in.len);
	ck_assert(slice_equal(buf_slice(&in), buf_slice(&out)));
	buf_free(&in);
}
END_TEST

static Suite *
mime_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("mail/mime");
	t = tcase_create("nothing to do");
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, a_message_that_needs_nothing_is_not_changed, 0,
	    (int)(sizeof(fine) / sizeof(fine[0])));
	tcase_add_test(t, the_header_ends_behind_its_empty_line);
	tcase_add_test(t, a_signed_message_is_not_touched_for_being_8bit);
	tcase_add_test(t, a_signed_part_among_others_is_left_alone);
	suite_add_tcase(s, t);
	t = tcase_create("folding");
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, long_lines_of_a_signed_message_are_folded);
	tcase_add_test(t, no_character_is_folded_in_its_middle);
	tcase_add_test(t, long_header_lines_are_folded);
	tcase_add_test(t, a_line_of_legal_length_is_not_folded);
	tcase_add_test(t, an_unknown_encoding_is_folded_only);
	suite_add_tcase(s, t);
	t = tcase_create("structure and bounds");
	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, an_outer_boundary_ends_inner_parts);
	tcase_add_test(t, a_boundary_in_a_header_ends_the_part);
	tcase_add_test(t, a_part_without_an_empty_line_loses_nothing);
	tcase_add_test(t, parameters_are_read_as_they_may_be_written);
	tcase_add_test(t, multiparts_too_deep_are_not_taken_apart);
	tcase_add_test(t, a_large_part_is_encoded_without_being_held);
	tcase_add_test(t, a_line_of_any_length_is_broken);
	tcase_add_test(t, a_line_end_is_found_wherever_it_is_cut);
	tcase_add_test(t, a_header_too_large_to_hold_is_passed_on);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(mime_suite)
