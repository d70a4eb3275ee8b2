#include "net/reason.h"

#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <stddef.h>
#include <string.h>

static const struct {
	int reason;
	const char *words;
} failures[] = {
	{SSL_R_WRONG_VERSION_NUMBER, "the server does not speak TLS here (do "
	    "port and tls belong together?)"},
	{SSL_R_UNSUPPORTED_PROTOCOL, "the server offers nothing newer than "
	    "TLS 1.1"},
	{SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, "the server refuses every "
	    "version of TLS since 1.2"},
	{SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, "the server refused TLS: "
	    "nothing in common, or it wants a client certificate"},
	{SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, "the server wants a client "
	    "certificate (client-certificate can be set)"},
	{SSL_R_TLSV1_ALERT_UNKNOWN_CA, "the server does not know who issued "
	    "our client certificate"},
	{SSL_R_UNEXPECTED_EOF_WHILE_READING, "connection cut by the server in "
	    "the middle of TLS"},
};

const char *
reason_of_failure(void)
{
	unsigned long code;
	size_t i;

	code = ERR_peek_error();
	if (ERR_GET_LIB(code) != ERR_LIB_SSL)
		return NULL;
	for (i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		if (ERR_GET_REASON(code) == failures[i].reason)
			return failures[i].words;
	return NULL;
}

const char *
reason_last(void)
{
	const char *words;

	/* A file that cannot be opened is named first, then its echoes. */
	if (ERR_SYSTEM_ERROR(ERR_peek_error()))
		return strerror(ERR_GET_REASON(ERR_peek_error()));
	words = ERR_reason_error_string(ERR_peek_last_error());
	return words == NULL ? "unknown error" : words;
}
