# shellcheck shell=sh disable=SC2154 # R: lib.sh
# Exim, the daemon of Debian's exim4-daemon-heavy.

server_start() {
	in_root chown Debian-exim /var/log/server /etc/mail.pem
	echo "$USER_NAME: $SERVER_PASSWORD" > "$R/etc/logins"
	{
		exim_main
		for mechanism in ${MECHANISMS:-plain login cram-md5}; do
			"exim_$(echo "$mechanism" | tr -d -)"
		done
	} > "$R/etc/exim4/exim4.conf"
	in_root exim4 -bd -q1m -oX '25:587:465'
}

exim_main() {
	cat <<-END
	primary_hostname = smtp.isp.example
	log_file_path = /var/log/server/%slog
	daemon_smtp_ports = 25 : 587 : 465
	tls_on_connect_ports = 465
	tls_advertise_hosts = *
	tls_certificate = /etc/mail.pem
	tls_privatekey = /etc/mail.pem
	auth_advertise_hosts = \${if def:tls_in_cipher{*}{}}
	never_users = root
	message_size_limit = 1000000
	keep_environment =
	host_lookup =
	rfc1413_query_timeout = 0s
	smtp_accept_max = 50
	smtp_accept_queue_per_connection = 5000
	deliver_queue_load_max = 200
	queue_only_load = 200
	trusted_users = Debian-exim
	acl_smtp_rcpt = check_rcpt
	acl_smtp_mail = check_mail
	acl_smtp_data = accept_all
	${EXIM_MORE:-}

	begin acl
	check_mail:
	  deny
	    condition = \${if eq{\$received_port}{587}{\${if def:tls_in_cipher{no}{yes}}}{no}}
	    message = 5.7.0 Must issue a STARTTLS command first
	  accept
	check_rcpt:
	  deny
	    !authenticated = *
	    message = relay not permitted
	  deny
	    local_parts = ^refused
	    message = 5.1.1 No such user here
	  defer
	    local_parts = ^later
	    message = 4.2.1 Come back later
	  accept
	accept_all:
	  accept

	begin routers
	all:
	  driver = accept
	  transport = store

	begin transports
	store:
	  driver = pipe
	  command = /usr/local/bin/store
	  user = nobody
	  message_prefix =
	  message_suffix =
	  batch_max = 1

	begin retry
	* * F,1h,5s

	begin authenticators
	END
}

exim_plain() {
	cat <<-'END'
	plain:
	  driver = plaintext
	  public_name = PLAIN
	  server_prompts = :
	  server_condition = ${if eq{$auth3}{${lookup{$auth2}lsearch{/etc/logins}}}}
	  server_set_id = $auth2
	END
}

exim_login() {
	cat <<-'END'
	login:
	  driver = plaintext
	  public_name = LOGIN
	  server_prompts = "Username:: : Password::"
	  server_condition = ${if eq{$auth2}{${lookup{$auth1}lsearch{/etc/logins}}}}
	  server_set_id = $auth1
	END
}

exim_crammd5() {
	cat <<-'END'
	cram:
	  driver = cram_md5
	  public_name = CRAM-MD5
	  server_secret = ${lookup{$auth1}lsearch{/etc/logins}{$value}fail}
	  server_set_id = $auth1
	END
}

# server_saw_login MECHANISM
server_saw_login() {
	real_log | grep -q " A=${1%%-md5}:$USER_NAME "
}
