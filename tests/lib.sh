# shellcheck shell=sh
# What the end-to-end tests are written with. A test sources this file and then
# reads like its name: it starts a smarthost, configures and starts navette,
# hands mail over, and says what must be true. tests/README.md explains it.
#
# Set before this file is read, where a test wants something else:
#   B      the build folder (default: build)
#   WAIT   seconds that wait_for and its kin wait (default: 30); what is right
#          waits no longer than it must, and a busy machine is not wrong

set -eu

TESTS=$(cd "$(dirname "$0")/.." && pwd)
B=$(cd "${B:-$TESTS/../build}" && pwd)
WAIT=${WAIT:-30}
SCRATCH=$(mktemp -d /tmp/navette.XXXXXX)
chmod 755 "$SCRATCH"
SPOOL=$SCRATCH/spool
SOCKET=$SCRATCH/run/submit
CONF=$SCRATCH/navette.conf
LOG=$SCRATCH/log
RECEIVED=$SCRATCH/received
CA=$SCRATCH/ca.pem
USER_NAME=jean.bon
# shellcheck disable=SC2016 # nothing may expand this
PASSWORD='s3cret "pass" #phrase ${HOME}'
SMARTHOST=$B/tests/smarthost/smarthost
SMARTHOST_PID=
NAVETTED_PID=
STATUS=0
ACCOUNT=
[ "$(id -u)" -ne 0 ] || ACCOUNT=nobody
export NAVETTE_SOCKET="$SOCKET" NAVETTE_DROP="$SPOOL/drop"
# Leaks are not looked for in the daemon, whose processes let nobody look into
# them, nor may they open a file to report to.
FINDING='(Address|Leak|UndefinedBehavior)Sanitizer|: runtime error: '
DAEMON_ASAN_OPTIONS=detect_leaks=0
export ASAN_OPTIONS="log_path=$SCRATCH/sanitizer"
export UBSAN_OPTIONS=print_stacktrace=1
mkdir "$SCRATCH/run" "$RECEIVED"
[ -z "$ACCOUNT" ] || chown "$ACCOUNT" "$SCRATCH/run"
: >"$LOG"

# --- what becomes of the test ------------------------------------------------

# fail TEXT...: this test failed.
fail() {
	echo "FAILED: $*" >&2
	exit 1
}

# skip WHY: it cannot be run here.
skip() {
	echo "$*"
	exit 77
}

# end: of the processes, and of the scratch folder unless something failed.
end() {
	status=$?
	trap - EXIT HUP INT TERM
	set +e
	for group in $NAVETTED_PID; do
		kill -TERM "$group" 2>/dev/null
		gone_within 50 "$group" || kill -KILL "-$group" 2>/dev/null
		kill -KILL "-$group" 2>/dev/null
	done
	[ -z "$SMARTHOST_PID" ] || kill -KILL "$SMARTHOST_PID" 2>/dev/null
	wait
	sanitizers_are_silent || status=1
	if [ "$status" -eq 0 ] || [ "$status" -eq 77 ]; then
		[ ! -e "$SCRATCH/hosts" ] || umount /etc/hosts
		rm -rf "$SCRATCH"
	else
		show_scene >&2
	fi
	exit "$status"
}

# sanitizers_are_silent: a build with SAN=1 tells what it finds on standard
# error, which is the log for the daemon, or in a file. In whichever process it
# was, the test has failed.
sanitizers_are_silent() {
	findings=$(cat "$LOG" "$SCRATCH"/sanitizer.* 2>/dev/null |
		grep -A 40 -E -e "$FINDING")
	[ -z "$findings" ] || echo "$findings" >&2
	[ -z "$findings" ]
}

show_scene() {
	echo "--- what navetted said (the end of $LOG)"
	tail -n 20 "$LOG"
	echo "--- what smarthost heard (the end of $SCRATCH/transcript)"
	tail -n 30 "$SCRATCH/transcript" 2>/dev/null
	echo "--- all of it is in $SCRATCH"
}

trap end EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# --- waiting and judging -----------------------------------------------------

# gone_within N PID: has the process ended before N twentieths of a second?
gone_within() {
	left=$1
	while kill -0 "$2" 2>/dev/null; do
		[ "$left" -gt 0 ] || return 1
		left=$((left - 1))
		sleep 0.05
	done
}

# wait_for COMMAND...: until it succeeds, for WAIT seconds.
wait_for() {
	left=$((WAIT * 50))
	until "$@" >/dev/null 2>&1; do
		[ "$left" -gt 0 ] ||
			fail "not within $WAIT seconds: $*"
		left=$((left - 1))
		sleep 0.02
	done
}

# check COMMAND...: must succeed. refute COMMAND...: must not.
check() {
	"$@" || fail "expected to be true: $*"
}

refute() {
	! "$@" || fail "expected to be false: $*"
}

# is SEEN EXPECTED [WHAT]: the two must be the same text.
is() {
	[ "$1" = "$2" ] || fail "${3:-it}: expected '$2', seen '$1'"
}

# holds FILE TEXT, lacks FILE TEXT: is TEXT in the file?
holds() {
	grep -qF -e "$2" "$1" || {
		echo "--- $1" >&2
		cat "$1" >&2
		fail "expected in it: $2"
	}
}

lacks() {
	! grep -F -e "$2" "$1" >&2 || fail "not expected in $1: $2"
}

# status WANTED COMMAND...: runs it; its exit status must be this.
status() {
	wanted=$1
	shift
	STATUS=0
	"$@" || STATUS=$?
	is "$STATUS" "$wanted" "exit status of $*"
}

# own_hosts LINE...: the rest of the test sees this /etc/hosts, in a mount
# namespace of its own. To be called first.
own_hosts() {
	[ "$(id -u)" -eq 0 ] || skip 'needs root (a mount namespace)'
	[ -e /etc/hosts ] || skip 'there is no /etc/hosts to put another over'
	unshare -m true || skip 'no mounts of its own here (is / a mount point?)'
	if [ -z "${OWN_HOSTS:-}" ]; then
		status=0
		OWN_HOSTS=1 unshare -m "$0" || status=$?
		trap - EXIT
		rm -rf "$SCRATCH"
		exit "$status"
	fi
	printf '%s\n' "$@" >"$SCRATCH/hosts"
	chmod 644 "$SCRATCH/hosts"
	mount --bind "$SCRATCH/hosts" /etc/hosts
}

# need_ipv6: or there is nothing to test.
need_ipv6() {
	grep -q ' lo$' /proc/net/if_inet6 2>/dev/null ||
		skip 'there is no IPv6 here'
}

# --- the smarthost -----------------------------------------------------------

# smarthost OPTION...: starts it and waits until it listens. Exports PORT,
# TLS_PORT and FINGERPRINT. A user and a password are set. Started again, it
# keeps its ports and its authority.
smarthost() {
	rm -f "$SCRATCH/ports"
	"$SMARTHOST" --ports "$SCRATCH/ports" --spool "$RECEIVED" \
		--control "$SCRATCH/orders" --log "$SCRATCH/transcript" \
		--ca "$CA" --ca-key "$SCRATCH/ca.key" \
		--client-pair "$SCRATCH/client.pem" \
		--port "${PORT:-0}" --smtps-port "${TLS_PORT:-0}" \
		--user "$USER_NAME" --password "$PASSWORD" "$@" &
	SMARTHOST_PID=$!
	wait_for smarthost_listens
	PORT=$(sed -n 's/^plain=//p' "$SCRATCH/ports")
	TLS_PORT=$(sed -n 's/^smtps=//p' "$SCRATCH/ports")
	FINGERPRINT=$(sed -n 's/^fingerprint=//p' "$SCRATCH/ports")
	chmod 644 "$CA"
	[ -z "$ACCOUNT" ] || chown "$ACCOUNT" "$SCRATCH/client.pem"
	export PORT TLS_PORT FINGERPRINT
}

smarthost_listens() {
	kill -0 "$SMARTHOST_PID" || fail "smarthost did not start"
	[ -e "$SCRATCH/ports" ]
}

smarthost_stop() {
	kill -TERM "$SMARTHOST_PID"
	wait "$SMARTHOST_PID" || fail "smarthost ended with $?"
	SMARTHOST_PID=
}

# order WORD...: tells it something while it runs, such as `order script TEXT`.
order() {
	"$SMARTHOST" --ask "$SCRATCH/orders" "$@" >"$SCRATCH/answer" ||
		fail "smarthost: $(cat "$SCRATCH/answer")"
}

# stat_of NAME: one of its counters.
stat_of() {
	"$SMARTHOST" --ask "$SCRATCH/orders" stats | tr '{,}' '[\n*]' |
		sed -n "s/^\"$1\"://p"
}

# counted NAME N: the counter must be N.
counted() {
	is "$(stat_of "$1")" "$2" "smarthost's count of $1"
}

counter_is() {
	[ "$(stat_of "$1")" = "$2" ]
}

counter_reaches() {
	[ "$(stat_of "$1")" -ge "$2" ]
}

# received N: waits for the Nth message; there must not be more.
received() {
	wait_for counter_reaches messages "$1"
	counted messages "$1"
}

# eml N, env_of N: the files of the Nth message that arrived.
eml() {
	printf '%s/%04d.eml\n' "$RECEIVED" "$1"
}

env_of() {
	printf '%s/%04d.env\n' "$RECEIVED" "$1"
}

# body_of N: what follows the header, with plain line ends.
body_of() {
	tr -d '\r' <"$(eml "$1")" | sed '1,/^$/d'
}

# header_of N NAME: the value of a header field, unfolded.
header_of() {
	tr -d '\r' <"$(eml "$1")" | sed -n '/^$/q;p' |
		sed -e ':a' -e 'N' -e '$!ba' -e 's/\n[ \t]\{1,\}/ /g' |
		sed -n "s/^$2: *//p"
}

# --- navette -----------------------------------------------------------------

# setting NAME VALUE LINE...: NAME = VALUE, unless a LINE sets NAME itself or
# says -NAME.
setting() {
	name=$1
	value=$2
	shift 2
	for line; do
		case $line in
		"$name ="* | "$name="* | "-$name") return 0 ;;
		esac
	done
	echo "$name = $value"
}

is_global() {
	case ${1%%[ =]*} in
	mailname | postmaster | spool | socket | aliases | user-of-daemon) ;;
	admin-group | stop-wait | max-size | max-waiting*) ;;
	max-recipients | keep-free | local-to-postmaster) ;;
	retry-first | retry-max | lifetime | warn-after) ;;
	*) return 1 ;;
	esac
}

# configure starttls|smtps|none [LINE...]: writes a navette.conf for the
# smarthost. A LINE such as 'retry-first = "1s"' is added, or stands in place
# of the line that would be there; '-user' leaves that line out. The account of
# the daemon is called user-of-daemon here, since a smarthost has a user, too.
configure() {
	mode=$1
	shift
	case $mode in
	smtps) port=${TLS_PORT:-465} ;;
	*) port=${PORT:-587} ;;
	esac
	printf '%s\n' "$PASSWORD" >"$SCRATCH/password"
	chmod 600 "$SCRATCH/password"
	[ -z "$ACCOUNT" ] || chown "$ACCOUNT" "$SCRATCH/password"
	{
		configure_globals "$@"
		echo 'smarthost "isp" {'
		configure_smarthost "$@"
		echo '}'
	} >"$CONF"
}

configure_globals() {
	setting mailname '"web1.example.org"' "$@"
	setting postmaster '"ops@example.org"' "$@"
	setting spool "\"$SPOOL\"" "$@"
	setting socket "\"$SOCKET\"" "$@"
	[ -z "$ACCOUNT" ] ||
		setting user-of-daemon "\"$ACCOUNT\"" "$@" |
		sed 's/^user-of-daemon/user/'
	for line; do
		case $line in
		user-of-daemon*) echo "user${line#user-of-daemon}" ;;
		-*) ;;
		*) ! is_global "$line" || echo "$line" ;;
		esac
	done
}

configure_smarthost() {
	setting host '"localhost"' "$@"
	setting port "$port" "$@"
	setting tls "\"$mode\"" "$@"
	if [ "$mode" != none ]; then
		setting user "\"$USER_NAME\"" "$@"
		setting password-file "\"$SCRATCH/password\"" "$@"
		setting ca-file "\"$CA\"" "$@"
	fi
	for line; do
		case $line in
		-*) ;;
		*) is_global "$line" || echo "$line" ;;
		esac
	done
}

# navetted_start [COMMAND...]: starts the daemon, perhaps below COMMAND, in a
# process group of its own, and waits until it is ready.
navetted_start() {
	rm -f "$SOCKET"
	ASAN_OPTIONS=$DAEMON_ASAN_OPTIONS \
		setsid "$@" "$B/navetted" -C "$CONF" -e 2>>"$LOG" &
	NAVETTED_PID=$!
	wait_for navetted_is_ready
}

navetted_is_ready() {
	kill -0 "$NAVETTED_PID" || fail "navetted did not start"
	[ -S "$SOCKET" ]
}

# navetted_stop: asks it to leave; it must do so, and in good health.
navetted_stop() {
	kill -TERM "$NAVETTED_PID"
	STATUS=0
	wait "$NAVETTED_PID" || STATUS=$?
	is "$STATUS" 0 "exit status of navetted"
	NAVETTED_PID=
}

# navetted_kill: all of its processes at once, as a power failure would.
navetted_kill() {
	kill -KILL "-$NAVETTED_PID"
	wait "$NAVETTED_PID" || :
	NAVETTED_PID=
}

navetted_reload() {
	kill -HUP "$NAVETTED_PID"
}

# navetted_obeys MODE LINE...: a new configuration, and it is in force.
navetted_obeys() {
	configure "$@"
	before=$(grep -cF event=reloaded "$LOG" || :)
	navetted_reload
	wait_for has_reloaded "$((before + 1))"
}

has_reloaded() {
	[ "$(grep -cF event=reloaded "$LOG")" -ge "$1" ]
}

# send ARGUMENT...: the message on standard input, through sendmail.
send() {
	"$B/sendmail" "$@"
}

# letter [SUBJECT]: a message on standard output.
letter() {
	printf 'From: root@web1.example.org\nTo: friend@example.net\n'
	printf 'Subject: %s\n\nHello,\n.this line has a dot\n' "${1:-test}"
}

# stuck_letter ARGUMENT...: hands a letter over which has had its first attempt,
# in vain, and waits for the next, which is a long time off.
stuck_letter() {
	before=$(stat_of rules_used)
	order script-now 'connect -> cut'
	order script 'mail -> 451 4.3.0 not now'
	letter | send "$@"
	wait_for counter_reaches rules_used $((before + 1))
	order script-clear
}

navette() {
	"$B/navette" -C "$CONF" "$@"
}

# flush: tries everything now, and waits; STATUS is 0 if the queue is empty
# then, else 75. Nothing else may happen.
flush() {
	STATUS=0
	timeout "${1:-50}" "$B/navette" -C "$CONF" flush --wait || STATUS=$?
	case $STATUS in
	0 | 75) ;;
	124) fail "flush --wait did not return" ;;
	*) fail "flush --wait ended with $STATUS" ;;
	esac
}

# flushed: does one more attempt empty the queue?
flushed() {
	flush
	[ "$STATUS" -eq 0 ]
}

# keeps_mail [N]: one attempt for everything leaves N messages (1), and none
# of it arrived.
keeps_mail() {
	flush
	is "$STATUS" 75 "exit status of flush --wait"
	waiting "${1:-1}"
	counted messages 0
}

# stays_silent: the smarthost has heard no secret in clear, and no sender.
stays_silent() {
	counted passwords_in_clear 0
	counted transactions 0
}

# behaves: nothing went over the wire that should not.
behaves() {
	for fault in bare_cr bare_lf nuls long_lines undeclared_8bit \
		after_quit unsynchronised early behind_starttls unoffered \
		passwords_in_clear; do
		counted "$fault" 0
	done
}

# waiting N: this many messages must be in the queue.
waiting() {
	is "$(queue_length)" "$1" "messages waiting"
}

queue_length() {
	navette queue --ids | wc -l | tr -d ' '
}

queue_is() {
	[ "$(queue_length)" = "$1" ]
}

# lend PROGRAM...: copies them into the scratch folder, where every user can run
# them; nobody else need see into the folder of the build.
lend() {
	for program; do
		cp "$B/$program" "$SCRATCH/$program"
	done
}

# logged TEXT: has navetted said so?
logged() {
	grep -qF -e "$1" "$LOG"
}
