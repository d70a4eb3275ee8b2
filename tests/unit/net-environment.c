#include "unit.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "net/sasl.h"
#include "net/tls.h"

/*
 * A configuration of OpenSSL that leaves it without a single algorithm. Each
 * test is a process of its own, in which nothing has woken OpenSSL yet.
 */
static const char poison[] =
    "openssl_conf = all\n"
    "[all]\n"
    "providers = known\n"
    "[known]\n"
    "null = nothing\n"
    "[nothing]\n"
    "activate = 1\n";

static char path[] = "/tmp/net-environment.XXXXXX";

static void
setup(void)
{
	int fd;

	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert(file_write(fd, poison, sizeof(poison) - 1));
	close(fd);
	setenv("OPENSSL_CONF", path, 1);
}

static void
teardown(void)
{
	unlink(path);
}

START_TEST(tls_does_not_obey_the_configuration_of_openssl)
{
	struct tls_settings settings = {
		.host = "smtp.isp.example",
		.fingerprint = "00112233445566778899aabbccddeeff"
		    "00112233445566778899aabbccddeeff",
	};
	struct buf error = BUF_INIT;
	struct tls *t;

	t = tls_new(&settings, &error);
	ck_assert_msg(t != NULL, "%s", buf_string(&error));
	tls_free(t);
}
END_TEST

static const unsigned mechanisms[] = {SASL_CRAM_MD5, SASL_SCRAM};
static const char *const challenges[] = {"PDFAbXguZXhhbXBsZT4=", ""};

START_TEST(a_login_does_not_obey_the_configuration_of_openssl)
{
	struct sasl_login login = {.user = "user", .secret = SLICE("pencil")};
	struct buf out = BUF_INIT;
	const char *why = "";
	struct sasl *s;

	s = sasl_new(mechanisms[_i], &login);
	ck_assert_msg(sasl_answer(s, slice_from(challenges[_i]), &out, &why),
	    "%s", why);
	ck_assert_uint_ne(out.len, 0);
	sasl_free(s);
	buf_free(&out);
}
END_TEST

static Suite *
environment_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("net: environment");
	t = tcase_create("environment");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, tls_does_not_obey_the_configuration_of_openssl);
	tcase_add_loop_test(t,
	    a_login_does_not_obey_the_configuration_of_openssl, 0, 2);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(environment_suite)
