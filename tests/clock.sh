# shellcheck shell=sh
# For tests in which days pass: the smarthost and the daemon see a clock that
# moves when the test says so. Sourced after lib.sh.

NAVETTE_CLOCK=$SCRATCH/clock
PASSED=0
printf '%012d' 0 >"$NAVETTE_CLOCK"
export NAVETTE_CLOCK
# The daemon's account need not see into the folder of the build.
CLOCK_PRELOAD=$SCRATCH/clock.so
cp "$B/tests/preload/clock.so" "$CLOCK_PRELOAD"

# In a build with sanitizers their library would rather be the first.
ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0
DAEMON_ASAN_OPTIONS=$DAEMON_ASAN_OPTIONS:verify_asan_link_order=0

# SMARTHOST is what lib.sh starts; asked something, it needs no clock.
clocked_smarthost() {
	cat >"$SCRATCH/clocked" <<-EOF
		#!/bin/sh
		LD_PRELOAD=$CLOCK_PRELOAD exec "$B/tests/smarthost/smarthost" "\$@"
	EOF
	chmod 755 "$SCRATCH/clocked"
	SMARTHOST=$SCRATCH/clocked smarthost "$@"
}

# clocked_start: navetted_start, on that clock.
clocked_start() {
	navetted_start env "LD_PRELOAD=$CLOCK_PRELOAD"
}

# pass SECONDS: they pass, and the daemon looks at what is due.
pass() {
	PASSED=$((PASSED + $1))
	printf '%012d' "$PASSED" |
		dd of="$NAVETTE_CLOCK" conv=notrunc 2>/dev/null
	[ -z "$NAVETTED_PID" ] || navette status >"$SCRATCH/status"
}

# settled: until the smarthost has counted no further recipient for a moment.
settled() {
	counted_before=-1
	while [ "$(stat_of recipients)" -ne "$counted_before" ]; do
		counted_before=$(stat_of recipients)
		sleep 0.2
	done
}
