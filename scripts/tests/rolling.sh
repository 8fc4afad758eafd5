#!/bin/sh
# A network under load changes its certificate and its secret while it runs, and
# its nodes are restarted one by one, with a newer program: no message is lost,
# and no monitor fires but for the nodes that leave. AEMP_OLD names the tool of
# an earlier version, beside which there is the program that the nodes run at
# first, or is "build" to have one made of the history; AEMP_NODES says how many
# there are.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

: "${AEMP_NODES:=16}"
begin
new=$bin/aemp-cluster-node
old=$new
[ "${AEMP_OLD-}" != build ] || AEMP_OLD=$(scripts/old-version)
[ -z "${AEMP_OLD-}" ] || old=${AEMP_OLD%/*}/aemp-cluster-node
[ -x "$old" ] || fail "AEMP_OLD is \"$AEMP_OLD\", and there is no $old."
[ "$old" != "$new" ] || say "skipped: another version; the nodes are restarted with the same one (AEMP_OLD=build makes an older one)"
events=$work/events
: >"$events"
host=127.$(($$ / 62500 % 250 + 1)).$(($$ / 250 % 250 + 1)).$(($$ % 250 + 1))
names=$(seq "$AEMP_NODES")

# pem NAME: makes a key and a certificate; the private key and the certificate as they stand in JSON.
pem() {
  AE_MP_RC=$work/$1.pem.rc "$bin/aemp" gencert || fail "no certificate can be made."
  sed -n 's/.*"cert"[^"]*"\([^"]*\)".*/\1/p' "$work/$1.pem.rc" >"$work/$1.pem"
  sed 's/.*\(-----BEGIN CERTIFICATE-----\)/\1/' "$work/$1.pem" >"$work/$1.trust"
}

# write NODE SETTINGS: the configuration of a node; the first two are the seeds of all.
write() {
  seeds=$(cat "$work/seeds" 2>/dev/null || true)
  printf '{ "nodeid": "node/%s", "binds": ["%s"], "seeds": [%s], "connect_interval": 1, %s }\n' \
    "$1" "$(cat "$work/bind.$1" 2>/dev/null || echo "$host:*")" "$seeds" "$2" >"$work/$1.rc~"
  mv "$work/$1.rc~" "$work/$1.rc"
}

# run NODE PROGRAM
run() {
  AE_VERBOSE=8 PERL_ANYEVENT_MP_RC=$work/$1.rc "$2" load </dev/null >>"$events" 2>>"$work/$1.err" &
  echo $! >"$work/$1.pid"
}

# all EVENT COUNT: waits until so many lines of the events have it.
all() {
  timeout "$limit" tail -n +1 -s 0.1 -f "$events" 2>/dev/null | grep -m "$2" -- "$1" >"$work/lines" || true
  [ "$(wc -l <"$work/lines")" -ge "$2" ] ||
    fail "of $2 events \"$1\" only $(wc -l <"$work/lines") came: $(grep -h ' error ' "$work"/*.err | tail -n 1)"
}

# everywhere SETTINGS SETTING COUNT: all nodes read new settings, of which this one is said to be
# another, the COUNTth time.
everywhere() {
  for node in $names; do
    write "$node" "$1"
    kill -s HUP "$(cat "$work/$node.pid")"
  done
  for node in $names; do
    wait_for "$node.err" "reload: $2 " "$3" || fail "node $node did not read $2: $(last_words "$node")"
  done
}

pem first
pem second
first=$(cat "$work/first.pem")
second=$(cat "$work/second.pem")
one='"secret": "the first secret of all nodes"'
both='"secrets": ["the second secret of all", "the first secret of all nodes"]'
two='"secret": "the second secret of all"'

for node in $names; do
  write "$node" "$one, \"cert\": \"$first\""
  run "$node" "$old"
  [ "$node" -le 2 ] || continue
  wait_for "$node.err" 'listens on \[[0-9.]*:[0-9]*\]' || fail "a seed did not start: $(last_words "$node")"
  printf '%s\n' "$lines" | sed 's/.*listens on \[\([0-9.]*:[0-9]*\)\].*/\1/' >"$work/bind.$node"
  printf '%s"%s"' "$([ "$node" = 1 ] || echo ', ')" "$(cat "$work/bind.$node")" >>"$work/seeds"
done
all " sees $AEMP_NODES$" "$AEMP_NODES"

# Everybody trusts and knows both before anybody uses the new ones.
everywhere "$both, \"cert\": \"$first$(cat "$work/second.trust")\"" cert 1
everywhere "$both, \"cert\": \"$second$(cat "$work/first.trust")\"" cert 2
! grep -q ' down ' "$events" || fail "a monitor fired: $(grep -m 1 ' down ' "$events")"

# One by one with the new program.
for node in $names; do
  before=$(grep -c " sees $AEMP_NODES$" "$events")
  echo "$(date +%s%6N) leaves node/$node" >>"$events"
  kill -s TERM "$(cat "$work/$node.pid")"
  wait "$(cat "$work/$node.pid")" || fail "node $node did not leave in order: $(last_words "$node")"
  run "$node" "$new"
  all " sees $AEMP_NODES$" $((before + AEMP_NODES))
done

# The old ones are forgotten.
everywhere "$two, \"cert\": \"$second\"" cert 3

# Nobody sends any more, and everybody says what it has got.
for node in $names; do kill -s USR1 "$(cat "$work/$node.pid")"; done
all ' checks ' "$AEMP_NODES"
all ' \(whole\|lost\) ' $((AEMP_NODES * (AEMP_NODES - 1)))
! grep -q ' lost ' "$events" || fail "messages were lost: $(grep -m 1 ' lost ' "$events")"
! grep -q ' hole ' "$events" || fail "messages were lost: $(grep -m 1 ' hole ' "$events")"
# Only a node that leaves may be lost, most often with that reason. Who looks for it as it goes finds it closed: those are
# ten seconds from when it was told to.
lost=$(awk '
  $2 == "leaves" { left[$3] = $1 }
  $3 == "down" && $5 != "leaving" {
    split($4, part, "#")
    if (!(part[1] in left) || $1 - left[part[1]] > 1e7) print
  }' "$events")
[ -z "$lost" ] || fail "a node was lost: $lost"
if [ "$old" = "$new" ]; then
  [ "$(grep -c ' down .* leaving ' "$events")" -ge $((AEMP_NODES * (AEMP_NODES - 1) / 2)) ] ||
    fail "of the nodes that left only $(grep -c ' down .* leaving ' "$events") times it was said."
fi
