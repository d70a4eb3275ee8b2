# shellcheck shell=sh disable=SC2154 # R: lib.sh
# Postfix with Dovecot's SASL, as a provider runs them.

server_start() {
	postfix_configure
	dovecot_configure
	in_root dovecot
	in_root postfix start 2> "$SCRATCH/postfix-start"
}

postfix_configure() {
	cat > "$R/etc/postfix/main.cf" <<-END
	compatibility_level = 3.6
	maillog_file = /var/log/server/postfix
	maillog_file_prefixes = /var/log
	myhostname = smtp.isp.example
	mydestination =
	alias_maps =
	inet_interfaces = all
	smtpd_tls_chain_files = /etc/mail.pem
	smtpd_tls_security_level = may
	smtpd_tls_loglevel = 1
	smtpd_tls_received_header = yes
	smtpd_tls_auth_only = yes
	smtpd_sasl_auth_enable = yes
	smtpd_sasl_type = dovecot
	smtpd_sasl_path = private/auth
	smtpd_relay_restrictions = permit_sasl_authenticated, reject
	smtpd_recipient_restrictions =
	 check_recipient_access regexp:/etc/postfix/recipients
	smtpd_sender_restrictions =
	 check_sender_access regexp:/etc/postfix/senders
	smtpd_delay_reject = no
	message_size_limit = 1000000
	default_transport = store
	relay_transport = store
	store_destination_recipient_limit = 1
	default_destination_concurrency_limit = 8
	${POSTFIX_MORE:-}
	END
	printf '%s\n' '/^refused/ 550 5.1.1 No such user here' \
		'/^later/ 450 4.2.1 Come back later' \
		> "$R/etc/postfix/recipients"
	printf '%s\n' \
		'/@foreign/ 553 5.7.1 not owned by user jean.bon' \
		> "$R/etc/postfix/senders"
	cat >> "$R/etc/postfix/master.cf" <<-'END'
	587 inet n - y - - smtpd
	 -o smtpd_tls_security_level=encrypt
	465 inet n - y - - smtpd
	 -o smtpd_tls_wrappermode=yes
	store unix - n n - 8 pipe
	 user=nobody null_sender= argv=/usr/local/bin/store ${sender} ${recipient}
	END
}

dovecot_configure() {
	echo "$USER_NAME:{plain}$SERVER_PASSWORD" \
		> "$R/etc/dovecot/users"
	chmod 644 "$R/etc/dovecot/users"
	cat > "$R/etc/dovecot/dovecot.conf" <<-END
	protocols = none
	ssl = no
	log_path = /var/log/server/dovecot
	auth_verbose = yes
	auth_failure_delay = 0
	auth_mechanisms = ${MECHANISMS:-plain login cram-md5 scram-sha-256}
	passdb {
	  driver = passwd-file
	  args = /etc/dovecot/users
	}
	service auth {
	  unix_listener /var/spool/postfix/private/auth {
	    mode = 0660
	    user = postfix
	    group = postfix
	  }
	}
	END
}

# server_saw_login MECHANISM
server_saw_login() {
	real_log | grep -q -i "sasl_method=$1, sasl_username=$USER_NAME"
}
