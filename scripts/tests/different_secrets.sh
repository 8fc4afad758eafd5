#!/bin/sh
# Two nodes with different secrets: the dialling one says what to compare.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
configuration receiver
start_node receiver "$bin/eg_receiver"

configuration sender "$address"
echo "another secret" | PERL_ANYEVENT_MP_RC=$work/sender.rc "$bin/aemp" setsecret - ||
  fail "aemp setsecret failed."
start sender "$bin/eg_sender"
wait_for sender.err 'error .*secret.*configuration file of both hosts' ||
  fail "the sender does not say what to compare: $(last_words sender)"
case $lines in
  *"$address"*) ;;
  *) fail "the sender does not say with whom: $lines" ;;
esac
