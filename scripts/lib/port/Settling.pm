package Settling;
# What is known when all has been read: uses of what was unknown then, and literals. Methods of an Inference.

use strict;
use warnings;
use utf8;
use Types qw(known fresh found flow unify kind_of is_kind);

# --- What is left when all has been read.

sub settle {
  my ($self) = @_;
  for my $round (1 .. 8) {
    $self->settle_access($_) for @{$self->{accesses}};
    Types::flow_again($round >= 5);
    $self->arithmetic(@$_) for @{$self->{deferred}};
    for (@{$self->{counted}}) { flow(@$_) if is_kind($_->[0], "Double") && is_kind($_->[1], qw(Int Double)) }
    for my $pair ($round >= 5 ? @{$self->{counted}} : ()) {
      my ($from, $into) = map { found($_) } @$pair;
      next if !Inference::is_loose($from);
      if (!defined $into->{k}) { Types::comes_in_message($into) }
      elsif ($into->{k} eq "Int") { flow($from, $into, 1) }
    }
    if ($round >= 2) { $self->settle_literal($_, $round) for @{$self->{literals}} }
    $self->guess_containers if $round == 4;
    $self->settle_messages if $round == 6;
  }
  for (@{$self->{deferred}}) {
    my ($result, $left, $right) = @$_;
    found($result)->{k} = "Int" if !kind_of($result);
  }
  $self->find_missing($_) for values %{$self->{functions}};
  # A condition variable that is sent something has a type.
  Types::settle($_) for @{$self->{sent}};
}

sub settle_access {
  my ($self, $access) = @_;
  my $base = found($access->{base});
  my $kind = $base->{k} // return;
  if ($kind eq "Value" || $kind eq "Message") { unify(known("Value"), $access->{of}) if !kind_of($access->{of}) }
  elsif ($kind eq "Array" && $access->{how} ne "entry") {
    if ($access->{how} eq "part") { flow($base->{of} //= fresh(), $access->{of}) }
    else { unify($base->{of} //= fresh(), $access->{of}) }
  } elsif ($kind eq "Tuple" && $access->{how} eq "part") {
    unify($base->{parts}[$access->{index}] //= fresh(), $access->{of});
  } elsif ($kind eq "Dictionary" && $access->{how} eq "entry") {
    Inference::flow_key($access->{key}, $base);
    unify($base->{of} //= fresh(), $access->{of});
  }
}

# Numbers of messages are whole if the program sends all messages with that tag itself, and all of them are; what else
# comes in a message and is used as a number is a Value.
sub settle_messages {
  my ($self) = @_;
  my (%sent, %places, @any, $is_open);
  for my $node (@{$self->{messages}}) {
    my (undef, $tag, @values) = @{$node->{arguments}};
    next if !$tag;
    # A tag that is computed may be each of them, and a list has all that there is.
    $is_open = 1 if $self->is_plural($tag);
    my $text = Inference::key_text($tag);
    push @{defined $text ? $sent{$text} //= [] : \@any}, \@values;
  }
  for my $receiver ($is_open ? () : @{$self->{receivers}}) {
    my $text = Inference::key_text($receiver->{tag}) // next;
    my $params = found($receiver->{code}{type})->{params};
    for my $i (grep { $sent{$text} && $params->[$_] } 0 .. $#$params) {
      my $place = found($params->[$i]);
      $places{$place} = {type => $place, values => []} if !defined $place->{k} && !$places{$place};
      next if !$places{$place};
      push @{$places{$place}{values}}, map({ $_->[$i] } @{$sent{$text}}), map { $_->[$i] // () } @any;
    }
  }
  my %results = map { (found($_->[0]) => $_) } @{$self->{deferred}};
  my $has_less = 1;
  while ($has_less) {
    $has_less = 0;
    for my $key (keys %places) {
      my @values = @{$places{$key}{values}};
      next if !grep { !$_ || $self->is_plural($_) || !is_whole($_->{type}, \%places, \%results) } @values;
      delete $places{$key};
      $has_less = 1;
    }
  }
  $_->{type}{k} = "Int" for grep { grep { $_ eq "Number" } @{$_->{type}{hints} // []} } values %places;
  Types::settle_numbers();
}

# Whether a type is that of whole numbers, if those of some places are.
sub is_whole {
  my ($type, $places, $results, $depth) = @_;
  return 0 if !$type || ($depth // 0) > 20;
  my $found = found($type);
  return $found->{k} eq "Int" if defined $found->{k};
  return 1 if $places->{$found};
  my $deferred = $results->{$found} // return 0;
  return !grep { !is_whole($_, $places, $results, ($depth // 0) + 1) } @$deferred[1, 2];
}

# What only its uses tell: names as keys make a value, other keys a dictionary, numbers an array.
sub guess_containers {
  my ($self) = @_;
  my (%uses, %types);
  for my $access (@{$self->{accesses}}) {
    my $base = found($access->{base});
    next if defined $base->{k};
    $types{$base} = $base;
    $uses{$base}{$access->{is_named} ? "named" : $access->{how} eq "entry" ? "entry" : "element"}++;
  }
  for my $base (keys %types) {
    next if defined $types{$base}{k};
    my %use = %{$uses{$base}};
    my $kind = $use{named} || $use{entry} && $use{element} ? "Value" : $use{entry} ? "Dictionary" : "Array";
    $types{$base}{k} = $kind;
  }
}

sub settle_literal {
  my ($self, $literal, $round) = @_;
  my $type = found($literal->{type});
  my @types = @{$literal->{types}};
  my $kind = $type->{k};
  if ($literal->{node}{t} eq "hash") {
    return $self->fill_dictionary($type, $literal->{node}) if ($kind // "") eq "Dictionary";
    # Values of JSON are no objects.
    $type->{k} = "Value" if !defined $kind && $round >= 3;
    return;
  }
  if (!defined $kind) {
    my %kinds = map { (kind_of($_) => 1) } grep { kind_of($_) } @types;
    delete $kinds{Int} if $kinds{Double};
    if (keys %kinds > 1 && !$kinds{Value} && !grep { $self->is_plural($_) } @{$literal->{node}{items}}) {
      @$type{qw(k parts)} = ("Tuple", [map { my $part = fresh(); flow($_, $part); $part } @types]);
      return;
    }
    return if $round < 3;
    @$type{qw(k of)} = ("Array", $kinds{Value} ? known("Value") : fresh());
  }
  return if $type->{k} ne "Array";
  for my $i (0 .. $#types) {
    my $item = $literal->{node}{items}[$i];
    if ($self->is_plural($item)) { unify($self->element_type($types[$i]), $type->{of} //= fresh()) }
    else { flow($types[$i], $type->{of} //= fresh()); Types::keep_text($types[$i], $type->{of}) }
  }
}

# Parameters that a call leaves out, and that the function asks for, may be nil.
sub find_missing {
  my ($self, $function) = @_;
  my $params = $function->{node}{params} // [];
  for my $i ($function->{least_arguments} // @$params .. $#$params) {
    my ($symbol, $place) = ($params->[$i], found($function->{type})->{params}[$i]);
    next if !$symbol->{asked} || $symbol->{sigil} ne "\$" || !$place || is_kind($place, "Value");
    found($place)->{optional} = $symbol->{optional} = 1;
  }
}

# Arrays and hashes are values in Swift: what two variables lead to in Perl is two there. A variable with contents that
# somebody else got, and that are changed behind it, is one that cannot be written.
sub find_shared {
  my ($self) = @_;
  for my $symbol (@{$self->{symbols}{all}}) {
    my @changes = grep { $symbol->{sigil} ne "\$" || $_->{is_inner} } @{$symbol->{changes} // []};
    next if !@changes || $symbol->{sigil} eq "\$" && !is_kind($symbol->{type}, qw(Array Dictionary Value));
    $symbol->{is_shared} = 1 if $symbol->{is_alias} && grep { $_->{is_inner} } @changes;
    for my $share (@{$symbol->{shares} // []}) {
      $symbol->{is_shared} = 1 if grep { $_->{context} != $share->{context} || $_->{order} > $share->{order} } @changes;
    }
  }
}

sub fill_dictionary {
  my ($self, $type, $node) = @_;
  my @items = @{$node->{items}};
  for my $i (grep { $_ % 2 == 0 } 0 .. $#items) {
    flow($self->of($items[$i]), $type->{key} //= fresh());
    next if !$items[$i + 1];
    flow($self->of($items[$i + 1]), $type->{of} //= fresh());
    Types::keep_text($items[$i + 1]{type}, $type->{of});
  }
}

1;
