package AEMPPeer::DataConn;

# Data connections: a second connection to a node's listener, which is
# authenticated like the first and then belongs to the application. One side
# announces it by a request and dials, the other waits for it and calls a
# function with the arguments and the stream.

use strict;
use warnings;

use AnyEvent ();
use Scalar::Util ();

our $PROTOCOL = "aemp-dataconn";
our $REASON   = "AnyEvent::MP::DataConn";

sub new {
   my ($class, $node) = @_;

   my $self = bless { node => $node, expected => {}, function => {}, counter => 0 }, $class;
   Scalar::Util::weaken $self->{node};

   Scalar::Util::weaken (my $weak = $self);
   $node->register ("$REASON\::_expect" => sub { $weak->expect (@_) });

   $self
}

# Makes code callable with a data connection: it gets the arguments, then the stream.
sub register {
   my ($self, $function, $code) = @_;

   $self->{function}{$function} = $code;
}

#############################################################################
# the waiting side

sub expect {
   my ($self, $id, $port, $timeout, $function, @arg) = @_;

   my $node = $self->{node};
   my $code = $self->{function}{$function};

   unless ($code) {
      $node->kil ($port, $REASON, "function '$function' is not registered");
      die "function '$function' is not registered\n";
   }

   $self->{expected}{$id} = {
      code  => sub { $code->(@arg, $_[0]) },
      timer => (AE::timer $timeout, 0, sub {
         delete $self->{expected}{$id};
         $node->kil ($port, $REASON, "unable to establish connection within $timeout seconds");
      }),
   };
}

# The reason to refuse a connection that says in its greeting that it is one, or undef.
sub check {
   my ($self, $link, $greeting) = @_;

   return "data connections are not made this way round"
      if $link->{dialled};

   my $id = $greeting->{keys}{dataconn_id};
   return "no data connection of that id is expected"
      unless defined $id and $self->{expected}{$id};

   $link->{data} = { id => $id };
   undef
}

#############################################################################
# the connecting side

# connect_to ($node, $timeout, $function, [@arg], $cb) calls $cb with the
# stream, or without one and with the reason.
sub connect_to {
   my ($self, $target, $timeout, $function, $arg, $cb) = @_;

   my $node = $self->{node};
   my $id = ++$self->{counter} . "\@$node->{nodeid}";
   my $port = $node->port;
   my $echo = $node->port;

   my $over;
   my $end = sub {
      return if $over++;
      $node->kil ($_) for $port, $echo;
      $cb->(@_);
   };

   $node->mon ($port, sub { $end->(undef, @_) });
   $node->request ($target, "$REASON\::_expect", $id, $port, $timeout, $function, @$arg);

   # When this has come back, that has arrived.
   $node->rcv ($echo, expected => sub {
      $node->database->find ($target, sub {
         my ($binds) = @_;

         return if $over;
         return $end->(undef, $REASON, "$target listens nowhere")
            unless $binds and @$binds;

         $node->dial ($binds->[0],
            data => { id => $id, target => $target, done => $end },
            failed => sub { $end->(undef, $REASON, "$binds->[0] cannot be reached") });
      });
   });
   $node->request ($target, snd => $echo, "expected");
}

#############################################################################
# both

sub link_up {
   my ($self, $link) = @_;

   my $data = $link->{data};
   my $stream = AEMPPeer::DataConn::Stream->new ($link->detach, $link->{sealed});

   return $data->{done}->($stream)
      if $data->{done};

   my $expected = delete $self->{expected}{$data->{id}}
      or return $stream->destroy;
   $expected->{code}->($stream);
}

sub link_down {
   my ($self, $link, $reason) = @_;

   $link->{data}{done}->(undef, $REASON, $reason)
      if $link->{data}{done};
}

package AEMPPeer::DataConn::Stream;

sub new {
   my ($class, $handle, $sealed) = @_;

   my $self = bless { handle => $handle, sealed => $sealed, on_data => sub { }, on_end => sub { } }, $class;

   $handle->on_error (sub { $self->_end ($_[2]) });
   $handle->on_eof (sub { $self->_end ($sealed && !$sealed->{ended} ? "cut" : "") });
   # Later, when whoever gets it has said what to do with it.
   AE::postpone { $handle->on_read (sub { $self->_read }) unless $handle->destroyed };

   $self
}

# Calls back with bytes, and at the end with a reason that is empty if it was an orderly one.
sub on_data { $_[0]{on_data} = $_[1] }
sub on_end  { $_[0]{on_end} = $_[1] }

sub write {
   my ($self, $bytes) = @_;

   return unless $self->{handle};
   $self->{handle}->push_write ($self->{sealed} ? $self->{sealed}->seal ($bytes) : $bytes);
}

# Ends it in order: what was written is sent, and behind it that this was all.
sub destroy {
   my ($self) = @_;

   my $handle = delete $self->{handle} or return;
   $handle->push_write ($self->{sealed}->seal (""))
      if $self->{sealed};
   $handle->stoptls
      if $handle->{tls};
   $handle->destroy;
   $self->{on_data} = $self->{on_end} = sub { };
}

sub _read {
   my ($self) = @_;

   my $bytes = $self->{handle}{rbuf};
   $self->{handle}{rbuf} = "";

   if ($self->{sealed}) {
      eval { $bytes = $self->{sealed}->open ($bytes); 1 }
         or return $self->_end ("$@");
   }

   $self->{on_data}->($bytes) if length $bytes;
}

sub _end {
   my ($self, $reason) = @_;

   $self->{handle} or return;
   my $on_end = $self->{on_end};
   $self->destroy;
   $on_end->($reason);
}

#############################################################################
# scenarios

package AEMPPeer::DataConn::Scenario;

# Sends back what comes.
sub server {
   my ($self) = @_;

   my $node = $self->node_or_seed;
   $node->{data}->register ("MyApp::echo" => sub {
      my ($name, $number, $stream) = @_;

      my $bytes = 0;
      $self->event ("Connected: $name " . ($number + 1));
      $stream->on_data (sub { $bytes += length $_[0]; $stream->write ($_[0]) });
      $stream->on_end (sub {
         $self->event ("Ended: $bytes bytes" . (length $_[0] ? " ($_[0])" : ""));
      });
   });
   $node->database->set ($self->{option}{family}, $node->port);
}

# Sends bytes to every node in the family and wants them back; before, what must fail.
sub client {
   my ($self) = @_;

   my $node = $self->node_or_seed;
   $self->limit ("all bytes returned:");

   $self->{mon} = $node->database->monitor ($self->{option}{family} => sub {
      my ($family, $added) = @_;

      for my $port (@$added) {
         my ($id) = split /#/, $port;

         $node->{data}->connect_to ($id, 10, "MyApp::unknown", [], sub {
            my ($stream, @reason) = @_;

            $stream and return $self->fail ("there is a connection to a function that there is not");
            $self->event ("Refused: @reason");
            $reason[0] eq $REASON or return $self->fail ("the reason is '@reason'");
            _echo ($self, $id);
         });
      }
   });
}

sub _echo {
   my ($self, $id) = @_;

   my $count = $self->{option}{count} || 1_000_000;
   my $node = $self->{node};
   my $sent = join "", map { chr (($_ * 31 + ($_ >> 8)) & 255) } 1 .. 65536;
   $sent = substr $sent x (1 + int $count / 65536), 0, $count;

   $node->{data}->connect_to ($id, 10, "MyApp::echo", ["perl", 6], sub {
      my ($stream, @reason) = @_;

      $stream or return $self->fail ("no data connection: @reason");
      $self->event ("Connected");

      my $got = "";
      $stream->on_data (sub {
         $got .= $_[0];
         return if length $got < length $sent;
         $got eq $sent or return $self->fail ("other bytes came back");

         $stream->destroy;
         # What is late says nothing of what was sent in time.
         _expire ($self, $id, length $got);
      });
      $stream->on_end (sub { $self->fail ("the connection ended ($_[0]) after " . length ($got) . " bytes") });

      my $rest = $sent;
      $stream->write (substr $rest, 0, 70_001, "") while length $rest;
   });
}

# Announces a connection and does not come.
sub _expire {
   my ($self, $id, $bytes) = @_;

   my $node = $self->{node};
   my $port = $node->port;
   $node->mon ($port, sub {
      my (@reason) = @_;

      $self->event ("Expired: @reason");
      "@reason" =~ /\A\Q$REASON\E unable to establish connection within /
         ? $self->done ("$bytes bytes came back")
         : $self->fail ("the reason is '@reason'");
   });
   $node->request ($id, "$REASON\::_expect", "late\@$node->{nodeid}", $port, 0.2, "MyApp::echo", "late", 1);
}

1
