/*
 * A TLS server for the tests of net/tls: certificates of any kind, made on the
 * spot, and a process that shows one of them at the other end of a socket and
 * does one of a few things then.
 */
#ifndef TLS_PEER_H
#define TLS_PEER_H

#include <sys/socket.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/stream.h"
#include "net/tls.h"

#define HOST "smtp.isp.example"
#define DAY (24L * 60 * 60)

struct kind {			/* of a certificate */
	const char *common_name;
	const char *san;	/* as in openssl.cnf: "DNS:..." */
	struct slice raw_name;	/* a DNS name of any bytes instead */
	const char *purpose;	/* extendedKeyUsage */
	long from, to;		/* seconds from now; 0, 0: a day around it */
	enum { SIGNED, SELF_SIGNED, STRANGE } by;
};

struct identity {
	X509 *cert;
	EVP_PKEY *key;
};

static struct identity authority, stranger;
static char folder[] = "/tmp/net-tls.XXXXXX";
static struct buf ca_file;

static inline void
add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *e;

	e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	ck_assert_ptr_nonnull(e);
	X509_add_ext(cert, e, -1);
	X509_EXTENSION_free(e);
}

static inline void
add_raw_name(X509 *cert, struct slice bytes)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();

	ASN1_STRING_set(text, bytes.ptr, (int)bytes.len);
	GENERAL_NAME_set0_value(name, GEN_DNS, text);
	sk_GENERAL_NAME_push(names, name);
	X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0);
	GENERAL_NAMES_free(names);
}

/* A certificate without its signature and its issuer's name. */
static inline struct identity
new_identity(const char *common_name, long from, long to)
{
	static long serial = 1;
	struct identity i;
	X509_NAME *name;

	i.key = EVP_EC_gen("P-256");
	i.cert = X509_new();
	X509_set_version(i.cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(i.cert), serial++);
	X509_gmtime_adj(X509_getm_notBefore(i.cert), from);
	X509_gmtime_adj(X509_getm_notAfter(i.cert), to);
	X509_set_pubkey(i.cert, i.key);
	name = X509_get_subject_name(i.cert);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	    (const unsigned char *)common_name, -1, -1, 0);
	return i;
}

static inline struct identity
new_authority(const char *name)
{
	struct identity i;

	i = new_identity(name, -2 * DAY, 2 * DAY);
	X509_set_issuer_name(i.cert, X509_get_subject_name(i.cert));
	add_extension(i.cert, NID_basic_constraints, "critical,CA:TRUE");
	ck_assert_int_gt(X509_sign(i.cert, i.key, EVP_sha256()), 0);
	return i;
}

static inline struct identity
new_certificate(const struct kind *k)
{
	const struct identity *by;
	struct identity i;

	i = new_identity(k->common_name == NULL ? HOST : k->common_name,
	    k->from == 0 ? -DAY : k->from, k->to == 0 ? DAY : k->to);
	if (k->san != NULL)
		add_extension(i.cert, NID_subject_alt_name, k->san);
	if (k->raw_name.len > 0)
		add_raw_name(i.cert, k->raw_name);
	if (k->purpose != NULL)
		add_extension(i.cert, NID_ext_key_usage, k->purpose);
	by = k->by == SIGNED ? &authority : k->by == STRANGE ? &stranger : &i;
	X509_set_issuer_name(i.cert, X509_get_subject_name(by->cert));
	ck_assert_int_gt(X509_sign(i.cert, by->key, EVP_sha256()), 0);
	return i;
}

static inline void
free_identity(struct identity *i)
{
	X509_free(i->cert);
	EVP_PKEY_free(i->key);
}

/* The path of a file in the folder of this test. */
static inline const char *
path_of(const char *name)
{
	static struct buf path;

	buf_clear(&path);
	buf_addf(&path, "%s/%s", folder, name);
	return path.data;
}

/* Writes certificate and key, where they are not NULL, as PEM. */
static inline void
write_pem(const char *name, X509 *cert, EVP_PKEY *key,
    const char *passphrase)
{
	FILE *file;

	file = fopen(path_of(name), "w");
	ck_assert_ptr_nonnull(file);
	if (cert != NULL)
		PEM_write_X509(file, cert);
	if (key != NULL)
		PEM_write_PrivateKey(file, key, passphrase == NULL ? NULL :
		    EVP_aes_128_cbc(), (const unsigned char *)passphrase,
		    passphrase == NULL ? 0 : (int)strlen(passphrase), NULL,
		    NULL);
	ck_assert_int_eq(fclose(file), 0);
}

static inline void
make_authorities(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	authority = new_authority("Test Authority");
	stranger = new_authority("Nobody's Authority");
	write_pem("ca.pem", authority.cert, NULL, NULL);
	ca_file = (struct buf)BUF_INIT;
	buf_add_string(&ca_file, path_of("ca.pem"));
}

static inline void
forget_authorities(void)
{
	struct buf command = BUF_INIT;

	free_identity(&authority);
	free_identity(&stranger);
	buf_free(&ca_file);
	buf_addf(&command, "rm -rf %s", folder);
	ck_assert_int_eq(system(command.data), 0);
	buf_free(&command);
}

/* What the server does; the context is kept over its connections. */
struct server {
	SSL_CTX *ctx;
	void (*talk)(SSL *ssl);	/* after the handshake */
	const char *clear;	/* said before it */
	int fd;
	pid_t pid;
};

static inline void
server_make(struct server *s, const struct kind *k, int version,
    void (*talk)(SSL *ssl))
{
	struct identity i;

	i = new_certificate(k);
	*s = (struct server){.talk = talk, .fd = -1};
	s->ctx = SSL_CTX_new(TLS_server_method());
	SSL_CTX_set_max_proto_version(s->ctx, version);
	SSL_CTX_set_session_id_context(s->ctx, (const unsigned char *)"t", 1);
	ck_assert_int_eq(SSL_CTX_use_certificate(s->ctx, i.cert), 1);
	ck_assert_int_eq(SSL_CTX_use_PrivateKey(s->ctx, i.key), 1);
	free_identity(&i);
}

/* The server's process. Its status is 0 if the handshake was done. */
static inline void
server_run(const struct server *s, int fd)
{
	SSL *ssl;
	int ok;

	signal(SIGPIPE, SIG_IGN);
	alarm(20);
	if (s->clear != NULL && write(fd, s->clear, strlen(s->clear)) < 0)
		_exit(2);
	ssl = SSL_new(s->ctx);
	SSL_set_fd(ssl, fd);
	ok = SSL_accept(ssl);
	if (ok == 1 && s->talk != NULL)
		s->talk(ssl);
	if (ok == 1)
		SSL_shutdown(ssl);
	_exit(ok == 1 ? 0 : 1);
}

/* The client's end of a new connection to the server. */
static inline struct stream *
server_connect(struct server *s)
{
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    fds), 0);
	s->pid = fork();
	ck_assert_int_ge(s->pid, 0);
	if (s->pid == 0) {
		close(fds[0]);
		server_run(s, fds[1]);
	}
	close(fds[1]);
	s->fd = fds[0];
	return stream_new(fds[0], 0);
}

/* Waits for its end: whether its handshake was done. */
static inline bool
server_end(struct server *s)
{
	int status;

	ck_assert_int_eq(waitpid(s->pid, &status, 0), s->pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static inline void
server_free(struct server *s)
{
	SSL_CTX_free(s->ctx);
}

/* Things that a server does. */
static inline void
talk_greet(SSL *ssl)
{
	char line[256];

	SSL_write(ssl, "220 ready\r\n", 11);
	/* Until the client leaves: then it has read all that came. */
	while (SSL_read(ssl, line, sizeof(line)) > 0)
		;
}

static inline struct tls *
client_new(const char *host, const char *file, const char *fingerprint)
{
	struct tls_settings settings = {
		.host = host,
		.ca_file = file,
		.fingerprint = fingerprint,
	};
	struct buf error = BUF_INIT;
	struct tls *t;

	t = tls_new(&settings, &error);
	ck_assert_msg(t != NULL, "%s", buf_string(&error));
	buf_free(&error);
	return t;
}

/* Starts TLS and reads the greeting. */
static inline bool
client_start(struct stream *s, struct tls *t)
{
	stream_deadline(s, clock_add(clock_boot(), 10 * CLOCK_SEC));
	return stream_start_tls(s, t) && stream_fill(s);
}

#endif
