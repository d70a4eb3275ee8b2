#include "unit.h"

#include <sys/stat.h>


#include "net/trust.h"
#include "tls_peer.h"

static struct server server;
static struct stream *stream;
static struct tls *client;
static struct buf error;

static void
setup(void)
{
	make_authorities();
	server = (struct server){.fd = -1};
	stream = NULL;
	client = NULL;
	error = (struct buf)BUF_INIT;
}

static void
teardown(void)
{
	stream_free(stream);
	tls_free(client);
	server_free(&server);
	buf_free(&error);
	forget_authorities();
}

/* Connects to a server with such a certificate; whether it is trusted. */
static bool
try(const struct kind *k, const char *host, const char *fingerprint)
{
	bool ok;

	server_make(&server, k, TLS1_3_VERSION, talk_greet);
	client = client_new(host, ca_file.data, fingerprint);
	stream = server_connect(&server);
	ok = client_start(stream, client);
	ck_assert_int_eq(ok, stream_error(stream)[0] == '\0');
	return ok;
}

static const struct {
	const char *host;
	struct kind kind;
	const char *fault;	/* how the sentence begins; NULL: trusted */
} cases[] = {
	{HOST, {.san = "DNS:" HOST}, NULL},
	{HOST ".", {.san = "DNS:" HOST}, NULL},
	{"SMTP.ISP.EXAMPLE", {.san = "DNS:" HOST}, NULL},
	{HOST, {.san = "DNS:mail.other.example, DNS:" HOST}, NULL},
	{HOST, {.san = "DNS:*.isp.example"}, NULL},
	{HOST, {.san = "DNS:" HOST, .purpose = "serverAuth"}, NULL},
	{"127.0.0.1", {.san = "IP:127.0.0.1"}, NULL},
	{"::1", {.san = "IP:::1"}, NULL},

	{HOST, {.san = "DNS:mail.other.example"}, "certificate is for "
	    "mail.other.example, not for " HOST},
	{HOST, {.san = "DNS:a,DNS:b,DNS:c,DNS:d,DNS:e,DNS:f"},
	    "certificate is for a, b, c, d, e and others, not for " HOST},
	{HOST, {.san = "DNS:s*.isp.example"}, "certificate is for "
	    "s*.isp.example, not for " HOST},
	{HOST, {.san = "DNS:*.example"}, "certificate is for *.example, "},
	{"a." HOST, {.san = "DNS:*.isp.example"}, "certificate is for *.isp"},
	{HOST, {.san = "DNS:*"}, "certificate is for *, not for "},
	{HOST, {.raw_name = {HOST "\0.evil.example", 30}},
	    "certificate is for smtp.isp.example\\x00.evil.example, not for "},
	{HOST, {.raw_name = {"a\nb", 3}}, "certificate is for a\\x0ab, "},
	/* The subject does not count. */
	{HOST, {.common_name = HOST}, "certificate names no server in its "
	    "subjectAltName, not for " HOST},
	{HOST, {.common_name = HOST, .san = "email:root@isp.example"},
	    "certificate names no server in its subjectAltName"},
	{"127.0.0.1", {.san = "DNS:127.0.0.1"},
	    "certificate is for 127.0.0.1, not for 127.0.0.1"},
	{"127.0.0.1", {.san = "IP:127.0.0.2,IP:::1"},
	    "certificate is for 127.0.0.2, ::1, not for 127.0.0.1"},
	{HOST, {.san = "IP:127.0.0.1"}, "certificate is for 127.0.0.1, not"},

	{HOST, {.san = "DNS:" HOST, .from = -9 * DAY, .to = -2 * DAY},
	    "certificate expired on 20"},
	{HOST, {.san = "DNS:" HOST, .from = 2 * DAY, .to = 9 * DAY},
	    "certificate is not valid before 20"},
	{HOST, {.san = "DNS:" HOST, .by = SELF_SIGNED},
	    "certificate is self-signed (where that is intended, set ca-file"},
	{HOST, {.san = "DNS:" HOST, .by = STRANGE}, "certificate comes from "
	    "an authority that is not trusted here: CN=Nobody's Authority"},
	{HOST, {.san = "DNS:" HOST, .purpose = "clientAuth"},
	    "certificate is not one for a server"},
};

START_TEST(each_kind_of_certificate_is_judged_and_said)
{
	bool trusted;

	trusted = try(&cases[_i].kind, cases[_i].host, NULL);
	ck_assert_msg(trusted == (cases[_i].fault == NULL), "%s",
	    stream_error(stream));
	ck_assert_int_eq(stream_is_untrusted(stream), !trusted);
	if (trusted)
		ck_assert(slice_is(stream_input(stream), "220 ready\r\n"));
	else
		ck_assert_msg(slice_starts(slice_from(stream_error(stream)),
		    cases[_i].fault), "%s", stream_error(stream));
}
END_TEST

/* The fingerprint of the server's certificate, in one of two spellings. */
static void
get_fingerprint(const struct kind *k, bool with_colons, struct buf *out)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned i, len;

	server_make(&server, k, TLS1_3_VERSION, talk_greet);
	X509_digest(SSL_CTX_get0_certificate(server.ctx), EVP_sha256(),
	    digest, &len);
	for (i = 0; i < len; i++)
		buf_addf(out, with_colons ? "%s%02X" : "%s%02x",
		    with_colons && i > 0 ? ":" : "", digest[i]);
}

static const struct kind wrong_in_every_way = {
	.san = "DNS:mail.other.example", .by = SELF_SIGNED,
	.from = -9 * DAY, .to = -2 * DAY, .purpose = "clientAuth",
};

START_TEST(a_pin_replaces_chain_name_and_dates)
{
	struct buf pin = BUF_INIT;

	get_fingerprint(&wrong_in_every_way, _i == 1, &pin);
	client = client_new(HOST, NULL, pin.data);
	stream = server_connect(&server);
	ck_assert_msg(client_start(stream, client), "%s",
	    stream_error(stream));
	buf_free(&pin);
}
END_TEST

START_TEST(a_pin_that_differs_is_refused_however_good_the_rest)
{
	struct kind good = {.san = "DNS:" HOST};
	struct buf pin = BUF_INIT, expected = BUF_INIT;

	get_fingerprint(&good, false, &pin);
	ck_assert(pin.data != NULL && pin.len == 64);
	buf_addf(&expected, "certificate has the fingerprint %s, not the one "
	    "that is set", pin.data);
	pin.data[63] = pin.data[63] == '0' ? '1' : '0';
	client = client_new(HOST, ca_file.data, pin.data);
	stream = server_connect(&server);
	ck_assert(!client_start(stream, client));
	ck_assert(stream_is_untrusted(stream));
	ck_assert_str_eq(stream_error(stream), expected.data);
	ck_assert(!server_end(&server));
	buf_free(&pin);
	buf_free(&expected);
}
END_TEST

/* Settings that cannot work are refused when they are made. */
static void
check_refused(const struct tls_settings *s, const char *words)
{
	ck_assert_ptr_null(tls_new(s, &error));
	ck_assert_msg(slice_starts(buf_slice(&error), words), "%s",
	    buf_string(&error));
	buf_clear(&error);
}

static const char *const bad_pins[] = {
	"", "0", "zz", "00:11",
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddee",
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff0",
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff:",
	":0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff0",
	"0:0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
	"g0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
};

START_TEST(a_fingerprint_has_64_digits)
{
	struct tls_settings s = {.host = HOST, .fingerprint = bad_pins[_i]};

	check_refused(&s, "fingerprint is not the SHA-256 of a certificate");
}
END_TEST

START_TEST(a_host_without_a_name_is_refused)
{
	struct tls_settings s = {.host = "", .ca_file = ca_file.data};

	check_refused(&s, "cannot check the certificate of a server without");
	s.host = ".";
	check_refused(&s, "cannot check the certificate of a server without");
	s.host = ".isp.example";
	check_refused(&s, "cannot check the certificate of a server without");
}
END_TEST

START_TEST(a_ca_file_without_certificates_is_refused)
{
	struct tls_settings s = {.host = HOST};
	struct buf expected = BUF_INIT;

	s.ca_file = "/nonexistent/ca.pem";
	check_refused(&s, "cannot read certificates from ca-file "
	    "/nonexistent/ca.pem: No such file or directory");
	write_pem("empty.pem", NULL, NULL, NULL);
	s.ca_file = path_of("empty.pem");
	buf_addf(&expected, "cannot read certificates from ca-file %s: no "
	    "certificate in it", s.ca_file);
	check_refused(&s, expected.data);
	buf_free(&expected);
	s.ca_file = folder;
	check_refused(&s, "cannot read certificates from ca-file /tmp/");
}
END_TEST

START_TEST(a_store_is_a_directory_with_hashed_names)
{
	static const char *const names[] = {
		"ca.pem", "0123456.0", "012345678.0", "0123abcd", "0123abcd.",
		"0123abcd.r0", "0123ABCD.0", "0123abcg.0",
	};
	size_t i;

	ck_assert(!trust_is_hashed_directory("/nonexistent"));
	ck_assert(!trust_is_hashed_directory(ca_file.data));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		write_pem(names[i], authority.cert, NULL, NULL);
	ck_assert(!trust_is_hashed_directory(folder));
	write_pem("0123abcd.0", authority.cert, NULL, NULL);
	ck_assert(trust_is_hashed_directory(folder));
}
END_TEST

/* The system's store, as this machine has it for OpenSSL, and without. */
static const char *store_dir, *store_file;

const char *
X509_get_default_cert_dir(void)
{
	return store_dir;
}

const char *
X509_get_default_cert_file(void)
{
	return store_file;
}

/* Puts the authority into folder/store under the name that is its hash. */
static void
make_hashed_store(struct buf *dir)
{
	struct buf name = BUF_INIT;

	buf_addf(dir, "%s/store", folder);
	ck_assert_int_eq(mkdir(dir->data, 0755), 0);
	buf_addf(&name, "store/%08lx.0", X509_subject_name_hash(
	    authority.cert));
	write_pem(name.data, authority.cert, NULL, NULL);
	buf_free(&name);
}

START_TEST(the_system_store_is_a_hashed_directory_or_a_file)
{
	struct kind good = {.san = "DNS:" HOST};
	struct buf dir = BUF_INIT;

	make_hashed_store(&dir);
	store_dir = _i == 0 ? dir.data : "/nonexistent";
	store_file = _i == 0 ? "/nonexistent" : ca_file.data;
	server_make(&server, &good, TLS1_3_VERSION, talk_greet);
	client = client_new(HOST, NULL, NULL);
	stream = server_connect(&server);
	ck_assert_msg(client_start(stream, client), "%s",
	    stream_error(stream));
	buf_free(&dir);
}
END_TEST

START_TEST(an_empty_system_store_is_an_error)
{
	struct tls_settings s = {.host = HOST};

	store_dir = folder;
	store_file = "/nonexistent";
	check_refused(&s, "cannot check certificates: no certificate of an "
	    "authority in /tmp/");
}
END_TEST

START_TEST(the_environment_adds_no_authority)
{
	struct kind good = {.san = "DNS:" HOST};
	struct buf dir = BUF_INIT;

	/* The store knows the stranger only, the environment ours. */
	write_pem("stranger.pem", stranger.cert, NULL, NULL);
	make_hashed_store(&dir);
	setenv("SSL_CERT_FILE", ca_file.data, 1);
	setenv("SSL_CERT_DIR", dir.data, 1);
	store_dir = "/nonexistent";
	store_file = path_of("stranger.pem");
	server_make(&server, &good, TLS1_3_VERSION, talk_greet);
	client = client_new(HOST, NULL, NULL);
	stream = server_connect(&server);
	ck_assert(!client_start(stream, client));
	ck_assert(stream_is_untrusted(stream));
	buf_free(&dir);
}
END_TEST

/* client certificates */

static void
demand_client_certificate(int version)
{
	struct kind good = {.san = "DNS:" HOST};

	server_make(&server, &good, version, talk_greet);
	SSL_CTX_set_verify(server.ctx, SSL_VERIFY_PEER |
	    SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_load_verify_file(server.ctx, ca_file.data);
}

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

START_TEST(a_client_certificate_is_shown_to_whoever_asks)
{
	struct tls_settings s = {.host = HOST, .ca_file = ca_file.data};
	struct kind mine = {.common_name = "web1"};
	struct buf cert = BUF_INIT, key = BUF_INIT;
	struct identity me;

	demand_client_certificate(versions[_i]);
	me = new_certificate(&mine);
	write_pem("both.pem", me.cert, me.key, NULL);
	write_pem("key.pem", NULL, me.key, NULL);
	buf_add_string(&cert, path_of("both.pem"));
	buf_add_string(&key, path_of("key.pem"));
	s.client_certificate = cert.data;
	s.client_key = _i == 0 ? NULL : key.data;
	client = tls_new(&s, &error);
	ck_assert_msg(client != NULL, "%s", buf_string(&error));
	stream = server_connect(&server);
	ck_assert_msg(client_start(stream, client), "%s",
	    stream_error(stream));
	free_identity(&me);
	buf_free(&cert);
	buf_free(&key);
}
END_TEST

START_TEST(a_client_certificate_that_is_missing_is_said)
{
	demand_client_certificate(versions[_i]);
	client = client_new(HOST, ca_file.data, NULL);
	stream = server_connect(&server);
	ck_assert(!client_start(stream, client));
	ck_assert(!stream_is_untrusted(stream));
	ck_assert_str_eq(stream_error(stream), _i == 0 ?
	    "the server refused TLS: nothing in common, or it wants a client "
	    "certificate" : "the server wants a client certificate "
	    "(client-certificate can be set)");
}
END_TEST

START_TEST(a_client_certificate_of_an_unknown_issuer_is_said)
{
	struct tls_settings s = {.host = HOST, .ca_file = ca_file.data};
	struct kind mine = {.common_name = "web1", .by = STRANGE};
	struct identity me;

	demand_client_certificate(versions[_i]);
	me = new_certificate(&mine);
	write_pem("both.pem", me.cert, me.key, NULL);
	s.client_certificate = path_of("both.pem");
	client = tls_new(&s, &error);
	stream = server_connect(&server);
	ck_assert(!client_start(stream, client));
	ck_assert_str_eq(stream_error(stream),
	    "the server does not know who issued our client certificate");
	free_identity(&me);
}
END_TEST

START_TEST(a_client_certificate_that_cannot_be_used_is_refused)
{
	struct tls_settings s = {.host = HOST, .ca_file = ca_file.data};
	struct buf cert = BUF_INIT, key = BUF_INIT;

	s.client_certificate = "/nonexistent/cert.pem";
	check_refused(&s, "cannot read the client certificate "
	    "/nonexistent/cert.pem: No such file or directory");
	write_pem("cert.pem", authority.cert, NULL, NULL);
	buf_add_string(&cert, path_of("cert.pem"));
	s.client_certificate = cert.data;
	check_refused(&s, "cannot use the key of the client certificate in ");
	/* Another's key; one that would ask for a passphrase. */
	write_pem("key.pem", NULL, stranger.key, NULL);
	buf_add_string(&key, path_of("key.pem"));
	s.client_key = key.data;
	check_refused(&s, "cannot use the key of the client certificate in ");
	write_pem("key.pem", NULL, authority.key, "secret");
	check_refused(&s, "cannot use the key of the client certificate in ");
	buf_free(&cert);
	buf_free(&key);
}
END_TEST

START_TEST(freeing_nothing_is_allowed)
{
	tls_free(NULL);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static Suite *
tls_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("net/tls: trust");
	t = tcase_create("trust");
	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, each_kind_of_certificate_is_judged_and_said, 0,
	    COUNT(cases));
	tcase_add_loop_test(t, a_pin_replaces_chain_name_and_dates, 0, 2);
	tcase_add_test(t,
	    a_pin_that_differs_is_refused_however_good_the_rest);
	tcase_add_loop_test(t, a_fingerprint_has_64_digits, 0,
	    COUNT(bad_pins));
	tcase_add_test(t, a_host_without_a_name_is_refused);
	tcase_add_test(t, a_ca_file_without_certificates_is_refused);
	tcase_add_test(t, a_store_is_a_directory_with_hashed_names);
	tcase_add_loop_test(t,
	    the_system_store_is_a_hashed_directory_or_a_file, 0, 2);
	tcase_add_test(t, an_empty_system_store_is_an_error);
	tcase_add_test(t, the_environment_adds_no_authority);
	tcase_add_loop_test(t, a_client_certificate_is_shown_to_whoever_asks,
	    0, 2);
	tcase_add_loop_test(t, a_client_certificate_that_is_missing_is_said,
	    0, 2);
	tcase_add_loop_test(t,
	    a_client_certificate_of_an_unknown_issuer_is_said, 0, 2);
	tcase_add_test(t,
	    a_client_certificate_that_cannot_be_used_is_refused);
	tcase_add_test(t, freeing_nothing_is_allowed);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(tls_suite)
