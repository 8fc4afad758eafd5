#!/bin/sh
# The scenarios: networks whose links and nodes are made trouble for, each some lines with scripts/lib/aemp.sh.
# Several run at a time. AEMP_REPEAT says how often each runs, AEMP_OLD names an older tool for those that mix versions,
# or is "build" to have one made of the history.

set -eu

cd "$(dirname "$0")/../.."
if [ "${AEMP_OLD-}" = build ]; then
  AEMP_OLD=$(scripts/old-version)
  export AEMP_OLD
elif [ -z "${AEMP_OLD-}" ]; then
  echo "skipped: another version of the tool; upgrade.sh has the same twice (AEMP_OLD=build makes an older one)"
fi
repeat=${AEMP_REPEAT:-1}
while [ "$repeat" -gt 0 ]; do
  prove -j 3 --failures --comments -e sh scripts/tests/scenarios/*.sh
  repeat=$((repeat - 1))
done
