package WriteContainers;
# Writes arrays and hashes in Swift, and what loops go through.

use strict;
use warnings;
use utf8;
use Types qw(found kind_of is_kind settle known);
use WriteTexts qw(quoted);
sub give_up { Writer::give_up(@_) }

# --- Arrays and hashes.

sub array {
  my ($self, $node) = @_;
  return WriteExpressions::written(array_text($self, $node, $node->{type}), $node->{type});
}

sub hash {
  my ($self, $node) = @_;
  return WriteExpressions::written(hash_text($self, $node, $node->{type}), $node->{type});
}

sub array_text {
  my ($self, $node, $type) = @_;
  my $found = settle($type);
  my @items = @{$node->{items}};
  if ($found->{k} eq "Tuple") {
    my @parts = map { WriteExpressions::as($self, $items[$_], $found->{parts}[$_]) } 0 .. $#items;
    return "(" . join(", ", @parts) . ")";
  }
  my $of = $found->{k} eq "Value" ? known("Value") : $found->{of} // known("Value");
  return elements($self, $node, \@items, $of);
}

# The elements of an array: of the arrays among them all.
sub elements {
  my ($self, $node, $items, $of) = @_;
  my @plural = grep { is_list($items->[$_]) } 0 .. $#$items;
  if (!@plural) {
    my @written = map { WriteExpressions::as($self, $_, $of) } @$items;
    return bracketed($self, $node, "[", \@written, $items, "]");
  }
  my ($text, @single) = ("");
  for my $item (@$items, undef) {
    if (defined $item && !is_list($item)) { push @single, WriteExpressions::as($self, $item, $of); next }
    if (@single) { $text .= ($text eq "" ? "" : " + ") . "[" . join(", ", splice @single) . "]" }
    $text .= ($text eq "" ? "" : " + ") . list_text($self, $item, $of) if defined $item;
  }
  return $text;
}

# The arguments of the program, of which nobody knows how many there are.
sub is_arguments { my ($node) = @_; return $node->{t} eq "variable" && "$node->{sigil}$node->{name}" eq '@ARGV' }

sub is_list { my ($node) = @_; return Inference->is_plural($node) && $node->{t} ne "list" }

# A list of Perl's as an array of this type.
sub list_text {
  my ($self, $node, $of) = @_;
  my $x = WriteExpressions::value($self, $node);
  give_up("a list of a hash") if is_kind($x->{type}, "Dictionary");
  my $text = $node->{t} eq "binary" && $node->{op} =~ /^\.\./ ? "Array($x->{s})" : Conversions::atom($x);
  my ($from, $into) = (settle(found($x->{type})->{of} // known("Value"))->{k}, kind_of($of));
  return $text if $from eq $into || $into eq "";
  my $form = Conversions::loose_element($self, $x->{type}, $into)
    // Conversions::conversion($from, $into, "\$0", "\$0")
    // give_up("a list of ${from}s where ${into}s are wanted");
  $form = "Value.string(\$0)" if $form eq ".string(\$0)";
  $form = "Value.int(\$0)" if $form eq ".int(\$0)";
  return "$text.map { $form }";
}

# Parts on the lines that they have in Perl.
sub bracketed {
  my ($self, $node, $open, $parts, $items, $close) = @_;
  return "$open$close" if !@$parts;
  my $at = $node->{line};
  my $text = $open;
  $self->{depth}++;
  for my $i (0 .. $#$parts) {
    my $line = $items->[$i]{line};
    $text .= $line > $at ? ($i ? "," : "") . $self->line_break($line) : $i ? ", " : "";
    $text .= $parts->[$i];
    $at = $items->[$i]{end};
  }
  $self->{depth}--;
  return $text . ($node->{end} > $at ? "," . $self->line_break($node->{end}) : "") . $close;
}

sub hash_text {
  my ($self, $node, $type, $of_hash) = @_;
  my $found = settle($type);
  my @items = @{$node->{items}};
  my $is_value = $found->{k} eq "Value";
  return "[:]" if !@items;
  give_up("a hash of a list: for the elements, dictionary[key] = value") if @items % 2 || grep { is_list($_) } @items;
  my (@parts, @at);
  for (my $i = 0; $i < @items; $i += 2) {
    my ($key, $value) = @items[$i, $i + 1];
    give_up("a hash with objects or functions in it: a struct or a class with properties")
      if $is_value && (Types::is_object($value->{type}) || $value->{t} eq "closure");
    my $name =
      WriteExpressions::as($self, $key, $is_value ? known("String") : settle($found->{key} //= known("String")));
    $self->{depth}++;
    push @parts, "$name: " . WriteExpressions::as($self, $value, $is_value ? known("Value") : $found->{of});
    $self->{depth}--;
    push @at, {line => $key->{line}, end => $value->{end}};
  }
  return bracketed($self, $node, "[", \@parts, \@at, "]");
}

sub list {
  my ($self, $node) = @_;
  my @items = @{$node->{items}};
  return WriteExpressions::value($self, $items[0]) if @items == 1;
  give_up("a list of several values: an array or a tuple");
}

# What a loop goes through.
sub sequence {
  my ($self, $node) = @_;
  my @items = $node->{t} eq "list" ? @{$node->{items}} : ($node);
  if (@items == 1) {
    my $x = WriteExpressions::value($self, $items[0]);
    my $kind = kind_of($x->{type});
    return "$x->{s}.elements" if $kind eq "Value";
    return "$x->{s}.values" if $kind eq "Message";
    give_up("a loop over a hash: for (key, value) in …") if $kind eq "Dictionary";
    return $kind eq "Array" ? $x->{s} =~ s/^Array\((\w[\w.]*\.(?:keys|values))\)$/$1/r : "[$x->{s}]";
  }
  return elements($self, {line => $node->{line}, end => $node->{line}},
    \@items,
    settle($items[0]{type})->{k} eq "Array" && is_list($items[0]) ? found($items[0]{type})->{of} : $items[0]{type});
}

# "while (my ($k, $v) = each %h)", "while (my $x = shift @list)".
sub taking_loop {
  my ($self, $condition) = @_;
  if (WriteRegexes::is_global($condition)) {
    my $text = WriteRegexes::matches($self, $condition);
    push @{$self->{matches}}, WriteRegexes::match_of($condition->{right});
    return {loop => "for match in $text"};
  }
  # "while (… && (my $x = shift @list))".
  if ($condition->{t} eq "binary" && $condition->{op} =~ /^(?:&&|and)$/) {
    my $last = $condition->{right};
    $last = $last->{items}[0] if $last->{t} eq "list" && @{$last->{items}} == 1;
    my $taken = taking_loop($self, $last);
    return if !$taken || !$taken->{head};
    my $first = WriteConditions::condition($self, $condition->{left}, 0);
    return {%$taken,
      head => WriteConditions::is_binding($first) || $first =~ /\|\|/
      ? Writer::give_up("a condition with a list's end")
      : "$first && $taken->{head}"};
  }
  return unless $condition->{t} eq "assign" && $condition->{left}{t} eq "my";
  my $right = $condition->{right};
  if ($right->{t} eq "call" && $right->{name} eq "each" && @{$condition->{left}{variables}} == 2) {
    my $x = WriteExpressions::value($self, $right->{arguments}[0]);
    my $text = $x->{s} . (is_kind($x->{type}, "Value") ? ".entries" : "");
    my $names = join ", ", map { $_->{symbol}{swift} } @{$condition->{left}{variables}};
    return {loop => "for ($names) in $text"};
  }
  return unless $right->{t} eq "call" && $right->{name} =~ /^(?:shift|pop)$/ && @{$right->{arguments}};
  my $symbol = $condition->{left}{variables}[0]{symbol};
  my $array = WriteExpressions::value($self, $right->{arguments}[0])->{s};
  $self->{narrow}{$symbol} = 1;
  my $take = $right->{name} eq "shift" ? "removeFirst" : "removeLast";
  return {head => "!$array.isEmpty", first => "let $symbol->{swift} = $array.$take()"};
}

sub uses_symbol {
  my ($tree, $symbol) = @_;
  my $is_used = 0;
  Inference::each_node($tree, sub { $is_used = 1 if $_[0]{symbol} && $_[0]{symbol} == $symbol });
  return $is_used;
}

1;
