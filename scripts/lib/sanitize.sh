# shellcheck shell=sh
# Runs of the Swift tests under a sanitizer. To be sourced after packages.sh.

# sanitize address|thread [ARGUMENTS OF swift test]
# Needs $root and $scratch, the package and its build directory, and the command "limited" of scripts/test.
# shellcheck disable=SC2154
# Builds the tests with that sanitizer and runs them; fails if it finds something.
sanitize() {
  kind=$1
  shift
  say "Testing under the $kind sanitizer"
  (
    # Reasons are known by the names of functions, also in programs that tests start without a PATH.
    common=external_symbolizer_path=$(command -v llvm-symbolizer || true)
    # Leaks are looked for at the end of the process.
    export ASAN_OPTIONS="detect_leaks=1:$common${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
    export LSAN_OPTIONS="suppressions=$root/scripts/lib/leak.supp:print_suppressions=0"
    # Children of forks begin threads: Swift programs must not, but those that embed the library may, and tests do.
    export TSAN_OPTIONS="die_after_fork=0:$common${TSAN_OPTIONS:+:$TSAN_OPTIONS}"
    # Otherwise all tests begin at once, and each wait of one takes a turn of all others: then the children of exit
    # tests are waited for minutes after their end, and so is all that has a time limit.
    export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8
    # Swift's own backtrace of a crash would take minutes under a sanitizer.
    export SWIFT_BACKTRACE=enable=no
    found=0
    sanitized_build --package-path Tests/Fuzz --product fuzzPackageTests || return 1
    sanitized_test --package-path Tests/Fuzz "$@" || found=1
    sanitized_build --build-tests || return 1
    sanitized_test "$@" || found=1
    return "$found"
  )
}

# Builds for the sanitizer $kind, with further arguments of swift build; a plan of its own for each package.
sanitized_build() {
  # lld, as the linker gold complains of every symbol that the sanitizer would like to export.
  set -- -Xswiftc -use-ld=lld "$@"
  if [ "$kind" = thread ]; then
    mkdir -p "$scratch/$kind"
    mutex=$(cd "$scratch/$kind" && pwd)/mutex.o
    clang -O1 -c "$root/scripts/lib/mutex.c" -o "$mutex" || return 1
    set -- -Xlinker "$mutex" "$@"
  fi
  swift build --disable-build-manifest-caching --sanitize="$kind" --scratch-path "$scratch/$kind" "$@"
}

# Runs what was built last, with further arguments of swift test.
sanitized_test() {
  limited 7200 swift test --skip-build --sanitize="$kind" --scratch-path "$scratch/$kind" "$@"
}
