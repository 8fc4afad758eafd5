package AEMPPeer::Chat;

# Scenarios of the tutorial's chat, clients and servers, with and without bridge
# heads: who is a port in the family eg_chat_server, or a node in eg_chat_server2;
# what is said travels as text alone.

use strict;
use warnings;

use AnyEvent ();
use AnyEvent::Handle ();

# Calls back with every line of standard input; its end ends the scenario.
sub _lines {
   my ($self, $cb) = @_;

   $self->{stdin} = AnyEvent::Handle->new (
      fh       => \*STDIN,
      on_error => sub { $self->done ("no more to say") },
      on_read  => sub {
         $_[0]->push_read (line => sub {
            my $line = $_[1];
            utf8::decode ($line);
            $cb->($line);
         });
      },
   );
}

sub _heard {
   my ($self, @msg) = @_;

   return $self->fail ("a message of " . @msg . " values, not of one text")
      if @msg != 1 || ref $msg[0];

   my $text = $msg[0];
   utf8::encode ($text);
   $self->event ("Heard: $text");
}

# What both clients have in common: they take the first server there is.
sub _client {
   my ($self, $family, $join) = @_;

   my $node = $self->node_or_seed;
   my $client = $node->port;
   $node->rcv ($client, sub { _heard ($self, @_) });

   my $server;
   $self->{mon} = $node->database->monitor ($family => sub {
      my (undef, $added) = @_;

      return if defined $server or !@$added;
      $server = $added->[0];
      _lines ($self, $join->($server, $client, $self->{option}{nick}));
   });
}

sub client {
   my ($self) = @_;

   _client ($self, eg_chat_server => sub {
      my ($server, $client, $nick) = @_;

      my $node = $self->{node};
      $node->mon ($server, sub { $self->done ("the server is gone") });
      $node->snd ($server, join => $client, $nick);

      sub { $node->snd ($server, privmsg => $nick, $_[0]) }
   });
}

sub bridge_client {
   my ($self) = @_;

   _client ($self, eg_chat_server2 => sub {
      my ($server, $client, $nick) = @_;

      my $node = $self->{node};
      my $bridge = $node->spawn ($server, "::client_connect", $client, $nick);
      $node->mon ($bridge, sub { $self->done ("the server is gone") });

      sub { $node->snd ($bridge, $_[0]) }
   });
}

# Tells all clients.
sub _tell {
   my ($self, $text) = @_;

   $self->{node}->snd ($_, $text)
      for values %{ $self->{clients} };
}

sub _joined {
   my ($self, $client, $nick) = @_;

   $self->{clients}{$client} = $client;
   $self->{node}->mon ($client, sub {
      delete $self->{clients}{$client};
      _tell ($self, "$nick (quits)");
   });
   _tell ($self, "$nick (joins)");
}

sub server {
   my ($self) = @_;

   my $node = $self->node_or_seed;
   my $server = $node->port;
   $node->rcv ($server,
      join    => sub { _joined ($self, @_) },
      privmsg => sub {
         my ($nick, $text) = @_;

         _tell ($self, "$nick: $text");
      },
   );
   $node->database->set (eg_chat_server => $server);
}

sub bridge_server {
   my ($self) = @_;

   my $node = $self->node_or_seed;
   $node->register ("::client_connect" => sub {
      my ($client, $nick) = @_;

      my $bridge = $node->self;
      $node->mon ($client, $bridge);
      $node->rcv ($bridge, sub { _tell ($self, "$nick: $_[0]") });
      _joined ($self, $client, $nick);
   });
   $node->database->set (eg_chat_server2 => $node->nodeid);
}

1
