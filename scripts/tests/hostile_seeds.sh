#!/bin/sh
# Our node dials seeds that speak broken protocol, hangs up on each, and serves the others.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
limit=20
configuration seed
kinds=$(perl Tests/PerlPeer/peer.pl --help | sed -n 's/.*Kinds: //p')
kinds=$(printf '%s\n' "$kinds" | sed 's/second-connection//')
seeds=
for kind in $kinds; do
  start_peer "$kind" hostile "$kind" --nodeid "hostile/$kind"
done
for kind in $kinds; do
  peer_listens "$kind"
  seeds=${seeds:+$seeds\", \"}$address
done

configuration node "$seeds" '"monitor_timeout": 4'
start_node node "$bin/eg_receiver"

left=
for kind in $kinds; do
  ended "$kind" || left="$left
$(last_words "$kind")"
done
[ -z "$left" ] || fail "some were not hung up on:$left"

start_peer good ping --seed "$address" --count 10
peer_succeeds good
stop node
