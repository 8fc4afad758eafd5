#!/bin/sh
# The programs of "AEMP by example" print what the article shows.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
export bin
scripts/by-example
