#!/bin/sh
# The programs that wait for messages with await: a file server in steps, a chat room, and a supervised pool, which work
# with the members and workers of the programs that are written with callbacks.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh
# shellcheck source=scripts/lib/examples.sh
. scripts/lib/examples.sh

begin

# --- A file server: what comes in between waits.

start files "$bin/eg_file_server"
ended files || fail "the file server did not end well: $(last_words files)"
printf '%s\n' 'server: haiku' 'server: empty' 'server: letter' 'client: haiku has 54 bytes' \
  'client: empty has 0 bytes' 'client: letter has 12 bytes' | sort >"$work/wanted"
head -n 6 "$work/files.out" | sort | cmp - "$work/wanted" ||
  fail "the file server printed something else: $(cat "$work/files.out")"
tail -n 5 "$work/files.out" >"$work/files.rest"
printf '%s\n' 'empty: 0' 'haiku: 54' 'letter: 12' 'server: torso' 'die: torso has no end' |
  cmp - "$work/files.rest" || fail "the file server ended otherwise: $(cat "$work/files.out")"

# --- The pool, and the chat.

supervised_pool eg_async_pool
chat_begins eg_async_chat_room
chat_survives
stop room
