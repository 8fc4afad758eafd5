# shellcheck shell=sh
# Networks of nodes for tests in sh. To be sourced:
#
#   . scripts/lib/aemp.sh
#   aemp_network                    # a home and a secret of their own, a seed
#   aemp_nodes worker 3             # worker/1, worker/2, worker/3
#   aemp_start printer ./printer    # a program of yours that calls configure()
#   aemp_meshed                     # waits until all of them answer
#   aemp snd printer#in "hello"     # the tool, inside of this network
#   aemp_kill worker/2              # kill -9
#   aemp wait node worker/2 --count 0
#
# Everything that was started ends with the script, by its process id, and the
# home goes. Nothing here waits for time to pass. A test that fails keeps what
# the nodes said if AEMP_LOGS names a directory.
#
# AEMP names the tool (default: the one that was built here, else the one in
# PATH); AEMP_TIMEOUT says how many seconds any one thing may take (30). The
# variables AEMP_HOME (the directory) and AEMP_SEED (the seed's address) are
# for reading.

: "${AEMP_TIMEOUT:=30}"
if [ -z "${AEMP-}" ]; then
  if [ -n "${bin-}" ]; then AEMP=$bin/aemp; else AEMP=$(command -v aemp) || AEMP=.build/debug/aemp; fi
fi

# aemp COMMAND...
# The tool with the configuration of this network.
aemp() {
  PERL_ANYEVENT_MP_RC=$AEMP_HOME/tool~.rc "$AEMP" "$@"
}

# aemp_network [SETTINGS]
# Makes the home and the secret and starts the seed, a node named "seed".
# SETTINGS are further members of the configuration of every node, as JSON:
# aemp_network '"heartbeat": 1, "heartbeat_timeout": 3'
aemp_network() {
  AEMP_HOME=$(mktemp -d) || aemp_fail "no temporary directory can be made"
  AEMP_SETTINGS=${1:+$1,}
  AEMP_SEED=
  AEMP_NAMES=
  trap aemp_end EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM

  # The user's own settings must not matter.
  for aemp_variable in $(env | sed -n 's/^\(\(PERL_ANYEVENT\|AE\)_[A-Z_]*\)=.*/\1/p'); do
    unset "$aemp_variable"
  done
  PERL_ANYEVENT_MP_RC=$AEMP_HOME/secret~.rc "$AEMP" gensecret || aemp_fail "no secret can be made"
  AEMP_SECRET=$(sed -n 's/.*"secret"[^"]*"\([^"]*\)".*/\1/p' "$AEMP_HOME/secret~.rc")

  aemp_start seed "$AEMP" run
  # It prints its id and its address when it is ready.
  AEMP_SEED=$(timeout "$AEMP_TIMEOUT" tail -n +1 -s 0.02 --pid="$(aemp_pid seed)" \
    -f "$AEMP_HOME/seed.out" 2>/dev/null | head -n 1 | cut -f 2)
  [ -n "$AEMP_SEED" ] || aemp_fail "the seed did not start: $(aemp_last_words seed)"
  aemp_configuration tool~
}

# aemp_start NAME COMMAND...
# Starts a program whose node gets this id: its configuration file has the id,
# a listener at a port that the kernel picks, the seed and the secret. Its
# output goes to $AEMP_HOME/NAME.out and .err, with "~" for "/".
aemp_start() {
  aemp_name=$1
  aemp_file=$(aemp_file "$1")
  [ ! -e "$aemp_file.pid" ] || aemp_fail "$1 was started already; aemp_stop it before"
  shift
  aemp_configuration "$aemp_name"
  PERL_ANYEVENT_MP_RC=$aemp_file.rc "$@" </dev/null >"$aemp_file.out" 2>"$aemp_file.err" &
  echo $! >"$aemp_file.pid"
  AEMP_NAMES="$AEMP_NAMES $aemp_name"
}

# aemp_nodes PREFIX COUNT
# Starts nodes of the tool: PREFIX/1, PREFIX/2, …
aemp_nodes() {
  aemp_number=1
  while [ "$aemp_number" -le "$2" ]; do
    aemp_start "$1/$aemp_number" "$AEMP" run
    aemp_number=$((aemp_number + 1))
  done
}

# aemp_meshed
# Waits until every node that was started and not stopped is known to the
# network and answers.
aemp_meshed() {
  for aemp_name in $AEMP_NAMES; do
    aemp wait --timeout "$AEMP_TIMEOUT" node "$aemp_name" ||
      aemp_fail "$aemp_name is not there: $(aemp_last_words "$aemp_name")"
  done
}

# aemp_pid NAME
# Prints the process id of a node that was started.
aemp_pid() {
  cat "$(aemp_file "$1").pid" 2>/dev/null || aemp_fail "$1 was not started"
}

# aemp_stop NAME [SIGNAL]
# Ends a node (TERM, or another signal) and waits for its end.
aemp_stop() {
  aemp_file=$(aemp_file "$1")
  aemp_pid=$(aemp_pid "$1") || exit 1
  rm -f "$aemp_file.pid"
  AEMP_NAMES=$(for aemp_name in $AEMP_NAMES; do
    [ "$aemp_name" = "$1" ] || printf '%s ' "$aemp_name"
  done)
  kill -s "${2:-TERM}" "$aemp_pid" 2>/dev/null || true
  # One that does not care to end is ended.
  timeout 10 tail --pid="$aemp_pid" -s 0.02 -f /dev/null 2>/dev/null ||
    kill -KILL "$aemp_pid" 2>/dev/null || true
  wait "$aemp_pid" 2>/dev/null || true
}

# aemp_kill NAME
# Ends a node at once, without a chance to say good-bye.
aemp_kill() {
  aemp_stop "$1" KILL
}

# Ends all nodes and removes the home; called at the end by itself.
aemp_end() {
  aemp_status=$?
  trap - EXIT HUP INT TERM
  for aemp_left in "$AEMP_HOME"/*.pid; do
    [ ! -e "$aemp_left" ] || kill "$(cat "$aemp_left")" 2>/dev/null || true
  done
  for aemp_name in $AEMP_NAMES; do aemp_stop "$aemp_name"; done
  if [ "$aemp_status" != 0 ] && [ -n "${AEMP_LOGS-}" ]; then
    mkdir -p "$AEMP_LOGS" && cp "$AEMP_HOME"/*.out "$AEMP_HOME"/*.err "$AEMP_LOGS"
  fi
  rm -rf "$AEMP_HOME"
  exit "$aemp_status"
}

# aemp_fail SENTENCE
# Ends the test with a sentence.
aemp_fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

aemp_file() {
  printf '%s/%s' "$AEMP_HOME" "$(printf %s "$1" | tr / "~")"
}

# The last thing a node said on standard error.
aemp_last_words() {
  aemp_line=$(tail -n 1 "$(aemp_file "$1").err" 2>/dev/null)
  printf '%s' "${aemp_line:-it said nothing}"
}

# Writes the configuration file of a node, for its owner only; the tool's node
# has a name of its own, and listens where all of them do. What is no node is
# written with a "~", which no node id has.
aemp_configuration() {
  aemp_id="\"nodeid\": \"$1\","
  [ "$1" != tool~ ] || aemp_id='"profile": { "aemp": { "binds": ["127.0.0.1:*"] } },'
  (
    umask 077
    cat >"$(aemp_file "$1").rc" <<END
{ $AEMP_SETTINGS $aemp_id "binds": ["127.0.0.1:*"], "secret": "$AEMP_SECRET",
  "seeds": [${AEMP_SEED:+\"$AEMP_SEED\"}] }
END
  )
}
