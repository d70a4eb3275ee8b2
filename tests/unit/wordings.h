/*
 * For the tests of mail/advice: what the software that many providers run says
 * when it refuses, and further wordings of providers without a preset.
 */
#ifndef UNIT_WORDINGS_H
#define UNIT_WORDINGS_H

#include "refusals.h"

static const struct refusal wordings[] = {
	{"Gmail", STAGE_MAIL, 421, "4.7.28",
	    "Gmail has detected an unusual rate of mail from your account",
	    LATER, SCOPE_QUOTA, "quota"},
	{"Gmail", STAGE_GREETING, 421, "4.7.0",
	    "Try again later, closing connection.",
	    LATER, SCOPE_CONNECTION, NULL},
	{"Gmail", STAGE_RCPT, 452, "4.2.2",
	    "The recipient's inbox is out of storage space.",
	    LATER, SCOPE_RECIPIENT, NULL},
	{"Gmail", STAGE_BODY, 421, "4.7.0",
	    "Too many messages in a short time", LATER, SCOPE_QUOTA, "quota"},
	{"Microsoft 365", STAGE_BODY, 550, "5.1.90",
	    "Your message can't be sent because you've reached your daily "
	    "limit for message recipients", LATER, SCOPE_QUOTA, "quota"},
	{"Microsoft 365", STAGE_BODY, 554, "5.2.0",
	    "STOREDRV.Submission.Exception:SubmissionQuotaExceededException",
	    LATER, SCOPE_QUOTA, "quota"},
	{"Microsoft 365", STAGE_MAIL, 451, "4.7.500", "Server busy. Please "
	    "try again later", LATER, SCOPE_QUOTA, "quota"},
	{"Microsoft 365", STAGE_GREETING, 421, "4.3.2",
	    "The maximum number of concurrent connections has exceeded a "
	    "limit", LATER, SCOPE_QUOTA, "connections"},
	{"Microsoft 365", STAGE_BODY, 554, "5.2.252", "SendAsDenied; "
	    "a@x.example not allowed to send as b@x.example",
	    LATER, SCOPE_SENDER, "send-as"},
	{"Microsoft 365", STAGE_BODY, 550, "5.7.750",
	    "Service unavailable. Client blocked from sending from "
	    "unregistered domains", LATER, SCOPE_SENDER, "send-as"},
	{"Microsoft 365", STAGE_BODY, 550, "5.7.705",
	    "Access denied, tenant has exceeded threshold",
	    LATER, SCOPE_QUOTA, "quota"},
	{"Microsoft 365", STAGE_MAIL, 530, "5.7.57",
	    "Client not authenticated to send mail",
	    LATER, SCOPE_ACCOUNT, "password-file"},
	{"Yahoo", STAGE_GREETING, 421, "4.7.0", "[TSS04] Messages from "
	    "192.0.2.1 temporarily deferred due to unexpected volume or user "
	    "complaints", LATER, SCOPE_QUOTA, "quota"},
	{"Yahoo", STAGE_RCPT, 450, "", "User is receiving mail too quickly",
	    LATER, SCOPE_RECIPIENT, NULL},
	{"Orange", STAGE_MAIL, 421, "", "Service refuse. Veuillez essayer "
	    "plus tard. service refused, please try later. OFR_105 [105]",
	    LATER, SCOPE_QUOTA, "quota"},
	{"Orange", STAGE_BODY, 550, "5.2.0",
	    "Mail rejete. Mail rejected. OFR_506 [506]",
	    FINAL, SCOPE_MESSAGE, NULL},
	{"La Poste", STAGE_MAIL, 421, "4.7.0", "Veuillez essayer plus tard "
	    "LPN007_510", LATER, SCOPE_QUOTA, "quota"},
	{"IONOS", STAGE_BODY, 554, "", "Transaction failed\n"
	    "Mail send limit exceeded.", LATER, SCOPE_QUOTA, "quota"},
	{"iCloud", STAGE_MAIL, 550, "5.7.0",
	    "From address is not one of your addresses",
	    LATER, SCOPE_SENDER, "send-as"},
	{"iCloud", STAGE_MAIL, 550, "5.7.0",
	    "You have exceeded your daily message limit",
	    LATER, SCOPE_QUOTA, "quota"},
	{"Fastmail", STAGE_BODY, 551, "5.7.1",
	    "Not authorised to send from this header address",
	    LATER, SCOPE_SENDER, "send-as"},
	{"Amazon SES", STAGE_BODY, 454, "",
	    "Throttling failure: Daily message quota exceeded.",
	    LATER, SCOPE_QUOTA, "quota"},
	{"Amazon SES", STAGE_GREETING, 421, "",
	    "Too many concurrent SMTP connections",
	    LATER, SCOPE_QUOTA, "connections"},
	{"SendGrid", STAGE_BODY, 451, "", "Authentication failed: Maximum "
	    "credits exceeded", LATER, SCOPE_QUOTA, "quota"},
	{"SendGrid", STAGE_AUTH, 451, "", "Authentication failed: Maximum "
	    "credits exceeded", LATER, SCOPE_QUOTA, "quota"},
	{"Zoho", STAGE_MAIL, 553, "", "Sender is not allowed to relay emails",
	    LATER, SCOPE_SENDER, "send-as"},
	{"Yandex", STAGE_BODY, 553, "5.7.1",
	    "Sender address rejected: not owned by auth user.",
	    LATER, SCOPE_SENDER, "send-as"},
	{"Mail.ru", STAGE_BODY, 550, "", "not local sender over smtp",
	    LATER, SCOPE_SENDER, "send-as"},
	{"Strato", STAGE_RCPT, 450, "4.7.0", "Ratelimit, try again",
	    LATER, SCOPE_QUOTA, "quota"},
	{"policyd", STAGE_RCPT, 450, "4.7.1", "<bob@y.example>: Recipient "
	    "address rejected: Policy Rejection- Quota Exceeded",
	    LATER, SCOPE_QUOTA, "quota"},
	{"policyd", STAGE_RCPT, 554, "5.7.1", "<a@x.example>: Sender address "
	    "rejected: Policy Rejection- Quota Exceeded",
	    LATER, SCOPE_QUOTA, "quota"},
	{"cPanel", STAGE_RCPT, 550, "", "Domain x.example has exceeded the "
	    "max emails per hour (100/100 (100%)) allowed. Message "
	    "discarded.", LATER, SCOPE_QUOTA, "quota"},
	{"cPanel", STAGE_RCPT, 550, "", "Domain x.example has exceeded the "
	    "max defers and failures per hour (5/5 (100%)) allowed.",
	    LATER, SCOPE_QUOTA, "quota"},
	{"Plesk", STAGE_MAIL, 451, "4.7.1", "The limit of outgoing messages "
	    "is exceeded", LATER, SCOPE_QUOTA, "quota"},
	{"Postfix", STAGE_AUTH, 450, "4.7.0",
	    "Error: too many AUTH commands from 192.0.2.1",
	    LATER, SCOPE_QUOTA, "connections"},
	{"Postfix", STAGE_STARTTLS, 421, "4.7.0",
	    "Error: too many new TLS sessions from 192.0.2.1",
	    LATER, SCOPE_QUOTA, "connections"},
	{"Postfix", STAGE_MAIL, 452, "4.3.1", "Insufficient system storage",
	    LATER, SCOPE_MESSAGE, NULL},
	{"Postfix", STAGE_RCPT, 451, "4.3.0",
	    "<a@x.example>: Temporary lookup failure",
	    LATER, SCOPE_RECIPIENT, NULL},
	{"Sendmail", STAGE_MAIL, 452, "4.4.5",
	    "Insufficient disk space; try again later",
	    LATER, SCOPE_MESSAGE, NULL},
	{"Sendmail", STAGE_GREETING, 421, "4.3.2",
	    "Connection rate limit exceeded.",
	    LATER, SCOPE_QUOTA, "connections"},
	{"Exim", STAGE_RCPT, 451, "", "Temporary local problem - please try "
	    "later", LATER, SCOPE_RECIPIENT, NULL},
	{"Exim", STAGE_MAIL, 421, "", "Too many concurrent SMTP connections "
	    "from this IP address; please try again later.",
	    LATER, SCOPE_QUOTA, "connections"},
	{"Exim", STAGE_RCPT, 452, "", "Too many recipients received this "
	    "hour", LATER, SCOPE_QUOTA, "quota"},
	{"Dovecot", STAGE_RCPT, 452, "4.2.2",
	    "<a@x.example> Mailbox is full / Quota exceeded",
	    LATER, SCOPE_RECIPIENT, NULL},
	{"any", STAGE_AUTH, 454, "4.7.0",
	    "Temporary authentication failure", LATER, SCOPE_ACCOUNT, NULL},
	{"any", STAGE_MAIL, 451, "4.7.1", "Please try again later",
	    LATER, SCOPE_MESSAGE, NULL},
	{"any", STAGE_MAIL, 421, "4.4.2", "Timeout exceeded",
	    LATER, SCOPE_CONNECTION, NULL},
	{"any", STAGE_RCPT, 450, "4.2.1", "Mailbox busy",
	    LATER, SCOPE_RECIPIENT, NULL},
	{"any", STAGE_BODY, 550, "5.7.1", "Message limit per hour reached, "
	    "try again in 20 minutes", LATER, SCOPE_QUOTA, "quota"},
	{"any", STAGE_MAIL, 550, "5.7.1", "Vous avez depasse votre quota "
	    "d'envoi", LATER, SCOPE_QUOTA, "quota"},
	{"any", STAGE_BODY, 550, "5.7.1", "Quota d'envoi depasse, trop de "
	    "messages", LATER, SCOPE_QUOTA, "quota"},
};

#endif
