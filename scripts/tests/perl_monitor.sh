#!/bin/sh
# A Perl peer monitors and kills the port of our receiver.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
for framing in cbor json; do
  configuration receiver
  start_node receiver "$bin/eg_receiver"
  start_peer monitor monitor --seed "$address" --framing "$framing" --kill because
  peer_succeeds monitor
  stop receiver
done

# And is told of the loss of the connection.
configuration receiver
start_node receiver "$bin/eg_receiver"
start_peer monitor monitor --seed "$address"
wait_for monitor.out '^Fired: .*no_such_port' ||
  fail "the monitor was not set: $(last_words monitor)"
stop receiver
peer_succeeds monitor
grep -q '^Fired: .*transport_error' "$work/monitor.out" ||
  fail "the monitor did not fire with transport_error: $(grep '^Fired' "$work/monitor.out")"
