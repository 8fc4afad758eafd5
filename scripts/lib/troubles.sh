# shellcheck shell=sh
# shellcheck disable=SC2154 # variables of scripts/cluster
# Nodes on the loopback interface that crash and hang, and a link that is cut
# and frozen. To be sourced by scripts/cluster.

# --- All begin.

event "all nodes see each other"
global seed ""
seed=$address
global global1 "$seed"
address1=$address
global global2 "$seed"
address2=$address
global global3 "$seed"
address3=$address
proxy proxy "$address3"
proxy=$address
perl_global perl1 "$seed $address2"
perl1=$address
# Not with the global node that will hang: it would never be missed.
perl_node perl2 "$perl1 $address3"

# seeds_of NUMBER
# The seeds of a slave: two of the global nodes.
seeds_of() {
  case $(($1 % 3)) in
    0) echo "$address1 $address2" ;;
    1) echo "$address2 $address3" ;;
    2) echo "$address3 $address1" ;;
  esac
}

number=1
while [ "$number" -lt "$slaves" ]; do
  node "slave$number" "$(seeds_of "$number")"
  number=$((number + 1))
done
# One of ours has the Perl global node as its first seed.
node slave0 "$perl1 $address1"
# The last one has but one seed, behind the proxy.
last=slave$slaves
node "$last" "$proxy"
all_settled

# --- Crashes.

event "a slave is killed"
crash slave1
expect "may * slave1 transport_error"
all_settled

event "it is started again under its name"
node slave1 "$(seeds_of 1)"
all_settled

event "a slave is killed and started again at once"
crash slave1
node slave1 "$(seeds_of 1)"
expect "seen slave1 port" "may * slave1"
all_settled

event "a port dies and another takes its place"
signal slave2 USR1
expect "seen slave2 port" "may * slave2 replaced"
all_settled

event "a global node is killed, its slaves find another"
crash global1
expect "may * global1 transport_error"
all_settled

event "it is started again under its name and address"
global global1 "$seed" "$address1"
all_settled

event "a Perl node is killed"
crash perl2
expect "may * perl2 transport_error"
all_settled

event "it is started again under its name"
perl_node perl2 "$perl1 $address3"
all_settled

event "a port of it dies and another takes its place"
signal perl2 USR1
expect "seen perl2 port" "may * perl2 replaced"
all_settled

event "a Perl global node is killed, its slaves find another"
crash perl1
expect "may * perl1 transport_error"
all_settled

if [ "$kind" = full ]; then
  event "the seed is killed"
  crash seed
  expect "may * seed transport_error"
  all_settled

  event "it is started again under its name and address"
  global seed "" "$seed"
  all_settled
fi

# --- Nodes that hang.

# hang NAME
# The Perl peer has no heartbeat: its monitors wait, and it need not fare otherwise.
# shellcheck disable=SC2086 # lists of words
hang() {
  signal "$1" STOP
  gone "$1"
  expect "may * $1 transport_error"
  for observer in $nodes; do
    members "$observer" "$nodes" "$globals"
    case " $perls " in
      *" $observer "*) ;;
      *) answered "$observer" "$nodes" ;;
    esac
  done
  settled
}

# go_on NAME
go_on() {
  signal "$1" CONT
  nodes="$nodes $1"
  departed=$(without "$1" "$departed")
  expect "may $1 * transport_error" "may * $1 transport_error"
}

event "a slave hangs"
hang slave3
event "it goes on"
go_on slave3
all_settled

if [ "$kind" = full ]; then
  event "a global node hangs, its slaves find another"
  hang global2
  event "it goes on"
  go_on global2
  globals="$globals global2"
  all_settled
fi

# --- A link in trouble: that of the last slave with its global node.

event "the link of a slave with its master is cut"
signal proxy HUP
expect "may $last global3 transport_error" "may global3 $last transport_error" \
  "seen $last up global3" "seen global3 up $last"
all_settled

if [ "$kind" = full ]; then
  event "it is frozen: the slave is out of the database, and its ports are reached all the same"
  signal proxy USR1
  expect "may $last global3 transport_error" "may global3 $last transport_error"
  others=$(without "$last" "$nodes")
  for observer in $others; do
    members "$observer" "$others" "$globals"
    if [ "$observer" = global3 ]; then answered "$observer" "$others"; else answered "$observer" "$nodes"; fi
  done
  answered "$last" "$(without global3 "$nodes")"
  settled

  event "it goes on"
  signal proxy USR2
  expect "may $last global3 transport_error" "may global3 $last transport_error"
  all_settled
fi

# --- The other implementation comes back.

event "the Perl global node is started again under its name and address"
perl_global perl1 "$seed $address2" "$perl1"
all_settled
