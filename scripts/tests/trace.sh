#!/bin/sh
# The tool traces a network of our nodes and a Perl peer: as text, as JSON and as a picture. What
# it shows is what the nodes themselves say when they are asked one by one.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

# Runs the tool with the settings of the network.
aemp() {
  PERL_ANYEVENT_MP_RC=$work/tool.rc timeout "$limit" "$bin/aemp" "$@"
}

# Prints the nodes that were started, one a line.
nodes() {
  printf '%s\n' seed "$receiver" "$sender" "$perl" hidden
}

# Prints "node ID" and "link ID ID" for all nodes and connections, as the nodes say when asked
# one by one; the one that is secure does not.
asked() {
  for node in $(nodes); do
    echo "node $node"
    [ "$node" != hidden ] || continue
    aemp eval "$node" AnyEvent::MP::Kernel::up_nodes >"$work/up" ||
      fail "$node does not say whom it is connected to."
    grep -v '^anon/' "$work/up" | while read -r other; do
      printf '%s\n%s\n' "$node" "$other" | LC_ALL=C sort | tr '\n' ' ' | sed 's/^/link /; s/ $//'
      echo
    done
  done | LC_ALL=C sort -u
}

# The same of JSON lines.
of_json() {
  perl -MJSON::XS -ne '
    my $object = JSON::XS->new->utf8->decode ($_);
    print "node $object->{node}\n" if $object->{node};
    print "link @{ $object->{link} }\n" if $object->{link};
  ' "$1" | LC_ALL=C sort
}

# Sets a variable to the id by which a node has come up at the seed.
id_of() {
  wait_for seed.err "$2.* is up\\.\$" || fail "$1 did not connect to the seed: $(last_words "$1")"
  id=$(printf '%s\n' "$lines" | sed 's/.* \([^ ]*\) is up\.$/\1/')
}

begin
configuration seed
start_node seed "$bin/aemp" run nodeid seed
seed_address=$address
configuration tool
aemp addseed "$seed_address" || fail "the tool did not take the seed."

configuration receiver "$seed_address"
start_node receiver "$bin/eg_receiver"
id_of receiver 'eg_receiver/'
receiver=$id
perl=perl/peer
start_peer peer receiver --seed "$seed_address" --framing json --nodeid "$perl" --verbose
id_of peer "$perl"
configuration hidden "$seed_address"
start_node hidden "$bin/aemp" run nodeid hidden secure 1
id_of hidden hidden
configuration sender "$seed_address"
start_node sender "$bin/eg_sender"
id_of sender 'eg_sender/'
sender=$id

# The sender connects both receivers: a mesh of three and two more.
wait_for sender.err "$receiver is up\\.\$" || fail "the sender did not connect to our receiver."
wait_for sender.err "$perl is up\\.\$" || fail "the sender did not connect to the Perl peer."

asked >"$work/asked"
[ "$(grep -c ^node "$work/asked")" = 5 ] || fail "the network has not the nodes that it should."
[ "$(grep -c ^link "$work/asked")" = 6 ] ||
  fail "the network has not the connections that it should: $(cat "$work/asked")"

# As text and as a picture
aemp trace --svg "$work/network.svg" >"$work/text" || fail "trace failed."
[ "$(grep -c '^[^ ]' "$work/text")" = 5 ] || fail "not all nodes are shown: $(cat "$work/text")"
[ "$(grep -c '^  ' "$work/text")" = 12 ] ||
  fail "not all connections are shown at both ends: $(cat "$work/text")"
grep -q "^seed  global, swift-anyevent [0-9.]*, listens on $seed_address, .*, [0-9.]* ms\$" \
  "$work/text" || fail "the seed is not shown as it is: $(cat "$work/text")"
grep -q "^$perl  AEMPPeer-1, listens on 127\\.0\\.0\\.1:[0-9]*" "$work/text" ||
  fail "the Perl peer is not shown as it is: $(cat "$work/text")"
grep -q '^hidden  connections unknown: it is secure, swift-anyevent' "$work/text" ||
  fail "the secure node is not shown as it is: $(cat "$work/text")"
grep -q "^  <- $perl *hmac_sha3_512, not encrypted, json, [0-9.]* ms\$" "$work/text" ||
  fail "the connection of the Perl peer is not shown as it is: $(cat "$work/text")"
! grep -q 'anon/' "$work/text" || fail "the tool shows itself."

perl scripts/lib/svg.pl <"$work/network.svg" >"$work/drawn" || fail "the picture is not right."
diff "$work/asked" "$work/drawn" >&2 || fail "the picture is not the network."

# As JSON, from another node on
for start in '' "$perl" "$receiver"; do
  # shellcheck disable=SC2086 # no argument if it is empty
  aemp trace --json $start >"$work/json" || fail "trace from \"$start\" failed."
  of_json "$work/json" >"$work/told"
  diff "$work/asked" "$work/told" >&2 || fail "the trace from \"$start\" is not the network."
done
[ "$(grep -c '"rtt_ms":[0-9]' "$work/json")" = 11 ] ||
  fail "something was not measured: $(cat "$work/json")"

# Who does not know what to say is not asked for it.
! grep -q "x-status" "$work/peer.err" || fail "the Perl peer was asked for x-status."

# One that hangs holds up nobody for long, and one that never was is said to be unreachable.
kill -STOP "$(cat "$work/peer.pid")"
aemp trace seed nobody --timeout 8 >"$work/text" || fail "trace failed when a node hung."
kill -CONT "$(cat "$work/peer.pid")"
grep -q "^$perl  unreachable: no answer within 2 s" "$work/text" ||
  fail "the node that hangs is not shown as such: $(cat "$work/text")"
grep -q '^nobody  unreachable: ' "$work/text" ||
  fail "the node that never was is not shown as such: $(cat "$work/text")"

# expect CODE PATTERN ARGUMENT...
# Checks the exit code and the one sentence.
expect() {
  code=$1
  pattern=$2
  shift 2
  status=0
  aemp "$@" >"$work/out" 2>"$work/sentence" || status=$?
  [ "$status" = "$code" ] || fail "\"aemp $*\" ended with $status, not $code."
  grep -q "$pattern" "$work/sentence" || fail "\"aemp $*\" said: $(cat "$work/sentence")"
}

expect 3 '^aemp: cannot reach nobody: ' trace nobody
expect 1 "^aemp: cannot write the file $work: Is a directory\$" trace --svg "$work"
expect 1 '^aemp: cannot write the file .*: No such file' trace --svg "$work/none/x.svg"
