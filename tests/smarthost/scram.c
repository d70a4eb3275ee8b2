#include "scram.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

#define ITERATIONS 4096
#define DIGEST 32

/* The value of attribute name ("n=") in a comma-separated list. */
static bool
attribute(const char *list, char name, struct bytes *value)
{
	while (*list != '\0') {
		size_t n = strcspn(list, ",");

		if (n >= 2 && list[0] == name && list[1] == '=') {
			bytes_clear(value);
			bytes_add(value, list + 2, n - 2);
			return true;
		}
		list += n;
		list += *list == ',';
	}
	return false;
}

/* "=2C" and "=3D" stand for the two characters a name cannot have. */
static void
name_unescape(const char *name, struct bytes *out)
{
	bytes_add(out, "", 0);
	while (*name != '\0') {
		bool comma = strncmp(name, "=2C", 3) == 0;
		bool equals = strncmp(name, "=3D", 3) == 0;

		bytes_add(out, comma ? "," : equals ? "=" : name, 1);
		name += comma || equals ? 3 : 1;
	}
}

/* The c= that must come: the header in front of client-first-bare, and the
 * channel's own data when the header names a kind of binding. */
static bool
binding_expect(struct auth *auth, const char *header, size_t n, bool plus)
{
	struct bytes data = { 0 };
	bool fine = true;

	bytes_add(&data, header, n);
	if (plus) {
		char *name = must_copy(header + 2, strcspn(header + 2, ","));

		fine = tls_binding(auth->tls, name, &data);
		free(name);
	}
	bytes_clear(&auth->binding);
	base64_encode(data.data, data.len, &auth->binding);
	bytes_free(&data);
	return fine;
}

/* "n,,", "y,," or "p=NAME,,": is this the header this mechanism must have? */
static bool
header_is_right(const struct auth *auth, const char *text, bool plus)
{
	if (plus)
		return strncmp(text, "p=", 2) == 0;
	/* "y" says that the server has no -PLUS: somebody took it out. */
	if (text[0] == 'y')
		return auth->tls == NULL ||
		    !words_have(options.auth, "SCRAM-SHA-256-PLUS");
	return text[0] == 'n';
}

static enum auth_result
scram_first(struct auth *auth, const struct bytes *answer,
    struct bytes *challenge, bool plus)
{
	const char *text = bytes_string(answer);
	const char *bare = strchr(text, ',');
	struct bytes name = { 0 }, nonce = { 0 };
	unsigned char random[18];
	bool fine;

	bare = bare == NULL ? NULL : strchr(bare + 1, ',');
	if (bare == NULL || strlen(text) != answer->len)
		return AUTH_MALFORMED;
	bare++;
	fine = attribute(bare, 'n', &name) && attribute(bare, 'r', &nonce) &&
	    header_is_right(auth, text, plus) &&
	    binding_expect(auth, text, (size_t)(bare - text), plus);
	if (fine) {
		name_unescape(bytes_string(&name), &auth->user);
		bytes_text(&auth->client_first, bare);
		RAND_bytes(random, sizeof(random));
		RAND_bytes(auth->salt, sizeof(auth->salt));
		bytes_format(challenge, "r=%s", bytes_string(&nonce));
		base64_encode(random, sizeof(random), challenge);
		bytes_text(challenge, ",s=");
		base64_encode(auth->salt, sizeof(auth->salt), challenge);
		bytes_format(challenge, ",i=%d", ITERATIONS);
		bytes_add(&auth->sent, challenge->data, challenge->len);
	}
	bytes_free(&name);
	bytes_free(&nonce);
	return fine ? AUTH_CHALLENGE : AUTH_BAD;
}

static void
mac(const unsigned char *key, const char *text, size_t n, unsigned char *out)
{
	HMAC(EVP_sha256(), key, DIGEST, (const unsigned char *)text, n, out,
	    NULL);
}

/* proof XOR HMAC(H(ClientKey), AuthMessage) must hash to H(ClientKey) */
static bool
proof_is_right(const unsigned char *salted, const struct bytes *message,
    const struct bytes *proof)
{
	unsigned char key[DIGEST], stored[DIGEST], signature[DIGEST];

	if (proof->len != DIGEST)
		return false;
	mac(salted, "Client Key", 10, key);
	EVP_Digest(key, DIGEST, stored, NULL, EVP_sha256(), NULL);
	mac(stored, message->data, message->len, signature);
	for (size_t i = 0; i < DIGEST; i++)
		if (((unsigned char)proof->data[i] ^ signature[i]) != key[i])
			return false;
	return true;
}

static enum auth_result
scram_prove(const struct bytes *message, const struct bytes *proof,
    const unsigned char *salt, struct bytes *challenge)
{
	unsigned char salted[DIGEST], key[DIGEST], signature[DIGEST];

	PKCS5_PBKDF2_HMAC(options.password, (int)strlen(options.password),
	    salt, 16, ITERATIONS, EVP_sha256(), DIGEST, salted);
	if (!proof_is_right(salted, message, proof))
		return AUTH_BAD;
	mac(salted, "Server Key", 10, key);
	mac(key, message->data, message->len, signature);
	bytes_text(challenge, "v=");
	base64_encode(signature, DIGEST, challenge);
	return AUTH_CHALLENGE;
}

static enum auth_result
scram_final(struct auth *auth, const struct bytes *answer,
    struct bytes *challenge)
{
	const char *text = bytes_string(answer);
	const char *last = strstr(text, ",p=");
	struct bytes nonce = { 0 }, sent = { 0 }, binding = { 0 };
	struct bytes proof = { 0 }, message = { 0 };
	enum auth_result result = AUTH_BAD;

	if (last != NULL && attribute(text, 'r', &nonce) &&
	    attribute(bytes_string(&auth->sent), 'r', &sent) &&
	    attribute(text, 'c', &binding) &&
	    strcmp(nonce.data, sent.data) == 0 &&
	    strcmp(binding.data, bytes_string(&auth->binding)) == 0 &&
	    strcmp(bytes_string(&auth->user), options.user) == 0 &&
	    base64_decode(last + 3, &proof)) {
		bytes_format(&message, "%s,%s,%.*s",
		    bytes_string(&auth->client_first),
		    bytes_string(&auth->sent), (int)(last - text), text);
		result = scram_prove(&message, &proof, auth->salt, challenge);
	}
	bytes_free(&nonce);
	bytes_free(&sent);
	bytes_free(&binding);
	bytes_free(&proof);
	bytes_free(&message);
	return result;
}

static enum auth_result
scram_any(struct auth *auth, const struct bytes *answer,
    struct bytes *challenge, bool plus)
{
	if (auth->round == 1)
		return scram_first(auth, answer, challenge, plus);
	if (auth->round == 2)
		return scram_final(auth, answer, challenge);
	/* The client has seen our signature and agrees. */
	return answer->len == 0 ? AUTH_GOOD : AUTH_MALFORMED;
}

enum auth_result
scram_step(struct auth *auth, const struct bytes *answer,
    struct bytes *challenge)
{
	return scram_any(auth, answer, challenge, false);
}

enum auth_result
scram_plus_step(struct auth *auth, const struct bytes *answer,
    struct bytes *challenge)
{
	return scram_any(auth, answer, challenge, true);
}
