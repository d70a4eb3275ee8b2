#include "mail/field.h"

#define LIST (FIELD_ADDRESSES | FIELD_FILLED)
#define WHOM (LIST | FIELD_RECIPIENTS)
#define JOINED (FIELD_ONCE | FIELD_JOINED)

static const struct field_kind unknown = {"", FIELD_OTHER, 0};

static const struct field_kind kinds[] = {
	{"From", FIELD_FROM, LIST | FIELD_ONCE},
	{"Date", FIELD_DATE, FIELD_FILLED | FIELD_ONCE},
	{"Message-ID", FIELD_MESSAGE_ID, FIELD_FILLED | FIELD_ONCE},
	{"Subject", FIELD_SUBJECT, FIELD_ONCE},
	{"To", FIELD_TO, WHOM | JOINED},
	{"Cc", FIELD_CC, WHOM | JOINED},
	{"Bcc", FIELD_BCC, WHOM | FIELD_REMOVED},
	{"Resent-From", FIELD_RESENT_FROM, LIST | FIELD_RESENT},
	{"Resent-Date", FIELD_RESENT_DATE, FIELD_RESENT | FIELD_FILLED},
	{"Resent-Message-ID", FIELD_RESENT_MESSAGE_ID,
	    FIELD_RESENT | FIELD_FILLED},
	{"Resent-To", FIELD_RESENT_TO, WHOM | FIELD_RESENT},
	{"Resent-Cc", FIELD_RESENT_CC, WHOM | FIELD_RESENT},
	{"Resent-Bcc", FIELD_RESENT_BCC, WHOM | FIELD_RESENT | FIELD_REMOVED},
	{"Resent-Sender", FIELD_RESENT_SENDER, LIST | FIELD_RESENT},
	{"Resent-Reply-To", FIELD_RESENT_REPLY_TO, LIST | FIELD_RESENT},
	{"Received", FIELD_RECEIVED, FIELD_TRACE},
	{"Return-Path", FIELD_OTHER, FIELD_TRACE | FIELD_REMOVED},
	/* Of another form of the message, if it ever was true. */
	{"Content-Length", FIELD_OTHER, FIELD_REMOVED},
	{"Precedence", FIELD_PRECEDENCE, 0},
	{"List-Id", FIELD_LIST_ID, 0},
	{"Sender", FIELD_SENDER, LIST | FIELD_ONCE},
	{"Reply-To", FIELD_REPLY_TO, LIST | JOINED},
	{"In-Reply-To", FIELD_IN_REPLY_TO, FIELD_ONCE},
	{"References", FIELD_REFERENCES, FIELD_ONCE},
	{"Errors-To", FIELD_OTHER, LIST},
	{"Return-Receipt-To", FIELD_OTHER, LIST},
	{"Disposition-Notification-To", FIELD_OTHER, LIST},
	{"Mail-Reply-To", FIELD_OTHER, LIST},
	{"Mail-Followup-To", FIELD_OTHER, LIST},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

const struct field_kind *
field_identify(const struct header_field *f)
{
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (header_is(f, kinds[i].name))
			return &kinds[i];
	return &unknown;
}
