#!/usr/bin/perl

# Reads what the nodes of a cluster say (see Tests/Cluster/aemp-cluster-node)
# from standard input until every node sees what it should.
#
# usage: settled.pl EXPECTED SINCE FROM PRESENT
#
# EXPECTED is a file of these lines, with nodes separated by commas, - for none:
#
#   view OBSERVER FAMILY NODES    the node sees these in 'l, 'g or the family of ports
#   up OBSERVER NODES             and monitors the ports of these, which answer
#   seen OBSERVER EVENT NODE      says so after SINCE; of its own for "port"
#   calm                          all monitors have fired or their ports answer
#   may OBSERVERS NODES [REASON]  their monitors of those nodes may fire, * for any node
#
# No other monitor may fire behind line FROM, but those of ports that were
# replaced before. What was so up to line PRESENT is
# the past. Prints how many seconds after SINCE (microseconds since 1970) it
# was so, and in which line; else says what is not so and fails.

use strict;
use warnings;

my ($expected, $since, $from, $present) = @ARGV;

my (%view, %up, %seen, @may, $calm);
open my $file, "<", $expected or die "$expected: $!\n";
while (<$file>) {
   my ($what, $observer, @rest) = split;
   if ($what eq "view") {
      $view{$observer}{$rest[0]} = nodes ($rest[1]);
   } elsif ($what eq "up") {
      $up{$observer} = nodes ($rest[0]);
   } elsif ($what eq "seen") {
      $seen{$observer}{"$rest[0] " . ($rest[1] // $observer)} = 0;
   } elsif ($what eq "calm") {
      $calm = 1;
   } elsif ($what eq "may") {
      push @may, [nodes ($observer), nodes ($rest[0]), join " ", @rest[1 .. $#rest]];
   }
}

my (%port, %family, %answers, %open, @forbidden);
my $line = 0;
settled ($since) if $line >= $present;

while (<STDIN>) {
   $line++;
   my ($time, $node, $event, @rest) = split;

   if ($event eq "port") {
      # A node that says this the first time in its life has forgotten all before.
      if (($port{$node} // "") !~ /^\Q@{[ prefix ($rest[0]) ]}/) {
         delete $family{$node};
         delete $answers{$node};
         delete $open{$node};
      }
      $port{$node} = $rest[0];
      seen ($time, $node, "port", $node);
   } elsif ($event eq "family") {
      $family{$node}{$rest[0]} = { map { ($_ => 1) } split /,/, $rest[1] // "" };
   } elsif ($event eq "mon") {
      $open{$node}{$rest[0]} = 1;
   } elsif ($event eq "up") {
      delete $open{$node}{$rest[0]};
      $answers{$node}{$rest[0]} = 1;
      seen ($time, $node, "up", node_of ($rest[0]));
   } elsif ($event eq "down") {
      delete $answers{$node}{$rest[0]};
      delete $open{$node}{$rest[0]};
      my $other = node_of ($rest[0]);
      seen ($time, $node, "down", $other);
      push @forbidden, "$node was told that $other is down: @rest"
         if $line > $from && $port{$other} eq $rest[0]
         && !may ($node, $other, join " ", @rest[1 .. $#rest]);
   } else {
      push @forbidden, "$node says: $event @rest";
   }

   last if @forbidden;
   settled ($time) if $line >= $present;
}

print "$_\n" for @forbidden ? @forbidden : complaints ();
exit 1;

sub nodes {
   +{ map { ($_ => 1) } grep { $_ ne "-" } split /,/, $_[0] }
}

sub node_of {
   (split /#/, $_[0])[0]
}

# What the names of all ports of a process begin with.
sub prefix {
   substr $_[0], 0, index ($_[0], "#") + 10
}

sub seen {
   my ($time, $observer, $event, $node) = @_;
   $seen{$observer}{"$event $node"} = 1
      if $time >= $since && exists $seen{$observer} && exists $seen{$observer}{"$event $node"};
}

sub may {
   my ($observer, $node, $reason) = @_;
   for (@may) {
      return 1
         if ($_->[0]{"*"} || $_->[0]{$observer})
         && ($_->[1]{"*"} || $_->[1]{$node})
         && $_->[2] eq substr $reason, 0, length $_->[2];
   }
   0
}

sub settled {
   my ($time) = @_;
   return if complaints (1);
   printf "%.2f %d\n", ($time > $since ? $time - $since : 0) / 1e6, $line;
   exit 0;
}

# Sentences about what is not so; with a true argument at most one.
sub complaints {
   my ($one) = @_;
   my @text;
   for my $observer (sort keys %view) {
      for my $name (sort keys %{ $view{$observer} }) {
         my $wanted = $view{$observer}{$name};
         $wanted = { map { (($port{$_} // "$_#?") => 1) } keys %$wanted } if $name !~ /^'/;
         my $found = $family{$observer}{$name} // {};
         my $text = difference ($wanted, $found);
         push @text, "$observer sees in $name $text" if $text;
         return @text if @text && $one;
      }
   }
   for my $observer (sort keys %up) {
      my $wanted = { map { (($port{$_} // "$_#?") => 1) } keys %{ $up{$observer} } };
      my $text = difference ($wanted, $answers{$observer} // {});
      push @text, "$observer is answered by $text" if $text;
      return @text if @text && $one;
   }
   for my $observer (sort keys %seen) {
      for my $event (sort keys %{ $seen{$observer} }) {
         push @text, "$observer has not said: $event" unless $seen{$observer}{$event};
         return @text if @text && $one;
      }
   }
   if ($calm) {
      for my $observer (sort keys %up) {
         push @text, map "$observer waits for $_", sort keys %{ $open{$observer} };
         return @text if @text && $one;
      }
   }
   @text
}

sub difference {
   my ($wanted, $found) = @_;
   my @missing = sort grep { !$found->{$_} } keys %$wanted;
   my @surplus = sort grep { !$wanted->{$_} } keys %$found;
   join " and ", (@missing ? "not @missing" : ()), (@surplus ? "also @surplus" : ())
}
