#!/bin/sh
# A node that is stopped for a moment is not given up, and what was sent meanwhile comes in order.
set -eu
cd "$(dirname "$0")/../../.."
. scripts/lib/aemp.sh
aemp_plan 4; aemp_network
for name in a b; do aemp_start $name "${AEMP%/*}/aemp-cluster-node"; done
port=$(aemp_said a " port ")
aemp_ok "both reach each other" aemp_said_all "a b" "up [ab]#"
aemp_freeze b
aemp snd "${port##* }" stream
aemp_ok "much waits for b" aemp_await a b bytes 30000
aemp_thaw b
aemp_ok "b takes it, and more" aemp_said a "streamed b#"
aemp_is "no monitor fired, no number is missing" "$(cat "$AEMP_HOME"/[ab].out | grep -c " down \| hole ")" 0
