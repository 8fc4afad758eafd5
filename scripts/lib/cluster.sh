# shellcheck shell=sh
# Many nodes as processes, which are made trouble for, and the time it takes
# until every one of them sees the right things. To be sourced after network.sh.
#
# Each says what it sees in one file, $events (see Tests/Cluster).

# How many seconds it may take until all is right again.
: "${limit:=60}"
# Those that run, all and the global ones; the command that a new one runs under.
nodes=
globals=
within=
# Settings that all have.
settings='"monitor_timeout": 3, "connect_interval": 1'

begin_cluster() {
  begin
  events=$work/events
  : >"$events"
  from=0
}

# node NAME "SEED..." [BIND]
# Starts a node with a fixed id.
node() {
  bind=${3:-127.0.0.1:*}
  list=
  for seed in $2; do list=${list:+$list\", \"}$seed; done
  configuration "$1" "$list" "\"nodeid\": \"$1\", $settings"
  AE_VERBOSE=${AE_VERBOSE-8} PERL_ANYEVENT_MP_RC=$work/$1.rc $within "$bin/aemp-cluster-node" \
    </dev/null >>"$events" 2>>"$work/$1.err" &
  echo $! >"$work/$1.pid"
  nodes="$nodes $1"
}

# global NAME "SEED..." [BIND]
# Starts a node that others use as seed, sets $address to where it listens.
global() {
  : >"$work/$1.err"
  node "$@"
  globals="$globals $1"
  wait_for "$1.err" 'listens on \[[0-9.]*:[0-9]*\]' ||
    fail "$1 did not start listening: $(last_words "$1")"
  address=$(printf '%s\n' "$lines" | sed 's/.*listens on \[\([0-9.]*:[0-9]*\)\].*/\1/')
}

# signal NAME SIGNAL
signal() {
  kill -s "$2" "$(cat "$work/$1.pid")"
}

# crash NAME
# Ends a node without a chance to say anything.
crash() {
  signal "$1" KILL
  wait "$(cat "$work/$1.pid")" 2>/dev/null || true
  rm "$work/$1.pid"
  gone "$1"
}

# gone NAME
# The others can't see that node any more.
gone() {
  nodes=$(without "$1" "$nodes")
  globals=$(without "$1" "$globals")
}

# without WORD "WORD..."
without() {
  for word in $2; do [ "$word" = "$1" ] || printf '%s ' "$word"; done
}

# commas WORD...
commas() {
  list=
  for word in "$@"; do list=${list:+$list,}$word; done
  printf '%s' "${list:--}"
}

# event TITLE
# From here on the time counts.
event() {
  title=$1
  present=$(wc -l <"$events")
  since=$(date +%s%6N)
  : >"$work/expected"
}

# expect LINE...
# What shall be, see settled.pl.
expect() {
  printf '%s\n' "$@" >>"$work/expected"
}

# sees "OBSERVER..." "NODE..." "GLOBAL..."
# Each of them sees these nodes, of which those are global.
# shellcheck disable=SC2086 # lists of words
sees() {
  all=$(commas $2)
  global=$(commas $3)
  for observer in $1; do
    expect "view $observer 'l $all" "view $observer 'g $global" "view $observer cluster $all" \
      "up $observer $(commas $(without "$observer" "$2"))"
  done
}

# settled
# Waits until it is so, and prints how long it took.
settled() {
  if timeout "$limit" tail -n +1 -f "$events" 2>/dev/null |
    perl scripts/lib/settled.pl "$work/expected" "$since" "$from" "$present" >"$work/settled"; then
    read -r seconds from <"$work/settled"
    printf '%8.2f s  %s\n' "$seconds" "$title"
  else
    printf '   FAILED    %s\n' "$title"
    sed 's/^/             /' "$work/settled"
    [ -z "${logs-}" ] || cp "$events" "$work"/*.err "$work/expected" "$logs"
    fail "not all nodes were right within $limit s after: $title."
  fi
  for node in $nodes; do
    kill -0 "$(cat "$work/$node.pid")" 2>/dev/null || fail "$node has ended: $(last_words "$node")"
  done
}

# all_settled
# Waits until all that run see each other.
all_settled() {
  sees "$nodes" "$nodes" "$globals"
  settled
}
