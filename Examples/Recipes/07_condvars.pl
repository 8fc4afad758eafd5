# Condition variables: waiting for one, for all, for the first.
use strict;
use warnings;
use AnyEvent;

# == One value
my $answer = AE::cv;
my $w = AE::timer 0.01, 0, sub { $answer->send (42) };
print $answer->recv, "\n";

# == Several values
my $pair = AE::cv;
AE::postpone { $pair->send ("text", 7) };
my ($text, $number) = $pair->recv;
print "$text, $number\n";

# == A group
my %result;
my $all = AE::cv;

$all->begin (sub { shift->send (scalar keys %result) });
my @timers;
for my $name (qw(a b c)) {
  $all->begin;
  push @timers, AE::timer 0.01, 0, sub {
    $result{$name} = uc $name;
    $all->end;
  };
}
$all->end;

print $all->recv, " results\n";
print join (" ", map { "$_=$result{$_}" } sort keys %result), "\n";

# == A group with nothing in it
my $none = AE::cv;
$none->begin (sub { print "nothing to do\n"; shift->send });
$none->end;
$none->recv;

# == The first of two
my $first = AE::cv;
my $slow = AE::timer 60, 0, sub { $first->send ("slow") };
my $fast = AE::timer 0.01, 0, sub { $first->send ("fast") };
print $first->recv, " came first\n";

# == A callback in place of waiting
my $later = AE::cv;
$later->cb (sub {
  my ($cv) = @_;
  print "called with ", $cv->recv, "\n";
});
$later->send ("a value");

# == A condition variable as a callback
my $done = AE::cv;
my $timer = AE::timer 0.01, 0, $done;
$done->recv;
print "the timer called it\n";

# == Handing one back
sub square {
  my ($number) = @_;
  my $cv = AE::cv;
  my $t; $t = AE::timer 0.01, 0, sub { undef $t; $cv->send ($number * $number) };
  return $cv;
}

print square (3)->recv + square (4)->recv, "\n";

# == Not more than two at once
my @jobs = map { "job $_" } 1 .. 5;
my $finished = AE::cv;
my $running = 0;
my $most = 0;

sub start {
  while ($running < 2 and @jobs) {
    my $job = shift @jobs;
    $running++;
    $most = $running if $running > $most;
    $finished->begin;
    my $t; $t = AE::timer 0.01, 0, sub {
      undef $t;
      $running--;
      start ();
      $finished->end;
    };
  }
}

start ();
$finished->recv;
print "at most $most at once, ", scalar @jobs, " left\n";

# == Is it ready?
my $ready = AE::cv;
print $ready->ready ? "ready" : "not ready", "\n";
$ready->send;
print $ready->ready ? "ready" : "not ready", "\n";
