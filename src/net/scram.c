#include "net/scram.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "net/base64.h"

#define KEY_LEN 32		/* SHA-256 */
#define NONCE_BYTES 18		/* whole groups of base64 */
#define NONCE_MAX 1024
#define SALT_MAX 1024
/* Fewer make a stolen proof cheap to break (RFC 7677 4); more let a server
 * keep us busy. */
#define ITERATIONS_MIN 4096
#define ITERATIONS_MAX 1000000

struct scram {
	const struct sasl_login *login;
	struct buf header;	/* "n,,": GS2 */
	struct buf bare;	/* the first message without it */
	struct buf nonce;
	enum { FIRST, CHALLENGED, PROVED, FAILED } state;
	unsigned char expected[KEY_LEN];	/* the server's signature */
};

/* What the server says in its first message. */
struct challenge {
	struct slice nonce;	/* of both */
	struct buf salt;
	int iterations;
};

static void
make_nonce(struct buf *out)
{
	unsigned char bytes[NONCE_BYTES];

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		abort();
	base64_encode((struct slice){(const char *)bytes, sizeof(bytes)}, out);
}

void
scram_add_name(const char *name, struct buf *out)
{
	for (; *name != '\0'; name++) {
		if (*name == '=')
			buf_add_string(out, "=3D");
		else if (*name == ',')
			buf_add_string(out, "=2C");
		else
			buf_add_char(out, *name);
	}
}

struct scram *
scram_new(const struct sasl_login *login, enum scram_flag flag,
    const char *nonce)
{
	struct scram *s;

	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	s = xcalloc(1, sizeof(*s));
	s->login = login;
	buf_add_char(&s->header, (char)flag);
	if (flag == SCRAM_BOUND)
		buf_addf(&s->header, "=%s", login->binding_name);
	buf_add_string(&s->header, ",,");
	if (nonce == NULL)
		make_nonce(&s->nonce);
	else
		buf_add_string(&s->nonce, nonce);
	buf_add_string(&s->bare, "n=");
	scram_add_name(login->user, &s->bare);
	buf_addf(&s->bare, ",r=%s", s->nonce.data);
	return s;
}

void
scram_first(struct scram *s, struct buf *out)
{
	buf_add_slice(out, buf_slice(&s->header));
	buf_add_slice(out, buf_slice(&s->bare));
}

static bool
refuse(const char **why, const char *words)
{
	*why = words;
	return false;
}

/* Cuts "x=value," off a message. */
static bool
cut_attribute(struct slice *message, char name, struct slice *value)
{
	if (!slice_cut(message, ',', value) || value->len < 2 ||
	    value->ptr[0] != name || value->ptr[1] != '=')
		return false;
	value->ptr += 2;
	value->len -= 2;
	return true;
}

/* Ours, continued in printable characters. */
static bool
is_nonce(const struct scram *s, struct slice nonce)
{
	size_t i;

	if (nonce.len <= s->nonce.len || nonce.len > NONCE_MAX ||
	    !slice_starts(nonce, s->nonce.data))
		return false;
	for (i = 0; i < nonce.len; i++)
		if (nonce.ptr[i] < 0x21 || nonce.ptr[i] > 0x7e)
			return false;
	return true;
}

static bool
parse_challenge(const struct scram *s, struct slice message,
    struct challenge *c, const char **why)
{
	unsigned long long iterations;
	struct slice value;

	if (slice_starts(message, "m="))
		return refuse(why, "SCRAM: the server demands an extension");
	if (!cut_attribute(&message, 'r', &c->nonce) || !is_nonce(s, c->nonce))
		return refuse(why, "SCRAM: the server's nonce is not a "
		    "continuation of ours");
	if (!cut_attribute(&message, 's', &value) ||
	    !base64_decode(value, &c->salt) || c->salt.len == 0 ||
	    c->salt.len > SALT_MAX)
		return refuse(why, "SCRAM: the server's salt is broken");
	if (!cut_attribute(&message, 'i', &value) ||
	    !slice_to_number(value, ITERATIONS_MAX, &iterations) ||
	    iterations < ITERATIONS_MIN)
		return refuse(why, "SCRAM: the server asks for fewer than "
		    "4096 or more than 1000000 iterations");
	c->iterations = (int)iterations;
	return true;
}

static bool
sign(const unsigned char *key, struct slice text, unsigned char *out)
{
	return HMAC(EVP_sha256(), key, KEY_LEN,
	    (const unsigned char *)text.ptr, text.len, out, NULL) != NULL;
}

/* RFC 5802 3: our proof, and the signature that the server has to show. */
static bool
prove(struct scram *s, const unsigned char *salted, struct slice message,
    unsigned char *proof)
{
	unsigned char client[KEY_LEN], stored[KEY_LEN], signature[KEY_LEN];
	unsigned char server[KEY_LEN];
	bool ok;
	size_t i;

	ok = sign(salted, SLICE("Client Key"), client) &&
	    EVP_Digest(client, KEY_LEN, stored, NULL, EVP_sha256(), NULL) &&
	    sign(stored, message, signature) &&
	    sign(salted, SLICE("Server Key"), server) &&
	    sign(server, message, s->expected);
	for (i = 0; ok && i < KEY_LEN; i++)
		proof[i] = client[i] ^ signature[i];
	wipe(client, sizeof(client));
	wipe(stored, sizeof(stored));
	wipe(signature, sizeof(signature));
	wipe(server, sizeof(server));
	return ok;
}

/* The last message without its proof: what is bound, and the nonce again. */
static void
add_final(const struct scram *s, const struct challenge *c, struct buf *out)
{
	struct buf bound = BUF_INIT;

	buf_add_slice(&bound, buf_slice(&s->header));
	if (s->header.data[0] == SCRAM_BOUND)
		buf_add_slice(&bound, s->login->binding);
	buf_add_string(out, "c=");
	base64_encode(buf_slice(&bound), out);
	buf_add_string(out, ",r=");
	buf_add_slice(out, c->nonce);
	buf_wipe(&bound);
}

static bool
answer_challenge(struct scram *s, struct slice first,
    const struct challenge *c, struct buf *out)
{
	unsigned char salted[KEY_LEN], proof[KEY_LEN];
	struct slice secret = s->login->secret;
	struct buf signed_by_both = BUF_INIT;
	bool ok;

	add_final(s, c, out);
	buf_add_slice(&signed_by_both, buf_slice(&s->bare));
	buf_add_char(&signed_by_both, ',');
	buf_add_slice(&signed_by_both, first);
	buf_add_char(&signed_by_both, ',');
	buf_add_slice(&signed_by_both, buf_slice(out));
	ok = secret.len <= INT_MAX &&
	    PKCS5_PBKDF2_HMAC(secret.ptr, (int)secret.len,
	    (const unsigned char *)c->salt.data, (int)c->salt.len,
	    c->iterations, EVP_sha256(), KEY_LEN, salted) == 1 &&
	    prove(s, salted, buf_slice(&signed_by_both), proof);
	wipe(salted, sizeof(salted));
	buf_free(&signed_by_both);
	if (!ok)
		return false;
	buf_add_string(out, ",p=");
	base64_encode((struct slice){(const char *)proof, KEY_LEN}, out);
	return true;
}

static bool
take_challenge(struct scram *s, struct slice message, struct buf *out,
    const char **why)
{
	struct challenge c = {0};
	bool ok;

	ok = parse_challenge(s, message, &c, why);
	if (ok && !answer_challenge(s, message, &c, out))
		ok = refuse(why, "SCRAM: the proof could not be computed");
	buf_free(&c.salt);
	s->state = ok ? CHALLENGED : FAILED;
	return ok;
}

static const struct {
	const char *error;
	const char *words;
} errors[] = {
	{"invalid-proof", "SCRAM: the server says the password is wrong"},
	{"unknown-user", "SCRAM: the server does not know the user"},
	{"channel-bindings-dont-match",
	    "SCRAM: the server sees another TLS connection than we do"},
	{"unsupported-channel-binding-type", "SCRAM: the server does not know "
	    "our kind of channel binding (set auth to scram-sha-256)"},
};

static bool
take_signature(struct scram *s, struct slice message, const char **why)
{
	struct buf signature = BUF_INIT;
	struct slice value;
	size_t i;
	bool ok;

	s->state = FAILED;
	if (slice_starts(message, "e=")) {
		cut_attribute(&message, 'e', &value);
		*why = "SCRAM: the server refuses";
		for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
			if (slice_is(value, errors[i].error))
				*why = errors[i].words;
		return false;
	}
	ok = cut_attribute(&message, 'v', &value) &&
	    base64_decode(value, &signature) && signature.len == KEY_LEN &&
	    CRYPTO_memcmp(signature.data, s->expected, KEY_LEN) == 0;
	buf_free(&signature);
	if (!ok)
		return refuse(why, "SCRAM: the server does not know the "
		    "password: it is not the one it claims to be");
	s->state = PROVED;
	return true;
}

bool
scram_answer(struct scram *s, struct slice message, struct buf *out,
    const char **why)
{
	switch (s->state) {
	case FIRST:
		return take_challenge(s, message, out, why);
	case CHALLENGED:
		return take_signature(s, message, why);
	default:
		return refuse(why, "SCRAM: the server does not end");
	}
}

bool
scram_is_proved(const struct scram *s)
{
	return s->state == PROVED;
}

void
scram_free(struct scram *s)
{
	buf_free(&s->header);
	buf_free(&s->bare);
	buf_free(&s->nonce);
	wipe(s, sizeof(*s));
	free(s);
}
