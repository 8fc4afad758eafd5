#!/bin/sh
# The tutorial's receiver and sender, both ours, in both framings.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
for framing in cbor json; do
  configuration receiver "" "\"framing_format\": [\"$framing\"]"
  start_node receiver "$bin/eg_receiver"
  configuration sender "$address" "\"framing_format\": [\"$framing\"]"
  start sender "$bin/eg_sender"

  wait_for receiver.out '^Received data: ' ||
    fail "no message arrived in $framing (sender: $(last_words sender))."
  stop sender
  stop receiver
done
