# Closures: callbacks that name themselves, and what they keep alive.
use strict;
use warnings;
use AnyEvent;

# == A function that calls itself
my $done = AE::cv;
my $left = 3;

my $next; $next = sub {
  print "$left to go\n";
  return $done->send unless --$left;
  my $w; $w = AE::timer 0.01, 0, sub { undef $w; $next->() };
};

$next->();
$done->recv;
undef $next;

# == A watcher that ends itself
my $stopped = AE::cv;
my $ticks = 0;

my $w; $w = AE::timer 0.01, 0.01, sub {
  print "tick\n";
  return if ++$ticks < 3;
  undef $w;
  $stopped->send;
};

$stopped->recv;

# == An object that its callback must not keep
package Ticker {
  use Scalar::Util qw(weaken);

  sub new { my ($class, $name) = @_; bless { name => $name }, $class }

  sub begin {
    my $self = shift;
    weaken (my $weak = $self);
    $self->{timer} = AE::timer 0, 1, sub { $weak->{ready}->send };
  }

  sub DESTROY { print "$_[0]{name} is gone\n" }
}

my $ticker = new Ticker "the ticker";
$ticker->{ready} = AE::cv;
$ticker->begin;
$ticker->{ready}->recv;
undef $ticker;
print "after it\n";

# == One callback for each of a list
my $group = AE::cv;
my @timers;

for my $number (1 .. 3) {
  $group->begin;
  push @timers, AE::timer $number / 100, 0, sub { print "number $number\n"; $group->end };
}

$group->recv;

# == A table of functions
my %command = (
  add   => sub { $_[0] + $_[1] },
  times => sub { $_[0] * $_[1] },
);

for my $name (qw(add times divide)) {
  my $function = $command{$name}
    or do { print "$name: no such command\n"; next };
  print "$name: ", $function->(6, 7), "\n";
}

# == A function that makes functions
sub counter {
  my ($count) = @_;
  return sub { $count++ };
}

my $first = counter (1);
my $second = counter (100);
print join (" ", $first->(), $first->(), $second->()), "\n";
