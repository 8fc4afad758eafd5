#!/bin/sh
# Of several seeds one dies for good: the others do.
set -eu
cd "$(dirname "$0")/../../.."
. scripts/lib/aemp.sh
aemp_plan 4
aemp_network --quick --seeds 3
for name in a b; do aemp_start $name "${AEMP%/*}/aemp-cluster-node"; done
aemp_ok "both reach each other" aemp_said_all "a b" "up [ab]#"
aemp_kill seed/1
aemp_ok "the database is whole" aemp_at seed/3 wait family cluster --count 2
aemp_ok "the dead seed has left it" aemp_at seed/2 wait node seed/1 --count 0
aemp_start c "${AEMP%/*}/aemp-cluster-node"
aemp_ok "a third node finds both" aemp_said_all "a b" "up c#"
