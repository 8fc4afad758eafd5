#!/usr/bin/perl
# A pool of workers: each takes a job when it is free. "worker_pool master" and "worker_pool worker".
use strict;
use warnings;
use AnyEvent;
use AnyEvent::MP;

my $role = $ARGV[0] || "master";
my @queue;
my %busy;
my $results = 0;
my $cv = AE::cv;

sub work {
   my ($n) = @_;
   my $sum = 0;
   $sum += $_ for 1 .. $n;
   return $sum;
}

sub start_worker {
   configure nodeid => "worker/%u", seeds => ["127.0.0.1:4040"];
   my $worker = port;
   rcv $worker,
      job => sub {
         my ($id, $n, $reply) = @_;
         AE::log info => "job $id";
         my $result = work ($n);
         snd $reply, done => $id, $result, $worker;
      },
      stop => sub {
         kil $worker, "stopped";
      };
   my $guard = db_reg "pool.workers" => $worker;
   mon $worker, sub {
      my (@reason) = @_;
      print "the worker ended: @reason\n";
      $cv->send;
   };
   $cv->recv;
}

sub give {
   my ($worker) = @_;
   if (@queue) {
      my $job = shift @queue;
      $busy{$worker} = $job;
      snd $worker, job => $job, $job * 1000, $SELF;
   } else {
      delete $busy{$worker};
      snd $worker, "stop";
   }
}

sub start_master {
   configure nodeid => "master", binds => ["127.0.0.1:4040"];
   @queue = (1 .. 20);
   my $master = port;
   rcv $master, done => sub {
      my ($id, $result, $worker) = @_;
      $results++;
      print "job $id: $result\n";
      give ($worker);
      $cv->send if $results == 20;
   };
   rcv $master, hello => sub { give ($_[0]) };
   db_mon "pool.workers" => sub {
      my ($family, $added, $changed, $deleted) = @_;
      for my $worker (@$added) {
         print "$worker has come\n";
         snd $master, hello => $worker;
      }
      for my $worker (@$deleted) {
         next unless exists $busy{$worker};
         push @queue, delete $busy{$worker};
      }
   };
   my $status = AE::timer 1, 1, psub {
      print scalar (keys %busy), " of them are busy on $NODE\n";
   };
   after 60, sub { $cv->croak ("it takes too long") };
   cal $master, ping => "x", sub {
      my ($answer) = @_;
      print "answer\n";
   }, 5;
   $cv->recv;
   db_del "pool.workers" => "x";
   die "nothing was done\n" if $results == 0;
}

if ($role eq "worker") {
   start_worker ();
} elsif ($role eq "master") {
   start_master ();
} else {
   die "usage: worker_pool master|worker\n";
}
