#include "launch/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "config/secret.h"

struct kept {
	struct kept *next;
	char *title;
	struct buf secret;
};

static struct kept *vault;

static struct kept *
find(const char *title)
{
	struct kept *k;

	for (k = vault; k != NULL; k = k->next)
		if (strcmp(k->title, title) == 0)
			return k;
	return NULL;
}

static struct kept *
fetch(const struct smarthost *s, struct buf *error)
{
	struct kept *k;

	k = find(s->title);
	if (k != NULL)
		return k;
	k = xcalloc(1, sizeof(*k));
	if (!secret_read(s, &k->secret, error)) {
		buf_wipe(&k->secret);
		free(k);
		return NULL;
	}
	k->title = xstrdup(s->title);
	k->next = vault;
	vault = k;
	return k;
}

int
vault_open(const struct smarthost *s, struct buf *error)
{
	const struct kept *k;
	int ends[2] = {-1, -1};

	k = fetch(s, error);
	if (k == NULL)
		return -1;
	/* A secret is far shorter than what a pipe holds: this cannot wait. */
	if (pipe2(ends, O_CLOEXEC) != 0 ||
	    !file_write(ends[1], k->secret.data, k->secret.len)) {
		buf_addf(error, "cannot pass the password of smarthost "
		    "\"%s\" on: %s", s->title, strerror(errno));
		file_close(&ends[0]);
	}
	file_close(&ends[1]);
	return ends[0];
}

static void
remove_at(struct kept **at)
{
	struct kept *k;

	k = *at;
	*at = k->next;
	buf_wipe(&k->secret);
	free(k->title);
	free(k);
}

void
vault_forget(const char *title)
{
	struct kept **at;

	for (at = &vault; *at != NULL; at = &(*at)->next)
		if (strcmp((*at)->title, title) == 0) {
			remove_at(at);
			return;
		}
}

void
vault_forget_all(void)
{
	while (vault != NULL)
		remove_at(&vault);
}
