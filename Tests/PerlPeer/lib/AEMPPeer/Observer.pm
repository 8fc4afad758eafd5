package AEMPPeer::Observer;

# A member of scripts/cluster: puts a port into a family, watches that family and
# those of the nodes, monitors every port it finds, and says what it sees in the
# words of Tests/Cluster/aemp-cluster-node. On signal USR1 it replaces its port.

use strict;
use warnings;

use AnyEvent ();
use Time::HiRes ();

# How long to wait before a port that is still in the family is monitored again.
my $RETRY = 0.2;

# The scenario.
sub start {
   my ($scenario) = @_;

   my $self = bless { family => $scenario->{option}{family}, watch => {}, member => {} }, __PACKAGE__;
   # Nothing but its own lines on standard output.
   $scenario->{quiet} = 1;
   my $node = $self->{node} = $scenario->node (on_up => sub { }, on_down => sub { });
   $node->become_global
      if $scenario->{option}{global} or !@{ $scenario->{option}{seed} };

   $self->register;
   $self->{usr1} = AE::signal USR1 => sub { $self->replace };

   my $database = $node->database;
   for my $name ("'l", "'g", $self->{family}) {
      push @{ $self->{monitor} }, $database->monitor ($name => sub {
         my ($family) = @_;

         $self->report (family => $name, join ",", sort keys %$family);
         $self->members ($family)
            if $name eq $self->{family};
      });
   }

   $scenario->{observer} = $self;
}

# One line, whole at once: all nodes write into one file.
sub report {
   my ($self, @word) = @_;

   my $line = join " ", int 1e6 * Time::HiRes::time, $self->{node}->nodeid, @word;
   $line =~ s/[\r\n]/ /g;
   syswrite STDOUT, "$line\n";
}

sub register {
   my ($self) = @_;

   my $node = $self->{node};
   my $port = $self->{port} = $node->port;
   $node->rcv ($port,
      ping => sub { $node->snd ($_[0], pong => $port) },
      pong => sub { $self->answered ($_[0]) });
   $self->report (port => $port);
   $node->database->set ($self->{family}, $port);
}

sub replace {
   my ($self) = @_;

   my $node = $self->{node};
   my $old = $self->{port};
   $node->database->del ($self->{family}, $old);
   $node->kil ($old, "replaced");
   $self->register;
}

sub members {
   my ($self, $family) = @_;

   $self->{member} = { %$family };
   $self->{node}->port_is_local ($_) || $self->{watch}{$_} || $self->watch ($_)
      for sort keys %$family;
}

sub watch {
   my ($self, $port) = @_;

   my $node = $self->{node};
   $self->{watch}{$port} = "monitored";
   $self->report (mon => $port);
   $node->mon ($port, sub { $self->fired ($port, @_) });
   # Either the answer comes or the monitor fires.
   $node->snd ($port, ping => $self->{port});
}

sub answered {
   my ($self, $port) = @_;

   return if ($self->{watch}{$port} || "") ne "monitored";

   $self->{watch}{$port} = "up";
   $self->report (up => $port);
}

sub fired {
   my ($self, $port, @reason) = @_;

   my $watch = \$self->{watch}{$port};
   return $self->report (twice => $port)
      if !$$watch or ref $$watch;

   $self->report (down => $port, join ", ", @reason);
   $$watch = [AE::timer $RETRY, 0, sub {
      delete $self->{watch}{$port};
      $self->watch ($port) if exists $self->{member}{$port};
   }];
}

1
