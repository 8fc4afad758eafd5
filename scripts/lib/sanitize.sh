# shellcheck shell=sh
# Runs of the Swift tests under a sanitizer. To be sourced after packages.sh.

# sanitize address|thread [ARGUMENTS OF swift test]
# Needs $root and $scratch, the package and its build directory.
# shellcheck disable=SC2154
# Builds the tests with that sanitizer and runs them; fails if it finds something.
sanitize() {
  kind=$1
  shift
  say "Building for the $kind sanitizer"
  swift build --build-tests --sanitize="$kind" --scratch-path "$scratch/$kind" || return 1
  say "Testing under the $kind sanitizer"
  # Without leaks: LeakSanitizer stops the process by ptrace, which containers forbid, and calls
  # what Swift's runtime keeps for ever (metadata, conformance caches) a leak. Objects that live too long
  # are found by the tests that count them.
  (
    export ASAN_OPTIONS="detect_leaks=0:allocator_may_return_null=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
    export TSAN_OPTIONS="suppressions=$root/scripts/lib/thread.supp${TSAN_OPTIONS:+:$TSAN_OPTIONS}"
    # Swift's own backtrace of a crash would take minutes under a sanitizer.
    export SWIFT_BACKTRACE=enable=no
    swift test --skip-build --sanitize="$kind" --scratch-path "$scratch/$kind" "$@"
  )
}
