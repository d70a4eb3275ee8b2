# shellcheck shell=sh
# For tests with two smarthosts: "isp" is the one of lib.sh, "spare" comes from
# here and counts for itself. Sourced after lib.sh.

SPARE_PID=
mkdir "$SCRATCH/spare"

# spare OPTION...: starts the second smarthost, without TLS.
spare() {
	rm -f "$SCRATCH/spare.ports"
	"$SMARTHOST" --ports "$SCRATCH/spare.ports" --spool "$SCRATCH/spare" \
		--control "$SCRATCH/spare.orders" \
		--log "$SCRATCH/spare.transcript" --port "${SPARE_PORT:-0}" \
		"$@" &
	SPARE_PID=$!
	wait_for test -e "$SCRATCH/spare.ports"
	SPARE_PORT=$(sed -n 's/^plain=//p' "$SCRATCH/spare.ports")
}

# shellcheck disable=SC2317 # the trap's
end_both() {
	status=$?
	set +e
	[ -z "$SPARE_PID" ] || kill -KILL "$SPARE_PID" 2>/dev/null
	(exit "$status")
	end
}

trap end_both EXIT

# add LINE...: more lines at the end of the configuration.
add() {
	printf '%s\n' "$@" >>"$CONF"
}

# add_spare [LINE...]: the second smarthost, in the configuration.
add_spare() {
	add 'smarthost "spare" {' 'host = "127.0.0.1"' "port = $SPARE_PORT" \
		'tls = "none"' "$@" '}'
}

# spare_has NAME N: has its counter reached N?
spare_stat() {
	"$SMARTHOST" --ask "$SCRATCH/spare.orders" stats | tr '{,}' '[\n*]' |
		sed -n "s/^\"$1\"://p"
}

spare_has() {
	[ "$(spare_stat "$1")" -ge "$2" ]
}
