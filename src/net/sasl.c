#include "net/sasl.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

#include "net/base64.h"
#include "net/scram.h"

#define CHALLENGES_MAX 3
#define CHALLENGE_MAX 2048	/* base64; a reply's line is no longer */
#define MD5_LEN 16

#define PASSWORD_MECHANISMS (SASL_PLAIN | SASL_LOGIN | SASL_CRAM_MD5 | \
	SASL_SCRAM | SASL_SCRAM_PLUS)

struct mechanism {
	unsigned bit;
	const char *name;
	/* The initial response; NULL: the server begins. */
	void (*begin)(const struct sasl *s, struct buf *out);
	/* The answer to a challenge that is more than a request for that one;
	 * NULL: there is none. */
	bool (*answer)(const struct sasl *s, struct slice challenge,
	    struct buf *out, const char **why);
};

struct sasl {
	const struct mechanism *mechanism;
	const struct sasl_login *login;
	int challenges;		/* answered so far */
	bool in_course;		/* past the initial response */
	struct scram *scram;
};

static bool
refuse(const char **why, const char *words)
{
	*why = words;
	return false;
}

/* RFC 4616 */
static void
begin_plain(const struct sasl *s, struct buf *out)
{
	buf_add_char(out, '\0');
	buf_add_string(out, s->login->user);
	buf_add_char(out, '\0');
	buf_add_slice(out, s->login->secret);
}

/* What the prompts say differs from server to server; their order does not. */
static bool
answer_login(const struct sasl *s, struct slice challenge, struct buf *out,
    const char **why)
{
	(void)challenge;
	if (s->challenges > 2)
		return refuse(why, "LOGIN: the server asks for more than user "
		    "and password");
	if (s->challenges == 1)
		buf_add_string(out, s->login->user);
	else
		buf_add_slice(out, s->login->secret);
	return true;
}

/* RFC 2195 */
static bool
answer_cram_md5(const struct sasl *s, struct slice challenge, struct buf *out,
    const char **why)
{
	struct slice secret = s->login->secret;
	unsigned char digest[MD5_LEN];
	size_t i;

	if (challenge.len == 0 || s->challenges > 1)
		return refuse(why, "CRAM-MD5: the server's challenge is empty, "
		    "or not the first");
	if (secret.len > INT_MAX || HMAC(EVP_md5(), secret.ptr,
	    (int)secret.len, (const unsigned char *)challenge.ptr,
	    challenge.len, digest, NULL) == NULL)
		return refuse(why, "CRAM-MD5: MD5 is not to be had here");
	buf_addf(out, "%s ", s->login->user);
	for (i = 0; i < sizeof(digest); i++)
		buf_addf(out, "%02x", digest[i]);
	return true;
}

static void
begin_scram(const struct sasl *s, struct buf *out)
{
	scram_first(s->scram, out);
}

static bool
answer_scram(const struct sasl *s, struct slice challenge, struct buf *out,
    const char **why)
{
	return scram_answer(s->scram, challenge, out, why);
}

/* Google's and Microsoft's forerunner of RFC 7628. */
static void
begin_xoauth2(const struct sasl *s, struct buf *out)
{
	buf_addf(out, "user=%s\001auth=Bearer ", s->login->user);
	buf_add_slice(out, s->login->secret);
	buf_add_string(out, "\001\001");
}

/* A challenge says what is wrong with the token; the refusal that follows an
 * empty answer says it better. */
static bool
answer_xoauth2(const struct sasl *s, struct slice challenge, struct buf *out,
    const char **why)
{
	(void)s;
	(void)challenge;
	(void)out;
	(void)why;
	return true;
}

/* RFC 7628 3.1 */
static void
begin_oauthbearer(const struct sasl *s, struct buf *out)
{
	buf_add_string(out, "n,");
	if (s->login->user[0] != '\0')
		buf_add_string(out, "a=");
	scram_add_name(s->login->user, out);
	buf_addf(out, ",\001host=%s\001port=%u\001auth=Bearer ",
	    s->login->host, s->login->port);
	buf_add_slice(out, s->login->secret);
	buf_add_string(out, "\001\001");
}

/* RFC 7628 3.2.3 */
static bool
answer_oauthbearer(const struct sasl *s, struct slice challenge,
    struct buf *out, const char **why)
{
	(void)s;
	(void)challenge;
	(void)why;
	buf_add_char(out, '\001');
	return true;
}

/* RFC 4422, appendix A: as who the client's certificate says. */
static void
begin_external(const struct sasl *s, struct buf *out)
{
	(void)s;
	(void)out;
}

/* Best first. */
static const struct mechanism mechanisms[] = {
	{SASL_SCRAM_PLUS, "SCRAM-SHA-256-PLUS", begin_scram, answer_scram},
	{SASL_SCRAM, "SCRAM-SHA-256", begin_scram, answer_scram},
	{SASL_CRAM_MD5, "CRAM-MD5", NULL, answer_cram_md5},
	{SASL_PLAIN, "PLAIN", begin_plain, NULL},
	{SASL_LOGIN, "LOGIN", NULL, answer_login},
	{SASL_XOAUTH2, "XOAUTH2", begin_xoauth2, answer_xoauth2},
	{SASL_OAUTHBEARER, "OAUTHBEARER", begin_oauthbearer,
	    answer_oauthbearer},
	{SASL_EXTERNAL, "EXTERNAL", begin_external, NULL},
};

#define MECHANISMS (sizeof(mechanisms) / sizeof(mechanisms[0]))

unsigned
sasl_choose(unsigned offered, unsigned allowed, bool has_binding)
{
	size_t i;

	if ((allowed & PASSWORD_MECHANISMS) != 0)
		allowed &= PASSWORD_MECHANISMS;
	if (!has_binding)
		allowed &= ~SASL_SCRAM_PLUS;
	for (i = 0; i < MECHANISMS; i++)
		if ((mechanisms[i].bit & offered & allowed) != 0)
			return mechanisms[i].bit;
	return 0;
}

static enum scram_flag
scram_flag(unsigned mechanism, const struct sasl_login *login)
{
	if (mechanism == SASL_SCRAM_PLUS)
		return SCRAM_BOUND;
	if (login->binding_name != NULL &&
	    (login->offered & SASL_SCRAM_PLUS) == 0)
		return SCRAM_NOT_OFFERED;
	return SCRAM_UNBOUND;
}

struct sasl *
sasl_new(unsigned mechanism, const struct sasl_login *login)
{
	struct sasl *s;
	size_t i;

	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	s = xcalloc(1, sizeof(*s));
	s->login = login;
	for (i = 0; i < MECHANISMS - 1; i++)
		if (mechanisms[i].bit == mechanism)
			break;
	s->mechanism = &mechanisms[i];
	if (s->mechanism->begin == begin_scram)
		s->scram = scram_new(login, scram_flag(mechanism, login),
		    NULL);
	return s;
}

const char *
sasl_name(const struct sasl *s)
{
	return s->mechanism->name;
}

/* Where a response is put together: large enough for all that holds a secret,
 * so that it does not grow and leave copies. */
static struct buf
new_response(const struct sasl *s)
{
	struct buf b = BUF_INIT;

	buf_reserve(&b, s->login->secret.len + 1024);
	return b;
}

bool
sasl_initial(struct sasl *s, struct buf *out)
{
	struct buf raw;

	if (s->mechanism->begin == NULL)
		return false;
	raw = new_response(s);
	s->mechanism->begin(s, &raw);
	if (raw.len == 0)
		buf_add_char(out, '=');
	base64_encode(buf_slice(&raw), out);
	buf_wipe(&raw);
	return true;
}

static bool
respond(struct sasl *s, struct slice challenge, struct buf *out,
    const char **why)
{
	const struct mechanism *m = s->mechanism;

	if (m->begin != NULL && !s->in_course && challenge.len == 0) {
		m->begin(s, out);
		return true;
	}
	s->in_course = true;
	if (m->answer == NULL)
		return refuse(why, "the server's challenge is not of the "
		    "mechanism that it agreed to");
	return m->answer(s, challenge, out, why);
}

bool
sasl_answer(struct sasl *s, struct slice challenge, struct buf *out,
    const char **why)
{
	struct buf in = BUF_INIT, raw;
	bool ok;

	challenge = slice_trim(challenge);
	if (s->challenges++ == CHALLENGES_MAX)
		return refuse(why, "the server sends challenges without end");
	if (challenge.len > CHALLENGE_MAX || !base64_decode(challenge, &in)) {
		buf_free(&in);
		return refuse(why, "the server's challenge is not base64");
	}
	raw = new_response(s);
	ok = respond(s, buf_slice(&in), &raw, why);
	if (ok)
		base64_encode(buf_slice(&raw), out);
	buf_wipe(&raw);
	buf_free(&in);
	return ok;
}

bool
sasl_is_complete(struct sasl *s, struct slice words, const char **why)
{
	struct buf in = BUF_INIT, none = BUF_INIT;
	struct slice word;

	if (s->scram == NULL || scram_is_proved(s->scram))
		return true;
	*why = "SCRAM: the server says yes, but does not prove that it knows "
	    "the password";
	while (s->in_course && !scram_is_proved(s->scram) &&
	    slice_cut(&words, ' ', &word)) {
		buf_clear(&in);
		word = slice_trim(word);
		if (word.len > 0 && word.len <= CHALLENGE_MAX &&
		    base64_decode(word, &in) &&
		    slice_starts(buf_slice(&in), "v="))
			scram_answer(s->scram, buf_slice(&in), &none, why);
	}
	buf_free(&in);
	buf_free(&none);
	return scram_is_proved(s->scram);
}

void
sasl_free(struct sasl *s)
{
	if (s->scram != NULL)
		scram_free(s->scram);
	free(s);
}
