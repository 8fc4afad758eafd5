#!/bin/sh
# A link on which everything takes long is a link all the same.
set -eu
cd "$(dirname "$0")/../../.."
. scripts/lib/aemp.sh
aemp_plan 3
aemp_network --quick
for name in a b; do aemp_start $name "${AEMP%/*}/aemp-cluster-node"; done
one=$(aemp_said a " port ") other=$(aemp_said b " port ")
aemp_ok "both reach each other" aemp_said_all "a b" "up [ab]#"
aemp_delay a b 200
aemp_ok "a round trip takes twice the delay" test "$(aemp cal "${one##* }" rtt "${other##* }")" -ge 400
aemp_is "no monitor fired" "$(cat "$AEMP_HOME"/[ab].out | grep -c " down ")" 0
