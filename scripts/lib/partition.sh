# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # variables of scripts/cluster and of cluster.sh
# Two halves of a network, each on a host of its own (a network namespace), and
# the link between them. To be sourced by scripts/cluster.

left=aemp-$$-left
right=aemp-$$-right

remove_hosts() {
  ip netns del "$left" 2>/dev/null
  ip netns del "$right" 2>/dev/null
}

make_hosts() {
  [ "$(id -u)" = 0 ] && command -v ip && ip netns add "$left" && ip netns add "$right" &&
    ip link add joint netns "$left" type veth peer name joint netns "$right" &&
    ip -n "$left" address add 10.0.0.1/24 dev joint &&
    ip -n "$right" address add 10.0.0.2/24 dev joint &&
    for host in "$left" "$right"; do
      ip -n "$host" link set lo up && ip -n "$host" link set joint up || return 1
      ip netns exec "$host" true || return 1
    done
}

at_end=remove_hosts
if ! make_hosts >"$work/hosts" 2>&1; then
  say "Skipped: there can be no network namespaces here (root, iproute2): $(tail -n 1 "$work/hosts")"
  exit 0
fi

# on left|right FUNCTION...
# Runs a function that starts a node, on one of the hosts.
on() {
  case $1 in
    left) within="ip netns exec $left" host=10.0.0.1 ;;
    right) within="ip netns exec $right" host=10.0.0.2 ;;
  esac
  shift
  "$@"
}

# halves_settled
# Waits until each half sees itself and nothing else. Also an attempt to reach
# the other one again may fail, or may have before the node was killed.
# shellcheck disable=SC2086 # lists of words
halves_settled() {
  expect "may $(commas $left_nodes slave3) $(commas $right_nodes) transport_error" \
    "may $(commas $right_nodes slave4) $(commas $left_nodes) transport_error"
  see_each_other "$left_nodes" "seed global1"
  see_each_other "$right_nodes" "global2 global3"
  settled
}

# calm
# Waits until no attempt to reach the other half is under way.
calm() {
  event
  expect calm
  halves_settled
}

event "all nodes see each other"
on left global seed ""
seed=$address
on left global global1 "$seed"
address1=$address
on right global global2 "$seed"
address2=$address
on right global global3 "$seed"
address3=$address
left_nodes="seed global1"
right_nodes="global2 global3"
# Every slave has a seed in both halves.
number=1
while [ "$number" -le "$slaves" ]; do
  if [ $((number % 2)) = 1 ]; then
    on left node "slave$number" "$address1 $address2"
    left_nodes="$left_nodes slave$number"
  else
    on right node "slave$number" "$address3 $address1"
    right_nodes="$right_nodes slave$number"
  fi
  number=$((number + 1))
done
all_settled

event "the link between the halves is down: each is a network of its own"
ip -n "$left" link set joint down
halves_settled

event "in both a port dies and another takes its place"
signal slave1 USR1
signal slave2 USR1
expect "seen slave1 port" "seen slave2 port" "may * slave1 replaced" "may * slave2 replaced"
halves_settled

event "in both a node is killed, in one another comes"
crash slave3
crash slave4
left_nodes=$(without slave3 "$left_nodes")
right_nodes=$(without slave4 "$right_nodes")
on left node newcomer "$address1"
left_nodes="$left_nodes newcomer"
expect "may * slave3 transport_error" "may * slave4 transport_error"
halves_settled

calm
event "the link is up again: all nodes see each other"
ip -n "$left" link set joint up
all_settled

event "the link is down again"
ip -n "$left" link set joint down
halves_settled

calm
event "the link is up again"
ip -n "$left" link set joint up
all_settled
