#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "config/config.h"
#include "config/name.h"

#define CONFIG_SIZE_MAX ((size_t)1 << 20)
#define MAILNAME_SIZE_MAX 4096
#define MAILNAME_FILE "/etc/mailname"

/* The name under which the resolver knows this host, if it is a full one. */
static void
add_full_name(const char *host, struct buf *name)
{
	struct addrinfo hints = {.ai_flags = AI_CANONNAME,
	    .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;

	if (getaddrinfo(host, NULL, &hints, &found) != 0) {
		buf_add_string(name, host);
		return;
	}
	if (found->ai_canonname != NULL &&
	    strchr(found->ai_canonname, '.') != NULL)
		buf_add_string(name, found->ai_canonname);
	else
		buf_add_string(name, host);
	freeaddrinfo(found);
}

static bool
take_hostname(struct buf *name, struct buf *error)
{
	char host[256];

	if (gethostname(host, sizeof(host)) != 0 || host[0] == '\0') {
		buf_add_string(error, "cannot find this host's name: say "
		    "mailname = \"web1.example.org\"\n");
		return false;
	}
	host[sizeof(host) - 1] = '\0';
	if (strchr(host, '.') != NULL)
		buf_add_string(name, host);
	else
		add_full_name(host, name);
	if (name_is_domain(buf_slice(name)))
		return true;
	buf_add_string(error, "this host's name \"");
	buf_add_escaped(error, buf_slice(name), 80);
	buf_add_string(error, "\" is no mail domain: say mailname = "
	    "\"web1.example.org\"\n");
	return false;
}

bool
config_find_mailname(const char *path, struct buf *name, struct buf *error)
{
	struct buf text = BUF_INIT;
	struct slice rest, line;
	int fault;
	bool ok;

	if (!file_read_path(path, MAILNAME_SIZE_MAX, &text, NULL)) {
		fault = errno;
		buf_free(&text);
		if (fault == ENOENT)
			return take_hostname(name, error);
		buf_addf(error, "cannot read %s: %s\n", path,
		    strerror(fault));
		return false;
	}
	rest = buf_slice(&text);
	if (!slice_cut(&rest, '\n', &line))
		line = (struct slice){"", 0};
	line = slice_trim(line);
	ok = name_is_domain(line);
	if (ok)
		buf_add_slice(name, line);
	else {
		buf_addf(error, "%s:1: \"", path);
		buf_add_escaped(error, line, 80);
		buf_add_string(error, "\" is not legal; legal: a host name "
		    "such as web1.example.org\n");
	}
	buf_free(&text);
	return ok;
}

/* The name goes into the text, too: the processes that get the text do not
 * look for it again. */
static bool
complete(struct config *c, struct buf *errors)
{
	struct buf name = BUF_INIT;
	bool ok;

	ok = config_find_mailname(MAILNAME_FILE, &name, errors);
	if (ok) {
		c->mailname = xstrdup(buf_string(&name));
		buf_addf(&c->text, "\nmailname = \"%s\"\n", c->mailname);
	}
	buf_free(&name);
	return ok;
}

struct config *
config_load(const char *path, struct buf *errors)
{
	struct buf text = BUF_INIT;
	struct config *c;

	if (!file_read_path(path, CONFIG_SIZE_MAX, &text, NULL)) {
		buf_addf(errors, "cannot read %s: %s\n", path,
		    strerror(errno));
		buf_free(&text);
		return NULL;
	}
	c = config_parse(buf_slice(&text), path, errors);
	buf_free(&text);
	if (c != NULL && c->mailname == NULL && !complete(c, errors)) {
		config_free(c);
		return NULL;
	}
	return c;
}
