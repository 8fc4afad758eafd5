package AnyEvent::MP;

# Stands in for AnyEvent::MP where that is not installed, as on the machines that run our tests: the names that its
# manual documents, over the node of AEMPPeer. It lets the programs in Perl of Examples/Recipes run as they are written:
#
#    perl -I Tests/PerlPeer/standin -I Tests/PerlPeer/lib Examples/Recipes/13_ports.pl
#
# It is written from the manual, for one node in one process, and it is no proof of what AnyEvent::MP does.

use strict;
use warnings;

use AnyEvent ();
use AnyEvent::Util ();

our ($NODE, $SELF) = ("", undef);

# The peer's node, whose ports have their own id in $SELF while their callbacks run.
package AnyEvent::MP::Node {
   require AEMPPeer;
   our @ISA = "AEMPPeer";

   sub _call {
      my ($self, $name, @arg) = @_;

      local $AnyEvent::MP::SELF = "$self->{nodeid}#$name";
      $self->SUPER::_call ($name, @arg);
   }
}

# Ports can be used before the node has a name.
my $node = AnyEvent::MP::Node->new (nodeid => "", secret => "not configured", binds => []);

my @EXPORT = qw(
   NODE configure node_of port_is_local port rcv snd kil mon mon_guard psub peval after cal spawn
   db_set db_del db_reg db_family db_keys db_values db_mon
);

sub import {
   my $caller = caller;

   no strict "refs";
   *{"$caller\::$_"} = \&$_ for @EXPORT;
   *{"$caller\::NODE"} = \$NODE;
   # The whole glob, or "local" would not be seen there.
   *{"$caller\::SELF"} = *SELF;
}

# Something to do when a guard goes; in void context nobody has it, and it stays.
sub _guard {
   my ($void, $end) = @_;

   $void ? () : AnyEvent::Util::guard (\&$end)
}

sub NODE () { $NODE }

sub configure (@) {
   my ($profile, %arg) = @_ % 2 ? @_ : (undef, @_);

   $node->{$_} = $arg{$_} for grep exists $arg{$_}, qw(nodeid secret seeds);
   # "*" is any free port here.
   $node->{binds} = [map s/\*\z/0/r, @{ $arg{binds} || [] }];
   $NODE = $node->{nodeid};
   $node->start;
   $node->become_global
      if grep $_ eq "AnyEvent::MP::Global::", @{ $arg{services} || [] };
}

sub node_of ($) { ($node->_split (@_))[0] }
sub port_is_local ($) { $node->port_is_local (@_) }

sub port (;&) { $node->port (@_) }

# An argument "tag => undef" takes a receiver away, and so does a tag at the end.
sub rcv ($@) {
   my ($port, @arg) = @_;

   push @arg, undef
      if @arg and !ref $arg[-1] and defined $arg[-1];
   $node->rcv ($port, @arg)
}

sub snd (@) { $node->snd (@_) }
sub kil (@) { $node->kil (@_) }

sub mon {
   my ($port, @arg) = @_;

   @arg = $SELF
      unless @arg;

   _guard !defined wantarray, $node->mon ($port, @arg)
}

sub mon_guard {
   my ($port, @refs) = @_;

   _guard !defined wantarray, $node->mon ($port, sub { @refs = () })
}

sub _name { ($node->_split ($_[0]))[1] }

sub psub (&) {
   my ($code) = @_;
   my $port = $SELF
      or die "psub is for what runs in a port\n";

   sub { peval ($port, $code, @_) }
}

sub peval ($@) {
   my ($port, $code, @arg) = @_;
   my @result;

   $node->_call (_name ($port), sub {
      @result = wantarray ? $code->(@arg) : scalar $code->(@arg);
   });

   wantarray ? @result : $result[0]
}

sub after ($@) {
   my ($seconds, @action) = @_;

   my $w; $w = AE::timer $seconds, 0, sub {
      undef $w;
      ref $action[0] ? $action[0]->() : snd (@action);
   };

   ()
}

sub cal (@) {
   my $seconds = ref $_[-1] ? undef : pop;
   my $cb = pop;
   my ($port, @msg) = @_;

   my ($reply, $end) = port;
   $node->rcv ($reply, sub {
      undef $end;
      kil ($reply);
      $cb->(@_);
   });

   $end = defined $seconds
      ? AE::timer $seconds, 0, sub { kil ($reply); $cb->() }
      : mon ($port, sub { kil ($reply); $cb->() });
   snd ($port, @msg, $reply);

   $reply
}

# The port is there at once, for monitors; its function is called from the loop, and has to set a receiver.
sub spawn (@) {
   my ($where, $function, @arg) = @_;

   $node->port_is_local ($where)
      or die "$where: the stand-in knows no other nodes\n";

   my $port = $node->port;
   AE::postpone {
      no strict "refs";
      my $name = _name ($port);
      $node->_call ($name, \&$function, @arg)
         if defined &$function;
      my $entry = $node->{port}{$name}
         or return;
      $node->_kill ($name, no_such_port => "nothing receives there", $port)
         unless %{ $entry->{tag} } or $entry->{default};
   };

   $port
}

sub db_set ($$;$) {
   my ($family, $key, $value) = @_;

   $node->database->set ($family, $key, $value);
   _guard !defined wantarray, sub { $node->database->del ($family, $key) }
}

sub db_del ($@) {
   my ($family, @key) = @_;

   $node->database->del ($family, @key);
}

sub db_reg ($$;$) {
   my ($family, $port, $value) = @_;

   $node->database->set ($family, $port, $value);
   my $end = sub { $node->database->del ($family, $port) };
   $node->mon ($port, $end);
   _guard !defined wantarray, $end
}

sub db_family ($$) { $node->database->family (@_) }
sub db_keys   ($$) { $node->database->keys   (@_) }
sub db_values ($$) { $node->database->values (@_) }

sub db_mon ($$) { _guard !defined wantarray, $node->database->monitor (@_) }

1
