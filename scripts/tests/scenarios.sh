#!/bin/sh
# The scenarios: networks whose links and nodes are made trouble for, each some lines with scripts/lib/aemp.sh.
# Several run at a time. AEMP_REPEAT says how often each runs.

set -eu

cd "$(dirname "$0")/../.."
repeat=${AEMP_REPEAT:-1}
while [ "$repeat" -gt 0 ]; do
  prove -j 3 --failures --comments -e sh scripts/tests/scenarios/*.sh
  repeat=$((repeat - 1))
done
