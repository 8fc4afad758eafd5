package AEMPPeer::Global;

# The global service: keeps the merged database of all nodes, serves slaves
# and keeps in step with the other global nodes.

use strict;
use warnings;

use AnyEvent ();
use Scalar::Util ();

use AEMPPeer::Database ();

sub new {
   my ($class, $node) = @_;

   my $self = bless {
      node   => $node,
      source => {},  # node id -> family -> key -> value, what each told us
      merged => {},  # family -> key -> value
      global => {},  # ids of the other global nodes we are connected to
      mon    => {},  # family -> node id -> 1
   }, $class;
   Scalar::Util::weaken $self->{node};

   $self
}

sub start {
   my ($self) = @_;

   my $node = $self->{node};

   $node->{database}->set ("'g", $node->{nodeid}, undef);
   $node->request ($_, "g_global") for $node->up_nodes;

   $self->{keep} = AE::timer 1, 2, sub { $self->_keep_connected };
}

sub stop {
   my ($self) = @_;

   delete $self->{keep};
}

sub _keep_connected {
   my ($self) = @_;

   my $node = $self->{node};

   $_ ne $node->{nodeid} and $node->connect ($_)
      for sort keys %{ $self->{merged}{"'g"} || {} };
}

sub node_up {
   my ($self, $id) = @_;

   $self->{node}->request ($id, "g_global");
}

sub node_down {
   my ($self, $id) = @_;

   delete $_->{$id} for values %{ $self->{mon} };

   # What it sent goes first: it must not pass for ours.
   my $was_global = $self->{global}{$id};
   $self->_replace ($id, {}, relay => !$was_global);
   delete $self->{source}{$id};

   if ($was_global) {
      delete $self->{global}{$id};
      my $database = $self->{node}{database};
      $database->del ("'g", $id);
      $database->del ("'l", $id);
   }
}

#############################################################################
# merging

# All sources' value for a key: present or not, and which. Of several the one
# with the greatest encoding shows, whatever the order they came in.
sub _value {
   my ($self, $family, $key, @source) = @_;

   my ($best, $value);

   for my $id (@source) {
      my $entries = ($self->{source}{$id} || {})->{$family}
         or next;
      exists $entries->{$key}
         or next;

      my $encoded = AEMPPeer::Database::canonical ($entries->{$key});
      ($best, $value) = ($encoded, $entries->{$key})
         if !defined $best or $best lt $encoded;
   }

   defined $best ? (1, $value) : ()
}

# Sources that we speak for: ourselves and our slaves.
sub _ours {
   my ($self) = @_;

   grep !$self->{global}{$_}, keys %{ $self->{source} }
}

sub _update {
   my ($self, $id, $family, $set, $del, %arg) = @_;

   my $entries = $self->{source}{$id}{$family} ||= {};
   @$entries{keys %$set} = values %$set;
   delete @$entries{@$del};

   my (%set, @del, %relay_set, @relay_del);
   my $merged = $self->{merged}{$family} ||= {};

   for my $key (keys %$set, @$del) {
      if (my ($found, $value) = $self->_value ($family, $key, keys %{ $self->{source} })) {
         $set{$key} = $merged->{$key} = $value;
      } elsif (exists $merged->{$key}) {
         delete $merged->{$key};
         push @del, $key;
      }

      next unless $arg{relay};

      if (my ($found, $value) = $self->_value ($family, $key, $self->_ours)) {
         $relay_set{$key} = $value;
      } else {
         push @relay_del, $key;
      }
   }

   my $node = $self->{node};

   if (%set or @del) {
      $node->request ($_, g_chg2 => $family, %set ? \%set : undef, \@del)
         for sort keys %{ $self->{mon}{$family} || {} };
   }
   if (%relay_set or @relay_del) {
      $node->request ($_, g_upd => $family, %relay_set ? \%relay_set : undef, \@relay_del)
         for sort keys %{ $self->{global} };
   }
}

sub _replace {
   my ($self, $id, $db, %arg) = @_;

   my $old = $self->{source}{$id} || {};

   for my $family (keys %{ { %$old, %$db } }) {
      my $set = $db->{$family} || {};
      $self->_update ($id, $family, $set,
         [grep !exists $set->{$_}, keys %{ $old->{$family} || {} }], %arg);
   }
}

#############################################################################
# requests

sub on_g_slave {
   my ($self, $from, $db) = @_;

   return unless $db;

   $self->_replace ($from, $db, relay => !$self->{global}{$from});
}

sub on_g_global {
   my ($self, $from) = @_;

   my $node = $self->{node};

   $self->_replace ($from, {}, relay => 1);
   delete $self->{source}{$from};
   $self->{global}{$from} = 1;
   $node->{database}->set ("'g", $from, undef);

   my %ours;
   for my $id ($self->_ours) {
      my $source = $self->{source}{$id};
      for my $family (keys %$source) {
         for my $key (keys %{ $source->{$family} }) {
            ($ours{$family}{$key}) = ($self->_value ($family, $key, $self->_ours))[1];
         }
      }
   }

   $node->request ($from, g_set => \%ours);
}

sub on_g_set {
   my ($self, $from, $db) = @_;

   $self->_replace ($from, $db || {}, relay => 0);
   $self->_mirror ($from, ($db || {})->{"'l"});
}

# Where another global node listens, we say ourselves too.
sub _mirror {
   my ($self, $from, $set) = @_;

   $self->{node}{database}->set ("'l", $from, $set->{$from})
      if $set and exists $set->{$from};
}

sub on_g_upd {
   my ($self, $from, $family, $set, $del) = @_;

   $self->_update ($from, $family, $set || {}, $del || [],
      relay => !$self->{global}{$from});
}

sub on_g_find {
   my ($self, $from, $id) = @_;

   $self->{node}->request ($from, g_found => $id, $self->{merged}{"'l"}{$id});
}

sub on_g_db_family {
   my ($self, $from, $family, $id) = @_;

   $self->{node}->request ($from, g_reply => $id, $self->{merged}{$family} || {});
}

sub on_g_db_keys {
   my ($self, $from, $family, $id) = @_;

   $self->{node}->request ($from, g_reply => $id, [sort keys %{ $self->{merged}{$family} || {} }]);
}

sub on_g_db_values {
   my ($self, $from, $family, $id) = @_;

   my $entries = $self->{merged}{$family} || {};
   $self->{node}->request ($from, g_reply => $id, [map $entries->{$_}, sort keys %$entries]);
}

sub on_g_mon1 {
   my ($self, $from, $family) = @_;

   $self->{mon}{$family}{$from} = 1;
   $self->{node}->request ($from, g_chg1 => $family, $self->{merged}{$family});
}

sub on_g_mon0 {
   my ($self, $from, $family) = @_;

   delete $self->{mon}{$family}{$from};
}

1
