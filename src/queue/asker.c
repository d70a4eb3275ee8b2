#include "queue/asker.h"

#include <grp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define GROUPS_MAX 65536

static bool
is_member(int fd, gid_t primary, gid_t wanted)
{
	gid_t *groups;
	socklen_t len;
	size_t i;
	bool found;

	if (primary == wanted)
		return true;
	len = GROUPS_MAX * sizeof(*groups);
	groups = xmalloc(len);
	found = false;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) == 0)
		for (i = 0; i < len / sizeof(*groups); i++)
			found = found || groups[i] == wanted;
	free(groups);
	return found;
}

bool
asker_identify(const struct manager *m, int fd, struct asker *a)
{
	const struct group *group;
	struct ucred peer;
	socklen_t len;

	len = sizeof(peer);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return false;
	a->uid = peer.uid;
	a->is_admin = peer.uid == 0 || peer.uid == geteuid();
	if (a->is_admin || m->config->admin_group == NULL)
		return true;
	group = getgrnam(m->config->admin_group);
	a->is_admin = group != NULL &&
	    is_member(fd, peer.gid, group->gr_gid);
	return true;
}

bool
asker_may_see(const struct asker *a, uint32_t owner)
{
	return a->is_admin || a->uid == owner;
}
