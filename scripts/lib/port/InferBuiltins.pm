package InferBuiltins;
# What Perl's own functions say about types: "call_NAME" for each.

use strict;
use warnings;
use utf8;
use Types qw(known fresh found flow unify hint kind_of is_kind);

sub call_shift { my ($self, $node) = @_; return taken($self, $node) }

sub call_pop { my ($self, $node) = @_; return taken($self, $node) }

sub taken {
  my ($self, $node) = @_;
  if (!@{$node->{arguments}}) {
    return next_argument($self, $node) if @{$self->{current}} > 1;
    $node->{arguments} =
      [{t => "variable", sigil => "@", name => "ARGV", line => $node->{line}, end => $node->{end}}];
  }
  my $array = $node->{arguments}[0];
  my $type = $self->of($array);
  $self->changed($array);
  return $self->element_type($type);
}

# "shift" of the arguments, in front of or within other statements.
sub next_argument {
  my ($self, $node) = @_;
  my $owner = $self->{current}[-1]{node} // return fresh();
  return fresh() if $node->{name} ne "shift" || !$owner->{one_list} && grep { $_->{whole} } @{$owner->{params} // []};
  my $taken = $owner->{taken} // ($owner->{one_list} ? 0 : scalar @{$owner->{params} // []});
  my %at = (line => $node->{line}, end => $node->{end});
  my $arguments = {%at, t => "variable", sigil => "@", name => "_"};
  %$node = (%at, t => "element", base => $arguments, index => {%at, t => "number", text => $taken});
  $owner->{taken} = $taken + 1;
  $owner->{implicit} = 1;
  return $self->of($node);
}

sub call_push { my ($self, $node) = @_; return added($self, $node) }

sub call_unshift { my ($self, $node) = @_; return added($self, $node) }

sub added {
  my ($self, $node) = @_;
  my ($array, @values) = @{$node->{arguments}};
  my $of = $self->element_type($self->of($array));
  $self->changed($array);
  for my $value (@values) {
    my $type = $self->of($value);
    $self->shares($value);
    if ($self->is_plural($value)) { unify($self->element_type($type), $of) }
    else { flow($type, $of) }
  }
  return known("Int");
}

sub call_keys {
  my ($self, $node) = @_;
  my $type = found(inner($self, $node));
  return known("Array", of => is_kind($type, "Dictionary") ? $type->{key} //= fresh() : known("String"));
}

sub call_values {
  my ($self, $node) = @_;
  my $type = found(inner($self, $node));
  return known("Array", of => is_kind($type, "Dictionary") ? $type->{of} //= fresh() : $self->element_type($type));
}

sub inner {
  my ($self, $node) = @_;
  return $self->of($node->{arguments}[0] // return fresh());
}

sub call_delete {
  my ($self, $node) = @_;
  $node->{arguments} = [map { PerlParser::flat($_) } @{$node->{arguments}}];
  my ($type) = map { $self->of($_) } @{$node->{arguments}} or return fresh();
  $self->changed($_) for @{$node->{arguments}};
  return is_kind($type, "HandleBuffer") ? known("Bytes") : $type;
}

sub call_undef {
  my ($self, $node) = @_;
  my $variable = $node->{arguments}[0] or return fresh();
  $self->of($variable);
  $self->changed($variable);
  $variable->{symbol}{cleared} = 1 if $variable->{symbol};
  return fresh();
}

sub call_defined {
  my ($self, $node) = @_;
  inner($self, $node);
  my $variable = $node->{arguments}[0];
  $variable->{symbol}{asked} = 1 if $variable && $variable->{symbol};
  return known("Bool");
}

sub call_split {
  my ($self, $node) = @_;
  $self->of($_) for @{$node->{arguments}};
  hint($node->{arguments}[1]{type}, "String") if $node->{arguments}[1];
  return known("Array", of => known("String"));
}

sub call_map { my ($self, $node) = @_; return each_element($self, $node, 1) }

sub call_grep { my ($self, $node) = @_; return each_element($self, $node, 0) }

sub call_sum {
  my ($self, $node) = @_;
  my $of = $self->element_of_list({t => "list", items => $node->{arguments}});
  my $result = fresh();
  push @{$self->{deferred}}, [$result, $of, known("Int")];
  return $result;
}

sub call_abs {
  my ($self, $node) = @_;
  my ($of, $result) = (inner($self, $node), fresh());
  hint($of, "Number");
  push @{$self->{deferred}}, [$result, $of, known("Int")];
  return $result;
}

sub call_max { return call_sum(@_) }

sub call_min { return call_sum(@_) }

sub call_any { my ($self, $node) = @_; each_element($self, $node, 0); return known("Bool") }

sub call_all { return call_any(@_) }

sub call_chomp {
  my ($self, $node) = @_;
  my ($place) = @{$node->{arguments}};
  hint($self->of($place), "String");
  $self->changed($place) if $place->{t} ne "assign";
  return known("Int");
}

sub call_splice {
  my ($self, $node) = @_;
  $self->of($_) for @{$node->{arguments}};
  $self->changed($node->{arguments}[0]);
  return fresh();
}

sub call_first { my ($self, $node) = @_; my $type = each_element($self, $node, 0); return found($type)->{of} }

# "map { … } LIST": the block has "$_".
sub each_element {
  my ($self, $node, $is_map) = @_;
  my ($block, @list) = @{$node->{arguments}};
  return fresh() if !$block;
  my $of = $self->element_of_list({t => "list", items => \@list});
  $self->{symbols}->enter;
  my $symbol = $self->{symbols}->declare("\$", "_", loop => 1);
  $symbol->{swift} = "\$0";
  unify($symbol->{type}, $of);
  $node->{topic} = $symbol;
  my $result = $block->{t} eq "closure" ? found($self->of($block))->{ret} : $self->of($block);
  $self->{symbols}->leave;
  return known("Array", of => $of) if !$is_map;
  # A list of pairs is a hash in the end, which the writer sees.
  my $inner = fresh();
  $self->is_plural($block) ? unify($self->element_type($result), $inner) : flow($result, $inner);
  return known("Array", of => $inner);
}

sub call_sort {
  my ($self, $node) = @_;
  my @list = @{$node->{arguments}};
  my $block = @list && $list[0]{t} eq "closure" ? shift @list : undef;
  my $of = $self->element_of_list({t => "list", items => \@list});
  if ($block) {
    $self->{symbols}->enter;
    for (["a", "\$0"], ["b", "\$1"]) {
      my $symbol = $self->{symbols}->declare("\$", $_->[0], loop => 1);
      $symbol->{swift} = $_->[1];
      unify($symbol->{type}, $of);
    }
    $self->of($block);
    $self->{symbols}->leave;
  }
  return known("Array", of => $of);
}

sub call_reverse {
  my ($self, $node) = @_;
  my $of = $self->element_of_list({t => "list", items => $node->{arguments}});
  return known("Array", of => $of);
}

sub call_scalar {
  my ($self, $node) = @_;
  my $argument = $node->{arguments}[0] or return known("Int");
  $self->of($argument);
  return known($argument->{t} eq "call" && $argument->{name} eq "reverse" ? "String" : "Int")
    if $self->is_plural($argument);
  return $argument->{type};
}

sub call_gmtime { my ($self, $node) = @_; return times_of($self, $node) }

sub call_localtime { my ($self, $node) = @_; return times_of($self, $node) }

sub times_of {
  my ($self, $node) = @_;
  $self->of($_) for @{$node->{arguments}};
  $node->{row} = $self->{table}->function($node->{name});
  return known("Array", of => known("Int"));
}

1;
