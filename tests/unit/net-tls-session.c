#include "unit.h"

#include "net/wire.h"
#include "tls_peer.h"

#define BINDING_MAX 64
#define BODY 1000000
#define EARLY 60000

static struct server server;
static struct stream *stream;
static struct tls *client;
static struct buf ticket;

static const struct kind good = {.san = "DNS:" HOST ", DNS:mail.isp.example"};
static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
static const char *const names[] = {"TLSv1.2", "TLSv1.3"};

static void
setup(void)
{
	signal(SIGPIPE, SIG_DFL);
	make_authorities();
	server = (struct server){.fd = -1};
	stream = NULL;
	client = NULL;
	ticket = (struct buf)BUF_INIT;
}

static void
teardown(void)
{
	stream_free(stream);
	tls_free(client);
	server_free(&server);
	buf_free(&ticket);
	forget_authorities();
}

/* One more connection to the server, by a client as new as its process. */
static bool
dial(const char *host)
{
	stream_free(stream);
	tls_free(client);
	client = client_new(host, ca_file.data, NULL);
	if (ticket.len > 0)
		tls_offer_session(client, buf_slice(&ticket));
	stream = server_connect(&server);
	return client_start(stream, client);
}

static void
must_dial(const char *host)
{
	ck_assert_msg(dial(host), "%s", stream_error(stream));
	ck_assert(slice_is(stream_input(stream), "220 ready\r\n"));
}

static void
open_server(int version, void (*talk)(SSL *ssl))
{
	server_make(&server, &good, version, talk);
}

/* Ends the connection in hand; true if the server was content with it. */
static bool
leave(void)
{
	stream_free(stream);
	stream = NULL;
	return server_end(&server);
}

static void
get_ticket(void)
{
	must_dial(HOST);
	ck_assert(!tls_is_resumed(client));
	ck_assert(tls_take_session(client, &ticket));
	ck_assert(leave());
}

START_TEST(version_cipher_and_resumption_are_told)
{
	open_server(versions[_i], talk_greet);
	must_dial(HOST);
	ck_assert_str_eq(tls_version(client), names[_i]);
	ck_assert_str_ne(tls_cipher(client), "");
	ck_assert(!tls_is_resumed(client));
	ck_assert_str_eq(tls_error(client), "");
	ck_assert(leave());
	ck_assert_str_eq(tls_version(client), "");
	ck_assert_str_eq(tls_cipher(client), "");
	ck_assert(!tls_is_resumed(client));
	ck_assert_ptr_null(tls_binding(client, NULL));
}
END_TEST

START_TEST(a_ticket_resumes_in_another_process)
{
	open_server(versions[_i], talk_greet);
	get_ticket();
	must_dial(HOST);
	ck_assert(tls_is_resumed(client));
	ck_assert_str_eq(tls_version(client), names[_i]);
	/* And gives the next one. */
	buf_clear(&ticket);
	ck_assert(tls_take_session(client, &ticket));
	must_dial(HOST);
	ck_assert(tls_is_resumed(client));
}
END_TEST

START_TEST(a_ticket_is_given_once_and_used_once)
{
	open_server(TLS1_3_VERSION, talk_greet);
	get_ticket();
	must_dial(HOST);
	buf_clear(&ticket);
	while (tls_take_session(client, &ticket))
		;
	ck_assert(!tls_take_session(client, &ticket));
	stream_free(stream);
	stream = server_connect(&server);
	ck_assert(client_start(stream, client));
	ck_assert(!tls_is_resumed(client));
}
END_TEST

START_TEST(a_server_without_tickets_gives_none)
{
	open_server(TLS1_3_VERSION, talk_greet);
	SSL_CTX_set_num_tickets(server.ctx, 0);
	must_dial(HOST);
	ck_assert(!tls_take_session(client, &ticket));
	ck_assert_uint_eq(ticket.len, 0);
}
END_TEST

START_TEST(a_ticket_for_other_settings_is_not_tried)
{
	open_server(versions[_i], talk_greet);
	get_ticket();
	/* The certificate is for this name, too: only the settings differ. */
	must_dial("mail.isp.example");
	ck_assert(!tls_is_resumed(client));
}
END_TEST

/* The first bytes of a ticket stand for the settings; here they are those of
 * a client for another name, as if somebody had mixed the tickets up. */
static void
forge_ticket_for(const char *host)
{
	struct buf own = BUF_INIT;
	size_t at;

	buf_add_slice(&own, buf_slice(&ticket));
	buf_clear(&ticket);
	must_dial(host);
	ck_assert(tls_take_session(client, &ticket));
	ck_assert(leave());
	for (at = 32; at < ticket.len && at < own.len; at++)
		if (own.data[at] != ticket.data[at])
			break;
	ck_assert_int_ne(memcmp(own.data, ticket.data, 32), 0);
	memcpy(own.data, ticket.data, 32);
	buf_free(&ticket);
	ticket = own;
}

START_TEST(a_session_is_not_resumed_under_a_name_it_is_not_for)
{
	static const struct kind other = {.san = "DNS:mail.other.example"};
	struct server first;

	/* A session with the server of one name ... */
	open_server(versions[_i], talk_greet);
	get_ticket();
	first = server;
	/* ... is offered to that server by a client that wants another. */
	server_make(&server, &other, versions[_i], talk_greet);
	forge_ticket_for("mail.other.example");
	server_free(&server);
	server = first;
	ck_assert(!dial("mail.other.example"));
	ck_assert(!tls_is_resumed(client));
	ck_assert(stream_is_untrusted(stream));
	ck_assert_str_eq(stream_error(stream), "certificate is for " HOST
	    ", mail.isp.example, not for mail.other.example");
}
END_TEST

START_TEST(a_session_whose_certificate_has_expired_is_not_tried)
{
	static const struct kind brief = {.san = "DNS:" HOST, .to = 2};

	server_make(&server, &brief, versions[_i], talk_greet);
	get_ticket();
	sleep(3);
	ck_assert(!dial(HOST));
	ck_assert(!tls_is_resumed(client));
	ck_assert(slice_starts(slice_from(stream_error(stream)),
	    "certificate expired on "));
}
END_TEST

START_TEST(a_pinned_session_is_resumed_by_its_pin_only)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct buf pin = BUF_INIT, old = BUF_INIT;
	unsigned i, len;

	open_server(versions[_i], talk_greet);
	X509_digest(SSL_CTX_get0_certificate(server.ctx), EVP_sha256(),
	    digest, &len);
	for (i = 0; i < len; i++)
		buf_addf(&pin, "%02x", digest[i]);
	client = client_new(HOST, NULL, pin.data);
	stream = server_connect(&server);
	ck_assert(client_start(stream, client));
	ck_assert(tls_take_session(client, &old));
	ck_assert(leave());
	tls_free(client);
	client = client_new(HOST, NULL, pin.data);
	tls_offer_session(client, buf_slice(&old));
	stream = server_connect(&server);
	ck_assert(client_start(stream, client));
	ck_assert(tls_is_resumed(client));
	ck_assert(leave());
	/* Without the pin it is another client's. */
	buf_add_slice(&ticket, buf_slice(&old));
	must_dial(HOST);
	ck_assert(!tls_is_resumed(client));
	buf_free(&pin);
	buf_free(&old);
}
END_TEST

START_TEST(a_broken_ticket_is_ignored)
{
	struct buf whole = BUF_INIT;
	size_t len;

	open_server(TLS1_3_VERSION, talk_greet);
	get_ticket();
	buf_add_slice(&whole, buf_slice(&ticket));
	tls_free(client);
	client = client_new(HOST, ca_file.data, NULL);
	for (len = 0; len < whole.len; len += 37)
		tls_offer_session(client, (struct slice){whole.data, len});
	tls_offer_session(client, SLICE("no ticket at all, but of some length"
	    " that is above that of a digest"));
	buf_add_char(&whole, 'x');
	tls_offer_session(client, buf_slice(&whole));
	stream = server_connect(&server);
	ck_assert(client_start(stream, client));
	ck_assert(!tls_is_resumed(client));
	buf_free(&whole);
}
END_TEST

START_TEST(a_server_that_has_forgotten_the_session_starts_anew)
{
	open_server(versions[_i], talk_greet);
	get_ticket();
	/* New keys for tickets, as after a restart. */
	server_free(&server);
	open_server(versions[_i], talk_greet);
	must_dial(HOST);
	ck_assert(!tls_is_resumed(client));
}
END_TEST

/* channel bindings */

static void
talk_exporter(SSL *ssl)
{
	unsigned char bytes[32];

	SSL_export_keying_material(ssl, bytes, sizeof(bytes),
	    "EXPORTER-Channel-Binding", 24, NULL, 0, 0);
	SSL_write(ssl, bytes, sizeof(bytes));
	talk_greet(ssl);
}

static void
talk_unique(SSL *ssl)
{
	char bytes[BINDING_MAX];
	size_t len;

	len = SSL_get_peer_finished(ssl, bytes, sizeof(bytes));
	SSL_write(ssl, bytes, (int)len);
	talk_greet(ssl);
}

START_TEST(both_sides_see_the_same_channel_binding)
{
	struct buf data = BUF_INIT;
	const char *name;

	open_server(versions[_i], _i == 0 ? talk_unique : talk_exporter);
	ck_assert_msg(dial(HOST), "%s", stream_error(stream));
	name = tls_binding(client, &data);
	ck_assert_ptr_nonnull(name);
	ck_assert_str_eq(name, _i == 0 ? "tls-unique" : "tls-exporter");
	ck_assert_uint_eq(data.len, _i == 0 ? 12 : 32);
	while (stream_input(stream).len < data.len)
		ck_assert(stream_fill(stream));
	ck_assert_int_eq(memcmp(stream_input(stream).ptr, data.data,
	    data.len), 0);
	buf_free(&data);
}
END_TEST

START_TEST(nothing_is_bound_where_that_would_not_be_unique)
{
	struct buf data = BUF_INIT;

	/* On 1.2, when it is resumed, or without extended master secret. */
	open_server(TLS1_2_VERSION, talk_greet);
	get_ticket();
	must_dial(HOST);
	ck_assert(tls_is_resumed(client));
	ck_assert_ptr_null(tls_binding(client, &data));
	buf_clear(&ticket);
	server_free(&server);
	open_server(TLS1_2_VERSION, talk_greet);
	SSL_CTX_set_options(server.ctx, SSL_OP_NO_EXTENDED_MASTER_SECRET);
	must_dial(HOST);
	ck_assert_ptr_null(tls_binding(client, &data));
	ck_assert_uint_eq(data.len, 0);
}
END_TEST

/* what can go wrong */

START_TEST(tls_1_1_is_refused)
{
	open_server(TLS1_1_VERSION, talk_greet);
	SSL_CTX_set_min_proto_version(server.ctx, TLS1_VERSION);
	SSL_CTX_set_cipher_list(server.ctx, "DEFAULT@SECLEVEL=0");
	ck_assert(!dial(HOST));
	ck_assert_str_eq(stream_error(stream),
	    "the server refuses every version of TLS since 1.2");
	ck_assert(!stream_is_untrusted(stream));
	ck_assert(!leave());
}
END_TEST

/* A connection whose other end is the test itself. */
static int
connect_to_test(void)
{
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	client = client_new(HOST, ca_file.data, NULL);
	stream = stream_new(fds[0], 0);
	stream_deadline(stream, clock_boot() + CLOCK_SEC);
	return fds[1];
}

static void
say(int fd, const char *words)
{
	ck_assert_int_eq(write(fd, words, strlen(words)),
	    (ssize_t)strlen(words));
}

START_TEST(a_server_in_clear_is_told_from_one_that_fails)
{
	int fd;

	fd = connect_to_test();
	say(fd, "220 mx.example ESMTP ready and waiting\r\n");
	ck_assert(!stream_start_tls(stream, client));
	ck_assert_str_eq(stream_error(stream), "the server does not speak "
	    "TLS here (do port and tls belong together?)");
	close(fd);
}
END_TEST

START_TEST(a_handshake_cut_short_is_said)
{
	int fd;

	fd = connect_to_test();
	shutdown(fd, SHUT_WR);
	ck_assert(!stream_start_tls(stream, client));
	ck_assert_str_eq(stream_error(stream),
	    "connection cut by the server in the middle of TLS");
	ck_assert(!stream_is_untrusted(stream));
	close(fd);
}
END_TEST

START_TEST(a_handshake_with_a_dead_socket_raises_no_signal)
{
	int fd;

	fd = connect_to_test();
	close(fd);
	ck_assert(!stream_start_tls(stream, client));
	ck_assert_str_eq(stream_error(stream),
	    "connection closed by the server");
}
END_TEST

START_TEST(a_silent_handshake_ends_at_the_deadline)
{
	int64_t begun;
	int fd;

	fd = connect_to_test();
	begun = clock_boot();
	ck_assert(!stream_start_tls(stream, client));
	ck_assert_str_eq(stream_error(stream),
	    "TLS was not ready within 1 s");
	ck_assert_int_lt(clock_boot() - begun, 5 * CLOCK_SEC);
	close(fd);
}
END_TEST

/* What somebody in the middle could have put before the handshake. */
START_TEST(nothing_read_in_clear_survives_the_handshake)
{
	open_server(TLS1_3_VERSION, talk_greet);
	server.clear = "220 go ahead\r\n250 all yours\r\n";
	client = client_new(HOST, ca_file.data, NULL);
	stream = server_connect(&server);
	stream_deadline(stream, clock_boot() + 10 * CLOCK_SEC);
	while (stream_input(stream).len < 29)
		ck_assert(stream_fill(stream));
	stream_take(stream, 14);
	ck_assert(stream_start_tls(stream, client));
	ck_assert_uint_eq(stream_input(stream).len, 0);
	ck_assert(stream_fill(stream));
	ck_assert(slice_is(stream_input(stream), "220 ready\r\n"));
}
END_TEST

START_TEST(words_in_clear_not_yet_read_break_the_handshake)
{
	open_server(TLS1_3_VERSION, talk_greet);
	server.clear = "220 go ahead\r\n250 all yours\r\n";
	ck_assert(!dial(HOST));
	ck_assert_uint_eq(stream_input(stream).len, 0);
}
END_TEST

static void
talk_goodbye(SSL *ssl)
{
	SSL_write(ssl, "421 bye\r\n", 9);
}

static void
talk_cut(SSL *ssl)
{
	SSL_write(ssl, "421 bye\r\n", 9);
	_exit(0);
}

START_TEST(an_orderly_end_is_told_from_a_cut)
{
	open_server(TLS1_3_VERSION, _i == 0 ? talk_goodbye : talk_cut);
	ck_assert(dial(HOST));
	while (stream_fill(stream))
		;
	ck_assert(slice_is(stream_input(stream), "421 bye\r\n"));
	ck_assert_str_eq(stream_error(stream), _i == 0 ?
	    "TLS ended by the server" :
	    "connection cut by the server in the middle of TLS");
}
END_TEST

START_TEST(a_write_to_a_server_that_is_gone_keeps_its_last_words)
{
	static char data[200000];

	open_server(TLS1_3_VERSION, talk_cut);
	client = client_new(HOST, ca_file.data, NULL);
	stream = server_connect(&server);
	stream_deadline(stream, clock_boot() + 10 * CLOCK_SEC);
	ck_assert(stream_start_tls(stream, client));
	ck_assert(server_end(&server));
	ck_assert(!stream_put(stream, data, sizeof(data)));
	ck_assert(slice_is(stream_input(stream), "421 bye\r\n"));
	ck_assert_str_eq(stream_error(stream),
	    "connection closed by the server");
}
END_TEST

/* Answers a lot before it listens, then tells how much it heard. */
static void
talk_early(SSL *ssl)
{
	static char words[EARLY];
	size_t heard;
	int n;

	SSL_write(ssl, words, sizeof(words));
	for (heard = 0; heard < BODY; heard += (size_t)n) {
		n = SSL_read(ssl, words, sizeof(words));
		if (n <= 0)
			return;
	}
	SSL_write(ssl, "250\n", 4);
	talk_greet(ssl);
}

START_TEST(both_sides_may_talk_at_once)
{
	static char data[BODY];
	int size = 4096;

	open_server(versions[_i], talk_early);
	client = client_new(HOST, ca_file.data, NULL);
	stream = server_connect(&server);
	setsockopt(server.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	setsockopt(server.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	stream_deadline(stream, clock_boot() + 20 * CLOCK_SEC);
	ck_assert(stream_start_tls(stream, client));
	ck_assert(stream_put(stream, data, sizeof(data)));
	ck_assert(stream_flush(stream));
	while (stream_input(stream).len < EARLY + 4)
		ck_assert_msg(stream_fill(stream), "%s",
		    stream_error(stream));
	ck_assert_int_eq(memcmp(stream_input(stream).ptr + EARLY, "250\n", 4),
	    0);
	ck_assert_uint_eq(stream_counts(stream).sent, BODY);
}
END_TEST

/* More than one record in one segment. */
#define RECORDS "250-a\r\n250-b\r\n250 c\r\n220 ready\r\n"

static void
talk_in_records(SSL *ssl)
{
	SSL_write(ssl, "250-a\r\n", 7);
	SSL_write(ssl, "250-b\r\n", 7);
	SSL_write(ssl, "250 c\r\n", 7);
	talk_greet(ssl);
}

START_TEST(records_that_came_together_are_not_waited_for)
{
	open_server(versions[_i], talk_in_records);
	ck_assert(dial(HOST));
	/* All have come by now: the socket will not become readable again. */
	usleep(100000);
	while (stream_input(stream).len < sizeof(RECORDS) - 1)
		ck_assert_msg(stream_fill(stream), "%s",
		    stream_error(stream));
	ck_assert(slice_is(stream_input(stream), RECORDS));
}
END_TEST

START_TEST(an_idle_wait_sees_what_tls_holds_already)
{
	size_t got;

	open_server(versions[_i], talk_in_records);
	ck_assert(dial(HOST));
	usleep(100000);
	for (got = stream_input(stream).len; got < sizeof(RECORDS) - 1;
	    got += stream_input(stream).len) {
		stream_take(stream, stream_input(stream).len);
		ck_assert_int_eq(stream_wait(stream, -1, true,
		    clock_boot() + CLOCK_SEC), 1);
	}
	ck_assert_uint_eq(got, sizeof(RECORDS) - 1);
}
END_TEST

/* Tickets without end: bytes for TLS, none for the client. */
static void
talk_tickets(SSL *ssl)
{
	for (;;)
		if (SSL_new_session_ticket(ssl) != 1 ||
		    SSL_do_handshake(ssl) != 1)
			_exit(0);
}

START_TEST(a_flood_of_tickets_does_not_outlast_the_deadline)
{
	int64_t begun;

	open_server(TLS1_3_VERSION, talk_tickets);
	client = client_new(HOST, ca_file.data, NULL);
	stream = server_connect(&server);
	begun = clock_boot();
	stream_deadline(stream, begun + CLOCK_SEC);
	ck_assert(stream_start_tls(stream, client));
	ck_assert(!stream_fill(stream));
	ck_assert_str_eq(stream_error(stream), "no answer within 1 s");
	ck_assert_int_lt(clock_boot() - begun, 5 * CLOCK_SEC);
}
END_TEST

START_TEST(a_wire_that_has_used_its_budget_seems_empty)
{
	struct wire wire = {.budget = 6};
	char data[8];
	int fds[2];
	BIO *bio;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	wire.fd = fds[0];
	bio = wire_bio(&wire);
	say(fds[1], "0123456789");
	ck_assert_int_eq(BIO_read(bio, data, 4), 4);
	ck_assert_int_eq(BIO_read(bio, data, 4), 4);
	ck_assert_int_eq(BIO_read(bio, data, 4), -1);
	ck_assert(BIO_should_read(bio));
	wire.budget = 6;
	ck_assert_int_eq(BIO_read(bio, data, 4), 2);
	ck_assert(!BIO_should_retry(bio));
	BIO_free(bio);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

/* The name that the client asked for. */
static void
talk_name(SSL *ssl)
{
	const char *name;

	name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	name = name == NULL ? "none" : name;
	SSL_write(ssl, name, (int)strlen(name));
	talk_greet(ssl);
}

START_TEST(the_server_is_told_the_name_but_no_address)
{
	static const struct kind both = {.san = "DNS:" HOST ", IP:127.0.0.1"};

	server_make(&server, &both, TLS1_3_VERSION, talk_name);
	ck_assert(dial(HOST "."));
	ck_assert(slice_starts(stream_input(stream), HOST));
	ck_assert(!slice_starts(stream_input(stream), HOST "."));
	ck_assert(leave());
	ck_assert(dial("127.0.0.1"));
	ck_assert(slice_starts(stream_input(stream), "none"));
}
END_TEST

START_TEST(a_client_can_connect_again)
{
	open_server(versions[_i], talk_greet);
	must_dial(HOST);
	ck_assert(leave());
	stream = server_connect(&server);
	ck_assert(client_start(stream, client));
}
END_TEST

static void
talk_until_farewell(SSL *ssl)
{
	talk_greet(ssl);
	_exit((SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) != 0 ? 0 : 3);
}

START_TEST(the_server_sees_an_orderly_end)
{
	open_server(versions[_i], talk_until_farewell);
	must_dial(HOST);
	ck_assert(leave());
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static void
add_session_tests(TCase *t)
{
	tcase_add_loop_test(t, version_cipher_and_resumption_are_told, 0, 2);
	tcase_add_loop_test(t, a_ticket_resumes_in_another_process, 0, 2);
	tcase_add_test(t, a_ticket_is_given_once_and_used_once);
	tcase_add_test(t, a_server_without_tickets_gives_none);
	tcase_add_loop_test(t, a_ticket_for_other_settings_is_not_tried, 0, 2);
	tcase_add_loop_test(t,
	    a_session_is_not_resumed_under_a_name_it_is_not_for, 0, 2);
	tcase_add_loop_test(t,
	    a_session_whose_certificate_has_expired_is_not_tried, 0, 2);
	tcase_add_loop_test(t, a_pinned_session_is_resumed_by_its_pin_only, 0,
	    2);
	tcase_add_test(t, a_broken_ticket_is_ignored);
	tcase_add_loop_test(t,
	    a_server_that_has_forgotten_the_session_starts_anew, 0, 2);
	tcase_add_loop_test(t, both_sides_see_the_same_channel_binding, 0, 2);
	tcase_add_test(t, nothing_is_bound_where_that_would_not_be_unique);
}

static void
add_stream_tests(TCase *t)
{
	tcase_add_test(t, tls_1_1_is_refused);
	tcase_add_test(t, a_server_in_clear_is_told_from_one_that_fails);
	tcase_add_test(t, a_handshake_cut_short_is_said);
	tcase_add_test(t, a_handshake_with_a_dead_socket_raises_no_signal);
	tcase_add_test(t, a_silent_handshake_ends_at_the_deadline);
	tcase_add_test(t, nothing_read_in_clear_survives_the_handshake);
	tcase_add_test(t, words_in_clear_not_yet_read_break_the_handshake);
	tcase_add_loop_test(t, an_orderly_end_is_told_from_a_cut, 0, 2);
	tcase_add_test(t,
	    a_write_to_a_server_that_is_gone_keeps_its_last_words);
	tcase_add_loop_test(t, both_sides_may_talk_at_once, 0, 2);
	tcase_add_loop_test(t, records_that_came_together_are_not_waited_for,
	    0, 2);
	tcase_add_loop_test(t, an_idle_wait_sees_what_tls_holds_already, 0, 2);
	tcase_add_test(t, a_flood_of_tickets_does_not_outlast_the_deadline);
	tcase_add_test(t, a_wire_that_has_used_its_budget_seems_empty);
	tcase_add_test(t, the_server_is_told_the_name_but_no_address);
	tcase_add_loop_test(t, a_client_can_connect_again, 0, 2);
	tcase_add_loop_test(t, the_server_sees_an_orderly_end, 0, 2);
}

static Suite *
session_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("net/tls: sessions and streams");
	t = tcase_create("session");
	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, teardown);
	add_session_tests(t);
	add_stream_tests(t);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(session_suite)
