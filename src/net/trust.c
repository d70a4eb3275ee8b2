#include "net/trust.h"

#include <dirent.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "net/certificate.h"
#include "net/reason.h"

/* "89ab0123.0", after the subject. */
static bool
is_hash_name(const char *name)
{
	return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' &&
	    name[9] >= '0' && name[9] <= '9';
}

bool
trust_is_hashed_directory(const char *path)
{
	const struct dirent *entry;
	DIR *dir;

	dir = opendir(path);
	if (dir == NULL)
		return false;
	do
		entry = readdir(dir);
	while (entry != NULL && !is_hash_name(entry->d_name));
	closedir(dir);
	return entry != NULL;
}

/*
 * Named outright, since the defaults of OpenSSL obey the environment. The
 * directory first: to read all of the file takes longer than a handshake.
 */
static bool
load_system(X509_STORE *store, struct buf *error)
{
	const char *dir = X509_get_default_cert_dir();
	const char *file = X509_get_default_cert_file();

	if (trust_is_hashed_directory(dir) &&
	    X509_STORE_load_path(store, dir) == 1)
		return true;
	if (X509_STORE_load_file(store, file) == 1)
		return true;
	buf_addf(error, "cannot check certificates: no certificate of an "
	    "authority in %s or %s (install ca-certificates, or set ca-file "
	    "or fingerprint)", dir, file);
	return false;
}

bool
trust_load(X509_STORE *store, const char *file, struct buf *error)
{
	if (file == NULL)
		return load_system(store, error);
	ERR_clear_error();
	if (X509_STORE_load_file(store, file) == 1)
		return true;
	buf_addf(error, "cannot read certificates from ca-file %s: %s", file,
	    ERR_SYSTEM_ERROR(ERR_peek_error()) ? reason_last() :
	    "no certificate in it");
	return false;
}

bool
trust_demand(X509_VERIFY_PARAM *param, const struct certificate_wanted *w,
    struct buf *error)
{
	int ok;

	X509_VERIFY_PARAM_set_hostflags(param, CERTIFICATE_HOST_FLAGS);
	ok = X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
	if (ok == 1)
		ok = w->is_address ?
		    X509_VERIFY_PARAM_set1_ip_asc(param, w->host) :
		    X509_VERIFY_PARAM_set1_host(param, w->host, 0);
	if (ok == 1)
		return true;
	buf_addf(error, "cannot check certificates for %s: %s", w->host,
	    reason_last());
	return false;
}
