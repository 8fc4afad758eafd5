#!/bin/sh
# The seeds of an old version are replaced one by one: nobody notices.
set -eu
cd "$(dirname "$0")/../../.."
. scripts/lib/aemp.sh
aemp_plan 4
aemp_network --quick --old --seeds 2
for name in a b; do aemp_start $name "${AEMP%/*}/aemp-cluster-node"; done
aemp_ok "both reach each other" aemp_said_all "a b" "up [ab]#"
for pair in "seed/1 seed/2" "seed/2 seed/1"; do
  aemp_stop "${pair% *}"
  aemp_start "${pair% *}" "$AEMP" run
  aemp_ok "the other seed has ${pair% *} again" aemp_at "${pair#* }" wait node "${pair% *}"
done
aemp_is "a and b have not noticed" "$(cat "$AEMP_HOME"/[ab].out | grep -c " down ")" 0
