#!/bin/sh
# Two Perl peers that know only our node find each other through it.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
configuration seed
start_node seed "$bin/aemp" run

for framing in cbor json; do
  start_peer receiver receiver --seed "$address" --framing "$framing" --count 5
  peer_listens receiver
  start_peer sender sender --seed "$address" --count 5
  peer_succeeds sender
  peer_succeeds receiver
done
stop seed
