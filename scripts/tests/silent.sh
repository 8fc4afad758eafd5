#!/bin/sh
# Thousands of connections that say nothing do not keep a node from getting in.
#
# As many as half of the descriptors that a process may have, at most 10,000: first all of them are
# kept, then a node with its usual limits drops most of them.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
count=$(ulimit -n)
[ "$count" != unlimited ] || count=20000
count=$((count / 2))
[ "$count" -lt 10000 ] || count=10000
# The node itself has some descriptors, too, and so has who connects.
count=$((count - 20))

milliseconds() { perl -MTime::HiRes=time -e 'printf "%d\n", time * 1000'; }

# flood NAME LIMITS LEAST MOST
# Opens the connections to a fresh node and has another one talk to it meanwhile.
flood() {
  configuration "$1" "" "$2"
  start_node "$1" "$bin/eg_receiver"

  # Says how many there are, and holds them until it is stopped.
  start "strangers-$1" perl -e '
    use strict; use warnings; use IO::Handle (); use Socket;
    $| = 1;
    my ($address, $count) = @ARGV;
    my ($host, $port) = split /:/, $address;
    my $to = pack_sockaddr_in ($port, inet_aton ($host));
    my @socket;
    for (1 .. $count) {
      my $socket;
      socket ($socket, PF_INET, SOCK_STREAM, 0) && connect ($socket, $to)
        or die "connection $_: $!\n";
      push @socket, $socket;
    }
    # The last one has been accepted when the node greets it; then all have.
    my $line = readline $socket[-1];
    die "the node does not greet\n" unless defined $line && $line =~ /^aemp;/;
    my $open = 0;
    for my $socket (@socket) {
      $socket->blocking (0);
      my $all = "";
      1 while sysread $socket, $all, 4096;
      # End of file is not "try again".
      $open++ if $!{EAGAIN} && !defined sysread $socket, $all, 1;
    }
    print "Connected: $count, open: $open\n";
    sleep 1000;
  ' "$address" "$count"
  wait_for "strangers-$1.out" '^Connected: ' ||
    fail "there are no $count connections: $(last_words "strangers-$1")"
  open=${lines##*: }
  [ "$open" -ge "$3" ] && [ "$open" -le "$4" ] ||
    fail "of $count silent connections $open are open, and not $3 to $4"

  began=$(milliseconds)
  start_peer "good-$1" ping --seed "$address" --count 3
  wait_for "good-$1.out" '^Answered: 1' ||
    fail "a node does not get in beside $open silent connections: $(last_words "good-$1")"
  took=$(($(milliseconds) - began))
  say "beside $open silent connections of $count a node is answered after $took ms"
  [ "$took" -lt 5000 ] || fail "a node took $took ms to get in"
  stop "good-$1"
  stop "strangers-$1"
  stop "$1"
}

flood patient '"handshake_timeout": 300, "max_strangers": 20000, "max_strangers_per_address": 20000' \
  $((count - 20)) "$count"
flood usual '"handshake_timeout": 300' 1 256
