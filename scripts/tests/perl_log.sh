#!/bin/sh
# Our node catches the log of a Perl peer, and a Perl peer that of our node, as
# AnyEvent::MP::LogCatcher does.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
configuration first
for framing in cbor json; do
  # Ours catches up to level 7.
  start_peer source log_source --framing "$framing" --nodeid perl/source
  peer_listens source
  configuration catcher "$address" '"services": [["AnyEvent::MP::LogCatcher::catch", 7]]'
  start_node catcher "$bin/aemp" run
  wait_for catcher.err 'the last one' ||
    fail "nothing was caught: $(last_words catcher); $(cat "$work/source.out")"
  grep -q '^Caught by: .* up to 7$' "$work/source.out" ||
    fail "the Perl peer was not asked for level 7: $(cat "$work/source.out")"
  while read -r line; do
    grep -q " $line\$" "$work/catcher.err" ||
      fail "there is no line \"$line\": $(cat "$work/catcher.err")"
  done <<END
warn  MyApp: \\[perl/source\\((+[0-9.]*)\\)\\{0,1\\}\\] a warning
info  MyApp::Part: \\[perl/source\\((+[0-9.]*)\\)\\{0,1\\}\\] information
error MyApp: \\[perl/source(+30\\.[0-9]*)\\] an old error
+ lines \\\\x9b31m €
error AnyEvent::MP::LogCatcher: perl/source sends no log messages but something else: ignored
END
  ! grep -q 'a trace' "$work/catcher.err" || fail "a message beyond level 7 was caught."
  stop catcher
  peer_succeeds source

  # Perl catches up to level 4.
  configuration node
  start_node node "$bin/aemp" run
  start_peer catcher log_catcher --seed "$address" --framing "$framing"
  peer_succeeds catcher
  grep -q '^Log: .* AnyEvent::MP::Kernel 4 .*no_such_request_1' "$work/catcher.out" ||
    fail "the error was not caught as it should: $(cat "$work/catcher.out")"
  stop node
done
