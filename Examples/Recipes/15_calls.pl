# Calls and spawning: answers within a time, and ports that are made elsewhere.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::MP;

# == A call
my $squares = rcv port, square => sub {
  my ($number, $reply) = @_;
  snd $reply, $number * $number;
};

my $answered = AE::cv;
cal $squares, square => 12, sub {
  my ($square) = @_;
  $answered->send ($square);
};
print $answered->recv, "\n";

# == A time for it
my $silent = rcv port, question => sub { print "no comment\n" };

my $waited = AE::cv;
cal $silent, question => sub {
  $waited->send (@_ ? "an answer" : "no answer");
}, 0.05;
print $waited->recv, "\n";

# == Nobody left to answer
my $leaving = rcv port, question => sub { kil $SELF };

my $left = AE::cv;
cal $leaving, question => sub {
  $left->send (@_ ? "an answer" : "no answer");
};
print $left->recv, "\n";

# == Several at once
my %square;
my $all = AE::cv;

$all->begin;
for my $number (2 .. 4) {
  $all->begin;
  cal $squares, square => $number, sub {
    $square{$number} = shift;
    $all->end;
  };
}
$all->end;

$all->recv;
print join (", ", map { "$_: $square{$_}" } sort keys %square), "\n";

# == Once more, please
my $asked = 0;
my $deaf = rcv port, question => sub {
  my ($reply) = @_;
  snd $reply, "yes" if ++$asked == 3;
};

my $understood = AE::cv;

sub ask {
  my ($attempts) = @_;
  cal $deaf, question => sub {
    my ($answer) = @_;
    return $understood->send ("$answer, after $asked") if defined $answer;
    $attempts > 1 ? ask ($attempts - 1) : $understood->send ("never");
  }, 0.05;
}

ask (5);
print $understood->recv, "\n";

# == Later
my $ticked = AE::cv;
my $ticks = 0;
my $clock = port;
rcv $clock, tick => sub {
  print "tick ", ++$ticks, "\n";
  $ticks < 3 ? after 0.01, $clock, "tick" : $ticked->send;
};

after 0.01, sub { snd $clock, "tick" };
$ticked->recv;

# == A port of a function
sub Account::open {
  my ($owner, $balance) = @_;
  rcv $SELF,
    pay     => sub { $balance += $_[0] },
    balance => sub { snd $owner, balance => $balance };
}

my $shown = AE::cv;
my $me = rcv port, balance => sub { $shown->send ($_[0]) };

my $account = spawn $NODE, "Account::open", $me, 100;
snd $account, pay => -30;
snd $account, "balance";
print $shown->recv, "\n";

# == A function that fails
sub Account::steal { die "no such thing\n" }

my $refused = AE::cv;
mon spawn ($NODE, "Account::steal"), sub { $refused->send ("there is no account") };
print $refused->recv, "\n";

# == Starting it again
my $starts = 0;
my $steady = AE::cv;

sub Worker::run {
  my ($number) = @_;
  rcv $SELF, work => sub {
    die "too much\n" if $number < 3;
    print "worker $number has done it\n";
    $steady->send;
  };
}

sub start {
  my $worker = spawn $NODE, "Worker::run", ++$starts;
  mon $worker, sub {
    my (@reason) = @_
      or return;
    print "worker $starts has failed\n";
    start ();
  };
  snd $worker, "work";
}

start ();
$steady->recv;
