#!/bin/sh
# The configuration file goes back and forth between this tool and Perl's
# JSON::XS, which the Perl tool reads and writes it with: nothing is lost.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

begin
rc=$work/tool.rc
export PERL_ANYEVENT_MP_RC="$rc"

# perl_json CODE: lets Perl work on the file's contents, $c
perl_json() {
  perl -MJSON::XS -we '
    my ($file, $code) = @ARGV;
    my $json = JSON::XS->new->utf8->pretty->canonical->relaxed;
    my $c = {};
    if (open my $in, "<", $file) { local $/; $c = $json->decode(<$in>) }
    eval "use strict; $code; 1" or die $@;
    open my $out, ">", $file or die $!;
    print $out $json->encode($c);
    close $out or die $!;
  ' "$rc" "$1"
}

# shellcheck disable=SC2016 # $c is Perl's
perl_json '$c = {
  version => 1, secret => "gr\x{fc}n \x{e9}", secure => "1", nodelay => "0",
  monitor_timeout => "30", connect_interval => 0.5, binds => ["*:4040", 4041],
  services => ["My::Service::", ["My::function", 1, "2", undef, { three => 3.25 }]],
  eval => "require X;\n\"quoted\" \\ \t\x01\x7f",
  unknown => { a => { b => [JSON::XS::true, JSON::XS::false, 1e20, 18446744073709551615] } },
  profile => {
    seed => { parent => "base", zzz => { y => "1", z => [] } }, base => {}, void => undef,
    "n\x{f6}" => { nodeid => "anon/" },
  },
}'
cp "$rc" "$work/original"

"$bin/aemp" addseed h:1,h:2 profile seed nodeid x/ || fail "the tool cannot edit Perl's file."
# shellcheck disable=SC2016
perl_json '
  my $seeds = delete $c->{seeds};
  "@$seeds" eq "h:1 h:2" or die "seeds: @$seeds";
  my $id = delete $c->{profile}{seed}{nodeid};
  $id eq "x/" or die "nodeid: $id";
  $c->{secret} eq "gr\x{fc}n \x{e9}" or die "secret";
' || fail "Perl does not find what the tool has written."
cmp "$work/original" "$rc" || fail "something else has changed."

# What the tool writes is what Perl would write.
"$bin/aemp" gensecret gencert addbind h:3 profile "new" binds "" || fail "the tool cannot edit it."
cp "$rc" "$work/tool"
perl_json ''
cmp "$work/tool" "$rc" || fail "Perl writes the same contents in another way."

# A profile that Perl has made is one for the tool.
# shellcheck disable=SC2016
perl_json '$c->{profile}{mine} = { binds => ["127.0.0.1:*"], secure => "1", parent => "base" }'
shown=$("$bin/aemp" showprofile --json mine) || fail "the tool does not find Perl's profile."
[ "$shown" = '{"binds":["127.0.0.1:*"],"parent":"base","secure":"1"}' ] ||
  fail "the tool shows Perl's profile as $shown."
