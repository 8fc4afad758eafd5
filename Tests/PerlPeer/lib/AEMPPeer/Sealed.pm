package AEMPPeer::Sealed;

# The sealed channel of nodes that are not AnyEvent::MP 2.02: what the handshake
# needs of it, and the records behind it. No input or output.

use strict;
use warnings;

use Digest::SHA ();
use MIME::Base64 ();

use AEMPPeer::Crypto;

our $METHOD  = "secretbox_x25519";
our $CONTENT = 65536; # bytes that one record carries at most

sub sealing_key { AEMPPeer::Crypto::blake2b ($_[0], size => 32, personal => "aemp-sealed-v1") }

# By these eight digits others who have the secret recognise it.
sub secret_id {
   my ($secret, $nonce) = @_;

   substr unpack ("H*", AEMPPeer::Crypto::blake2b ("kid\n$nonce", size => 32, key => sealing_key ($secret))), 0, 8
}

# The keys of our greeting for a secret key, which is random bytes.
sub greeting_keys {
   my ($secret_key, $secret, $nonce) = @_;

   (
      "x-kx"  => MIME::Base64::encode_base64 (AEMPPeer::Crypto::x25519_public ($secret_key), ""),
      "x-kid" => secret_id ($secret, $nonce),
   )
}

# The public key in a greeting, undef unless the sender wants the connection sealed.
sub public_key {
   my ($greeting) = @_;

   my $text = $greeting->{keys}{"x-kx"};
   return undef
      unless defined $text and grep $_ eq $METHOD, @{ $greeting->{accept} };

   my $key = MIME::Base64::decode_base64 ($text);
   32 == length $key && $text eq MIME::Base64::encode_base64 ($key, "") ? $key : undef
}

# The data of an authentication line; the lines are those that its sender sent and received.
sub auth_data {
   my ($secret, $sent, $received) = @_;

   Digest::SHA::hmac_sha512_hex ("$METHOD\n" . (join "", map "$_\n", @$sent, @$received), sealing_key ($secret))
}

# AEMPPeer::Sealed->new (secret => .., secret_key => .., public_key => .., sent => [3 lines], received => [3 lines])
# Returns undef for a public key that makes no secret.
sub new {
   my ($class, %arg) = @_;

   my $shared = AEMPPeer::Crypto::x25519 ($arg{secret_key}, $arg{public_key});
   return undef
      unless $shared =~ /[^\0]/;

   my $is_client = $arg{sent}[1] lt $arg{received}[1];
   my ($client, $server) = $is_client ? @arg{qw(sent received)} : @arg{qw(received sent)};

   my $keys = AEMPPeer::Crypto::blake2b (
      "aemp-sealed-v1 keys\n$shared" . (join "", map "$_\n", @$client[0, 1], @$server[0, 1], $client->[2], $server->[2]),
      size => 64, key => sealing_key ($arg{secret}));
   my @keys = (substr ($keys, 0, 32), substr ($keys, 32));

   bless {
      send    => $keys[$is_client ? 0 : 1],
      receive => $keys[$is_client ? 1 : 0],
      sent    => 0,
      opened  => 0,
      buffer  => "",
   }, $class
}

sub _nonce { ("\0" x 16) . pack "Q>", $_[0] }

# The records of these bytes; of none, the end of the stream.
sub seal {
   my ($self, $bytes) = @_;

   my $records = "";
   do {
      my $content = substr $bytes, 0, $CONTENT, "";
      my $sealed = AEMPPeer::Crypto::secretbox ($self->{send}, _nonce ($self->{sent}++), $content);
      $records .= pack "N/a*", $sealed;
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

      my $sealed = substr $self->{buffer}, 0, 4 + $length, "";
      my $content = AEMPPeer::Crypto::secretbox_open ($self->{receive}, _nonce ($self->{opened}++), substr $sealed, 4);
      die "a sealed record cannot be opened\n"
         unless defined $content;

      $self->{ended} = 1
         unless length $content;
      $contents .= $content;
   }

   $contents
}

1
