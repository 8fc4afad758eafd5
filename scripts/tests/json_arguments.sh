#!/bin/sh
# A node runs with arguments in JSON as it does with plain ones.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
start list "$bin/aemp" run nodeid json/list binds '["127.0.0.1:*"]' secret 12345678
start array "$bin/aemp" '["run", "nodeid", "json/array", "binds", ["127.0.0.1:*"], "secret", 12345678]'
for name in list array; do
  wait_for $name.out "^json/$name	127\\.0\\.0\\.1:[0-9]*\$" ||
    fail "the node with its arguments as a JSON $name did not start: $(last_words $name)"
  stop $name
done
