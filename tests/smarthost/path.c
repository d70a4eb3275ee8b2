#include "path.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "options.h"

/* The end of the path: a '>' that is not inside a quoted string. */
static const char *
path_end(const char *text)
{
	bool quoted = false;

	for (; *text != '\0'; text++) {
		if (*text == '\\' && text[1] != '\0')
			text++;
		else if (*text == '"')
			quoted = !quoted;
		else if (!quoted && *text == '>')
			return text;
		else if (!quoted && (*text == ' ' || *text == '<'))
			return NULL;
	}
	return NULL;
}

bool
path_parse(const char *args, const char *prefix, struct bytes *address,
    const char **parameters)
{
	size_t n = strlen(prefix);
	const char *end;

	bytes_clear(address);
	bytes_add(address, "", 0);
	if (strncasecmp(args, prefix, n) != 0 || args[n] != '<')
		return false;
	end = path_end(args + n + 1);
	if (end == NULL || (end[1] != '\0' && end[1] != ' '))
		return false;
	bytes_add(address, args + n + 1, (size_t)(end - args) - n - 1);
	*parameters = end + 1;
	return true;
}

static bool
size_set(const char *value, struct parameters *parameters)
{
	return number_parse(value, UINT64_MAX / 16, &parameters->size);
}

static bool
body_set(const char *value, struct parameters *parameters)
{
	parameters->eightbit = strcasecmp(value, "8BITMIME") == 0;
	return parameters->eightbit || strcasecmp(value, "7BIT") == 0;
}

static bool
utf8_set(const char *value, struct parameters *parameters)
{
	parameters->utf8 = parameters->eightbit = true;
	return *value == '\0';
}

static bool
ret_set(const char *value, struct parameters *parameters)
{
	(void)parameters;
	return strcasecmp(value, "FULL") == 0 || strcasecmp(value, "HDRS") == 0;
}

/* xtext (RFC 3461 section 4): nothing but printable ASCII, '+' as +XX. */
static bool
xtext_set(const char *value, struct parameters *parameters)
{
	(void)parameters;
	for (const char *at = value; *at != '\0'; at++) {
		if (*at < '!' || *at > '~' || *at == '=')
			return false;
		if (*at == '+' && (strspn(at + 1, "0123456789ABCDEF") < 2))
			return false;
	}
	return *value != '\0';
}

static bool
orcpt_set(const char *value, struct parameters *parameters)
{
	const char *semicolon = strchr(value, ';');

	if (semicolon == NULL || semicolon == value)
		return false;
	/* RFC 6533: an internationalised one may be in utf-8. */
	if (strncasecmp(value, "utf-8;", 6) == 0)
		return options.offered[EXT_SMTPUTF8];
	return xtext_set(semicolon + 1, parameters);
}

static bool
notify_set(const char *value, struct parameters *parameters)
{
	(void)parameters;
	if (strcasecmp(value, "NEVER") == 0)
		return true;
	while (*value != '\0') {
		size_t n = strcspn(value, ",");

		if ((n != 7 || strncasecmp(value, "SUCCESS", n) != 0) &&
		    (n != 7 || strncasecmp(value, "FAILURE", n) != 0) &&
		    (n != 5 || strncasecmp(value, "DELAY", n) != 0))
			return false;
		value += n;
		if (*value == ',' && *++value == '\0')
			return false;
	}
	return true;
}

static const struct {
	const char *name;
	bool of_mail;
	enum extension extension;
	bool (*set)(const char *value, struct parameters *parameters);
} known[] = {
	{ "SIZE", true, EXT_SIZE, size_set },
	{ "BODY", true, EXT_8BITMIME, body_set },
	{ "SMTPUTF8", true, EXT_SMTPUTF8, utf8_set },
	{ "RET", true, EXT_DSN, ret_set },
	{ "ENVID", true, EXT_DSN, xtext_set },
	{ "NOTIFY", false, EXT_DSN, notify_set },
	{ "ORCPT", false, EXT_DSN, orcpt_set },
};

static bool
parameter_parse(const char *word, size_t n, bool of_mail,
    struct parameters *parameters)
{
	size_t name = strcspn(word, "= ");
	bool fine = false;
	char *value;

	name = name > n ? n : name;
	value = must_copy(word + name, n - name);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].name) == name &&
		    strncasecmp(known[i].name, word, name) == 0 &&
		    known[i].of_mail == of_mail &&
		    options.offered[known[i].extension])
			fine = known[i].set(value + (*value == '='),
			    parameters);
	free(value);
	return fine;
}

bool
parameters_parse(const char *text, bool of_mail,
    struct parameters *parameters, struct bytes *trouble)
{
	*parameters = (struct parameters){ 0 };
	while (*text != '\0') {
		size_t n;

		text++;
		n = strcspn(text, " ");
		if (!parameter_parse(text, n, of_mail, parameters)) {
			bytes_clear(trouble);
			bytes_add(trouble, text, n);
			return false;
		}
		text += n;
	}
	return true;
}
