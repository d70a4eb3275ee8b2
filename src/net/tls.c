#include "net/tls.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "net/certificate.h"
#include "net/reason.h"
#include "net/trust.h"
#include "net/wire.h"

/* What one call may read: a server that sends tickets without end gets the
 * deadline's attention in between. */
#define READ_BUDGET 65536
#define SETTINGS_LEN 32		/* SHA-256 */
#define EXPORTER "EXPORTER-Channel-Binding"
#define EXPORTER_LEN 32

struct tls {
	SSL_CTX *ctx;
	struct certificate_wanted wanted;
	unsigned char settings[SETTINGS_LEN];	/* stands before a ticket */
	SSL_SESSION *offered;
	SSL_SESSION *newest;

	SSL *ssl;		/* NULL: not attached */
	struct wire wire;

	bool untrusted;
	struct buf error;
};

/* The first failure is the cause. */
static void __attribute__((format(printf, 2, 3)))
fail(struct tls *t, const char *fmt, ...)
{
	va_list ap;

	if (t->error.len > 0)
		return;
	va_start(ap, fmt);
	buf_vaddf(&t->error, fmt, ap);
	va_end(ap);
}

/* Takes the session over; newer ones replace it. */
static int
keep_session(SSL *ssl, SSL_SESSION *session)
{
	struct tls *t = SSL_get_app_data(ssl);

	SSL_SESSION_free(t->newest);
	t->newest = session;
	return 1;
}

/* The pin instead of everything else. */
static int
verify_pin(X509_STORE_CTX *store, void *arg)
{
	struct tls *t = arg;

	if (certificate_fits(X509_STORE_CTX_get0_cert(store), &t->wanted,
	    &t->error)) {
		X509_STORE_CTX_set_error(store, X509_V_OK);
		return 1;
	}
	t->untrusted = true;
	X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
	return 0;
}

/* Says what OpenSSL found; it never forgives. */
static int
explain_chain(int ok, X509_STORE_CTX *store)
{
	struct tls *t;

	if (ok)
		return 1;
	t = SSL_get_app_data(X509_STORE_CTX_get_ex_data(store,
	    SSL_get_ex_data_X509_STORE_CTX_idx()));
	t->untrusted = true;
	if (t->error.len == 0)
		certificate_fault(X509_STORE_CTX_get_error(store),
		    X509_STORE_CTX_get_error_depth(store),
		    X509_STORE_CTX_get_current_cert(store), &t->wanted,
		    &t->error);
	return 0;
}

/* A key with a passphrase must not make the daemon ask a terminal. */
static int
no_passphrase(char *out, int size, int writing, void *arg)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static bool
use_client_certificate(struct tls *t, const struct tls_settings *s,
    struct buf *error)
{
	const char *key;

	if (s->client_certificate == NULL)
		return true;
	key = s->client_key == NULL ? s->client_certificate : s->client_key;
	ERR_clear_error();
	SSL_CTX_set_default_passwd_cb(t->ctx, no_passphrase);
	if (SSL_CTX_use_certificate_chain_file(t->ctx,
	    s->client_certificate) != 1) {
		buf_addf(error, "cannot read the client certificate %s: %s",
		    s->client_certificate, reason_last());
		return false;
	}
	if (SSL_CTX_use_PrivateKey_file(t->ctx, key, SSL_FILETYPE_PEM) != 1) {
		buf_addf(error, "cannot use the key of the client certificate "
		    "in %s: %s", key, reason_last());
		return false;
	}
	return true;
}

/* A session is only good for the settings it was got with. */
static bool
digest_settings(struct tls *t, const struct tls_settings *s)
{
	const char *const parts[] = {
		s->host, s->ca_file, s->fingerprint, s->client_certificate,
		s->client_key,
	};
	struct buf all = BUF_INIT;
	bool ok;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i] != NULL)
			buf_addf(&all, "%zu:%s", strlen(parts[i]), parts[i]);
		buf_add_char(&all, ',');
	}
	ok = EVP_Digest(all.data, all.len, t->settings, NULL, EVP_sha256(),
	    NULL) == 1;
	buf_free(&all);
	return ok;
}

static void
set_up_context(SSL_CTX *ctx)
{
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION |
	    SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_read_ahead(ctx, 1);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT |
	    SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(ctx, keep_session);
}

/* What makes a server trusted: the pin alone, or chain, name and purpose. */
static bool
use_trust(struct tls *t, const struct tls_settings *s, struct buf *error)
{
	if (t->wanted.is_pinned) {
		SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER, NULL);
		SSL_CTX_set_cert_verify_callback(t->ctx, verify_pin, t);
		return true;
	}
	SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER, explain_chain);
	return trust_demand(SSL_CTX_get0_param(t->ctx), &t->wanted, error) &&
	    trust_load(SSL_CTX_get_cert_store(t->ctx), s->ca_file, error);
}

static bool
set_up(struct tls *t, const struct tls_settings *s, struct buf *error)
{
	if (!certificate_want(&t->wanted, s->host, s->fingerprint, error))
		return false;
	t->ctx = SSL_CTX_new(TLS_client_method());
	if (t->ctx == NULL || !digest_settings(t, s)) {
		buf_addf(error, "cannot set up TLS: %s", reason_last());
		return false;
	}
	set_up_context(t->ctx);
	return use_trust(t, s, error) && use_client_certificate(t, s, error);
}

struct tls *
tls_new(const struct tls_settings *s, struct buf *error)
{
	struct tls *t;

	OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	/* Or the first date that is compared would read the zone's file. */
	tzset();
	t = xcalloc(1, sizeof(*t));
	if (!set_up(t, s, error)) {
		tls_free(t);
		t = NULL;
	}
	ERR_clear_error();
	return t;
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	tls_detach(t);
	SSL_SESSION_free(t->offered);
	SSL_SESSION_free(t->newest);
	SSL_CTX_free(t->ctx);
	certificate_forget(&t->wanted);
	buf_free(&t->error);
	free(t);
}

/*
 * OpenSSL resumes under any name, with any store, and says X509_V_OK: so the
 * certificate that the session was got with is looked at again.
 */
static bool
is_session_trusted(const struct tls *t, SSL_SESSION *session,
    struct buf *why)
{
	X509 *cert;

	cert = SSL_SESSION_get0_peer(session);
	if (cert == NULL) {
		buf_add_string(why, "resumed session without a certificate");
		return false;
	}
	return certificate_fits(cert, &t->wanted, why);
}

void
tls_offer_session(struct tls *t, struct slice ticket)
{
	struct buf why = BUF_INIT;
	const unsigned char *at;
	SSL_SESSION *session;

	if (ticket.len <= SETTINGS_LEN || ticket.len > LONG_MAX ||
	    memcmp(ticket.ptr, t->settings, SETTINGS_LEN) != 0)
		return;
	at = (const unsigned char *)ticket.ptr + SETTINGS_LEN;
	session = d2i_SSL_SESSION(NULL, &at, (long)(ticket.len - SETTINGS_LEN));
	ERR_clear_error();
	if (session == NULL)
		return;
	if ((const char *)at == ticket.ptr + ticket.len &&
	    is_session_trusted(t, session, &why)) {
		SSL_SESSION_free(t->offered);
		t->offered = session;
	} else
		SSL_SESSION_free(session);
	buf_free(&why);
}

bool
tls_take_session(struct tls *t, struct buf *ticket)
{
	unsigned char *at;
	int len;

	len = t->newest == NULL ? 0 : i2d_SSL_SESSION(t->newest, NULL);
	if (len <= 0)
		return false;
	buf_reserve(ticket, SETTINGS_LEN + (size_t)len);
	buf_add(ticket, t->settings, SETTINGS_LEN);
	at = (unsigned char *)ticket->data + ticket->len;
	i2d_SSL_SESSION(t->newest, &at);
	ticket->len += (size_t)len;
	ticket->data[ticket->len] = '\0';
	SSL_SESSION_free(t->newest);
	t->newest = NULL;
	return true;
}

void
tls_attach(struct tls *t, int fd)
{
	BIO *bio;

	tls_detach(t);
	buf_clear(&t->error);
	t->untrusted = false;
	t->wire = (struct wire){.fd = fd};
	t->ssl = SSL_new(t->ctx);
	bio = wire_bio(&t->wire);
	if (t->ssl == NULL || bio == NULL) {
		fail(t, "cannot set up TLS: %s", reason_last());
		BIO_free(bio);
		tls_detach(t);
		return;
	}
	SSL_set_bio(t->ssl, bio, bio);
	SSL_set_app_data(t->ssl, t);
	SSL_set_connect_state(t->ssl);
	if (!t->wanted.is_address)
		SSL_set_tlsext_host_name(t->ssl, t->wanted.host);
	if (t->offered != NULL)
		SSL_set_session(t->ssl, t->offered);
	/* A ticket of TLS 1.3 is good for one use. */
	SSL_SESSION_free(t->offered);
	t->offered = NULL;
}

/* Before each call that reads or writes; more: further data follows. */
static void
prepare(struct tls *t, bool more)
{
	ERR_clear_error();
	t->wire.budget = READ_BUDGET;
	t->wire.more = more;
}

void
tls_detach(struct tls *t)
{
	if (t->ssl == NULL)
		return;
	/* Without a word of farewell, servers forget the session. */
	if (SSL_is_init_finished(t->ssl) && t->error.len == 0 &&
	    t->wire.error == 0) {
		prepare(t, false);
		SSL_shutdown(t->ssl);
	}
	SSL_free(t->ssl);
	t->ssl = NULL;
	buf_free(&t->wire.held);
	ERR_clear_error();
}

static void
explain_failure(struct tls *t)
{
	const char *words = reason_of_failure();

	if (words != NULL)
		fail(t, "%s", words);
	else
		fail(t, "TLS failed: %s", reason_last());
}

/* What a call of OpenSSL that did not succeed means to the pump. */
static int
settle(struct tls *t, int result)
{
	switch (SSL_get_error(t->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return TLS_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return TLS_CLOSED;
	case SSL_ERROR_SYSCALL:
		if (t->error.len > 0 || t->wire.error == 0)
			break;
		errno = t->wire.error;
		return TLS_SOCKET;
	default:
		break;
	}
	explain_failure(t);
	return TLS_BROKEN;
}

int
tls_handshake(struct tls *t)
{
	SSL_SESSION *session;
	int n;

	if (t->ssl == NULL)
		return TLS_BROKEN;
	prepare(t, false);
	n = SSL_do_handshake(t->ssl);
	if (n != 1)
		return settle(t, n);
	session = SSL_get_session(t->ssl);
	if (SSL_get_verify_result(t->ssl) != X509_V_OK ||
	    !is_session_trusted(t, session, &t->error)) {
		t->untrusted = true;
		fail(t, "certificate is not trusted");
		return TLS_BROKEN;
	}
	/* Up to TLS 1.2 a session that was resumed can be used again. */
	if (t->newest == NULL && SSL_version(t->ssl) < TLS1_3_VERSION &&
	    SSL_SESSION_is_resumable(session))
		t->newest = SSL_get1_session(t->ssl);
	return 1;
}

long
tls_read(struct tls *t, void *data, size_t len)
{
	size_t n;

	prepare(t, false);
	if (SSL_read_ex(t->ssl, data, len, &n) == 1)
		return (long)n;
	return settle(t, 0);
}

long
tls_write(struct tls *t, const void *data, size_t len, bool more)
{
	size_t n;

	prepare(t, more);
	if (SSL_write_ex(t->ssl, data, len, &n) == 1)
		return (long)n;
	return settle(t, 0);
}

size_t
tls_held(const struct tls *t)
{
	return t->wire.held.len;
}

bool
tls_pending(const struct tls *t)
{
	return SSL_has_pending(t->ssl) == 1;
}

const char *
tls_error(const struct tls *t)
{
	return buf_string(&t->error);
}

bool
tls_is_untrusted(const struct tls *t)
{
	return t->untrusted;
}

const char *
tls_version(const struct tls *t)
{
	return t->ssl == NULL ? "" : SSL_get_version(t->ssl);
}

const char *
tls_cipher(const struct tls *t)
{
	return t->ssl == NULL ? "" : SSL_get_cipher_name(t->ssl);
}

bool
tls_is_resumed(const struct tls *t)
{
	return t->ssl != NULL && SSL_session_reused(t->ssl) == 1;
}

const char *
tls_binding(const struct tls *t, struct buf *data)
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	size_t len;

	if (t->ssl == NULL)
		return NULL;
	if (SSL_version(t->ssl) >= TLS1_3_VERSION) {
		if (SSL_export_keying_material(t->ssl, bytes, EXPORTER_LEN,
		    EXPORTER, sizeof(EXPORTER) - 1, bytes, 0, 1) != 1)
			return NULL;
		buf_add(data, bytes, EXPORTER_LEN);
		return "tls-exporter";
	}
	if (SSL_session_reused(t->ssl) || SSL_get_extms_support(t->ssl) != 1)
		return NULL;
	len = SSL_get_finished(t->ssl, bytes, sizeof(bytes));
	buf_add(data, bytes, len);
	return "tls-unique";
}
