package AEMPPeer::Actor;

# A port that serves calls of distributed actors, and calls to the actor of the
# other side, in the messages that AnyEventMPDistributed documents.

use strict;
use warnings;

# Done when the other side's actor has answered as it should, and has been given
# its last answer, which is a refusal.
sub actor {
   my ($self) = @_;

   my $node = $self->node_or_seed;
   $self->limit ("the actor has answered:");
   my $left = 2;
   my $over = sub { --$left or $self->done ("the actor has answered") };

   my $own = $node->port;
   $node->rcv ($own,
      "greet(name:)" => sub {
         my ($name, $reply) = @_;

         $self->event ("Greeted: $name");
         $node->snd ($reply, ok => "Good day, $name");
      },
      "refuse(_:)" => sub {
         my ($number, $reply) = @_;

         $node->snd ($reply, error => "no", "Refusal", { number => $number });
      },
      "itself()" => sub {
         my ($reply) = @_;

         $node->snd ($reply, ok => $own);
      },
      sub {
         $node->snd ($_[-1], refused => "I cannot $_[0]");
         $self->_echo ($_[-1], $over);
      },
   );
   $node->database->set ("actors/Greeter", $own, "perl");

   $self->{mon} = $node->database->monitor ("actors/Greeter" => sub {
      my ($family, $added) = @_;

      _call_all ($self, $node, $_, $over)
         for grep $family->{$_} eq "swift", @$added;
   });
}

# What is asked one after the other, and what is answered.
sub _call_all {
   my ($self, $node, $actor, $over) = @_;

   my @call = (
      [["greet(name:)", "Joe"], "ok Hello, Joe!"],
      [["greet", "Jim"], "ok Hello, Jim!"],
      [["refuse(_:)", 5], "error Refusal(number: 5) Refusal 5"],
      [["itself()"], "ok $actor"],
      [["note()"], "ok"],
      [["greet"], "refused the method has 1 parameters, but 0 were sent"],
      [["nothing", 1], "refused the actor has no distributed method \"nothing\""],
   );

   my $next;
   $next = sub {
      my $call = shift @call
         or return $over->();
      my ($message, $wanted) = @$call;

      my $reply = $node->port;
      $node->rcv ($reply, sub {
         $node->kil ($reply);
         my $got = join " ", map { ref $_ ? $_->{number} : $_ } @_;
         $self->event ("Answer: $got");
         $got eq $wanted
            or return $self->fail ("the answer to $message->[0] is '$got', not '$wanted'");
         $next->();
      });
      $node->snd ($actor, @$message, $reply);
   };
   $next->();
}

1
