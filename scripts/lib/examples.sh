# shellcheck shell=sh
# What the programs of Examples do, whichever of their two forms runs: with callbacks, or with await. To be sourced after
# network.sh; "configuration NAME SEED" is what the script has for its nodes.

# supervised_pool PROGRAM
# A pool finishes its work though a worker dies of a job, and a whole node of workers goes.
supervised_pool() {
  configuration pool
  start_node pool "$bin/$1" 200
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
}

# member NAME
# Starts a member of a chat that logs what its node does. Its input is what is written to $work/NAME.in; it holds nobody else's open.
member() {
  configuration "$1" "$address"
  mkfifo "$work/$1.in"
  export AE_VERBOSE=9
  # shellcheck disable=SC2016 # the inner shell expands these
  start "$1" sh -c 'exec "$1" "$2" <"$3" 8>&- 9>&-' sh "$bin/eg_chat_member" "$1" "$work/$1.in"
  unset AE_VERBOSE
}

# says NAME LINE [COUNT]
# Somebody has shown a line, so many times.
says() {
  wait_for "$1.out" "^$2\$" "${3-1}" || fail "$1 has not said: $2 ($(last_words "$1"))"
}

# chat_begins PROGRAM
# A room opens; alice, who writes by descriptor 8, and bob, by 9, join it and talk.
chat_begins() {
  configuration room
  start_node room "$bin/$1"
  says room 'The room is open\.'
  member alice
  exec 8>"$work/alice.in"
  says alice 'alice (joins)'
  member bob
  exec 9>"$work/bob.in"
  says alice 'bob (joins)'
  echo 'Does it work?' >&8
  says bob 'alice: Does it work?'
}

# chat_survives
# The room ends by a mistake, another one takes its place, and all who were there join it and leave.
chat_survives() {
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
}
