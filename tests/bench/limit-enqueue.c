/*
 * limit-enqueue FOLDER: the least that a program must do which makes the
 * message on its standard input durable: it is started, reads, writes a file,
 * fsyncs it, renames it and fsyncs the folder. The measure for sendmail.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

static int
complain(const char *what)
{
	perror(what);
	return EX_OSERR;
}

int
main(int argc, char **argv)
{
	static char block[65536];
	char from[32], to[32];
	int folder, fd;
	ssize_t n;

	if (argc != 2)
		return EX_USAGE;
	snprintf(from, sizeof(from), "tmp.%ld", (long)getpid());
	snprintf(to, sizeof(to), "%ld", (long)getpid());
	folder = open(argv[1], O_RDONLY | O_DIRECTORY);
	if (folder < 0)
		return complain(argv[1]);
	fd = openat(folder, from, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		return complain(from);
	while ((n = read(STDIN_FILENO, block, sizeof(block))) > 0)
		if (write(fd, block, (size_t)n) != n)
			return complain("write");
	if (n < 0 || fsync(fd) != 0 || close(fd) != 0)
		return complain(from);
	if (renameat(folder, from, folder, to) != 0 || fsync(folder) != 0)
		return complain(to);
	return EX_OK;
}
