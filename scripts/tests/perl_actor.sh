#!/bin/sh
# A distributed actor of ours and a port in Perl that serves as one call each other.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
for framing in cbor json; do
  configuration actor
  start_node actor "$bin/aemp-actor-peer"
  start_peer perl actor --seed "$address" --framing "$framing"
  peer_succeeds perl
  wait_for actor.out '^the other one has ended$' ||
    fail "our actor did not call the one in Perl in $framing: $(cat "$work/actor.out" "$work/actor.err")"
  printf '%s\n' 'Good day, Jane' 'refused 7' 'itself: true' 'the call was refused: I cannot note()' noted \
    'the other one has ended' | sort >"$work/wanted"
  sort "$work/actor.out" | cmp - "$work/wanted" || fail "it printed something else: $(cat "$work/actor.out")"
  grep -q '^Greeted: Jane$' "$work/perl.out" || fail "the port in Perl was not called."
  stop actor
done
