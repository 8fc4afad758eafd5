#!/bin/sh
# Who speaks broken protocol gets one line in the log, with address, node id and reason.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
limit=10
# KIND NODE-ID REASON, each with a fresh node, so that no rate limit is in the way
while read -r kind id reason; do
  configuration seed "" '"monitor_timeout": 2'
  start_node seed "$bin/eg_receiver"
  start_peer hostile hostile "$kind" --seed "$address" --nodeid "hostile/$kind"
  peer_succeeds hostile

  [ "$id" != - ] || id=
  wait_for seed.err "\(warn \|error\) .*127\.0\.0\.1:[0-9]*.*$id.*$reason" ||
    fail "\"$kind\" is not in the log with address, node id and reason: $(last_words seed)"
  count=$(grep -c ' warn  \| error ' "$work/seed.err")
  [ "$count" = 1 ] || fail "\"$kind\" left $count lines in the log instead of one."
  stop seed
done <<END
garbled - greeting
oversized - 4096
half - time
wrong-secret hostile/wrong-secret secret
wrong-version - version
own-node-id - another node has our node id.*eg_receiver
echo - echo
no-auth hostile/no-auth time
slow-auth hostile/slow-auth time
only-cleartext hostile/only-cleartext no common authentication method
only-anonymous hostile/only-anonymous no common authentication method
replayed-handshake hostile/replayed-handshake secret
broken-json hostile/broken-json bad packet
broken-cbor hostile/broken-cbor bad packet
deep-cbor hostile/deep-cbor deep
large-cbor hostile/large-cbor large
END
