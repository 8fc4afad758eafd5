#!/bin/sh
# Data connections between our nodes and a Perl peer, which waits for them as
# AnyEvent::MP 2.02 does, or makes them; in the clear, sealed and in TLS. What
# there is not is refused, and who does not come is told.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
configuration first
PERL_ANYEVENT_MP_RC=$work/network.rc "$bin/aemp" gencert >"$work/aemp.out" 2>&1 ||
  fail "aemp gencert failed: $(tail -n 1 "$work/aemp.out")"
perl -MJSON::XS -0777 -ne '
  print JSON::XS->new->utf8->relaxed->decode ($_)->{cert}' "$work/network.rc" >"$work/network.pem"

# ours NAME [SEED]: a configuration that talks to peers of $mode.
ours() {
  configuration "$@"
  [ "$mode" = tls ] || return 0
  PERL_ANYEVENT_MP_RC=$work/$1.rc "$bin/aemp" setcert "$work/network.pem" delsecret \
    >"$work/aemp.out" 2>&1 || fail "aemp setcert failed: $(tail -n 1 "$work/aemp.out")"
}

for mode in plain sealed tls; do
  for framing in cbor json; do
    case $mode in
      plain) options= ;;
      sealed) options='--sealed only' ;;
      tls) options="--tls only --tls-rc $work/network.rc" ;;
    esac

    # The Perl peer waits.
    # shellcheck disable=SC2086 # several options
    start_peer server data_server --family eg_data --framing "$framing" $options
    peer_listens server
    ours caller "$address"
    start caller "$bin/aemp-data-node" call
    ended caller || fail "$mode: no data connection to Perl: $(tail -n 1 "$work/caller.out")"
    grep -q "^Refused: .*function 'MyApp::unknown' is not registered\$" "$work/caller.out" ||
      fail "$mode: Perl's refusal was not told: $(cat "$work/caller.out")"
    grep -q '^60000 bytes came back$' "$work/caller.out" ||
      fail "$mode: not all came back from Perl: $(cat "$work/caller.out")"
    wait_for server.out '^Ended: ' || fail "$mode: the end was not seen in Perl."
    grep -q '^Connected: swift 7$' "$work/server.out" ||
      fail "$mode: Perl got other arguments: $(cat "$work/server.out")"
    grep -q '^Ended: 60000 bytes$' "$work/server.out" ||
      fail "$mode: it did not end in order in Perl: $(grep '^Ended' "$work/server.out")"
    stop server

    # Ours waits.
    ours server
    start_node server "$bin/aemp-data-node" serve
    # shellcheck disable=SC2086 # several options
    start_peer caller data_client --seed "$address" --family eg_data --framing "$framing" \
      --count 60000 $options
    peer_succeeds caller
    wait_for server.out '^Ended: 60000 bytes$' ||
      fail "$mode: it did not end in order: $(cat "$work/server.out")"
    grep -q '^Connected: perl 7$' "$work/server.out" ||
      fail "$mode: the function got other arguments: $(cat "$work/server.out")"
    stop server
  done
done
