package AEMPPeer::Pool;

# Scenarios of spawning and supervision: both sides of the worker pool among the
# examples.

use strict;
use warnings;

# A node for workers.
sub worker {
   my ($self) = @_;

   my $node = $self->node_or_seed;

   $node->register ("MyApp::Worker::init" => sub {
      my ($pool) = @_;

      my $worker = $node->self;
      $self->event ("Spawned: $worker");
      $node->mon ($pool, $worker);
      $node->mon ($worker, sub { $self->event ("Killed: $worker @_") });

      $node->rcv ($worker, job => sub {
         my ($n, $attempt) = @_;

         die "$n is too much for me\n"
            if $n % 7 == 0 && $attempt == 1;

         $node->snd ($pool, done => $worker, $n, $n * $n);
      });
      $node->snd ($pool, ready => $worker);
   });

   $node->database->set (eg_workers => $node->nodeid);
   $self->event ("Port: " . $node->nodeid);
}

# Supervises workers of other nodes; done when everything about them was right.
sub pool {
   my ($self) = @_;

   my $node = $self->node_or_seed;
   my $pool = $node->port;
   my ($target, $first, $second);

   $self->limit ("all workers are over:");

   # A worker that nobody is told of is an error: this one must fire.
   my $expect = sub {
      my ($port, $reason, $next) = @_;

      $node->mon ($port, sub {
         $self->event ("Fired: @_");
         return $self->fail ("a monitor fired with '@_', not with '$reason'")
            if "@_" !~ /^$reason/;
         $next->();
      });
   };

   my $missing = sub {
      $expect->($node->spawn ($target, "No::Such::function"), "no_such_port ", sub {
         $self->done ("all workers are over");
      });
   };

   my $start_second = sub {
      $second = $node->spawn ($target, "MyApp::Worker::init", $pool);
      $expect->($second, "dismissed 1", $missing);
   };

   $node->rcv ($pool,
      ready => sub {
         my ($worker) = @_;

         $self->event ("Ready: $worker");
         $worker eq $first
            ? $node->snd ($worker, job => 12, 1)
            : $node->kil ($worker, dismissed => 1);
      },
      done => sub {
         my ($worker, $n, $result) = @_;

         $self->event ("Result: $n $result");
         return $self->fail ("12 squared is not $result")
            if $result != 144;
         $node->snd ($worker, job => 14, 1);
      },
   );

   $self->{mon} = $node->database->monitor (eg_workers => sub {
      my ($family, $added) = @_;

      return if defined $target or !@$added;
      $target = $added->[0];

      $first = $node->spawn ($target, "MyApp::Worker::init", $pool);
      $expect->($first, "die 14 is too much for me\$", $start_second);
   });
}

1
