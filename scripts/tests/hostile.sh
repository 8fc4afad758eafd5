#!/bin/sh
# Our node hangs up on whoever speaks broken protocol, and serves the others meanwhile.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
# A short time limit for the handshake, so that those who are slow are met too.
configuration seed "" '"monitor_timeout": 4'
start_node seed "$bin/eg_receiver"

# A good peer sends messages through the node all the while; it ends with its input.
mkfifo "$work/stdin"
perl Tests/PerlPeer/peer.pl ping --seed "$address" --rc "$network_rc" --limit 10 \
  <"$work/stdin" >"$work/good.out" 2>"$work/good.err" &
echo $! >"$work/good.pid"
exec 3>"$work/stdin"
wait_for good.out '^Answered: 1' ||
  fail "the good peer is not answered: $(last_words good)"

# All kinds at once, each with an id of its own.
limit=20
kinds=$(perl Tests/PerlPeer/peer.pl --help | sed -n 's/.*Kinds: //p')
for kind in $kinds; do
  start_peer "$kind" hostile "$kind" --seed "$address" --nodeid "hostile/$kind"
done
left=
for kind in $kinds; do
  ended "$kind" || left="$left
$(last_words "$kind")"
done
[ -z "$left" ] || fail "some were not hung up on:$left"

# None of them has got anything to guess the secret with.
grep -l '^Their authentication line' "$work"/*.out >"$work/told" || true
[ ! -s "$work/told" ] || fail "these got an authentication line: $(cat "$work/told")"

# Nothing of it may have disturbed the good peer.
exec 3>&-
ended good || fail "the good peer was disturbed: $(last_words good)"
stop seed
