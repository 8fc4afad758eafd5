#!/bin/sh
# A configuration file that does not parse: an error that says where, and the file stays.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
broken=$work/node.rc
printf '{\n  "secret": "abc",\n  "binds": ["127.0.0.1:*" "127.0.0.1:*"]\n}\n' >"$broken"
cp "$broken" "$work/before"

# refused NAME COMMAND...
refused() {
  name=$1
  shift
  cp "$work/before" "$work/$name.rc"
  start "$name" "$@"
  if ended "$name"; then
    fail "\"${1##*/} ${2-}\" succeeded with a broken configuration file."
  fi
  grep -q "$work/$name.rc:3:27" "$work/$name.err" ||
    fail "\"${1##*/} ${2-}\" does not name the file, line 3 and column 27: $(last_words "$name")"
  cmp -s "$work/before" "$work/$name.rc" ||
    fail "\"${1##*/} ${2-}\" changed a configuration file that it could not read."
}

refused receiver "$bin/eg_receiver"
refused gensecret "$bin/aemp" gensecret
refused delsecret "$bin/aemp" delsecret
refused showconfig "$bin/aemp" showconfig
