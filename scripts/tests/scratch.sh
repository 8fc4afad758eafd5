#!/bin/sh
# Whoever interrupts a script that builds several packages into one directory
# finds no plan of another package there; the plan of the package itself stays.

set -eu

cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fails TEXT
fails() {
  printf '%s\n' "$1" >&2
  exit 1
}

# A build that ends like an interrupted one, once the plan is there.
cat >"$work/interrupted" <<'EOF'
. scripts/lib/scratch.sh
trap drop_foreign_plan EXIT
trap 'exit 130' INT
: >"$scratch/debug.yaml"
[ "$1" = other ] || is_ours=yes
kill -INT $$
exit 0
EOF

for package in other own; do
  status=0
  AE_SCRATCH=$work sh "$work/interrupted" "$package" || status=$?
  [ "$status" = 130 ] || fails "the status is $status."
  if [ "$package" = other ]; then
    [ ! -e "$work/debug.yaml" ] || fails "the plan of another package is left."
  else
    [ -e "$work/debug.yaml" ] || fails "the package's own plan is gone."
  fi
done

for script in scripts/test scripts/demo; do
  grep -q 'trap .*drop_foreign_plan.* EXIT' "$script" || fails "$script does not drop the plan."
  if grep -q 'disable-build-manifest-caching' "$script"; then
    fails "$script builds without scripts/lib/scratch.sh."
  fi
done
