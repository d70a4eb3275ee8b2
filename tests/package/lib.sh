# shellcheck shell=sh
# The tests of the Debian package: what `make deb` made, installed by apt in a
# clean Debian 12 without a network. Each gets a root of its own, as in
# real/lib.sh, on which this stands; the packages that it may want lie in apt's
# cache there.

# shellcheck disable=SC2034 # real/lib.sh reads it
KIND=package
# shellcheck source=tests/real/lib.sh
. "${0%/*}/../real/lib.sh"

DEB=
for found in "$B"/deb/navette_*.deb; do
	DEB=$found
done
[ -e "$DEB" ] || skip "there is no package; make deb B=$B"

# package_root: the root at $R, with an ordinary user and the package's file.
package_root() {
	real_root
	in_root useradd -m -s /bin/sh -c 'Jean Bon' jean
	echo web1.example.org > "$R/etc/mailname"
	cp "$DEB" "$R/srv/navette.deb"
}

# apt ACTION PACKAGE...: must succeed; its output is in $SCRATCH/apt.
apt() {
	in_root DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		--no-install-recommends --allow-downgrades "$@" \
		> "$SCRATCH/apt" 2>&1 < /dev/null || {
		cat "$SCRATCH/apt" >&2
		fail "apt-get $*"
	}
}

# as_jean COMMAND: the shell's command, as an ordinary user.
as_jean() {
	in_root HOME=/home/jean USER=jean runuser -u jean -- sh -c "cd; $1"
}

is_installed() {
	# shellcheck disable=SC2016 # dpkg-query expands it
	in_root dpkg-query -W -f '${Status}' "$1" 2>> "$SCRATCH/dpkg" |
		grep -q ' installed$'
}

# package_configure: what README.md tells an administrator to write, for the
# smarthost of this test.
package_configure() {
	cp "$CA" "$R/etc/navette/ca.pem"
	cat > "$R/etc/navette/navette.conf" <<-END
	postmaster = "ops@example.org"       # who gets root's mail
	smarthost "isp" {
	    host = "localhost"
	    port = $TLS_PORT
	    tls  = "smtps"
	    user = "$USER_NAME"
	    password-file = "/etc/navette/isp.password"
	    ca-file = "/etc/navette/ca.pem"
	}
	END
	in_root install -o root -g navette -m 640 /dev/null \
		/etc/navette/isp.password
	printf '%s\n' "$PASSWORD" > "$R/etc/navette/isp.password"
}

# package_start: the daemon, as root would start it by hand.
package_start() {
	mkdir -p "$R/run/navette"
	rm -f "$R/run/navette/submit"
	in_root chown navette:navette /run/navette
	setsid chroot "$R" /usr/sbin/navetted -e 2>> "$LOG" &
	NAVETTED_PID=$!
	wait_for package_is_ready
}

package_is_ready() {
	kill -0 "$NAVETTED_PID" || fail "navetted did not start"
	[ -S "$R/run/navette/submit" ]
}

# Asked of the daemon in the root.
navette() {
	in_root navette "$@"
}

# files_in FOLDER: how many, of those with a name that counts.
files_in() {
	find "$R/var/spool/navette/$1" -type f ! -name '.*' ! -name '*.log' |
		wc -l | tr -d ' '
}
