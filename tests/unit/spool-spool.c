#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/strlist.h"
#include "spool/drop.h"
#include "spool/dropped.h"
#include "spool/id.h"
#include "spool/spool.h"

static char folder[64];
static struct spool *spool;

static void
make_spool(void)
{
	struct buf error = BUF_INIT;

	snprintf(folder, sizeof(folder), "/tmp/navette-unit-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert(spool_create(folder, (uid_t)-1, (gid_t)-1, &error));
	/* Again: what is there stays. */
	ck_assert(spool_create(folder, (uid_t)-1, (gid_t)-1, &error));
	spool = spool_open(folder, &error);
	ck_assert_msg(spool != NULL, "%s", buf_string(&error));
}

static void
remove_spool(void)
{
	char command[128];

	spool_close(spool);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static void
note(void *arg, const char *name)
{
	strlist_add(arg, name);
}

static void
queue_one(const char *id, const char *text)
{
	int fd;

	fd = spool_begin(spool, id);
	ck_assert_int_ge(fd, 0);
	ck_assert(file_write(fd, text, strlen(text)));
	ck_assert(spool_commit(spool, id, &fd));
	ck_assert_int_eq(fd, -1);
}

START_TEST(folders_have_the_modes_that_keep_them_safe)
{
	char path[128];
	struct stat info;

	snprintf(path, sizeof(path), "%s/drop", folder);
	ck_assert_int_eq(stat(path, &info), 0);
	ck_assert_uint_eq(info.st_mode & 07777, 03733);
	snprintf(path, sizeof(path), "%s/queue", folder);
	ck_assert_int_eq(stat(path, &info), 0);
	ck_assert_uint_eq(info.st_mode & 07777, 0700);
}
END_TEST

START_TEST(a_committed_message_is_listed_and_read)
{
	struct strlist found = STRLIST_INIT;
	struct buf text = BUF_INIT;
	char id[ID_LEN + 1];
	int fd;

	id_new(id);
	queue_one(id, "hello");
	ck_assert(spool_each(spool, false, note, &found));
	ck_assert_uint_eq(found.count, 1);
	ck_assert_str_eq(found.items[0], id);
	fd = spool_read(spool, id);
	ck_assert(file_read(fd, 100, &text));
	ck_assert_str_eq(buf_string(&text), "hello");
	file_close(&fd);
	ck_assert(spool_remove(spool, id, true));
	ck_assert_int_eq(spool_read(spool, id), -1);
	strlist_free(&found);
	buf_free(&text);
}
END_TEST

START_TEST(a_commit_replaces_nothing)
{
	char id[ID_LEN + 1];
	int fd;

	id_new(id);
	queue_one(id, "first");
	fd = spool_begin(spool, id);
	ck_assert_int_ge(fd, 0);
	ck_assert(!spool_commit(spool, id, &fd));
	ck_assert_int_eq(errno, EEXIST);
	ck_assert_int_eq(fd, -1);
	/* And nothing of it is left in tmp/. */
	fd = spool_begin(spool, id);
	ck_assert_int_ge(fd, 0);
	spool_abandon(spool, id, &fd);
}
END_TEST

START_TEST(a_failed_message_moves_and_is_forgotten)
{
	struct strlist found = STRLIST_INIT;
	char id[ID_LEN + 1], kept_as[ID_LEN + 1];
	int fd;

	id_new(id);
	queue_one(id, "x");
	ck_assert(spool_fail(spool, id, kept_as));
	ck_assert_str_eq(kept_as, id);
	ck_assert_int_eq(spool_read(spool, id), -1);
	fd = spool_read_failed(spool, id);
	ck_assert_int_ge(fd, 0);
	file_close(&fd);
	ck_assert(spool_each(spool, true, note, &found));
	ck_assert_uint_eq(found.count, 1);
	ck_assert(spool_forget(spool, id));
	ck_assert_int_eq(spool_read_failed(spool, id), -1);
	strlist_free(&found);
}
END_TEST

START_TEST(one_that_failed_before_under_the_same_id_is_kept_as_well)
{
	struct strlist found = STRLIST_INIT;
	char id[ID_LEN + 1], kept_as[ID_LEN + 1];

	id_new(id);
	queue_one(id, "x");
	ck_assert(spool_fail(spool, id, kept_as));
	queue_one(id, "y");
	ck_assert(spool_fail(spool, id, kept_as));
	ck_assert_str_ne(kept_as, id);
	ck_assert(!spool_has(spool, id));
	ck_assert(spool_each(spool, true, note, &found));
	ck_assert_uint_eq(found.count, 2);
	strlist_free(&found);
}
END_TEST

START_TEST(a_journal_without_its_message_is_swept)
{
	struct strlist found = STRLIST_INIT;
	char id[ID_LEN + 1];
	int fd;

	id_new(id);
	fd = spool_open_journal(spool, id, O_RDWR | O_CREAT);
	ck_assert_int_ge(fd, 0);
	file_close(&fd);
	ck_assert(spool_each(spool, false, note, &found));
	ck_assert_uint_eq(found.count, 0);
	ck_assert_int_eq(spool_open_journal(spool, id, O_RDONLY), -1);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(only_one_holds_the_spool)
{
	struct spool *other;
	struct buf error = BUF_INIT;
	int fd;

	fd = spool_lock(spool);
	ck_assert_int_ge(fd, 0);
	other = spool_open(folder, &error);
	ck_assert_ptr_nonnull(other);
	ck_assert_int_eq(spool_lock(other), -1);
	ck_assert_int_eq(errno, EWOULDBLOCK);
	file_close(&fd);
	fd = spool_lock(other);
	ck_assert_int_ge(fd, 0);
	file_close(&fd);
	spool_close(other);
}
END_TEST

START_TEST(agents_share_a_lock_that_a_new_daemon_waits_for)
{
	int first, second;

	first = spool_agent_lock(spool, false);
	second = spool_agent_lock(spool, false);
	ck_assert_int_ge(first, 0);
	ck_assert_int_ge(second, 0);
	ck_assert_int_eq(spool_agent_lock(spool, true), -1);
	file_close(&first);
	ck_assert_int_eq(spool_agent_lock(spool, true), -1);
	file_close(&second);
	first = spool_agent_lock(spool, true);
	ck_assert_int_ge(first, 0);
	file_close(&first);
}
END_TEST

static void
drop_path(char *path, size_t size)
{
	snprintf(path, size, "%s/drop", folder);
}

START_TEST(what_is_dropped_is_found_with_its_owner)
{
	struct strlist found = STRLIST_INIT;
	char path[128], id[ID_LEN + 1];
	uid_t owner;
	int fd;

	drop_path(path, sizeof(path));
	fd = drop_begin(path, id);
	ck_assert_int_ge(fd, 0);
	ck_assert(dropped_each(spool, note, &found));
	ck_assert_uint_eq(found.count, 0);
	ck_assert(drop_commit(path, id, &fd));
	ck_assert(dropped_each(spool, note, &found));
	ck_assert_uint_eq(found.count, 1);
	fd = dropped_open(spool, id, &owner);
	ck_assert_int_ge(fd, 0);
	ck_assert_uint_eq(owner, geteuid());
	file_close(&fd);
	ck_assert(dropped_remove(spool, id));
	strlist_free(&found);
}
END_TEST

START_TEST(what_is_abandoned_leaves_nothing)
{
	char path[128], id[ID_LEN + 1], name[160];
	int fd;

	drop_path(path, sizeof(path));
	fd = drop_begin(path, id);
	ck_assert_int_ge(fd, 0);
	snprintf(name, sizeof(name), "%s/.%s", path, id);
	ck_assert_int_eq(access(name, F_OK), 0);
	drop_abandon(path, id, &fd);
	ck_assert_int_eq(access(name, F_OK), -1);
}
END_TEST

START_TEST(links_pipes_and_folders_in_drop_are_refused)
{
	char path[128], from[160], to[160], id[ID_LEN + 1];
	uid_t owner;
	int fd;

	drop_path(path, sizeof(path));
	id_new(id);
	snprintf(to, sizeof(to), "%s/%s", path, id);
	ck_assert_int_eq(symlink("/etc/passwd", to), 0);
	ck_assert_int_eq(dropped_open(spool, id, &owner), -1);
	ck_assert_int_eq(unlink(to), 0);
	ck_assert_int_eq(mkfifo(to, 0600), 0);
	ck_assert_int_eq(dropped_open(spool, id, &owner), -1);
	ck_assert_int_eq(errno, EPERM);
	ck_assert_int_eq(unlink(to), 0);
	ck_assert_int_eq(mkdir(to, 0700), 0);
	ck_assert_int_eq(dropped_open(spool, id, &owner), -1);
	ck_assert_int_eq(rmdir(to), 0);
	/* A second name elsewhere. */
	snprintf(from, sizeof(from), "%s/other", folder);
	fd = open(from, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_ge(fd, 0);
	file_close(&fd);
	ck_assert_int_eq(link(from, to), 0);
	ck_assert_int_eq(dropped_open(spool, id, &owner), -1);
	ck_assert_int_eq(errno, EPERM);
}
END_TEST

START_TEST(free_space_is_told)
{
	ck_assert_uint_gt(spool_free_space(spool), 0);
}
END_TEST

START_TEST(ids_are_valid_unequal_and_sort_by_time)
{
	char a[ID_LEN + 1], b[ID_LEN + 1];
	struct timespec wait = {0, 2000000};
	int64_t now;

	id_new(a);
	nanosleep(&wait, NULL);
	id_new(b);
	ck_assert(id_is_valid(slice_from(a)));
	ck_assert_int_lt(strcmp(a, b), 0);
	now = clock_wall();
	ck_assert_int_lt(now - id_time(b), CLOCK_SEC);
	ck_assert_int_ge(now - id_time(b), 0);
	ck_assert(!id_is_valid(slice_from("")));
	ck_assert(!id_is_valid(slice_from("../../etc/passwd")));
	ck_assert(!id_is_valid(slice_from("0123456789ABCDEU")));
	ck_assert(!id_is_valid(slice_from("0123456789abcdef")));
}
END_TEST

static Suite *
spool_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("spool/spool");
	t = tcase_create("spool");
	tcase_add_checked_fixture(t, make_spool, remove_spool);
	tcase_add_test(t, folders_have_the_modes_that_keep_them_safe);
	tcase_add_test(t, a_committed_message_is_listed_and_read);
	tcase_add_test(t, a_commit_replaces_nothing);
	tcase_add_test(t, a_failed_message_moves_and_is_forgotten);
	tcase_add_test(t,
	    one_that_failed_before_under_the_same_id_is_kept_as_well);
	tcase_add_test(t, a_journal_without_its_message_is_swept);
	tcase_add_test(t, only_one_holds_the_spool);
	tcase_add_test(t, agents_share_a_lock_that_a_new_daemon_waits_for);
	tcase_add_test(t, what_is_dropped_is_found_with_its_owner);
	tcase_add_test(t, what_is_abandoned_leaves_nothing);
	tcase_add_test(t, links_pipes_and_folders_in_drop_are_refused);
	tcase_add_test(t, free_space_is_told);
	tcase_add_test(t, ids_are_valid_unequal_and_sort_by_time);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(spool_suite)
