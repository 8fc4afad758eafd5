#!/bin/sh
# What scripts/lib/aemp.sh says to mistakes, how it reports checks that fail, and that nothing of it stays behind,
# however a script ends.

set -eu

cd "$(dirname "$0")/../.."
. scripts/lib/aemp.sh
export AEMP AEMP_TIMEOUT
library=$PWD/scripts/lib/aemp.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$work/tmp"

# script CODE: runs the script at standard input; its output is in $work/out and $work/err, and nothing else is left.
script() {
  { echo "set -eu; . '$library'"; cat; } >"$work/script.sh"
  code=0
  TMPDIR=$work/tmp sh "$work/script.sh" --junit "$work/junit.xml" >"$work/out" 2>"$work/err" || code=$?
  [ "$code" = "$1" ] || fail "exit code $code instead of $1"
  nothing_left
}

fail() {
  echo "$1: $(cat "$work/script.sh" "$work/out" "$work/err")" >&2
  exit 1
}

nothing_left() {
  [ -z "$(ls "$work/tmp")" ] || fail "left lying about: $(ls -R "$work/tmp")"
  left=$(grep -l -e "TMPDIR=$work/tmp" /proc/[0-9]*/environ 2>/dev/null) || true
  # Not all of these files can be read, so only what was found counts.
  [ -z "$left" ] || fail "left running: $left"
}

# said FILE TEXT: the output has a line with this text.
said() {
  grep -q -F -e "$2" "$work/$1" || fail "was not said: $2"
}

script 3 <<'END'
aemp_network
aemp_cut seed nobody
END
said err 'aemp: the proxy knows no node "nobody"; it has: seed'

script 2 <<'END'
aemp_network
aemp_nodes a 1
aemp_slow seed a/1 0
END
said err 'aemp: slow takes bytes a second above 0, such as 1000, not "0"'

script 1 <<'END'
aemp_cut a b
END
said err 'script.sh: there are no links yet; call aemp_network before'

script 1 <<'END'
AEMP_TIMEOUT=1
aemp_network
aemp_start late sleep 1000
aemp_meshed
END
said err 'script.sh: late is not there: it said nothing'

script 1 <<'END'
AEMP_TIMEOUT=1
aemp_network
aemp_start never /nonexistent/program
aemp_meshed
END
said err 'script.sh: never is not there: '
said err '/nonexistent/program'

for mistake in '--seeds x' '--seeds 0' '--bogus'; do
  script 1 <<END
aemp_network $mistake
END
  said err "script.sh: "
done
script 1 <<'END'
aemp_network
aemp_freeze nobody
END
said err 'script.sh: nobody was not started'

# A node that is away, and one that was stopped for good, keep nobody.
script 0 <<'END'
aemp_network --quick
aemp_nodes a 2
aemp_meshed
aemp_stop a/1
aemp_wait node a/1 --count 0
aemp_freeze a/2
END

# Checks that fail say what was seen, and what nodes have logged since the last one that did not.
script 1 <<'END'
AEMP_TIMEOUT=1
aemp_plan 4
aemp_network --quick
aemp_nodes a 1
aemp_ok "it comes" aemp_wait node a/1
aemp_cut seed a/1
aemp_ok "a <check> that fails" aemp_wait node b/1
aemp_is "equal" "1 & 2" 3
END
said out 'ok 1 - it comes'
said out 'not ok 2 - a <check> that fails'
said out '# aemp_wait node b/1: exit status 6'
said out '# seed: '
said out 'a/1 is down'
! grep -q 'seed is up' "$work/out" || fail "the log of what went well is shown"
said out 'not ok 3 - equal'
said out '# 3 of 4 checks were made'
said junit.xml '<testsuite name="script.sh" tests="3" failures="2" errors="1">'
said junit.xml 'name="a &lt;check&gt; that fails"'
said junit.xml 'got: 1 &amp; 2'
if command -v perl >/dev/null && perl -MXML::Parser -e 1 2>/dev/null; then
  perl -MXML::Parser -e 'XML::Parser->new->parsefile ($ARGV[0])' "$work/junit.xml"
fi

# A command of a check that ends the script is heard, too.
script 1 <<'END'
aemp_plan 1
aemp_network --quick
aemp_ok "no such seed" aemp_start seed true
END
said out '# "no such seed" has ended the script:'
said out 'seed was started already; aemp_stop it before'
said out '# 0 of 1 checks were made'

script 1 <<'END'
aemp_ok "too early" true
END
said err 'aemp_plan did not say'

# Signals.
for signal in HUP:129 INT:130 TERM:143; do
  cat >"$work/script.sh" <<END
set -eu; . '$library'
aemp_network
aemp_nodes a 2
aemp_meshed
aemp_freeze a/2
echo ready >&3
aemp_wait node never
END
  mkfifo "$work/ready"
  # In the background INT is ignored, and with it in all that it starts.
  TMPDIR=$work/tmp perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' sh "$work/script.sh" \
    3>"$work/ready" >"$work/out" 2>"$work/err" &
  pid=$!
  read -r _ <"$work/ready" || true
  kill -s "${signal%:*}" "$pid"
  code=0
  wait "$pid" || code=$?
  rm "$work/ready"
  [ "$code" = "${signal#*:}" ] || fail "$signal: exit code $code"
  nothing_left
done
