#include "net/certificate.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NAMES_SHOWN 5
#define NAME_SHOWN_MAX 255
#define ISSUER_SHOWN_MAX 200

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool
parse_fingerprint(const char *text, unsigned char *out)
{
	int high, low;
	size_t n;

	for (n = 0; n < FINGERPRINT_LEN; n++) {
		if (n > 0 && *text == ':')
			text++;
		high = hex_digit(text[0]);
		low = high < 0 ? -1 : hex_digit(text[1]);
		if (low < 0)
			return false;
		out[n] = (unsigned char)(high * 16 + low);
		text += 2;
	}
	return *text == '\0';
}

static bool
is_address(const char *host)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, bytes) == 1 ||
	    inet_pton(AF_INET6, host, bytes) == 1;
}

bool
certificate_want(struct certificate_wanted *w, const char *host,
    const char *fingerprint, struct buf *error)
{
	size_t len;

	*w = (struct certificate_wanted){0};
	len = strlen(host);
	if (len > 1 && host[len - 1] == '.')
		len--;
	if (len == 0 || host[0] == '.') {
		buf_add_string(error, "cannot check the certificate of a "
		    "server without a name: set host");
		return false;
	}
	w->host = slice_dup((struct slice){host, len});
	w->is_address = is_address(w->host);
	w->is_pinned = fingerprint != NULL;
	if (fingerprint == NULL ||
	    parse_fingerprint(fingerprint, w->fingerprint))
		return true;
	buf_add_string(error, "fingerprint is not the SHA-256 of a "
	    "certificate: 64 hexadecimal digits are needed");
	return false;
}

void
certificate_forget(struct certificate_wanted *w)
{
	free(w->host);
	w->host = NULL;
}

/* Appends SHA-256 of the whole certificate in hex. */
static void
add_fingerprint(X509 *cert, struct buf *out)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned i, len;

	if (X509_digest(cert, EVP_sha256(), digest, &len) != 1)
		return;
	for (i = 0; i < len; i++)
		buf_addf(out, "%02x", digest[i]);
}

static bool
fits_pin(X509 *cert, const struct certificate_wanted *w, struct buf *why)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len;

	if (X509_digest(cert, EVP_sha256(), digest, &len) == 1 &&
	    len == FINGERPRINT_LEN &&
	    memcmp(digest, w->fingerprint, FINGERPRINT_LEN) == 0)
		return true;
	buf_add_string(why, "certificate has the fingerprint ");
	add_fingerprint(cert, why);
	buf_add_string(why, ", not the one that is set");
	return false;
}

static bool
fits_name(X509 *cert, const struct certificate_wanted *w)
{
	if (w->is_address)
		return X509_check_ip_asc(cert, w->host, 0) == 1;
	return X509_check_host(cert, w->host, 0,
	    CERTIFICATE_HOST_FLAGS, NULL) == 1;
}

bool
certificate_fits(X509 *cert, const struct certificate_wanted *w,
    struct buf *why)
{
	int error;

	if (w->is_pinned)
		return fits_pin(cert, w, why);
	if (!fits_name(cert, w))
		error = X509_V_ERR_HOSTNAME_MISMATCH;
	else if (X509_cmp_current_time(X509_get0_notBefore(cert)) >= 0)
		error = X509_V_ERR_CERT_NOT_YET_VALID;
	else if (X509_cmp_current_time(X509_get0_notAfter(cert)) <= 0)
		error = X509_V_ERR_CERT_HAS_EXPIRED;
	else if (X509_check_purpose(cert, X509_PURPOSE_SSL_SERVER, 0) != 1)
		error = X509_V_ERR_INVALID_PURPOSE;
	else
		return true;
	certificate_fault(error, 0, cert, w, why);
	return false;
}

/* One subjectAltName as text; false for kinds that name no server. */
static bool
add_alternative(const GENERAL_NAME *name, struct buf *out)
{
	const unsigned char *bytes;
	char text[INET6_ADDRSTRLEN];
	int len;

	if (name->type == GEN_DNS) {
		bytes = ASN1_STRING_get0_data(name->d.dNSName);
		len = ASN1_STRING_length(name->d.dNSName);
		buf_add_escaped(out, (struct slice){(const char *)bytes,
		    (size_t)len}, NAME_SHOWN_MAX);
		return true;
	}
	if (name->type != GEN_IPADD)
		return false;
	bytes = ASN1_STRING_get0_data(name->d.iPAddress);
	len = ASN1_STRING_length(name->d.iPAddress);
	if (len != 4 && len != 16)
		return false;
	buf_add_string(out, inet_ntop(len == 4 ? AF_INET : AF_INET6, bytes,
	    text, sizeof(text)));
	return true;
}

/* The names that cert is for, "a, b and others"; empty where it has none. */
static void
add_names(X509 *cert, struct buf *out)
{
	GENERAL_NAMES *names;
	struct buf one = BUF_INIT;
	int i, shown;

	names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	shown = 0;
	for (i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		buf_clear(&one);
		if (!add_alternative(sk_GENERAL_NAME_value(names, i), &one))
			continue;
		if (shown++ == NAMES_SHOWN) {
			buf_add_string(out, " and others");
			break;
		}
		buf_add_string(out, shown == 1 ? "" : ", ");
		buf_add_slice(out, buf_slice(&one));
	}
	buf_free(&one);
	GENERAL_NAMES_free(names);
}

static void
add_issuer(X509 *cert, struct buf *out)
{
	BIO *text;
	char *data;
	long len;

	text = BIO_new(BIO_s_mem());
	if (text == NULL)
		return;
	X509_NAME_print_ex(text, X509_get_issuer_name(cert), 0,
	    XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
	len = BIO_get_mem_data(text, &data);
	if (len > 0)
		buf_add_escaped(out, (struct slice){data, (size_t)len},
		    ISSUER_SHOWN_MAX);
	BIO_free(text);
}

static void
add_date(const ASN1_TIME *when, struct buf *out)
{
	char text[sizeof("-2147483648-12-31")];
	struct tm tm;

	if (ASN1_TIME_to_tm(when, &tm) == 1 &&
	    strftime(text, sizeof(text), "%Y-%m-%d", &tm) > 0)
		buf_add_string(out, text);
	else
		buf_add_string(out, "an unreadable date");
}

/* "certificate", or which one where it is not the server's own. */
static void
add_which(int depth, struct buf *out)
{
	if (depth == 0)
		buf_add_string(out, "certificate");
	else
		buf_addf(out, "certificate of the authority %d step%s above "
		    "the server's", depth, depth == 1 ? "" : "s");
}

static void
say_name(int depth, X509 *cert, const struct certificate_wanted *w,
    struct buf *out)
{
	struct buf names = BUF_INIT;

	(void)depth;
	add_names(cert, &names);
	if (names.len == 0)
		buf_add_string(out,
		    "certificate names no server in its subjectAltName");
	else
		buf_addf(out, "certificate is for %s", buf_string(&names));
	buf_addf(out, ", not for %s", w->host);
	buf_free(&names);
}

static void
say_expired(int depth, X509 *cert, const struct certificate_wanted *w,
    struct buf *out)
{
	(void)w;
	add_which(depth, out);
	buf_add_string(out, " expired on ");
	add_date(X509_get0_notAfter(cert), out);
}

static void
say_early(int depth, X509 *cert, const struct certificate_wanted *w,
    struct buf *out)
{
	(void)w;
	add_which(depth, out);
	buf_add_string(out, " is not valid before ");
	add_date(X509_get0_notBefore(cert), out);
	buf_add_string(out, " (is the clock of this machine right?)");
}

static void
say_self_signed(int depth, X509 *cert, const struct certificate_wanted *w,
    struct buf *out)
{
	(void)depth;
	(void)w;
	buf_add_string(out, "certificate is self-signed (where that is "
	    "intended, set ca-file, or fingerprint to what the server's "
	    "administrator says it is; the one that came: ");
	add_fingerprint(cert, out);
	buf_add_char(out, ')');
}

static void
say_unknown_authority(int depth, X509 *cert, const struct certificate_wanted *w,
    struct buf *out)
{
	(void)depth;
	(void)w;
	buf_add_string(out, "certificate comes from an authority that is not "
	    "trusted here: ");
	add_issuer(cert, out);
	buf_add_string(out, " (ca-file or fingerprint can be set)");
}

static void
say_purpose(int depth, X509 *cert, const struct certificate_wanted *w,
    struct buf *out)
{
	(void)cert;
	(void)w;
	add_which(depth, out);
	buf_add_string(out, depth == 0 ? " is not one for a server" :
	    " is not one for an authority");
}

static const struct {
	int error;
	void (*say)(int depth, X509 *cert, const struct certificate_wanted *w,
	    struct buf *out);
} faults[] = {
	{X509_V_ERR_HOSTNAME_MISMATCH, say_name},
	{X509_V_ERR_IP_ADDRESS_MISMATCH, say_name},
	{X509_V_ERR_CERT_HAS_EXPIRED, say_expired},
	{X509_V_ERR_CERT_NOT_YET_VALID, say_early},
	{X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, say_self_signed},
	{X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, say_unknown_authority},
	{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, say_unknown_authority},
	{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, say_unknown_authority},
	{X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, say_unknown_authority},
	{X509_V_ERR_INVALID_PURPOSE, say_purpose},
	{X509_V_ERR_INVALID_CA, say_purpose},
};

void
certificate_fault(int error, int depth, X509 *cert,
    const struct certificate_wanted *w, struct buf *why)
{
	size_t i;

	for (i = 0; cert != NULL && i < sizeof(faults) / sizeof(faults[0]); i++)
		if (faults[i].error == error) {
			faults[i].say(depth, cert, w, why);
			return;
		}
	add_which(depth, why);
	buf_addf(why, " is not trusted: %s",
	    X509_verify_cert_error_string(error));
}
