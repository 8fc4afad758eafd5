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

# A running node whose file would leave it without credentials goes on as before, and so can be mended from afar.
configuration running '' '"nodeid": "running"'
start_node running "$bin/aemp" run
configuration tool '' "\"seeds\": [\"$address\"]"
cp "$work/running.rc" "$work/good"

# tool COMMAND...
tool() { PERL_ANYEVENT_MP_RC=$work/tool.rc "$bin/aemp" "$@" >"$work/said" 2>&1 </dev/null; }

# keeps SENTENCE
keeps() {
  ! tool reload running || fail "a reload without \"$1\": $(cat "$work/said")"
  grep -qF -- "$1" "$work/said" || fail "the reload does not say \"$1\": $(cat "$work/said")"
  tool ping --count 1 running || fail "after \"$1\" nobody reaches the node: $(cat "$work/said")"
}

: >"$work/running.rc"
keeps 'is empty; put its settings back'
printf '{}\n' >"$work/running.rc"
keeps 'neither a secret nor a certificate would be left'
sed 's/"secret"/"sekret"/' "$work/good" >"$work/running.rc"
keeps 'is no setting and has no effect; write "secret" if you mean that'
wait_for running.err 'the configuration stays as it was: .*write "secret"' || fail "the node does not log why it goes on."
sed 's/"nodeid"/"heartbeatt": 3, "nodeid"/' "$work/good" >"$work/running.rc"
tool reload running || fail "a name that is no setting is refused: $(cat "$work/said")"
grep -q '^warning: "heartbeatt" in .* write "heartbeat" if you mean that$' "$work/said" ||
  fail "a mistyped name is not warned of: $(cat "$work/said")"
