#!/bin/sh
# What Guarantees.md promises names tests: they must be there, under these names.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh

page=Sources/AnyEventMP/AnyEventMP.docc/Guarantees.md
work=$(mktemp -d) || fail "no temporary directory can be made."
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Each link to a file of tests has a test's name as its text.
grep -oE '\[[^]]+\]\(\.\./\.\./\.\./Tests/[^)]+\)' "$page" |
  sed -E 's/^\[(.*)\]\(\.\.\/\.\.\/\.\.\/(.*)\)$/\2	\1/' >"$work/tests"
[ -s "$work/tests" ] || fail "$page names no test."
tab=$(printf '\t')
while IFS=$tab read -r file name; do
  [ -f "$file" ] || fail "$page names $file, which is not there."
  grep -qF "\"$name\"" "$file" || fail "$page names the test \"$name\", which is not in $file."
done <"$work/tests"

# A promise without a test is none.
awk -F'|' '/^## What is not promised/ { exit } /^\| / && $2 !~ /^ (promise|---)/ && $3 !~ /Tests\// { print; bad = 1 } END { exit bad }' \
  "$page" || fail "$page promises this without a test."
say "$(wc -l <"$work/tests") tests hold what is promised"
