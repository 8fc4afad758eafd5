#!/bin/sh
# The seed dies: nodes that are connected stay so; it comes back, and the database is whole again.
set -eu
cd "$(dirname "$0")/../../.."
. scripts/lib/aemp.sh
aemp_plan 5; aemp_network --quick
for name in a b; do aemp_start $name "${AEMP%/*}/aemp-cluster-node"; done
aemp_ok "both reach each other" aemp_said_all "a b" "up [ab]#"
aemp_kill seed
aemp_ok "the link of the seed is gone" aemp_await seed a connections 0
aemp_start seed "$AEMP" run
aemp_ok "the database is whole" aemp_wait family cluster --count 2
aemp_start c "${AEMP%/*}/aemp-cluster-node"
aemp_ok "a third node finds both" aemp_said_all "a b" "up c#"
aemp_is "a and b have not noticed" "$(cat "$AEMP_HOME"/[ab].out | grep -c " down ")" 0
