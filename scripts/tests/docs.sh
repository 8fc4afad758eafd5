#!/bin/sh
# The documentation is built without a warning, and no page points to nothing.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

require_swift
begin
export bin
scripts/docs "$work/docs" >"$work/out" 2>&1 || fail "$(cat "$work/out")"
