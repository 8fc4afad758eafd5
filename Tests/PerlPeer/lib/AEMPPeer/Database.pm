package AEMPPeer::Database;

# The distributed database as a node sees it: its own entries, the choice of a
# master, and what it asks of that master. A global node is its own master and
# comes through here too.

use strict;
use warnings;

use AnyEvent ();
use CBOR::XS ();
use Scalar::Util ();

my $LEAF = CBOR::XS->new->text_strings;

# An array or map header; CBOR::XS itself has no canonical order.
sub _header {
   my ($major, $count) = @_;

   my $header = $LEAF->encode ($count);
   chr (ord ($header) | $major << 5) . substr $header, 1
}

# One encoding for one value: keys sorted, strings as text.
sub canonical {
   my ($value) = @_;

   if (ref $value eq "ARRAY") {
      return join "", (_header 4, scalar @$value), map canonical ($_), @$value;
   } elsif (ref $value eq "HASH") {
      my %pair = map +($LEAF->encode ("$_") => canonical ($value->{$_})), CORE::keys %$value;
      return join "", (_header 5, scalar CORE::keys %pair),
         map "$_$pair{$_}", sort { $a cmp $b } CORE::keys %pair;
   }

   $LEAF->encode ($value)
}

sub new {
   my ($class, $node) = @_;

   my $self = bless {
      node     => $node,
      local    => {},  # family -> key -> value, our own entries
      seednode => {},  # ids of nodes whose greeting we read on a seed dial
      master   => undef,
      find     => {},  # node id -> callbacks
      query    => {},  # id -> [request, family, callback]
      mon      => {},  # family -> { copy, callbacks }
      counter  => "a",
   }, $class;
   Scalar::Util::weaken $self->{node};

   $self
}

#############################################################################
# master

# The order is that of 2.02: a bare g_slave at the greeting, another when the
# connection is up, then the database.
sub seed_greeted {
   my ($self, $id) = @_;

   $self->{seednode}{$id} = 1;
   $self->{node}->queue_packet ($id, "", "g_slave");
}

sub node_up {
   my ($self, $id) = @_;

   $self->{node}->request ($id, "g_slave")
      if $self->{seednode}{$id};
   $self->find_master;
}

sub node_down {
   my ($self, $id) = @_;

   delete $self->{seednode}{$id};

   return unless defined $self->{master} and $self->{master} eq $id;

   undef $self->{master};
   $self->find_master;
}

sub find_master {
   my ($self) = @_;

   my $node = $self->{node};
   my $id = $node->{nodeid};

   unless ($node->{global}) {
      return if defined $self->{master};
      ($id) = grep $self->{seednode}{$_}, $node->up_nodes
         or return;
   }

   return if defined $self->{master} and $self->{master} eq $id;

   $self->{master} = $id;
   $node->note ("new master node: $id.");

   $self->_master (g_slave => $self->{local});
   $self->_master (g_find  => $_)                for sort keys %{ $self->{find} };
   $self->_master ($_->[0] => $_->[1], $_->[2])  for values %{ $self->{query} };
   $self->_master (g_mon1  => $_)                for sort keys %{ $self->{mon} };
}

sub master { $_[0]{master} }

sub _master {
   my ($self, @request) = @_;

   my $node = $self->{node};
   my $master = $self->{master};

   return unless defined $master;

   # Changes of its own a global node sees at once, so that whoever asks next is told.
   if ($master eq $node->{nodeid} and $request[0] =~ /\Ag_(?:slave|upd)\z/) {
      $node->{nodeport}->request ($master, @request);
   } else {
      $node->request ($master, @request);
   }
}

#############################################################################
# own entries

sub set_own_binds {
   my ($self) = @_;

   my $node = $self->{node};
   $self->set ("'l", $node->{nodeid}, $node->{announce} || [$node->listens]);
}

sub set {
   my ($self, $family, $key, $value) = @_;

   $self->{local}{$family}{$key} = $value;
   $self->_master (g_upd => $family, { $key => $value });
}

sub del {
   my ($self, $family, @key) = @_;

   my $entries = $self->{local}{$family} || {};
   @key = grep exists $entries->{$_}, @key
      or return;

   delete @$entries{@key};
   $self->_master (g_upd => $family, undef, \@key);
}

#############################################################################
# questions

# Where does that node listen? Calls back with an array, or undef.
sub find {
   my ($self, $id, $cb) = @_;

   my $list = $self->{find}{$id} ||= [];
   push @$list, $cb;

   $self->_master (g_find => $id)
      if @$list == 1;
}

sub on_g_found {
   my ($self, $from, $id, $binds) = @_;

   $_->($binds) for @{ delete $self->{find}{$id} || [] };
}

sub _query {
   my ($self, $request, $family, $cb) = @_;

   my $id = ++$self->{counter};

   $self->{query}{$id} = [$request, $family, $id, $cb];
   $self->_master ($request => $family, $id);
}

sub family { my ($self, @arg) = @_; $self->_query (g_db_family => @arg) }
sub keys   { my ($self, @arg) = @_; $self->_query (g_db_keys   => @arg) }
sub values { my ($self, @arg) = @_; $self->_query (g_db_values => @arg) }

sub on_g_reply {
   my ($self, $from, $id, $result) = @_;

   my $query = delete $self->{query}{$id}
      or return;
   $query->[3]->($result);
}

# monitor ($family, cb) calls cb with the family as it is now and the keys
# added, changed and deleted. Returns code that ends it.
sub monitor {
   my ($self, $family, $cb) = @_;

   my $mon = $self->{mon}{$family};

   unless ($mon) {
      $mon = $self->{mon}{$family} = { copy => {}, callback => {} };
      $self->_master (g_mon1 => $family);
   }

   my $key = ++$self->{counter};
   $mon->{callback}{$key} = $cb;

   if (my @known = CORE::keys %{ $mon->{copy} }) {
      AE::postpone {
         $cb->($mon->{copy}, \@known, [], [])
            if $mon->{callback}{$key};
      };
   }

   sub {
      delete $mon->{callback}{$key} or return;
      return if %{ $mon->{callback} };

      delete $self->{mon}{$family};
      $self->_master (g_mon0 => $family);
   }
}

# The whole family; after a change of the master much of it is known already.
sub on_g_chg1 {
   my ($self, $from, $family, $new) = @_;

   my $mon = $self->_mon ($from, $family)
      or return;
   my $copy = $mon->{copy};
   $new ||= {};

   $self->_changed ($mon, $new, [grep !exists $new->{$_}, CORE::keys %$copy]);
}

sub on_g_chg2 {
   my ($self, $from, $family, $set, $del) = @_;

   my $mon = $self->_mon ($from, $family)
      or return;

   $self->_changed ($mon, $set || {}, $del || []);
}

sub _mon {
   my ($self, $from, $family) = @_;

   return unless defined $self->{master} and $self->{master} eq $from;

   $self->{mon}{$family}
}

sub _changed {
   my ($self, $mon, $set, $del) = @_;

   my $copy = $mon->{copy};
   my (@added, @changed, @deleted);

   for my $key (sort { $a cmp $b } CORE::keys %$set) {
      if (!exists $copy->{$key}) {
         push @added, $key;
      } elsif (canonical ($copy->{$key}) ne canonical ($set->{$key})) {
         push @changed, $key;
      }
      $copy->{$key} = $set->{$key};
   }

   for my $key (@$del) {
      next unless exists $copy->{$key};
      delete $copy->{$key};
      push @deleted, $key;
   }

   return unless @added or @changed or @deleted;

   $_->($copy, \@added, \@changed, \@deleted)
      for CORE::values %{ $mon->{callback} };
}

1
