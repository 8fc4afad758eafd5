#!/bin/sh
# "aemp run" keeps a node running: after a crash, when it is told to restart, and
# only as long as its supervisor runs.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin

# ready COUNT
# Waits for the COUNTth line that says the node is ready; sets $address, and
# $worker to the process that is the node.
ready() {
  wait_for node.out '^test/node	127\.0\.0\.1:[0-9]*$' "$1" ||
    fail "the node did not get ready for the $1. time: $(last_words node)"
  address=$(printf '%s\n' "$lines" | sed -n '$s/.*	//p')
  supervisor=$(cat "$work/supervisor")
  worker=$(pgrep -P "$supervisor") || fail "the supervisor has no worker."
}

# works
# Another process finds the node where it says that it is.
works() {
  secret | AE_MP_RC=$work/tool.rc "$bin/aemp" setsecret - setseeds "$address" ||
    fail "the tool cannot be configured."
  AE_MP_RC=$work/tool.rc "$bin/aemp" ping test/node --count 1 --timeout "$limit" \
    >"$work/ping.out" 2>&1 || fail "the node does not answer: $(cat "$work/ping.out")"
}

# gone PID
gone() {
  timeout "$limit" tail --pid="$1" -s 0.1 -f /dev/null || fail "process $1 still runs."
}

run_node() {
  # Its own process is the one whose id is known here.
  # shellcheck disable=SC2016
  start node sh -c 'exec "$0" run --pid-file "$1" --ready-fd 3 nodeid test/node 3>"$2"' \
    "$bin/aemp" "$work/supervisor" "$work/ready"
}

configuration node
run_node
ready 1
[ "$(cat "$work/supervisor")" = "$(cat "$work/node.pid")" ] ||
  fail "the pid file holds $(cat "$work/supervisor") instead of $(cat "$work/node.pid")."
[ "$(cat "$work/ready")" = "test/node	$address" ] ||
  fail "the ready descriptor got \"$(cat "$work/ready")\"."
works

# A crash
first=$worker
kill -KILL "$worker"
ready 2
[ "$worker" != "$first" ] || fail "the worker is the one that was killed."
works
[ "$(grep -c " warn .* node process $first was killed by signal 9 " "$work/node.err")" = 1 ] ||
  fail "there is not one line about the crash: $(cat "$work/node.err")"

# Restarted from outside, at once and without a word
second=$worker
AE_MP_RC=$work/tool.rc "$bin/aemp" restart test/node >"$work/restart.out" 2>&1 ||
  fail "aemp restart failed: $(cat "$work/restart.out")"
ready 3
[ "$worker" != "$second" ] || fail "the worker is the one that was to be restarted."
works
[ "$(wc -l <"$work/node.err")" = 1 ] || fail "the restart was logged: $(cat "$work/node.err")"

# Without its supervisor it ends; the file that was left is no obstacle
kill -KILL "$supervisor"
ended node && fail "the supervisor ended well when it was killed."
gone "$worker"
[ -e "$work/supervisor" ] || fail "the pid file is gone though nobody could remove it."
run_node
ready 1
works

# A signal ends both
kill -TERM "$supervisor"
ended node || fail "the supervisor ended with $? at TERM: $(last_words node)"
gone "$worker"
[ ! -e "$work/supervisor" ] || fail "the pid file was not removed."
[ ! -s "$work/node.err" ] || fail "the node complained: $(last_words node)"
