package WriteAssignments;
# Writes declarations and assignments in Swift.

use strict;
use warnings;
use utf8;
use Types qw(found kind_of is_kind settle swift_type known);

sub give_up { Writer::give_up(@_) }

sub written { return WriteExpressions::written(@_) }

# What the value of a type is before it has one.
my %EMPTY = (
  Int => "0",
  Double => "0.0",
  String => '""',
  Bool => "false",
  Value => ".null",
  Bytes => "[]",
  Array => "[]",
  Dictionary => "[:]",
  Int32 => "0"
);

# "my $x;"
sub declaration {
  my ($self, $node) = @_;
  my @texts;
  for my $variable (@{$node->{variables}}) {
    my $symbol = $variable->{symbol} // give_up("a declaration of this");
    push @texts, declared($self, $symbol);
  }
  return written(join "; ", @texts);
}

sub declared {
  my ($self, $symbol) = @_;
  my $type = settle($symbol->{type});
  if ($symbol->{sigil} ne "\$") {
    return "var $symbol->{swift}: " . swift_type($type) . " = " . $EMPTY{$type->{k}};
  }
  if (WriteConditions::is_optional($symbol)) {
    my $text = swift_type($type);
    return "var $symbol->{swift}: " . ($type->{k} eq "Function" ? "($text)?" : "$text?");
  }
  return "let $symbol->{swift} = CommandOutput()" if $type->{k} eq "CommandOutput";
  my $empty = $EMPTY{$type->{k}} // give_up("a variable without a value: declare it where it gets one");
  return "var $symbol->{swift}: " . swift_type($type) . " = $empty";
}

sub assign {
  my ($self, $node) = @_;
  my ($left, $right, $operator) = @$node{qw(left right op)};
  return assign_list($self, $node) if $left->{t} eq "my" && $left->{list} || $left->{t} eq "list";
  return declare_with($self, $node) if $left->{t} eq "my";
  WriteExpressions::left_out($self, "local") if $left->{t} eq "local";
  give_up("an assignment as a value: a statement of its own") if !$node->{is_statement};
  return substitution($self, $node) if $operator eq "=" && $right->{t} eq "binary" && $right->{op} eq "=~";
  return autoflush($self) if $left->{t} eq "variable" && "$left->{sigil}$left->{name}" eq "\$|";
  return compound($self, $node) if $operator ne "=";
  my $target = target($self, $left);

  if ($left->{t} eq "variable" && $left->{symbol} && $left->{sigil} ne "\$") {
    return written("$target->{s} = " . filled($self, $left->{symbol}, $right));
  }
  my $is_optional = $target->{opt} || $target->{is_entry};
  if (WriteCalls::is_undef($right)) {
    give_up("undef for what is never nil: declare it as optional")
      if !$is_optional && !is_kind($target->{type}, "Value");
    return written("$target->{s} = nil");
  }
  my $text =
    $node->{counts}
    ? WriteCalls::count($self, $right)
    : WriteExpressions::as($self, $right, $target->{type}, optional => $is_optional);
  return written("$target->{s} = " . Conversions::unbracketed($text));
}

sub autoflush { return written("AE.autoflush()") }

sub substitution { give_up("a substitution that keeps the old text: let new = old.replacing(/…/, with: …)") }

# A place that is assigned to.
sub target {
  my ($self, $node) = @_;
  if ($node->{t} eq "variable") {
    my $symbol = $node->{symbol};
    if (!$symbol) {
      return written(WriteExpressions::value($self, $node)->{s}, $node->{type}) if $node->{row};
      give_up("an assignment to $node->{sigil}$node->{name}");
    }
    delete $self->{narrow}{$symbol};
    return written($symbol->{swift}, $symbol->{type}, opt => WriteConditions::is_optional($symbol));
  }
  if ($node->{t} =~ /^(?:element|entry)$/) {
    foreign($node);
    give_up("an entry of an entry, which may not be there: dictionary[key, default: [:]][key] = …")
      if $node->{base}{t} =~ /^(?:element|entry)$/ && kind_of($node->{base}{type}) !~ /^(?:Value|Array)$/;
    my $x = WriteExpressions::value($self, $node);
    return {%$x, is_entry => $node->{t} eq "entry"};
  }
  give_up("an assignment to this");
}

# What a parameter refers to belongs to the caller.
sub foreign {
  my ($node) = @_;
  my $base = $node;
  $base = $base->{base} // $base->{x} while $base->{t} =~ /^(?:element|entry|dereference)$/;
  my $symbol = $base->{symbol} // return;
  give_up("a change of what the parameter \"$symbol->{name}\" refers to: a parameter that is inout, or a class")
    if $symbol->{is_foreign};
  give_up("a change of the loop's \"$symbol->{name}\": list[i] = …") if $symbol->{loop};
}

sub compound {
  my ($self, $node) = @_;
  my ($left, $right, $operator) = @$node{qw(left right op)};
  my $target = target($self, $left);
  my $kind = kind_of($target->{type});
  if ($operator =~ m{^(?:\|\||//)=$}) {
    give_up("||= and //=: if x == nil { x = … }") if !$target->{opt} || $operator eq "||=";
    return written("$target->{s} = $target->{s} ?? " . WriteExpressions::as($self, $right, $target->{type}));
  }
  if ($operator eq ".=") {
    return written(
      changed_text($self, $target, "String") . " += " . WriteExpressions::as($self, $right, known("String")))
      if $kind eq "String";
    return written("$target->{s} += " . WriteExpressions::as($self, $right, known("Bytes"))) if $kind eq "Bytes";
    give_up("what is appended to is no text");
  }
  give_up("the operator $operator") if $operator !~ m{^(?:[-+*]|/)=$};
  give_up("a $kind that is counted with") if $kind !~ /^(?:Int|Double)$/;
  return written(changed_text($self, $target, $kind)
      . " $operator "
      . Conversions::unbracketed(WriteExpressions::as($self, $right, $target->{type})));
}

# An entry that is changed has a standard.
sub changed_text {
  my ($self, $target, $kind) = @_;
  return $target->{s} if !$target->{is_entry} && !$target->{opt};
  give_up("a change of what may be nil: x = (x ?? …) + …") if !$target->{is_entry};
  my $standard = Conversions::standard($kind);
  return $target->{s} =~ s/\]$/, default: $standard]/r;
}

# "my $x = …", "my @x = …", "my %x = …".
sub declare_with {
  my ($self, $node) = @_;
  my ($left, $right) = @$node{qw(left right)};
  my $symbol = $left->{variables}[0]{symbol};
  my $type = settle($symbol->{type});
  if ($type->{k} eq "JSONCoder") { return written("// JSON.encode and JSON.decode take no coder.") }
  my $is_changed = $symbol->{assigned} || $symbol->{changed};
  if ($symbol->{sigil} ne "\$") {
    my $text = filled($self, $symbol, $right);
    my $word = $is_changed ? "var" : "let";
    my $needs_type = $text =~ /^\[:?\]$/ || is_kind($type, "Dictionary") || $text =~ /^\[/ && !simple_elements($type);
    return written("$word $symbol->{swift}" . ($needs_type ? ": " . swift_type($type) : "") . " = $text");
  }
  my $is_optional = WriteConditions::is_optional($symbol);
  if (WriteCalls::is_undef($right)) { return written(declared($self, $symbol)) }
  if ($node->{counts}) {
    my $word = $symbol->{assigned} ? "var" : "let";
    return written("$word $symbol->{swift} = " . WriteCalls::count($self, $right));
  }
  my $word = $symbol->{assigned} || $symbol->{changed} && !Types::is_object($type) ? "var" : "let";
  if ($is_optional) {
    my $x = $self->context->{single} ? undef : optional_value($self, $symbol, $right);
    my $text = swift_type($type);
    $text = "($text)" if $type->{k} eq "Function";
    return written("$word $symbol->{swift}: $text? = $x");
  }
  return written("let $symbol->{swift} = CommandOutput()") if $type->{k} eq "CommandOutput";
  my ($text, $behind, $before) = with_step($self, $right, $type);
  $text = Conversions::unbracketed($text);
  return written(($before // "") . "$word $symbol->{swift}" . annotation($symbol, $right, $text) . " = $text$behind");
}

# "$x++" as a value: what counts on stands behind.
sub with_step {
  my ($self, $right, $type) = @_;
  return (WriteExpressions::as($self, $right, $type), "") if $right->{t} ne "step";
  my $target = target($self, $right->{x});
  return ($target->{s}, "", "$target->{s} " . ($right->{op} eq "++" ? "+=" : "-=") . " 1; ") if $right->{first};
  return ($target->{s}, "; $target->{s} " . ($right->{op} eq "++" ? "+=" : "-=") . " 1");
}

sub optional_value {
  my ($self, $symbol, $right, $must_be) = @_;
  if ($right->{t} eq "call" && $right->{name} =~ /^(?:shift|pop)$/) {
    my $array = WriteExpressions::value($self, $right->{arguments}[0])->{s};
    my $take = $right->{name} eq "shift" ? "removeFirst" : "removeLast";
    return "$array.isEmpty ? nil : $array.$take()";
  }
  if ($must_be) {
    my $x = WriteExpressions::value($self, $right);
    give_up("a condition that assigns what is never nil: assign first") if !$x->{opt};
    return $x->{s};
  }
  return WriteExpressions::as($self, $right, $symbol->{type}, optional => 1);
}

# The type, where Swift would take another one or none.
sub annotation {
  my ($symbol, $right, $text) = @_;
  my $type = settle($symbol->{type});
  my $kind = $type->{k};
  return ": Value" if $kind eq "Value" && $text =~ /^(?:\[|"|-?\d|\.|nil)/;
  return ": " . swift_type($type) if $kind eq "Function" && $right->{t} eq "closure";
  return ": Double" if $kind eq "Double" && $text =~ /^-?\d+$/;
  return ": Guard" if $kind eq "Guard" && $text !~ /^Guard\b/;
  return ": " . swift_type($type) if $text =~ /^\[:?\]$/ || $kind =~ /^(?:Dictionary)$/ && $text =~ /^\[/;
  return "";
}

sub simple_elements {
  my ($type) = @_;
  return kind_of($type->{of} // known("Value")) =~ /^(?:Int|Double|String|Tuple|Array)$/;
}

# All elements of an array or a hash.
sub filled {
  my ($self, $symbol, $right) = @_;
  my $type = settle($symbol->{type});
  my @items = $right->{t} eq "list" ? @{$right->{items}} : ($right);
  if ($symbol->{sigil} eq "@") {
    return "[]" if !@items;
    if (@items == 1 && WriteContainers::is_list($items[0])) { return array_of($self, $items[0], $type->{of}) }
    return WriteContainers::elements($self, $right, \@items, $type->{of});
  }
  return "[:]" if !@items;
  if (@items == 1) {
    my $x = WriteExpressions::value($self, $items[0]);
    give_up("a hash of a list: for the elements, dictionary[key] = value") if !is_kind($x->{type}, "Dictionary");
    return $x->{s};
  }
  return WriteContainers::hash_text($self, {%$right, items => \@items}, $type);
}

sub array_of {
  my ($self, $node, $of) = @_;
  return WriteContainers::list_text($self, $node, $of) =~ s/^\((.*)\)$/$1/sr;
}

# --- Lists.

# "my ($x, $y) = …".
sub assign_list {
  my ($self, $node) = @_;
  my ($left, $right) = @$node{qw(left right)};
  my $is_new = $left->{t} eq "my";
  my @variables = @{$is_new ? $left->{variables} : $left->{items}};
  give_up("an assignment of a list as a value") if !$node->{is_statement};
  give_up("a list with undef in it: _ in a tuple") if grep { $_->{t} ne "variable" || !$_->{symbol} } @variables;
  give_up("a list with a hash in it") if grep { $_->{sigil} eq "%" } @variables;
  if ($right->{t} eq "call" && $right->{name} =~ /^portable_/ && $is_new) {
    $self->{imports}{"import Glibc"} = 1;
    my $else = $self->context->{top} ? "exit(1)" : "return";
    return written(
      "guard let (" . join(", ", map { $_->{symbol}{swift} } @variables) . ") = $right->{name}() else { $else }");
  }
  my @values = values_of($self, $right, @variables);
  if (@variables == 1 && $is_new) {
    return written(word($variables[0]) . " $variables[0]{symbol}{swift} = $values[0]");
  }
  my $names = join ", ", map { $_->{symbol}{swift} } @variables;
  my $tuple = $values[0] =~ /^\x{7}/ ? substr($values[0], 1) : "(" . join(", ", @values) . ")";
  my @before = splice @{$self->{before} // []};
  my $prefix = join "", map { "$_; " } @before;
  return written("$prefix($names) = $tuple") if !$is_new;
  my %words = map { (word($_) => 1) } @variables;
  if (keys %words == 1) {
    my ($word) = keys %words;
    return written(@variables == 1 ? "$prefix$word $names = $values[0]" : "$prefix$word ($names) = $tuple");
  }
  my @each = map { word($variables[$_]) . " $variables[$_]{symbol}{swift} = $values[$_]" } 0 .. $#variables;
  give_up("a tuple of which some variables change: var for each") if $values[0] =~ /^\x{7}/;
  return written($prefix . join "; ", @each);
}

sub word { my ($variable) = @_; return $variable->{symbol}{assigned} || $variable->{symbol}{changed} ? "var" : "let" }

# The values that a list gives to variables.
sub values_of {
  my ($self, $right, @variables) = @_;
  if ($right->{t} eq "list" && !@variables) { return }
  if ($right->{t} eq "list" && @{$right->{items}} >= @variables && !grep { WriteContainers::is_list($_) }
    @{$right->{items}}) {
    return map { WriteExpressions::as($self, $right->{items}[$_], $variables[$_]{symbol}{type}) } 0 .. $#variables;
  }
  if ($right->{t} eq "binary" && $right->{op} eq "=~") { return WriteRegexes::groups($self, $right, @variables) }
  if ($right->{t} eq "call" && $right->{name} eq "split") { return split_values($self, $right, @variables) }
  my $x = WriteExpressions::value($self, $right);
  my $kind = kind_of($x->{type});
  return "\x{7}$x->{s}" if $kind eq "Tuple";
  give_up("a list of values from this")
    if $kind !~ /^(?:Array|Value|Message)$/ || $x->{opt} || $x->{s} =~ /[({ ]/ && @variables > 1;
  return array_values($self, Conversions::atom($x), $kind eq "Array" ? found($x->{type})->{of} : known("Value"),
    $kind, @variables);
}

sub array_values {
  my ($self, $name, $of, $kind, @variables) = @_;
  my @values;
  for my $i (0 .. $#variables) {
    my $symbol = $variables[$i]{symbol};
    if ($symbol->{sigil} eq "@") {
      my $list = $kind eq "Array" ? $name : $kind eq "Message" ? "$name.values" : "$name.elements";
      push @values, $i ? "Array($list.dropFirst($i))" : $list;
    } else {
      push @values, Conversions::converted($self, written("$name\[$i]", $of), $symbol->{type});
    }
  }
  return @values;
}

# The parts of a text; those that are not there are empty.
sub split_values {
  my ($self, $node, @variables) = @_;
  my $parts = WriteBuiltins::split_text($self, $node);
  my $name = $self->temporary("parts");
  push @{$self->{before}}, "let $name = $parts";
  my @values;
  for my $i (0 .. $#variables) {
    my $symbol = $variables[$i]{symbol};
    give_up("parts that may be undefined") if WriteConditions::is_optional($symbol);
    my $rest = $i ? "$name.dropFirst($i)" : $name;
    push @values, $symbol->{sigil} eq "@" ? $i ? "Array($rest)" : $rest : "$rest.first ?? \"\"";
  }
  return @values;
}

1;
