/*
 * Descriptors, read and written whole: the loops around read(2) and write(2)
 * that everybody needs once. Interrupted calls are repeated. It never logs;
 * errno tells what went wrong.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"

/* Writes all of it. False with errno set; some of it may be written then. */
bool file_write(int fd, const void *data, size_t len);
bool file_pwrite(int fd, const void *data, size_t len, off_t at);
/* Appends what fd holds until its end to out. False with errno set; EFBIG
 * where there is more than max. */
bool file_read(int fd, size_t max, struct buf *out);
/* Exactly len bytes from offset at; EIO where the file is shorter. */
bool file_pread(int fd, void *data, size_t len, off_t at);
/* One read(2), repeated when interrupted, appended to out. */
ssize_t file_read_some(int fd, size_t max, struct buf *out);
/* file_read() of a regular file by name; a directory is EISDIR, anything else
 * that is not a file EINVAL. *info, where not NULL, is filled by fstat(2). */
struct stat;
bool file_read_path(const char *path, size_t max, struct buf *out,
    struct stat *info);
/* fsync(2), repeated when interrupted. */
bool file_sync(int fd);
/* close(2) that sets fd to -1 and forgives -1. False where the kernel reports
 * a late write error. */
bool file_close(int *fd);
/* Makes the folders above path that are missing, 0755 whatever the umask. False
 * with errno. */
bool file_make_parents(const char *path);
bool file_set_nonblocking(int fd, bool on);
bool file_set_cloexec(int fd, bool on);
/* Opens /dev/null in the place of each closed one of 0, 1 and 2, so that no
 * later descriptor gets their numbers. */
bool file_keep_standard_open(void);

#endif
