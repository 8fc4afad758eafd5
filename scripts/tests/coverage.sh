#!/bin/sh
# The tables of what AnyEvent documents are those of its documentation and of the sources, and what is wrong with one is
# found.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh

scripts/coverage || fail "the tables in Documentation/Coverage are wrong."

work=$(mktemp -d) || fail "no temporary directory can be made."
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# refuses TABLE COMMAND SENTENCE
# What sed's command makes of a table is refused with the sentence.
refuses() {
  rm -rf "$work/copy"
  mkdir -p "$work/copy/scripts"
  cp -R scripts/coverage scripts/lib "$work/copy/scripts/"
  cp -R Documentation Coverage.md Porting.md "$work/copy/"
  ln -s "$PWD/Sources" "$work/copy/Sources"
  sed "$2" "Documentation/Coverage/$1.tsv" >"$work/copy/Documentation/Coverage/$1.tsv"
  if "$work/copy/scripts/coverage" >"$work/out" 2>&1; then fail "nobody notices \"$2\" in $1.tsv."; fi
  grep -qF -- "$3" "$work/out" || fail "\"$2\" in $1.tsv is refused by: $(cat "$work/out")"
}

refuses anyevent-mp 's/\tsnd PortID.send\t/\tsnd PortID.sent\t/' 'no public declaration of PortID.sent'
refuses anyevent 's/\trun_cmd(pid:)\t/\trun_cmd(pids:)\t/' 'no public declaration of run_cmd(pids:)'
# It is there for the compiler's sentence only.
refuses anyevent 's/\trun_cmd(pid:)\t/\trun_cmd(on_prepare:)\t/' 'no public declaration of run_cmd(on_prepare:)'
refuses anyevent 's/\tthere\tHandle.destroy\t/\tleft out\t\t/' 'its note does not say why'
refuses anyevent-mp 's/the lists are exact/&!/' 'Coverage.md is not what the tables say'
if perl -MAnyEvent::Handle -e 1 2>/dev/null; then
  refuses anyevent '/->destroyed/d' 'there is no line for "$handle->destroyed", which AnyEvent::Handle documents.'
  refuses anyevent 's/->destroyed/->destructed/' 'AnyEvent::Handle does not document "$handle->destructed"'
fi
