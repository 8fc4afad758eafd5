#!/bin/sh
# A network with two seeds falls apart into halves, of which each sees itself alone, and becomes one again.
set -eu
cd "$(dirname "$0")/../../.."
. scripts/lib/aemp.sh
aemp_plan 4
aemp_network --quick --seeds 2
for name in a b; do aemp_start $name "${AEMP%/*}/aemp-cluster-node"; done
aemp_ok "both reach each other" aemp_said_all "a b" "up [ab]#"
aemp_partition "seed/1 a" "seed/2 b"
aemp_ok "each half sees itself alone" aemp_said_all "a b" "family cluster [ab]#[^,]*$"
aemp_heal
aemp_ok "the database is one again" aemp_said_all "a b" "family cluster a#.*,b#"
aemp_ok "both reach each other again" aemp_said_all "a b" "up [ab]#"
