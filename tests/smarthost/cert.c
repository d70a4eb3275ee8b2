#include "cert.h"

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bytes.h"

enum issuer { BY_AUTHORITY, BY_ITSELF, BY_STRANGER };
enum naming { NAME_SAN, NAME_IP, NAME_WILDCARD, NAME_PARTIAL, NAME_NUL,
	NAME_SUBJECT_ONLY };

#define DAY 86400L

/* Each row is a certificate that is right but for one thing. */
static const struct kind {
	const char *name;
	const char *host;	/* NULL: the name that was asked for */
	enum naming naming;
	enum issuer issuer;
	const char *purpose;
	long from;
	long until;
} kinds[] = {
	{ "good", NULL, NAME_SAN, BY_AUTHORITY, "serverAuth", -DAY, 30 * DAY },
	{ "other-name", "other.example", NAME_SAN, BY_AUTHORITY, "serverAuth",
	    -DAY, 30 * DAY },
	{ "expired", NULL, NAME_SAN, BY_AUTHORITY, "serverAuth", -30 * DAY,
	    -DAY },
	{ "not-yet", NULL, NAME_SAN, BY_AUTHORITY, "serverAuth", DAY,
	    30 * DAY },
	{ "self-signed", NULL, NAME_SAN, BY_ITSELF, "serverAuth", -DAY,
	    30 * DAY },
	{ "untrusted", NULL, NAME_SAN, BY_STRANGER, "serverAuth", -DAY,
	    30 * DAY },
	{ "wildcard", NULL, NAME_WILDCARD, BY_AUTHORITY, "serverAuth", -DAY,
	    30 * DAY },
	{ "partial-wildcard", NULL, NAME_PARTIAL, BY_AUTHORITY, "serverAuth",
	    -DAY, 30 * DAY },
	{ "ip", "127.0.0.1", NAME_IP, BY_AUTHORITY, "serverAuth", -DAY,
	    30 * DAY },
	{ "ip6", "::1", NAME_IP, BY_AUTHORITY, "serverAuth", -DAY, 30 * DAY },
	{ "other-ip", "127.0.0.99", NAME_IP, BY_AUTHORITY, "serverAuth", -DAY,
	    30 * DAY },
	{ "nul-in-name", NULL, NAME_NUL, BY_AUTHORITY, "serverAuth", -DAY,
	    30 * DAY },
	{ "client-purpose", NULL, NAME_SAN, BY_AUTHORITY, "clientAuth", -DAY,
	    30 * DAY },
	{ "no-san", NULL, NAME_SUBJECT_ONLY, BY_AUTHORITY, "serverAuth", -DAY,
	    30 * DAY },
};

static void
need(bool fine, const char *what)
{
	if (!fine)
		die("cannot make a certificate: %s", what);
}

static void
extension_add(X509 *x509, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&context, issuer, x509, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	need(extension != NULL, value);
	need(X509_add_ext(x509, extension, -1) == 1, value);
	X509_EXTENSION_free(extension);
}

static void
subject_set(X509 *x509, const char *common_name)
{
	need(X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN",
	    MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0) == 1,
	    common_name);
}

/* A certificate with a key, a serial number, dates and a subject. */
static struct certificate
cert_begin(const char *common_name, long from, long until)
{
	struct certificate cert = { X509_new(), EVP_EC_gen("P-256") };
	uint64_t serial;

	need(cert.x509 != NULL && cert.key != NULL, "no key");
	need(RAND_bytes((unsigned char *)&serial, sizeof(serial)) == 1,
	    "no random number");
	X509_set_version(cert.x509, X509_VERSION_3);
	ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert.x509), serial >> 1);
	X509_gmtime_adj(X509_getm_notBefore(cert.x509), from);
	X509_gmtime_adj(X509_getm_notAfter(cert.x509), until);
	X509_set_pubkey(cert.x509, cert.key);
	subject_set(cert.x509, common_name);
	return cert;
}

static void
cert_sign(struct certificate *cert, const struct certificate *issuer)
{
	X509_set_issuer_name(cert->x509, X509_get_subject_name(issuer->x509));
	extension_add(cert->x509, issuer->x509, NID_subject_key_identifier,
	    "hash");
	if (issuer != cert)
		extension_add(cert->x509, issuer->x509,
		    NID_authority_key_identifier, "keyid:always");
	need(X509_sign(cert->x509, issuer->key, EVP_sha256()) > 0,
	    "no signature");
}

static struct certificate
authority_make(const char *common_name)
{
	struct certificate ca = cert_begin(common_name, -365 * DAY, 365 * DAY);

	extension_add(ca.x509, ca.x509, NID_basic_constraints,
	    "critical,CA:TRUE");
	extension_add(ca.x509, ca.x509, NID_key_usage,
	    "critical,keyCertSign,cRLSign");
	cert_sign(&ca, &ca);
	return ca;
}

static bool
authority_load(const char *file, const char *key_file,
    struct certificate *authority)
{
	FILE *cert = fopen(file, "re");
	FILE *key = fopen(key_file, "re");

	if (cert != NULL && key != NULL) {
		authority->x509 = PEM_read_X509(cert, NULL, NULL, NULL);
		authority->key = PEM_read_PrivateKey(key, NULL, NULL, NULL);
	}
	if (cert != NULL)
		fclose(cert);
	if (key != NULL)
		fclose(key);
	return authority->x509 != NULL && authority->key != NULL;
}

static void
pem_write(const char *file, X509 *x509, EVP_PKEY *key)
{
	FILE *out = fopen(file, "we");

	if (out == NULL)
		die("cannot write %s", file);
	if (x509 != NULL)
		need(PEM_write_X509(out, x509) == 1, file);
	if (key != NULL)
		need(PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL,
		    NULL) == 1, file);
	if (fclose(out) != 0)
		die("cannot write %s", file);
}

struct certificate
cert_authority(const char *file, const char *key_file)
{
	struct certificate ca = { NULL, NULL };

	if (file != NULL && key_file != NULL &&
	    authority_load(file, key_file, &ca))
		return ca;
	ca = authority_make("smarthost test authority");
	if (file != NULL)
		pem_write(file, ca.x509, NULL);
	if (key_file != NULL)
		pem_write(key_file, NULL, ca.key);
	return ca;
}

/* The DNS name of the row: NUL and what follows it included. */
static struct bytes
dns_name(enum naming naming, const char *host)
{
	struct bytes name = { 0 };
	const char *dot = strchr(host, '.');

	switch (naming) {
	case NAME_WILDCARD:
		bytes_format(&name, "*%s", dot == NULL ? "" : dot);
		break;
	case NAME_PARTIAL:
		bytes_format(&name, "%c*%s", host[0], dot == NULL ? "" : dot);
		break;
	case NAME_NUL:
		bytes_text(&name, host);
		bytes_add(&name, "\0.attacker.example", 18);
		break;
	default:
		bytes_text(&name, host);
	}
	return name;
}

static void
dns_names_add(X509 *x509, const struct bytes *name)
{
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	GENERAL_NAME *general = GENERAL_NAME_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();

	need(names != NULL && general != NULL && text != NULL, "no name");
	ASN1_STRING_set(text, name->data, (int)name->len);
	GENERAL_NAME_set0_value(general, GEN_DNS, text);
	sk_GENERAL_NAME_push(names, general);
	need(X509_add1_ext_i2d(x509, NID_subject_alt_name, names, 0, 0) == 1,
	    "no alternative name");
	GENERAL_NAMES_free(names);
}

static void
alternative_name_add(X509 *x509, enum naming naming, const char *host)
{
	struct bytes name = { 0 };

	if (naming == NAME_SUBJECT_ONLY)
		return;
	if (naming == NAME_IP) {
		bytes_format(&name, "IP:%s", host);
		extension_add(x509, x509, NID_subject_alt_name,
		    bytes_string(&name));
	} else {
		name = dns_name(naming, host);
		dns_names_add(x509, &name);
	}
	bytes_free(&name);
}

static struct certificate
leaf_make(const struct kind *kind, const char *host,
    const struct certificate *authority)
{
	struct certificate leaf = cert_begin(host, kind->from, kind->until);
	struct certificate stranger;

	extension_add(leaf.x509, leaf.x509, NID_basic_constraints,
	    "critical,CA:FALSE");
	extension_add(leaf.x509, leaf.x509, NID_key_usage,
	    "critical,digitalSignature");
	extension_add(leaf.x509, leaf.x509, NID_ext_key_usage, kind->purpose);
	alternative_name_add(leaf.x509, kind->naming, host);
	switch (kind->issuer) {
	case BY_AUTHORITY:
		cert_sign(&leaf, authority);
		break;
	case BY_ITSELF:
		cert_sign(&leaf, &leaf);
		break;
	case BY_STRANGER:
		/* The same name as the authority's, but not its key. */
		stranger = authority_make("smarthost test authority");
		cert_sign(&leaf, &stranger);
		X509_free(stranger.x509);
		EVP_PKEY_free(stranger.key);
		break;
	}
	return leaf;
}

struct certificate
cert_server(const char *name_of_kind, const char *name,
    const struct certificate *authority)
{
	struct certificate none = { NULL, NULL };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name_of_kind) == 0)
			return leaf_make(&kinds[i],
			    kinds[i].host == NULL ? name : kinds[i].host,
			    authority);
	return none;
}

void
cert_client(const char *file, const char *name,
    const struct certificate *authority)
{
	static const struct kind kind = { "client", NULL, NAME_SUBJECT_ONLY,
	    BY_AUTHORITY, "clientAuth", -DAY, 30 * DAY };
	struct certificate leaf = leaf_make(&kind, name, authority);

	pem_write(file, leaf.x509, leaf.key);
	/* A private key that others can read is refused by its user. */
	if (chmod(file, S_IRUSR | S_IWUSR) == -1)
		die("cannot protect %s", file);
	X509_free(leaf.x509);
	EVP_PKEY_free(leaf.key);
}
