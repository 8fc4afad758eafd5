# Processes: commands, children, signals, and work beside the loop.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Util;

# == A command with its input and output
my $cv = run_cmd ["sort", "-r"],
  "<" => \"one\ntwo\nthree\n",
  ">" => \my $sorted;

my $status = $cv->recv;
print $status >> 8, ": ", join (" ", split /\n/, $sorted), "\n";

# == Its output as it comes
my $shell = run_cmd "echo first; echo second; exit 3",
  ">" => sub {
    my ($data) = @_;
    print defined $data ? $data : "the end\n";
  };

print "exit code ", $shell->recv >> 8, "\n";

# == A command that is ended
my $sleep = run_cmd ["sleep", "1000"], '$$' => \my $pid;

my $w = AE::timer 0.01, 0, sub { kill TERM => $pid };
print "signal ", $sleep->recv & 127, "\n";

# == Waiting for a process
my $ended = AE::cv;
my $child;
run_cmd ["sh", "-c", "exit 7"], '$$' => \$child;
my $watcher = AE::child $child, sub {
  my ($pid, $status) = @_;
  $ended->send ($status >> 8);
};
print "the child has ended with ", $ended->recv, "\n";

# == Signals
my $signalled = AE::cv;
my $count = 0;

my $usr1 = AE::signal USR1 => sub {
  $count++;
  print "USR1\n";
  $count < 2 ? kill USR1 => $$ : $signalled->send;
};

kill USR1 => $$;
$signalled->recv;

# == Work beside the loop
my $worked = AE::cv;

fork_call {
  my ($limit) = @_;
  my $sum = 0;
  $sum += $_ for 1 .. $limit;
  return $sum;
} 100_000, sub {
  $worked->send (@_ ? $_[0] : "failed: $@");
};

print $worked->recv, "\n";

# == Work that fails
$worked = AE::cv;

fork_call {
  die "too much\n";
} sub {
  $worked->send (@_ ? "done" : "failed: $@");
};

print $worked->recv;

# == Files
use AnyEvent::IO;

my $path = "/tmp/recipe.$$";
my $written = AE::cv;

aio_open $path, AnyEvent::IO::O_WRONLY | AnyEvent::IO::O_CREAT, 0600, sub {
  my ($fh) = @_ or return $written->croak ("$path: $!");
  aio_write $fh, "some text\n", sub {
    my ($length) = @_ or return $written->croak ("$path: $!");
    aio_close $fh, sub { $written->send ($length) };
  };
};

print $written->recv, " bytes\n";

my $loaded = AE::cv;
aio_load $path, sub {
  my ($data) = @_ or return $loaded->croak ("$path: $!");
  aio_unlink $path, sub { $loaded->send ($data) };
};

print $loaded->recv;
