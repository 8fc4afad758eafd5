#!/bin/sh
# A mistake in a program stops it with a sentence and its place, in release builds too; what the
# system refuses is a sentence and exit code 1.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh

work=$(mktemp -d) || fail "no temporary directory can be made."
trap 'rm -rf "$work"' EXIT
scratch=${AE_SCRATCH:-.build}

# With the flags of scripts/install, so that what both build for release is compiled once.
set -- -c release --product anyevent-process --static-swift-stdlib --scratch-path "$scratch"
swift build "$@" >"$work/build" 2>&1 || fail "the release build failed: $(cat "$work/build")"
probe=$(swift build "$@" --show-bin-path)/anyevent-process

# The mistakes, and what is said about each behind file and line.
while read -r kind sentence; do
  # In the background, so that the shell says nothing about the end.
  status=0
  SWIFT_BACKTRACE=enable=no "$probe" misuse "$kind" </dev/null >/dev/null 2>"$work/said" &
  wait $! || status=$?
  [ "$status" = 134 ] || fail "$kind: it ended with $status: $(cat "$work/said")"
  grep -qE "^[A-Za-z_]+/[A-Za-z+]+\.swift:[0-9]+: .*$sentence" "$work/said" ||
    fail "$kind: it said only: $(cat "$work/said")"
done <<END
thread use loop.post
signal there is no signal called "NONSENSE"
harmful there is no signal called "\\\\u\\{9b\\}31m\\\\u\\{202e\\}\\\\u\\{a\\}\\\\u\\{2028\\}"
unwatchable signal 9 cannot be watched
end call begin\(\) for each end\(\)
value has no value to send
nested the loop is running already
closed the loop is closed
descriptor descriptor 999 is not open
group a child is watched by its process id
chunk chunk\(-1\): a handle reads no fewer than 0 bytes
mode an I/O watcher polls for "r" or "w"
time advance moves the time
END
# Where the caller is known, it is the caller's place.
SWIFT_BACKTRACE=enable=no "$probe" misuse signal 2>"$work/said" >/dev/null & wait $! || true
grep -q '^anyevent_process/Misuse.swift:' "$work/said" ||
  fail "the place is not the caller's: $(cat "$work/said")"

# Fewer and fewer descriptors: it never stops without a sentence.
home=$work/home
mkdir "$home"
limit=20
while [ "$limit" -ge 4 ]; do
  status=0
  # The limit is set last, because a shell needs descriptors, too.
  HOME=$home PERL_ANYEVENT_MP_RC=$home/rc timeout -s KILL 20 \
    sh -c 'ulimit -n "$1" && exec "$2" nodes --timeout 1' - "$limit" "$bin/aemp" \
    </dev/null >"$work/out" 2>"$work/said" || status=$?
  case $status in
    0 | 1) ;;
    # The system's own loader needs some too, and says so.
    127) grep -q 'Too many open files\|cannot open shared object' "$work/said" || fail "$limit descriptors: $(cat "$work/said")" ;;
    *) fail "with $limit descriptors aemp ended with $status: $(cat "$work/said")" ;;
  esac
  [ "$status" = 0 ] || [ -s "$work/said" ] || fail "with $limit descriptors aemp said nothing."
  limit=$((limit - 1))
done
say "Mistakes and refusals end with their sentences."
