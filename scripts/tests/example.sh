#!/bin/sh
# An example of a test with several nodes: workers come, one is killed and
# noticed, and comes back; a program of our own is found and answers.

set -eu

cd "$(dirname "$0")/../.."
. scripts/lib/aemp.sh

aemp_network '"heartbeat": 1, "heartbeat_timeout": 3'
aemp_nodes worker 3
aemp_meshed
[ "$(aemp nodes | grep -c '^worker/')" = 3 ] || aemp_fail "not all workers are listed"

aemp_kill worker/2
aemp wait node worker/2 --count 0
aemp_start worker/2 "$AEMP" run
aemp wait node worker/ --count 3

aemp_start receiver "${AEMP%/*}/eg_receiver"
aemp wait family eg_receivers
port=$(aemp get eg_receivers)
aemp snd "$port" test 123

aemp_stop receiver
aemp wait family eg_receivers --count 0
