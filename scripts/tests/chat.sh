#!/bin/sh
# The tutorial's chat: two clients talk through a server, in both variants.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin

# start_client NAME PROGRAM
# Starts a chat client whose input is what is written to $work/NAME.in.
start_client() {
  mkfifo "$work/$1.in"
  # shellcheck disable=SC2016 # the inner shell expands these
  start "$1" sh -c 'exec "$1" "$2" <"$3"' sh "$bin/$2" "$1" "$work/$1.in"
}

# says NAME LINE
# A client has shown a line.
says() {
  wait_for "$1.out" "^$2\$" || fail "$1 was not shown: $2 ($(last_words "$1"))"
}

for variant in chat chat_bridge; do
  configuration server
  start_node server "$bin/eg_${variant}_server"

  configuration alice "$address"
  start_client alice "eg_${variant}_client"
  exec 8>"$work/alice.in"
  says alice 'alice (joins)'

  configuration bob "$address"
  start_client bob "eg_${variant}_client"
  exec 9>"$work/bob.in"
  says alice 'bob (joins)'

  printf 'hello, Bob\nhow are you?\n' >&8
  says bob 'alice: hello, Bob'
  says bob 'alice: how are you?'
  printf 'grüß dich\n' >&9
  says alice 'bob: grüß dich'

  # The end of the input ends the client, and everyone is told.
  exec 9>&-
  ended bob || fail "bob did not end well: $(last_words bob)"
  says alice 'bob (quits)'

  # A client that is killed is missed, too.
  rm "$work/bob.in"
  start_client bob "eg_${variant}_client"
  exec 9>"$work/bob.in"
  says bob 'bob (joins)'
  kill -KILL "$(cat "$work/bob.pid")"
  wait_for alice.out '^bob (quits)$' 2 || fail "alice was not told that bob is gone."
  exec 9>&-
  stop bob

  # The clients notice the end of the server.
  stop server
  says alice 'The server is gone.'
  ended alice || fail "alice did not end well: $(last_words alice)"
  exec 8>&-
  rm "$work/alice.in" "$work/bob.in"
done
