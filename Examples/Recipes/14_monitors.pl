# Monitors and ends: who gets to know that a port is gone, and why.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::MP;

# == The reason
my $gone = AE::cv;
my $printer = port;

mon $printer, sub {
  my (@reason) = @_;
  print @reason ? "failed: @reason\n" : "all is well\n";
  $gone->send;
};

kil $printer, out_of_paper => "tray", 2;
$gone->recv;

# == No reason
my $ended = AE::cv;
my $finished = port;

mon $finished, sub { $ended->send (scalar @_) };
kil $finished;
print $ended->recv, " values\n";

# == A message to another port
my $told = AE::cv;
my $boss = rcv port, lost => sub {
  my ($who, @reason) = @_;
  print "$who is lost: @reason\n";
  $told->send;
};

my $helper = port;
mon $helper, $boss, lost => "the helper";
kil $helper, tired => "very";
$told->recv;

# == Two ports that end together
my $both = AE::cv;
my ($left, $right) = (port, port);
mon $left, $right;
mon $right, $left;

$both->begin;
mon $left, sub { print "left: @_\n"; $both->end };
kil $right, cut => "the string";
$both->recv;

# == A port that others need not outlive
my $survived = AE::cv;
my ($parent, $child) = (port, port);
mon $child, $parent;
rcv $parent, alive => sub { $survived->send ("alive") };

mon $child, sub { snd $parent, "alive" };
kil $child;
print $survived->recv, "\n";

# == From inside
my $inside = AE::cv;
my $session = port;
rcv $session, attach => sub { my ($client) = @_; mon $client };
mon $session, sub { $inside->send ("@_") };

my $visitor = port;
snd $session, attach => $visitor;
rcv $visitor, crash => sub { kil $SELF, crashed => "badly" };
snd $visitor, "crash";
print "the session, too: ", $inside->recv, "\n";

# == A monitor that ends before
my $over = AE::cv;
my $watched = port;

my $guard = mon $watched, sub { print "never printed\n" };
undef $guard;
mon $watched, sub { $over->send };
kil $watched, "whatever";
$over->recv;

# == What a port keeps
use AnyEvent::Util;

my $cleaned = AE::cv;
my $owner = port;
mon_guard $owner, guard { print "the file is closed\n"; $cleaned->send };

kil $owner;
$cleaned->recv;

# == die
my $died = AE::cv;
my $divider = rcv port, divide => sub {
  my ($number) = @_;
  die "division by zero\n" if $number == 0;
  print 12 / $number, "\n";
};

mon $divider, sub {
  my ($what, $text) = @_;
  chomp $text;
  $died->send ("$what: $text");
};
snd $divider, divide => $_ for 4, 0;
print $died->recv, "\n";

# == A timer of a port
my $late = AE::cv;
my $sleeper = port;
my $timer;
rcv $sleeper, start => sub {
  $timer = AE::timer 0.01, 0, psub { die "overslept\n" };
};

mon $sleeper, sub {
  my ($what, $text) = @_;
  chomp $text;
  $late->send ("$what: $text");
};
snd $sleeper, "start";
print $late->recv, "\n";

# == In the name of a port
my $fallen = AE::cv;
my $account = port;
mon $account, sub {
  my ($what, $text) = @_;
  chomp $text;
  $fallen->send ("$what: $text");
};

my $half = peval $account, sub { 84 / 2 };
print "$half\n";
my $none = peval $account, sub { die "overdrawn\n" };
print defined $none ? "a value" : "nothing", ", ", $fallen->recv, "\n";

# == A message that nobody wants
my $unhandled = AE::cv;
my $deaf = port;
mon $deaf, sub { $unhandled->send ($_[0]) };
snd $deaf, hello => "Joe";
print $unhandled->recv, "\n";

# == A port that is not there
my $nobody = AE::cv;
mon "$NODE#nobody", sub { $nobody->send ($_[0]) };
print $nobody->recv, "\n";
