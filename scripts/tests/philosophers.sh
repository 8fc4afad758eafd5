#!/bin/sh
# The dining philosophers, as distributed actors: in one process, and as five, which differ by ten lines at most.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
lines=$(diff Examples/eg_philosophers/main.swift Examples/eg_philosophers_cluster/main.swift | grep -c '^>') || true
[ "$lines" -le 10 ] || fail "the two programs differ by $lines lines."

for _ in 1 2; do
  start alone "$bin/eg_philosophers"
  ended alone || fail "the dinner in one process did not end well: $(last_words alone)"
  for seat in 0 1 2 3 4; do
    grep -qx "philosopher $seat has eaten 3 times" "$work/alone.out" ||
      fail "philosopher $seat stayed hungry: $(cat "$work/alone.out")"
  done
done

configuration seat0
start_node seat0 "$bin/eg_philosophers_cluster" 0
for seat in 1 2 3 4; do
  configuration "seat$seat" "$address"
  start "seat$seat" "$bin/eg_philosophers_cluster" "$seat"
done
for seat in 0 1 2 3 4; do
  wait_for "seat$seat.out" "^philosopher $seat has eaten 3 times\$" ||
    fail "philosopher $seat stayed hungry: $(last_words "seat$seat")"
done
for seat in 0 1 2 3 4; do stop "seat$seat"; done
