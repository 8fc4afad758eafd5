package AEMPPeer::LogCatcher;

# Log messages of other nodes: a node that is asked sends [time, context, level,
# text] to a port until that dies; one that catches asks every node.

use strict;
use warnings;

use AnyEvent ();

our $FUNCTION = "AnyEvent::MP::LogCatcher::connect";

#############################################################################
# scenarios

# Is caught: whoever asks gets a message of each level, and some that are strange.
sub source {
   my ($self) = @_;

   my $node = $self->node_or_seed;
   my %catcher;

   $node->register ($FUNCTION => sub {
      my ($version, $port, $level) = @_;

      return delete $catcher{$port}
         unless defined $level;

      $self->event ("Caught by: $port up to $level");
      $catcher{$port} = $level;
      $node->mon ($port, sub {
         delete $catcher{$port};
         $self->event ("Catcher gone: $port");
         $self->done ("the catcher has gone");
      });

      for my $item (
         [0, "MyApp", 5, "a warning"], [0, "MyApp::Part", 7, "information"], [0, "MyApp", 9, "a trace"],
         [-30, "MyApp", 4, "an old error"], [0, "MyApp", 5, "two\nlines \x{9b}31m \x{20ac}"],
      ) {
         my ($late, $title, $importance, $text) = @$item;

         $node->snd ($port, AE::time + $late, $title, $importance, $text)
            if $importance <= $level;
      }
      # What is no log message.
      $node->snd ($port, "nonsense");
      $node->snd ($port, AE::time, "MyApp", 5, "the last one");
   });
   $self->event ("Ready");
}

# Catches: makes the other node log something, and wants to be sent it.
sub catcher {
   my ($self) = @_;

   my $node = $self->node_or_seed;
   $self->limit ("the message caught:");
   my %port;

   $self->{mon} = $node->database->monitor ("'l" => sub {
      my ($family, $added) = @_;

      for my $id (grep { $_ ne $node->nodeid and !$port{$_} } @$added) {
         my $port = $port{$id} = $node->port;
         my ($after, $seen) = 0;

         $node->rcv ($port, sub {
            my ($time, $title, $level, $text) = @_;

            $self->event ("Log: $id $title $level " . AEMPPeer::Scenario::text ($text));
            return $self->fail ("its time is $time")
               unless abs ($time - AE::time) < 60;
            return $self->fail ("level $level was not asked for")
               if $level > 4;

            $text =~ /no_such_request_1/ and $seen++;
            $text =~ /no_such_request_2/
               and return $self->fail ("a message came after the end was wanted");
         });
         $node->request ($id, $FUNCTION, 0, $port, 4);
         $node->request ($id, "no_such_request_1");

         # Behind the answer comes what it has logged by then, but that is sent by the loop.
         my $again; $again = sub {
            $self->_echo ($id, sub {
               return $again->() unless $seen or $self->{over};
               return if $self->{over}++;

               # Without a level it wants no more.
               $node->request ($id, $FUNCTION, 0, $port);
               $node->request ($id, "no_such_request_2");
               my $left = 20;
               my $end; $end = sub {
                  --$left and return $self->_echo ($id, $end);
                  $self->done ("the log of $id was caught");
               };
               $end->();
            });
         };
         $again->();
      }
   });
}

1
