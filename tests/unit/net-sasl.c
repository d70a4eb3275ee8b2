#include "unit.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "mail/capability.h"
#include "net/base64.h"
#include "net/sasl.h"
#include "net/scram.h"

#define ALL 0xffu

static struct sasl_login login;
static struct sasl *sasl;
static struct buf out;
static const char *why;

static void
setup(void)
{
	login = (struct sasl_login){
		.user = "user",
		.secret = SLICE("pencil"),
		.host = "smtp.isp.example",
		.port = 587,
	};
	sasl = NULL;
	out = (struct buf)BUF_INIT;
	why = NULL;
}

static void
teardown(void)
{
	if (sasl != NULL)
		sasl_free(sasl);
	buf_free(&out);
}

static void
begin(unsigned mechanism)
{
	sasl = sasl_new(mechanism, &login);
}

/* Feeds a challenge that is not yet base64; out is the answer's base64. */
static bool
challenge(const char *text)
{
	struct buf encoded = BUF_INIT;
	bool ok;

	base64_encode(slice_from(text), &encoded);
	buf_clear(&out);
	ok = sasl_answer(sasl, buf_slice(&encoded), &out, &why);
	buf_free(&encoded);
	return ok;
}

/* Whether what is in out stands for these bytes. */
static void
check_out(struct slice expected)
{
	struct buf raw = BUF_INIT;

	ck_assert_msg(base64_decode(buf_slice(&out), &raw), "%s",
	    buf_string(&out));
	ck_assert_msg(slice_equal(buf_slice(&raw), expected), "%s",
	    buf_string(&raw));
	buf_free(&raw);
}

/* base64 */

static const struct {
	const char *plain;
	const char *encoded;
} vectors[] = {
	/* RFC 4648 10 */
	{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
	{"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"},
	{"\xff\xfe\xfb", "//77"}, {"\xfb\xef\xbe", "++++"},
};

START_TEST(base64_is_written_and_read_as_the_rfc_says)
{
	struct buf raw = BUF_INIT;

	base64_encode(slice_from(vectors[_i].plain), &out);
	ck_assert_str_eq(buf_string(&out), vectors[_i].encoded);
	ck_assert(base64_decode(buf_slice(&out), &raw));
	ck_assert_str_eq(buf_string(&raw), vectors[_i].plain);
	buf_free(&raw);
}
END_TEST

static const char *const broken[] = {
	"Z", "Zg", "Zg=", "Zg===", "=", "====", "=Zg=", "Z===", "Zg=g",
	"Zg==Zg==", "Zm8=Zm9v", "Zm9v ", " Zm9v", "Zm9\n", "Zm\xc3\xa9",
	"Zm9-", "Zm9_", "Zh==", "Zm9=", "Zm9vZ", "Z\tg=",
};

START_TEST(base64_that_is_not_strict_is_refused)
{
	ck_assert(!base64_decode(slice_from(broken[_i]), &out));
}
END_TEST

START_TEST(a_nul_is_no_letter_of_base64)
{
	ck_assert(!base64_decode(SLICE("Zm9\0"), &out));
	ck_assert(!base64_decode(SLICE("\0\0\0\0"), &out));
}
END_TEST

/* choice */

static const struct {
	unsigned offered, allowed;
	bool binding;
	unsigned chosen;
} choices[] = {
	{ALL, ALL, true, AUTH_SCRAM_SHA_256_PLUS},
	{ALL, ALL, false, AUTH_SCRAM_SHA_256},
	{ALL & ~(AUTH_SCRAM_SHA_256 | AUTH_SCRAM_SHA_256_PLUS), ALL, true,
	    AUTH_CRAM_MD5},
	{AUTH_SCRAM_SHA_256_PLUS, ALL, false, 0},
	{AUTH_PLAIN | AUTH_LOGIN, ALL, true, AUTH_PLAIN},
	{AUTH_LOGIN, ALL, true, AUTH_LOGIN},
	{AUTH_XOAUTH2 | AUTH_OAUTHBEARER | AUTH_EXTERNAL, ALL, true, 0},
	{AUTH_LOGIN, AUTH_PLAIN, true, 0},
	{0, ALL, true, 0},
	{ALL, 0, true, 0},
	{ALL, AUTH_XOAUTH2, true, AUTH_XOAUTH2},
	{ALL, AUTH_OAUTHBEARER, true, AUTH_OAUTHBEARER},
	{ALL, AUTH_EXTERNAL, true, AUTH_EXTERNAL},
	{ALL, AUTH_LOGIN, true, AUTH_LOGIN},
};

START_TEST(the_best_of_what_is_offered_and_allowed_is_chosen)
{
	ck_assert_uint_eq(sasl_choose(choices[_i].offered,
	    choices[_i].allowed, choices[_i].binding), choices[_i].chosen);
}
END_TEST

START_TEST(both_rooms_mean_the_same_by_a_number)
{
	unsigned bit;

	login.binding_name = "tls-exporter";
	for (bit = AUTH_PLAIN; bit <= AUTH_EXTERNAL; bit <<= 1) {
		begin(bit);
		ck_assert_str_eq(sasl_name(sasl), auth_name(bit));
		sasl_free(sasl);
	}
	sasl = NULL;
}
END_TEST

/* the simple mechanisms */

START_TEST(plain_says_all_at_once)
{
	begin(AUTH_PLAIN);
	ck_assert(sasl_initial(sasl, &out));
	check_out(SLICE("\0user\0pencil"));
	ck_assert(sasl_is_complete(sasl, SLICE("ok"), &why));
	ck_assert(!challenge("more?"));
	ck_assert_ptr_nonnull(why);
}
END_TEST

START_TEST(an_initial_response_left_out_is_given_when_asked_for)
{
	begin(AUTH_PLAIN);
	ck_assert(sasl_answer(sasl, SLICE(""), &out, &why));
	check_out(SLICE("\0user\0pencil"));
}
END_TEST

START_TEST(login_answers_by_order_whatever_the_prompts_say)
{
	begin(AUTH_LOGIN);
	ck_assert(!sasl_initial(sasl, &out));
	ck_assert_uint_eq(out.len, 0);
	ck_assert(challenge("User Name\r\n"));
	check_out(SLICE("user"));
	ck_assert(challenge(""));
	check_out(SLICE("pencil"));
	ck_assert(sasl_is_complete(sasl, SLICE(""), &why));
	ck_assert(!challenge("And then?"));
}
END_TEST

START_TEST(cram_md5_answers_as_in_rfc_2195)
{
	login.user = "tim";
	login.secret = SLICE("tanstaaftanstaaf");
	begin(AUTH_CRAM_MD5);
	ck_assert(!sasl_initial(sasl, &out));
	ck_assert(sasl_answer(sasl, SLICE("PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY"
	    "2UucmVzdG9uLm1jaS5uZXQ+"), &out, &why));
	ck_assert_str_eq(out.data,
	    "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw");
	ck_assert(!challenge("<2@postoffice.example>"));
}
END_TEST

START_TEST(cram_md5_signs_no_empty_challenge)
{
	begin(AUTH_CRAM_MD5);
	ck_assert(!challenge(""));
	ck_assert_uint_eq(out.len, 0);
}
END_TEST

START_TEST(an_empty_password_is_signed_too)
{
	login.secret = (struct slice){NULL, 0};
	begin(AUTH_CRAM_MD5);
	ck_assert(challenge("<1@mx.example>"));
	ck_assert_uint_ne(out.len, 0);
}
END_TEST

START_TEST(xoauth2_sends_its_token_and_meets_an_error_with_nothing)
{
	login.user = "someuser@example.com";
	login.secret = SLICE("ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg");
	begin(AUTH_XOAUTH2);
	ck_assert(sasl_initial(sasl, &out));
	check_out(SLICE("user=someuser@example.com\001auth=Bearer "
	    "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\001\001"));
	ck_assert(challenge("{\"status\":\"400\"}"));
	ck_assert_uint_eq(out.len, 0);
}
END_TEST

START_TEST(oauthbearer_sends_what_rfc_7628_shows)
{
	login.user = "user@example.com";
	login.secret = SLICE(
	    "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==");
	login.host = "server.example.com";
	login.port = 587;
	begin(AUTH_OAUTHBEARER);
	ck_assert(sasl_initial(sasl, &out));
	ck_assert_str_eq(out.data, "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2Vyd"
	    "mVyLmV4YW1wbGUuY29tAXBvcnQ9NTg3AWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRj"
	    "Mk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB");
	ck_assert(challenge("{\"status\":\"invalid_token\"}"));
	ck_assert_str_eq(out.data, "AQ==");
}
END_TEST

START_TEST(oauthbearer_escapes_the_user_and_does_without)
{
	login.user = "a,b=c";
	login.secret = SLICE("t");
	begin(AUTH_OAUTHBEARER);
	sasl_initial(sasl, &out);
	check_out(SLICE("n,a=a=2Cb=3Dc,\001host=smtp.isp.example\001port=587"
	    "\001auth=Bearer t\001\001"));
	sasl_free(sasl);
	login.user = "";
	begin(AUTH_OAUTHBEARER);
	buf_clear(&out);
	sasl_initial(sasl, &out);
	check_out(SLICE("n,,\001host=smtp.isp.example\001port=587"
	    "\001auth=Bearer t\001\001"));
}
END_TEST

START_TEST(external_is_empty_and_says_so)
{
	begin(AUTH_EXTERNAL);
	ck_assert(sasl_initial(sasl, &out));
	ck_assert_str_eq(out.data, "=");
	ck_assert(challenge(""));
	ck_assert_uint_eq(out.len, 0);
	ck_assert(!challenge("who?"));
}
END_TEST

/* broken challenges */

START_TEST(a_challenge_that_is_not_base64_is_refused)
{
	begin(AUTH_LOGIN);
	ck_assert(!sasl_answer(sasl, SLICE("Username:"), &out, &why));
	ck_assert_str_eq(why, "the server's challenge is not base64");
	ck_assert_uint_eq(out.len, 0);
}
END_TEST

START_TEST(a_challenge_is_limited_in_length)
{
	struct buf text = BUF_INIT;

	while (text.len < 2048)
		buf_add_string(&text, "QUJD");
	begin(AUTH_CRAM_MD5);
	ck_assert(sasl_answer(sasl, buf_slice(&text), &out, &why));
	sasl_free(sasl);
	buf_add_string(&text, "QUJD");
	begin(AUTH_CRAM_MD5);
	ck_assert(!sasl_answer(sasl, buf_slice(&text), &out, &why));
	buf_free(&text);
}
END_TEST

START_TEST(three_challenges_are_the_most)
{
	int i;

	begin(AUTH_XOAUTH2);
	for (i = 0; i < 3; i++)
		ck_assert(challenge("{}"));
	ck_assert(!challenge("{}"));
	ck_assert_str_eq(why, "the server sends challenges without end");
}
END_TEST

START_TEST(blanks_around_a_challenge_do_not_count)
{
	begin(AUTH_LOGIN);
	ck_assert(sasl_answer(sasl, SLICE(" VXNlcm5hbWU6 \r"), &out, &why));
	check_out(SLICE("user"));
}
END_TEST

/* SCRAM */

#define NONCE "rOprNGfwEbeRWgbNEkqO"
#define SERVER_NONCE NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
#define SERVER_FIRST "r=" SERVER_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
#define SERVER_FINAL "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="

static struct scram *scram;

static void
begin_scram(enum scram_flag flag)
{
	scram = scram_new(&login, flag, NONCE);
	scram_first(scram, &out);
}

static void
end_scram(void)
{
	scram_free(scram);
	scram = NULL;
}

static bool
feed(const char *message)
{
	buf_clear(&out);
	return scram_answer(scram, slice_from(message), &out, &why);
}

START_TEST(scram_speaks_as_in_rfc_7677)
{
	begin_scram(SCRAM_UNBOUND);
	ck_assert_str_eq(out.data, "n,,n=user,r=" NONCE);
	ck_assert(feed(SERVER_FIRST));
	ck_assert_str_eq(out.data, "c=biws,r=" SERVER_NONCE
	    ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
	ck_assert(!scram_is_proved(scram));
	ck_assert(feed(SERVER_FINAL));
	ck_assert_uint_eq(out.len, 0);
	ck_assert(scram_is_proved(scram));
	ck_assert(!feed(SERVER_FINAL));
	end_scram();
}
END_TEST

START_TEST(extensions_behind_the_known_attributes_are_passed_over)
{
	begin_scram(SCRAM_UNBOUND);
	ck_assert(feed(SERVER_FIRST ",x=later"));
	ck_assert(!feed(SERVER_FINAL));
	end_scram();
	begin_scram(SCRAM_UNBOUND);
	ck_assert(feed(SERVER_FIRST));
	ck_assert(feed(SERVER_FINAL ",x=later"));
	end_scram();
}
END_TEST

START_TEST(the_header_tells_what_is_bound)
{
	login.binding_name = "tls-exporter";
	login.binding = SLICE("\001\002\003");
	begin_scram(SCRAM_BOUND);
	ck_assert(slice_starts(buf_slice(&out), "p=tls-exporter,,n=user,"));
	ck_assert(feed(SERVER_FIRST));
	/* "p=tls-exporter,," and the three bytes */
	ck_assert(slice_starts(buf_slice(&out),
	    "c=cD10bHMtZXhwb3J0ZXIsLAECAw==,r="));
	end_scram();
	buf_clear(&out);
	begin_scram(SCRAM_NOT_OFFERED);
	ck_assert(slice_starts(buf_slice(&out), "y,,n=user,"));
	ck_assert(feed(SERVER_FIRST));
	ck_assert(slice_starts(buf_slice(&out), "c=eSws,r="));
	end_scram();
}
END_TEST

START_TEST(a_user_with_comma_and_equals_sign_is_escaped)
{
	login.user = "a=b,c\xc3\xa9";
	begin_scram(SCRAM_UNBOUND);
	ck_assert_str_eq(out.data, "n,,n=a=3Db=2Cc\xc3\xa9,r=" NONCE);
	end_scram();
}
END_TEST

static const char *const bad_first[] = {
	"", "x", "r=", "r=" NONCE, "m=ext," SERVER_FIRST,
	"e=other-error",
	/* nonce: not ours, not longer, not printable */
	"r=" NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
	"r=x" SERVER_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
	"r=" NONCE "\x7f,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
	"r=" NONCE " x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
	"r=" NONCE "\xc3\xa9,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
	/* salt */
	"r=" SERVER_NONCE, "r=" SERVER_NONCE ",i=4096",
	"r=" SERVER_NONCE ",s=,i=4096", "r=" SERVER_NONCE ",s=W,i=4096",
	"r=" SERVER_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==",
	/* iterations */
	"r=" SERVER_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=",
	"r=" SERVER_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095",
	"r=" SERVER_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1000001",
	"r=" SERVER_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=-5000",
	"r=" SERVER_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=5e3",
	"r=" SERVER_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=99999999999999999999",
	"s=W22ZaJ0SNY7soEsUEjb6gQ==,r=" SERVER_NONCE ",i=4096",
};

START_TEST(a_broken_first_message_is_refused_for_good)
{
	/* What would match the signature of a proof that was never made. */
	static const char zeros[] =
	    "v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

	begin_scram(SCRAM_UNBOUND);
	ck_assert(!feed(bad_first[_i]));
	ck_assert_ptr_nonnull(why);
	ck_assert_uint_eq(out.len, 0);
	ck_assert(!feed(SERVER_FIRST));
	ck_assert(!feed(zeros));
	ck_assert(!scram_is_proved(scram));
	end_scram();
}
END_TEST

START_TEST(a_long_nonce_or_salt_is_refused)
{
	struct buf first = BUF_INIT;

	buf_add_string(&first, "r=" NONCE);
	while (first.len < 1200)
		buf_add_char(&first, 'x');
	buf_add_string(&first, ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
	begin_scram(SCRAM_UNBOUND);
	ck_assert(!feed(first.data));
	end_scram();
	buf_clear(&first);
	buf_add_string(&first, "r=" SERVER_NONCE ",s=");
	while (first.len < 1500)
		buf_add_string(&first, "QUJD");
	buf_add_string(&first, ",i=4096");
	begin_scram(SCRAM_UNBOUND);
	ck_assert(!feed(first.data));
	end_scram();
	buf_free(&first);
}
END_TEST

static const char *const bad_final[] = {
	"", "v=", "v", "x=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
	"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=",
	"v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
	"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95A==",
	"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4",
	"e=invalid-proof", "e=unknown-user", "e=channel-bindings-dont-match",
	"e=unsupported-channel-binding-type", "e=\001", "e=",
};

START_TEST(a_server_without_the_right_signature_is_refused)
{
	begin_scram(SCRAM_UNBOUND);
	ck_assert(feed(SERVER_FIRST));
	ck_assert(!feed(bad_final[_i]));
	ck_assert(!scram_is_proved(scram));
	ck_assert(slice_starts(slice_from(why), "SCRAM: "));
	ck_assert(!feed(SERVER_FINAL));
	ck_assert(!scram_is_proved(scram));
	end_scram();
}
END_TEST

START_TEST(an_error_of_the_server_is_put_into_words)
{
	begin_scram(SCRAM_UNBOUND);
	feed(SERVER_FIRST);
	feed("e=invalid-proof,x=y");
	ck_assert_str_eq(why, "SCRAM: the server says the password is wrong");
	end_scram();
}
END_TEST

/*
 * Through sasl.c, where the nonce is random: a server of our own that knows the
 * password, checks the proof and signs.
 */
#define SALT "salt of the server"
#define ITERATIONS 4096
#define KEY 32

struct server {
	struct buf text;	/* what both have said, as it is signed */
	unsigned char salted[KEY];
};

static void
hmac(const unsigned char *key, struct slice text, unsigned char *digest)
{
	ck_assert_ptr_nonnull(HMAC(EVP_sha256(), key, KEY,
	    (const unsigned char *)text.ptr, text.len, digest, NULL));
}

/* Takes the client's first message and lets it answer the server's. */
static void
server_begins(struct server *server)
{
	struct buf first = BUF_INIT, raw = BUF_INIT;
	const char *bare, *nonce;

	memset(server, 0, sizeof(*server));
	PKCS5_PBKDF2_HMAC("pencil", 6, (const unsigned char *)SALT,
	    sizeof(SALT) - 1, ITERATIONS, EVP_sha256(), KEY, server->salted);
	buf_clear(&out);
	ck_assert(sasl_initial(sasl, &out));
	ck_assert(base64_decode(buf_slice(&out), &raw));
	bare = strstr(raw.data, ",,");
	nonce = strstr(raw.data, ",r=");
	ck_assert_ptr_nonnull(bare);
	ck_assert_ptr_nonnull(nonce);
	buf_addf(&first, "r=%sabc,s=", nonce + 3);
	base64_encode(SLICE(SALT), &first);
	buf_addf(&first, ",i=%d", ITERATIONS);
	ck_assert(challenge(first.data));
	buf_addf(&server->text, "%s,%s,", bare + 2, first.data);
	buf_free(&first);
	buf_free(&raw);
}

/* Checks the proof in out and gives the final message in base64. */
static void
server_signs(struct server *server, struct buf *final)
{
	unsigned char key[KEY], stored[KEY], signature[KEY];
	struct buf message = BUF_INIT, proof = BUF_INIT, raw = BUF_INIT;
	const char *at;
	size_t i;

	ck_assert(base64_decode(buf_slice(&out), &raw));
	at = strstr(raw.data, ",p=");
	ck_assert_ptr_nonnull(at);
	buf_add(&server->text, raw.data, (size_t)(at - raw.data));
	ck_assert(base64_decode(slice_from(at + 3), &proof));
	ck_assert_uint_eq(proof.len, KEY);
	hmac(server->salted, SLICE("Client Key"), key);
	EVP_Digest(key, KEY, stored, NULL, EVP_sha256(), NULL);
	hmac(stored, buf_slice(&server->text), signature);
	for (i = 0; i < KEY; i++)
		ck_assert_uint_eq((unsigned char)proof.data[i],
		    key[i] ^ signature[i]);
	hmac(server->salted, SLICE("Server Key"), key);
	hmac(key, buf_slice(&server->text), signature);
	buf_add_string(&message, "v=");
	base64_encode((struct slice){(const char *)signature, KEY}, &message);
	base64_encode(buf_slice(&message), final);
	buf_free(&message);
	buf_free(&proof);
	buf_free(&raw);
	buf_free(&server->text);
}

START_TEST(a_whole_exchange_ends_in_proof)
{
	struct buf final = BUF_INIT;
	struct server server;

	login.binding_name = "tls-exporter";
	login.binding = SLICE("0123456789abcdef0123456789abcdef");
	begin(AUTH_SCRAM_SHA_256_PLUS);
	server_begins(&server);
	server_signs(&server, &final);
	buf_clear(&out);
	ck_assert(sasl_answer(sasl, buf_slice(&final), &out, &why));
	ck_assert_uint_eq(out.len, 0);
	ck_assert(sasl_is_complete(sasl, SLICE("2.7.0 welcome"), &why));
	buf_free(&final);
}
END_TEST

START_TEST(the_proof_may_come_with_the_final_yes)
{
	struct buf final = BUF_INIT, words = BUF_INIT;
	struct server server;

	begin(AUTH_SCRAM_SHA_256);
	server_begins(&server);
	server_signs(&server, &final);
	buf_addf(&words, "2.7.0 %s", final.data);
	ck_assert(sasl_is_complete(sasl, buf_slice(&words), &why));
	ck_assert(sasl_is_complete(sasl, SLICE(""), &why));
	buf_free(&final);
	buf_free(&words);
}
END_TEST

START_TEST(a_wrong_signature_in_a_challenge_is_refused)
{
	struct buf final = BUF_INIT;
	struct server server;

	begin(AUTH_SCRAM_SHA_256);
	server_begins(&server);
	server_signs(&server, &final);
	ck_assert(!challenge(SERVER_FINAL));
	ck_assert(!sasl_is_complete(sasl, buf_slice(&final), &why));
	buf_free(&final);
}
END_TEST

static void
check_header(const char *header)
{
	struct buf raw = BUF_INIT;

	buf_clear(&out);
	sasl_initial(sasl, &out);
	base64_decode(buf_slice(&out), &raw);
	ck_assert_msg(slice_starts(buf_slice(&raw), header), "%s", raw.data);
	buf_free(&raw);
	sasl_free(sasl);
	sasl = NULL;
}

START_TEST(the_flag_follows_what_could_be_bound_and_what_is_offered)
{
	begin(AUTH_SCRAM_SHA_256);
	check_header("n,,n=user,r=");
	login.offered = AUTH_SCRAM_SHA_256 | AUTH_SCRAM_SHA_256_PLUS;
	begin(AUTH_SCRAM_SHA_256);
	check_header("n,,");
	login.binding_name = "tls-unique";
	begin(AUTH_SCRAM_SHA_256_PLUS);
	check_header("p=tls-unique,,");
	/* Could, and was offered, but was not wanted. */
	begin(AUTH_SCRAM_SHA_256);
	check_header("n,,");
	login.offered = AUTH_SCRAM_SHA_256;
	begin(AUTH_SCRAM_SHA_256);
	check_header("y,,");
}
END_TEST

START_TEST(two_nonces_are_never_the_same)
{
	struct buf first = BUF_INIT;

	begin(AUTH_SCRAM_SHA_256);
	sasl_initial(sasl, &first);
	sasl_free(sasl);
	begin(AUTH_SCRAM_SHA_256);
	sasl_initial(sasl, &out);
	ck_assert_str_ne(first.data, out.data);
	buf_free(&first);
}
END_TEST

START_TEST(a_yes_without_proof_is_a_no)
{
	struct server server;

	begin(AUTH_SCRAM_SHA_256);
	ck_assert(!sasl_is_complete(sasl, SLICE("2.7.0 welcome"), &why));
	ck_assert(!sasl_is_complete(sasl, SLICE("dj1BQUFB"), &why));
	server_begins(&server);
	ck_assert(!sasl_is_complete(sasl, SLICE("2.7.0 welcome"), &why));
	ck_assert_ptr_nonnull(strstr(why, "does not prove"));
	ck_assert(!sasl_is_complete(sasl, SLICE("2.7.0 dj1BQUFB  ok"), &why));
	buf_free(&server.text);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static void
add_scram_tests(TCase *t)
{
	tcase_add_test(t, scram_speaks_as_in_rfc_7677);
	tcase_add_test(t,
	    extensions_behind_the_known_attributes_are_passed_over);
	tcase_add_test(t, the_header_tells_what_is_bound);
	tcase_add_test(t, a_user_with_comma_and_equals_sign_is_escaped);
	tcase_add_loop_test(t, a_broken_first_message_is_refused_for_good, 0,
	    COUNT(bad_first));
	tcase_add_test(t, a_long_nonce_or_salt_is_refused);
	tcase_add_loop_test(t,
	    a_server_without_the_right_signature_is_refused, 0,
	    COUNT(bad_final));
	tcase_add_test(t, an_error_of_the_server_is_put_into_words);
	tcase_add_test(t, a_whole_exchange_ends_in_proof);
	tcase_add_test(t, the_proof_may_come_with_the_final_yes);
	tcase_add_test(t, a_wrong_signature_in_a_challenge_is_refused);
	tcase_add_test(t,
	    the_flag_follows_what_could_be_bound_and_what_is_offered);
	tcase_add_test(t, two_nonces_are_never_the_same);
	tcase_add_test(t, a_yes_without_proof_is_a_no);
}

static Suite *
sasl_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("net/sasl");
	t = tcase_create("sasl");
	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, base64_is_written_and_read_as_the_rfc_says, 0,
	    COUNT(vectors));
	tcase_add_loop_test(t, base64_that_is_not_strict_is_refused, 0,
	    COUNT(broken));
	tcase_add_test(t, a_nul_is_no_letter_of_base64);
	tcase_add_loop_test(t,
	    the_best_of_what_is_offered_and_allowed_is_chosen, 0,
	    COUNT(choices));
	tcase_add_test(t, both_rooms_mean_the_same_by_a_number);
	tcase_add_test(t, plain_says_all_at_once);
	tcase_add_test(t,
	    an_initial_response_left_out_is_given_when_asked_for);
	tcase_add_test(t, login_answers_by_order_whatever_the_prompts_say);
	tcase_add_test(t, cram_md5_answers_as_in_rfc_2195);
	tcase_add_test(t, cram_md5_signs_no_empty_challenge);
	tcase_add_test(t, an_empty_password_is_signed_too);
	tcase_add_test(t,
	    xoauth2_sends_its_token_and_meets_an_error_with_nothing);
	tcase_add_test(t, oauthbearer_sends_what_rfc_7628_shows);
	tcase_add_test(t, oauthbearer_escapes_the_user_and_does_without);
	tcase_add_test(t, external_is_empty_and_says_so);
	tcase_add_test(t, a_challenge_that_is_not_base64_is_refused);
	tcase_add_test(t, a_challenge_is_limited_in_length);
	tcase_add_test(t, three_challenges_are_the_most);
	tcase_add_test(t, blanks_around_a_challenge_do_not_count);
	add_scram_tests(t);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(sasl_suite)
