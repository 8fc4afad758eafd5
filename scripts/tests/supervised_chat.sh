#!/bin/sh
# The last program of the tutorial: a chat between nodes that have nothing in common but a certificate. The room ends by a
# mistake, another one takes its place, and all who were there join it by themselves.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh
# shellcheck source=scripts/lib/examples.sh
. scripts/lib/examples.sh

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

chat_begins eg_chat_room
wait_for alice.err 'encrypted by TLS' || fail "alice does not talk TLS: $(grep connected "$work/alice.err")"
chat_survives
says room 'The room is open\.' 2
