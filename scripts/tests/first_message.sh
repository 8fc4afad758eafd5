#!/bin/sh
# The first program of the tutorial passes its message.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
start first "$bin/eg_first_message"
ended first || fail "it ended with an error: $(last_words first)"
[ "$(cat "$work/first.out")" = "Ending with: 123" ] ||
  fail "it printed \"$(cat "$work/first.out")\" instead of \"Ending with: 123\"."

# Traced, a local message is shown as sent and as received.
AE_MP_TRACE=1 "$bin/eg_first_message" >"$work/traced.out" 2>"$work/traced.err" ||
  fail "it ended with an error when traced."
for side in 'SND  <-' 'RCV  ->'; do
  [ "$(grep -c "^$side \[\"[^\"]*\",\"test\",123\]\$" "$work/traced.err")" = 1 ] ||
    fail "the trace shows no line \"$side\": $(cat "$work/traced.err")"
done
