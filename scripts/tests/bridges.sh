#!/bin/sh
# The bridges to swift-log, swift-metrics and swift-service-lifecycle: their tests, and two servers that use all three,
# find and greet each other, and are shut down in order.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh
# shellcheck source=scripts/lib/scratch.sh
. scripts/lib/scratch.sh

require_swift
# shellcheck disable=SC2034 # for network.sh
at_end=drop_foreign_plan
begin

if ! swift package resolve --package-path Bridges --scratch-path "$scratch" >"$work/resolved" 2>&1; then
  grep -qiE 'failed to clone|resolve host|unable to access' "$work/resolved" ||
    fail "the packages cannot be resolved: $(tail -n 1 "$work/resolved")"
  say "skipped: swift-log, swift-metrics and swift-service-lifecycle cannot be fetched here."
  exit 0
fi
log=$work/build
if ! build_here --package-path Bridges --build-tests >"$log" 2>&1; then
  grep -E '(error|warning): ' "$log" >&2 || tail "$log" >&2
  fail "the bridges cannot be built."
fi
warnings=$(grep -E "/Bridges/[^ ]+\.swift:[0-9]+:[0-9]+: warning: " "$log" | sort -u) || true
[ -z "$warnings" ] || fail "the compiler warns: $warnings"

swift test --skip-build --package-path Bridges --scratch-path "$scratch" </dev/null >"$work/tested" 2>&1 ||
  fail "the tests fail: $(grep -E '✘|error: ' "$work/tested" || tail -n 3 "$work/tested")"

# The code blocks of their pages compile.
mkdir "$work/blocks"
perl scripts/lib/blocks.pl "$work/blocks" Bridges/Sources/*/*.docc/*.md || fail "there are wrong blocks."
for block in "$work"/blocks/swift/*.swift; do
  swiftc -typecheck -suppress-warnings -swift-version 6 -default-isolation MainActor -module-name block \
    -enable-upcoming-feature MemberImportVisibility -enable-upcoming-feature NonisolatedNonsendingByDefault \
    -I "$bin/Modules" -I CLibUV -I CCares -I COpenSSL -I CSodium -I Sources/CAEBasics/include "$block" ||
    fail "a block does not compile."
done

# says NAME PATTERN
says() {
  wait_for "$1.out" "$2" || fail "$1 has not said \"$2\": $(last_words "$1")"
}

# A server that cannot be configured says why.
cat >"$work/broken.rc" <<'END_OF_RC'
{ "binds": ["nowhere at all"] }
END_OF_RC
start broken "$bin/eg_server"
! ended broken || fail "a server with a broken configuration has ended well."
grep -q 'crit  eg_server: the server has failed error=.*nowhere at all' "$work/broken.err" ||
  fail "there is no sentence about the configuration: $(last_words broken)"

configuration first
start_node first "$bin/eg_server"
says first 'eg_server/.* is ready$'
first=${lines% is ready}

configuration second "$address"
export AE_VERBOSE=9
start second "$bin/eg_server"
unset AE_VERBOSE
says second ' is ready$'
second=${lines% is ready}
says second "^$first says: hello, $second\$"
says first "^$second says: hello, $first\$"
wait_for first.err "note  eg_server: greeted by=$second\$" || fail "the logger of first has logged no greeting."

# Its metrics come by the loggers' way, too.
for metric in "aemp_connections is 1.0 node=$second" "aemp_round_trip_seconds is 0[.0-9e-]* node=$second peer=$first" \
  "aemp_connects_total is 1 node=$second"; do
  wait_for second.err "trace eg_server::metrics: $metric\$" || fail "second does not publish \"$metric\"."
done

kill -TERM "$(cat "$work/first.pid")"
ended first || fail "first has not ended well: $(last_words first)"
printf '%s has ended\n' 'the front' 'the node' 'the store' >"$work/expected"
grep 'has ended$' "$work/first.out" | cmp - "$work/expected" || fail "first was shut down in another order."

says second "^$first has gone\$"
kill -INT "$(cat "$work/second.pid")"
ended second || fail "second has not ended well: $(last_words second)"
grep 'has ended$' "$work/second.out" | cmp - "$work/expected" || fail "second was shut down in another order."
