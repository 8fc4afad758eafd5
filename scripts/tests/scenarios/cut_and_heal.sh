#!/bin/sh
# A link is cut: the monitors at both ends fire, the database stays whole; it is healed: both reach each other again.
set -eu
cd "$(dirname "$0")/../../.."
. scripts/lib/aemp.sh
aemp_plan 5
aemp_network --quick
for name in a b; do aemp_start $name "${AEMP%/*}/aemp-cluster-node"; done
aemp_ok "both reach each other" aemp_said_all "a b" "up [ab]#"
aemp_cut a b
aemp_ok "both monitors fire" aemp_said_all "a b" "down [ab]#"
aemp_ok "the database has both" aemp_wait family cluster --count 2
aemp_is "nothing is connected" "$(aemp_await a b connections 0 && aemp_links | grep -c 'cut$')" 1
aemp_heal a b
aemp_ok "both reach each other again" aemp_said_all "a b" "up [ab]#"
