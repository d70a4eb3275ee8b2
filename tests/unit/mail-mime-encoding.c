#include "unit.h"

#include <stdio.h>

#include "rewrite.h"

START_TEST(text_becomes_quoted_printable)
{
	check("Subject: a\r\n\r\nTr\xc3\xa8s bien = \r\n\t\r\n.\r\n\r\n", WIDTH,
	    "Subject: a\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "Tr=C3=A8s bien =3D=20\r\n=09\r\n.\r\n\r\n");
	ck_assert(!is_8bit);
	check("Subject: a\r\n\r\nTr\xe8s bien \xc3\xa9\r\n", WIDTH,
	    "Subject: a\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=unknown-8bit\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "Tr=E8s bien =C3=A9\r\n");
}
END_TEST

START_TEST(a_long_line_of_text_becomes_quoted_printable)
{
	check("MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n"
	    X998 "x\r\n" "short\r\n", LINES,
	    "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    X75 "=\r\n" X75 "=\r\n" X75 "=\r\n" X75 "=\r\n" X75 "=\r\n"
	    X75 "=\r\n" X75 "=\r\n" X75 "=\r\n" X75 "=\r\n" X75 "=\r\n"
	    X75 "=\r\n" X75 "=\r\n" X75 "=\r\n" X10 X10 "xxxx\r\nshort\r\n");
}
END_TEST

START_TEST(text_that_is_mostly_not_ascii_becomes_base64)
{
	check("Content-Type: text/plain; charset=\"koi8-r\"\r\n\r\n"
	    "\xf0\xd2\xc9\xd7\xc5\xd4\r\n", WIDTH,
	    "Content-Type: text/plain; charset=\"koi8-r\"\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n8NLJ18XUDQo=\r\n");
}
END_TEST

START_TEST(what_is_no_text_becomes_base64)
{
	check(MIXED "--b\r\nContent-Type: image/png\r\n"
	    "Content-Transfer-Encoding: binary\r\n\r\n"
	    "\x89PNG\r\n\r\n--b--\r\n", WIDTH,
	    MIXED "--b\r\nContent-Type: image/png\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n"
	    "iVBORw0K\r\n--b--\r\n");
	rewrite(SLICE("Content-Type: application/json\r\n\r\n" X998 "x\r\n"),
	    LINES);
	ck_assert(says("\r\nContent-Transfer-Encoding: base64\r\n\r\neHh4"));
	ck_assert_uint_eq(longest_line(), 76);
}
END_TEST

START_TEST(the_old_encoding_field_is_replaced_in_its_place)
{
	check("Content-Transfer-Encoding: 8bit (so it is)\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Transfer-Encoding: 8bit\r\nX: y\r\n\r\n"
	    "only one \xe9 letter\r\n", WIDTH,
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "MIME-Version: 1.0\r\nX: y\r\n"
	    "Content-Type: text/plain; charset=unknown-8bit\r\n\r\n"
	    "only one =E9 letter\r\n");
}
END_TEST

START_TEST(a_charset_is_added_only_where_none_is_said)
{
	check("Content-Type: text/html ;\r\n\r\nonly one \xe9 letter\r\n",
	    WIDTH, "Content-Type: text/html;\r\n\tcharset=unknown-8bit\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "only one =E9 letter\r\n");
	rewrite(SLICE("Content-Type: text/html; x=\"a;b\\\"\r\n c\";\r\n"
	    " CharSet*=utf-8\r\n\r\nonly one \xe9 letter\r\n"), WIDTH);
	ck_assert(!says("unknown"));
	rewrite(SLICE("Content-Type: text\r\n\r\nonly one \xe9 letter\r\n"),
	    WIDTH);
	ck_assert(says("Content-Type: text;\r\n\tcharset=unknown-8bit\r\n"));
}
END_TEST

START_TEST(labels_of_what_is_no_longer_8bit_say_so)
{
	check("Content-Type: multipart/mixed; boundary=b\r\n"
	    "Content-Transfer-Encoding: 8bit\r\n\r\nfr\xf6nt\r\n"
	    "--b\r\nContent-Transfer-Encoding: 8bit\r\n\r\nascii\r\n"
	    "--b\r\nContent-Type: message/rfc822\r\n"
	    "Content-Transfer-Encoding: 8bit\r\n\r\n"
	    "Subject: a\r\n\r\nonly one \xe9 letter\r\n--b--\r\nb\xe4" "ck\r\n",
	    WIDTH, "Content-Type: multipart/mixed; boundary=b\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n\r\nfr?nt\r\n"
	    "--b\r\nContent-Transfer-Encoding: 7bit\r\n\r\nascii\r\n"
	    "--b\r\nContent-Type: message/rfc822\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n\r\n"
	    "Subject: a\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=unknown-8bit\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "only one =E9 letter\r\n--b--\r\nb?ck\r\n");
	ck_assert(!is_8bit);
}
END_TEST

START_TEST(an_8bit_header_stays)
{
	check("Subject: \xc3\xa9\r\n\r\nascii\r\n", WIDTH,
	    "Subject: \xc3\xa9\r\n\r\nascii\r\n");
	ck_assert(is_8bit);
}
END_TEST

START_TEST(only_what_is_asked_for_is_mended)
{
	check("Subject: a\r\n\r\n\xc3\xa9\r\n", LINES,
	    "Subject: a\r\n\r\n\xc3\xa9\r\n");
	ck_assert(is_8bit);
	check("Subject: a\r\n\r\n" X998 "x\r\n", WIDTH,
	    "Subject: a\r\n\r\n" X998 "x\r\n");
}
END_TEST

START_TEST(a_message_as_an_attachment_keeps_its_signature)
{
	static const char forwarded[] = MIXED
	    "--b\r\nContent-Type: message/rfc822\r\n\r\n"
	    "DKIM-Signature: v=1\r\n\r\n\xc3\xa9\r\n--b--\r\n";

	check(forwarded, WIDTH, forwarded);
}
END_TEST

START_TEST(an_international_message_is_encoded_whole)
{
	check(MIXED "--b\r\nContent-Type: message/global\r\n\r\n"
	    "Subject: \xc3\xa9\r\n\r\nx\r\n--b--\r\n", WIDTH,
	    MIXED "--b\r\nContent-Type: message/global\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n"
	    "U3ViamVjdDogw6kNCg0KeA==\r\n--b--\r\n");
}
END_TEST

START_TEST(an_untyped_part_of_a_digest_is_a_message)
{
	check("Content-Type: multipart/digest; boundary=b\r\n\r\n"
	    "--b\r\n\r\nSubject: a\r\n\r\nonly one \xe9 letter\r\n--b--\r\n",
	    WIDTH, "Content-Type: multipart/digest; boundary=b\r\n\r\n"
	    "--b\r\n\r\nSubject: a\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=unknown-8bit\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "only one =E9 letter\r\n--b--\r\n");
}
END_TEST

START_TEST(no_soft_break_makes_a_boundary)
{
	check("Content-Type: multipart/mixed; boundary=\"xx\"\r\n\r\n--xx\r\n"
	    "Content-Type: text/plain; charset=x\r\n\r\n\xe9" X50 X10 X10
	    "xx--xx\r\n--xx--\r\n", WIDTH,
	    "Content-Type: multipart/mixed; boundary=\"xx\"\r\n\r\n--xx\r\n"
	    "Content-Type: text/plain; charset=x\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n=E9" X50 X10
	    X10 "xx=\r\n=2D-xx\r\n--xx--\r\n");
}
END_TEST

START_TEST(white_space_at_a_break_survives)
{
	check("Content-Type: text/plain; charset=x\r\nMIME-Version: 1.0\r\n\r\n"
	    "\xe9" X50 X10 X10 "xx \r\n" "\xe9" X50 X10 X10 " \tx\r\n", WIDTH,
	    "Content-Type: text/plain; charset=x\r\nMIME-Version: 1.0\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "=E9" X50 X10 X10 "xx=\r\n=20\r\n=E9" X50 X10 X10 " \t=\r\nx\r\n");
}
END_TEST

START_TEST(a_body_without_a_line_end_gets_a_soft_one)
{
	check("Content-Type: text/plain; charset=x\r\nMIME-Version: 1.0\r\n\r\n"
	    "only one \xe9 letter ", WIDTH,
	    "Content-Type: text/plain; charset=x\r\nMIME-Version: 1.0\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "only one =E9 letter=20=\r\n");
}
END_TEST

START_TEST(bare_line_ends_are_data)
{
	check("Content-Type: text/plain; charset=x\r\nMIME-Version: 1.0\r\n\r\n"
	    "only one \xe9 le\rtt\ner \r\r\n", WIDTH,
	    "Content-Type: text/plain; charset=x\r\nMIME-Version: 1.0\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "only one =E9 le=0Dtt=0Aer =0D\r\n");
	check("A: b\nno field\r\n\r\nonly one \xe9 letter\r\n", WIDTH,
	    "A: b\nno field\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=unknown-8bit\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "only one =E9 letter\r\n");
}
END_TEST

START_TEST(long_lines_of_base64_are_broken)
{
	char in[3000], *at = in;
	unsigned i;

	at += sprintf(at, "Content-Transfer-Encoding: BASE64\r\n\r\n");
	for (i = 0; i < 500; i++)
		at += sprintf(at, "QU-J");
	sprintf(at, "QQ==\r\nQUJD \r\n");
	rewrite(slice_from(in), LINES);
	ck_assert_uint_eq(longest_line(), 76);
	ck_assert(!says("-J"));
	ck_assert(says("QQ==\r\nQUJD \r\n"));
	check("Content-Transfer-Encoding: base64\r\n\r\nQU\xe9JD \r\n", WIDTH,
	    "Content-Transfer-Encoding: base64\r\n\r\nQUJD\r\n");
}
END_TEST

START_TEST(long_lines_of_quoted_printable_are_broken)
{
	check("Content-Transfer-Encoding: Quoted-Printable\r\n\r\n"
	    X50 X10 X10 "xxx=3D" X998 "=\r\n\r\nx=\r\n", LINES,
	    "Content-Transfer-Encoding: Quoted-Printable\r\n\r\n"
	    X50 X10 X10 "xxx=\r\n=3D" X50 X10 X10 "xx=\r\n"
	    X75 "=\r\n" X75 "=\r\n" X75 "=\r\n" X75 "=\r\n" X75 "=\r\n"
	    X75 "=\r\n" X75 "=\r\n" X75 "=\r\n" X75 "=\r\n" X75 "=\r\n"
	    X75 "=\r\n" X75 "=\r\n" X10 X10 "xxxxxx=\r\n\r\nx=\r\n");
}
END_TEST

START_TEST(octets_that_quoted_printable_may_not_hold_are_encoded)
{
	check("Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "caf\xe9 =\xe9 ==41\r\n=3D\r\n", WIDTH,
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "caf=E9 ==E9 ==41\r\n=3D\r\n");
	ck_assert(!is_8bit);
}
END_TEST

START_TEST(an_encoded_multipart_is_not_taken_apart)
{
	static const char wrong[] =
	    "Content-Type: multipart/mixed; boundary=b\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n--b\r\n\r\nQUJD\r\n";

	check(wrong, BOTH, wrong);
}
END_TEST

static Suite *
encoding_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("mail/mime: encoding");
	t = tcase_create("encoding");
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, text_becomes_quoted_printable);
	tcase_add_test(t, a_long_line_of_text_becomes_quoted_printable);
	tcase_add_test(t, text_that_is_mostly_not_ascii_becomes_base64);
	tcase_add_test(t, what_is_no_text_becomes_base64);
	tcase_add_test(t, the_old_encoding_field_is_replaced_in_its_place);
	tcase_add_test(t, a_charset_is_added_only_where_none_is_said);
	tcase_add_test(t, labels_of_what_is_no_longer_8bit_say_so);
	tcase_add_test(t, an_8bit_header_stays);
	tcase_add_test(t, only_what_is_asked_for_is_mended);
	tcase_add_test(t, a_message_as_an_attachment_keeps_its_signature);
	tcase_add_test(t, an_international_message_is_encoded_whole);
	tcase_add_test(t, an_untyped_part_of_a_digest_is_a_message);
	tcase_add_test(t, no_soft_break_makes_a_boundary);
	tcase_add_test(t, white_space_at_a_break_survives);
	tcase_add_test(t, a_body_without_a_line_end_gets_a_soft_one);
	tcase_add_test(t, bare_line_ends_are_data);
	tcase_add_test(t, long_lines_of_base64_are_broken);
	tcase_add_test(t, long_lines_of_quoted_printable_are_broken);
	tcase_add_test(t,
	    octets_that_quoted_printable_may_not_hold_are_encoded);
	tcase_add_test(t, an_encoded_multipart_is_not_taken_apart);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(encoding_suite)
