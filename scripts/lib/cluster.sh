# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # variables of network.sh and of the caller
# Many nodes as processes, which are made trouble for, and the time it takes
# until every one of them sees the right things. To be sourced after network.sh.
#
# Each says what it sees in one file, $events (see Tests/Cluster).

# How many seconds it may take until all is right again.
: "${limit:=60}"
# Where the nodes listen: an address of our own, so that nobody else takes the
# port of a node that is to come back.
: "${host:=127.$(($$ / 62500 % 250 + 1)).$(($$ / 250 % 250 + 1)).$(($$ % 250 + 1))}"
# Those that run, all and the global ones; the command that a new one runs under.
nodes=
globals=
# Those that are the Perl peer: as with 2.02, one that hangs is not found out.
perls=
departed=
within=
# Settings that all have.
settings='"monitor_timeout": 3, "connect_interval": 1, "heartbeat": 1, "heartbeat_timeout": 2.5'

begin_cluster() {
  begin
  events=$work/events
  : >"$events"
  from=0
}

# node NAME "SEED..." [BIND]
# Starts a node with a fixed id.
node() {
  bind=${3:-$host:*}
  list=
  for at in $2; do list=${list:+$list\", \"}$at; done
  configuration "$1" "$list" "\"nodeid\": \"$1\", $settings"
  AE_VERBOSE=${AE_VERBOSE-8} PERL_ANYEVENT_MP_RC=$work/$1.rc $within "$bin/aemp-cluster-node" \
    </dev/null >>"$events" 2>>"$work/$1.err" &
  echo $! >"$work/$1.pid"
  nodes="$nodes $1"
  departed=$(without "$1" "$departed")
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

# perl_node NAME "SEED..." [BIND] [OPTION...]
# Starts a node that is the Perl peer, sets $address to where it listens.
perl_node() {
  bind=${3:-$host:0}
  seed_options=
  for at in $2; do seed_options="$seed_options --seed $at"; done
  perl_name=$1
  shift "$(($# < 3 ? $# : 3))"
  : >"$work/$perl_name.err"
  # shellcheck disable=SC2086 # options
  perl Tests/PerlPeer/peer.pl observer --rc "$network_rc" --nodeid "$perl_name" --bind "$bind" \
    $seed_options --family cluster --connect-interval 1 --monitor-timeout 3 --verbose "$@" \
    </dev/null >>"$events" 2>>"$work/$perl_name.err" &
  echo $! >"$work/$perl_name.pid"
  nodes="$nodes $perl_name"
  perls="$(without "$perl_name" "$perls") $perl_name"
  departed=$(without "$perl_name" "$departed")
  wait_for "$perl_name.err" 'listens on \[[0-9.]*:[0-9]*\]' ||
    fail "$perl_name did not start listening: $(last_words "$perl_name")"
  address=$(printf '%s\n' "$lines" | sed 's/.*listens on \[\([0-9.]*:[0-9]*\)\].*/\1/')
}

# perl_global NAME "SEED..." [BIND]
# The same for a global node.
perl_global() {
  perl_node "$1" "$2" "${3:-$host:0}" --global
  globals="$globals $1"
}

# proxy NAME ADDRESS
# Starts a proxy, sets $address to where it listens.
proxy() {
  start "$1" perl Tests/PerlPeer/proxy.pl "$2"
  wait_for "$1.out" '^Listening on: ' || fail "the proxy $1 did not start: $(last_words "$1")"
  address=${lines#Listening on: }
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
  departed="$departed $1"
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

# event [TITLE]
# From here on the time counts, and is printed if there is a title.
event() {
  title=${1-}
  present=$(wc -l <"$events")
  since=$(date +%s%6N)
  : >"$work/expected"
  # Who is late may still try to reach those that are gone.
  # shellcheck disable=SC2086 # a list of words
  expect "may * $(commas $departed) transport_error"
}

# expect LINE...
# What shall be, see settled.pl.
expect() {
  printf '%s\n' "$@" >>"$work/expected"
}

# members OBSERVER "NODE..." "GLOBAL..."
# It finds these nodes and their ports in the database, of which those are global.
# shellcheck disable=SC2086 # lists of words
members() {
  all=$(commas $2)
  expect "view $1 'l $all" "view $1 'g $(commas $3)" "view $1 cluster $all"
}

# answered OBSERVER "NODE..."
# It monitors the ports of these nodes, which answer.
# shellcheck disable=SC2046 # a list of words
answered() {
  expect "up $1 $(commas $(without "$1" "$2"))"
}

# settled
# Waits until it is so, and prints how long it took.
settled() {
  if timeout "$limit" tail -n +1 -f "$events" 2>/dev/null |
    perl scripts/lib/settled.pl "$work/expected" "$since" "$from" "$present" >"$work/settled"; then
    read -r seconds from <"$work/settled"
    [ -z "$title" ] || printf '%8.2f s  %s\n' "$seconds" "$title"
  else
    printf '   FAILED    %s\n' "$title"
    sed 's/^/             /' "$work/settled"
    [ -z "${logs-}" ] || cp "$events" "$work"/*.err "$work/expected" "$logs"
    fail "not all nodes were right within $limit s${title:+ after: $title}."
  fi
  for node in $nodes; do
    kill -0 "$(cat "$work/$node.pid")" 2>/dev/null || fail "$node has ended: $(last_words "$node")"
  done
}

# see_each_other "NODE..." "GLOBAL..."
# These see each other and nobody else.
see_each_other() {
  for observer in $1; do
    members "$observer" "$1" "$2"
    answered "$observer" "$1"
  done
}

# all_settled
# Waits until all that run see each other.
all_settled() {
  see_each_other "$nodes" "$globals"
  settled
}
