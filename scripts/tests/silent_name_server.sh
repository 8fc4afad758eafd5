#!/bin/sh
# A name server that never answers keeps nobody from ending in time: neither a
# command with a time limit nor a node that is told to end before it listens.
#
# In a network of its own, where that server is the only one.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

if [ "${1-}" != inside ]; then
  unshare -rmn true 2>/dev/null || {
    say "skipped: a name server that is silent, because this machine allows no network of one's own."
    exit 0
  }
  exec unshare -rmn scripts/tests/silent_name_server.sh inside
fi

begin
echo 'nameserver 127.0.0.1' >"$work/resolv.conf"
mount --bind "$work/resolv.conf" /etc/resolv.conf 2>/dev/null || {
  say "skipped: a name server that is silent, because this machine does not let /etc/resolv.conf be replaced."
  exit 0
}

# Says when it is asked, and no more.
start server perl -e '
  use strict; use warnings; use Socket;
  $| = 1;
  socket (my $socket, PF_INET, SOCK_DGRAM, 0) or die "socket: $!\n";
  # SIOCSIFFLAGS: the loopback interface of a new network is down.
  my $request = pack "a16 s x22", "lo", 0x41;
  ioctl ($socket, 0x8914, $request) or die "lo: $!\n";
  bind ($socket, pack_sockaddr_in (53, INADDR_LOOPBACK)) or die "bind: $!\n";
  print "Listening\n";
  while (defined recv ($socket, my $question, 512, 0)) {
    (my $name = substr $question, 13) =~ s/[^a-z]/./g;
    print "Asked: $name\n";
  }
'
wait_for server.out '^Listening' || fail "there is no name server: $(last_words server)"

milliseconds() { perl -MTime::HiRes=time -e 'printf "%d\n", time * 1000'; }

# took LEAST MOST: whether so many milliseconds have passed since $began.
took() {
  took=$(($(milliseconds) - began))
  [ "$took" -ge "$1" ] && [ "$took" -lt "$2" ] || fail "$3 took $took ms"
}

configuration tool silent.example:4040
began=$(milliseconds)
start tool "$bin/aemp" profile "$(uname -n)" nodes --timeout 2
status=0
ended tool || status=$?
took 2000 4800 "a command with a time limit of 2 s"
[ "$status" = 6 ] || fail "the command ended with $status: $(last_words tool)"
wait_for server.out '^Asked: silent' || fail "the name server was not asked."

# A node that is to listen there.
bind=other.example:4040
configuration node
start node "$bin/aemp" run
wait_for server.out '^Asked: other' || fail "the name server was not asked by the node: $(last_words node)"
began=$(milliseconds)
kill "$(cat "$work/node.pid")"
ended node || fail "the node did not end well: $(last_words node)"
took 0 4000 "the end of a node that waits for the name server"

# And one that waits to the end.
start node "$bin/aemp" run
status=0
ended node || status=$?
[ "$status" = 1 ] || fail "the node ended with $status: $(last_words node)"
grep -q 'the host name "other.example" has no address' "$work/node.err" ||
  fail "the node did not say what it has not found: $(last_words node)"
