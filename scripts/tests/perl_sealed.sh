#!/bin/sh
# A node of ours that accepts nothing but encryption talks with a Perl peer that
# has its own implementation of it, whoever dials; one that has none is refused
# with a sentence, and a node that does not insist talks with both.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
new=chacha20poly1305_x25519 old=secretbox_x25519
strict='"auth_accept": ["chacha20poly1305_x25519", "secretbox_x25519"]'

# The Perl peer dials.
configuration receiver '' "$strict"
start_node receiver "$bin/eg_receiver"
for framing in cbor json; do
  start_peer sender sender --seed "$address" --framing "$framing" --sealed only --count 3 --verbose
  peer_succeeds sender
  grep -q "is sealed by $new" "$work/sender.err" || fail "the connection was not sealed by $new."
done

# One that knows a single cipher gets that.
for method in $new $old; do
  start_peer sender sender --seed "$address" --sealed "$method" --count 3 --verbose
  peer_succeeds sender
  grep -q "is sealed by $method" "$work/sender.err" || fail "the connection was not sealed by $method."
done
wait_for receiver.out '^Received data: ' 12 ||
  fail "not all messages arrived: $(grep -c '^Received data: ' "$work/receiver.out") of 12."

# One that cannot encrypt is refused.
start_peer plain ping --seed "$address"
wait_for receiver.err 'would not be encrypted.*auth_accept' ||
  fail "there is no sentence about the peer that does not encrypt: $(last_words receiver)"
stop plain
stop receiver

# A node that does not insist encrypts with those who can.
configuration open
start_node open "$bin/eg_receiver"
for sealed in yes only; do
  start_peer requests requests --seed "$address" --sealed "$sealed" --verbose
  peer_succeeds requests
  grep -q 'is sealed' "$work/requests.err" || fail "the connection to the open node was not sealed."
done
start_peer requests requests --seed "$address" --verbose
peer_succeeds requests
if grep -q 'is sealed' "$work/requests.err"; then fail "a plain peer was sealed."; fi
stop open

# Our node dials.
for mode in only yes $old; do
  start_peer global receiver --sealed "$mode" --verbose
  peer_listens global
  configuration sender "$address" "$strict"
  start sender "$bin/eg_sender"
  wait_for global.out '^Received data: ' ||
    fail "no message arrived (sender: $(last_words sender))."
  method=$new
  [ "$mode" != $old ] || method=$old
  grep -q "is sealed by $method" "$work/global.err" || fail "what we dialled was not sealed by $method."
  stop sender
  stop global
done

# While the network changes its secret, the old one is still good.
configuration both '' "\"secrets\": [\"a new secret of the network\", \"$(secret)\"]"
PERL_ANYEVENT_MP_RC=$work/both.rc "$bin/aemp" delsecret
start_node both "$bin/eg_receiver"
for sealed in no yes; do
  option=
  [ "$sealed" = no ] || option='--sealed only'
  # shellcheck disable=SC2086 # no word or two
  start_peer requests requests --seed "$address" $option
  peer_succeeds requests
done
stop both
