package AEMPPeer::Seeds;

# Dials the seeds: at once, then after growing waits, at once again after a loss.

use strict;
use warnings;

use AnyEvent ();
use Scalar::Util ();

sub new {
   my ($class, $node, $seeds) = @_;

   my $self = bless { node => $node, seed => { map +($_ => {}), @$seeds } }, $class;
   Scalar::Util::weaken $self->{node};

   $self
}

sub start {
   my ($self) = @_;

   $self->_dial ($_) for sort keys %{ $self->{seed} };
}

sub add {
   my ($self, $address) = @_;

   $self->{seed}{$address} ||= {};
   $self->_dial ($address);
}

sub stop {
   my ($self) = @_;

   $self->{seed} = {};
}

# A seed that turned out to be ourselves.
sub forget {
   my ($self, $address) = @_;

   delete $self->{seed}{$address};
   $self->{node}->note ("seed $address is ourselves.");
}

sub _dial {
   my ($self, $address) = @_;

   my $seed = $self->{seed}{$address}
      or return;

   delete $seed->{timer};
   return if $seed->{busy};

   # Its node may be up by another connection; then there is nothing to do
   # until that is lost, which the next turn finds out.
   return $self->_wait ($address)
      if defined $seed->{nodeid} and $self->{node}{up}{$seed->{nodeid}};

   $self->{node}->note ("trying connect to seed node $address.");
   $seed->{busy} = 1;

   $self->{node}->dial ($address, seed => $address, failed => sub {
      $self->_wait ($address);
   });
}

sub _wait {
   my ($self, $address) = @_;

   my $seed = $self->{seed}{$address}
      or return;

   my $limit = $self->{node}{monitor_timeout};
   my $wait  = $seed->{wait} ||= 0.6 + rand 0.6;
   $wait = $seed->{wait} = $wait * 2 < $limit ? $wait * 2 : $limit;

   delete $seed->{busy};
   $seed->{timer} = AE::timer $wait, 0, sub { $self->_dial ($address) };
}

sub link_down {
   my ($self, $link) = @_;

   my $address = $link->{seed};
   my $seed = $self->{seed}{$address}
      or return;

   # Also known when the link was refused, because its node is up already.
   my $greeting = $link->{handshake}{greeting};
   $seed->{nodeid} = $greeting->{nodeid} if $greeting;

   return $self->_wait ($address)
      unless $link->{up};

   # The connection was lost: at once again.
   delete $seed->{busy};
   delete $seed->{wait};
   $seed->{timer} = AE::timer 0, 0, sub { $self->_dial ($address) };
}

1
