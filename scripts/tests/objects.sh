#!/bin/sh
# A service and its client by the object API, two nodes in one process.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
for _ in 1 2; do
  start objects "$bin/eg_objects"
  ended objects || fail "the program did not end well: $(last_words objects)"
  sort "$work/objects.out" >"$work/sorted"
  printf '%s\n' 'a counter that starts at 40' 'ended: ["done"]' 'it counts 42' 'no counter' |
    sort | cmp - "$work/sorted" ||
    fail "the program printed something else: $(cat "$work/objects.out")"
done
