#!/bin/sh
# A node in a C program, and one in Perl that only Perl code tells what to announce, have their links and themselves in
# trouble, as any other.
set -eu
cd "$(dirname "$0")/../../.."
. scripts/lib/aemp.sh
aemp_plan 8
aemp_network --quick
aemp_start swift "${AEMP%/*}/aemp-cluster-node"
aemp_start c "${AEMP%/*}/aemp-c-node"
aemp_start --perl perl sh -c 'exec perl Tests/PerlPeer/peer.pl observer --rc "$PERL_ANYEVENT_MP_RC" --configured \
  --family cluster --connect-interval 1 --monitor-timeout 3'
aemp_ok "each reaches another" aemp_said_all "swift c perl" " up [a-z]*#"
aemp_ok "each reaches both others" aemp_said_all "swift c perl" " up [a-z]*#"
aemp_cut c perl
aemp_ok "both monitors fire" aemp_said_all "c perl" " down [cp][a-z]*#"
aemp_heal c perl
aemp_ok "both reach each other again" aemp_said_all "c perl" " up [cp][a-z]*#"
aemp_freeze c
aemp_ok "a C program that is stopped is missed" aemp_said swift " down c#"
aemp_thaw c
aemp_ok "it is back when it goes on" aemp_said swift " up c#"
aemp_stop c
aemp_ok "it leaves" aemp_wait node c --count 0
aemp_is "it has nothing to complain of" "$(cat "$AEMP_HOME/c.err")" ""
