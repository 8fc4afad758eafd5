#!/bin/sh
# The programs of Examples/Ports, each in Perl and in Swift: with the same input they print the same, byte by byte, and
# of each the lines map one to one. Where one of them is a server, either serves either.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

install_packages libanyevent-http-perl libanyevent-handle-udp-perl openssl
begin
ports=Examples/Ports
cert=Tests/Vectors/certificates/ec.pem

# program LANGUAGE NAME: sets $program.
program() {
  case $1 in
    perl) program="perl $ports/$2/$2.pl" ;;
    swift) program=$bin/eg_$2 ;;
  esac
}

# serve LANGUAGE NAME ARGUMENT...
# Starts a server of ours, and sets $port to where it listens.
serve() {
  program "$1" "$2"
  server=$2
  shift 2
  # shellcheck disable=SC2086 # a command and its argument
  start server $program "$@"
  wait_for server.out '^listening on port ' || fail "$server ($program) does not listen: $(last_words server)"
  port=${lines#listening on port }
}

# run LANGUAGE NAME ARGUMENT...
# Runs a program to its end; what it prints is appended to $work/LANGUAGE-$kind.
run() {
  language=$1
  program "$1" "$2"
  shift 2
  # shellcheck disable=SC2086 # a command and its argument
  timeout "$limit" $program "$@" >>"$work/$language-$kind" 2>"$work/$language.err" </dev/null ||
    fail "\"$program $*\" failed: $(last_words "$language")"
}

# served: ends the server; what it has printed is appended to $work/$kind-server.
served() {
  stop server
  sed 's/^\(listening on port\) .*/\1/' "$work/server.out" >>"$work/$kind-server"
}

# same FILE FILE
same() {
  [ -s "$work/$1" ] || fail "$1 printed nothing."
  diff "$work/$1" "$work/$2" >&2 || fail "$1 (<) and $2 (>) differ."
}

# alike NAME...: what both have printed is the same, of a program without a server of ours.
alike() {
  for kind in "$@"; do same "perl-$kind" "swift-$kind"; done
}

# pairs NAME: the four pairs of servers and clients have printed the same.
pairs() {
  for pair in perl-swift swift-perl swift-swift; do
    same "perl-$1-perl" "${pair%-*}-$1-${pair#*-}"
    same "$1-perl-perl-server" "$1-$pair-server"
  done
}

# --- Each with each: json_rpc, udp_time, tls_echo, and http_client with http_server.

for first in perl swift; do
  for second in perl swift; do
    # The client is told by $second, the server by $first.
    kind=json_rpc-$first
    serve "$first" json_rpc server 0
    run "$second" json_rpc client 127.0.0.1 "$port"
    served
  done
done
