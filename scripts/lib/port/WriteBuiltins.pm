package WriteBuiltins;
# Writes Perl's own functions in Swift: "write_NAME" for each.

use strict;
use warnings;
use utf8;
use Types qw(found kind_of is_kind settle swift_type known);

sub give_up { Writer::give_up(@_) }

sub written { return WriteExpressions::written(@_) }

sub as { return WriteExpressions::as(@_) }

sub value { return WriteExpressions::value(@_) }

sub first_atom {
  my ($self, $node) = @_;
  my $x = value($self, $node->{arguments}[0] // give_up("$node->{name} of nothing"));
  return ($x, Conversions::atom($x));
}

# --- Output, and the end.

sub output_parts {
  my ($self, $node) = @_;
  my @parts;
  for my $argument (@{$node->{arguments}}) {
    if (WriteContainers::is_list($argument)) {
      my $list = WriteContainers::list_text($self, $argument, known("String"));
      push @parts, {t => "verbatim", s => "$list.joined()"};
    } else {
      push @parts, $argument;
    }
  }
  return WriteTexts::flattened($self, @parts);
}

# The text of the parts, and whether it ended with a line's end, which is left out then.
sub output_text {
  my ($self, @parts) = @_;
  my $has_end = @parts && !ref $parts[-1] && $parts[-1] =~ s/\n\z//;
  pop @parts if @parts && !ref $parts[-1] && $parts[-1] eq "";
  if (@parts == 1 && ref $parts[0] && !$parts[0]{opt}) { return ($parts[0]{s}, $has_end) }
  my $text =
    "\"" . join("", map { ref $_ ? "\\(" . WriteTexts::inner($_) . ")" : WriteTexts::escaped($_) } @parts) . "\"";
  return ($text, $has_end);
}

sub write_print {
  my ($self, $node) = @_;
  my ($text, $has_end) = output_text($self, output_parts($self, $node));
  return standard_error($self, $text, $has_end) if ($node->{to} // "") eq "STDERR";
  $text = "" if $text eq '""' && $has_end;
  return written($has_end ? "print($text)" : "print($text, terminator: \"\")");
}

sub write_say {
  my ($self, $node) = @_;
  my ($text, $has_end) = output_text($self, output_parts($self, $node));
  return standard_error($self, $text, 1) if ($node->{to} // "") eq "STDERR";
  return written("print($text" . ($has_end ? " + \"\\n\")" : ")"));
}

sub standard_error {
  my ($self, $text, $has_end) = @_;
  $self->{imports}{"\@preconcurrency import Glibc"} = 1;
  my $line = $text =~ /^"(.*)"$/s ? "\"$1" . ($has_end ? "\\n" : "") . "\"" : $has_end ? "$text + \"\\n\"" : $text;
  return written("fputs($line, stderr)");
}

sub write_printf {
  my ($self, $node) = @_;
  my ($text, $has_end) = output_text($self, formatted($self, $node));
  return standard_error($self, $text, $has_end) if ($node->{to} // "") eq "STDERR";
  return written($has_end ? "print($text)" : "print($text, terminator: \"\")");
}

sub write_sprintf {
  my ($self, $node) = @_;
  my @parts = formatted($self, $node);
  return written(
    "\"" . join("", map { ref $_ ? "\\(" . WriteTexts::inner($_) . ")" : WriteTexts::escaped($_) } @parts) . "\"",
    known("String"));
}

# The parts of a format with its arguments.
sub formatted {
  my ($self, $node) = @_;
  my ($format, @arguments) = @{$node->{arguments}};
  give_up("a format that is computed") if !$format || $format->{t} !~ /^(?:single|double|heredoc)$/;
  my @parts;
  for my $part (@{$format->{parts} // PerlStrings::parts($format)}) {
    if (ref $part) { push @parts, WriteTexts::flattened($self, $part); next }
    give_up("the format \"$part\"") if $part !~ /^(?:%%|%[-+ 0#]*\d*(?:\.\d+)?[a-zA-Z]|[^%]+)*$/;
    while ($part =~ /\G(?:%(%)|(%[-+ 0#]*\d*(?:\.\d+)?[a-zA-Z])|([^%]+))/gc) {
      my ($percent, $directive, $plain) = ($1, $2, $3);
      push @parts,
          defined $percent ? "%"
        : defined $plain ? $plain
        : formatted_argument($self, $directive, shift @arguments // give_up("a format with too few arguments"));
    }
  }
  give_up("a format with too many arguments") if @arguments;
  return @parts;
}

sub formatted_argument {
  my ($self, $directive, $argument) = @_;
  return WriteTexts::flattened($self, $argument) if $directive eq "%s" && !WriteContainers::is_list($argument);
  return whole($self, $argument) if $directive =~ /^%[di]$/;
  return padded($self, $1, $2, $argument) if $directive =~ /^%(-?)(\d+)s$/;
  $self->{imports}{"import Foundation"} = 1;
  my ($letter) = $directive =~ /(.)$/;
  my $kind = $letter =~ /[dixXouc]/ ? "Int" : $letter =~ /[fgeFGE]/ ? "Double" : give_up("the format $directive");
  my $swift =
    $letter =~ /[xXou]/ ? $directive =~ s/(.)$/l$1/r : $letter =~ /[di]/ ? $directive =~ s/(.)$/l$1/r : $directive;
  return written("String(format: \"$swift\", " . as($self, $argument, known($kind)) . ")", known("String"));
}

# "%-10s" and "%10s".
sub padded {
  my ($self, $is_left, $width, $argument) = @_;
  my $text = as($self, $argument, known("String"));
  if ($text !~ /^\w+$/) {
    my $before = $self->{before} // give_up("a width for a text that is computed: let text = …, in front of it");
    my $name = $self->temporary("text");
    push @$before, "let $name = " . Conversions::unbracketed($text);
    $text = $name;
  }
  my $space = "String(repeating: \" \", count: max(0, $width - $text.count))";
  return written($is_left ? "$text + $space" : "$space + $text", known("String"));
}

sub write_flag {
  my ($self, $node) = @_;
  $self->{imports}{"import Glibc"} = 1;
  return written($node->{name}, known("CInt"));
}

sub message_text {
  my ($self, $node) = @_;
  my ($text) = output_text($self, output_parts($self, $node));
  return $text ne '""' ? $text : $node->{name} eq "die" ? '"Died"' : '"Warning: something\'s wrong"';
}

sub write_warn {
  my ($self, $node) = @_;
  return standard_error($self, message_text($self, $node), 1);
}

sub write_die {
  my ($self, $node) = @_;
  my $text = message_text($self, $node);
  give_up("die in a callback that may not throw: AE.log(.error, …), or croak a condition variable")
    if !$self->context->{throws};
  return written("throw die($text)") if $self->{imported}{AnyEventMP};
  $self->{imports}{"\@preconcurrency import Glibc"} = 1;
  my $line = $text =~ /^"(.*)"$/s ? "\"$1\\n\"" : "$text + \"\\n\"";
  return written("fputs($line, stderr); exit(255)");
}

sub write_exit {
  my ($self, $node) = @_;
  $self->{imports}{"import Glibc"} = 1;
  return written("exit(" . (@{$node->{arguments}} ? as($self, $node->{arguments}[0], known("Int32")) : "0") . ")");
}

# --- Texts.

sub text_function {
  my ($self, $node, $method) = @_;
  return written(text_atom($self, $node->{arguments}[0]) . $method, known("String"));
}

# An expression as a text that methods can be called of.
sub text_atom {
  my ($self, $node) = @_;
  my $text = as($self, $node // give_up("a function of nothing"), known("String"));
  return Conversions::is_composed($text) ? "($text)" : $text;
}

sub write_lc { my ($self, $node) = @_; return text_function($self, $node, ".lowercased()") }

sub write_uc { my ($self, $node) = @_; return text_function($self, $node, ".uppercased()") }

sub write_ucfirst { my ($self, $node) = @_; return with_first($self, $node, "uppercased") }

sub write_lcfirst { my ($self, $node) = @_; return with_first($self, $node, "lowercased") }

sub with_first {
  my ($self, $node, $method) = @_;
  my $text = text_atom($self, $node->{arguments}[0]);
  give_up("the first letter of what is computed: let text = …") if $text !~ /^\w+$/;
  return written("$text.prefix(1).$method() + $text.dropFirst()", known("String"), low => 1);
}

# A line's end is taken away.
sub write_chomp {
  my ($self, $node) = @_;
  my ($place) = @{$node->{arguments}};
  give_up("chomp as a value") if !$node->{is_statement};
  if ($place->{t} eq "assign" && $place->{right}{t} eq "readline") {
    my $read = value($self, $place->{right})->{s} =~ s/strippingNewline: false//r;
    give_up("chomp of this") if $place->{left}{t} ne "my" || $place->{left}{list};
    my ($variable) = @{$place->{left}{variables}};
    return written(WriteAssignments::word($variable) . " $variable->{symbol}{swift} = $read ?? \"\"");
  }
  my $target = WriteAssignments::target($self, $place);
  give_up("chomp of what is no text") if !is_kind($target->{type}, "String") || $target->{opt};
  return written("if $target->{s}.hasSuffix(\"\\n\") { $target->{s}.removeLast() }");
}

sub write_splice {
  my ($self, $node) = @_;
  my ($list, $at, $count, @more) = @{$node->{arguments}};
  WriteExpressions::left_out($self, "splice") if !$node->{is_statement} || !$count || @more;
  my $array = array_of($self, $node);
  my ($from, $of) = map { as($self, $_, known("Int")) } $at, $count;
  WriteExpressions::left_out($self, "splice") if "$from$of" =~ /-/;
  return written("$array->{s}.remove(at: $from)") if $of eq "1";
  return written("$array->{s}.removeSubrange($from..<$from + $of)");
}

sub write_length {
  my ($self, $node) = @_;
  my ($argument) = @{$node->{arguments}};
  # "length "$body"" is that of the body.
  if ($argument && $argument->{t} eq "double" && @{$argument->{parts} // []} == 1 && ref $argument->{parts}[0]) {
    return write_length($self, {%$node, arguments => $argument->{parts}});
  }
  my ($x, $atom) = first_atom($self, $node);
  give_up("the length of a text that was made of bytes: let them be [UInt8], or add their counts")
    if !Inference::is_bytes($x->{type}) && has_bytes($argument);
  my $kind = kind_of($x->{type});
  return written("($x->{s}?.count ?? 0)", known("Int")) if $x->{opt} && $kind =~ /^(?:Bytes|HTTPBody)$/;
  return written("$atom.count", known("Int")) if $kind =~ /^(?:Bytes|HTTPBody|HandleBuffer)$/ && !$x->{opt};
  return written(text_atom($self, $node->{arguments}[0]) . ".utf8.count", known("Int"));
}

# Whether bytes are in a text, which has another length where they are no text.
sub has_bytes {
  my ($tree) = @_;
  my $has = 0;
  Inference::each_node(
    $tree,
    sub {
      my ($node) = @_;
      return if $node->{t} !~ /^(?:variable|entry|element|method)$/;
      $has = 1 if $node->{type} && Inference::is_bytes($node->{type}) || ($node->{symbol} // {})->{of_bytes};
    }
  );
  return $has;
}

sub write_substr {
  my ($self, $node) = @_;
  my ($text, $offset, $length, $with) = @{$node->{arguments}};
  give_up("substr that changes the text: text.removeFirst(n), text.replaceSubrange") if $with || $node->{is_target};
  my $x = value($self, $text);
  my $is_bytes = is_kind($x->{type}, "Bytes");
  my $base = $is_bytes ? Conversions::atom($x) : text_atom($self, $text);
  my $from = as($self, $offset, known("Int"));
  my $part = $from eq "0" ? $base : $from =~ /^-(.*)/ ? "$base.suffix($1)" : "$base.dropFirst($from)";

  if ($length) {
    my $count = as($self, $length, known("Int"));
    $part .= $count =~ /^-(.*)/ ? ".dropLast($1)" : ".prefix($count)";
  }
  return written("$part.text", known("String")) if $is_bytes;
  return written("String($part)", known("String"));
}

sub write_index {
  my ($self, $node) = @_;
  give_up("index: text.range(of:), text.firstIndex(of:), or text.contains(part)");
}

sub write_join {
  my ($self, $node) = @_;
  my ($separator, @list) = @{$node->{arguments}};
  my $by = as($self, $separator, known("String"));
  my $text =
    @list == 1 && WriteContainers::is_list($list[0])
    ? WriteContainers::list_text($self, $list[0], known("String"))
    : WriteContainers::elements($self, {line => $node->{line}, end => $node->{line}}, \@list, known("String"));
  $text = "($text)" if Conversions::is_composed($text);
  return written($by eq '""' ? "$text.joined()" : "$text.joined(separator: $by)", known("String"));
}

sub write_split {
  my ($self, $node) = @_;
  return written(split_text($self, $node), known("Array", of => known("String")));
}

# The parts of a text, as texts.
sub split_text {
  my ($self, $node) = @_;
  my ($pattern, $text, $limit) = @{$node->{arguments}};
  give_up("split of \$_") if !$text;
  give_up("split that keeps what it splits by: text.matches(of: /…/)")
    if $pattern->{t} eq "match" && WriteRegexes::has_groups($pattern);
  my $base = text_atom($self, $text);
  my $by = separator($self, $pattern);
  # With a space as a text Perl takes words; else it keeps what is empty, but for the end.
  my $takes_words = $pattern->{t} ne "match" && $by eq '" "';
  my $least = $limit ? as($self, $limit, known("Int")) : 0;
  give_up("split into a number of parts that is computed: maxSplits: n - 1") if $least !~ /^-?\d+$/;
  my $most = $least > 0 ? ", maxSplits: " . ($least - 1) : "";
  my $keeps = !$takes_words ? ", omittingEmptySubsequences: false" : "";
  return "$base.map(String.init)" if $by eq '""';
  return "$base.split(separator: $by$most$keeps).map(String.init)";
}

sub separator {
  my ($self, $pattern) = @_;
  my $text = $pattern->{t} eq "match" ? $pattern->{value}{match} : Inference::key_text($pattern)
    // give_up("split by a variable");
  return '" "' if $pattern->{t} ne "match" && $text eq " ";
  my $is_plain = $text =~ /^(?:[^\\.*+?()\[\]{}|^\$]|\\[^a-zA-Z0-9]|\\[nrt0]\d*)*$/;
  if ($is_plain && !($pattern->{value}{modifiers} // "")) {
    return WriteTexts::quoted($text =~ s/\\([nrt]|0\d*|.)/PerlStrings::escaped($1)/ger);
  }
  return WriteRegexes::literal($text, $pattern->{value}{modifiers});
}

sub write_encode_json {
  my ($self, $node) = @_;
  return WriteCalls::json($self, {name => "encode", arguments => $node->{arguments}});
}

sub write_decode_json {
  my ($self, $node) = @_;
  return WriteCalls::json($self, {name => "decode", arguments => $node->{arguments}});
}

# --- Numbers.

sub write_int {
  my ($self, $node) = @_;
  return whole($self, $node->{arguments}[0] // give_up("int of nothing"));
}

# A whole number, of one that may have a fraction.
sub whole {
  my ($self, $node) = @_;
  my $x = WriteCalls::counted($node) ? written(WriteCalls::count($self, $node), known("Int")) : value($self, $node);
  return written(Conversions::whole($x), known("Int")) if is_kind($x->{type}, "Value") && !$x->{opt};
  return written(Conversions::converted($self, $x, known("Int")), known("Int"));
}

sub write_abs {
  my ($self, $node) = @_;
  my ($x) = first_atom($self, $node);
  my $kind = is_kind($x->{type}, qw(Double Value)) ? "Double" : "Int";
  return written("abs(" . Conversions::converted($self, $x, known($kind)) . ")",
    known($kind, loose => Inference::is_loose($x->{type})));
}

sub write_time { return written("Int(AE.time)", known("Int")) }

sub write_rand {
  my ($self, $node) = @_;
  my $to = @{$node->{arguments}} ? as($self, $node->{arguments}[0], known("Double")) : "1";
  return written("Double.random(in: 0..<$to)", known("Double"));
}

sub write_hex {
  my ($self, $node) = @_;
  return written("(Int(" . as($self, $node->{arguments}[0], known("String")) . ", radix: 16) ?? 0)", known("Int"));
}

sub write_oct {
  my ($self, $node) = @_;
  return written("(Int(" . as($self, $node->{arguments}[0], known("String")) . ", radix: 8) ?? 0)", known("Int"));
}

# --- Arrays and hashes.

sub array_of {
  my ($self, $node) = @_;
  my ($array) = @{$node->{arguments}};
  WriteAssignments::foreign($array);
  my $x = value($self, $array);
  if ($array->{t} eq "dereference" && $array->{x}{t} eq "entry") {
    my $entry = WriteAssignments::target($self, $array->{x});
    return written($entry->{s} =~ s/\]$/, default: []]/r, $entry->{type}) if $entry->{is_entry};
  }
  give_up("a change of what is no array of Swift's") if !is_kind($x->{type}, "Array") || $x->{low};
  return $x;
}

sub write_push {
  my ($self, $node) = @_;
  my $array = array_of($self, $node);
  my (undef, @values) = @{$node->{arguments}};
  my $of = found($array->{type})->{of};
  return written("$array->{s}.append(" . as($self, $values[0], $of) . ")")
    if @values == 1 && !WriteContainers::is_list($values[0]);
  my $text = WriteContainers::elements($self, {line => $node->{line}, end => $node->{line}}, \@values, $of);
  return written("$array->{s} += $text");
}

sub write_unshift {
  my ($self, $node) = @_;
  my $array = array_of($self, $node);
  my (undef, @values) = @{$node->{arguments}};
  my $of = found($array->{type})->{of};
  return written("$array->{s}.insert(" . as($self, $values[0], $of) . ", at: 0)")
    if @values == 1 && !WriteContainers::is_list($values[0]);
  my $text = WriteContainers::elements($self, {line => $node->{line}, end => $node->{line}}, \@values, $of);
  return written("$array->{s}.insert(contentsOf: $text, at: 0)");
}

sub write_shift { my ($self, $node) = @_; return take($self, $node, "removeFirst") }

sub write_pop { my ($self, $node) = @_; return take($self, $node, "removeLast") }

sub take {
  my ($self, $node, $method) = @_;
  give_up("shift of the arguments: name them, { a, b in … }") if !@{$node->{arguments}};
  my $array = array_of($self, $node);
  if (WriteContainers::is_arguments($node->{arguments}[0]) && !$self->{is_default}) {
    return written("if !ARGV.isEmpty { ARGV.$method() }") if $node->{is_statement};
    return written("ARGV.isEmpty ? \"\" : ARGV.$method()", known("String"), low => 1);
  }
  return written("$array->{s}.$method()", found($array->{type})->{of});
}

sub write_keys {
  my ($self, $node) = @_;
  my ($x, $atom) = first_atom($self, $node);
  give_up("keys of what is no hash of Swift's") if kind_of($x->{type}) !~ /^(?:Dictionary|Value)$/;
  return written("Array($atom.keys)", $node->{type});
}

sub write_values {
  my ($self, $node) = @_;
  my ($x, $atom) = first_atom($self, $node);
  give_up("values of what is no hash of Swift's") if kind_of($x->{type}) !~ /^(?:Dictionary|Value)$/;
  return written("Array($atom.values)", $node->{type});
}

sub write_each { give_up("each: for (key, value) in dictionary { … }") }

sub write_exists {
  my ($self, $node) = @_;
  return written(
    defined_text($self, $node->{arguments}[0], 0), known("Bool"),
    low => 1,
    not => defined_text($self, $node->{arguments}[0], 1)
  );
}

sub write_defined { return write_exists(@_) }

# Whether something is there.
sub defined_text {
  my ($self, $node, $not) = @_;
  give_up("defined of \$_") if !$node;
  my $x = value($self, $node);
  my $operator = $not ? "==" : "!=";
  return Conversions::atom($x) . " $operator nil" if $x->{opt};
  return ($not ? "" : "!") . Conversions::atom($x) . ".isNull" if is_kind($x->{type}, "Value");
  return Conversions::atom($x) . ($not ? " < 0" : " >= 0") if is_kind($x->{type}, "CInt") && $node->{t} eq "method";
  if ($node->{t} eq "variable" && $node->{symbol} && $self->{narrow}{$node->{symbol}}) {
    return $not ? "false" : "true";
  }
  give_up("\"" . Conversions::plain($x->{s}) . "\" is never nil");
}

sub write_delete {
  my ($self, $node) = @_;
  my @entries = @{$node->{arguments}};
  give_up("delete of this") if grep { $_->{t} ne "entry" } @entries;
  if ($node->{is_statement}) {
    return written(join "; ", map { WriteAssignments::target($self, $_)->{s} . " = nil" } @entries);
  }
  give_up("delete of several entries as a value") if @entries != 1;
  my ($entry) = @entries;
  WriteAssignments::foreign($entry);
  my $x = value($self, $entry);
  return written("$x->{s}.take()", known("Bytes")) if is_kind($x->{type}, "HandleBuffer") && !$x->{opt};
  give_up("delete of an entry of a value") if is_kind($x->{type}, "Value") && !$x->{opt};
  my $text = $x->{s} =~ s/\[([^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*)\]$/.removeValue(forKey: $1)/r;
  return written($text, $x->{type}, opt => 1);
}

sub write_undef {
  my ($self, $node) = @_;
  my ($variable) = @{$node->{arguments}};
  return written("nil") if !$variable;
  my $target = WriteAssignments::target($self, $variable);
  if ($target->{opt} && Types::is_object($target->{type}) && kind_of($target->{type}) =~ /Watcher$/) {
    return written("$target->{s}?.cancel()") if $variable->{symbol} && !$variable->{symbol}{global};
  }
  return written("$target->{s} = nil") if $target->{opt} || $target->{is_entry};
  return written("$target->{s} = []") if is_kind($target->{type}, "Array");
  return written("$target->{s} = [:]") if is_kind($target->{type}, "Dictionary");
  give_up("undef of what is never nil: declare it as optional");
}

sub write_scalar {
  my ($self, $node) = @_;
  my ($argument) = @{$node->{arguments}};
  if ($argument->{t} eq "call" && $argument->{name} eq "reverse") {
    return written("String(" . WriteTexts::text_of($self, [@{$argument->{arguments}}]) . ".reversed())",
      known("String"));
  }
  return written(WriteCalls::count($self, $argument), known("Int")) if WriteCalls::counted($argument);
  return written(WriteRegexes::matches($self, $argument) . ".count", known("Int"))
    if WriteRegexes::is_global($argument);
  return value($self, $argument);
}

sub write_reverse {
  my ($self, $node) = @_;
  my ($list) = @{$node->{arguments}};
  give_up("reverse of several lists") if @{$node->{arguments}} != 1;
  return written("Array(" . dotted(WriteContainers::sequence($self, $list)) . ".reversed())", $node->{type});
}

sub list_of {
  my ($self, @list) = @_;
  return WriteContainers::sequence($self,
    @list == 1 ? $list[0] : {t => "list", items => \@list, line => $list[0]{line}, end => $list[0]{line}});
}

sub write_sort {
  my ($self, $node) = @_;
  my @list = @{$node->{arguments}};
  my $block = @list && $list[0]{t} eq "closure" ? shift @list : undef;
  my $text = dotted(list_of($self, @list));
  if (!$block) {
    # Perl takes numbers for texts if it is not told otherwise.
    my $is_number = is_kind(found($node->{type})->{of} // known("String"), qw(Int Double));
    return written("$text.sorted" . ($is_number ? " { String(\$0) < String(\$1) }" : "()"), $node->{type});
  }
  my $order = @{$block->{body}} == 1
    && $block->{body}[0]{t} eq "expression" ? $block->{body}[0]{x} : give_up("an order of several statements");
  local $self->{before} = undef;
  my (@ones, @twos);
  for my $comparison (comparisons($order)) {
    give_up("an order that is no comparison") if $comparison->{t} ne "binary" || $comparison->{op} !~ /^(?:cmp|<=>)$/;
    my @sides = @$comparison{qw(left right)};
    my $kind =
      $comparison->{op} eq "cmp" ? "String" : (grep { is_kind($_->{type}, qw(Double Value)) } @sides) ? "Double" : "Int";
    push @ones, WriteExpressions::compared($self, $sides[0], $kind);
    push @twos, WriteExpressions::compared($self, $sides[1], $kind);
  }
  my ($one, $two) = map {
        @$_ == 1
      ? $_->[0]
      : "("
      . join(", ", map { Conversions::unbracketed($_) } @$_) . ")"
  } \@ones, \@twos;
  return written("$text.sorted()", $node->{type}) if "$one $two" eq "\$0 \$1";
  return written("$text.sorted(by: >)", $node->{type}) if "$one $two" eq "\$1 \$0";
  return written("$text.sorted { $one < $two }", $node->{type});
}

# What "A || B" compares by, one after the other.
sub comparisons {
  my ($order) = @_;
  return comparisons($order->{items}[0]) if $order->{t} eq "list" && @{$order->{items}} == 1;
  return map { comparisons($_) } @$order{qw(left right)} if $order->{t} eq "binary" && $order->{op} =~ /^(?:\|\||or)$/;
  return $order;
}

sub dotted { my ($text) = @_; return Conversions::is_composed($text) ? "($text)" : $text }

# "map" and "grep": what they have for "$_" is "$0".
sub block_text {
  my ($self, $node, $how) = @_;
  my ($block, @list) = @{$node->{arguments}};
  give_up("$node->{name} without a list") if !@list;
  my $list = dotted(list_of($self, @list));
  if ($block->{t} eq "closure") {
    give_up("a block of several statements in $node->{name}: a loop, or a closure with a name for its element")
      if @{$block->{body}} != 1 || $block->{body}[0]{t} ne "expression";
    $block = $block->{body}[0]{x};
  }
  give_up("a closure in the block of $node->{name}, where \$0 is the closure's own: a loop") if has_closure($block);
  push @{$self->{contexts}}, {%{$self->context}, single => 1, throws => 0};
  local $self->{before} = undef;
  my $text = $how->($block);
  pop @{$self->{contexts}};
  return ($list, $text);
}

sub has_closure {
  my ($tree) = @_;
  my $has = 0;
  Inference::each_node($tree, sub { $has = 1 if $_[0]{t} eq "closure" });
  return $has;
}

sub write_map {
  my ($self, $node) = @_;
  my $of = settle(found($node->{type})->{of});
  my ($list, $text) = block_text(
    $self, $node,
    sub {
      my ($block) = @_;
      give_up("map that makes several of one: flatMap, or a loop")
        if $block->{t} eq "list" && @{$block->{items}} > 1 || WriteContainers::is_list($block);
      return WriteExpressions::as($self, $block, $of);
    }
  );
  $text .= " as Value" if is_kind($of, "Value") && $text =~ /^\[/;
  return written("$list.map { $text }", $node->{type});
}

sub write_grep {
  my ($self, $node) = @_;
  my ($list, $text) = block_text(
    $self, $node,
    sub {
      my ($block) = @_;
      return unseen($self, $block) // WriteConditions::condition($self, $block, 0);
    }
  );
  return written("$list.filter { $text }", $node->{type});
}

# "!$seen{$_}++": the first of each.
sub unseen {
  my ($self, $node) = @_;
  return undef if $node->{t} ne "unary" || $node->{op} ne "!" || $node->{x}{t} ne "step" || $node->{x}{op} ne "++";
  my ($step, $entry) = ($node->{x}, $node->{x}{x});
  return undef if $step->{first} || $entry->{t} ne "entry" || $entry->{base}{t} ne "variable";
  my $target = WriteAssignments::target($self, $entry);
  return undef if !is_kind($target->{type}, "Int");
  return $target->{s} =~ s/\[(.*)\]$/.updateValue(1, forKey: $1) == nil/r;
}

sub write_sum { my ($self, $node) = @_; return summed($self, $node, "reduce(0, +)", "") }

sub write_max { my ($self, $node) = @_; return summed($self, $node, "max()", " ?? 0") }

sub write_min { my ($self, $node) = @_; return summed($self, $node, "min()", " ?? 0") }

sub summed {
  my ($self, $node, $method, $standard) = @_;
  my %list = (line => $node->{line}, end => $node->{line});
  my $text = dotted(WriteContainers::elements($self, \%list, $node->{arguments}, $node->{type}));
  return written("$text.$method$standard", $node->{type}, low => $standard ne "");
}

sub write_any { my ($self, $node) = @_; return tested($self, $node, "contains", "where: ") }

sub write_all { my ($self, $node) = @_; return tested($self, $node, "allSatisfy", "") }

sub tested {
  my ($self, $node, $method, $label) = @_;
  my ($list, $text) =
    block_text($self, $node, sub { my ($block) = @_; return WriteConditions::condition($self, $block, 0) });
  return written("$list.$method($label\{ $text })", known("Bool"));
}

sub write_first {
  my ($self, $node) = @_;
  my ($list, $text) =
    block_text($self, $node, sub { my ($block) = @_; return WriteConditions::condition($self, $block, 0) });
  return written("$list.first(where: { $text })", $node->{type}, opt => 1);
}

# --- The system.

sub write_close {
  my ($self, $node) = @_;
  my ($x) = first_atom($self, $node);
  $self->{imports}{"import Glibc"} = 1;
  return written("close($x->{s})") if kind_of($x->{type}) eq "CInt" && !$x->{opt};
  give_up("close of what is no descriptor: close(fh)");
}

sub write_kill {
  my ($self, $node) = @_;
  my ($signal, $pid) = @{$node->{arguments}};
  my $name = Inference::key_text($signal) // give_up("kill by a number");
  $self->{imports}{"import Glibc"} = 1;
  return written("kill(" . as($self, $pid, known("Int32")) . ", SIG$name)");
}

1;
