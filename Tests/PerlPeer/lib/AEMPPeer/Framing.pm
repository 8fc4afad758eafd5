package AEMPPeer::Framing;

# Packets back to back, without a length prefix, in JSON or CBOR.

use strict;
use warnings;

use JSON::XS ();
use CBOR::XS ();

our $MAXIMUM_SIZE  = 64 << 20;
our $MAXIMUM_DEPTH = 512;

my %CODER = (
   json => sub {
      JSON::XS->new->utf8->allow_nonref
              ->max_depth ($MAXIMUM_DEPTH)->max_size ($MAXIMUM_SIZE)
   },
   cbor => sub {
      CBOR::XS->new->forbid_objects->validate_utf8
              ->max_depth ($MAXIMUM_DEPTH)->max_size ($MAXIMUM_SIZE)
   },
);

sub names { sort keys %CODER }

sub new {
   my ($class, $name) = @_;

   my $coder = $CODER{$name}
      or die "unknown framing '$name', known are cbor and json\n";

   bless {
      name   => $name,
      coder  => $coder->(),
      buffer => "",
      depth  => 0, # of the json packet that is not complete yet
   }, $class
}

sub name { $_[0]{name} }

# The bytes of one packet.
sub encode {
   my ($self, @packet) = @_;

   $self->{coder}->encode (\@packet)
}

# Takes what arrived, calls back for every complete packet, and dies with a
# sentence at something that is no packet. The callback returns false to stop.
sub feed {
   my ($self, $bytes, $deliver) = @_;

   $self->{name} eq "json"
      ? $self->_feed_json ($bytes, $deliver)
      : $self->_feed_cbor ($bytes, $deliver)
}

sub _packet {
   my ($self, $packet) = @_;

   "ARRAY" eq ref $packet
      or die "a $self->{name} packet is not an array\n";

   $packet
}

# The end of a packet is found by our own scanner, which goes over every byte
# once and sees a wrong start or too much depth before the packet is complete.
sub _feed_json {
   my ($self, $bytes, $deliver) = @_;

   $self->{buffer} .= $bytes;

   while (defined (my $end = $self->_scan_json)) {
      my $text = substr $self->{buffer}, 0, $end, "";

      my $packet = eval { $self->{coder}->decode ($text) };
      if ($@) {
         (my $reason = $@) =~ s/ at \S+ line \d+.*//s;
         die "broken json packet: $reason\n";
      }

      $deliver->($self->_packet ($packet))
         or return;
   }

   die "a json packet is too large\n"
      if $MAXIMUM_SIZE < length $self->{buffer};
}

# The length of the first packet in the buffer, or undef while it is not complete.
sub _scan_json {
   my ($self) = @_;

   my $buffer = \$self->{buffer};
   my ($depth, $string) = @$self{qw(depth string)};

   unless ($depth) {
      $$buffer =~ s/\A[ \t\r\n]+//;
      length $$buffer
         or return;

      $$buffer =~ /\A\[/
         or die "a json packet is not an array\n";

      ($depth, $string) = (0, 0);
      $self->{position} = 0;
   }

   pos ($$buffer) = $self->{position};

   while () {
      if ($string) {
         $$buffer =~ /\G[^"\\]*/gc;
         if    ($$buffer =~ /\G\\./gcs) { next }
         elsif ($$buffer =~ /\G"/gc)    { $string = 0 }
         else                           { last }
      } else {
         $$buffer =~ /\G[^"\[\]{}]*/gc;
         if    ($$buffer =~ /\G"/gc)    { $string = 1 }
         elsif ($$buffer =~ /\G[\[{]/gc) {
            ++$depth <= $MAXIMUM_DEPTH
               or die "a json packet is nested too deep\n";
         } elsif ($$buffer =~ /\G[\]}]/gc) {
            next if --$depth;

            $self->{depth} = 0;
            return pos $$buffer;
         } else { last }
      }
   }

   @$self{qw(depth string position)} = ($depth, $string, pos $$buffer);
   undef
}

sub _feed_cbor {
   my ($self, $bytes, $deliver) = @_;

   $self->{buffer} .= $bytes;

   # CBOR::XS looks at its limit only when a packet is complete.
   die "a cbor packet is too large\n"
      if $MAXIMUM_SIZE < length $self->{buffer};

   while (length $self->{buffer}) {
      my $before = length $self->{buffer};

      my $packet = eval { $self->{coder}->incr_parse ($self->{buffer}) };
      if ($@) {
         (my $reason = $@) =~ s/ at \S+ line \d+.*//s;
         die "broken cbor packet: $reason\n";
      }

      # An undefined value may also be a null that was decoded: then it was
      # taken off the buffer.
      return if $before == length $self->{buffer};

      $deliver->($self->_packet ($packet))
         or return;
   }
}

1
