# The sealed channel: our own cryptography against the answers that Python has
# computed, both roles of the handshake, and two nodes that talk through it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use JSON::XS ();
use MIME::Base64 ();

use AEMPPeer::Crypto;
use AEMPPeer::Handshake;
use AEMPPeer::Sealed;

my $file = "$FindBin::Bin/../../AEMPWireTests/Vectors/sealed.json";
open my $fh, "<:raw", $file or die "$file: $!\n";
my $vectors = JSON::XS::decode_json do { local $/; <$fh> };

sub hex_bytes { pack "H*", $_[0] }
sub contents  { my ($size, $number) = @_; join "", map chr +(7 * $_ + $number) % 251, 0 .. $size - 1 }

for my $vector (@$vectors) {
   my $name = $vector->{name};
   my $secret = hex_bytes $vector->{secret};

   is (unpack ("H*", AEMPPeer::Sealed::sealing_key ($secret, $vector->{method})), $vector->{sealingKey}, "$name: the key of the secret");

   for (["dialler", "listener"], ["listener", "dialler"]) {
      my ($own, $other) = map $vector->{$_}, @$_;

      is (unpack ("H*", AEMPPeer::Crypto::x25519_public (hex_bytes $own->{secretKey})), $own->{publicKey}, "$name: public key");
      is (join (",", map AEMPPeer::Sealed::secret_id (hex_bytes ($_), $own->{nonce}), @{ $own->{secrets} }),
         join (",", @{ $own->{kids} }), "$name: ids of the secrets");

      for my $wait (0, 1) {
         my $machine = AEMPPeer::Handshake->new (
            lines => [@$own{qw(line nonce)}], secret => $secret, secret_key => hex_bytes ($own->{secretKey}),
            framings => $own->{framings}, accept => $own->{methods}, wait => $wait);
         my $stream = join "", map "$_\n", @$other{qw(line nonce authLine)};
         my @actions = $machine->feed (\$stream);
         is (join (" ", map $_->[0], @actions), "greeting send up", "$name: the handshake completes");
         is ($actions[1][1], "$own->{authLine}\n", "$name: our authentication line");

         my $sealed = $actions[2][3];
         is (unpack ("H*", $sealed->{send}), $own->{sends}, "$name: the key that we send with");
         is (unpack ("H*", $sealed->{receive}), $other->{sends}, "$name: the key that they send with");
         next if $wait;

         my $number = 0;
         for my $record (@{ $own->{records} }) {
            ok ($sealed->seal (contents $record->{size}, $number++) eq MIME::Base64::decode_base64 ($record->{record}),
               "$name: our record of $record->{size} bytes");
         }
         my $bytes = join "", map MIME::Base64::decode_base64 ($_->{record}), @{ $other->{records} };
         my $opened = "";
         $opened .= $sealed->open ($_) for $bytes =~ /.{1,1000}/gs;
         $number = 0;
         ok ($opened eq (join "", map contents ($_->{size}, $number++), @{ $other->{records} }), "$name: their records");
         ok ($sealed->{ended}, "$name: the end");
      }
   }
}

my $key = "k" x 32;
my $box = AEMPPeer::Crypto::secretbox ($key, "n" x 24, "text");
is (AEMPPeer::Crypto::secretbox_open ($key, "n" x 24, $box), "text", "a box opens");
is (AEMPPeer::Crypto::secretbox_open ($key, "n" x 24, $box ^ "\1"), undef, "a changed one does not");
my $sealed = AEMPPeer::Crypto::aead ($key, "n" x 12, "head", "text");
is (AEMPPeer::Crypto::aead_open ($key, "n" x 12, "head", $sealed), "text", "a sealed text opens");
is (AEMPPeer::Crypto::aead_open ($key, "n" x 12, "hEad", $sealed), undef, "not with another header");
is (AEMPPeer::Crypto::aead_open ($key, "n" x 12, "head", $sealed ^ "\1"), undef, "a changed one does not");

# RFC 8439, section 2.8.2
is (unpack ("H*", AEMPPeer::Crypto::aead (
      (pack "C*", 0x80 .. 0x9f), (pack "H*", "070000004041424344454647"), (pack "H*", "50515253c0c1c2c3c4c5c6c7"),
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
      . "sunscreen would be it.")),
   "1ae10b594f09e26a7e902ecbd0600691"
   . "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b29"
   . "05d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116",
   "the answer of RFC 8439");

for my $method (@AEMPPeer::Sealed::METHODS) {
   is (AEMPPeer::Sealed->new (method => $method, secret => "s", secret_key => $key, public_key => "\0" x 32,
      sent => ["a", "b", "c"], received => ["a", "c", "c"]), undef, "a key of low order is refused");
}

done_testing;
