# The recorded conversations of two 2.02 nodes, played back against handshake
# and framings from both ends: whole, byte by byte, and split at every point.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use JSON::XS ();

use AEMPPeer::Handshake;
use AEMPPeer::Framing;

my $SECRET = "s3cret-for-vectors";

my $directory = "$FindBin::Bin/../../Recordings";

my $canonical = JSON::XS->new->utf8->canonical->allow_nonref;

# Plays the bytes of one side, cut into pieces, to the other. Returns the
# authentication line that the machine sent, the framings and the packets.
sub play {
   my ($own, $other_auth, @piece) = @_;

   my $handshake = AEMPPeer::Handshake->new (
      lines    => $own->{lines},
      secret   => $SECRET,
      framings => $own->{framings},
   );
   my ($buffer, $decoder, %result) = ("");
   $result{packets} = [];

   for my $piece (@piece) {
      $buffer .= $piece;

      unless ($decoder) {
         for ($handshake->feed (\$buffer)) {
            my ($what, @arg) = @$_;
            $result{sent}   = $arg[0]        if $what eq "send";
            $result{refuse} = $arg[0]        if $what eq "refuse";
            $result{nodeid} = $arg[0]{nodeid} if $what eq "greeting";
            if ($what eq "up") {
               $result{framings} = [@arg];
               $decoder = AEMPPeer::Framing->new ($arg[1]);
            }
         }
         next unless $decoder;
      }

      $decoder->feed ($buffer, sub { push @{ $result{packets} }, $_[0]; 1 });
      $buffer = "";
   }

   \%result
}

for my $file (glob "$directory/*.jsonl") {
   (my $name = $file) =~ s{.*/}{};

   my %bytes = (connector => "", listener => "");
   open my $fh, "<", $file or die "$file: $!";
   while (<$fh>) {
      my $segment = JSON::XS::decode_json $_;
      $bytes{$segment->{from}} .= pack "H*", $segment->{hex}
         if defined $segment->{hex};
   }

   my %line = map { $_ => [(split /\n/, $bytes{$_}, 4)[0 .. 2]] } keys %bytes;

   for my $side (["connector", "listener"], ["listener", "connector"]) {
      my ($us, $them) = @$side;

      my $own = {
         lines    => [@{ $line{$us} }[0, 1]],
         framings => AEMPPeer::Handshake::parse_greeting ($line{$us}[0])->{framings},
      };
      my $stream = $bytes{$them};

      my $whole = play $own, undef, $stream;
      is ($whole->{refuse}, undef, "$name as $us: the handshake succeeds");
      is ($whole->{sent}, "$line{$us}[2]\n", "$name as $us: our authentication line is the recorded one");
      is ($whole->{nodeid}, $us eq "connector" ? "alpha" : "beta", "$name as $us: node id");
      cmp_ok (scalar @{ $whole->{packets} }, ">", 10, "$name as $us: packets");

      my $expected = $canonical->encode ($whole);
      is ($canonical->encode (play $own, undef, split //, $stream), $expected,
         "$name as $us: byte by byte makes no difference");

      my @different = grep {
         $canonical->encode (play $own, undef, (substr $stream, 0, $_), (substr $stream, $_)) ne $expected
      } 1 .. -1 + length $stream;
      is_deeply (\@different, [], "$name as $us: split anywhere makes no difference");

      # what was decoded survives both framings
      for my $framing (AEMPPeer::Framing::names) {
         my $coder = AEMPPeer::Framing->new ($framing);
         my @again;
         $coder->feed ((join "", map $coder->encode (@$_), @{ $whole->{packets} }),
            sub { push @again, $_[0]; 1 });
         is_deeply (\@again, $whole->{packets}, "$name as $us: the packets survive $framing");
      }
   }
}

done_testing;
