# shellcheck shell=sh
# The tests against real servers: each runs in namespaces of its own (mount,
# process, network, host name), so that servers keep their usual ports, several
# tests run side by side, and nothing outlives them. On top of tests/lib.sh;
# README.md says more.
#
# Set before this file is read: KIND, postfix, exim or opensmtpd.
# Before real_server, where a test wants something else:
#   MECHANISMS        what the server offers (postfix, exim), in lower case
#   CERT_NAME         the name in the server's certificate
#   CERT_CA           the name of its CA (navette trusts the one called isp)
#   SERVER_PASSWORD   what the server takes for the right password

HERE=$(cd "$(dirname "$0")" && pwd)
B=$(cd "${B:-$HERE/../../build}" && pwd)
NAVETTE_ROOTS=${NAVETTE_ROOTS:-$B/roots}
export B NAVETTE_ROOTS

# real_enter: runs the test again in its own namespaces. The first process of
# a process namespace takes all others with it when it ends; it is a shell that
# waits, since a daemon whose parent is process 1 does not detach (Exim).
real_enter() {
	[ -z "${NAVETTE_INSIDE:-}" ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		echo "needs root, for roots and namespaces of its own"
		exit 77
	fi
	# Not in a bare chroot, whose / is no mount point.
	if ! unshare --mount true; then
		echo "needs mounts of its own, which this place does not allow"
		exit 77
	fi
	# shellcheck disable=SC2153 # the test has set it
	REAL_ROOT=$("$HERE/../real/make-root" "$KIND") || exit $?
	NAVETTE_INSIDE=$(mktemp -d /tmp/navette-root.XXXXXX) || exit 1
	export REAL_ROOT NAVETTE_INSIDE
	status=0
	# shellcheck disable=SC2016 # the inner shell expands
	unshare --mount --net --uts --ipc --pid --fork --kill-child \
		--mount-proc sh -c '"$@"; exit $?' sh "$0" "$@" || status=$?
	rmdir "$NAVETTE_INSIDE"
	exit "$status"
}

# real_inside: what the server writes lies in memory and goes with it.
real_inside() {
	T=$NAVETTE_INSIDE
	mount -t tmpfs -o mode=755 navette-test "$T"
	hostname web1.example.org
	ip link set lo up
	printf '%s\n' '127.0.0.1 localhost' '::1 localhost' \
		'127.0.1.1 web1.example.org web1' \
		'127.0.0.1 smtp.isp.example' > "$T/hosts"
	# What debootstrap made has none to put ours over.
	if [ ! -e /etc/hosts ]; then
		mkdir "$T/etc" "$T/etc.work"
		mount -t overlay overlay -o \
			"lowerdir=/etc,upperdir=$T/etc,workdir=$T/etc.work" /etc
		: > /etc/hosts
	fi
	mount --bind "$T/hosts" /etc/hosts
	: > "$T/resolv.conf"
	mount --bind "$T/resolv.conf" "$(readlink -f /etc/resolv.conf)"
}

real_enter "$@"
real_inside
# shellcheck source=tests/lib.sh
. "$HERE/../lib.sh"

# As tests/lib.sh has it, with what the server wrote.
real_end() {
	status=$?
	set +e
	real_log > "$SCRATCH/server.log"
	if [ "$status" -ne 0 ] && [ "$status" -ne 77 ]; then
		echo "--- what the server said (the end of its log)"
		tail -n 30 "$SCRATCH/server.log"
	fi >&2
	(exit "$status")
	end
}
trap real_end EXIT

# --- the server --------------------------------------------------------------

# real_root: the kind's root at $R, writable, without changing the root that
# all tests share.
real_root() {
	R=$T/root
	mkdir -p "$T/upper" "$T/work" "$R"
	mount -t overlay overlay -o \
		"lowerdir=$REAL_ROOT,upperdir=$T/upper,workdir=$T/work" "$R"
	mount -t proc proc "$R/proc"
	mount --rbind /dev "$R/dev"
	mount -t tmpfs -o mode=755 run "$R/run"
	cp "$T/hosts" "$R/etc/hosts"
	hostname > "$R/etc/hostname"
	: > "$R/etc/resolv.conf"
}

# in_root COMMAND...: runs it in the server's root.
in_root() {
	chroot "$R" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		LC_ALL=C "$@"
}

EC_KEY='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1'

# real_ca NAME: a certificate authority, at $T/NAME.pem.
real_ca() {
	# shellcheck disable=SC2086 # a list of words
	openssl req -x509 $EC_KEY -nodes -days 2 -subj "/CN=$1" \
		-addext basicConstraints=critical,CA:TRUE \
		-keyout "$T/$1.key" -out "$T/$1.pem" 2>> "$T/openssl.log"
}

# real_certificate CA NAME FILE: a key with its certificate for that name.
real_certificate() {
	# shellcheck disable=SC2086 # a list of words
	openssl req -new $EC_KEY -nodes -subj "/CN=$2" \
		-keyout "$T/cert.key" -out "$T/cert.csr" 2>> "$T/openssl.log"
	printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth\n' \
		"$2" > "$T/cert.ext"
	openssl x509 -req -in "$T/cert.csr" -CA "$T/$1.pem" \
		-CAkey "$T/$1.key" -CAcreateserial -days 2 \
		-extfile "$T/cert.ext" -out "$T/cert.pem" 2>> "$T/openssl.log"
	cat "$T/cert.key" "$T/cert.pem" "$T/$1.pem" > "$3"
}

# real_server: starts it, on port 25 (in clear until STARTTLS), 587 (STARTTLS
# demanded) and 465 (SMTPS). It knows $USER_NAME and the password; recipients
# called refused* get 550, later* 450, senders at foreign* 553 (postfix).
real_server() {
	real_root
	real_ca isp
	cp "$T/isp.pem" "$CA"
	[ "${CERT_CA:=isp}" = isp ] || real_ca "$CERT_CA"
	real_certificate "$CERT_CA" "${CERT_NAME:-smtp.isp.example}" \
		"$R/etc/mail.pem"
	install -m 755 "$HERE/store" "$R/usr/local/bin/store"
	mkdir -m 1777 "$R/srv/inbox"
	mkdir -m 755 "$R/var/log/server"
	: "${SERVER_PASSWORD:=$PASSWORD}"
	# shellcheck source=/dev/null
	. "$HERE/server-$KIND.sh"
	server_start
	for server_port in 25 465 587; do
		wait_for real_listens "$server_port"
	done
}

real_listens() {
	ss -Hltn "sport = :$1" | grep -q LISTEN
}

real_log() {
	[ -z "${R:-}" ] || cat "$R"/var/log/server/* 2>/dev/null
}

# real_configure MODE LINE...: as configure, for this server, with short pauses.
real_configure() {
	real_mode=$1
	shift
	configure "$real_mode" 'host = "smtp.isp.example"' \
		'retry-first = "1s"' 'retry-max = "2s"' "$@"
}

# --- what goes in and what must come out -------------------------------------

# submit FROM BODY TO...: hands the file over as a message, and remembers it.
submit() {
	from=$1
	body=$2
	shift 2
	{
		printf 'From: <%s>\nTo: undisclosed:;\nSubject: a test\n' \
			"$from"
		printf 'MIME-Version: 1.0\nContent-Type: text/plain; '
		printf 'charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n'
		cat "$body"
	} | send -i -f "$from" -- "$@" || fail "sendmail said $?"
	digest=$(sha256sum < "$body")
	for recipient; do
		echo "<$from> <$recipient> ${digest%% *}"
	done >> "$SCRATCH/submitted"
}

# submit_many N: each with its own sender, recipient and text.
submit_many() {
	n=1
	while [ "$n" -le "$1" ]; do
		echo "This is message $n." > "$SCRATCH/body"
		submit "from-$n@web1.example.org" "$SCRATCH/body" \
			"to-$n@shop.example"
		n=$((n + 1))
	done
}

# submit_each_kind: messages that servers and clients have spoilt before.
submit_each_kind() {
	printf 'Bonjour.\n' > "$T/short"
	: > "$T/empty"
	printf '.\n..\n.hidden\n\n.\nQUIT\nFrom here\n' > "$T/dots"
	printf 'Bient\303\264t No\303\253l, \342\202\254 5\n' > "$T/8bit"
	awk 'BEGIN { for (i = 0; i < 9000; i++)
		print i, "the quick brown fox" }' > "$T/large"
	for kind in short empty dots 8bit large; do
		submit jean@web1.example.org "$T/$kind" "$kind@shop.example"
	done
	submit jean@web1.example.org "$T/dots" one@shop.example \
		two@example.com three@example.com
}

# never_arrives RECIPIENT: takes it from what same_arrived looks for.
never_arrives() {
	grep -v " <$1> " "$SCRATCH/submitted" > "$SCRATCH/less" || :
	mv "$SCRATCH/less" "$SCRATCH/submitted"
}

# real_received: one line a delivery: sender, recipient, digest of the body.
real_received() {
	"$HERE/received" "$R/srv/inbox"
}

real_count() {
	find "$R/srv/inbox" -type f ! -name '.*' | wc -l
}

real_has() {
	[ "$(real_count)" -ge "$1" ]
}

# real_mail: the lines that are not bounces.
real_mail() {
	real_received | sed '/^<> /d'
}

real_has_mail() {
	real_has "$1" && [ "$(real_mail | wc -l)" -ge "$1" ]
}

# same_arrived: all that was submitted, each once. Bounces are not counted,
# being made by navette.
same_arrived() {
	sort "$SCRATCH/submitted" > "$SCRATCH/wanted"
	wanted=$(wc -l < "$SCRATCH/wanted")
	wait_at_most real_has_mail "$wanted"
	flush
	real_mail > "$SCRATCH/arrived"
	diff "$SCRATCH/wanted" "$SCRATCH/arrived" > "$SCRATCH/difference" ||
		fail "what arrived (>) is not what was submitted (<):
$(head -n 20 "$SCRATCH/difference")"
}

# wait_at_most COMMAND...: as wait_for, but what comes after it judges.
wait_at_most() {
	(wait_for "$@") 2> /dev/null || :
}

# stays_queued N WORDS: after an attempt, N messages wait, nothing was
# delivered or bounced, and the log has these words.
stays_queued() {
	flush
	is "$STATUS" 75 "exit status of flush --wait"
	waiting "$1"
	is "$(real_count)" 0 "messages delivered"
	check logged "$2"
}

# bounced RECIPIENT STATUS: one bounce arrived that tells of it ($bounce).
bounced() {
	wait_at_most find_bounce "$1"
	find_bounce "$1" || fail "no bounce for $1 arrived"
	is "$(echo "$bounce" | wc -l)" 1 "bounces for $1"
	is "$(head -n 1 "$bounce")" "" "sender of the bounce"
	tr -d '\r' < "$bounce" | grep -q -i "^status: $2\$" || {
		cat "$bounce" >&2
		fail "the bounce of $1 does not have status $2"
	}
}

find_bounce() {
	bounce=$(grep -l -i "^final-recipient: rfc822; *$1" "$R"/srv/inbox/*)
}

# real_tells_tls_and_login MECHANISM: as the server saw it, in its log and in
# the Received: of each message.
real_tells_tls_and_login() {
	for file in "$R"/srv/inbox/*; do
		grep -q -i 'with esmtpsa' "$file" ||
			fail "the server does not say ESMTPSA of $file"
		grep -q -E 'TLSv?1\.[23]' "$file" ||
			fail "the server does not say TLS 1.2 or 1.3 of $file"
	done
	check server_saw_login "$1"
}
