#include "auth.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "options.h"
#include "scram.h"

struct mechanism {
	const char *name;
	enum auth_result (*step)(struct auth *auth,
	    const struct bytes *answer, struct bytes *challenge);
	bool client_first;
	bool is_plain;
};

static enum auth_result
verdict(bool good)
{
	return good ? AUTH_GOOD : AUTH_BAD;
}

static bool
text_is(const struct bytes *text, const char *wanted)
{
	return wanted != NULL && text->len == strlen(wanted) &&
	    memcmp(text->data, wanted, text->len) == 0;
}

/* RFC 4616: authzid NUL authcid NUL password */
static enum auth_result
plain_step(struct auth *auth, const struct bytes *answer,
    struct bytes *challenge)
{
	const char *end = answer->data + answer->len;
	const char *user = memchr(answer->data, '\0', answer->len);
	const char *password;

	(void)challenge;
	if (user == NULL)
		return AUTH_MALFORMED;
	user++;
	password = memchr(user, '\0', (size_t)(end - user));
	if (password == NULL)
		return AUTH_MALFORMED;
	password++;
	bytes_text(&auth->user, user);
	return verdict(strcmp(user, options.user) == 0 &&
	    strlen(options.password) == (size_t)(end - password) &&
	    memcmp(password, options.password, (size_t)(end - password)) == 0);
}

static enum auth_result
login_step(struct auth *auth, const struct bytes *answer,
    struct bytes *challenge)
{
	if (auth->round == 1) {
		bytes_add(&auth->user, answer->data, answer->len);
		bytes_text(challenge, "Password:");
		return AUTH_CHALLENGE;
	}
	return verdict(text_is(&auth->user, options.user) &&
	    text_is(answer, options.password));
}

static void
cram_question(struct auth *auth, struct bytes *challenge)
{
	uint64_t number = 0;

	RAND_bytes((unsigned char *)&number, sizeof(number));
	bytes_format(challenge, "<%" PRIu64 ".%" PRIu64 "@%s>", number, now(),
	    options.name);
	bytes_add(&auth->sent, challenge->data, challenge->len);
}

/* RFC 2195: user, a blank, HMAC-MD5 of the challenge in hex */
static enum auth_result
cram_step(struct auth *auth, const struct bytes *answer,
    struct bytes *challenge)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	struct bytes hex = { 0 };
	const char *blank = strrchr(answer->data, ' ');
	bool good;

	(void)challenge;
	if (blank == NULL)
		return AUTH_MALFORMED;
	bytes_add(&auth->user, answer->data, (size_t)(blank - answer->data));
	HMAC(EVP_md5(), options.password, (int)strlen(options.password),
	    (unsigned char *)auth->sent.data, auth->sent.len, mac, &n);
	hex_encode(mac, n, &hex);
	good = text_is(&auth->user, options.user) &&
	    strcmp(blank + 1, bytes_string(&hex)) == 0;
	bytes_free(&hex);
	return verdict(good);
}

/* A token's refusal is explained in one more challenge, whose answer does
 * not matter (RFC 7628 section 3.2.3). */
static enum auth_result
bearer_verdict(struct auth *auth, const struct bytes *answer,
    const struct bytes *wanted, struct bytes *challenge)
{
	if (answer->len == wanted->len &&
	    memcmp(answer->data, wanted->data, wanted->len) == 0)
		return AUTH_GOOD;
	auth->doomed = true;
	bytes_text(challenge,
	    "{\"status\":\"401\",\"schemes\":\"bearer\",\"scope\":\"mail\"}");
	return AUTH_CHALLENGE;
}

static enum auth_result
xoauth2_step(struct auth *auth, const struct bytes *answer,
    struct bytes *challenge)
{
	struct bytes wanted = { 0 };
	enum auth_result result;

	bytes_format(&wanted, "user=%s\001auth=Bearer %s\001\001",
	    options.user, options.password);
	bytes_text(&auth->user, options.user);
	result = bearer_verdict(auth, answer, &wanted, challenge);
	bytes_free(&wanted);
	return result;
}

/* RFC 7628 section 3.1: host and port are the client's to send or not. */
static enum auth_result
oauthbearer_step(struct auth *auth, const struct bytes *answer,
    struct bytes *challenge)
{
	struct bytes wanted = { 0 }, token = { 0 };
	const char *header = memmem(answer->data, answer->len, "\001auth=", 6);
	enum auth_result result = AUTH_MALFORMED;

	bytes_format(&wanted, "n,a=%s,", options.user);
	if (header != NULL && answer->len > wanted.len &&
	    memcmp(answer->data, wanted.data, wanted.len) == 0) {
		bytes_clear(&wanted);
		bytes_format(&wanted, "\001auth=Bearer %s\001\001",
		    options.password);
		bytes_add(&token, header, answer->len -
		    (size_t)(header - answer->data));
		bytes_text(&auth->user, options.user);
		result = bearer_verdict(auth, &token, &wanted, challenge);
	}
	bytes_free(&wanted);
	bytes_free(&token);
	return result;
}

static enum auth_result
external_step(struct auth *auth, const struct bytes *answer,
    struct bytes *challenge)
{
	(void)challenge;
	tls_peer(auth->tls, &auth->user);
	return verdict(auth->user.len > 0 &&
	    text_is(&auth->user, options.user) &&
	    (answer->len == 0 || text_is(answer, options.user)));
}

static const struct mechanism mechanisms[] = {
	{ "PLAIN", plain_step, true, true },
	{ "LOGIN", login_step, false, true },
	{ "CRAM-MD5", cram_step, false, false },
	{ "SCRAM-SHA-256", scram_step, true, false },
	{ "SCRAM-SHA-256-PLUS", scram_plus_step, true, false },
	{ "XOAUTH2", xoauth2_step, true, true },
	{ "OAUTHBEARER", oauthbearer_step, true, true },
	{ "EXTERNAL", external_step, true, false },
};

/* Some need what only TLS gives. */
static bool
auth_is_possible(const struct mechanism *mechanism, const struct tls *tls)
{
	struct bytes peer = { 0 };
	bool possible = true;

	if (mechanism->step == scram_plus_step)
		return tls != NULL;
	if (mechanism->step == external_step) {
		tls_peer(tls, &peer);
		possible = peer.len > 0;
		bytes_free(&peer);
	}
	return possible;
}

static bool
auth_is_offered(const struct mechanism *mechanism, const struct tls *tls)
{
	return options.user != NULL && options.password != NULL &&
	    words_have(options.auth, mechanism->name) &&
	    auth_is_possible(mechanism, tls);
}

#define MECHANISMS (sizeof(mechanisms) / sizeof(mechanisms[0]))

void
auth_offer(const struct tls *tls, struct bytes *words)
{
	for (size_t i = 0; i < MECHANISMS; i++)
		if (auth_is_offered(&mechanisms[i], tls))
			bytes_format(words, "%s%s", words->len > 0 ? " " : "",
			    mechanisms[i].name);
}

bool
auth_begin(struct auth *auth, const char *name, const struct tls *tls)
{
	auth_end(auth);
	for (size_t i = 0; i < MECHANISMS; i++)
		if (strcasecmp(mechanisms[i].name, name) == 0 &&
		    auth_is_offered(&mechanisms[i], tls)) {
			auth->mechanism = &mechanisms[i];
			auth->tls = tls;
			return true;
		}
	return false;
}

/* The first line of a mechanism in which the server speaks first. */
static void
auth_question(struct auth *auth, struct bytes *challenge)
{
	if (auth->mechanism->step == login_step)
		bytes_text(challenge, "Username:");
	else if (auth->mechanism->step == cram_step)
		cram_question(auth, challenge);
}

enum auth_result
auth_step(struct auth *auth, const char *answer, struct bytes *challenge)
{
	struct bytes plain = { 0 };
	enum auth_result result = AUTH_MALFORMED;

	if (answer == NULL) {
		auth_question(auth, challenge);
		return AUTH_CHALLENGE;
	}
	if (auth->doomed)
		return AUTH_BAD;
	if (base64_decode(strcmp(answer, "=") == 0 ? "" : answer, &plain)) {
		auth->round++;
		result = auth->mechanism->step(auth, &plain, challenge);
	}
	bytes_free(&plain);
	return result;
}

void
auth_end(struct auth *auth)
{
	bytes_free(&auth->user);
	bytes_free(&auth->sent);
	bytes_free(&auth->client_first);
	bytes_free(&auth->binding);
	*auth = (struct auth){ 0 };
}

const char *
auth_name(const struct auth *auth)
{
	return auth->mechanism == NULL ? "none" : auth->mechanism->name;
}

bool
auth_is_plain(const struct auth *auth)
{
	return auth->mechanism != NULL && auth->mechanism->is_plain;
}
