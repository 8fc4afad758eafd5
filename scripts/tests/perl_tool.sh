#!/bin/sh
# Our tool works against Perl nodes, and what Perl's tool does works against ours.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

aemp() {
  PERL_ANYEVENT_MP_RC=$work/tool.rc "$bin/aemp" "$@"
}

# is WHAT EXPECTED ACTUAL
is() {
  [ "$2" = "$3" ] || fail "$1: \"$3\" instead of \"$2\"."
}

begin
configuration tool
start_peer seed global --nodeid perl/seed
peer_listens seed
aemp addseed "$address" || fail "addseed failed."
start_peer echo receiver --nodeid perl/receiver --seed "$address"

aemp wait --timeout "$limit" node perl/receiver || fail "the Perl node is not found."
aemp wait --timeout "$limit" family eg_receivers || fail "its port is not found."
port=$(aemp get eg_receivers)
aemp snd "$port" test 42 || fail "snd failed."
wait_for echo.out '^Received data: 42' || fail "the message did not arrive."
is "cal" "got 43" "$(aemp cal "$port" test 43)"
aemp cal --json "perl/seed" time | grep -q '^{"reply":\[[0-9.]*\]}$' || fail "cal time failed."
is "eval" perl/receiver "$(aemp eval perl/seed AnyEvent::MP::Kernel::up_nodes | grep perl/)"
aemp trace perl/seed | grep -q perl/receiver || fail "trace does not show the second node."
aemp ping perl/receiver >/dev/null || fail "ping failed."
status=0
aemp snd "perl/receiver#none" x 2>/dev/null || status=$?
is "a port that is not there" 4 "$status"

aemp mon "$port" >"$work/mon.out" &
watcher=$!
tries=0
until [ "$(aemp eval perl/receiver AnyEvent::MP::Kernel::up_nodes | grep -c anon/)" = 2 ]; do
  tries=$((tries + 1))
  [ "$tries" -le 1000 ] || fail "mon does not connect."
done
stop echo
status=0
wait "$watcher" || status=$?
is "mon" 7 "$status"
grep -q '^killed: transport_error perl/receiver ' "$work/mon.out" || fail "mon said: $(cat "$work/mon.out")"

aemp restart perl/seed || fail "restart failed."
peer_succeeds seed

# The other way round.
configuration node
start_node node "$bin/aemp" run nodeid ours/1
start_peer tool tool --seed "$address"
peer_succeeds tool
wait_for node.out '^ours/1' 2 || fail "our node was not started again: $(last_words node)"
stop node
