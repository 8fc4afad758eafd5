#!/bin/sh
# The RPC service and its client: a reply, an error, a time-out, a port that is not there.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
configuration server
start_node server "$bin/eg_rpc_server"
configuration client "$address"

for _ in 1 2; do
  start client "$bin/eg_rpc_client"
  ended client || fail "the client did not end well: $(last_words client)"
  sort "$work/client.out" >"$work/sorted"
  printf '%s\n' '1 / 0 = division by zero' '1.5 + 2 = 3.5' 'never: no answer' \
    'nobody: no answer' | sort | cmp - "$work/sorted" ||
    fail "the client printed something else: $(cat "$work/client.out")"
done
stop server
