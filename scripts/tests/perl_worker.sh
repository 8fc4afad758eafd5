#!/bin/sh
# Our pool supervises workers on the node of a Perl peer.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
for framing in cbor json; do
  configuration pool
  start_node pool "$bin/eg_pool" 20
  start_peer worker worker --seed "$address" --framing "$framing"

  wait_for pool.out '^The sum of the squares up to 20 is 2870$' ||
    fail "the work was not finished in $framing: $(last_words pool)"
  grep -q '^Job 14 again: 14 is too much for me$' "$work/pool.out" ||
    fail "the pool was not told why a worker died: $(cat "$work/pool.out")"
  ended pool || fail "the pool did not end well: $(last_words pool)"

  # Two workers died of their jobs; those in their places are killed without a reason.
  wait_for worker.out '^Killed: [^ ]* $' || fail "no worker was dismissed: $(cat "$work/worker.out")"
  stop worker
done
