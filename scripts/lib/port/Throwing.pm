package Throwing;
# Which functions of a program throw in Swift: those that call what throws outside of their closures.

use strict;
use warnings;
use utf8;

# The names, for the functions of an Inference.
sub names {
  my ($functions, $has_ports) = @_;
  my %throwing;
  my $has_more = 1;
  while ($has_more) {
    $has_more = 0;
    for my $name (keys %$functions) {
      next if $throwing{$name} || !throws($functions->{$name}{node}{body}, \%throwing, $has_ports);
      $has_more = $throwing{$name} = 1;
    }
  }
  return \%throwing;
}

sub throws {
  my ($body, $throwing, $has_ports) = @_;
  my $throws = 0;
  outside_closures(
    $body,
    sub {
      my ($node) = @_;
      $throws = 1
        if $node->{plan} && $node->{plan}{shape}{throws}
        || $node->{function} && $node->{t} eq "call" && $throwing->{$node->{name}}
        || $has_ports && $node->{t} eq "call" && $node->{name} eq "die";
    }
  );
  return $throws;
}

sub outside_closures {
  my ($tree, $visit) = @_;
  if (ref $tree eq "ARRAY") {
    outside_closures($_, $visit) for grep { ref } @$tree;
    return;
  }
  return if ($tree->{t} // "") =~ /^(?:closure|sub)$/;
  $visit->($tree) if exists $tree->{t};
  outside_closures($_, $visit) for grep { ref } @$tree{Inference::children()};
}

1;
