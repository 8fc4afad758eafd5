#!/usr/bin/perl
# Numbers in messages: those that the program itself sends, and those that come from elsewhere and may have a fraction;
# ports as keys; guards that nobody uses again.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::MP;

my ($number) = @ARGV;
die "usage: messages NUMBER\n" unless $number;

configure;

my $done = AE::cv;
my @names = ("none", "one", "two");
my %worker;
my $most = 0;
my $sum = 0;

# Nobody here says what it is.
my $open = port;
rcv $open,
   over => sub {
      my ($n) = @_;
      print "over $n\n" if $n >= 5;
      $most = $n if $n > $most;
      $sum += $n;
   },
   index => sub {
      my ($i) = @_;
      print "$names[$i]\n";
   },
   standard => sub {
      my ($n) = @_;
      $n ||= 5;
      print "standard $n\n";
   },
   shown => sub {
      my ($n) = @_;
      show ($n);
   },
   parity => sub {
      my ($i) = @_;
      print $i % 2 ? "odd\n" : "even\n";
   };

my $any = port {
   my @m = @_;
   print "more than 5\n" if $m[0] > 5;
   snd $open, over => $m[0] + 1;
};

# The program sends whole numbers alone.
my $closed = port;
rcv $closed, ping => sub { my ($n) = @_; print "ping $n\n"; snd $closed, pong => $n + 1 };
rcv $closed, pong => sub {
   my ($n) = @_;
   print "pong $n\n";
   $n < 4 ? snd ($closed, ping => $n + 1) : snd ($closed, "end");
};
rcv $closed, end => sub {
   print "at most $most, in all $sum\n";
   $done->send;
};

sub show {
   my ($n) = @_;
   print "shown $n\n" if $n > 1;
}

sub watch {
   my ($port) = @_;
   my $guard = mon $port, sub { print "it has ended\n" };
   my $timer = AE::timer 60, 0, sub { print "late\n" };
   $done->recv;
}

$worker{$_} = 1 for ($open, $any);
my @workers = sort keys %worker;
print scalar (@workers), " workers\n";

snd $any, $number;
snd $open, over => $number;
snd $open, standard => $number;
snd $open, shown => $number;
snd $open, standard => 0;
show (2);
snd $open, index => 2;
snd $open, parity => 3;
snd $closed, ping => 1;
watch ($any);
