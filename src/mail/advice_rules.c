#include "mail/advice_rules.h"

#include "mail/verdict.h"

#define AT(stage) (1u << (stage))
#define CONNECT AT(STAGE_CONNECT)
#define GREETING AT(STAGE_GREETING)
#define STARTTLS AT(STAGE_STARTTLS)
#define TLS AT(STAGE_TLS)
#define LOGIN AT(STAGE_AUTH)
#define MAIL AT(STAGE_MAIL)
#define RCPT AT(STAGE_RCPT)
#define BODY (AT(STAGE_DATA) | AT(STAGE_BODY))
#define SENDING (MAIL | RCPT | BODY)
#define ALL 0xfffu

#define HERE 0, 0
#define REFUSED 400, 599
#define SOFT 400, 499
#define HARD 500, 599
#define CODE(n) (n), (n)

static const char app_password[] = "The provider wants an app password "
    "instead of the account's own: make one in the security settings of the "
    "account and put it into password-file.";
static const char browser[] = "The provider doubts who is logging in: log in "
    "with a web browser and confirm, or put an app password into "
    "password-file.";
static const char oauth[] = "The provider takes passwords no more: set "
    "auth = \"xoauth2\" and a password-command that prints an access token.";
static const char smtp_auth_off[] = "Sending by SMTP is switched off for this "
    "account: have it switched on at the provider (SMTP AUTH), and set "
    "auth = \"xoauth2\" if it takes no passwords.";
static const char many_logins[] = "Too many logins in a short time: set "
    "connections lower; navette waits and tries again by itself.";
static const char bad_logins[] = "Too many refused logins: correct user and "
    "password-file, then wait until the provider lifts the ban.";
static const char password[] = "The login is refused: check user (some "
    "providers want the whole address, some the part before the @) and the "
    "password in password-file or password-command; some want an app "
    "password.";
static const char locked[] = "The provider has blocked this account: have it "
    "freed there, and change the password in password-file if others may "
    "know it.";
static const char address[] = "The provider lets only registered addresses "
    "log in: register this host's IP address there, or set host to another "
    "of its servers.";
static const char pop_imap[] = "The provider refuses programs until POP3 and "
    "IMAP access is allowed in the settings of its web mail; then check user "
    "and password-file.";
static const char needs_tls[] = "The server wants encryption first: set "
    "tls = \"starttls\" with port = 587, or tls = \"smtps\" with port = 465.";
static const char mechanism[] = "The server refuses this way to log in: set "
    "auth to one that the provider documents.";
static const char no_login[] = "The server offers no login that may be used: "
    "check host, port and tls, set auth to a way that it offers, or "
    "auth = \"none\" where no login is wanted.";
static const char in_clear[] = "Set tls = \"starttls\" or tls = \"smtps\"; "
    "only where neither works and the network is trusted, auth-in-clear = "
    "true.";
static const char quota[] = "The provider's sending quota is used up: navette "
    "waits and goes on by itself; if this happens often, ask the provider "
    "for more or set connections lower.";
static const char connections[] = "The server allows fewer connections at a "
    "time: set connections lower.";
static const char per_connection[] = "The server allows fewer messages in one "
    "connection: set messages-per-connection to its limit.";
static const char recipients[] = "The server allows fewer recipients in one "
    "transaction: set recipients-per-transaction to its limit.";
static const char send_as[] = "The provider accepts only senders that belong "
    "to the account: set send-as to an address of the account, or have the "
    "sender's address confirmed at the provider.";
static const char sender_domain[] = "The provider does not know the sender's "
    "domain: set send-as to an address of the account, or mailname to a "
    "domain that exists.";
static const char log_in[] = "The server carries mail only for those who log "
    "in: set user and password-file, and check that host is the provider's "
    "outgoing server.";
static const char size[] = "The message is larger than the provider takes: "
    "set max-size to the provider's limit, so that senders are told at once.";
static const char banned[] = "The server refuses this host's address: ask the "
    "provider, and check that host is its server for outgoing mail.";
static const char helo[] = "The server dislikes this host's name: set helo to "
    "a full host name that exists.";
static const char reach[] = "Check host and port, and that this machine may "
    "connect there (many networks block port 25; providers take mail on 587 "
    "or 465).";
static const char name[] = "Check host for spelling, and that this machine "
    "can look names up.";
static const char silent[] = "The server did not greet: if port is 465, set "
    "tls = \"smtps\"; otherwise check host and port.";
static const char no_starttls[] = "The server does not do STARTTLS here: set "
    "tls = \"smtps\" with port = 465 if the provider documents that; "
    "otherwise something on the way removes it.";
static const char meddled[] = "Something between this machine and the server "
    "adds words of its own: set tls = \"smtps\" with port = 465, which leaves "
    "no room for that.";
static const char client[] = "Check client-certificate and client-key: the "
    "provider documents whether it wants them, and from which authority.";
static const char other_name[] = "The certificate is for another name: set "
    "host to the name that the provider documents, or pin the certificate "
    "with fingerprint.";
static const char expired[] = "The server's certificate has expired: check "
    "this machine's clock; otherwise the provider has to renew it "
    "(fingerprint pins it all the same).";
static const char not_yet[] = "The server's certificate is not valid yet: "
    "check this machine's clock (fingerprint pins it all the same).";
static const char self_signed[] = "The certificate does not come from a known "
    "authority: set ca-file to that of the server's authority, or pin the "
    "certificate with fingerprint.";
static const char pin[] = "The certificate is not the pinned one: if the "
    "provider has renewed it, set fingerprint to the new one, otherwise "
    "somebody is in between.";
static const char ca_store[] = "The list of known authorities cannot be used: "
    "install ca-certificates, or set ca-file.";
static const char not_tls[] = "The server does not speak TLS from the start "
    "on this port: set tls = \"starttls\", or port = 465.";
static const char old_tls[] = "The server has no TLS of today (1.2 or newer): "
    "set host and port to the provider's present server.";

const struct advice_rule advice_rules[] = {
	/* Before a login: seen here, without a code. */
	{CONNECT, HERE, NULL, "the address of", MEANS_CONNECTION, name},
	{CONNECT, HERE, NULL, NULL, MEANS_CONNECTION, reach},
	{GREETING, HERE, NULL, NULL, MEANS_CONNECTION, silent},
	{STARTTLS, HERE, NULL, "came behind", MEANS_CONNECTION, meddled},
	{STARTTLS, HERE, NULL, NULL, MEANS_CONNECTION, no_starttls},
	{STARTTLS, HARD, NULL, NULL, MEANS_CONNECTION, no_starttls},
	{TLS, HERE, NULL, "client certificate", MEANS_ACCOUNT, client},
	{TLS, HERE, NULL, "has the fingerprint", MEANS_ACCOUNT, pin},
	{TLS, HERE, NULL, ", not for", MEANS_ACCOUNT, other_name},
	{TLS, HERE, NULL, "mismatch", MEANS_ACCOUNT, other_name},
	{TLS, HERE, NULL, "is not valid before", MEANS_ACCOUNT, not_yet},
	{TLS, HERE, NULL, "expired", MEANS_ACCOUNT, expired},
	{TLS, HERE, NULL, "no certificate of an authority", MEANS_ACCOUNT,
	    ca_store},
	{TLS, HERE, NULL, "from ca-file", MEANS_ACCOUNT, ca_store},
	{TLS, HERE, NULL, "does not speak tls", MEANS_CONNECTION, not_tls},
	{TLS, HERE, NULL, "newer than tls", MEANS_CONNECTION, old_tls},
	{TLS, HERE, NULL, "version of tls", MEANS_CONNECTION, old_tls},
	{TLS, HERE, NULL, "certificate", MEANS_ACCOUNT, self_signed},
	{LOGIN, HERE, NULL, "in clear", MEANS_ACCOUNT, in_clear},
	{LOGIN, HERE, NULL, "offers no", MEANS_ACCOUNT, no_login},
	{MAIL, HERE, "5.3.4", NULL, MEANS_SIZE, size},

	/* The login. */
	{LOGIN, SOFT, NULL, "too many", MEANS_QUOTA, many_logins},
	{SENDING, SOFT, NULL, "too many login", MEANS_QUOTA, many_logins},
	{LOGIN, HARD, NULL, "too many", MEANS_ACCOUNT, bad_logins},
	{LOGIN, REFUSED, "5.7.9", NULL, MEANS_ACCOUNT, app_password},
	{ALL, REFUSED, NULL, "application-specific password",
	    MEANS_ACCOUNT, app_password},
	{LOGIN, REFUSED, NULL, "app*password", MEANS_ACCOUNT, app_password},
	{LOGIN, REFUSED, "5.7.14", NULL, MEANS_ACCOUNT, browser},
	{LOGIN, REFUSED, NULL, "web browser", MEANS_ACCOUNT, browser},
	{ALL, REFUSED, NULL, "smtpclientauth*disabled", MEANS_ACCOUNT,
	    smtp_auth_off},
	{ALL, REFUSED, "5.7.139", NULL, MEANS_ACCOUNT, oauth},
	{ALL, REFUSED, "5.7.30", NULL, MEANS_ACCOUNT, oauth},
	{ALL, REFUSED, NULL, "basic authentication", MEANS_ACCOUNT, oauth},
	{ALL, CODE(525), NULL, NULL, MEANS_ACCOUNT, address},
	{ALL, REFUSED, NULL, "unauthorized ip", MEANS_ACCOUNT, address},
	{ALL, REFUSED, NULL, "ip not authorized", MEANS_ACCOUNT, address},
	{LOGIN, REFUSED, NULL, "pop3", MEANS_ACCOUNT, pop_imap},
	{LOGIN, REFUSED, NULL, "imap", MEANS_ACCOUNT, pop_imap},
	{ALL, CODE(538), NULL, NULL, MEANS_ACCOUNT, needs_tls},
	{ALL, HARD, "5.7.11", NULL, MEANS_ACCOUNT, needs_tls},
	{ALL, REFUSED, NULL, "issue*starttls", MEANS_ACCOUNT, needs_tls},
	{ALL, REFUSED, NULL, "starttls first", MEANS_ACCOUNT, needs_tls},
	{ALL, REFUSED, NULL, "starttls*required", MEANS_ACCOUNT, needs_tls},
	{ALL, REFUSED, NULL, "encryption required", MEANS_ACCOUNT,
	    needs_tls},
	{ALL, REFUSED, NULL, "tls*required", MEANS_ACCOUNT, needs_tls},
	{LOGIN | MAIL, HARD, NULL, "account*disabled", MEANS_ACCOUNT, locked},
	{LOGIN | MAIL, HARD, NULL, "suspended", MEANS_ACCOUNT, locked},
	{LOGIN | MAIL, HARD, NULL, "locked", MEANS_ACCOUNT, locked},
	{SENDING, REFUSED, NULL, "bad outbound sender", MEANS_ACCOUNT,
	    locked},
	{LOGIN, CODE(504), NULL, NULL, MEANS_ACCOUNT, mechanism},
	{LOGIN, CODE(534), NULL, NULL, MEANS_ACCOUNT, mechanism},
	{LOGIN, HARD, NULL, "mechanism", MEANS_ACCOUNT, mechanism},
	{LOGIN, HARD, NULL, NULL, MEANS_ACCOUNT, password},

	/* The recipient's own troubles, which are worded like ours. */
	{SENDING, REFUSED, NULL, "submission quota", MEANS_QUOTA, quota},
	{SENDING, REFUSED, NULL, "policy rejection*quota", MEANS_QUOTA, quota},
	{RCPT, HARD, "5.1.1", NULL, MEANS_AS_USUAL, NULL},
	{RCPT, HARD, NULL, "user unknown", MEANS_AS_USUAL, NULL},
	{RCPT, HARD, NULL, "unknown user", MEANS_AS_USUAL, NULL},
	{RCPT, HARD, NULL, "no such user", MEANS_AS_USUAL, NULL},
	{RCPT | BODY, REFUSED, "x.2.1", NULL, MEANS_AS_USUAL, NULL},
	{RCPT | BODY, REFUSED, "x.2.2", NULL, MEANS_AS_USUAL, NULL},
	{RCPT | BODY, REFUSED, "x.2.122", NULL, MEANS_AS_USUAL, NULL},
	{RCPT | BODY, REFUSED, NULL, "mailbox*full", MEANS_AS_USUAL, NULL},
	{RCPT | BODY, REFUSED, NULL, "recipient*quota", MEANS_AS_USUAL,
	    NULL},

	/* Too many at once: of connections, messages, recipients. */
	{ALL, REFUSED, NULL, "ofr*_104", MEANS_QUOTA, connections},
	{ALL, REFUSED, NULL, "too many*connections", MEANS_QUOTA,
	    connections},
	{ALL, REFUSED, NULL, "too many*sessions", MEANS_QUOTA, connections},
	{ALL, REFUSED, NULL, "concurrent connection", MEANS_QUOTA,
	    connections},
	{ALL, REFUSED, NULL, "trop de connexions", MEANS_QUOTA, connections},
	{ALL, REFUSED, NULL, "thread limit", MEANS_QUOTA, connections},
	{ALL, REFUSED, NULL, "connection rate", MEANS_QUOTA, connections},
	{SENDING, REFUSED, NULL, "message*per connection", MEANS_CONNECTION,
	    per_connection},
	{SENDING, REFUSED, NULL, "message*per session", MEANS_CONNECTION,
	    per_connection},
	{SENDING, REFUSED, NULL, "too many messages*connection",
	    MEANS_CONNECTION, per_connection},
	{SENDING, REFUSED, NULL, "too many messages*session",
	    MEANS_CONNECTION, per_connection},
	{ALL, REFUSED, NULL, "too many recipients from", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "too many recipients*per hour", MEANS_QUOTA,
	    quota},
	{ALL, REFUSED, NULL, "too many recipients*per day", MEANS_QUOTA,
	    quota},
	{ALL, REFUSED, NULL, "too many recipients*this hour", MEANS_QUOTA,
	    quota},
	{SENDING, REFUSED, "x.5.3", NULL, MEANS_LATER, recipients},
	{SENDING, REFUSED, NULL, "too many recipients", MEANS_LATER,
	    recipients},
	{SENDING, REFUSED, NULL, "recipients per message", MEANS_LATER,
	    recipients},
	{SENDING, REFUSED, NULL, "maximum*recipients", MEANS_LATER,
	    recipients},
	{SENDING, REFUSED, NULL, "trop de destinataires", MEANS_LATER,
	    recipients},

	/* Too much in a time. */
	{SENDING, SOFT, NULL, "disk space", MEANS_AS_USUAL, NULL},
	{ALL, REFUSED, "x.4.5", NULL, MEANS_QUOTA, quota},
	{ALL, REFUSED, "x.7.28", NULL, MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "throttl", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "daily*limit", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "daily*quota", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "hourly*limit", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "hourly*quota", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "monthly*limit", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "monthly*quota", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "sending limit", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "sending quota", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "send limit", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "send quota", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "sender*quota", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "submissionquota", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "tenant*threshold", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "credits exceeded", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "unexpected volume", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "exceeded the max", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "limit of outgoing", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "messaging limit", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "message limit", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "recipient limit", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "relay limit", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "relay quota", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "message quota", MEANS_QUOTA, quota},
	{MAIL, REFUSED, NULL, "quota", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "submission rate", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "sending rate", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "message rate", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "rate limit", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "rate-limit", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "ratelimit", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "unusual*rate", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "unusual sending", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "limit of*reached", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "per hour exceeded", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "per day exceeded", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "too much mail", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "too many mails", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "too many emails", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "too many messages", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "trop de messages", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "too fast", MEANS_QUOTA, quota},
	{MAIL, REFUSED, NULL, "sending*too quickly", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "slow down", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "you have exceeded", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "exceeded your", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "reached your*limit", MEANS_QUOTA, quota},
	{ALL, SOFT, NULL, "server busy", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "ofr*_105", MEANS_QUOTA, quota},
	{ALL, REFUSED, NULL, "lpn*_510", MEANS_QUOTA, quota},
	{ALL, HARD, NULL, "plus tard", MEANS_QUOTA, quota},

	/* A sender that is not the account's. */
	{SENDING, REFUSED, NULL, "ofr*_415", MEANS_SENDER, send_as},
	{SENDING, REFUSED, "x.1.8", NULL, MEANS_SENDER, sender_domain},
	{SENDING, REFUSED, NULL, "sender*domain not found", MEANS_SENDER,
	    sender_domain},
	{SENDING, REFUSED, NULL, "sender*domain*not exist", MEANS_SENDER,
	    sender_domain},
	{SENDING, REFUSED, NULL, "sender*fully-qualified", MEANS_SENDER,
	    sender_domain},
	{SENDING, REFUSED, "5.7.60", NULL, MEANS_SENDER, send_as},
	{SENDING, REFUSED, "x.1.7", NULL, MEANS_SENDER, send_as},
	{SENDING, REFUSED, NULL, "sender*not logged in", MEANS_ACCOUNT,
	    log_in},
	{SENDING, REFUSED, NULL, "not owned by", MEANS_SENDER, send_as},
	{SENDING, REFUSED, NULL, "sender address rejected", MEANS_SENDER,
	    send_as},
	{SENDING, REFUSED, NULL, "not one of your addresses", MEANS_SENDER,
	    send_as},
	{SENDING, REFUSED, NULL, "not authorised to send", MEANS_SENDER,
	    send_as},
	{SENDING, REFUSED, NULL, "not local sender", MEANS_SENDER, send_as},
	{SENDING, REFUSED, NULL, "unregistered domain", MEANS_SENDER,
	    send_as},
	{SENDING, REFUSED, NULL, "sendasdenied", MEANS_SENDER, send_as},
	{SENDING, REFUSED, NULL, "to send as", MEANS_SENDER, send_as},
	{SENDING, REFUSED, NULL, "relaying disallowed as", MEANS_SENDER,
	    send_as},
	{SENDING, REFUSED, NULL, "sender*not allowed", MEANS_SENDER, send_as},
	{SENDING, REFUSED, NULL, "sender*not*verified", MEANS_SENDER,
	    send_as},
	{SENDING, REFUSED, NULL, "from*not verified", MEANS_SENDER, send_as},
	{SENDING, REFUSED, NULL, "address is not verified", MEANS_SENDER,
	    send_as},
	{SENDING, REFUSED, NULL, "verified sender", MEANS_SENDER, send_as},
	{SENDING, REFUSED, NULL, "sender signature", MEANS_SENDER, send_as},
	{SENDING, REFUSED, NULL, "sender*not*validated", MEANS_SENDER,
	    send_as},
	{SENDING, REFUSED, NULL, "sender*not valid", MEANS_SENDER, send_as},
	{SENDING, REFUSED, NULL, "sender*not authorized", MEANS_SENDER,
	    send_as},
	{SENDING, REFUSED, NULL, "not authorized to send", MEANS_SENDER,
	    send_as},
	{SENDING, REFUSED, NULL, "sender*must match", MEANS_SENDER, send_as},
	{SENDING, REFUSED, NULL, "from*must match", MEANS_SENDER, send_as},
	{SENDING, REFUSED, NULL, "sender*mismatch", MEANS_SENDER, send_as},
	{SENDING, REFUSED, NULL, "sender verify failed", MEANS_SENDER,
	    send_as},
	{SENDING, REFUSED, NULL, "sender rejected", MEANS_SENDER, send_as},
	{SENDING, REFUSED, NULL, "sender denied", MEANS_SENDER, send_as},
	{SENDING, REFUSED, NULL, "invalid sender", MEANS_SENDER, send_as},
	{SENDING, REFUSED, NULL, "unknown sender", MEANS_SENDER, send_as},
	{SENDING, REFUSED, NULL, "sender unknown", MEANS_SENDER, send_as},

	/* Not let in, or not logged in. */
	{SENDING, REFUSED, NULL, "relay*denied", MEANS_ACCOUNT, log_in},
	{SENDING, REFUSED, NULL, "relay*not permitted", MEANS_ACCOUNT,
	    log_in},
	{SENDING, REFUSED, NULL, "relay*not allowed", MEANS_ACCOUNT, log_in},
	{SENDING, REFUSED, NULL, "relay*disallowed", MEANS_ACCOUNT, log_in},
	{SENDING, REFUSED, NULL, "relay*prohibited", MEANS_ACCOUNT, log_in},
	{SENDING, REFUSED, NULL, "to relay", MEANS_ACCOUNT, log_in},
	{SENDING, REFUSED, NULL, "not relay", MEANS_ACCOUNT, log_in},
	{SENDING, REFUSED, NULL, "rcpthosts", MEANS_ACCOUNT, log_in},
	{SENDING, CODE(530), NULL, NULL, MEANS_ACCOUNT, log_in},
	{SENDING, CODE(534), NULL, NULL, MEANS_ACCOUNT, log_in},
	{SENDING, CODE(535), NULL, NULL, MEANS_ACCOUNT, password},
	{SENDING, REFUSED, NULL, "authentication*required", MEANS_ACCOUNT,
	    log_in},
	{SENDING, REFUSED, NULL, "must authenticate", MEANS_ACCOUNT, log_in},
	{SENDING, REFUSED, NULL, "not authenticated", MEANS_ACCOUNT, log_in},
	{SENDING, REFUSED, NULL, "helo command rejected", MEANS_ACCOUNT,
	    helo},
	{AT(STAGE_HELO), HARD, NULL, NULL, MEANS_CONNECTION, helo},
	{ALL, HARD, NULL, "client host*blocked", MEANS_ACCOUNT, banned},
	{SENDING, REFUSED, NULL, "client host rejected", MEANS_ACCOUNT,
	    log_in},
	{GREETING | MAIL, HARD, NULL, "block", MEANS_ACCOUNT, banned},
	{GREETING | MAIL, HARD, NULL, "blacklist", MEANS_ACCOUNT, banned},
	{GREETING | MAIL, HARD, NULL, "banned", MEANS_ACCOUNT, banned},
	{GREETING | MAIL, HARD, NULL, "spamhaus", MEANS_ACCOUNT, banned},
	{GREETING, HARD, NULL, NULL, MEANS_CONNECTION, banned},

	/* The message. */
	{SENDING, REFUSED, NULL, "ofr*_514", MEANS_SIZE, size},
	{SENDING, HARD, "x.3.4", NULL, MEANS_SIZE, size},
	{SENDING, HARD, "x.2.3", NULL, MEANS_SIZE, size},
	{SENDING, HARD, NULL, "message*too large", MEANS_SIZE, size},
	{SENDING, HARD, NULL, "message*too big", MEANS_SIZE, size},
	{SENDING, HARD, NULL, "size*exceed", MEANS_SIZE, size},
	{SENDING, HARD, NULL, "exceed*size", MEANS_SIZE, size},
	{BODY, CODE(552), "5.7.0", NULL, MEANS_AS_USUAL, NULL},
	{MAIL | BODY, CODE(552), NULL, NULL, MEANS_SIZE, size},

	/* Later, although it is a 5xx. */
	{SENDING, HARD, NULL, "try again later", MEANS_LATER, NULL},
	{SENDING, HARD, NULL, "try again in", MEANS_LATER, NULL},
	{SENDING, HARD, NULL, "try later", MEANS_LATER, NULL},
	{SENDING, HARD, NULL, "retry later", MEANS_LATER, NULL},
	{SENDING, HARD, NULL, "temporarily", MEANS_LATER, NULL},
	{SENDING, HARD, NULL, "temporary*failure", MEANS_LATER, NULL},
	{SENDING, HARD, NULL, "temporary*error", MEANS_LATER, NULL},
	{SENDING, HARD, NULL, "temporary*problem", MEANS_LATER, NULL},
	{SENDING, HARD, NULL, "sp\xc3\xa4ter", MEANS_LATER, NULL},
	{SENDING, HARD, NULL, "spaeter", MEANS_LATER, NULL},
	{SENDING, HARD, NULL, "m\xc3\xa1s tarde", MEANS_LATER, NULL},
	{SENDING, HARD, NULL, "pi\xc3\xb9 tardi", MEANS_LATER, NULL},
};

const size_t advice_rule_count =
    sizeof(advice_rules) / sizeof(advice_rules[0]);
