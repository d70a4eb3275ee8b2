# shellcheck shell=sh
# The tests with real callers: programs of Debian that hand mail to
# /usr/sbin/sendmail, in a root where that is navette's, as `make install` puts
# it there. What the smarthost got is compared with expected/NAME, dates and IDs
# masked. On top of tests/real/lib.sh; tests/real/README.md says more.
#
#   EXPECT=write TEST   writes its expectation, to be read before it is kept
#   EXPECTED            NAME, where it is not the test's own

# shellcheck disable=SC2034 # real/lib.sh reads it
KIND=client
# shellcheck source=tests/real/lib.sh
. "${0%/*}/../real/lib.sh"

# caller_start OPTION...: navette in its root, with a smarthost on loopback that
# may have options.
caller_start() {
	real_root
	smarthost "$@"
	caller_users
	caller_install
	caller_configure
	caller_navetted
}

caller_navetted() {
	rm -f "$R/run/navette/submit"
	setsid chroot "$R" /usr/sbin/navetted -e 2>> "$LOG" &
	NAVETTED_PID=$!
	wait_for test -S "$R/run/navette/submit"
}

# An ordinary user with a name in GECOS, and the account of the daemon.
caller_users() {
	echo 'navette:x:990:990::/nonexistent:/usr/sbin/nologin' \
		>> "$R/etc/passwd"
	echo 'jean:x:1000:1000:Jean Bon,Room 1,,:/home/jean:/bin/sh' \
		>> "$R/etc/passwd"
	printf '%s\n' 'navette:x:990:' 'jean:x:1000:' >> "$R/etc/group"
	echo 'jean:*:19000:0:99999:7:::' >> "$R/etc/shadow"
	echo web1.example.org > "$R/etc/mailname"
	install -d -m 755 -o 1000 -g 1000 "$R/home/jean"
}

# The programs' libraries come along when the root lacks them (sanitizers').
caller_install() {
	MAKEFLAGS='' MAKELEVEL='' make -s -o all -C "$TESTS/.." B="$B" DESTDIR="$R" \
		PREFIX=/usr SYSCONFDIR=/etc install > "$SCRATCH/install" 2>&1 ||
		fail "make install: $(cat "$SCRATCH/install")"
	ldd "$B/sendmail" "$B/navetted" "$B/navette" |
		sed -n 's/.* => \(\/[^ ]*\) .*/\1/p' | sort -u |
		while read -r library; do
			[ -e "$R$library" ] || cp -L "$library" "$R$library"
		done
}

caller_configure() {
	printf '%s\n' "$PASSWORD" > "$R/etc/navette/password"
	chown 990:990 "$R/etc/navette/password"
	chmod 600 "$R/etc/navette/password"
	cp "$CA" "$R/etc/navette/ca.pem"
	cat > "$R/etc/navette/navette.conf" <<-END
	postmaster = "ops@example.org"
	smarthost "isp" {
	    host = "localhost"
	    port = $PORT
	    user = "$USER_NAME"
	    password-file = "/etc/navette/password"
	    ca-file = "/etc/navette/ca.pem"
	}
	END
	cp "$HERE/letter" "$R/tmp/letter"
}

navette() {
	in_root navette "$@"
}

# as USER COMMAND: the shell's command, with what a login gives and no more.
as() {
	id=$(in_root id -u "$1")
	group=$(in_root id -g "$1")
	chroot --userspec="$id:$group" --groups="$group" "$R" \
		/usr/bin/env -i PATH=/usr/local/bin:/usr/bin:/bin \
		HOME="$(sed -n "s/^$1:.*:\(.*\):.*/\1/p" "$R/etc/passwd")" \
		USER="$1" LOGNAME="$1" LC_ALL=C.UTF-8 TZ=UTC SHELL=/bin/sh \
		sh -c "cd 2> /dev/null || cd /; $2"
}

# in_order: the numbers of the messages, those to one recipient as they came.
in_order() {
	for file in "$RECEIVED"/*.env; do
		name=${file##*/}
		printf '%s %s\n' "$(sed -n 's/^rcpt //p' "$file" | head -n 1)" \
			"${name%.env}"
	done | sort | sed 's/.* 0*//'
}

# arrived N: N messages arrived, nothing is left, the smarthost has no
# complaint, and all is as expected.
arrived() {
	received "$1"
	wait_for queue_is 0
	behaves
	for number in $(in_order); do
		sed -n 's/^mail //p; s/^rcpt //p' "$(env_of "$number")"
		echo
		cat "$(eml "$number")"
	done > "$SCRATCH/seen.raw"
	name=${EXPECTED:-${0##*/}}
	"$HERE/mask" < "$SCRATCH/seen.raw" > "$SCRATCH/seen"
	[ "${EXPECT:-}" != write ] || cp "$SCRATCH/seen" "$HERE/expected/$name"
	diff "$HERE/expected/$name" "$SCRATCH/seen" >&2 ||
		fail "what arrived (>) is not as expected (<)"
	navetted_stop
}
