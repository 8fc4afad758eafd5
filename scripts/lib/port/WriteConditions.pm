package WriteConditions;
# Writes conditions in Swift: what Perl takes for true, and names that are bound by asking for them.

use strict;
use warnings;
use utf8;
use Types qw(found kind_of is_kind known);
sub give_up { Writer::give_up(@_) }

# --- Conditions.

# An expression as a condition of Swift's.
sub condition {
  my ($self, $node, $not) = @_;
  if ($node->{t} eq "unary" && $node->{op} eq "!") { return condition($self, $node->{x}, !$not) }
  if ($node->{t} eq "list" && @{$node->{items}} == 1) { return condition($self, $node->{items}[0], $not) }
  if ($node->{t} eq "binary" && $node->{op} =~ /^(?:&&|\|\||and|or)$/) { return junction($self, $node, $not) }
  if ($node->{t} eq "assign" && !$not) { return binding($self, $node) }
  # "defined (my $x = …)".
  if ($node->{t} eq "call" && $node->{name} eq "defined" && !$not) {
    my ($inner) = map { PerlParser::unbracketed($_) } @{$node->{arguments}};
    return binding($self, $inner, 1) if $inner && $inner->{t} eq "assign";
  }
  if ($node->{t} eq "step" && !$node->{first}) {
    my $now = WriteExpressions::value($self, {%$node, first => 1})->{s};
    return "$now " . ($not ? "==" : "!=") . ($node->{op} eq "++" ? " 1" : " -1");
  }
  if ($node->{t} eq "match") {
    return WriteRegexes::condition($self, {op => "=~", left => $node->{topic}, right => $node}, $not);
  }
  if ($node->{t} eq "binary" && $node->{op} =~ /^[=!]~$/) { return WriteRegexes::condition($self, $node, $not) }
  if (my $variable = asked_variable($node)) {
    if (is_nilable($self, $variable->{symbol})) { return asked($self, $variable->{symbol}, $not, $variable == $node) }
  }
  return WriteBuiltins::defined_text($self, $node->{arguments}[0], $not)
    if $node->{t} eq "call" && $node->{name} eq "defined";
  my $x = WriteExpressions::value($self, $node);
  give_up("a reference, which is always there: true")
    if !$x->{opt} && is_kind($x->{type}, qw(Array Dictionary)) && $node->{t} =~ /^(?:variable|element|entry)$/
    && !WriteContainers::is_list($node);
  return truth($x, $not);
}

# Whether what is written is true for Perl.
sub truth {
  my ($x, $not) = @_;
  my $kind = kind_of($x->{type});
  my $atom = Conversions::atom($x);
  # The descriptor of an object that may be nil.
  return "($x->{s} ?? -1) " . ($not ? "<" : ">=") . " 0" if $x->{opt} && $kind eq "CInt" && $x->{s} =~ /\?\./;
  return "$atom " . ($not ? "==" : "!=") . " nil" if $x->{opt} && $kind !~ /^(?:Bool|Int|Double|Int32|String|Value)$/;
  if ($x->{opt}) { $atom = "($x->{s} ?? " . Conversions::standard($kind) . ")" }
  if ($kind eq "Bool") { return $not ? $x->{not} // "!$atom" : $x->{opt} ? $atom : $x->{s} }
  # A descriptor is one from 0 on.
  return "$atom " . ($not ? "<" : ">=") . " 0" if $kind eq "CInt";
  return "$atom " . ($not ? "==" : "!=") . " 0" if $kind =~ /^(?:Int|Double|Int32)$/;
  return "$atom " . ($not ? "==" : "!=") . ' ""' if $kind eq "String";
  return ($not ? "" : "!") . "$atom.isEmpty" if $kind =~ /^(?:Array|Dictionary|Bytes|HTTPBody|HandleBuffer|Message)$/;
  return ($not ? "!" : "") . "$atom.bool" if $kind eq "Value";
  give_up("\"" . Conversions::plain($x->{s}) . "\" is always there") if Types::is_object($x->{type});
  give_up("a condition of which it is unknown when it is true");
}

# "A && B": a name that A binds is there in B.
sub junction {
  my ($self, $node, $not) = @_;
  my $is_and = $node->{op} =~ /^(?:&&|and)$/;
  my $first = condition($self, $node->{left}, $not);
  local $self->{before} = undef;
  my $second = condition($self, $node->{right}, $not);
  my $operator = ($is_and xor $not) ? "&&" : "||";
  my $binds = grep { is_binding($_) } $first, $second;
  give_up("a condition that binds a name, and another one") if $binds && $operator eq "||";
  return "$first, $second" if $binds;

  for ([\$first, $node->{left}], [\$second, $node->{right}]) {
    my ($text, $side) = @$_;
    my $inner = $side->{t} eq "list" && @{$side->{items}} == 1 ? $side->{items}[0] : $side;
    $$text = "($$text)"
      if $inner->{t} eq "binary"
      && $inner->{op} =~ /^(?:&&|\|\||and|or)$/
      && ($inner->{op} =~ /^(?:&&|and)$/ xor $is_and)
      || $inner->{t} eq "choice";
  }
  return "$first $operator $second";
}

# Whether a condition gives something a name.
sub is_binding { my ($text) = @_; return $text =~ /^(?:case )?(?:let|var) / }

# "if (my $x = …)", "if (my ($x, $y) = $text =~ /…/)".
sub binding {
  my ($self, $node, $is_defined) = @_;
  my ($left, $right) = @$node{qw(left right)};
  $left = $left->{items}[0] if $left->{t} eq "list" && @{$left->{items}} == 1;
  give_up("an assignment as a condition: assign first") if $left->{t} ne "my";
  my @variables = @{$left->{variables}};
  my $word = (grep { WriteAssignments::word($_) eq "var" } @variables) ? "var" : "let";
  my ($text, $truth) = ("", "");
  if (!$left->{list} && $node->{left} == $left) {
    my $symbol = $variables[0]{symbol};
    my $is_taken = $right->{t} eq "call" && $right->{name} =~ /^(?:shift|pop)$/ && @{$right->{arguments}};
    my $x = $is_taken ? undef : WriteExpressions::value($self, $right);
    if ($x && !$x->{opt}) {
      # What is never nil has a name, and is asked whether it is true.
      my $value = WriteExpressions::as($self, $right, $symbol->{type});
      $self->{narrow}{$symbol} = 1;
      my $truth = truth(WriteExpressions::written($symbol->{swift}, $symbol->{type}), 0);
      return "case $word $symbol->{swift} = $value, $truth";
    }
    $text = $is_taken ? WriteAssignments::optional_value($self, $symbol, $right) : $x->{s};
    $truth = true_text($symbol, $symbol->{swift}) if !$is_defined && !$is_taken && $right->{t} ne "readline";
  } else {
    $text = optional_list($self, $right, @variables) // give_up("an assignment of a list as a condition: assign first");
  }
  $self->{narrow}{$_->{symbol}} = 1 for @variables;
  return "$word " . WriteAssignments::names(@variables) . " = $text$truth";
}

# What gives several values or none: the groups of a match, a tuple that may be nil.
sub optional_list {
  my ($self, $node, @variables) = @_;
  return WriteRegexes::optional_groups_of($self, $node, @variables)
    if $node->{t} eq "binary" && $node->{op} eq "=~" && $node->{right}{t} eq "match";
  if (@variables == 1 && WriteContainers::is_list($node)) {
    my $list = WriteContainers::sequence($self, $node);
    return WriteBuiltins::dotted($list) . ".first";
  }
  if ($node->{function}) {
    $node->{is_taken_apart} = 1;
    my $ret = found(found($node->{function}{type})->{ret});
    return $ret->{optional} && is_kind($ret, "Tuple") ? WriteExpressions::value($self, $node)->{s} : undef;
  }
  my $row = $node->{row};
  return undef if !$row || ($row->{shape}{result} // "") !~ /^\(.*\)\?$/;
  return WriteExpressions::value($self, $node)->{s};
}

# The variable that "$x", "defined $x" ask for.
sub asked_variable {
  my ($node) = @_;
  $node = $node->{arguments}[0] if $node->{t} eq "call" && $node->{name} eq "defined" && @{$node->{arguments}} == 1;
  return $node->{t} eq "variable" && $node->{symbol} && $node->{sigil} eq "\$" ? $node : undef;
}

sub asked {
  my ($self, $symbol, $not, $is_truth) = @_;
  my $name = $symbol->{swift};
  my $is_there = $is_truth && true_text($symbol, $name) ne "";
  if ($not || $self->{narrow}{$symbol} || $self->context->{single} || $symbol->{assigned} > 1) {
    return "$name " . ($not ? "==" : "!=") . " nil" if !$is_there;
    return "$name?.isEmpty " . ($not ? "!=" : "==") . " false" if true_text($symbol, $name) =~ /isEmpty/;
    return truth(WriteExpressions::written($name, $symbol->{type}, opt => 1), $not);
  }
  $self->{narrow}{$symbol} = 1;
  return "let $name" . ($is_there ? true_text($symbol, $name) : "");
}

# What a variable that is there has to be besides, so that Perl takes it for true.
sub true_text {
  my ($symbol, $name) = @_;
  my $kind = kind_of($symbol->{type});
  return ", $name != \"\"" if $kind eq "String";
  return ", $name != 0" if $kind =~ /^(?:Int|Double|Int32)$/;
  return ", $name" if $kind eq "Bool";
  return ", !$name.isEmpty" if $kind =~ /^(?:Bytes|HTTPBody)$/;
  return "";
}

# Whether a variable is an optional of Swift's there.
sub is_nilable {
  my ($self, $symbol) = @_;
  return 0 if !$symbol || $symbol->{sigil} ne "\$" || $self->{narrow}{$symbol};
  return is_optional($symbol);
}

sub is_optional {
  my ($symbol) = @_;
  return 0 if $symbol->{sigil} ne "\$" || is_kind($symbol->{type}, "Value");
  return 1 if $symbol->{optional} || $symbol->{cleared};
  return 0 if $symbol->{param};
  return 1 if $symbol->{bare} && (Types::is_object($symbol->{type}) || $symbol->{asked});
  return $symbol->{may_be_nil} && !takes_always($symbol) && (Types::is_object($symbol->{type}) || $symbol->{asked})
    || ($symbol->{asked_match} || $symbol->{may_miss}) && $symbol->{asked};
}

# What is taken from a list without being asked for is there.
sub takes_always {
  my ($symbol) = @_;
  my $value = $symbol->{value} // return 0;
  return $value->{t} eq "call" && $value->{name} =~ /^(?:shift|pop)$/ && !$symbol->{asked};
}

1;
