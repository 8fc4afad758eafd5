# Ports: receivers that come and go, and what a message may hold.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::MP;

# == A port and a message
my $greeted = AE::cv;
my $greeter = port;

rcv $greeter, hello => sub {
  my ($name) = @_;
  print "hello, $name\n";
  $greeted->send;
};

snd $greeter, hello => "Joe";
$greeted->recv;

# == Several receivers, and an answer
my $count = 0;
my $counter = rcv port,
  add => sub { $count += $_[0] },
  get => sub { my ($reply) = @_; snd $reply, count => $count };

my $counted = AE::cv;
my $client = rcv port, count => sub { $counted->send ($_[0]) };

snd $counter, add => $_ for 1 .. 4;
snd $counter, get => $client;
print $counted->recv, "\n";

# == Whatever else comes
my $last = AE::cv;

my $any = port {
  my ($tag, @values) = @_;
  print "$tag, and behind it ", scalar @values, "\n";
  $last->send if $tag eq "last";
};
rcv $any, known => sub { print "known: @_\n" };

snd $any, known => "a", "b";
snd $any, "other";
snd $any, last => 1, 2, 3;
$last->recv;

# == A receiver that takes itself away
my $locked = AE::cv;

my $door = port { $locked->send };
rcv $door, open => sub {
  print "open, this once\n";
  rcv $SELF, open => undef;
};

snd $door, "open" for 1 .. 2;
$locked->recv;
print "locked\n";

# == A receiver that changes
my $lamp = port;

sub dark {
  rcv $lamp, switch => sub { print "light\n"; light () };
}

sub light {
  rcv $lamp, switch => sub { print "dark\n"; dark () };
}

dark ();
snd $lamp, "switch" for 1 .. 3;

my $switched = AE::cv;
rcv $lamp, done => sub { $switched->send };
snd $lamp, "done";
$switched->recv;

# == A port as a tag
my $oracle = rcv port, ask => sub {
  my ($question, $reply) = @_;
  snd $reply, $SELF => length $question;
};

my $answered = AE::cv;
my $asker = port;
rcv $asker, $oracle => sub {
  my ($answer) = @_;
  rcv $SELF, $oracle;
  $answered->send ($answer);
};

snd $oracle, ask => "how long is this?", $asker;
print $answered->recv, "\n";

# == A list
my $summed = AE::cv;
my $adder = rcv port, sum => sub {
  my ($reply, @numbers) = @_;
  my $sum = 0;
  $sum += $_ for @numbers;
  snd $reply, sum => $sum;
};

my @numbers = (1, 2, 39);
snd $adder, sum => (rcv port, sum => sub { $summed->send ($_[0]) }), @numbers;
print $summed->recv, "\n";

# == Hashes and arrays
my $ordered = AE::cv;
my $shop = rcv port, order => sub {
  my ($order) = @_;
  print "$order->{amount} of $order->{item}: ", join (" ", @{ $order->{kinds} }), "\n";
  print exists $order->{sugar} ? "with" : "without", " sugar\n";
  snd $order->{to}, "ready";
};

snd $shop, order => {
  item => "tea",
  amount => 2,
  kinds => ["green", "black"],
  to => (rcv port, ready => sub { $ordered->send }),
};
$ordered->recv;

# == A reply that the asker has prepared
my $squared = AE::cv;
my $worker = rcv port, square => sub {
  my ($number, @reply) = @_;
  snd @reply, $number * $number;
};

my $boss = rcv port, result => sub {
  my ($job, $square) = @_;
  print "$job: $square\n";
  $squared->send if $job eq "second";
};
snd $worker, square => 7, $boss, result => "first";
snd $worker, square => 9, $boss, result => "second";
$squared->recv;

# == Passing on
my $passed = AE::cv;
my $target = rcv port, note => sub { print "noted: @_\n"; $passed->send };
my $proxy = port { snd $target, @_ };

snd $proxy, note => "by way of", "the proxy";
$passed->recv;
