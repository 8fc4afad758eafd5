#!/bin/sh
# The tutorial's chat: clients talk through a server, in both variants, and each side
# may be one of ours or one that knows only what the tutorial says.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin

# start_client NAME PROGRAM
# Starts a chat client whose input is what is written to $work/NAME.in; it must not
# hold those of others open.
start_client() {
  mkfifo "$work/$1.in"
  # shellcheck disable=SC2016 # the inner shell expands these
  start "$1" sh -c 'exec "$1" "$2" <"$3" 8>&- 9>&-' sh "$bin/$2" "$1" "$work/$1.in"
}

# start_perl_client NAME SCENARIO
# The same for a client in Perl, which shows what it hears behind "Heard: ".
start_perl_client() {
  mkfifo "$work/$1.in"
  # shellcheck disable=SC2016
  start "$1" sh -c 'exec perl Tests/PerlPeer/peer.pl "$1" --nick "$2" --rc "$3" --seed "$4" <"$5" 8>&- 9>&-' \
    sh "$2" "$1" "$network_rc" "$address" "$work/$1.in"
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

  # Nobody is told of what is meant to die.
  if grep -q 'unmonitored' "$work/server.err"; then
    fail "the server has logged: $(grep unmonitored "$work/server.err")"
  fi

  # A client in Perl on a server of ours, beside one of ours.
  configuration server
  start_node server "$bin/eg_${variant}_server"
  start_perl_client carla "$variant"
  exec 8>"$work/carla.in"
  says carla 'Heard: carla (joins)'
  configuration alice "$address"
  start_client alice "eg_${variant}_client"
  exec 9>"$work/alice.in"
  says carla 'Heard: alice (joins)'
  printf 'grüß dich\n' >&8
  says alice 'carla: grüß dich'
  printf 'good bye, Carla\n' >&9
  says carla 'Heard: alice: good bye, Carla'
  exec 8>&-
  peer_succeeds carla
  says alice 'carla (quits)'
  # What is said last is not lost.
  printf 'nobody here\n' >&9
  exec 9>&-
  ended alice || fail "alice did not end well: $(last_words alice)"
  wait_for server.out '^alice: nobody here$' || fail "what was said last is lost."
  wait_for server.out '^alice (quits)$' || fail "the server did not miss alice."
  if grep -q 'unmonitored' "$work/server.err"; then
    fail "the server has logged: $(grep unmonitored "$work/server.err")"
  fi
  stop server
  rm "$work/alice.in" "$work/carla.in"

  # Clients of ours, and one in Perl, on a server in Perl.
  start_peer server "${variant}_server"
  peer_listens server
  configuration alice "$address"
  start_client alice "eg_${variant}_client"
  exec 8>"$work/alice.in"
  says alice 'alice (joins)'
  start_perl_client carla "$variant"
  exec 9>"$work/carla.in"
  says alice 'carla (joins)'
  printf 'hello\n' >&8
  says carla 'Heard: alice: hello'
  printf 'hello, too\n' >&9
  says alice 'carla: hello, too'
  exec 9>&-
  peer_succeeds carla
  says alice 'carla (quits)'
  stop server
  says alice 'The server is gone.'
  ended alice || fail "alice did not end well: $(last_words alice)"
  exec 8>&-
  rm "$work/alice.in" "$work/carla.in"
done
