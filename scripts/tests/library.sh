#!/bin/sh
# What scripts/lib/aemp.sh does with names that look alike, and with mistakes.

set -eu

cd "$(dirname "$0")/../.."
. scripts/lib/aemp.sh

# refused SENTENCE COMMAND...: the command ends the script with this sentence.
refused() {
  sentence=$1
  shift
  if (trap - EXIT; "$@") 2>"$AEMP_HOME/refused"; then aemp_fail "$*: was not refused"; fi
  [ "$(cat "$AEMP_HOME/refused")" = "${0##*/}: $sentence" ] ||
    aemp_fail "$*: $(cat "$AEMP_HOME/refused")"
}

aemp_network
# Each has its own files.
for name in a/b a_b tool network a.b:1; do aemp_start "$name" "$AEMP" run; done
aemp_meshed
[ "$(aemp nodes | cut -f 1 | tr '\n' ' ')" = "a.b:1 a/b a_b network seed tool " ] ||
  aemp_fail "the nodes are $(aemp nodes)"

refused "a/b was started already; aemp_stop it before" aemp_start a/b "$AEMP" run
refused "c was not started" aemp_stop c
refused "c was not started" aemp_pid c

# The tool's own node listens where the others do.
others=$(aemp get "'l" | grep -v '"127\.0\.0\.1:' || true)
[ -z "$others" ] || aemp_fail "not on the loopback interface: $others"

aemp_stop a/b
aemp wait node a/b --count 0
aemp_start a/b "$AEMP" run
aemp_meshed
