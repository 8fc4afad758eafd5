#!/bin/sh
# A node in Perl has its links cut and healed, as any other.
set -eu
cd "$(dirname "$0")/../../.."
. scripts/lib/aemp.sh
aemp_plan 4; aemp_network --quick
aemp_start a "${AEMP%/*}/aemp-cluster-node"
aemp_start perl sh -c 'exec perl Tests/PerlPeer/peer.pl observer --rc "$PERL_ANYEVENT_MP_RC" --configured \
  --family cluster --connect-interval 1 --monitor-timeout 3'
aemp_ok "both reach each other" aemp_said_all "a perl" "up [ap][^ ]*#"
aemp_cut a perl
aemp_ok "both monitors fire" aemp_said_all "a perl" "down [ap][^ ]*#"
aemp_ok "the database has both" aemp_wait family cluster --count 2
aemp_heal a perl
aemp_ok "both reach each other again" aemp_said_all "a perl" "up [ap][^ ]*#"
