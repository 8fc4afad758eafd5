#!/bin/sh
# The tool makes, changes and removes the secret in a file for its owner only.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
rc=$work/tool.rc
export PERL_ANYEVENT_MP_RC="$rc"

secret_of() {
  sed -n 's/.*"secret"[^"]*"\([^"]*\)".*/\1/p' "$rc"
}

"$bin/aemp" gensecret >/dev/null || fail "gensecret failed."
first=$(secret_of)
[ "${#first}" -ge 64 ] || fail "gensecret made a secret of ${#first} characters."
[ "$(stat -c %a "$rc")" = 600 ] || fail "the configuration file has mode $(stat -c %a "$rc")."

"$bin/aemp" gensecret >/dev/null || fail "gensecret failed the second time."
[ "$(secret_of)" != "$first" ] || fail "gensecret made the same secret twice."
[ -e "$rc~" ] || fail "the old configuration file was not kept."

echo "from standard input" | "$bin/aemp" setsecret - >/dev/null || fail "setsecret - failed."
[ "$(secret_of)" = "from standard input" ] || fail "setsecret - set \"$(secret_of)\"."
"$bin/aemp" setsecret "from the arguments" >/dev/null || fail "setsecret failed."
[ "$(secret_of)" = "from the arguments" ] || fail "setsecret set \"$(secret_of)\"."
"$bin/aemp" showconfig >"$work/shown" || fail "showconfig failed."
[ -s "$work/shown" ] || fail "showconfig showed nothing."

"$bin/aemp" delsecret >/dev/null || fail "delsecret failed."
[ -z "$(secret_of)" ] || fail "delsecret left a secret."

if "$bin/aemp" nonsense >"$work/out" 2>"$work/nonsense.err"; then
  fail "\"aemp nonsense\" succeeded."
fi
[ -s "$work/nonsense.err" ] || fail "\"aemp nonsense\" said nothing on standard error."
