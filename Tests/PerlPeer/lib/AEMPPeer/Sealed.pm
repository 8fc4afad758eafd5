package AEMPPeer::Sealed;

# The sealed channel of nodes that are not AnyEvent::MP 2.02: what the handshake
# needs of it, and the records behind it. No input or output.

use strict;
use warnings;

use Digest::SHA ();
use MIME::Base64 ();

use AEMPPeer::Crypto;

# The methods, most preferred first, whatever the order of a list; for each, the purpose of the keys.
our @METHODS = qw(chacha20poly1305_x25519 secretbox_x25519);
my %PURPOSE  = (chacha20poly1305_x25519 => "aemp-sealed-v2", secretbox_x25519 => "aemp-sealed-v1");
our $CONTENT = 65536; # bytes that one record carries at most

# sealing_key $secret, $method
sub sealing_key { AEMPPeer::Crypto::blake2b ($_[0], size => 32, personal => $PURPOSE{$_[1]}) }

# The methods in this list by which a connection can be sealed.
sub methods { my %listed = map +($_ => 1), @_; grep $listed{$_}, @METHODS }

# By these eight digits others who have the secret recognise it.
sub secret_id {
   my ($secret, $nonce) = @_;

   my $key = sealing_key ($secret, "secretbox_x25519"); # whatever the method
   substr unpack ("H*", AEMPPeer::Crypto::blake2b ("kid\n$nonce", size => 32, key => $key)), 0, 8
}

# The keys of our greeting for a secret key, which is random bytes.
sub greeting_keys {
   my ($secret_key, $secret, $nonce) = @_;

   (
      "x-kx"  => MIME::Base64::encode_base64 (AEMPPeer::Crypto::x25519_public ($secret_key), ""),
      "x-kid" => secret_id ($secret, $nonce),
   )
}

# The method, and the public key in a greeting; nothing unless both ends want the connection sealed.
sub choice {
   my ($greeting, $ours) = @_;

   my $text = $greeting->{keys}{"x-kx"};
   my ($method) = grep { my $m = $_; grep $_ eq $m, @{ $greeting->{accept} } } methods @$ours;
   return ()
      unless defined $text and defined $method;

   my $key = MIME::Base64::decode_base64 ($text);
   32 == length $key && $text eq MIME::Base64::encode_base64 ($key, "") ? ($method, $key) : ()
}

# The data of an authentication line; the lines are those that its sender sent and received.
sub auth_data {
   my ($method, $secret, $sent, $received) = @_;

   Digest::SHA::hmac_sha512_hex ("$method\n" . (join "", map "$_\n", @$sent, @$received), sealing_key ($secret, $method))
}

# AEMPPeer::Sealed->new (method => .., secret => .., secret_key => .., public_key => ..,
#                        sent => [3 lines], received => [3 lines])
# Returns undef for a public key that makes no secret.
sub new {
   my ($class, %arg) = @_;

   my $shared = AEMPPeer::Crypto::x25519 ($arg{secret_key}, $arg{public_key});
   return undef
      unless $shared =~ /[^\0]/;

   my $is_client = $arg{sent}[1] lt $arg{received}[1];
   my ($client, $server) = $is_client ? @arg{qw(sent received)} : @arg{qw(received sent)};

   my $keys = AEMPPeer::Crypto::blake2b (
      "$PURPOSE{$arg{method}} keys\n$shared" . (join "", map "$_\n", @$client[0, 1], @$server[0, 1], $client->[2], $server->[2]),
      size => 64, key => sealing_key ($arg{secret}, $arg{method}));
   my @keys = (substr ($keys, 0, 32), substr ($keys, 32));

   bless {
      method  => $arg{method},
      send    => $keys[$is_client ? 0 : 1],
      receive => $keys[$is_client ? 1 : 0],
      sent    => 0,
      opened  => 0,
      buffer  => "",
   }, $class
}

sub _seal {
   my ($self, $content) = @_;

   my $number = pack "Q>", $self->{sent}++;
   my $header = pack "N", 16 + length $content;
   $header . ($self->{method} eq "secretbox_x25519"
      ? AEMPPeer::Crypto::secretbox ($self->{send}, ("\0" x 16) . $number, $content)
      : AEMPPeer::Crypto::aead ($self->{send}, ("\0" x 4) . $number, $header, $content))
}

# The content of a record, undef if it is not authentic.
sub _open {
   my ($self, $record) = @_;

   my $number = pack "Q>", $self->{opened}++;
   my ($header, $sealed) = unpack "a4 a*", $record;
   $self->{method} eq "secretbox_x25519"
      ? AEMPPeer::Crypto::secretbox_open ($self->{receive}, ("\0" x 16) . $number, $sealed)
      : AEMPPeer::Crypto::aead_open ($self->{receive}, ("\0" x 4) . $number, $header, $sealed)
}

# The records of these bytes; of none, the end of the stream.
sub seal {
   my ($self, $bytes) = @_;

   my $records = "";
   do {
      $records .= $self->_seal (substr $bytes, 0, $CONTENT, "");
   } while length $bytes;

   $records
}

# Takes bytes and returns what the records that are complete carry; dies of those that do not open.
sub open {
   my ($self, $bytes) = @_;

   $self->{buffer} .= $bytes;
   my $contents = "";

   while (4 <= length $self->{buffer}) {
      die "something follows the end of the sealed stream\n"
         if $self->{ended};

      my $length = unpack "N", $self->{buffer};
      die "a sealed record cannot have a length of $length\n"
         if $length < 16 or $length > $CONTENT + 16;
      last
         if length $self->{buffer} < 4 + $length;

      my $content = $self->_open (substr $self->{buffer}, 0, 4 + $length, "");
      die "a sealed record cannot be opened\n"
         unless defined $content;

      $self->{ended} = 1
         unless length $content;
      $contents .= $content;
   }

   $contents
}

1
