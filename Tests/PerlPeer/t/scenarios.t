# The scenarios of peer.pl against each other, as processes.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use File::Temp ();
use Test::More;
use AnyEvent;
use AnyEvent::Util ();

use AEMPPeer::Hostile;

my $PEER = "$FindBin::Bin/../peer.pl";
my $directory = File::Temp->newdir;
my $secret = "$directory/secret";
{
   open my $fh, ">", $secret or die "$secret: $!";
   print $fh "for scenarios only\n";
   close $fh;
}

# Runs a scenario to its end: exit status, output, errors.
sub begin {
   my (@arg) = @_;

   my $run = { out => "", err => "", seen => AE::cv };
   $run->{end} = AnyEvent::Util::run_cmd (
      [$^X, $PEER, @arg, "--secret-file", $secret],
      "<"  => "/dev/null",
      ">"  => sub { defined $_[0] and $run->{out} .= $_[0]; $run->{on_out} and $run->{on_out}->() },
      "2>" => \$run->{err},
      '$$' => \$run->{pid},
   );
   $run
}

sub status {
   my ($run) = @_;

   my $timer = AE::timer 60, 0, sub { kill KILL => $run->{pid} };
   $run->{end}->recv >> 8
}

# Waits until the output matches.
sub seen {
   my ($run, $pattern) = @_;

   my $cv = AE::cv;
   my $timer = AE::timer 10, 0, sub { $cv->(0) };
   $run->{on_out} = sub { $cv->(1) if $run->{out} =~ $pattern };
   $run->{on_out}->();
   my $ok = $cv->recv;
   delete $run->{on_out};
   $ok
}

sub address {
   my ($run) = @_;

   seen $run, qr/^Listening on: .*\n/m
      or BAIL_OUT "a peer does not start: $run->{err}";
   $run->{out} =~ /^Listening on: (.*)/m;
   $1
}

for my $framing (qw(cbor json)) {
   my $receiver = begin "receiver", "--count", 3;
   my $sender = begin "sender", "--seed", address ($receiver), "--count", 3, "--framing", $framing;
   is (status ($sender), 0, "sender in $framing") or diag $sender->{err};
   is (status ($receiver), 0, "receiver in $framing") or diag $receiver->{err};
   is_deeply ([$receiver->{out} =~ /^Received data: (.*)/mg], [1, 2, 3], "all messages in order");
}

{
   my $echo = begin "echo", "--family", "eg_echo";
   my $address = address $echo;

   for (
      ["requests"],
      ["ping", "--count", 100],
      ["monitor", "--family", "eg_echo", "--kill", "because"],
   ) {
      my $run = begin @$_, "--seed", $address, "--limit", 10;
      is (status ($run), 0, "@$_") or diag $run->{err};
   }

   kill TERM => $echo->{pid};
   is (status ($echo), 0, "a peer stops on request");
}

{
   my $receiver = begin "receiver";
   my $monitor = begin "monitor", "--seed", address $receiver;
   ok (seen ($monitor, qr/^Fired: .* no_such_port/m), "a monitor on nothing fires");
   kill TERM => $receiver->{pid};
   is (status ($monitor), 0, "a monitor outlives its port");
   like ($monitor->{out}, qr/^Fired: .* transport_error/m, "and says why it fired");
   status $receiver;
}

{
   my $worker = begin "worker";
   my $pool = begin "pool", "--seed", address ($worker), "--limit", 10;
   is (status ($pool), 0, "a pool is told how its workers end") or diag $pool->{err};
   kill TERM => $worker->{pid};
   status $worker;
}

# Sealing in Perl is slow.
for my $sealed ([], [qw(--sealed yes --count 20000)]) {
   my $server = begin "data_server", @$sealed;
   my $client = begin "data_client", "--seed", address ($server), "--limit", 10, @$sealed;
   is (status ($client), 0, "data goes and comes back @$sealed") or diag $client->{err}, $client->{out};
   like ($client->{out}, qr/^Refused: AnyEvent::MP::DataConn function 'MyApp::unknown'/m, "what there is not is refused");
   like ($client->{out}, qr/^Expired: AnyEvent::MP::DataConn unable to establish/m, "who does not come is told");
   ok (seen ($server, qr/^Ended: (?:1000000|20000) bytes$/m), "it ends in order");
   like ($server->{out}, qr/^Connected: perl 7$/m, "the function has its arguments");
   kill TERM => $server->{pid};
   status $server;
}

{
   my $source = begin "log_source", "--limit", 10;
   my $address = address $source;
   # It does not log what is provoked: only that it is asked is seen here.
   my $catcher = begin "log_catcher", "--seed", $address, "--limit", 1;
   is (status ($catcher), 1, "who catches waits for what it has provoked");
   like ($catcher->{out}, qr/^Log: \S+ MyApp 4 an old error$/m, "and gets what was asked for")
      or diag $catcher->{out}, $catcher->{err};
   is (status ($source), 0, "the source sees that the catcher goes") or diag $source->{err};
}

{
   my $global = begin "global";
   my $address = address $global;
   my $sender = begin "sender", "--seed", $address;
   my $receiver = begin "receiver", "--seed", $address, "--count", 1;
   is (status ($_), 0, "a sender and a receiver meet at a global node") or diag $_->{err}
      for $sender, $receiver;

   # Kinds that our own peer is not made to notice, or only by its time limit
   # of 30 seconds.
   my %skip = map +($_ => 1), qw(silent half slow no-auth huge-array large-cbor flood-cbor large-json cleartext
      slow-auth cleartext-first);
   my @run = map {
      [$_, begin "hostile", $_, "--seed", $address, "--nodeid", "hostile/$_", "--limit", 10]
   } grep !$skip{$_}, AEMPPeer::Hostile::kinds;
   is (status ($_->[1]), 0, "hostile $_->[0]") or diag $_->[1]{err}
      for @run;

   my $silent = begin "hostile", "silent", "--seed", $address, "--limit", 0.5;
   is (status ($silent), 1, "that nobody hangs up is reported");
   like ($silent->{err}, qr/did not hang up within 0.5 s/, "in a sentence");

   kill TERM => $global->{pid};
   status $global;
}

for (
   [["nonsense"], qr/there is no scenario 'nonsense'/],
   [["hostile", "nonsense", "--seed", "127.0.0.1:1"], qr/needs one of these kinds/],
   [["ping"], qr/--seed is needed/],
   [["sender", "--framing", "xml"], qr/unknown framing 'xml'/],
) {
   my ($arg, $sentence) = @$_;
   my $run = begin @$arg;
   is (status ($run), 1, "@$arg fails");
   like ($run->{err}, $sentence, "with a sentence");
}

done_testing;
