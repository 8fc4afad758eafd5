package InferAssignments;
# What assignments say about the types of variables: methods of an Inference.

use strict;
use warnings;
use utf8;
use Types qw(known fresh found flow unify hint kind_of is_kind function_type);

sub assign {
  my ($self, $node) = @_;
  my ($left, $right, $operator) = @$node{qw(left right op)};
  # "my $count = () = $text =~ /…/g".
  if ($right->{t} eq "assign" && $right->{left}{t} eq "list" && !@{$right->{left}{items}}) {
    $right = $node->{right} = {%$right, t => "call", name => "scalar", arguments => [$right->{right}], pairs => []};
  }
  if ($right->{t} eq "closure" && $operator eq "=" && !($left->{t} eq "my" && $left->{list})) {
    # The closure has the type of what it is kept in, with what others say about that.
    my $place = $self->of($left);
    unify($place, Types::known("Function", params => [], ret => fresh(), has_own => 1)) if !kind_of($place);
    $right->{wanted} = found($place) if is_kind($place, "Function");
  }
  my $from = $self->of($right);
  if ($left->{t} eq "my" && $left->{list} || $left->{t} eq "list") { return $self->assign_list($node) }
  my $into = $self->of($left);
  $self->shares($right, $left) if $operator =~ /^(?:\|\||\/\/)?=$/;
  my $variable = $left->{t} eq "my" ? $left->{variables}[0] : $left;
  my $symbol = $variable->{t} eq "variable" ? $variable->{symbol} : undef;
  if ($left->{t} eq "my") { delete $symbol->{bare} if $symbol; $symbol->{value} = $right if $symbol }
  else { $self->changed($left) }
  if ($operator eq "=" && $symbol && $symbol->{sigil} ne "\$") { return $self->fill($symbol, $right) }

  if ($operator eq "=" || $operator =~ /^(?:\|\||\/\/)=$/) {
    if ($symbol && $self->is_undef($right)) { $symbol->{cleared} = 1; return $into }
    $symbol->{asked} = 1 if $symbol && ($operator eq "//=" || $operator eq "||=" && $symbol->{param});
    $symbol->{may_be_nil} = 1 if $symbol && $left->{t} eq "my" && $self->may_be_nil($right);
    # An array where one value is wanted is a number.
    if ($right->{t} eq "call" && $right->{name} eq "reverse" && (!$symbol || $symbol->{sigil} eq "\$")) {
      $node->{right} = {%$right, name => "scalar", type => known("String"), arguments => [$right], pairs => []};
      flow(known("String"), $into);
      return $into;
    }
    if ($self->is_plural($right) && $right->{t} ne "list" && (!$symbol || $symbol->{sigil} eq "\$")) {
      $node->{counts} = 1;
      flow(known("Int"), $into);
      return $into;
    }
    flow($from, $into);
    return $into;
  }
  $symbol->{of_bytes} = 1 if $operator eq ".=" && $symbol && Inference::is_bytes($from);
  if ($operator eq ".=") { flow(known("String"), $into) if !is_kind($into, "Bytes"); return $into }
  hint($into, $operator =~ /^[-+*]=$/ ? "Number" : "Int") for 1 .. 2;
  hint($into, "Double") if is_kind($from, "Double");
  hint($from, "Number") if $operator =~ m{^[-+*/]=$};
  push @{$self->{counted}}, [$from, $into];
  return $into;
}

# What a hash may not have, and what a function may not return.
sub may_be_nil {
  my ($self, $node) = @_;
  return 1 if $node->{t} =~ /^(?:entry|readline)$/ || $node->{t} eq "element" && $self->is_argument($node);
  return 1 if $node->{t} eq "call" && $node->{name} =~ /^(?:delete|shift|pop|first)$/;
  my $row = $node->{row};
  return $row && $row->{shape} && ($row->{shape}{result} // "") =~ /\?$/;
}

sub is_undef {
  my ($self, $node) = @_;
  return $node->{t} eq "call" && $node->{name} eq "undef" && !@{$node->{arguments}};
}

# An array or a hash gets all its elements.
sub fill {
  my ($self, $symbol, $right) = @_;
  my @items = $right->{t} eq "list" ? @{$right->{items}} : ($right);
  my $type = found($symbol->{type});
  if ($symbol->{sigil} eq "@") {
    for my $item (@items) {
      if ($self->is_plural($item)) { unify($self->element_type($self->of($item)), $type->{of}) }
      else { flow($self->of($item), $type->{of}); Types::keep_text($item->{type}, $type->{of}) }
    }
    return $type;
  }
  if (my ($key, $value) = Inference::pairs_of_map($right)) {
    flow($key->{type}, $type->{key});
    flow($value->{type}, $type->{of});
    return $type;
  }
  if (@items == 1) { unify($self->of($items[0]), $type); return $type }
  my $pairs = $right->{pairs} // [];
  for my $i (grep { $_ % 2 == 0 } 0 .. $#items) {
    flow($self->of($items[$i]), $type->{key});
    my $value = $items[$i + 1] // next;
    if ($value->{t} eq "closure") {
      unify($type->{of}, function_type([])) if !kind_of($type->{of});
      $value->{wanted} = found($type->{of}) if is_kind($type->{of}, "Function");
    }
    my $given = $self->of($value);
    flow($given, $type->{of});
    Types::keep_text($given, $type->{of});
    # Texts and arrays are values together.
    Types::widen($given, $type->{of})
      if is_kind($given, qw(Array Dictionary)) != is_kind($type->{of}, qw(Array Dictionary));
  }
  return $type;
}

# What is in an array or a hash, or was in it, is there for whoever has it, too.
sub is_part {
  my ($node) = @_;
  return $node->{base}{t} ne "call" if $node->{t} =~ /^(?:element|entry)$/;
  return $node->{t} eq "call" && $node->{name} =~ /^(?:shift|pop|delete)$/ && @{$node->{arguments}};
}

# A value that is put somewhere else, too: its array or hash has two owners from then on.
sub shares {
  my ($self, $value, $place) = @_;
  my ($target) = $place ? ($place->{t} eq "my" ? $place->{variables}[0] : $place) : ();
  my $is_reference = $value->{t} eq "reference";
  my $from = $is_reference ? $value->{x} : $value;
  my $symbol = $from->{t} eq "variable" ? $from->{symbol} : undef;
  # A copy of an array is one in Perl, too.
  if ($symbol && ($is_reference ? $symbol->{sigil} ne "\$" : $symbol->{sigil} eq "\$")) {
    push @{$symbol->{shares}}, {order => ++$self->{order}, context => $self->{current}[-1]};
  } elsif ($is_reference || !is_part($value)) {
    return;
  }
  $target->{symbol}{is_alias} = 1
    if $target && $target->{t} eq "variable" && $target->{symbol} && $target->{sigil} eq "\$";
}

# "my ($x, $y) = …": by the kind of what stands on the right.
sub assign_list {
  my ($self, $node) = @_;
  my ($left, $right) = @$node{qw(left right)};
  $self->of($left);
  my @variables = $left->{t} eq "my" ? @{$left->{variables}} : @{$left->{items}};
  for my $variable (grep { !$self->is_undef($_) } @variables) {
    $self->of($variable);
    delete $variable->{symbol}{bare} if $variable->{symbol};
    $self->changed($variable) if $left->{t} ne "my";
  }
  my $from = found($self->of($right));
  if ($right->{t} eq "call" && $right->{name} =~ /^portable_/) { unify($_->{type}, known("CInt")) for @variables }
  my @values = $right->{t} eq "list" ? @{$right->{items}} : ();
  for my $i (0 .. $#variables) {
    my $variable = $variables[$i];
    next unless $variable->{type} && $variable->{symbol};
    if (($variable->{sigil} // "") eq "@") {
      unify($variable->{type}, known("Array", of => $self->element_type($from))) unless @values;
    } elsif (@values) {
      flow($self->of($values[$i]), $variable->{type}) if $values[$i];
    } elsif ($right->{t} eq "binary" && $right->{op} eq "=~") {
      flow(known("String"), $variable->{type});
      $variable->{symbol}{asked_match} = 1 if $variable->{symbol};
    } elsif (is_kind($from, "Tuple")) {
      unify($from->{parts}[$i] //= fresh(), $variable->{type});
    } elsif ($right->{t} eq "variable" || $right->{t} eq "dereference" || is_kind($from, "Array")) {
      push @{$self->{accesses}}, {base => $from, how => "part", index => $i, of => $variable->{type}};
      $variable->{symbol}{may_miss} = 1
        if $right->{t} eq "variable" && $right->{sigil} eq "@" && !is_kind($from, "Message");
    } elsif ($right->{t} eq "call" && $right->{name} eq "each") {
      my $hash = found($self->of($right->{arguments}[0]));
      my $of =
          is_kind($hash, "Dictionary") ? ($hash->{key} //= fresh(), $hash->{of} //= fresh())[$i]
        : $i ? known("Value")
        : known("String");
      unify($of, $variable->{type});
    } elsif ($right->{t} eq "call" && $right->{name} eq "shift") {
      flow($from, $variable->{type});
    }
  }
  return $from;
}

# A variable that is assigned to, or whose elements are.
sub changed {
  my ($self, $node) = @_;
  $node->{is_target} = 1;
  my %change = (order => ++$self->{order}, context => $self->{current}[-1]);
  if ($node->{t} eq "variable") {
    return if !$node->{symbol};
    $node->{symbol}{assigned}++;
    push @{$node->{symbol}{changes}}, \%change;
    return;
  }
  my $base = $node->{base} // $node->{x} // return;
  $base->{is_target} = 1;
  $base = $base->{base} // $base->{x} while $base->{t} =~ /^(?:element|entry|dereference)$/;
  return if !$base->{symbol};
  $base->{symbol}{changed}++;
  push @{$base->{symbol}{changes}}, {%change, is_inner => 1};
}

1;
