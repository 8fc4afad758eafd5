#!/bin/sh
# Our sender finds a receiver written in Perl and sends to it, in both framings.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
configuration sender
for framing in cbor json; do
  # The Perl peer is the seed and the global node of this network.
  start_peer receiver receiver --framing "$framing"
  peer_listens receiver
  configuration sender "$address"
  start sender "$bin/eg_sender"

  wait_for receiver.out '^Received data: ' ||
    fail "no message arrived in $framing (sender: $(last_words sender))."
  stop sender
  stop receiver
done
