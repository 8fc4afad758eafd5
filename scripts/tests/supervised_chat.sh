#!/bin/sh
# The last program of the tutorial: a chat between nodes that have nothing in common but a certificate. The room ends by a
# mistake, another one takes its place, and all who were there join it by themselves.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin

# configuration NAME [SEED]: a node that listens on 127.0.0.1 and talks nothing but TLS.
configuration() {
  [ -e "$work/network.rc" ] ||
    PERL_ANYEVENT_MP_RC=$work/network.rc "$bin/aemp" gencert setauth_accept tls_sha3_512 >"$work/aemp.out" 2>&1 ||
    fail "the certificate cannot be made: $(tail -n 1 "$work/aemp.out")"
  cp "$work/network.rc" "$work/$1.rc"
  PERL_ANYEVENT_MP_RC=$work/$1.rc "$bin/aemp" profile "$(uname -n)" setbinds "127.0.0.1:*" setseeds "${2-}" \
    >"$work/aemp.out" 2>&1 || fail "$1 cannot be configured: $(tail -n 1 "$work/aemp.out")"
}

# member NAME: starts one whose input is what is written to $work/NAME.in, and that holds nobody else's open.
member() {
  configuration "$1" "$address"
  mkfifo "$work/$1.in"
  export AE_VERBOSE=9
  # shellcheck disable=SC2016 # the inner shell expands these
  start "$1" sh -c 'exec "$1" "$2" <"$3" 8>&- 9>&-' sh "$bin/eg_chat_member" "$1" "$work/$1.in"
  unset AE_VERBOSE
}

# says NAME LINE [COUNT]: somebody has shown a line, so many times.
says() {
  wait_for "$1.out" "^$2\$" "${3-1}" || fail "$1 has not said: $2 ($(last_words "$1"))"
}

configuration room
start_node room "$bin/eg_chat_room"
says room 'The room is open.'

member alice
exec 8>"$work/alice.in"
says alice 'alice (joins)'
member bob
exec 9>"$work/bob.in"
says alice 'bob (joins)'

echo 'Does it work?' >&8
says bob 'alice: Does it work?'
wait_for alice.err 'encrypted by TLS' || fail "alice does not talk TLS: $(grep connected "$work/alice.err")"

echo /crash >&9
says room 'The room has ended: bob wanted it so'
says room 'The room is open\.' 2
says alice '(the room is closed)'
says alice 'alice (joins)' 2
says bob 'bob (joins)' 2

echo 'It still does.' >&9
says alice 'bob: It still does.'

exec 9>&-
says alice 'bob (quits)'
ended bob || fail "bob did not end well: $(last_words bob)"
exec 8>&-
ended alice || fail "alice did not end well: $(last_words alice)"
