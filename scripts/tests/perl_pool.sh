#!/bin/sh
# A Perl peer spawns workers on our node, monitors them, sends to them and kills them.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
configuration seed
start_node seed "$bin/aemp" run
configuration worker "$address"
start worker "$bin/eg_worker"

for framing in cbor json; do
  start_peer pool pool --seed "$address" --framing "$framing"
  peer_succeeds pool
done
stop worker
stop seed
