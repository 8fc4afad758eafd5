#!/bin/sh
# A node behind a slow line is not taken for dead while much is queued for it; one that is stopped, or
# whose line is frozen, is found in time.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
milliseconds() { perl -MTime::HiRes=time -e 'printf "%d\n", time * 1000'; }

# proxy NAME ADDRESS [RATE]
# Sets $address to where a proxy listens that passes on what the node at ADDRESS gets and says.
proxy() {
  name=$1
  shift
  start "$name" perl Tests/PerlPeer/proxy.pl "$@"
  wait_for "$name.out" '^Listening on: ' || fail "the proxy did not start: $(last_words "$name")"
  address=${lines#Listening on: }
}

# slow NAME MEMBERS
# Sends a node with these settings more than its line takes in several time-outs.
slow() {
  configuration "$1" "" "$2"
  start_node "$1" "$bin/eg_receiver"
  proxy "proxy-$1" "$address" 131072
  wait_for "$1.err" 'node [^ ]* starting up' || fail "the node has no name"
  id=$(printf '%s\n' "$lines" | sed 's/.*node \([^ ]*\) starting up.*/\1/')
  configuration "tool-$1" "" \
    "\"seeds\": [\"$address\"], \"heartbeat\": 0.7, \"heartbeat_timeout\": 2"

  began=$(milliseconds)
  text=$(head -c 100000 /dev/zero | tr '\0' x)
  set -- "$1" "$text" "$text" "$text" "$text" "$text" "$text" "$text" "$text"
  name=$1
  shift
  PERL_ANYEVENT_MP_RC=$work/tool-$name.rc "$bin/aemp" snd "$id" devnull --timeout 60 "$@" \
    >"$work/snd.out" 2>&1 || fail "$name: 800 kB did not arrive: $(tail -n 1 "$work/snd.out")"
  took=$(($(milliseconds) - began))
  say "$name: 800 kB over a slow line in $took ms"
  [ "$took" -gt 4500 ] || fail "the line is not slow: $took ms"
  stop "proxy-$name"
  stop "$name"
}

slow talker '"heartbeat": 0.7, "heartbeat_timeout": 2'
# It says nothing by itself, but it answers.
slow listener '"heartbeat": 0'

# found NAME LEAST MOST
# The watcher loses the node named NAME after so many milliseconds.
found() {
  began=$(milliseconds)
  wait_for watcher.err "$1 is down" || fail "$1 is not missed"
  took=$(($(milliseconds) - began))
  printf '%s\n' "$lines" | grep -q 'no sign of life' || fail "$1 is down for another reason: $lines"
  say "$1 is missed after $took ms"
  [ "$took" -gt "$2" ] && [ "$took" -lt "$3" ] || fail "$1 is missed after $took ms"
}

settings='"heartbeat": 1, "heartbeat_timeout": 3'
configuration watcher "" "$settings"
start_node watcher "$bin/eg_receiver"
seed=$address
proxy proxy "$seed"
configuration stopped "$seed" "$settings"
configuration frozen "$address" "$settings"
for name in stopped frozen; do
  start "$name" "$bin/aemp" run nodeid "$name"
  wait_for watcher.err "$name is up" || fail "$name does not come: $(last_words "$name")"
done

# The worker is the process that has the connection, not its supervisor.
worker=$(pgrep -P "$(cat "$work/stopped.pid")")
kill -STOP "$worker"
# Time-out and tick, and as much as a busy machine may need.
found stopped 1900 4500
kill -CONT "$worker"
kill -USR1 "$(cat "$work/proxy.pid")"
found frozen 1900 4500
