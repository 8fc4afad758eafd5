#!/usr/bin/perl

# A proxy for tests that passes on what two nodes say to each other, until it
# makes trouble.
#
# usage: proxy.pl HOST:PORT [RATE]
#
# With a RATE it passes on so many bytes a second in each direction. Prints where it listens. Signals: HUP cuts all connections, USR1 freezes
# them (nothing is passed on, nothing is closed; new ones are accepted and
# frozen, too), USR2 lets them go on.

use strict;
use warnings;

use AnyEvent;
use AnyEvent::Handle;
use AnyEvent::Socket;
use Socket ();

my ($target, $rate) = @ARGV;
my ($host, $service) = parse_hostport ($target // "")
   or die "usage: proxy.pl HOST:PORT [RATE]\n";

my $LIMIT = 65536; # how much of one direction is kept here, in bytes

my %pair;   # what belongs to a connection: both handles, by a number
my $count = 0;
my $frozen;

sub drop {
   my ($id) = @_;
   my $pair = delete $pair{$id} or return;
   $_->destroy for grep $_, @$pair[0, 1];
}

# Passes on what one end says, as fast as the other takes it.
sub forward {
   my ($id) = @_;
   my $pair = $pair{$id} or return;
   for my $side (0, 1) {
      my ($from, $to) = @$pair[$side, 1 - $side];
      if ($frozen) {
         $from->on_read;
         $from->stop_read;
         next;
      }
      $from->on_read (sub {
         my $length = length $_[0]{rbuf};
         $to->push_write (delete $_[0]{rbuf});
         return rest ($id, $side, $length / $rate) if $rate;
         return if length $to->{wbuf} < $LIMIT;
         $from->on_read;
         $from->stop_read;
         $to->on_drain (sub {
            $to->on_drain;
            forward ($id);
         });
      });
      $from->start_read;
   }
}

# The line is busy for so long with what one end has said.
sub rest {
   my ($id, $side, $seconds) = @_;
   my $from = $pair{$id}[$side];
   my $on_read = $from->{on_read};
   $from->on_read;
   $from->stop_read;
   $pair{$id}[2 + $side] = AE::timer $seconds, 0, sub {
      return if $frozen;
      $from->on_read ($on_read);
      $from->start_read;
   };
}

sub handle {
   my ($id, @arguments) = @_;
   AnyEvent::Handle->new (
      @arguments,
      $rate ? (max_read_size => 8192) : (),
      no_delay => 1,
      on_eof   => sub { drop ($id) },
      on_error => sub { drop ($id) },
   )
}

my $server = tcp_server "127.0.0.1", undef, sub {
   my ($fh) = @_;
   my $id = ++$count;
   $pair{$id} = [];
   $pair{$id}[0] = handle ($id, fh => $fh);
   $pair{$id}[1] = handle ($id, connect => [$host, $service]);
   # A slow line does not hold much.
   setsockopt $fh, Socket::SOL_SOCKET, $_, 32768 or die "setsockopt: $!\n" for $rate ? (Socket::SO_RCVBUF, Socket::SO_SNDBUF) : ();
   forward ($id);
}, sub {
   my (undef, $host, $port) = @_;
   $| = 1;
   print "Listening on: $host:$port\n";
   0
};

sub freeze {
   ($frozen) = @_;
   forward ($_) for keys %pair;
   print $frozen ? "Frozen\n" : "Going on\n";
}

my @signals = (
   AE::signal (HUP  => sub { drop ($_) for keys %pair; print "Cut\n" }),
   AE::signal (USR1 => sub { freeze (1) }),
   AE::signal (USR2 => sub { freeze (0) }),
);

AE::cv->recv;
