package AEMPPeer;

# A small node of an AEMP 2 network, written from the description of the
# protocol as a second implementation to test against.
#
#    my $node = AEMPPeer->new (nodeid => "perl", secret => "s3cret",
#                              binds => ["127.0.0.1:0"], seeds => ["127.0.0.1:4040"]);
#    $node->start;
#    my $port = $node->port;
#    $node->rcv ($port, test => sub { my ($data) = @_; ... });
#
# Several nodes can live in one process.

use strict;
use warnings;

use AnyEvent ();
use AnyEvent::Socket ();

use AEMPPeer::Database ();
use AEMPPeer::DataConn ();
use AEMPPeer::Global ();
use AEMPPeer::Handshake ();
use AEMPPeer::Link ();
use AEMPPeer::NodePort ();
use AEMPPeer::Seeds ();

sub _alphanumeric {
   my ($count) = @_;

   my @digit = (0 .. 9, "A" .. "Z", "a" .. "z");
   join "", map $digit[(ord) % 62], split //, AEMPPeer::Handshake::random_bytes ($count)
}

# Arguments: nodeid, secret (bytes), cert (PEM text with key, certificate and those to trust),
# tls_version (the highest, 1.2 or 1.3), binds, announce (what others are told instead), eval (code), seeds, framings,
# accept, connect_interval, monitor_timeout, note (called with a line of text), sealed
# (connections may be encrypted), wait_auth (accepting side authenticates second),
# on_up and on_down (called with a node id, and a reason).
sub new {
   my ($class, %arg) = @_;

   my $self = bless {
      nodeid           => "perl/" . _alphanumeric (10),
      binds            => ["127.0.0.1:0"],
      seeds            => [],
      framings         => [qw(cbor json)],
      accept           => \@AEMPPeer::Handshake::ACCEPT,
      connect_interval => 2,
      monitor_timeout  => 30,
      note             => sub { },
      on_up            => sub { },
      on_down          => sub { },
      %arg,

      listens  => [],    # actual "host:port" of our listeners
      up       => {},    # node id -> link
      started  => {},    # every link that is not closed, by address
      queue    => {},    # node id -> packets for a node that is not up
      port     => {},    # port name -> port
      mon      => {},    # node id -> port name -> [callback id, callback]...
      function => {},    # name -> code others may call
      uniq     => _alphanumeric (9),
      runiq    => _alphanumeric (10),
      counter  => "a",
   }, $class;

   $self->{accept} = [@AEMPPeer::Sealed::METHODS, @{ $self->{accept} }]
      if $self->{sealed} and not AEMPPeer::Sealed::methods (@{ $self->{accept} });

   if (defined $self->{cert}) {
      require AnyEvent::TLS;
      $self->{tls_ctx} = AnyEvent::TLS->new (
         cert => $self->{cert}, ca_cert => $self->{cert}, verify => 1, verify_require_client_cert => 1);
      Net::SSLeay::CTX_set_max_proto_version ($self->{tls_ctx}->ctx, 0x0303)
         if ($self->{tls_version} || 0) eq "1.2";
   }

   defined $self->{secret} or $self->{tls_ctx}
      or die "a secret or a certificate is needed: without one no node talks to us\n";

   $self->{nodeport} = AEMPPeer::NodePort->new ($self);
   $self->{database} = AEMPPeer::Database->new ($self);
   $self->{seeding}  = AEMPPeer::Seeds->new ($self, $self->{seeds});
   $self->{data}     = AEMPPeer::DataConn->new ($self);

   $self
}

sub note {
   my ($self, $text) = @_;

   $self->{note}->($text);
}

sub nodeid  { $_[0]{nodeid} }
sub listens { @{ $_[0]{listens} } }
sub up_nodes { sort keys %{ $_[0]{up} } }
sub database { $_[0]{database} }

# Listens and dials the seeds.
sub start {
   my ($self) = @_;

   for my $bind (@{ $self->{binds} }) {
      my ($host, $service) = AnyEvent::Socket::parse_hostport ($bind)
         or die "$bind is not an address to listen on\n";

      push @{ $self->{servers} }, AnyEvent::Socket::tcp_server ($host, $service || undef, sub {
         my ($fh, $host, $port) = @_;

         my @accepted = ($fh, AnyEvent::Socket::format_hostport ($host, $port));
         $self->{held} ? push @{ $self->{held} }, \@accepted : $self->add_link (@accepted);
      }, sub {
         my ($fh, $host, $port) = @_;

         push @{ $self->{listens} }, AnyEvent::Socket::format_hostport ($host, $port);
         0
      });
   }

   $self->note ("node $self->{nodeid} listens on [@{ $self->{listens} }].");
   $self->{database}->set_own_binds;
   $self->evaluate ($self->{eval})
      if defined $self->{eval};
   $self->{seeding}->start;

   $self
}

# The Perl code of the setting "eval", which may set entries of the database, as in AnyEvent::MP.
sub evaluate {
   my ($self, $code) = @_;

   no warnings "redefine";
   local *AnyEvent::MP::db_set = sub { $self->{database}->set (@_) };
   eval "$code; 1"
      or die "the setting eval: $@";
}

# Does nothing with the connections that come in, until released.
sub hold { $_[0]{held} = [] }

sub release {
   my ($self) = @_;

   $self->add_link (@$_) for @{ delete $self->{held} || [] };
}

# Holds authentication lines back until there is one for that many connections,
# or one of them is closed.
sub gate {
   my ($self, $count) = @_;

   $self->{gate} = { count => $count, waiting => [] };
}

sub when_open {
   my ($self, $cb) = @_;

   my $gate = $self->{gate}
      or return $cb->();

   push @{ $gate->{waiting} }, $cb;
   $self->open_gate
      if @{ $gate->{waiting} } == $gate->{count};
}

sub open_gate {
   my ($self) = @_;

   my $gate = delete $self->{gate}
      or return;

   # The last first: what a node says on its own dial would else always win.
   $_->() for reverse @{ $gate->{waiting} };
}

sub add_seed { $_[0]{seeding}->add ($_[1]) }

# Starts the global service, as being used as a seed does.
sub become_global {
   my ($self) = @_;

   return if $self->{global};

   $self->note ("starting global service.");
   $self->{global} = AEMPPeer::Global->new ($self);
   $self->{global}->start;
   $self->{database}->find_master;
}

sub stop {
   my ($self) = @_;

   return if $self->{stopped}++;

   $self->{seeding}->stop;
   $self->{global}->stop if $self->{global};
   delete $self->{servers};
   delete $self->{connecting};
   $_->close ("node stopped") for values %{ $self->{started} };
}

#############################################################################
# links

sub add_link {
   my ($self, $fh, $address, %arg) = @_;

   return if $self->{stopped};

   my $link = AEMPPeer::Link->new (node => $self, fh => $fh, peer => $address, %arg);
   $self->{started}{$link} = $link
      unless $link->{closed};

   $link
}

# The reason to hang up on this greeting, or undef.
sub check_greeting {
   my ($self, $link, $greeting) = @_;

   my $id = $greeting->{nodeid};

   return $self->{data}->check ($link, $greeting)
      if $greeting->{protocol} eq $AEMPPeer::DataConn::PROTOCOL;
   return "'$greeting->{protocol}' is not spoken here"
      if $greeting->{protocol} ne "aemp";
   return "no node id"
      unless length $id;

   # Who listens can't know yet that it is for data.
   return $id eq $link->{data}{target} ? undef : "there is another node, $id"
      if $link->{data};

   if ($id eq $self->{nodeid}) {
      if (defined $link->{seed}) {
         $self->{seeding}->forget ($link->{seed});
         $self->become_global;
      }
      return "I refuse to talk to myself";
   }

   return "$id is already connected"
      if $self->{up}{$id};

   undef
}

sub link_greeting {
   my ($self, $link, $greeting) = @_;

   $self->{database}->seed_greeted ($link->{nodeid})
      if defined $link->{seed};
}

sub link_up {
   my ($self, $link) = @_;

   return $self->{data}->link_up ($link)
      if $link->{data};

   my $id = $link->{nodeid};

   # What 2.02 does with two connections that complete: both are lost.
   if (my $first = $self->{up}{$id}) {
      $self->note ("$id switched connections.");
      $first->close ("switched connections");
      $link->close ("switched connections");
      return;
   }

   $self->{up}{$id} = $link;
   delete $self->{connecting}{$id};
   $self->note ("$id is up.");

   $link->send (@$_) for @{ delete $self->{queue}{$id} || [] };

   $self->{global}->node_up ($id) if $self->{global};
   $self->{database}->node_up ($id);
   $self->{on_up}->($id);
}

sub link_packet {
   my ($self, $link, $packet) = @_;

   my ($name, @msg) = @$packet;

   if (defined $name and length $name) {
      $self->_deliver ($name, @msg);
   } elsif (@msg) {
      $self->{nodeport}->request ($link->{nodeid}, @msg);
   }
}

sub link_down {
   my ($self, $link, $reason) = @_;

   delete $self->{started}{$link};
   $self->{seeding}->link_down ($link)
      if defined $link->{seed};

   return $self->{data}->link_down ($link, $reason)
      if $link->{data};

   my $id = $link->{nodeid};

   unless ($link->{up}) {
      $self->note ("connection to " . $link->name . " failed: $reason");

      # A surplus or failed connection says nothing about a node that is up,
      # or that is still being tried.
      return if !defined $id or $self->{up}{$id} or $self->{connecting}{$id}
             or grep defined $_->{nodeid} && $_->{nodeid} eq $id, values %{ $self->{started} };

      $self->node_failed ($id, $reason);
      return;
   }

   return unless $self->{up}{$id} and $self->{up}{$id} == $link;

   delete $self->{up}{$id};
   $self->note ("$id is down ($reason).");

   $self->{nodeport}->node_down ($id);
   $self->{global}->node_down ($id) if $self->{global};
   $self->{database}->node_down ($id);
   $self->node_failed ($id, $reason);
   $self->{on_down}->($id, $reason);
}

# Fires all monitors on ports of that node, drops what was queued for it.
sub node_failed {
   my ($self, $id, $text) = @_;

   delete $self->{connecting}{$id};
   delete $self->{queue}{$id};

   my $mon = delete $self->{mon}{$id}
      or return;

   for my $list (values %$mon) {
      $_->[1]->(transport_error => $id, $text) for @$list;
   }
}

#############################################################################
# reaching a node

sub send_packet {
   my ($self, $id, @packet) = @_;

   return if $self->{stopped};

   if (my $link = $self->{up}{$id}) {
      $link->send (@packet);
   } else {
      push @{ $self->{queue}{$id} }, \@packet;
      $self->connect ($id);
   }
}

# Queues something for a node that is being dialled already.
sub queue_packet {
   my ($self, $id, @packet) = @_;

   push @{ $self->{queue}{$id} }, \@packet;
}

# A request to a node's node port, our own included.
sub request {
   my ($self, $id, @request) = @_;

   return $self->send_packet ($id, "", @request)
      if $id ne $self->{nodeid};

   AE::postpone { $self->{nodeport}->request ($id, @request) };
}

sub connect {
   my ($self, $id) = @_;

   return if $self->{up}{$id} or $self->{connecting}{$id} or $self->{stopped};

   my $attempt = $self->{connecting}{$id} = {};

   $attempt->{timeout} = AE::timer $self->{monitor_timeout}, 0, sub {
      $self->node_failed ($id, "connect timeout");
   };

   $self->{database}->find ($id, sub {
      my ($binds) = @_;

      return if $self->{up}{$id} or ($self->{connecting}{$id} || 0) != $attempt;
      return $self->node_failed ($id, "unable to connect: no known address")
         unless $binds and @$binds;

      my @binds = @$binds;
      $attempt->{retry} = AE::timer 0, $self->{connect_interval}, sub {
         return delete $attempt->{retry} unless @binds;
         $self->dial (shift @binds);
      };
   });
}

# Dials an address; calls back with false when it can't be reached.
sub dial {
   my ($self, $address, %arg) = @_;

   my $done = delete $arg{failed} || sub { };

   my ($host, $service) = AnyEvent::Socket::parse_hostport ($address);
   return $done->()
      unless defined $service;

   AnyEvent::Socket::tcp_connect ($host, $service, sub {
      my ($fh) = @_;

      return $done->()
         unless $fh;

      $self->add_link ($fh, $address, dialled => 1, %arg);
   }, sub { $self->{connect_interval} * 2 });

   ()
}

#############################################################################
# ports

sub _split {
   my ($self, $port) = @_;

   my ($id, $name) = split /#/, $port, 2;
   $id = $self->{nodeid} unless length $id;

   ($id, defined $name ? $name : "")
}

sub port_is_local {
   my ($self, $port) = @_;

   my ($id) = $self->_split ($port);
   $id eq $self->{nodeid}
}

sub port {
   my ($self, $cb) = @_;

   my $name = $self->{uniq} . ++$self->{counter};

   $self->{port}{$name} = { tag => {}, killing => 1 };

   my $port = "$self->{nodeid}#$name";
   $self->rcv ($port, $cb) if $cb;

   $port
}

# rcv ($port, tag => cb, ..., [default cb])
sub rcv {
   my ($self, $port, @arg) = @_;

   my ($id, $name) = $self->_split ($port);

   $id eq $self->{nodeid}
      or die "$port: rcv can only be called for ports of this node\n";

   my $entry = $self->{port}{$name}
      or die "$port: there is no such port\n";

   while (@arg) {
      if (ref $arg[0]) {
         $entry->{default} = shift @arg;
      } else {
         my ($tag, $cb) = splice @arg, 0, 2;
         $cb ? $entry->{tag}{$tag} = $cb : delete $entry->{tag}{$tag};
      }
   }

   $port
}

sub snd {
   my ($self, $port, @msg) = @_;

   my ($id, $name) = $self->_split ($port);

   return $self->send_packet ($id, $name, @msg)
      if $id ne $self->{nodeid};

   # Through the event loop, so that neither recursion nor order is a question.
   AE::postpone {
      length $name
         ? $self->_deliver ($name, @msg)
         : $self->{nodeport}->request ($id, @msg);
   };
}

sub _deliver {
   my ($self, $name, @msg) = @_;

   my $entry = $self->{port}{$name}
      or return;

   my $tag = defined $msg[0] && !ref $msg[0] ? $msg[0] : "";
   my $cb;

   if ($cb = $entry->{tag}{$tag}) {
      shift @msg;
   } elsif (not $cb = $entry->{default}) {
      return unless $entry->{killing};

      ($tag = substr $tag, 0, 30) =~ s/[^\x20-\x7e]/./g;
      return $self->_kill ($name,
         unhandled_message => "no callback found for message '$tag'");
   }

   $self->_call ($name, $cb, @msg);
}

# Calls code in the context of a port: $node->self is its id, and it dies with it.
sub _call {
   my ($self, $name, $cb, @arg) = @_;

   local $self->{self} = "$self->{nodeid}#$name";

   eval { $cb->(@arg); 1 }
      and return;

   (my $text = $@) =~ s/\n+\z//;
   $self->_kill ($name, die => $text);
}

sub self { $_[0]{self} }

sub kil {
   my ($self, $port, @reason) = @_;

   my ($id, $name) = $self->_split ($port);

   length $name
      or die "$port: the node port can't be killed\n";

   return $self->send_packet ($id, "", kil1 => $name, @reason)
      if $id ne $self->{nodeid};

   AE::postpone { $self->_kill ($name, @reason) };
}

sub _kill {
   my ($self, $name, @reason) = @_;

   my $entry = delete $self->{port}{$name}
      or return;

   my @monitors = grep $_, values %{ $entry->{monitor} || {} };

   $self->note ("unmonitored local port $name died with reason: @reason")
      if @reason and !@monitors;

   $_->(@reason) for @monitors;
}

# mon ($port, cb) calls cb with the reason, once. mon ($port, $other[, @msg])
# kills, or sends to, the other port. Returns code that takes it back.
sub mon {
   my ($self, $port, $cb, @msg) = @_;

   unless (ref $cb) {
      my $other = $cb;
      $cb = @msg
         ? sub { $self->snd ($other, @msg, @_) }
         : sub { $self->kil ($other, @_) if @_ };
   }

   my ($id, $name) = $self->_split ($port);

   if ($id eq $self->{nodeid}) {
      my $entry = $self->{port}{$name};
      unless ($entry) {
         AE::postpone {
            $cb->(no_such_port => "cannot monitor nonexistent port", "$id#$name");
         };
         return sub { };
      }

      my $key = ++$self->{monitors};
      $entry->{monitor}{$key} = $cb;
      return sub { delete $entry->{monitor}{$key} };
   }

   my $list = $self->{mon}{$id}{$name} ||= [];
   my $item = [++$self->{monitors}, $cb];
   push @$list, $item;

   if (length $name) {
      $self->send_packet ($id, "", mon1 => $name)
         if @$list == 1;
   } else {
      $self->connect ($id);
   }

   sub {
      my $list = ($self->{mon}{$id} || {})->{$name}
         or return;
      my $before = @$list;
      @$list = grep $_ != $item, @$list;

      return if @$list or !$before;

      delete $self->{mon}{$id}{$name};
      $self->send_packet ($id, "", mon0 => $name)
         if length $name and $self->{up}{$id};
   }
}

# A kil0 came in.
sub remote_died {
   my ($self, $id, $name, @reason) = @_;

   my $list = delete (($self->{mon}{$id} || {})->{$name})
      or return;

   $_->[1]->(@reason) for @$list;
}

# Makes code callable by others under a name.
sub register {
   my ($self, $function, $code) = @_;

   $self->{function}{$function} = $code;
}

# spawn ($node, $function, @arg) returns the id of the port to be.
sub spawn {
   my ($self, $target, $function, @arg) = @_;

   my ($id) = $self->_split ($target);
   my $name = $self->{runiq} . ++$self->{counter};

   $self->request ($id, "AnyEvent::MP::_spawn", $name, $function, @arg);

   "$id#$name"
}

# A _spawn request came in. As in 2.02 the port is there only when its function is.
sub spawned {
   my ($self, $name, $function, @arg) = @_;

   my $code = $self->{function}{$function}
      or die "function '$function' is not registered\n";

   die "port '$name' exists already\n"
      if $self->{port}{$name};

   $self->{port}{$name} = { tag => {} };
   $self->_call ($name, $code, @arg);
}

1
