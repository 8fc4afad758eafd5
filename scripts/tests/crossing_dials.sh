#!/bin/sh
# Our node and a Perl peer dial each other at the same moment and agree on one connection.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
for late in '' --late '' --late '' --late; do
  mkfifo "$work/stdin"
  configuration node
  perl Tests/PerlPeer/peer.pl cross --rc "$network_rc" ${late:+"$late"} --limit 10 \
    <"$work/stdin" >"$work/cross.out" 2>"$work/cross.err" &
  echo $! >"$work/cross.pid"
  exec 3>"$work/stdin"
  peer_listens cross

  configuration node "$address"
  start_node node "$bin/eg_receiver"
  echo "$address" >&3
  exec 3>&-
  peer_succeeds cross
  stop node
  rm "$work/stdin"
done
