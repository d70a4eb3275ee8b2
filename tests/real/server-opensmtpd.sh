# shellcheck shell=sh disable=SC2154 # R: lib.sh
# OpenSMTPD: LOGIN and PLAIN, no PIPELINING, no CHUNKING.

server_start() {
	chmod 600 "$R/etc/mail.pem"
	printf '%s\t%s\n' "$USER_NAME" \
		"$(in_root smtpctl encrypt "$SERVER_PASSWORD")" \
		> "$R/etc/logins"
	cat > "$R/etc/smtpd.conf" <<-'END'
	pki isp cert "/etc/mail.pem"
	pki isp key "/etc/mail.pem"
	table logins file:/etc/logins
	table all { "@" = nobody }
	table refused { "refused@shop.example", "refused@example.com" }
	smtp max-message-size 1000000
	queue ttl 1h
	listen on 0.0.0.0 port 25 tls pki isp auth-optional <logins> \
	    hostname smtp.isp.example
	listen on 0.0.0.0 port 587 tls-require pki isp auth <logins> \
	    hostname smtp.isp.example
	listen on 0.0.0.0 port 465 smtps pki isp auth <logins> \
	    hostname smtp.isp.example
	action store mda "/usr/local/bin/store '%{sender}' '%{dest}'" \
	    virtual { "@" = nobody }
	match auth from any for rcpt-to <refused> reject
	match auth from any for any action store
	END
	# Not a child of the test, which waits for its children at the end.
	(in_root smtpd -d -v > "$R/var/log/server/smtpd" 2>&1 &)
}

# Its log does not name the mechanism.
server_saw_login() {
	real_log | grep -q "authentication user=$USER_NAME result=ok"
}
