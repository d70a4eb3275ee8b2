#include "confine/confine.h"

#include <dirent.h>
#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "confine/landlock.h"
#include "confine/syscalls.h"

/* What libc reads on its own: who is who, what time it is here, its modules. */
static const char *const library_paths[] = {
	"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share/zoneinfo",
	"/etc/ld.so.cache", "/etc/nsswitch.conf", "/etc/passwd",
	"/etc/group", "/etc/localtime", "/etc/timezone", "/dev/null",
	"/dev/urandom", "/run/systemd/userdb", "/var/lib/sss",
	"/var/run/nscd", NULL
};

/* What the resolver reads, with the places that resolv.conf links to, and
 * where the certificates of authorities lie (a folder of them is read one by
 * one, during the handshake). */
static const char *const network_paths[] = {
	"/etc/resolv.conf", "/run/systemd/resolve", "/run/resolvconf",
	"/run/NetworkManager", "/etc/hosts", "/etc/host.conf",
	"/etc/gai.conf", "/etc/services", "/etc/ssl", "/usr/share/ssl",
	"/usr/share/ca-certificates", "/usr/local/share/ca-certificates",
	NULL
};

/* Never read by an intake, whatever a list's owner writes. */
static const char *const closed_to_lists[] = {
	"proc", "sys", "dev", "boot", "root", "run", "etc", NULL
};
static const char *const closed_in_etc[] = {
	"navette", "shadow", "gshadow", "ssl", "ssh", NULL
};

static void
allow_all(struct landlock *l, const char *const *paths)
{
	size_t i;

	for (i = 0; paths[i] != NULL; i++)
		landlock_allow(l, paths[i], false);
}

static bool
is_among(const char *name, const char *const *names)
{
	size_t i;

	for (i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* Everything in a folder but what is named; what comes later is not in it. */
static void
allow_entries(struct landlock *l, const char *folder,
    const char *const *closed)
{
	struct buf path = BUF_INIT;
	const struct dirent *entry;
	DIR *dir;

	dir = opendir(folder);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' ||
		    is_among(entry->d_name, closed))
			continue;
		buf_clear(&path);
		buf_addf(&path, "%s/%s", folder, entry->d_name);
		landlock_allow(l, buf_string(&path), false);
	}
	if (dir != NULL)
		closedir(dir);
	buf_free(&path);
}

static struct landlock *
begin(void)
{
	struct landlock *l;

	l = landlock_new();
	if (l == NULL) {
		log_warning("event=unconfined what=files advice=\"this kernel "
		    "has no Landlock of version 2; file access is limited by "
		    "permissions alone\"");
		return NULL;
	}
	allow_all(l, library_paths);
	return l;
}

static bool
finish(struct landlock *l, bool network)
{
	if (l != NULL && !landlock_enforce(l)) {
		log_error("cannot confine file access by Landlock");
		return false;
	}
	if (!syscalls_deny(network))
		log_warning("event=unconfined what=system-calls advice=\"this "
		    "kernel has no seccomp filters\"");
	return true;
}

bool
confine_manager(const struct config *c)
{
	struct landlock *l;

	l = begin();
	if (l != NULL)
		landlock_allow(l, c->spool, true);
	return finish(l, false);
}

bool
confine_intake(const struct config *c)
{
	struct landlock *l;

	l = begin();
	if (l != NULL) {
		allow_entries(l, "/", closed_to_lists);
		allow_entries(l, "/etc", closed_in_etc);
		landlock_allow(l, c->aliases, false);
		landlock_allow(l, c->spool, true);
	}
	return finish(l, false);
}

bool
confine_agent(const struct config *c)
{
	struct landlock *l;
	size_t i;

	l = begin();
	if (l != NULL) {
		allow_all(l, network_paths);
		for (i = 0; i < c->count; i++)
			if (c->smarthosts[i].ca_file != NULL)
				landlock_allow(l, c->smarthosts[i].ca_file,
				    false);
	}
	return finish(l, true);
}
