#!/bin/sh
# A node is killed while its link is cut: whoever comes in its place is found when it is healed.
set -eu
cd "$(dirname "$0")/../../.."
. scripts/lib/aemp.sh
aemp_plan 4; aemp_network --quick
for name in a b; do aemp_start $name "${AEMP%/*}/aemp-cluster-node"; done
aemp_ok "both reach each other" aemp_said_all "a b" "up [ab]#"
aemp_cut a b; aemp_kill b
aemp_ok "the seed misses b" aemp_wait node b --count 0
aemp_start b "${AEMP%/*}/aemp-cluster-node"
port=$(aemp_said b " port ")
aemp_ok "a hears of the new port" aemp_said a "family cluster .*${port##*#}"
aemp_heal a b
aemp_ok "a reaches it" aemp_said a "up ${port##* }"
