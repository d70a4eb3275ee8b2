#include "launch/role.h"

#include <getopt.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/role.h"

#define CONFIG_MAX (1u << 20)

static const struct option options[] = {
	{"role", required_argument, NULL, 'R'},
	{"smarthost", required_argument, NULL, 'S'},
	{NULL, 0, NULL, 0},
};

bool
role_parse(int argc, char **argv, struct role *r)
{
	int option;

	*r = (struct role){NULL, CONFIG_DEFAULT_FILE, NULL, false};
	while ((option = getopt_long(argc, argv, "C:e", options, NULL)) != -1)
		switch (option) {
		case 'C':
			r->config_path = optarg;
			break;
		case 'e':
			r->to_stderr = true;
			break;
		case 'R':
			r->name = optarg;
			break;
		case 'S':
			r->smarthost = optarg;
			break;
		default:
			return false;
		}
	return optind == argc;
}

void
role_open_log(const struct role *r)
{
	static struct buf name = BUF_INIT;

	buf_clear(&name);
	if (r->name == NULL)
		buf_add_string(&name, "navetted");
	else
		buf_addf(&name, "navette/%s", r->name);
	log_open(buf_string(&name), r->to_stderr);
}

const struct config *
role_begin(const struct role *r)
{
	struct buf text = BUF_INIT, errors = BUF_INIT;
	struct config *c;
	int fd;

	/* A core, or a look by ptrace(2), would show mail and secrets. */
	prctl(PR_SET_DUMPABLE, 0);
	fd = ROLE_FD_CONFIG;
	c = file_read(fd, CONFIG_MAX, &text) ? config_parse(buf_slice(&text),
	    r->config_path, &errors) : NULL;
	if (c == NULL)
		log_error("cannot take over the configuration: %s",
		    buf_string(&errors));
	file_close(&fd);
	buf_free(&text);
	buf_free(&errors);
	return c;
}
