# shellcheck shell=sh
# For tests that play the providers of tests/providers: this file runs the test
# that sources it once more for each line of the table. Sourced after lib.sh.

TABLE=$TESTS/providers/providers.table

# lines KIND: their numbers.
lines() {
	awk -F ' *[|] *' -v kind="$1" '!/^#/ && $2 == kind { print NR }' "$TABLE"
}

# field N LINE-NUMBER
field() {
	sed -n "$2s/  *| */|/g;$2p" "$TABLE" | cut -d '|' -f "$1" |
		sed 's/ *$//'
}

# each KIND: what the test does for each line; it comes back here in a process
# of its own with the number of the line in LINE.
each() {
	[ -n "${LINE:-}" ] || each_line "$1"
	PROVIDER=$(field 1 "$LINE")
	account=$(awk -F ' *[|] *' -v name="$PROVIDER" \
		'$1 == name && $2 == "account" { print NR }' "$TABLE")
	echo "line $LINE of ${TABLE##*/}: $(sed -n "${LINE}p" "$TABLE")"
	MODE=$(field 3 "$account")
	MECHANISMS=$(field 4 "$account")
	USER_NAME=$(field 5 "$account")
	split "$(field 6 "$account")"
}

each_line() {
	count=0
	for number in $(lines "$1"); do
		LINE=$number "$0" >"$SCRATCH/line" 2>&1 || {
			cat "$SCRATCH/line" >&2
			fail "line $number of $TABLE"
		}
		count=$((count + 1))
	done
	[ "$count" -gt 0 ] || fail "nothing in $TABLE"
	echo "$count lines"
	exit 0
}

# split LINES: further lines of the configuration, kept one a line for
# configured.
MORE=
split() {
	MORE=$MORE$(printf '%s' "$1" | sed 's/ *; */\n/g')'
'
}

# provider OPTION...: a smarthost that offers and demands what this one does.
provider() {
	if [ "$MECHANISMS" = - ]; then
		smarthost --require-auth=off --without STARTTLS "$@"
	else
		smarthost --auth "$MECHANISMS" "$@"
	fi
}

# configured LINE...: navette.conf for it.
configured() {
	while read -r line; do
		[ -z "$line" ] || set -- "$@" "$line"
	done <<END
$MORE
END
	configure "$MODE" "$@"
}

# came_in_as_demanded N: message N arrived as the account wants it.
came_in_as_demanded() {
	case $MODE in
	none) holds "$(env_of "$1")" 'tls no' ;;
	*) lacks "$(env_of "$1")" 'tls no' ;;
	esac
	[ "$MECHANISMS" != - ] || return 0
	holds "$(env_of "$1")" "user $USER_NAME"
	used=$(sed -n 's/^auth //p' "$(env_of "$1")")
	case " $MECHANISMS " in
	*" $used "*) ;;
	*) fail "a login with $used where $MECHANISMS is offered" ;;
	esac
}
