#!/bin/sh
# The programs of "AEMP by example" print what the article shows, and those of "Recipes" what Perl prints.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

test_packages
install_packages libanyevent-http-perl
begin
export bin
scripts/by-example
