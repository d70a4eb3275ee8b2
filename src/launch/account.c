#include "launch/account.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "spool/spool.h"

static bool
make_socket_folder(const struct config *c, uid_t uid, gid_t gid,
    struct buf *error)
{
	const char *slash;
	char *folder;
	bool ok;

	slash = strrchr(c->socket, '/');
	folder = slice_dup((struct slice){c->socket,
	    (size_t)(slash - c->socket)});
	/* One that is there keeps its owner: systemd made it, or somebody
	 * who knows why. */
	ok = file_make_parents(folder) && mkdir(folder, 0755) == 0 ?
	    chmod(folder, 0755) == 0 && chown(folder, uid, gid) == 0 :
	    errno == EEXIST;
	if (!ok)
		buf_addf(error, "cannot make %s for the sockets: %s", folder,
		    strerror(errno));
	free(folder);
	return ok;
}

static bool
make_folders(const struct config *c, uid_t uid, gid_t gid,
    struct buf *error)
{
	return spool_create(c->spool, uid, gid, error) &&
	    make_socket_folder(c, uid, gid, error);
}

/* The account, where root asks; anyone else needs none. False: there is no such
 * account. */
static bool
find(const struct config *c, const struct passwd **pw, struct buf *error)
{
	*pw = NULL;
	if (geteuid() != 0)
		return true;
	*pw = getpwnam(c->user);
	if (*pw == NULL)
		buf_addf(error, "there is no account \"%s\" for the daemon; "
		    "make one (adduser --system --group %s) or name another "
		    "with the key user in %s", c->user, c->user, c->file);
	return *pw != NULL;
}

static bool
become(const struct passwd *pw, struct buf *error)
{
	if (initgroups(pw->pw_name, pw->pw_gid) == 0 &&
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) == 0 &&
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) == 0)
		return true;
	buf_addf(error, "cannot become the account \"%s\": %s", pw->pw_name,
	    strerror(errno));
	return false;
}

bool
account_borrow(const struct config *c, struct buf *error)
{
	const struct passwd *pw;

	return find(c, &pw, error) && (pw == NULL || become(pw, error));
}

bool
account_become(const struct config *c, struct buf *error)
{
	const struct passwd *pw;

	if (!find(c, &pw, error))
		return false;
	if (pw == NULL)
		return make_folders(c, (uid_t)-1, (gid_t)-1, error);
	return make_folders(c, pw->pw_uid, pw->pw_gid, error) &&
	    become(pw, error);
}

bool
account_has_groups(const struct config *c, struct buf *error)
{
	const struct group *group;

	if (c->admin_group == NULL)
		return true;
	group = getgrnam(c->admin_group);
	if (group == NULL)
		buf_addf(error, "%s:%u: admin-group: there is no group \"%s\": "
		    "make it (addgroup --system %s) or name another\n",
		    c->file, c->admin_group_line, c->admin_group,
		    c->admin_group);
	else if (group->gr_gid == getegid())
		buf_addf(error, "%s:%u: admin-group: \"%s\" is the daemon's "
		    "own group, which can read the passwords: name another\n",
		    c->file, c->admin_group_line, c->admin_group);
	return group != NULL && group->gr_gid != getegid();
}
