/*
 * limit-drain PORT STYLE COUNT SIZE [USER PASSWORD]: the least that a client
 * must do which sends COUNT messages of SIZE octets over one connection; with a
 * user it is TLS from the start (no certificate is looked at) and a login.
 * STYLE: two (turns a message), one, list (one message to COUNT recipients in
 * one transaction), or a number: whole messages in flight with BDAT. The measure
 * for a drain; it takes every answer for granted that begins with a 2 or a 3,
 * and gives up at any other.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#define GROUP "MAIL FROM:<bench@example.org>\r\n" \
	"RCPT TO:<friend@example.net>\r\n"

static struct {
	int fd;
	SSL *ssl;
	char in[65536];
	size_t in_len;
	char *out;
	size_t out_len, out_cap;
} wire;

static void
give_up(const char *why)
{
	fprintf(stderr, "limit-drain: %s\n", why);
	exit(EX_PROTOCOL);
}

static void
put(const char *data, size_t len)
{
	char *more;

	if (wire.out_len + len > wire.out_cap) {
		wire.out_cap = (wire.out_len + len) * 2;
		more = realloc(wire.out, wire.out_cap);
		if (more == NULL)
			give_up("out of memory");
		wire.out = more;
	}
	memcpy(wire.out + wire.out_len, data, len);
	wire.out_len += len;
}

static void
put_text(const char *text)
{
	put(text, strlen(text));
}

static void
flush(void)
{
	size_t at;
	ssize_t n;

	for (at = 0; at < wire.out_len; at += (size_t)n) {
		if (wire.ssl != NULL)
			n = SSL_write(wire.ssl, wire.out + at,
			    (int)(wire.out_len - at));
		else
			n = write(wire.fd, wire.out + at, wire.out_len - at);
		if (n <= 0)
			give_up("cannot write");
	}
	wire.out_len = 0;
}

static void
fill(void)
{
	size_t room = sizeof(wire.in) - wire.in_len;
	ssize_t n;

	if (wire.ssl != NULL)
		n = SSL_read(wire.ssl, wire.in + wire.in_len, (int)room);
	else
		n = read(wire.fd, wire.in + wire.in_len, room);
	if (n <= 0)
		give_up("the server is gone");
	wire.in_len += (size_t)n;
}

/* One reply, however many lines it has. */
static void
expect(void)
{
	bool last;
	char *end;
	size_t len;

	do {
		while ((end = memchr(wire.in, '\n', wire.in_len)) == NULL)
			fill();
		if (wire.in[0] != '2' && wire.in[0] != '3')
			give_up("a reply is not what it should be");
		last = wire.in[3] == ' ';
		len = (size_t)(end - wire.in) + 1;
		memmove(wire.in, end + 1, wire.in_len - len);
		wire.in_len -= len;
	} while (!last);
}

static void
expect_many(long n)
{
	while (n-- > 0)
		expect();
}

static void
ask(const char *line)
{
	put_text(line);
	flush();
	expect();
}

static void
reach(const char *port)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	int on = 1;

	to.sin_port = htons((uint16_t)strtol(port, NULL, 10));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	wire.fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(wire.fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		give_up("cannot connect");
	setsockopt(wire.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void
secure(void)
{
	SSL_CTX *ctx;

	ctx = SSL_CTX_new(TLS_client_method());
	wire.ssl = SSL_new(ctx);
	SSL_set_fd(wire.ssl, wire.fd);
	if (SSL_connect(wire.ssl) != 1)
		give_up("no TLS");
}

static void
log_in(const char *user, const char *password)
{
	unsigned char secret[512], encoded[1024];
	int n;

	n = snprintf((char *)secret, sizeof(secret), "%c%s%c%s", 0, user, 0,
	    password);
	EVP_EncodeBlock(encoded, secret, n);
	put_text("AUTH PLAIN ");
	put_text((char *)encoded);
	ask("\r\n");
}

static char *
make_message(size_t size)
{
	static const char head[] = "Subject: limit\r\n\r\n";
	static const char line[] = "The quick brown fox jumps over the lazy "
	    "dog, and so on, up to here.....\r\n";
	const char *text = head;
	char *message;
	size_t i, at = 0;

	message = malloc(size);
	if (message == NULL || size < sizeof(head) + 2)
		give_up("no such message");
	for (i = 0; i < size; i++) {
		if (text[at] == '\0') {
			text = line;
			at = 0;
		}
		message[i] = text[at++];
	}
	message[size - 2] = '\r';
	message[size - 1] = '\n';
	return message;
}

static void
send_two(const char *message, size_t size, long count)
{
	while (count-- > 0) {
		put_text(GROUP "DATA\r\n");
		flush();
		expect_many(3);
		put(message, size);
		ask(".\r\n");
	}
}

static void
send_one(const char *message, size_t size, long count)
{
	put_text(GROUP "DATA\r\n");
	flush();
	expect_many(3);
	while (count-- > 1) {
		put(message, size);
		put_text(".\r\n" GROUP "DATA\r\n");
		flush();
		expect_many(4);
	}
	put(message, size);
	ask(".\r\n");
}

static void
send_list(const char *message, size_t size, long count)
{
	char line[64];
	long i;

	put_text("MAIL FROM:<bench@example.org>\r\n");
	for (i = 0; i < count; i++) {
		snprintf(line, sizeof(line), "RCPT TO:<r%ld@example.net>\r\n",
		    i);
		put_text(line);
	}
	put_text("DATA\r\n");
	flush();
	expect_many(count + 2);
	put(message, size);
	ask(".\r\n");
}

/* Half the window is filled up when half of it is answered. */
static void
send_ahead(const char *message, size_t size, long count, long window)
{
	char line[64];
	long open = 0, answered;

	snprintf(line, sizeof(line), "BDAT %zu LAST\r\n", size);
	while (count > 0 || open > 0) {
		for (; open < window && count > 0; open++, count--) {
			put_text("RSET\r\n" GROUP);
			put_text(line);
			put(message, size);
		}
		flush();
		answered = open > window / 2 && count > 0 ?
		    open - window / 2 : open;
		expect_many(answered * 4);
		open -= answered;
	}
}

int
main(int argc, char **argv)
{
	size_t size;
	char *message;
	long count, window;

	if (argc != 5 && argc != 7)
		return EX_USAGE;
	count = strtol(argv[3], NULL, 10);
	size = (size_t)strtol(argv[4], NULL, 10);
	window = strtol(argv[2], NULL, 10);
	message = make_message(size);
	reach(argv[1]);
	if (argc == 7)
		secure();
	expect();
	ask("EHLO bench.example.org\r\n");
	if (argc == 7)
		log_in(argv[5], argv[6]);
	if (window > 0)
		send_ahead(message, size, count, window);
	else if (strcmp(argv[2], "list") == 0)
		send_list(message, size, count);
	else if (strcmp(argv[2], "one") == 0)
		send_one(message, size, count);
	else
		send_two(message, size, count);
	ask("QUIT\r\n");
	return EX_OK;
}
