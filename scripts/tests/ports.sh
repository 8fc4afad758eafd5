#!/bin/sh
# The programs of Examples/Ports, each in Perl and in Swift: with the same input they print the same, byte by byte,
# either serves either, and their lines map one to one. What needs a server that cannot be had is skipped.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

install_packages libanyevent-http-perl libanyevent-handle-udp-perl
begin
unset http_proxy
PATH=$PATH:/usr/sbin
ports=Examples/Ports
certificates=Tests/Vectors/certificates
languages="perl swift"

# program LANGUAGE NAME
# Sets $program to the command of a program.
program() {
  case $1 in
    perl) program="perl $ports/$2/$2.pl" ;;
    swift) program=$bin/eg_$2 ;;
  esac
}

# listen PROCESS COMMAND...
# Starts a server that says at which port it listens, and sets $port to that. It has to write lines unasked.
listen() {
  process=$1
  shift
  start "$process" env -u LD_PRELOAD "$@"
  wait_for "$process.out" '^listening on port ' || fail "\"$*\" does not listen: $(last_words "$process")"
  port=${lines#listening on port }
}

# serve LANGUAGE NAME ARGUMENT...
# shellcheck disable=SC2086 # a command and its argument
serve() {
  program "$1" "$2"
  shift 2
  listen server $program "$@"
}

# served
# Ends that server; what it has printed is appended to $output.
served() {
  stop server
  sed 's/^\(listening on port\) .*/\1/' "$work/server.out" >>"$output"
}

# run LANGUAGE NAME ARGUMENT...
# Runs a program to its end; what it prints is appended to $output.
run() {
  program "$1" "$2"
  shift 2
  # shellcheck disable=SC2086 # a command and its argument
  timeout "$limit" $program "$@" >>"$output" 2>"$work/run.err" </dev/null ||
    fail "\"$program $*\" failed: $(last_words run)"
}

# same FILE FILE
same() {
  [ -s "$1" ] || fail "${1##*/} printed nothing."
  diff "$1" "$2" >&2 || fail "${1##*/} (<) and ${2##*/} (>) differ."
}

# alone NAME
# Has try_NAME run a program in each language.
alone() {
  for language in $languages; do
    output=$work/$1.$language
    "try_$1" "$language"
  done
  same "$work/$1.perl" "$work/$1.swift"
}

# each NAME
# Has try_NAME run a server and a client in all four pairs of languages.
each() {
  for first in $languages; do
    for second in $languages; do
      output=$work/$1.$first.$second
      "try_$1" "$first" "$second"
      same "$work/$1.perl.perl" "$output"
    done
  done
}

# with PACKAGE COMMAND NAME
# Does the same as alone if a package is there, or can be installed.
with() {
  if install_servers "$1" >"$work/install" 2>&1 && command -v "$2" >/dev/null; then
    alone "$3"
  else
    say "skipped: $3, because $1 cannot be had (see \"apt-get install $1\")."
  fi
}

# --- Both without arguments say how they are called.

for name in "$ports"/*/main.swift; do
  name=${name%/main.swift}
  name=${name##*/}
  for language in $languages; do
    program "$language" "$name"
    # shellcheck disable=SC2086
    if timeout "$limit" $program >"$work/usage.$language" 2>&1 </dev/null; then
      fail "$name in $language needs no arguments."
    fi
    grep -q "^usage: $name " "$work/usage.$language" || fail "$name in $language does not say its usage."
  done
  same "$work/usage.perl" "$work/usage.swift"
done

# --- Servers and clients of ours.

try_json_rpc() {
  serve "$1" json_rpc server 0
  run "$2" json_rpc client 127.0.0.1 "$port"
  wait_for server.out '^closed' || fail "the end of the connection was not noticed."
  served
}
each json_rpc

try_tls_echo() {
  serve "$1" tls_echo server 0 $certificates/ec.pem
  run "$2" tls_echo client 127.0.0.1 "$port" $certificates/ec.pem hello "grüß dich" bye
  run "$2" tls_echo client 127.0.0.1 "$port" $certificates/ed25519.pem hello bye
  served
}
each tls_echo

try_udp_time() {
  serve "$1" udp_time server 0
  run "$2" udp_time client 127.0.0.1 "$port"
  served
}
each udp_time

try_http_client() {
  serve "$1" http_server 0
  run "$2" http_client "http://127.0.0.1:$port"
  served
}
each http_client

# What a browser would not send, and requests that don't wait for answers.
try_http_server() {
  serve "$1" http_server 0
  for request in 'nonsense' 'GET / HTTP/2' 'GET / HTTP/1.1\r\nno header' \
    '\r\n\r\nGET /a HTTP/1.1\r\n\r\nHEAD /notes HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\nConnection: close\r\n' \
    'GET /c HTTP/1.0\r\n\r\nGET /d HTTP/1.0\r\n' \
    'GET /slowly HTTP/1.0\r\nConnection: Keep-Alive\r\nX-Note: 1\r\n\r\nGET /notes HTTP/1.0\r\n' \
    'POST /notes HTTP/1.1\r\nTransfer-Encoding: chunked\r\n' 'POST /notes HTTP/1.1\r\nContent-Length: x\r\n' \
    'POST /notes HTTP/1.1\r\nContent-Length: 65537\r\n' \
    'POST /notes HTTP/1.0\r\nContent-Length: 16\r\n\r\n{"text":"tab\\t"}'; do
    echo "--- $request" >>"$output"
    # shellcheck disable=SC2059 # requests are formats
    printf "$request\r\n\r\n" | timeout "$limit" perl Tests/Ports/talk.pl "$port" >>"$output" ||
      fail "http_server in $1 does not end after $request"
  done
  served
}
alone http_server

# --- Programs that meet others of the same language, or none.

try_irc_bot() {
  listen irc perl Tests/Ports/irc_server.pl
  run "$1" irc_bot 127.0.0.1 "$port" bot '#test'
  stop irc
}
alone irc_bot

try_line_proxy() {
  listen irc perl Tests/Ports/irc_server.pl
  serve "$1" line_proxy 0 127.0.0.1 "$port"
  run perl irc_bot 127.0.0.1 "$port" bot '#test'
  wait_for server.out '^1: < end' || fail "line_proxy in $1 did not end the connection."
  served
  stop irc
}
alone line_proxy

listen open1 perl $ports/json_rpc/json_rpc.pl server 0
open1=$port
listen open2 perl $ports/json_rpc/json_rpc.pl server 0
try_port_scanner() {
  run "$1" port_scanner 127.0.0.1 3 1 2 "$open1" 3 4 "$port" 5
}
alone port_scanner
stop open1
stop open2

try_pipeline() {
  run "$1" pipeline pear apple fig apple pear apple
}
alone pipeline

try_lookup() {
  run "$1" lookup 127.0.0.1 ::1 10.1 ::ffff:10.0.0.2
}
alone lookup

try_lookup_server() {
  run "$1" lookup --server 127.0.0.77 two.test one.test none.test
}
if [ "$(id -u)" = 0 ]; then
  listen names perl Tests/Ports/name_server.pl 127.0.0.77 one.test=10.0.0.1 two.test=10.0.0.3,10.0.0.2
  alone lookup_server
  stop names
else
  say "skipped: lookup --server, because only root may listen at port 53."
fi

# Files come whole, because they are moved there.
try_watch_directory() {
  files=$work/files.$1
  mkdir "$files" "$files/directory"
  printf one >"$work/a"
  mv "$work/a" "$files/a"
  program "$1" watch_directory
  # shellcheck disable=SC2086
  start watcher env -u LD_PRELOAD $program "$files" 0.02
  wait_for watcher.out '^new: a, 3 ' || fail "watch_directory in $1 sees no file: $(last_words watcher)"
  printf two >>"$files/a"
  wait_for watcher.out '^changed: a, 3 to 6 ' || fail "watch_directory in $1 sees no change."
  rm "$files/a"
  wait_for watcher.out '^gone: a' || fail "watch_directory in $1 does not see that a file has gone."
  : >"$files/stop"
  ended watcher || fail "watch_directory in $1 does not stop: $(last_words watcher)"
  cp "$work/watcher.out" "$output"
}
alone watch_directory

# --- Clients of other servers, which listen at sockets in the file system, so that they need no free port.

try_redis_client() {
  start redis redis-server --port 0 --unixsocket "$work/redis" --save '' --appendonly no --dir "$work"
  wait_for redis.out 'eady to accept connections' || fail "redis-server does not start: $(last_words redis)"
  run "$1" redis_client unix/ "$work/redis"
  stop redis
}
with redis-server redis-server redis_client

try_memcached_client() {
  start memcached memcached -u "$(id -un)" -s "$work/memcached" -vv
  wait_for memcached.err 'server listening' || fail "memcached does not start: $(last_words memcached)"
  run "$1" memcached_client unix/ "$work/memcached"
  stop memcached
}
with memcached memcached memcached_client

try_beanstalkd_client() {
  start beanstalkd beanstalkd -l "unix:$work/beanstalkd" -V
  wait_for beanstalkd.out 'bind' || fail "beanstalkd does not start: $(last_words beanstalkd)"
  run "$1" beanstalkd_client unix/ "$work/beanstalkd" tube
  stop beanstalkd
}
with beanstalkd beanstalkd beanstalkd_client

# RabbitMQ is too large to be installed for this. Erlang's programs find each other by a daemon, which stays.
try_rabbitmq_client() {
  run "$1" rabbitmq_client 127.0.0.1 "$amqp" queue one "zwei drei" "vier über"
}
rabbitmq=/usr/lib/rabbitmq/bin/rabbitmq-server
if [ -x "$rabbitmq" ]; then
  # shellcheck disable=SC2016 # variables of Perl
  free=$(perl -MIO::Socket::INET -e '
    my @sockets = map { IO::Socket::INET->new (Listen => 1, LocalAddr => "127.0.0.1") } 1..3;
    print join " ", map { $_->sockport } @sockets')
  amqp=${free%% *}
  daemon=${free##* }
  distribution=${free#* }
  echo "listeners.tcp.1 = 127.0.0.1:$amqp" >"$work/rabbitmq.conf"
  : >"$work/rabbitmq-env"
  start rabbitmq env HOME="$work" RUNNING_UNDER_SYSTEMD=1 RABBITMQ_NODENAME=ports@localhost \
    ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT="$daemon" RABBITMQ_DIST_PORT="${distribution% *}" \
    RABBITMQ_CONF_ENV_FILE="$work/rabbitmq-env" RABBITMQ_CONFIG_FILE="$work/rabbitmq.conf" \
    RABBITMQ_MNESIA_BASE="$work/mnesia" RABBITMQ_LOG_BASE="$work/log" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$work/plugins" "$rabbitmq"
  at_end="epmd -port $daemon -kill"
  wait_for rabbitmq.out 'completed with' || fail "RabbitMQ does not start: $(last_words rabbitmq)"
  alone rabbitmq_client
  stop rabbitmq
else
  say "skipped: rabbitmq_client, because rabbitmq-server is not installed."
fi

# --- The lines.

scripts/ported-lines --limit 90
