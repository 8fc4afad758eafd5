#!/bin/sh
# Natural spellings of messages: the compiler finds the meaning of each with little search, and they are sent as
# Perl would send them.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

require_swift
begin
start spellings "$bin/aemp-spellings"
ended spellings || fail "the program did not end well: $(last_words spellings)"
diff Tests/Spellings/expected.txt "$work/spellings.out" ||
  fail "messages are not those of Tests/Spellings/expected.txt."

# The solver's own count of what it tries, not a time: its standard limit is a million, at which an expression has taken
# ten seconds. What says "unable to type-check" here needs another form in Facade/Literals.swift.
swiftc -typecheck -swift-version 6 -default-isolation MainActor -module-name spellings \
  -Xfrontend -solver-scope-threshold=20000 \
  -I "$bin/Modules" -I CLibUV -I CCares -I COpenSSL -I CSodium -I Sources/CAEBasics/include \
  Tests/Spellings/aemp-spellings/main.swift ||
  fail "the compiler searches too long for the meaning of a spelling."

# What is refused, with the sentences that its comments expect.
for program in refused refused_watcher; do
  swiftc -frontend -emit-sil -o /dev/null -verify -verify-ignore-unrelated -swift-version 6 \
    -default-isolation MainActor -module-name "$program" -solver-scope-threshold=20000 \
    -I "$bin/Modules" -I CLibUV -I CCares -I COpenSSL -I CSodium -I Sources/CAEBasics/include "Tests/Spellings/$program.swift" ||
    fail "the compiler says something else than Tests/Spellings/$program.swift expects."
done
