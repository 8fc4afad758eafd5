# shellcheck shell=sh
# Builds of several packages in one directory, so that they share the libraries. To be sourced.
# SwiftPM keeps one plan there, which it would take for any package, so each build makes its own. The package itself
# comes last: whoever builds or tests in this directory afterwards finds the plan of it. A script that is interrupted
# before that must not leave another package's plan behind: its trap for EXIT calls drop_foreign_plan.

scratch=${AE_SCRATCH:-.build}
# Whether the plan is that of the package itself, which a script says when it has built that.
is_ours=

# Removes the plan, unless it is that of the package itself.
drop_foreign_plan() {
  [ -n "$is_ours" ] || rm -f "$scratch/debug.yaml"
}

# build_here ARGUMENTS OF swift build: builds into the one directory.
build_here() {
  swift build --disable-build-manifest-caching --scratch-path "$scratch" "$@"
}
