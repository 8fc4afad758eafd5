#!/bin/sh
# The supervised pool finishes its work though workers die, and a whole node of them.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh
# shellcheck source=scripts/lib/examples.sh
. scripts/lib/examples.sh

begin
supervised_pool eg_pool
