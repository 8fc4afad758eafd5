#!/bin/sh
# Half a megabyte of entries comes over a slow link, and nobody takes the node behind it for dead.
set -eu
cd "$(dirname "$0")/../../.."
. scripts/lib/aemp.sh
aemp_plan 3
aemp_network --quick
for name in a b; do aemp_start $name "${AEMP%/*}/aemp-cluster-node"; done
port=$(aemp_said a " port ")
aemp_ok "b reaches a" aemp_said b "up a#"
aemp_slow seed a 150000
aemp snd "${port##* }" fill big 100 5000
aemp_ok "all entries are there" aemp_wait family big --count 100
aemp_is "nobody was given up" "$(grep -c " down " "$AEMP_HOME/a.out" "$AEMP_HOME/b.out")" \
  "$(printf '%s:0\n' "$AEMP_HOME/a.out" "$AEMP_HOME/b.out")"
