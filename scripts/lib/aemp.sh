# shellcheck shell=sh
# Networks of nodes for tests in sh, with links in trouble. To be sourced:
#
#   . scripts/lib/aemp.sh
#   aemp_plan 3                     # three checks follow, as TAP for "prove"
#   aemp_network --quick            # a home and a secret of their own, a seed
#   aemp_nodes worker 3             # worker/1, worker/2, worker/3
#   aemp_start printer ./printer    # a program of yours that calls configure()
#   aemp_meshed                     # waits until all of them answer
#   aemp snd printer#in "hello"     # the tool, inside of this network
#   aemp_cut seed worker/2          # nothing passes between the two any more
#   aemp_ok "it is missed" aemp_wait node worker/2 --count 0
#   aemp_heal
#   aemp_ok "it is back" aemp_wait node worker/2
#   aemp_kill worker/3              # kill -9
#   aemp_wait node worker/ --count 2
#   aemp_is "two are left" "$(aemp nodes | grep -c '^worker/')" 2
#
# Everything that was started ends with the script, by its process id, and the
# home goes, also when the script is interrupted. Nothing here waits for time to
# pass. A test that fails keeps what the nodes said if AEMP_LOGS names a
# directory.
#
# Links. Every connection between two nodes goes through one process, "aemp
# proxy": a node listens where its configuration says, and announces the proxy's
# address instead (the setting "announce"). No root is needed, only 127.0.0.1.
# The links of the tool itself, "aemp ...", have no faults.
#   aemp_cut A B          closes the connections, and new ones as well
#   aemp_refuse A B       closes new ones only
#   aemp_silence A B      passes nothing on, closes nothing
#   aemp_slow A B RATE    bytes a second, in each direction
#   aemp_delay A B MS     milliseconds, in each direction
#   aemp_drop A B P [SEED]      closes connections at random, with the
#                         probability P for each 1024 bytes; equal for equal SEEDs
#   aemp_partition "A B" "C D"  cuts all links between two groups
#   aemp_heal [A B]       takes the faults of one link away, or all
#   aemp_await A B connections|drops|refusals|bytes N   waits until there are so many
#   aemp_links            lists the links, see "aemp help proxy"
#   aemp_freeze NODE, aemp_thaw NODE    stops its processes, lets them go on
#
# Programs. A program needs to follow its configuration file, which the variable
# PERL_ANYEVENT_MP_RC names: the node id, where to listen, what to announce, the
# seeds. C programs do so with AEMP_USE_FILE, or take it from the variables
# AEMP_NODE, AEMP_BIND, AEMP_ANNOUNCE and AEMP_SEEDS (with commas). AnyEvent::MP
# 2.02 does not know "announce": "aemp_start --perl NAME COMMAND..." has it
# announced by Perl code in the setting "eval".
#
# Checks. After aemp_plan they are printed as TAP, and the script fails at its end
# if one of them did, or not all were made. Of a check that fails it is shown what
# was said, and of each node what it has logged since the last check that passed.
# "--junit FILE" among the script's arguments, or AEMP_JUNIT, names a file for the
# same as JUnit's XML, or a directory for a file of each script.
#
# AEMP names the tool (default: the one that was built here, else the one in
# PATH), AEMP_OLD another one, for tests of upgrades (default: the same; one that
# does not know "announce" yet is reached past the proxy by whoever looks it up);
# AEMP_TIMEOUT says how many seconds any one thing may take (30). The
# variables AEMP_HOME (the directory) and AEMP_SEED (the first seed's address) are
# for reading.

: "${AEMP_TIMEOUT:=30}"
if [ -z "${AEMP-}" ]; then
  if [ -n "${bin-}" ]; then AEMP=$bin/aemp; elif [ -x .build/debug/aemp ]; then AEMP=.build/debug/aemp; else
    AEMP=$(command -v aemp) || AEMP=.build/debug/aemp
  fi
fi
: "${AEMP_OLD:=$AEMP}" "${AEMP_JUNIT:=}"
AEMP_HOME='' AEMP_NAMES='' AEMP_SEEDS='' AEMP_PLAN=''
aemp_previous=
for aemp_argument in "$@"; do
  [ "$aemp_previous" != --junit ] || AEMP_JUNIT=$aemp_argument
  aemp_previous=$aemp_argument
done
[ "$aemp_previous" != --junit ] || {
  echo "${0##*/}: --junit needs the name of a file" >&2
  exit 2
}

# --- The network

# aemp COMMAND...
# The tool with the configuration of this network.
aemp() {
  PERL_ANYEVENT_MP_RC=$AEMP_HOME/tool~.rc "$AEMP" "$@"
}

# aemp_wait node|port|family NAME [--count N]
# "aemp wait" for as long as any one thing may take; a signal to the script ends it.
aemp_wait() {
  aemp_starting=yes
  PERL_ANYEVENT_MP_RC=$AEMP_HOME/tool~.rc "$AEMP" wait --timeout "$AEMP_TIMEOUT" "$@" &
  aemp_patience $!
}

# aemp_at SEED COMMAND...
# The tool, connected to one of several seeds: what that part of the network sees.
aemp_at() {
  aemp_only=$(aemp_address "$1") || return
  aemp_configuration "tool~$(printf %s "$1" | tr / "~")" "$aemp_only"
  aemp_only=$(aemp_file "tool~$1").rc
  shift
  aemp_starting=yes
  PERL_ANYEVENT_MP_RC=$aemp_only "$AEMP" "$@" &
  aemp_patience $!
}

# aemp_network [--quick] [--tls] [--seeds N] [--old] [SETTINGS]
# Makes the home and the secret and starts the seed, a node named "seed"; with
# --seeds several that know each other, seed/1, seed/2, … SETTINGS are further
# members of the configuration of every node, as JSON:
# aemp_network '"heartbeat": 1, "heartbeat_timeout": 3'
# --quick has settings with which losses are noticed, and mended, within some
# seconds. With --tls the nodes have a certificate in place of the secret. With
# --old the seeds run AEMP_OLD.
aemp_network() {
  [ -z "$AEMP_SEEDS" ] || aemp_fail "aemp_network was called before; one script has one network"
  AEMP_SETTINGS=
  aemp_credential=secret
  aemp_count=
  aemp_tool=$AEMP
  while [ $# -gt 0 ]; do
    case $1 in
      --quick)
        AEMP_SETTINGS="\"heartbeat\": 1, \"heartbeat_timeout\": 3, \"monitor_timeout\": 3,
  \"connect_interval\": 1, $AEMP_SETTINGS"
        ;;
      --tls) aemp_credential=cert ;;
      --old) aemp_tool=$AEMP_OLD ;;
      --seeds)
        case ${2-} in '' | *[!0-9]* | 0*) aemp_fail "--seeds takes a number from 1 on, not \"${2-}\"" ;; esac
        aemp_count=$2
        shift
        ;;
      -*) aemp_fail "aemp_network has no option $1; it takes --quick, --tls, --seeds N and --old" ;;
      *) AEMP_SETTINGS="$AEMP_SETTINGS $1," ;;
    esac
    shift
  done
  aemp_begin

  # The user's own settings must not matter.
  for aemp_variable in $(env | sed -n 's/^\(\(PERL_ANYEVENT\|AE\)_[A-Z_]*\)=.*/\1/p'); do
    unset "$aemp_variable"
  done
  PERL_ANYEVENT_MP_RC=$AEMP_HOME/secret~.rc "$AEMP" "gen$aemp_credential" || aemp_fail "no $aemp_credential can be made"
  AEMP_SECRET=$(sed -n "s/.*\(\"$aemp_credential\"[^\"]*\"[^\"]*\"\).*/\1/p" "$AEMP_HOME/secret~.rc")

  aemp_empty "$AEMP_HOME/proxy~"
  aemp_starting=yes
  "$AEMP" proxy --control "$AEMP_HOME/proxy~" </dev/null >"$AEMP_HOME/proxy~.out" 2>"$AEMP_HOME/proxy~.err" &
  echo $! >"$AEMP_HOME/proxy~.pid"
  aemp_starting=
  # It prints the path when it can be asked.
  [ -n "$(aemp_first_line proxy~)" ] || aemp_fail "the proxy did not start: $(aemp_last_words proxy~)"

  aemp_seeds=seed
  [ -z "$aemp_count" ] || aemp_seeds=$(aemp_numbers seed "$aemp_count")
  for aemp_seed in $aemp_seeds; do
    AEMP_SEEDS=${AEMP_SEEDS:+$AEMP_SEEDS,}$(aemp_address "$aemp_seed") || exit 1
  done
  # shellcheck disable=SC2034 # for the script
  AEMP_SEED=${AEMP_SEEDS%%,*}
  for aemp_seed in $aemp_seeds; do aemp_start "$aemp_seed" "$aemp_tool" run; done
  for aemp_seed in $aemp_seeds; do
    # It prints its id and its address when it is ready.
    [ -n "$(aemp_first_line "$aemp_seed")" ] ||
      aemp_fail "the $aemp_seed did not start: $(aemp_last_words "$aemp_seed")"
  done
  aemp_configuration tool~ "$AEMP_SEEDS"
}

# aemp_start [--perl] NAME COMMAND...
# Starts a program whose node gets this id: its configuration file has the id,
# where to listen and what to announce, the seeds and the secret. Its output goes
# to $AEMP_HOME/NAME.out and .err, with "~" for "/". With --perl it is a program
# on AnyEvent::MP 2.02.
aemp_start() {
  aemp_perl=
  if [ "$1" = --perl ]; then
    aemp_perl=yes
    shift
  fi
  aemp_name=$1
  aemp_file=$(aemp_file "$1")
  [ ! -e "$aemp_file.pid" ] || aemp_fail "$1 was started already; aemp_stop it before"
  shift
  aemp_addresses=$(aemp_proxy node "$aemp_name") || aemp_fail "$aemp_name gets no address"
  aemp_announce=${aemp_addresses%%[!0-9.:]*}
  aemp_bind=${aemp_addresses##*[!0-9.:]}
  aemp_configuration "$aemp_name" "$(aemp_without "$aemp_announce")"
  aemp_empty "$aemp_file"
  [ -z "${AEMP_VERBOSE-}" ] || export AE_VERBOSE="$AEMP_VERBOSE"
  aemp_starting=yes
  PERL_ANYEVENT_MP_RC=$aemp_file.rc AEMP_NODE=$aemp_name AEMP_BIND=$aemp_bind AEMP_ANNOUNCE=$aemp_announce \
    AEMP_SEEDS=$(aemp_without "$aemp_announce") \
    "$@" </dev/null >"$aemp_file.out" 2>"$aemp_file.err" &
  echo $! >"$aemp_file.pid"
  aemp_starting=
  unset AE_VERBOSE
  aemp_perl=
  rm -f "$aemp_file.seen" "$aemp_file.past"
  AEMP_NAMES="$AEMP_NAMES $aemp_name"
}

# aemp_nodes [--old] PREFIX COUNT
# Starts nodes of the tool, or of the old one: PREFIX/1, PREFIX/2, …
aemp_nodes() {
  aemp_tool=$AEMP
  if [ "$1" = --old ]; then
    aemp_tool=$AEMP_OLD
    shift
  fi
  for aemp_node in $(aemp_numbers "$1" "$2"); do aemp_start "$aemp_node" "$aemp_tool" run; done
}

# aemp_meshed
# Waits until every node that was started and not stopped is known to the
# network and answers.
aemp_meshed() {
  for aemp_name in $AEMP_NAMES; do
    aemp_wait node "$aemp_name" || aemp_fail "$aemp_name is not there: $(aemp_last_words "$aemp_name")"
  done
}

# aemp_said NAME PATTERN
# Waits until a node has printed a line that matches a basic regular expression,
# behind the one that was found the last time, and prints it; false if it doesn't.
aemp_said() {
  aemp_file=$(aemp_file "$1")
  aemp_pid=$(aemp_pid "$1") || return 1
  aemp_from=$(cat "$aemp_file.seen" 2>/dev/null || echo 1)
  aemp_line=$(timeout "$AEMP_TIMEOUT" tail -n "+$aemp_from" -s 0.02 --pid="$aemp_pid" -f "$aemp_file.out" 2>/dev/null |
    grep -n -m 1 -e "$2") || return 1
  echo $((aemp_from + ${aemp_line%%:*})) >"$aemp_file.seen"
  printf '%s\n' "${aemp_line#*:}"
}

# aemp_said_all "NAME NAME..." PATTERN
# The same for several nodes.
aemp_said_all() {
  for aemp_node in $1; do
    aemp_said "$aemp_node" "$2" || {
      echo "$aemp_node did not say: $2"
      return 1
    }
  done
}

# aemp_pid NAME
# Prints the process id of a node that was started.
aemp_pid() {
  cat "$(aemp_file "$1").pid" 2>/dev/null || aemp_fail "$1 was not started"
}

# aemp_address NAME, aemp_bind NAME
# Prints where others reach a node, and where it has to listen, also before it is started.
aemp_address() {
  aemp_proxy node "$1" | cut -f 1 | grep .
}
aemp_bind() {
  aemp_proxy node "$1" | cut -f 2 | grep .
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
  aemp_end_process "$aemp_pid" "${2:-TERM}" "$aemp_file.frozen"
}

# aemp_kill NAME
# Ends a node at once, with all its processes, without a chance to say good-bye.
aemp_kill() {
  aemp_stop "$1" KILL
}

# --- Trouble

aemp_cut() { aemp_proxy cut "$@"; }
aemp_refuse() { aemp_proxy refuse "$@"; }
aemp_silence() { aemp_proxy silence "$@"; }
aemp_slow() { aemp_proxy slow "$@"; }
aemp_delay() { aemp_proxy delay "$@"; }
aemp_drop() { aemp_proxy drop "$@"; }
aemp_heal() { aemp_proxy heal "$@"; }
aemp_await() { aemp_proxy wait "$@"; }
aemp_links() { aemp_proxy list; }

aemp_partition() {
  [ $# = 2 ] || aemp_fail "aemp_partition takes two groups of nodes, such as: aemp_partition \"a b\" \"c d\""
  aemp_proxy partition "$(aemp_commas "$1")" "$(aemp_commas "$2")"
}

# Stopped and continued is the whole node: a supervisor would start its node again.
aemp_freeze() {
  aemp_pid=$(aemp_pid "$1") || return 1
  touch "$(aemp_file "$1").frozen"
  aemp_signal STOP "$aemp_pid"
}
aemp_thaw() {
  aemp_pid=$(aemp_pid "$1") || return 1
  aemp_signal CONT "$aemp_pid"
  rm -f "$(aemp_file "$1").frozen"
}

# --- Checks

# aemp_plan COUNT
# So many checks follow.
aemp_plan() {
  case ${1-} in '' | *[!0-9]*) aemp_fail "aemp_plan takes the number of checks, not \"${1-}\"" ;; esac
  aemp_begin
  AEMP_PLAN=$1
  # What nodes do is worth reading when a check fails.
  : "${AEMP_VERBOSE:=7}"
  echo "1..$1"
}

# aemp_ok NAME COMMAND...
# Checks that a command succeeds, and says what it said if not.
aemp_ok() {
  aemp_check=$1
  shift
  aemp_status=0
  # A command that ends the script has its words shown at the end of it.
  aemp_checking=$aemp_check
  "$@" >"$AEMP_HOME/said~" 2>&1 || aemp_status=$?
  aemp_checking=
  [ "$aemp_status" = 0 ] || echo "$*: exit status $aemp_status" >>"$AEMP_HOME/said~"
  aemp_result "$aemp_check" "$aemp_status"
}

# aemp_is NAME GOT WANTED
# Checks that two texts are equal.
aemp_is() {
  aemp_status=0
  printf ' got: %s\nwant: %s\n' "$2" "$3" >"$AEMP_HOME/said~"
  [ "$2" = "$3" ] || aemp_status=1
  aemp_result "$1" "$aemp_status"
}

# aemp_fail SENTENCE
# Ends the test with a sentence.
aemp_fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# --- Of the library itself

# Makes the home, and sees to it that nothing stays behind.
aemp_begin() {
  [ -z "$AEMP_HOME" ] || return 0
  aemp_checks=0
  aemp_failures=0
  aemp_awaited=
  # Whether a process is being started whose number is not noted yet.
  aemp_starting=
  # The check whose command is running.
  aemp_checking=
  aemp_clock=$(aemp_now)
  # From here on there is a $!.
  true &
  wait $!
  trap aemp_end EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  # Who reads what the script says, such as prove, may end before it.
  trap 'exit 141' PIPE
  trap 'exit 143' TERM
  AEMP_HOME=$(mktemp -d) || aemp_fail "no temporary directory can be made"
}

# Ends all nodes and removes the home; called at the end by itself.
aemp_end() {
  aemp_status=$?
  aemp_latest=$!
  trap - EXIT
  # A further signal changes nothing; were it ignored, it would be by all that is started here.
  trap : HUP INT PIPE TERM
  set +e
  [ -n "$AEMP_HOME" ] || exit "$aemp_status"
  [ -z "$aemp_awaited" ] || kill "$aemp_awaited" 2>/dev/null || true
  if [ -n "$aemp_starting" ] && grep -q "^PPid:[^0-9]*$$\$" "/proc/$aemp_latest/status" 2>/dev/null; then
    # A signal came in between; one that is not itself yet hears of none.
    aemp_end_process "$aemp_latest" KILL
  fi
  if [ -n "$AEMP_PLAN" ]; then
    [ "$aemp_failures" = 0 ] || [ "$aemp_status" != 0 ] || aemp_status=1
    if [ "$aemp_checks" != "$AEMP_PLAN" ]; then
      [ "$aemp_status" != 0 ] || aemp_status=1
      if [ -n "$aemp_checking" ]; then
        echo "# \"$aemp_checking\" has ended the script:"
        sed 's/^/# /' "$AEMP_HOME/said~"
      fi
      echo "# $aemp_checks of $AEMP_PLAN checks were made"
      aemp_logs
    fi
    [ -z "$AEMP_JUNIT" ] || aemp_junit
  fi
  # Together they take less time than one after the other.
  for aemp_left in "$AEMP_HOME"/*.pid; do
    case $aemp_left in
      */proxy~.pid | *\*.pid) ;;
      *) kill "$(cat "$aemp_left")" 2>/dev/null || true ;;
    esac
  done
  for aemp_name in $AEMP_NAMES; do aemp_stop "$aemp_name"; done
  [ ! -e "$AEMP_HOME/proxy~.pid" ] || aemp_end_process "$(cat "$AEMP_HOME/proxy~.pid")" TERM
  if [ "$aemp_status" != 0 ] && [ -n "${AEMP_LOGS-}" ]; then
    mkdir -p "$AEMP_LOGS" && cp "$AEMP_HOME"/*.out "$AEMP_HOME"/*.err "$AEMP_LOGS"
  fi
  rm -rf "$AEMP_HOME"
  exit "$aemp_status"
}

# aemp_proxy COMMAND...
# Has the proxy do something; a signal to the script ends it.
aemp_proxy() {
  [ -e "$AEMP_HOME/proxy~.pid" ] || aemp_fail "there are no links yet; call aemp_network before"
  aemp_starting=yes
  "$AEMP" proxy --control "$AEMP_HOME/proxy~" --timeout "$AEMP_TIMEOUT" "$@" &
  aemp_patience $!
}

# aemp_patience PID
# Waits for a child; unlike one in the foreground it does not keep the script from
# hearing a signal.
aemp_patience() {
  aemp_awaited=$1
  aemp_starting=
  aemp_code=0
  wait "$1" || aemp_code=$?
  aemp_awaited=
  return "$aemp_code"
}

# aemp_tree PID
# Prints the process id, and those of its descendants.
aemp_tree() {
  grep -H '^PPid:' /proc/[0-9]*/status 2>/dev/null | awk -F '[/:\t ]+' -v tree="$1" '
    { parent[$3] = $NF }
    END {
      print tree
      member[tree] = 1
      do {
        found = 0
        for (pid in parent) if (!member[pid] && member[parent[pid]]) { member[pid] = found = 1; print pid }
      } while (found)
    }'
}

# aemp_signal SIGNAL PID
# To the process first, then to its descendants.
aemp_signal() {
  for aemp_process in $(aemp_tree "$2"); do kill -s "$1" "$aemp_process" 2>/dev/null || true; done
}

# aemp_end_process PID SIGNAL [FROZEN]
# Ends a child; with KILL all of its descendants, too. If there is the file FROZEN
# it goes on for that.
aemp_end_process() {
  aemp_processes=$1
  [ "$2" != KILL ] || aemp_processes=$(aemp_tree "$1")
  for aemp_process in $aemp_processes; do kill -s "$2" "$aemp_process" 2>/dev/null || true; done
  if [ -e "${3-}" ]; then
    aemp_signal CONT "$1"
    rm -f "$3"
  fi
  # One that does not care to end is ended.
  [ "$2" = KILL ] || timeout 10 tail --pid="$1" -s 0.02 -f /dev/null 2>/dev/null ||
    kill -KILL "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
  # The others are nobody's children now, and may be there as zombies for long.
  # One that waits for a disk ends when it can, and its number may be another's by then.
  aemp_looks=0
  for aemp_process in $aemp_processes; do
    while [ "$aemp_looks" -lt 500 ] && grep -q '^State:.*[RSDTt] ' "/proc/$aemp_process/status" 2>/dev/null; do
      aemp_looks=$((aemp_looks + 1))
      sleep 0.02
    done
  done
}

# aemp_empty FILE
# Makes the files for what a process says: it makes them itself only some time
# after it was started, and who follows them may be earlier.
aemp_empty() {
  : >"$1.out"
  : >"$1.err"
}

# aemp_first_line NAME
# The first line that a process prints, when it does.
aemp_first_line() {
  timeout "$AEMP_TIMEOUT" tail -n +1 -s 0.02 --pid="$(aemp_pid "$1")" \
    -f "$(aemp_file "$1").out" 2>/dev/null | head -n 1
}

# aemp_result NAME STATUS
# Prints a check whose words are in the file said~.
aemp_result() {
  [ -n "${AEMP_PLAN-}" ] || aemp_fail "\"$1\" is a check, but aemp_plan did not say how many there are"
  aemp_checks=$((aemp_checks + 1))
  aemp_before=$aemp_clock
  aemp_clock=$(aemp_now)
  if [ "$2" = 0 ]; then
    echo "ok $aemp_checks - $1"
    : >"$AEMP_HOME/shown~"
    for aemp_name in $AEMP_NAMES; do
      wc -l <"$(aemp_file "$aemp_name").err" >"$(aemp_file "$aemp_name").past"
    done
  else
    aemp_failures=$((aemp_failures + 1))
    echo "not ok $aemp_checks - $1"
    { sed 's/^/# /' "$AEMP_HOME/said~"; aemp_logs; } >"$AEMP_HOME/shown~"
    cat "$AEMP_HOME/shown~"
  fi
  aemp_case "$1" "$2" >>"$AEMP_HOME/junit~"
}

# Of each node what it has logged since the last check that passed, and the links.
aemp_logs() {
  for aemp_name in $AEMP_NAMES; do
    aemp_file=$(aemp_file "$aemp_name")
    aemp_past=$(cat "$aemp_file.past" 2>/dev/null || echo 0)
    tail -n "+$((aemp_past + 1))" "$aemp_file.err" | tail -n 40 | sed "s|^|# $aemp_name: |"
  done
  [ ! -e "$AEMP_HOME/proxy~.pid" ] || aemp_links 2>&1 | sed 's/^/# link: /'
}

# aemp_case NAME STATUS
# A check as JUnit has it.
aemp_case() {
  printf '  <testcase classname="%s" name="%s" time="%s">' "$(printf %s "${0##*/}" | aemp_xml)" \
    "$(printf %s "$1" | aemp_xml)" "$(awk "BEGIN { printf \"%.2f\", $aemp_clock - $aemp_before }")"
  [ "$2" = 0 ] || printf '<failure message="failed">%s</failure>' "$(aemp_xml <"$AEMP_HOME/shown~")"
  echo '</testcase>'
}

aemp_junit() {
  touch "$AEMP_HOME/junit~"
  [ ! -d "$AEMP_JUNIT" ] || AEMP_JUNIT=$AEMP_JUNIT/$(basename "$0" .sh).xml
  aemp_missing=$((AEMP_PLAN - aemp_checks))
  {
    echo '<?xml version="1.0" encoding="UTF-8"?>'
    printf '<testsuite name="%s" tests="%s" failures="%s" errors="%s">\n' \
      "$(printf %s "${0##*/}" | aemp_xml)" "$aemp_checks" "$aemp_failures" "$((aemp_missing > 0 ? aemp_missing : 0))"
    cat "$AEMP_HOME/junit~"
    echo '</testsuite>'
  } >"$AEMP_JUNIT" || echo "# the file $AEMP_JUNIT cannot be written" >&2
}

# Text as XML has it, without what XML cannot have.
aemp_xml() {
  tr -d '\000-\010\013\014\016-\037' | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/"/\&quot;/g'
}

# The seconds since this machine was started.
aemp_now() {
  cut -d ' ' -f 1 /proc/uptime
}

# PREFIX/1 … PREFIX/COUNT
aemp_numbers() {
  aemp_number=1
  while [ "$aemp_number" -le "$2" ]; do
    echo "$1/$aemp_number"
    aemp_number=$((aemp_number + 1))
  done
}

# A list of words with commas.
aemp_commas() {
  echo "$1" | tr -s ' \n' ',' | sed 's/^,//; s/,$//'
}

# The seeds without one address.
aemp_without() {
  printf %s "$AEMP_SEEDS" | tr , '\n' | grep -v -x -F -e "$1" | tr '\n' , | sed 's/,$//'
}

aemp_file() {
  printf '%s/%s' "$AEMP_HOME" "$(printf %s "$1" | tr / "~")"
}

# The last thing a node said on standard error.
aemp_last_words() {
  aemp_line=$(tail -n 1 "$(aemp_file "$1").err" 2>/dev/null)
  printf '%s' "${aemp_line:-it said nothing}"
}

# aemp_configuration NAME SEEDS
# Writes the configuration file of a node, for its owner only; the tool's node
# has a name of its own, and listens where all of them do. What is no node is
# written with a "~", which no node id has.
aemp_configuration() {
  case $1 in
    tool~*) aemp_id='"profile": { "aemp": { "binds": ["127.0.0.1:*"] } },' ;;
    *) aemp_id="\"nodeid\": \"$1\", \"binds\": [\"$aemp_bind\"], \"announce\": [\"$aemp_announce\"]," ;;
  esac
  [ -z "${aemp_perl-}" ] || aemp_id="$aemp_id \"eval\": \"AnyEvent::MP::db_set (q<'l> => q<$1>, [q<$aemp_announce>])\","
  (
    umask 077
    cat >"$(aemp_file "$1").rc" <<END
{ $AEMP_SETTINGS $aemp_id $AEMP_SECRET,
  "seeds": [${2:+\"$(printf %s "$2" | sed 's/,/", "/g')\"}] }
END
  )
}
