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

# A place that is assigned to.
sub target {
  my ($self, $node) = @_;
  if ($node->{t} eq "variable") {
    my $symbol = $node->{symbol};
    if (!$symbol) {
      return written(WriteExpressions::value($self, $node)->{s}, $node->{type}) if $node->{row};
      give_up("an assignment to $node->{sigil}$node->{name}");
    }
    shared($symbol);
    delete $self->{narrow}{$symbol};
    return written($symbol->{swift}, $symbol->{type}, opt => WriteConditions::is_optional($symbol));
  }
  if ($node->{t} =~ /^(?:element|entry)$/) {
    foreign($node);
    give_up("an entry of the environment: setenv(name, value, 1)")
      if $node->{base}{t} eq "variable" && $node->{base}{name} eq "ENV";
    my $x = WriteExpressions::value($self, $node);
    # What is inside of an entry makes the entry.
    my $standard = $node->{base}{t} eq "entry" ? Conversions::standard(kind_of($node->{base}{type})) : "";
    $x->{s} =~ s/^\((.*)\] \?\? \Q$standard\E\)(?=\[)/$1, default: $standard]/s if $standard;
    give_up("a place that may not be there") if $x->{s} =~ /^\(/;
    give_up("an element of an array that may have none") if $x->{s} =~ /default: \[\]\]\[/;
    return {%$x, is_entry => $node->{t} eq "entry" && $x->{opt}};
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
  shared($symbol);
}

# Arrays and hashes that two variables lead to are copied in Swift.
sub shared {
  my ($symbol) = @_;
  give_up("a change of \"$symbol->{name}\", which something else refers to as well: an object of a class")
    if $symbol->{is_shared};
}

sub compound {
  my ($self, $node) = @_;
  my ($left, $right, $operator) = @$node{qw(left right op)};
  my $target = target($self, $left);
  my $kind = kind_of($target->{type});
  if ($operator =~ m{^(?:\|\||//)=$}) {
    my $is_opt = $target->{opt} || $target->{is_entry} && $kind ne "Value";
    my $test =
        $operator eq "||=" ? WriteConditions::truth({%$target, opt => $is_opt}, 1)
      : $is_opt ? "$target->{s} == nil"
      : $kind eq "Value" ? "$target->{s}.isNull"
      : give_up("//= of what is never nil");
    return written("if $test { $target->{s} = " . WriteExpressions::as($self, $right, $target->{type}) . " }");
  }
  if ($operator eq ".=") {
    return written(
      changed_text($self, $target, "String") . " += " . WriteExpressions::as($self, $right, known("String")))
      if $kind eq "String";
    return written("$target->{s} += " . WriteExpressions::as($self, $right, known("Bytes"))) if $kind eq "Bytes";
    return written("$target->{s} = .string(($target->{s}.string ?? \"\") + "
        . WriteExpressions::as($self, $right, known("String")) . ")")
      if $kind eq "Value";
    give_up("what is appended to is no text");
  }
  give_up("the operator $operator") if $operator !~ m{^(?:[-+*/|&^]|<<|>>)=$};
  return counted_value($self, $target, $operator, $right) if $kind eq "Value" && $operator =~ /^[-+*]=$/;
  give_up("a $kind that is counted with") if $kind !~ /^(?:Int|Double)$/;
  give_up("a whole number that is divided: Double") if $operator eq "/=" && $kind eq "Int";
  return written(changed_text($self, $target, $kind)
      . " $operator "
      . Conversions::unbracketed(WriteExpressions::as($self, $right, $target->{type})));
}

# A part of a Value that is counted with, or appended to.
sub counted_value {
  my ($self, $target, $operator, $right) = @_;
  my $text =
    "($target->{s}.double ?? 0) " . substr($operator, 0, 1) . " " . WriteExpressions::operand($self, $right, "Double");
  return written("$target->{s} = " . Conversions::perl_number($self, written($text, known("Double"))));
}

# An entry that is changed has a standard.
sub changed_text {
  my ($self, $target, $kind) = @_;
  return $target->{s} if !$target->{is_entry} && !$target->{opt};
  give_up("a change of what may be nil: x = (x ?? …) + …") if !$target->{is_entry};
  my $standard = Conversions::standard($kind);
  return $target->{s} if kind_of($target->{type}) eq "Value";
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
  $behind .= held($self, $symbol, $node) if $word eq "let";
  return written(($before // "") . "$word $symbol->{swift}" . annotation($symbol, $right, $text) . " = $text$behind");
}

# What ends when nobody has it any more lasts until its block ends in Perl, in Swift until its last use.
sub held {
  my ($self, $symbol, $node) = @_;
  return "" if $symbol->{global} || $symbol->{uses};
  return "" if kind_of($symbol->{type}) !~ /^(?:Guard|\w+Watcher|(?:UDP)?Handle)$/;
  my $hold = "withExtendedLifetime($symbol->{swift}) {}";
  return $self->{written}{is_last} ? "; $hold" : "; defer { $hold }";
}

# "$x++" as a value: what counts on stands behind.
sub with_step {
  my ($self, $right, $type) = @_;
  return (WriteExpressions::as($self, $right, $type), "") if $right->{t} ne "step" || $right->{x}{t} ne "variable";
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
    if (@items == 1 && WriteContainers::is_list($items[0])) {
      return Conversions::unbracketed(WriteContainers::list_text($self, $items[0], $type->{of}));
    }
    return WriteContainers::elements($self, $right, \@items, $type->{of});
  }
  return "[:]" if !@items;
  if (my ($key, $value, @list) = Inference::pairs_of_map($right)) {
    my $text = WriteBuiltins::dotted(WriteBuiltins::list_of($self, @list));
    push @{$self->{contexts}}, {%{$self->context}, single => 1, throws => 0};
    local $self->{before} = undef;
    my ($of_key, $of) = map { settle($_) } @$type{qw(key of)};
    my $pair = WriteExpressions::as($self, $key, $of_key) . ", " . WriteExpressions::as($self, $value, $of);
    pop @{$self->{contexts}};
    my $name = kind_of($of_key) eq "String" ? "TextDictionary" : "Dictionary";
    return "$name($text.map { ($pair) }, uniquingKeysWith: { \$1 })";
  }
  if (@items == 1) {
    my $x = WriteExpressions::value($self, $items[0]);
    give_up("a hash of a list: for the elements, dictionary[key] = value") if !is_kind($x->{type}, "Dictionary");
    return $x->{s};
  }
  return WriteContainers::hash_text($self, {%$right, items => \@items}, $type);
}

# --- Lists.

# "my ($x, $y) = …".
sub assign_list {
  my ($self, $node) = @_;
  my ($left, $right) = @$node{qw(left right)};
  my $is_new = $left->{t} eq "my";
  my @variables = @{$is_new ? $left->{variables} : $left->{items}};
  give_up("an assignment of a list as a value") if !$node->{is_statement};
  give_up("a list of places that are no variables: an assignment for each")
    if grep { !WriteCalls::is_undef($_) && ($_->{t} ne "variable" || !$_->{symbol}) } @variables;
  give_up("a list with a hash in it") if grep { ($_->{sigil} // "") eq "%" } @variables;
  if ($right->{t} eq "call" && $right->{name} =~ /^portable_/ && $is_new) {
    $self->{imports}{"import Glibc"} = 1;
    my $else = $self->context->{top} ? "exit(1)" : "return";
    return written(
      "guard let (" . join(", ", map { $_->{symbol}{swift} } @variables) . ") = $right->{name}() else { $else }");
  }
  my @outputs = grep { $_->{symbol} && is_kind($_->{symbol}{type}, "CommandOutput") } @variables;
  if (@outputs && @outputs == @variables && $is_new) {
    return written(join "; ", map { "let $_->{symbol}{swift} = CommandOutput()" } @outputs);
  }
  my @values = values_of($self, $right, @variables);
  my $names = names(@variables);
  my $tuple = $values[0] =~ /^\x{7}/ ? substr($values[0], 1) : "(" . join(", ", @values) . ")";
  $tuple = $values[0] if @variables == 1;
  return written("$names = $tuple") if !$is_new;
  my @named = grep { $_->{symbol} } @variables;
  my %words = map { (word($_) => 1) } @named;
  return written((keys %words)[0] . " $names = $tuple") if keys %words == 1;
  give_up("a tuple of which some variables change: var for each") if $values[0] =~ /^\x{7}/;
  my @each = map { word($variables[$_]) . " $variables[$_]{symbol}{swift} = $values[$_]" }
    grep { $variables[$_]{symbol} } 0 .. $#variables;
  return written(join "; ", @each);
}

sub word { my ($variable) = @_; return $variable->{symbol}{assigned} || $variable->{symbol}{changed} ? "var" : "let" }

# The variables of a list as a tuple, "_" for undef.
sub names {
  my (@variables) = @_;
  my @names = map { $_->{symbol} ? $_->{symbol}{swift} : "_" } @variables;
  return @names == 1 ? $names[0] : "(" . join(", ", @names) . ")";
}

# The values that a list gives to variables.
sub values_of {
  my ($self, $right, @variables) = @_;
  $right->{is_taken_apart} = 1;
  if ($right->{t} eq "list" && !@variables) { return }
  if ($right->{t} eq "list" && @{$right->{items}} >= @variables && !grep { WriteContainers::is_list($_) }
    @{$right->{items}})
  {
    return map { WriteExpressions::as($self, $right->{items}[$_], $variables[$_]{symbol}{type}) } 0 .. $#variables
      if !grep { !$_->{symbol} || $_->{sigil} ne "\$" } @variables;
    give_up("a list with undef or an array in it: an assignment for each");
  }
  if ($right->{t} eq "binary" && $right->{op} eq "=~") { return group_values($self, $right, @variables) }
  if ($right->{t} eq "call" && $right->{name} eq "split") { return split_values($self, $right, @variables) }
  my $x = WriteExpressions::value($self, $right);
  my $kind = kind_of($x->{type});
  return "\x{7}$x->{s}" if $kind eq "Tuple" && !$x->{opt};
  give_up("a list of values from this")
    if $kind !~ /^(?:Array|Value|Message)$/ || $x->{opt} || $x->{s} =~ /[({ ]/ && @variables > 1;
  my $of = $kind eq "Array" ? found($x->{type})->{of} : known("Value");
  $kind = "Arguments"
    if $kind eq "Array"
    && $right->{t} eq "variable"
    && ($right->{name} eq "_" || WriteContainers::is_arguments($right));
  return array_values($self, Conversions::atom($x), $of, $kind, @variables);
}

# The groups of a match: one expression, or a match with a name if some of them may be undefined.
sub group_values {
  my ($self, $right, @variables) = @_;
  my $asked = grep { $_->{symbol} && WriteConditions::is_optional($_->{symbol}) } @variables;
  give_up("the groups of a pattern that is computed") if $right->{right}{t} ne "match";
  return WriteRegexes::groups($self, $right, @variables) if $asked;
  my $text = WriteRegexes::optional_groups_of($self, $right, @variables);
  my @standards = map { Conversions::standard(kind_of($_->{symbol}{type})) // give_up("a group as this") } @variables;
  return "$text ?? $standards[0]" if @variables == 1;
  return "\x{7}$text ?? (" . join(", ", @standards) . ")";
}

sub array_values {
  my ($self, $name, $of, $kind, @variables) = @_;
  my @values;
  for my $i (0 .. $#variables) {
    my $symbol = $variables[$i]{symbol};
    if (!$symbol) { push @values, "$name\[$i]"; next }
    if ($symbol->{sigil} eq "@") {
      my $list = $kind =~ /^A/ ? $name : $kind eq "Message" ? "$name.values" : "$name.elements";
      push @values, $i ? "Array($list.dropFirst($i))" : $list;
    } elsif ($kind eq "Arguments" || $kind eq "Array" && WriteConditions::is_optional($symbol)) {
      my $x = written($i ? "$name.dropFirst($i).first" : "$name.first", $of, opt => 1);
      push @values, Conversions::converted($self, $x, $symbol->{type}, WriteConditions::is_optional($symbol));
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
  my $name = $parts;
  if (@variables > 1) {
    $name = $self->temporary("parts");
    push @{$self->{before}}, "let $name = $parts";
  }
  my @values;
  for my $i (0 .. $#variables) {
    my $symbol = $variables[$i]{symbol} // {sigil => "\$"};
    give_up("parts that may be undefined") if WriteConditions::is_optional($symbol);
    my $rest = $i ? "$name.dropFirst($i)" : $name;
    if ($symbol->{sigil} eq "@") { push @values, $i ? "Array($rest)" : $rest; next }
    my $type = $symbol->{type} // known("String");
    push @values,
      Conversions::unbracketed(Conversions::converted($self, written("$rest.first", known("String"), opt => 1), $type));
  }
  return @values;
}

1;
