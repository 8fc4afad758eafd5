#!/bin/sh
# The main actor has an executor that nobody can replace: its jobs come through the descriptor of the main queue
# (Sources/AnyEvent/Loop/MainQueue.swift). When a compiler has the protocols for that in public, which up to Swift 6.3 are
# no part of the standard library's interface, this test says so.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

require_swift
begin
for name in MainExecutor ExecutorFactory; do
  echo "func probe(_ x: (any $name).Type) {}" >"$work/probe.swift"
  swiftc -typecheck -swift-version 6 "$work/probe.swift" 2>"$work/err" &&
    fail "this compiler lets programs replace the executor of the main actor ($name): let the default loop be it, in the place of MainQueue."
  grep -q "cannot find type '$name'" "$work/err" || fail "$name is refused for another reason: $(cat "$work/err")"
done
