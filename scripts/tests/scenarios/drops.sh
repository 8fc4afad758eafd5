#!/bin/sh
# A link closes at random while numbers are streamed: none is missing or late, without a monitor that says so.
set -eu
cd "$(dirname "$0")/../../.."
. scripts/lib/aemp.sh
aemp_plan 4; aemp_network --quick
for name in a b; do aemp_start $name "${AEMP%/*}/aemp-cluster-node"; done
one=$(aemp_said a " port ") other=$(aemp_said b " port ")
aemp_ok "both reach each other" aemp_said_all "a b" "up [ab]#"
aemp_drop a b 0.02 7
for port in "$one" "$other"; do aemp snd "${port##* }" stream; done
aemp_ok "the link was lost five times" aemp_await a b drops 5
aemp_heal a b
aemp_ok "the streams go on" aemp_said_all "a b" "streamed [ab]#"
aemp_is "every number came behind the one before" "$(cat "$AEMP_HOME"/[ab].out | grep -c " hole ")" 0
