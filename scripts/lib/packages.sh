# shellcheck shell=sh
# What this machine must have before anything can be built. To be sourced.

# Prints what is going on.
say() {
  printf '%s\n' "$*"
}

# Ends the script with one sentence.
fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Is there somebody who could type a password?
if [ -t 0 ] && [ -z "${CI-}" ]; then attended=yes; else attended=; fi

# Runs a command as root, directly or by sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif ! command -v sudo >/dev/null 2>&1; then
    return 127
  elif [ -n "$attended" ]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

# Prints those of the packages that are not installed.
missing_packages() {
  for package in "$@"; do
    case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
      'install ok installed' | 'hold ok installed') ;;
      *) printf '%s ' "$package" ;;
    esac
  done
}

# install_packages PACKAGE...
# Makes sure that Debian packages are installed; touches nothing if they are.
install_packages() {
  if ! command -v dpkg-query >/dev/null 2>&1; then
    fail "this is not a Debian system, so install what corresponds to these packages and" \
      "build with \"swift build\": $*."
  fi

  missing=$(missing_packages "$@")
  missing=${missing% }
  [ -n "$missing" ] || return 0

  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null 2>&1; then
    fail "packages are missing and there is no sudo, so run as root: apt-get install $missing"
  fi

  say "Installing packages: $missing"
  log=$(mktemp) || fail "no temporary file can be made."

  # Package lists are fetched only if a package is not in them, or if what they
  # say is too old to install from.
  fresh=
  for package in $missing; do
    apt-cache show "$package" >/dev/null 2>&1 || fresh=no
  done
  [ "$fresh" != no ] || update_package_lists

  # shellcheck disable=SC2086 # a list of words
  if ! apt_get install $missing && [ "$fresh" != yes ]; then
    update_package_lists
    # shellcheck disable=SC2086
    apt_get install $missing
  fi

  still=$(missing_packages "$@")
  if [ -n "$still" ]; then
    reason=$(grep '^E: ' "$log" | tail -n 1)
    rm -f "$log"
    fail "these packages could not be installed: ${still% }${reason:+ ($reason)}."
  fi
  rm -f "$log"
}

apt_get() {
  verb=$1
  shift
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$verb" \
    ${1:+--no-install-recommends} "$@" </dev/null >>"$log" 2>&1
}

update_package_lists() {
  say "Updating the package lists"
  apt_get update || true
  fresh=yes
}

# Where toolchains are put by those who don't change PATH.
HOME=${HOME:-/root}
: "${SWIFT_DIRECTORIES=$HOME/.local/share/swiftly/bin $HOME/.swiftly/bin /usr/local/swift/usr/bin \
/opt/swift/usr/bin /opt/swift-*/usr/bin /usr/libexec/swift/bin}"

# Makes sure that there is a Swift toolchain, 6.2 or newer, as the command swift.
require_swift() {
  if ! command -v swift >/dev/null 2>&1; then
    for directory in $SWIFT_DIRECTORIES; do
      if [ -x "$directory/swift" ]; then
        PATH=$directory:$PATH
        export PATH
        break
      fi
    done
  fi
  command -v swift >/dev/null 2>&1 ||
    fail "there is no command \"swift\" here: install Swift 6.2 or newer from https://www.swift.org/install/."

  version=$(swift --version 2>/dev/null |
    sed -n 's/.*Swift version \([0-9][0-9]*\)\.\([0-9][0-9]*\).*/\1 \2/p' | head -n 1)
  major=${version% *}
  minor=${version#* }
  if [ -z "$version" ] || [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 2 ]; }; then
    fail "Swift 6.2 or newer is needed, and this is ${major:+$major.$minor, }$(command -v swift)."
  fi
}

# The packages that the libraries are built with.
build_packages() {
  install_packages libuv1-dev libc-ares-dev libcurl4-openssl-dev libsodium-dev libssl-dev pkg-config
}

# The packages that the tests need besides: those of the peer written in Perl.
test_packages() {
  install_packages perl libanyevent-perl libjson-xs-perl libcbor-xs-perl libdigest-sha3-perl \
    libnet-ssleay-perl
}

# install_servers PACKAGE...
# Makes sure that packages of servers are installed, and has Debian not start them; false if they cannot be had.
install_servers() {
  [ -n "$(missing_packages "$@")" ] || return 0
  policy=/usr/sbin/policy-rc.d
  made=
  if [ ! -e "$policy" ]; then
    # shellcheck disable=SC2016 # written by that shell
    as_root sh -c 'printf "#!/bin/sh\nexit 101\n" >"$1" && chmod 755 "$1"' sh "$policy" && made=yes || return 1
  fi
  status=0
  (install_packages "$@") || status=1
  [ -z "$made" ] || as_root rm -f "$policy"
  return "$status"
}
