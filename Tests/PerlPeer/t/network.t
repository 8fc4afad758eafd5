# Perl peers against each other, in one process, over real sockets.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use AnyEvent;
use AEMPPeer;

my $SECRET = "for these tests only";
my @nodes;

sub node {
   my (%arg) = @_;

   my $node = AEMPPeer->new (
      secret => $SECRET, connect_interval => 0.5, monitor_timeout => 5,
      note => sub { $ENV{AEMP_PEER_VERBOSE} and diag "$arg{nodeid}: $_[0]" },
      %arg,
   );
   push @nodes, $node;
   $node->start
}

# Waits for something to be sent to the condition variable, at most ten seconds.
sub wait_for {
   my ($cv, $what) = @_;

   my $timer = AE::timer 10, 0, sub { $cv->croak ("waited too long for $what") };
   my @result = eval { $cv->recv };
   $@ and do { fail ("$what: $@"); $_->stop for @nodes; done_testing; exit 1 };

   wantarray ? @result : $result[0]
}

sub stop_all {
   $_->stop for splice @nodes;
}

for my $pair (["cbor", "cbor"], ["json", "json"], ["cbor,json", "json,cbor"], ["json", "json,cbor"]) {
   my ($theirs, $ours) = map [split /,/], @$pair;
   my $name = "seed speaks $pair->[0], slave speaks $pair->[1]";

   my $seed = node (nodeid => "alpha", framings => $theirs);
   my $receiver = $seed->port;
   $seed->database->set (eg_receivers => $receiver, { since => 1 });
   $seed->rcv ($receiver, test => sub {
      my ($data, $reply) = @_;
      $seed->snd ($reply, got => $data);
   }, boom => sub { die "boom happened\n" });

   my $beta = node (nodeid => "beta", framings => $ours, seeds => [$seed->listens]);

   my $found = AE::cv;
   my $stop = $beta->database->monitor (eg_receivers => sub {
      my ($family, $added) = @_;
      $found->($added, $family);
   });
   my ($added, $family) = wait_for $found, "$name: the receiver is found";
   is_deeply ($added, [$receiver], "$name: the receiver is found");
   is ($family->{$receiver}{since}, 1, "$name: with its value");

   my $values = [123, "h\x{e9}llo \x{263a}", [1, -1, 3.5, undef, "", "1", {}, [], { k => [1] }],
      (join "", map chr, 0 .. 255)];
   my ($got, @got) = AE::cv;
   my $reply = $beta->port;
   $beta->rcv ($reply, got => sub { push @got, $_[0]; $got->() if @got == @$values });
   $beta->snd ($receiver, test => $_, $reply) for @$values;
   wait_for $got, "$name: answers";
   is_deeply (\@got, $values, "$name: messages arrive whole, in order");

   my @reason = do {
      my $died = AE::cv;
      $beta->mon ($receiver, sub { $died->(@_) });
      $beta->snd ($receiver, "boom");
      wait_for $died, "$name: monitor";
   };
   is_deeply (\@reason, [die => "boom happened"], "$name: an error in a callback fires the monitor");

   @reason = do {
      my $died = AE::cv;
      $beta->mon ("alpha#nonexistent", sub { $died->(@_) });
      wait_for $died, "$name: monitor on nothing";
   };
   is_deeply (\@reason, [no_such_port => "cannot monitor nonexistent port", "alpha#nonexistent"],
      "$name: a monitor on a port that never was fires");

   stop_all;
}

{
   my $seed = node (nodeid => "alpha");
   my $beta = node (nodeid => "beta", seeds => [$seed->listens]);
   my $reply = $beta->port;
   my $ask = sub {
      my ($tag, @request) = @_;
      my $cv = AE::cv;
      $beta->rcv ($reply, $tag => sub { $cv->(@_) });
      $beta->snd ("alpha", @request);
      wait_for $cv, $tag;
   };

   is_deeply ([$ask->(echo => snd => $reply, "echo", 1, [2])], [1, [2]], "snd echoes");
   is_deeply ([$ask->(yes => can => "mon1", $reply, "yes")], ["1"], "can says \"1\"");
   is_deeply ([$ask->(no => can => "nothing", $reply, "no")], [""], "can says \"\"");
   cmp_ok (abs ($ask->(now => time => $reply, "now") - AE::time), "<", 5, "time tells the time");
   like (($ask->(eval => eval => "1", $reply, "eval"))[0], qr/does not evaluate/, "eval is refused");
   is_deeply ([$ask->(eval => eval => "AnyEvent::MP::Kernel::up_nodes", $reply, "eval")], ["", "beta"],
      "but for the connected nodes");
   $beta->snd ("alpha", "devnull", 1);

   $seed->register ("Worker::init", sub {
      my ($client, @arg) = @_;
      my $self = $seed->self;
      $seed->rcv ($self, quit => sub { $seed->kil ($self, @_) });
      $seed->snd ($client, ready => $self, @arg);
   });
   my $cv = AE::cv;
   $beta->rcv ($reply, ready => sub { $cv->(@_) });
   my $worker = $beta->spawn ("alpha", "Worker::init", $reply, "extra", 7);
   is_deeply ([wait_for $cv, "ready"], [$worker, "extra", 7], "spawn runs a registered function");

   $cv = AE::cv;
   $beta->mon ($worker, sub { $cv->(@_) });
   $beta->snd ($worker, quit => "failure", "too hot");
   is_deeply ([wait_for $cv, "kil0"], ["failure", "too hot"], "kil tells the reason");

   $cv = AE::cv;
   $beta->mon ($beta->spawn ("alpha", "No::such"), sub { $cv->(@_) });
   is ((wait_for $cv, "kil0")[0], "no_such_port", "an unregistered function can't be spawned");

   # a monitor on a port of a node that goes away
   my $port = $seed->port (sub { });
   $cv = AE::cv;
   $beta->mon ($port, sub { $cv->(@_) });
   $beta->snd ("alpha", snd => $reply, "echo");
   my $echo = AE::cv;
   $beta->rcv ($reply, echo => sub { $echo->() });
   wait_for $echo, "echo";
   $seed->stop;
   is_deeply ([(wait_for $cv, "transport_error")[0, 1]], ["transport_error", "alpha"],
      "a lost connection fires monitors");

   stop_all;
}

{
   my $seed = node (nodeid => "alpha");
   my %slave = map {
      $_ => node (nodeid => $_, seeds => [$seed->listens])
   } qw(beta gamma);

   # beta and gamma know only alpha, and find each other through it
   my $port = $slave{gamma}->port;
   my $cv = AE::cv;
   $slave{gamma}->rcv ($port, hello => sub { $cv->(@_) });
   $slave{gamma}->database->set (eg_receivers => $port);
   $slave{beta}->database->monitor (eg_receivers => sub {
      my ($family, $added) = @_;
      $slave{beta}->snd ($_, hello => "from beta") for @$added;
   });
   is_deeply ([wait_for $cv, "hello"], ["from beta"], "two slaves of one seed find each other");

   # queries, changes and deletions
   my $changes = AE::cv;
   my @seen;
   $slave{beta}->database->monitor (eg_family => sub {
      my ($family, @change) = @_;
      push @seen, [map [@$_], @change];
      $changes->() if @{ $change[2] };
   });
   my $database = $slave{gamma}->database;
   $database->set (eg_family => k1 => "v1");
   $database->set (eg_family => k1 => "v2");
   $database->set (eg_family => k2 => [1, 2]);
   for ([family => { k1 => "v2", k2 => [1, 2] }], [keys => ["k1", "k2"]], [values => ["v2", [1, 2]]]) {
      my ($method, $expected) = @$_;
      my $reply = AE::cv;
      $database->$method (eg_family => $reply);
      is_deeply (scalar wait_for ($reply, $method), $expected, "db_$method answers");
   }
   $database->del (eg_family => "k1");
   wait_for $changes, "deletion";
   my %count = (added => 0, changed => 0, deleted => 0);
   for (@seen) {
      $count{added}   += @{ $_->[0] };
      $count{changed} += @{ $_->[1] };
      $count{deleted} += @{ $_->[2] };
   }
   is_deeply ([@count{qw(added deleted)}], [2, 1], "db_mon sees keys added and deleted");

   my $gone = AE::cv;
   $slave{beta}->database->monitor (eg_family => sub { $gone->() unless %{ $_[0] } });
   $slave{gamma}->stop;
   wait_for $gone, "entries gone with their node";
   pass ("a node's entries go with it");

   stop_all;
}

{
   # two global nodes, a slave each
   my $one = node (nodeid => "one");
   $one->become_global;
   my $two = node (nodeid => "two", seeds => [$one->listens]);
   $two->become_global;
   my $left  = node (nodeid => "left",  seeds => [$one->listens]);
   my $right = node (nodeid => "right", seeds => [$two->listens]);

   my $port = $right->port;
   my $cv = AE::cv;
   $right->rcv ($port, hello => sub { $cv->(@_) });
   $right->database->set (eg_receivers => $port);
   $left->database->monitor (eg_receivers => sub {
      $left->snd ($_, hello => "across") for @{ $_[1] };
   });
   is_deeply ([wait_for $cv, "hello"], ["across"], "slaves of two global nodes find each other");

   stop_all;
}

for (
   ["a wrong secret", { secret => "another" }, qr/secrets differ/],
   ["our own node id", { nodeid => "alpha" }, qr/talk to myself/],
   ["no common framing", { framings => ["json"] }, qr/framing/, { framings => ["cbor"] }],
) {
   my ($what, $arg, $reason, $seed_arg) = @$_;

   my $cv = AE::cv;
   my $seed = node (nodeid => "alpha", %{ $seed_arg || {} }, note => sub {
      $cv->($_[0]) if $_[0] =~ /^refused/;
   });
   node (nodeid => "beta", %$arg, seeds => [$seed->listens]);
   like (scalar wait_for ($cv, $what), $reason, "$what is refused");

   stop_all;
}

done_testing;
