#include "tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "cert.h"
#include "options.h"
#include "stats.h"

struct tls {
	SSL *ssl;
	BIO *from;
	BIO *to;
	bool up;
	struct bytes trouble;
};

static SSL_CTX *context;

static int
version_number(const char *text)
{
	static const struct {
		const char *name;
		int number;
	} versions[] = { { "1.0", TLS1_VERSION }, { "1.1", TLS1_1_VERSION },
		{ "1.2", TLS1_2_VERSION }, { "1.3", TLS1_3_VERSION } };

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (strcmp(versions[i].name, text) == 0)
			return versions[i].number;
	die("no TLS version '%s': 1.0, 1.1, 1.2 or 1.3", text);
}

static void
context_versions(void)
{
	int min = version_number(options.tls_min);

	SSL_CTX_set_min_proto_version(context, min);
	SSL_CTX_set_max_proto_version(context,
	    version_number(options.tls_max));
	/* OpenSSL has the old versions only without its own precautions. */
	if (min < TLS1_2_VERSION)
		SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
}

static void
context_resumption(void)
{
	static const unsigned char id[] = "smarthost";

	SSL_CTX_set_session_id_context(context, id, sizeof(id) - 1);
	if (!options.tickets)
		SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
	if (!options.resumption) {
		SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
		SSL_CTX_set_num_tickets(context, 0);
		SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	}
}

static void
context_client(const struct certificate *authority)
{
	int mode = SSL_VERIFY_NONE;

	if (strcmp(options.client_cert, "request") == 0)
		mode = SSL_VERIFY_PEER;
	else if (strcmp(options.client_cert, "require") == 0)
		mode = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	else if (strcmp(options.client_cert, "none") != 0)
		die("--client-cert is none, request or require");
	X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority->x509);
	SSL_CTX_set_verify(context, mode, NULL);
}

static void
fingerprint_take(X509 *x509, struct bytes *fingerprint)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int n = 0;

	if (X509_digest(x509, EVP_sha256(), digest, &n) == 1)
		hex_encode(digest, n, fingerprint);
}

void
tls_setup(struct bytes *fingerprint)
{
	struct certificate authority, server;

	authority = cert_authority(options.ca, options.ca_key);
	server = cert_server(options.cert, options.name, &authority);
	if (server.x509 == NULL)
		die("no kind of certificate '%s'", options.cert);
	context = SSL_CTX_new(TLS_server_method());
	if (context == NULL)
		die("cannot set up TLS");
	context_versions();
	context_resumption();
	context_client(&authority);
	if (SSL_CTX_use_certificate(context, server.x509) != 1 ||
	    SSL_CTX_use_PrivateKey(context, server.key) != 1)
		die("cannot use the certificate");
	fingerprint_take(server.x509, fingerprint);
	if (options.client_pair != NULL)
		cert_client(options.client_pair,
		    options.user == NULL ? "client" : options.user,
		    &authority);
	X509_free(server.x509);
	EVP_PKEY_free(server.key);
	X509_free(authority.x509);
	EVP_PKEY_free(authority.key);
}

struct tls *
tls_open(void)
{
	struct tls *tls = must_alloc(sizeof(*tls));

	tls->ssl = SSL_new(context);
	tls->from = BIO_new(BIO_s_mem());
	tls->to = BIO_new(BIO_s_mem());
	if (tls->ssl == NULL || tls->from == NULL || tls->to == NULL)
		die("cannot set up TLS");
	BIO_set_mem_eof_return(tls->from, -1);
	BIO_set_mem_eof_return(tls->to, -1);
	SSL_set_bio(tls->ssl, tls->from, tls->to);
	SSL_set_accept_state(tls->ssl);
	return tls;
}

void
tls_free(struct tls *tls)
{
	if (tls == NULL)
		return;
	SSL_free(tls->ssl);
	bytes_free(&tls->trouble);
	free(tls);
}

static void
tls_move(struct tls *tls, struct bytes *wire)
{
	size_t n = BIO_ctrl_pending(tls->to);
	int got;

	if (n == 0)
		return;
	got = BIO_read(tls->to, bytes_room(wire, n), (int)n);
	if (got > 0)
		wire->len += (size_t)got;
}

static enum tls_state
tls_fail(struct tls *tls, int result)
{
	int error = SSL_get_error(tls->ssl, result);

	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return tls->up ? TLS_UP : TLS_SHAKING;
	if (error == SSL_ERROR_ZERO_RETURN)
		return TLS_CLOSED;
	bytes_clear(&tls->trouble);
	bytes_text(&tls->trouble, ERR_reason_error_string(ERR_peek_error()) ?
	    ERR_reason_error_string(ERR_peek_error()) : "broken");
	ERR_clear_error();
	return TLS_FAILED;
}

static enum tls_state
tls_shake(struct tls *tls)
{
	int result = SSL_accept(tls->ssl);

	if (result != 1) {
		enum tls_state state = tls_fail(tls, result);

		if (state != TLS_SHAKING)
			stats_add(HANDSHAKES_FAILED, 1);
		return state;
	}
	tls->up = true;
	stats_add(SSL_session_reused(tls->ssl) ? HANDSHAKES_RESUMED :
	    HANDSHAKES_FULL, 1);
	return TLS_UP;
}

enum tls_state
tls_feed(struct tls *tls, const char *data, size_t n, struct bytes *in,
    struct bytes *wire)
{
	enum tls_state state = TLS_UP;
	int got = 1;

	if (n > 0)
		BIO_write(tls->from, data, (int)n);
	if (!tls->up)
		state = tls_shake(tls);
	while (tls->up && got > 0) {
		got = SSL_read(tls->ssl, bytes_room(in, 16384), 16384);
		if (got > 0)
			in->len += (size_t)got;
		else
			state = tls_fail(tls, got);
	}
	tls_move(tls, wire);
	return state;
}

void
tls_say(struct tls *tls, struct bytes *out, struct bytes *wire)
{
	if (out->len > 0 && tls->up)
		SSL_write(tls->ssl, out->data, (int)out->len);
	bytes_clear(out);
	tls_move(tls, wire);
}

void
tls_close(struct tls *tls, struct bytes *wire)
{
	if (tls->up)
		SSL_shutdown(tls->ssl);
	ERR_clear_error();
	tls_move(tls, wire);
}

const char *
tls_version(const struct tls *tls)
{
	return SSL_get_version(tls->ssl);
}

const char *
tls_cipher(const struct tls *tls)
{
	return SSL_get_cipher_name(tls->ssl);
}

bool
tls_resumed(const struct tls *tls)
{
	return SSL_session_reused(tls->ssl) == 1;
}

const char *
tls_server_name(const struct tls *tls)
{
	const char *name = SSL_get_servername(tls->ssl,
	    TLSEXT_NAMETYPE_host_name);

	return name == NULL ? "none" : name;
}

const char *
tls_trouble(const struct tls *tls)
{
	return bytes_string(&tls->trouble);
}

static bool
binding_unique(const struct tls *tls, struct bytes *data)
{
	unsigned char finished[EVP_MAX_MD_SIZE];
	size_t n;

	/* RFC 5929 section 3: the first Finished of the handshake, the
	 * client's in a full one, ours in a resumed one. */
	if (SSL_version(tls->ssl) > TLS1_2_VERSION)
		return false;
	if (SSL_session_reused(tls->ssl))
		n = SSL_get_finished(tls->ssl, finished, sizeof(finished));
	else
		n = SSL_get_peer_finished(tls->ssl, finished,
		    sizeof(finished));
	bytes_add(data, finished, n);
	return n > 0;
}

static bool
binding_exporter(const struct tls *tls, struct bytes *data)
{
	static const char label[] = "EXPORTER-Channel-Binding";
	unsigned char key[32];

	/* RFC 9266 section 2 */
	if (SSL_export_keying_material(tls->ssl, key, sizeof(key), label,
	    sizeof(label) - 1, NULL, 0, 0) != 1)
		return false;
	bytes_add(data, key, sizeof(key));
	return true;
}

bool
tls_binding(const struct tls *tls, const char *name, struct bytes *data)
{
	if (tls == NULL)
		return false;
	if (strcmp(name, "tls-unique") == 0)
		return binding_unique(tls, data);
	if (strcmp(name, "tls-exporter") == 0)
		return binding_exporter(tls, data);
	return false;
}

void
tls_peer(const struct tls *tls, struct bytes *name)
{
	X509 *peer = tls == NULL ? NULL : SSL_get1_peer_certificate(tls->ssl);
	int n;

	bytes_clear(name);
	if (peer == NULL || SSL_get_verify_result(tls->ssl) != X509_V_OK) {
		X509_free(peer);
		return;
	}
	n = X509_NAME_get_text_by_NID(X509_get_subject_name(peer),
	    NID_commonName, bytes_room(name, 256), 256);
	name->len = n > 0 ? (size_t)n : 0;
	X509_free(peer);
}
