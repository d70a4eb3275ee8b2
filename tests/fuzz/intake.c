/*
 * Any bytes as what a caller sends to an intake, with a spool in a folder in
 * memory: what is whole is whole however it is cut into pieces (what is not may
 * be refused sooner or later), and becomes one queue file that is read back;
 * of anything else nothing is left.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "mail/envelope.h"
#include "spool/id.h"
#include "submit/aliases.h"
#include "submit/intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CONFIG "mailname = \"web1.example.org\"\nkeep-free = \"0\"\n" \
	"aliases = \"/nowhere/aliases\"\nmax-size = \"1M\"\n" \
	"smarthost \"isp\" { host = \"h.example\" port = 465 " \
	"tls = \"smtps\" }\n"

static struct config *config;

static void
must(bool condition)
{
	if (!condition)
		abort();
}

static bool
is_over(uid_t uid)
{
	return uid == 7;
}

static struct intake_context context = {.is_over_limit = is_over};

static char folder[] = "/dev/shm/navette-fuzz-XXXXXX";

static void
end(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	must(system(command) == 0);
}

static void
begin(void)
{
	struct buf error = BUF_INIT;

	must(mkdtemp(folder) != NULL && atexit(end) == 0);
	config = config_parse(SLICE(CONFIG), "fuzz", &error);
	must(config != NULL);
	must(spool_create(folder, (uid_t)-1, (gid_t)-1, &error));
	context.spool = spool_open(folder, &error);
	context.config = config;
	must(context.spool != NULL && aliases_refresh(config));
}

/* Feeds in pieces of step bytes; the state at the end. */
static enum intake_state
feed(struct intake *i, struct slice bytes, size_t step)
{
	enum intake_state state;
	size_t n;

	state = INTAKE_MORE;
	while (state == INTAKE_MORE && bytes.len > 0) {
		n = bytes.len < step ? bytes.len : step;
		state = intake_feed(i, (struct slice){bytes.ptr, n});
		bytes.ptr += n;
		bytes.len -= n;
	}
	return state;
}

static void
check_file(const char *id)
{
	struct envelope e;
	struct buf text = BUF_INIT;
	const char *why;
	size_t end;
	int fd;

	fd = spool_read(context.spool, id);
	must(fd >= 0 && file_read(fd, 64u << 20, &text));
	file_close(&fd);
	end = envelope_find_end(buf_slice(&text));
	must(end > 0 && envelope_parse((struct slice){text.data, end}, &e,
	    &why));
	must(e.count > 0 && e.header_size + e.body_size == text.len - end);
	envelope_free(&e);
	buf_free(&text);
}

static enum intake_state
take_in(struct slice bytes, size_t step)
{
	enum intake_state state;
	struct intake *i;
	char id[ID_LEN + 1];

	i = intake_new(&context, 1000, NULL);
	snprintf(id, sizeof(id), "%s", intake_id(i));
	state = feed(i, bytes, step);
	if (state == INTAKE_REFUSED)
		must(intake_status(i) != 0 && intake_text(i)[0] != '\0');
	if (state == INTAKE_WHOLE && intake_place(i)) {
		check_file(id);
		must(spool_remove(context.spool, id, true));
	}
	intake_free(i);
	must(spool_read(context.spool, id) < 0);
	return state;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = {(const char *)data, size};
	enum intake_state whole;

	if (config == NULL)
		begin();
	whole = take_in(bytes, size + 1);
	must((take_in(bytes, 1 + size / 7) == INTAKE_WHOLE) ==
	    (whole == INTAKE_WHOLE));
	return 0;
}
