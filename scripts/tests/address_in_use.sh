#!/bin/sh
# A bind address in use is an error that says which.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
configuration first
start_node first "$bin/eg_receiver"

configuration second
sed "s/127\.0\.0\.1:\*/$address/" "$work/second.rc" >"$work/changed"
mv "$work/changed" "$work/second.rc"
start second "$bin/eg_receiver"
if ended second; then
  fail "a node that can't listen started all the same."
fi
grep -q "$address" "$work/second.err" ||
  fail "the error does not say that $address is in use: $(last_words second)"
