#!/bin/sh
# Nodes of ours and a Perl peer that have a certificate and no secret talk TLS,
# in versions 1.2 and 1.3, whoever dials and whoever is the client; with a
# foreign certificate, and without any, nobody gets in, and the log says why.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin

# certificate NAME: gives a configuration a new certificate.
certificate() {
  PERL_ANYEVENT_MP_RC=$work/$1.rc "$bin/aemp" gencert >"$work/aemp.out" 2>&1 ||
    fail "aemp gencert failed: $(tail -n 1 "$work/aemp.out")"
}

# like NAME OTHER: gives a configuration the certificate of another one.
like() {
  perl -MJSON::XS -0777 -ne '
    print JSON::XS->new->utf8->relaxed->decode ($_)->{cert}' "$work/$2.rc" >"$work/$2.pem"
  PERL_ANYEVENT_MP_RC=$work/$1.rc "$bin/aemp" setcert "$work/$2.pem" >"$work/aemp.out" 2>&1 ||
    fail "aemp setcert failed: $(tail -n 1 "$work/aemp.out")"
}

# only_certificate NAME: takes the secret away.
only_certificate() {
  PERL_ANYEVENT_MP_RC=$work/$1.rc "$bin/aemp" delsecret
}

configuration first
certificate network
configuration receiver
like receiver network
only_certificate receiver

# tls_peer NAME SCENARIO [OPTION]...
tls_peer() {
  tls=$1
  shift
  start_peer "$tls" "$@" --tls only --tls-rc "$work/network.rc" --verbose
}

# in_tls PEER VERSION
in_tls() {
  grep -q "is in TLS: $2 " "$work/$1.err" ||
    fail "the connection of $1 was not in $2: $(grep -m 1 'is in TLS' "$work/$1.err")"
}

# The Perl peer dials, again and again: the roles are given by chance.
start_node receiver "$bin/eg_receiver"
count=0
for version in TLSv1.2 TLSv1.3; do
  for framing in cbor json cbor json cbor; do
    tls_peer sender sender --seed "$address" --framing "$framing" --count 2 --tls-version "${version#TLSv}"
    peer_succeeds sender
    in_tls sender "$version"
    count=$((count + 2))
  done
done
wait_for receiver.out '^Received data: ' "$count" ||
  fail "not all messages arrived: $(grep -c '^Received data: ' "$work/receiver.out") of $count."
tls_peer requests requests --seed "$address"
peer_succeeds requests
in_tls requests TLSv1.3

# One with the secret only, and one with another certificate.
start_peer plain ping --seed "$address"
wait_for receiver.err 'does not use TLS' ||
  fail "there is no sentence about the peer without TLS: $(last_words receiver)"
stop plain
configuration foreign
certificate foreign
for attempt in 1 2 3 4 5 6; do
  start_peer "foreign$attempt" ping --seed "$address" --tls only --tls-rc "$work/foreign.rc"
done
wait_for receiver.err 'TLS: the certificate of the other end is foreign' ||
  fail "there is no sentence about the foreign certificate: $(last_words receiver)"
for attempt in 1 2 3 4 5 6; do stop "foreign$attempt"; done
stop receiver

# With secret and certificate everybody of the network is served.
configuration open
like open network
start_node open "$bin/eg_receiver"
tls_peer requests requests --seed "$address"
peer_succeeds requests
in_tls requests TLSv1.3
start_peer requests requests --seed "$address" --verbose
peer_succeeds requests
start_peer requests requests --seed "$address" --sealed only --verbose
peer_succeeds requests
grep -q 'is sealed' "$work/requests.err" || fail "the peer without certificate was not sealed."
stop open

# Our node dials.
for version in 1.2 1.3; do
  tls_peer global receiver --tls-version "$version"
  peer_listens global
  configuration sender "$address"
  like sender network
  only_certificate sender
  start sender "$bin/eg_sender"
  wait_for global.out '^Received data: ' ||
    fail "no message arrived (sender: $(last_words sender))."
  in_tls global "TLSv$version"
  stop sender
  stop global
done
