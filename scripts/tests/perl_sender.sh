#!/bin/sh
# A sender written in Perl finds our receiver and sends to it, in both framings.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
configuration receiver
start_node receiver "$bin/eg_receiver"

for framing in cbor json cbor,json; do
  start_peer sender sender --seed "$address" --framing "$framing" --count 3
  peer_succeeds sender
done

wait_for receiver.out '^Received data: ' 9 ||
  fail "not all messages arrived: $(grep -c '^Received data: ' "$work/receiver.out") of 9."
[ "$lines" = "$(for _ in 1 2 3; do printf 'Received data: %s\n' 1 2 3; done)" ] ||
  fail "the messages arrived in another order: $lines"
stop receiver
