#!/usr/bin/perl
# Jobs by beanstalkd: one connection puts them into a tube, another one takes them out and works on them.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Handle;
use JSON::XS;

if (@ARGV != 3) {
   print "usage: beanstalkd_client HOST PORT TUBE\n";
   exit 1;
}

my ($host, $port, $tube) = @ARGV;
my $json = JSON::XS->new->canonical;
my $done = AE::cv;

sub connection {
   my ($name) = @_;
   return new AnyEvent::Handle
      connect => [$host, $port],
      on_error => sub {
         my ($handle, $fatal, $message) = @_;
         $done->croak ("$name: $message");
      },
      no_delay => 1;
}

# Sends a command; the callback gets the words of the answer, and the data that follows it.
sub command {
   my ($handle, $command, $cb) = @_;
   $handle->push_write ("$command\r\n");
   $handle->push_read (line => sub {
      my ($handle, $line) = @_;
      my @words = split / /, $line;
      if ($words[0] eq "RESERVED" || $words[0] eq "FOUND" || $words[0] eq "OK") {
         my $size = $words[-1];
         $handle->unshift_read (chunk => $size + 2, sub {
            my ($handle, $data) = @_;
            $cb->(\@words, substr $data, 0, $size);
         });
      } else {
         $cb->(\@words, "");
      }
   });
}

sub put {
   my ($handle, $priority, $delay, $job, $cb) = @_;
   my $data = $json->encode ($job);
   my $size = length $data;
   command ($handle, "put $priority $delay 60 $size\r\n$data", $cb);
}

# --- The producer: jobs of several priorities.

my $producer = connection ("producer");
command ($producer, "use $tube", sub {
   my ($words) = @_;
   print "producer: @$words\n";
});
my @jobs = ([30, "fib", 20], [10, "sum", 1000], [20, "nonsense", 0], [10, "fib", 10]);
for my $job (@jobs) {
   my ($priority, $what, $number) = @$job;
   $done->begin;
   put ($producer, $priority, 0, { what => $what, number => $number }, sub {
      my ($words) = @_;
      print "put $what $number: $words->[0]\n";
      $done->end;
   });
}
$done->recv;

# --- The worker: what has the lowest number comes first.

sub fib {
   my ($n) = @_;
   return $n < 2 ? $n : fib ($n - 1) + fib ($n - 2);
}

my %work = (
   fib => \&fib,
   sum => sub {
      my ($n) = @_;
      return $n * ($n + 1) / 2;
   },
);

$done = AE::cv;
my $worker = connection ("worker");
command ($worker, "watch $tube", sub {
   my ($words) = @_;
   print "worker: @$words\n";
});

my $next; $next = sub {
   command ($worker, "reserve-with-timeout 0", sub {
      my ($words, $data) = @_;
      return $done->send if $words->[0] ne "RESERVED";
      my $id = $words->[1];
      my $job = $json->decode ($data);
      my $code = $work{$job->{what}};
      if ($code) {
         print "$job->{what} $job->{number} = ", $code->($job->{number}), "\n";
         command ($worker, "delete $id", $next);
      } else {
         print "$job->{what}: buried\n";
         command ($worker, "bury $id 5", $next);
      }
   });
};
$next->();
$done->recv;

# --- What is left.

$done = AE::cv;
command ($producer, "stats-tube $tube", sub {
   my ($words, $data) = @_;
   for my $line (split /\n/, $data) {
      print "$line\n" if $line =~ /^current-jobs-(ready|buried|reserved):/;
   }
   command ($producer, "peek-buried", sub {
      my ($words, $data) = @_;
      print "buried: $data\n";
      command ($producer, "delete $words->[1]", sub {
         my ($words) = @_;
         print "$words->[0]\n";
         $done->send;
      });
   });
});
$done->recv;
