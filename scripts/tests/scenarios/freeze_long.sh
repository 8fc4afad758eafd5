#!/bin/sh
# A node that is stopped for longer than the heartbeat allows is given up, and comes back.
set -eu
cd "$(dirname "$0")/../../.."
. scripts/lib/aemp.sh
aemp_plan 4
aemp_network --quick
for name in a b; do aemp_start $name "${AEMP%/*}/aemp-cluster-node"; done
aemp_ok "both reach each other" aemp_said_all "a b" "up [ab]#"
aemp_freeze b
aemp_ok "a gives b up" aemp_said a "down b#.*no sign of life"
aemp_ok "the seed, too" aemp_wait node b --count 0
aemp_thaw b
aemp_ok "both reach each other again" aemp_said_all "a b" "up [ab]#"
