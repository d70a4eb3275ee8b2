/*
 * Any bytes as an answer of sock_diag(7): no root that the kernel did not name,
 * and nothing behind the answer changes what it says.
 */
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "submit/peer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BODY sizeof(struct nlmsghdr)
#define WHOLE (BODY + sizeof(struct inet_diag_msg))

static void
must(bool condition)
{
	if (!condition)
		abort();
}

static uint32_t
word_at(const uint8_t *data, size_t at)
{
	uint32_t word;

	memcpy(&word, data + at, sizeof(word));
	return word;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice answer = {(const char *)data, size};
	uid_t owner;

	owner = peer_owner(answer);
	if (size < WHOLE) {
		must(owner == PEER_UNKNOWN);
		return 0;
	}
	answer.len = WHOLE;
	must(peer_owner(answer) == owner);
	must(owner == PEER_UNKNOWN || owner == word_at(data, BODY +
	    offsetof(struct inet_diag_msg, idiag_uid)));
	must(owner == PEER_UNKNOWN || word_at(data, BODY +
	    offsetof(struct inet_diag_msg, idiag_inode)) != 0);
	return 0;
}
