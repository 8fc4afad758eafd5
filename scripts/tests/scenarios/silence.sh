#!/bin/sh
# A link falls silent without an end that closes it: both ends find it out by the heartbeat.
set -eu
cd "$(dirname "$0")/../../.."
. scripts/lib/aemp.sh
aemp_plan 3
aemp_network --quick
for name in a b; do aemp_start $name "${AEMP%/*}/aemp-cluster-node"; done
aemp_ok "both reach each other" aemp_said_all "a b" "up [ab]#"
aemp_silence a b
aemp_ok "both monitors fire" aemp_said_all "a b" "down [ab]#.*no sign of life"
aemp_heal a b
aemp_ok "both reach each other again" aemp_said_all "a b" "up [ab]#"
