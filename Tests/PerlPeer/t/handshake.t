# The greeting and the handshake by themselves.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use AEMPPeer::Handshake;

# The HMAC against OpenSSL's, keys around the block size of 72 bytes included.
SKIP: {
   my $version = `openssl version 2>/dev/null`
      or skip "openssl is not there, skipped", 6;

   for my $length (1, 71, 72, 73, 180, 300) {
      my $key = "k" x $length;
      my $mac = qx{printf %s 'some text' | openssl dgst -sha3-512 -mac HMAC -macopt key:$key};
      my ($hex) = $mac =~ /([0-9a-f]{128})/;
      is (AEMPPeer::Handshake::hmac_sha3_512_hex ($key, "some text"), $hex,
         "HMAC with a key of $length bytes");
   }
}

my $greeting = AEMPPeer::Handshake::format_greeting (
   nodeid => "a;b%c", accept => ["x", "y"], framings => ["cbor"], keys => { one => "1;2" });
is ($greeting, "aemp;1;a%3bb%25c;x,y;cbor;one=1%3b2", "a greeting is escaped");
my $parsed = AEMPPeer::Handshake::parse_greeting ($greeting);
is ($parsed->{nodeid}, "a;b%c", "and read back");
is_deeply ($parsed->{keys}, { one => "1;2" }, "with its keys");
is (AEMPPeer::Handshake::parse_greeting ($_), undef, "'$_' is no greeting")
   for "", "GET / HTTP/1.0", "aemp", "aemp;1;node;auth", "aempx;1;n;a;f";

sub machine {
   my (%arg) = @_;

   my $lines = [
      AEMPPeer::Handshake::format_greeting (nodeid => "us", framings => ["json"]),
      AEMPPeer::Handshake::nonce (),
   ];
   AEMPPeer::Handshake->new (lines => $lines, secret => "s", framings => ["json"], %arg)
}

sub feed {
   my ($machine, $bytes) = @_;
   map { join " ", @$_[0, $_->[0] eq "refuse" ? 1 : ()] } $machine->feed (\$bytes)
}

my $good = "aemp;1;them;hmac_sha3_512;json\nnonce\n";
my $auth = sub {
   my ($machine, $secret) = @_;
   AEMPPeer::Handshake::auth_data ("hmac_sha3_512", $secret, [split /\n/, $good], $machine->{lines})
};

my $machine = machine;
is_deeply ([feed $machine, $good], ["greeting", "send"], "two lines make us send ours");
is_deeply ([feed $machine, "hmac_sha3_512;" . $auth->($machine, "s") . ";json\n[]"], ["up"], "the third completes");

$machine = machine wait => 1;
is_deeply ([feed $machine, $good], ["greeting"], "with wait nothing is sent on two lines");
is_deeply ([feed $machine, "hmac_sha3_512;" . $auth->($machine, "s") . ";json\n"], ["send", "up"],
   "but on the third, if it is good");

(my $crlf = $good) =~ s/\n/\r\n/g;
is_deeply ([feed (machine, $crlf)], ["greeting", "send"], "CR LF is a line ending");

for (
   ["a line without an end", sub { "x" x 4096 }, qr/too long/],
   ["a long line", sub { "aemp;1;" . ("x" x 4100) . "\n" }, qr/too long/],
   ["garbage", sub { "\x00\xff\x01\n" }, qr/unparsable greeting/],
   ["another version", sub { "aemp;2;them;hmac_sha3_512;json\n" }, qr/version/],
   ["our own nonce", sub { "aemp;1;them;hmac_sha3_512;json\n$_[0]{lines}[1]\n" }, qr/echo/],
   ["our own greeting", sub { join "", map "$_\n", @{ $_[0]{lines} } }, qr/echo/],
   ["no common method", sub { "aemp;1;them;foo;json\nnonce\n" }, qr/method/],
   ["no common framing", sub { "aemp;1;them;hmac_sha3_512;xml\nnonce\n" }, qr/framing/],
   ["a wrong secret", sub { "${good}hmac_sha3_512;" . $auth->($_[0], "t") . ";json\n" }, qr/secrets differ/],
   ["upper-case hex", sub { "${good}hmac_sha3_512;" . uc ($auth->($_[0], "s")) . ";json\n" }, qr/secrets differ/],
   ["a method we don't accept", sub { "${good}tls_none;;json\n" }, qr/accept list/],
   ["a framing we don't know", sub { "${good}hmac_sha3_512;" . $auth->($_[0], "s") . ";xml\n" }, qr/don't know/],
   ["a half authentication line", sub { "${good}hmac_sha3_512\n" }, qr/unparsable auth/],
) {
   my ($what, $bytes, $reason) = @$_;
   my $machine = machine;
   my ($last) = reverse feed $machine, $bytes->($machine);
   like ($last, $reason, "$what is refused");
   is_deeply ([feed $machine, "more\n"], [], "$what: and that was it");
}

done_testing;
