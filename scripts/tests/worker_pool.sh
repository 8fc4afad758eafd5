#!/bin/sh
# The supervised pool finishes its work though workers die, and a whole node of them.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
configuration pool
start_node pool "$bin/eg_pool" 200

configuration worker1 "$address"
start worker1 "$bin/eg_worker"
wait_for pool.out '^Job 7 again: 7 is too much for me$' ||
  fail "a job of a worker that died was not given back: $(last_words pool)"

configuration worker2 "$address"
start worker2 "$bin/eg_worker"
kill -KILL "$(cat "$work/worker1.pid")"
stop worker1

wait_for pool.out '^The sum of the squares up to 200 is 2686700$' ||
  fail "the work was not finished: $(last_words pool)"
ended pool || fail "the pool did not end well: $(last_words pool)"
stop worker2
