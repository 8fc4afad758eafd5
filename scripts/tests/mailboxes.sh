#!/bin/sh
# The programs that wait for messages with await: a file server in steps, a chat room, and a supervised pool, which work
# with the members and workers of the programs that are written with callbacks.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin

# --- A file server: what comes in between waits.

start files "$bin/eg_file_server"
ended files || fail "the file server did not end well: $(last_words files)"
printf '%s\n' 'server: haiku' 'server: empty' 'server: letter' 'client: haiku has 54 bytes' \
  'client: empty has 0 bytes' 'client: letter has 12 bytes' | sort >"$work/wanted"
head -n 6 "$work/files.out" | sort | cmp - "$work/wanted" ||
  fail "the file server printed something else: $(cat "$work/files.out")"
tail -n 5 "$work/files.out" >"$work/files.rest"
printf '%s\n' 'empty: 0' 'haiku: 54' 'letter: 12' 'server: torso' 'die: torso has no end' |
  cmp - "$work/files.rest" || fail "the file server ended otherwise: $(cat "$work/files.out")"

# --- The pool: a worker dies of a job, and a whole node of workers goes.

configuration pool
start_node pool "$bin/eg_async_pool" 200
configuration worker1 "$address"
start worker1 "$bin/eg_worker"
wait_for pool.out '^Job 7 again: 7 is too much for me$' ||
  fail "a job of a worker that died was not given back: $(last_words pool)"
configuration worker2 "$address"
start worker2 "$bin/eg_worker"
kill -KILL "$(cat "$work/worker1.pid")"
stop worker1
wait_for pool.out '^The sum of the squares up to 200 is 2686700$' ||
  fail "the work was not finished: $(last_words pool)"
ended pool || fail "the pool did not end well: $(last_words pool)"
stop worker2

# --- The chat: the room ends by a mistake, another one takes its place, and who was there joins it.

# member NAME: starts one whose input is what is written to $work/NAME.in, and that holds nobody else's open.
member() {
  configuration "$1" "$address"
  mkfifo "$work/$1.in"
  # shellcheck disable=SC2016 # the inner shell expands these
  start "$1" sh -c 'exec "$1" "$2" <"$3" 8>&- 9>&-' sh "$bin/eg_chat_member" "$1" "$work/$1.in"
}

# says NAME LINE [COUNT]: somebody has shown a line, so many times.
says() {
  wait_for "$1.out" "^$2\$" "${3-1}" || fail "$1 has not said: $2 ($(last_words "$1"))"
}

configuration room
start_node room "$bin/eg_async_chat_room"
says room 'The room is open.'
member alice
exec 8>"$work/alice.in"
says alice 'alice (joins)'
member bob
exec 9>"$work/bob.in"
says alice 'bob (joins)'
echo 'Does it work?' >&8
says bob 'alice: Does it work?'
echo /crash >&9
says room 'The room has ended: bob wanted it so'
says alice '(the room is closed)'
says alice 'alice (joins)' 2
says bob 'bob (joins)' 2
echo 'It still does.' >&9
says alice 'bob: It still does.'
exec 9>&-
says alice 'bob (quits)'
ended bob || fail "bob did not end well: $(last_words bob)"
exec 8>&-
ended alice || fail "alice did not end well: $(last_words alice)"
stop room
