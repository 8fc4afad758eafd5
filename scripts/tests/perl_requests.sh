#!/bin/sh
# Our node answers the requests of a Perl peer, and survives what it does not know.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
configuration seed
start_node seed "$bin/eg_receiver"

for framing in cbor json; do
  start_peer requests requests --seed "$address" --framing "$framing"
  peer_succeeds requests
done
stop seed
