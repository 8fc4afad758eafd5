package AEMPPeer::NodePort;

# Requests to the node port, the port with the empty name.

use strict;
use warnings;

use AnyEvent ();
use Scalar::Util ();

my %REQUEST = (
   mon1 => sub {
      my ($self, $from, $name) = @_;

      my $node = $self->{node};

      unless ($node->{port}{$name}) {
         $node->request ($from, kil0 => $name,
            no_such_port => "cannot monitor nonexistent port", "$node->{nodeid}#$name");
         return;
      }

      return if $self->{monitored}{$from}{$name};

      $self->{monitored}{$from}{$name} = $node->mon ("$node->{nodeid}#$name", sub {
         delete $self->{monitored}{$from}{$name};
         $node->request ($from, kil0 => $name, @_);
      });
   },
   mon0 => sub {
      my ($self, $from, $name) = @_;

      my $stop = defined $name && delete $self->{monitored}{$from}{$name}
         or return;
      $stop->();
   },
   kil0 => sub {
      my ($self, $from, $name, @reason) = @_;

      $self->{node}->remote_died ($from, $name, @reason);
   },
   kil1 => sub {
      my ($self, $from, $name, @reason) = @_;

      defined $name and length $name
         or die "kil1 for the node port refused\n";

      my $node = $self->{node};
      $node->kil ("$node->{nodeid}#$name", @reason);
   },
   snd => sub {
      my ($self, $from, $port, @msg) = @_;

      $self->{node}->snd ($port, @msg);
   },
   can => sub {
      my ($self, $from, $request, $port, @msg) = @_;

      $self->{node}->snd ($port, @msg, $self->can_do ($request) ? "1" : "");
   },
   time => sub {
      my ($self, $from, $port, @msg) = @_;

      $self->{node}->snd ($port, @msg, AE::time);
   },
   devnull => sub { },
   eval => sub {
      my ($self, $from, $string, $port, @msg) = @_;

      # What the tool sends is answered as a 2.02 node would that "aemp run" runs.
      my $restart = $string =~ /\bAnyEvent::Watchdog::Util::restart\b/ && $self->{node}{on_restart};
      my @result = $restart ? ("") : $string =~ /^\s*AnyEvent::MP::Kernel::up_nodes\s*(?:\(\s*\))?[\s;]*\z/
         ? ("", $self->{node}->up_nodes)
         : "this node does not evaluate code";

      $self->{node}->snd ($port, @msg, @result);
      $restart->() if $restart;
   },
   "AnyEvent::MP::_spawn" => sub {
      my ($self, $from, $name, $function, @arg) = @_;

      $self->{node}->spawned ($name, $function, @arg);
   },

   # the slave's end of the global protocol
   (map {
      my $request = $_;
      $request => sub {
         my ($self, $from, @arg) = @_;

         my $method = "on_$request";
         $self->{node}{database}->$method ($from, @arg);
      }
   } qw(g_found g_reply g_chg1 g_chg2)),

   # the global node's end
   (map {
      my $request = $_;
      $request => sub {
         my ($self, $from, @arg) = @_;

         my $global = $self->{node}{global}
            or die "'$request' asked of a node that is not global\n";

         my $method = "on_$request";
         $global->$method ($from, @arg);
      }
   } qw(g_set g_upd g_find g_db_family g_db_keys g_db_values g_mon1 g_mon0)),

   g_slave => sub {
      my ($self, $from, $db) = @_;

      $self->{node}->become_global;
      $self->{node}{global}->on_g_slave ($from, $db);
   },
   g_global => sub {
      my ($self, $from) = @_;

      $self->{node}{global}->on_g_global ($from)
         if $self->{node}{global};
   },
);

sub new {
   my ($class, $node) = @_;

   my $self = bless { node => $node, monitored => {} }, $class;
   Scalar::Util::weaken $self->{node};

   $self
}

sub can_do {
   my ($self, $request) = @_;

   $REQUEST{$request} || $self->{node}{function}{$request}
}

# Errors in handling a request are logged and otherwise ignored.
sub request {
   my ($self, $from, $request, @arg) = @_;

   $request = "" unless defined $request;

   my $code = $REQUEST{$request};
   my $function = $self->{node}{function}{$request};

   eval {
      if ($code) {
         $code->($self, $from, @arg);
      } elsif ($function) {
         $function->(@arg);
      } else {
         die "unknown request\n";
      }
      1
   } or do {
      chomp (my $text = $@);
      $self->{node}->note ("request '$request' of $from: $text");
   };
}

sub node_down {
   my ($self, $id) = @_;

   $_->() for values %{ delete $self->{monitored}{$id} || {} };
}

1
