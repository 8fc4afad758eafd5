#!/bin/sh
# A network of nodes with certificates has its links cut and healed.
set -eu
cd "$(dirname "$0")/../../.."
. scripts/lib/aemp.sh
aemp_plan 4
aemp_network --quick --tls
for name in a b; do aemp_start $name "${AEMP%/*}/aemp-cluster-node"; done
aemp_ok "both reach each other" aemp_said_all "a b" "up [ab]#"
aemp_is "all three connections are encrypted by TLS" "$(aemp trace --json a | grep -c '"cipher":"TLSv1')" 3
aemp_partition "seed a" "b"
aemp_ok "all monitors fire" aemp_said_all "a b" "down [ab]#"
aemp_heal
aemp_ok "both reach each other again" aemp_said_all "a b" "up [ab]#"
