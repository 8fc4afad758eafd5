#!/bin/sh
# What the scripts do about packages and the toolchain, on a machine that is
# made of stand-ins for dpkg-query, apt-get, sudo and swift.

set -eu

cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

for tool in sh sed grep head tail mktemp rm env cat; do
  ln -s "$(command -v "$tool")" "$work/bin/$tool"
done

# stand_in NAME: its script comes from standard input
stand_in() {
  {
    echo '#!/bin/sh'
    cat
  } >"$work/bin/$1"
  chmod +x "$work/bin/$1"
}

# with FUNCTION...: runs a function of the library there; output in $work/out
with() {
  (
    PATH=$work/bin
    HOME=$work
    SWIFT_DIRECTORIES=
    export PATH HOME SWIFT_DIRECTORIES work
    sh -c '. scripts/lib/packages.sh; "$@"' script "$@"
  ) >"$work/out" 2>&1 </dev/null
}

said() {
  grep -q -- "$1" "$work/out" || fail "expected \"$1\" but it said: $(cat "$work/out")"
}

calls() {
  [ "$(cat "$work/calls" 2>/dev/null)" = "$1" ] ||
    fail "expected the calls \"$1\" but they were: $(cat "$work/calls" 2>/dev/null)"
  rm -f "$work/calls"
}

# shellcheck disable=SC2016 # $work and $1 are the stand-in's
stand_in dpkg-query <<'END'
for name in "$@"; do :; done
if [ -e "$work/installed-$name" ]; then echo "install ok installed"; else exit 1; fi
END
stand_in apt-cache <<'END'
for name in "$@"; do :; done
[ -e "$work/known-$name" ]
END
stand_in apt-get <<'END'
for word in "$@"; do
  case $word in
    update) echo update >>"$work/calls"; : >"$work/known-one"; exit 0 ;;
  esac
done
echo install "$word" >>"$work/calls"
if [ -e "$work/broken" ]; then echo "E: disk full" >&2; exit 100; fi
: >"$work/installed-$word"
END
stand_in id <<'END'
if [ -e "$work/user" ]; then echo 1000; else echo 0; fi
END

: >"$work/installed-one"
with install_packages one || fail "packages that are there: it failed: $(cat "$work/out")"
calls ""
[ ! -s "$work/out" ] || fail "packages that are there: it is not silent"

rm "$work/installed-one"
: >"$work/known-one"
with install_packages one || fail "a package that is missing: it failed: $(cat "$work/out")"
calls "install one"
said "Installing packages: one"

rm "$work/installed-one" "$work/known-one"
with install_packages one || fail "a package that is not in the lists: it failed: $(cat "$work/out")"
calls "update
install one"

rm "$work/installed-one"
: >"$work/broken"
! with install_packages one || fail "an installation that fails: it succeeded"
said "could not be installed: one (E: disk full)"
rm -f "$work/broken" "$work/calls"

: >"$work/user"
! with install_packages one || fail "a user without sudo: it succeeded"
said "run as root: apt-get install one"
calls ""

stand_in sudo <<'END'
echo "sudo $1" >>"$work/calls"
shift
"$@"
END
with install_packages one || fail "a user with sudo: it failed: $(cat "$work/out")"
calls "sudo -n
install one"

rm "$work/bin/dpkg-query"
! with install_packages one || fail "another system: it succeeded"
said "not a Debian system"

# shellcheck disable=SC2016
try_swift() {
  printf 'echo "Swift version %s (swift-%s-RELEASE)"\n' "$1" "$1" | stand_in swift
  with require_swift
}

! with require_swift || fail "no Swift: it succeeded"
said 'there is no command "swift"'
for version in 6.2 6.3.1 7.0; do
  try_swift "$version" || fail "Swift $version was refused: $(cat "$work/out")"
done
for version in 6.1.2 5.10; do
  ! try_swift "$version" || fail "Swift $version was accepted"
  said "6.2 or newer is needed, and this is ${version%.2},"
done
