package WriteExpressions;
# Writes expressions in Swift. What is written is a hash: its text "s", its "type", whether it may be nil "opt", and
# whether it wants brackets as a part of something else "low".

use strict;
use warnings;
use utf8;
use Types qw(found kind_of is_kind settle swift_type known);
use WriteTexts qw(quoted text_of);
use Conversions;
use WriteAssignments;
use WriteConditions;
use WriteContainers;
use WriteCalls;
use WriteBuiltins;
use WriteRegexes;

sub give_up { Writer::give_up(@_) }

# What the table of Perl's own functions says about one that Swift does not have.
sub left_out {
  my ($self, $name) = @_;
  my $row = $self->{table}->function($name);
  $self->{missing}{$name} = $row if $row->{status} eq "left out";
  give_up(PortTable::sentence($row));
}

sub written { my ($s, $type, %more) = @_; return {s => $s, type => $type // known("Void"), %more} }

my %EXPRESSIONS = (
  number => \&number,
  text => \&text,
  single => \&text,
  double => \&text,
  heredoc => \&text,
  words => sub {
    my ($self, $n) = @_;
    return written("[" . join(", ", map { quoted($_) } @{$n->{value}}) . "]", $n->{type});
  },
  variable => \&variable,
  element => \&element,
  entry => \&entry,
  dereference => \&dereference,
  reference => \&reference,
  last_index => sub {
    my ($self, $n) = @_;
    return written(Conversions::atom(value($self, $n->{array})) . ".count - 1", known("Int"), low => 1);
  },
  unary => \&unary,
  step => \&step,
  binary => \&binary,
  assign => \&WriteAssignments::assign,
  choice => \&choice,
  array => \&WriteContainers::array,
  hash => \&WriteContainers::hash,
  list => \&WriteContainers::list,
  closure => \&closure,
  my => \&WriteAssignments::declaration,
  call => \&WriteCalls::call,
  method => \&WriteCalls::method,
  dynamic => \&WriteCalls::dynamic,
  match => sub {
    my ($self, $n) = @_;
    return written(WriteConditions::condition($self, $n, 0), known("Bool"), low => 1);
  },
  substitute => sub { give_up('a substitution in $_: name the loop\'s variable, and use name.replace(/…/, with: …)') },
  eval => \&attempt,
  test => sub { give_up("a test of a file: the status of aio_stat has isFile, isDirectory, size") },
  do => sub { give_up("do as a value: a closure that is called, { … }()") },
  local => sub { left_out($_[0], "local") },
  readline => sub {
    my ($self, $n) = @_;
    give_up("reading lines of a file: aio_load of a file") if $n->{text} ne "<STDIN>";
    return written("readLine(strippingNewline: false)", known("String"), opt => 1);
  },
  transliterate => sub { left_out($_[0], "tr") },
  pattern => sub { give_up("a pattern as a value: let pattern = /…/") },
  jump => sub {
    my ($self, $n) = @_;
    return written(
      (
          $n->{name} eq "last" ? "break"
        : $n->{name} eq "next" ? "continue"
        : give_up("redo")
      )
      . (defined $n->{label} ? " " . lc $n->{label} : "")
    );
  },
  return => \&result,
  class => sub { my ($self, $n) = @_; give_up("the class $n->{name}") },
);

# An expression as a value.
sub value {
  my ($self, $node) = @_;
  my $write = $EXPRESSIONS{$node->{t}} // give_up("this expression");
  return $write->($self, $node);
}

# An expression in a place that wants a type.
sub as {
  my ($self, $node, $type, %place) = @_;
  my $kind = kind_of($type);
  return "nil" if ($place{optional} || found($type)->{optional} || $kind eq "Value") && WriteCalls::is_undef($node);
  give_up("undef where a value is wanted: make the place optional") if WriteCalls::is_undef($node);
  if ($node->{t} eq "closure" && $kind eq "Function") { return closure($self, $node, $type)->{s} }
  if ($node->{t} eq "hash" && $kind =~ /^(?:Value|Dictionary)$/) {
    return WriteContainers::hash_text($self, $node, $type);
  }
  if ($node->{t} eq "array" && $kind =~ /^(?:Value|Array|Tuple)$/) {
    return WriteContainers::array_text($self, $node, $type);
  }
  if ($kind =~ /^(?:Int|Double)$/ && Inference::is_counted($node)) { return WriteCalls::count($self, $node) }
  if ($node->{t} eq "list" && $kind eq "Tuple" && @{$node->{items}} == @{found($type)->{parts}}) {
    return WriteContainers::array_text($self, $node, $type);
  }
  give_up("a hash where an array is wanted") if $node->{t} eq "hash" && $kind eq "Array";
  give_up("an array where a hash is wanted") if $node->{t} eq "array" && $kind eq "Dictionary";
  if ($node->{t} eq "choice") { return choice($self, $node, $type)->{s} }
  if ($kind eq "Bool" && $node->{t} eq "number") { return $node->{text} =~ /^[0.]+$/ ? "false" : "true" }
  if ($kind eq "Bool") { return WriteConditions::condition($self, $node, 0) }
  if ($node->{t} eq "number" && $kind eq "Double") { return number($self, $node)->{s} }
  return Conversions::converted($self, value($self, $node), $type, $place{optional});
}

# --- Values.

sub number {
  my ($self, $node) = @_;
  my $text = $node->{text};
  $text =~ s/^0([0-7]+)$/0o$1/;
  $text = "0$text" if $text =~ /^\./;
  $text =~ s/\.(?=\D|$)/.0/;
  return written($text, $node->{type});
}

sub text {
  my ($self, $node) = @_;
  return written(text_of($self, $node->{parts} // PerlStrings::parts($node)), known("String"));
}

my %MAGIC = (
  "\$!" => '"\(SystemError.last)"',
  "\$0" => "CommandLine.arguments[0]",
);

sub variable {
  my ($self, $node) = @_;
  my ($sigil, $name) = @$node{qw(sigil name)};
  if ($sigil eq "\$" && $name =~ /^[1-9]\d*$/) { return WriteRegexes::group($self, $name) }
  if (defined $MAGIC{"$sigil$name"}) { return written($MAGIC{"$sigil$name"}, known("String")) }
  if (my $symbol = $node->{symbol}) {
    return written($symbol->{swift}, $symbol->{type}, opt => WriteConditions::is_nilable($self, $symbol));
  }
  return written("NODE", known("String")) if "$sigil$name" eq "\$NODE";
  if ($node->{row}) { return table_variable($self, $node) }
  return written("ARGV", $node->{type}) if "$sigil$name" eq '@ARGV';
  give_up('@_: name the arguments, { a, b in … }') if $name eq "_" && $sigil eq "@";
  give_up('$@: catch, where the error is called error') if $name eq "@";
  give_up("\$\$: getpid()") if $name eq "\$";
  if ($sigil eq "&" && $node->{function}) {
    return written(function_name($node->{function}{name}), $node->{function}{type});
  }
  give_up("$sigil$name, which nobody has declared");
}

sub table_variable {
  my ($self, $node) = @_;
  my $row = $node->{row};
  if (!$row->{shape}) {
    $self->{missing}{"$node->{sigil}$node->{name}"} = $row if $row->{status} eq "left out";
    give_up(PortTable::sentence($row));
  }
  return written($row->{shape}{name}, $node->{type});
}

sub function_name { my ($name) = @_; return $name =~ s/^.*:://r }

sub element {
  my ($self, $node) = @_;
  my ($base, $index) = @$node{qw(base index)};
  if ($node->{symbol}) {
    return written($node->{symbol}{swift}, $node->{symbol}{type},
      opt => WriteConditions::is_nilable($self, $node->{symbol}));
  }
  my $x = value($self, $base);
  my $kind = kind_of($x->{type});
  my $at = as($self, $index, known("Int"));
  if (WriteContainers::is_arguments($base) && !$node->{is_target} && !$self->{is_default}) {
    # An argument that is not there is undef.
    my $place =
        $at eq "0" ? "ARGV.first"
      : $at eq "-1" ? "ARGV.last"
      : $at =~ /^\d+$/ ? "ARGV.dropFirst($at).first"
      : give_up("an argument with a number that is computed: if ARGV.indices.contains(i)");
    return written($place, known("String"), opt => 1);
  }
  if ($kind eq "Tuple") {
    give_up("an element of a tuple by a number that is computed") if $at !~ /^\d+$/;
    return written(Conversions::atom($x) . ".$at", found($x->{type})->{parts}[$at]);
  }
  return written("\"\\(" . Conversions::atom($x) . "[$at])\"", known("String")) if $kind eq "DNSRecord";
  my $type = $kind eq "Array" ? found($x->{type})->{of} : $kind =~ /^(?:Value|Message)$/ ? known("Value") : undef;
  give_up("an element of what is no array") if !$type;
  $x = present($x);
  $at = Conversions::atom($x) . ".count - $1" if $at =~ /^-(\d+)$/;
  return written(Conversions::atom($x) . "[$at]", $type);
}

sub entry {
  my ($self, $node) = @_;
  my $key = Inference::key_text($node->{key});
  if ($node->{base}{t} eq "variable" && $node->{base}{name} eq "+") { return WriteRegexes::named($self, $key // "") }
  if ($node->{base}{t} eq "variable" && $node->{base}{name} eq "ENV") {
    my $name = as($self, $node->{key}, known("String"));
    $self->{imports}{"import Glibc"} = 1;
    return written("getenv($name).map { String(cString: \$0) }", known("String"), opt => 1, low => 1);
  }
  my $x = value($self, $node->{base});
  my $kind = kind_of($x->{type});
  return written("$x->{s}.$key", $node->{type}) if $kind eq "Handle" && ($key // "") =~ /^[rw]buf$/;
  if ($kind eq "HTTPHeaders") {
    return written("$x->{s}.status", known("Int")) if ($key // "") eq "Status";
    return written("$x->{s}.reason", known("String")) if ($key // "") eq "Reason";
    return written("$x->{s}.url", known("String")) if ($key // "") eq "URL";
    return written("$x->{s}.redirect", known("HTTPRedirect"), opt => 1) if ($key // "") eq "Redirect";
    return written($x->{s} . "[" . as($self, $node->{key}, known("String")) . "]", known("String"), opt => 1);
  }
  if ($kind eq "Value") {
    $x = present($x);
    return written(Conversions::atom($x) . "[" . as($self, $node->{key}, known("String")) . "]", known("Value"));
  }
  give_up("an entry of what is no hash of Swift's: the object has properties") if $kind ne "Dictionary";
  $x = present($x);
  my $type = found($x->{type});
  return written(Conversions::atom($x) . "[" . as($self, $node->{key}, settle($type->{key})) . "]", $type->{of},
    opt => 1);
}

# What may be nil, or what Perl has then.
sub present {
  my ($x) = @_;
  return $x if !$x->{opt};
  return written("($x->{s} ?? " . Conversions::standard(kind_of($x->{type})) . ")", $x->{type});
}

sub dereference {
  my ($self, $node) = @_;
  if ($node->{sigil} eq "\$") {
    give_up("a reference to a variable: inout, or an object that has it")
      if !is_kind($node->{x}{type}, "Reference") || !$node->{x}{symbol};
    return written($node->{x}{symbol}{swift}, found($node->{x}{type})->{of});
  }
  my $x = value($self, $node->{x});
  my $kind = kind_of($x->{type});
  return written(
    Conversions::atom($x) . ($node->{sigil} eq "@" ? ".elements" : ".entries"),
    known(
      $node->{sigil} eq "@" ? "Array" : "Dictionary",
      of => known("Value"),
      key => known("String")
    )
  ) if $kind eq "Value";
  return written(Conversions::atom($x) . ".values", known("Array", of => known("Value"))) if $kind eq "Message";
  if ($x->{opt}) { return written("$x->{s} ?? " . ($kind eq "Array" ? "[]" : "[:]"), $x->{type}, low => 1) }
  return $x;
}

sub reference {
  my ($self, $node) = @_;
  my $inner = $node->{x};
  return written("&" . value($self, $inner)->{s}, $node->{type}) if is_kind($node->{type}, "Reference");
  return value($self, $inner);
}

sub unary {
  my ($self, $node) = @_;
  if ($node->{op} eq "!") {
    return written(WriteConditions::condition($self, $node->{x}, 1), known("Bool"), low => 1);
  }
  give_up("the operator $node->{op}") if $node->{op} !~ /^[-~]$/;
  my $is_loose = $node->{op} eq "-" && Inference::is_loose($node->{x}{type});
  my $kind = $is_loose || is_kind($node->{type}, "Double") ? "Double" : "Int";
  my $x = as($self, $node->{x}, known($kind));
  $x = "($x)" if Conversions::is_composed($x);
  return written("$node->{op}$x", known($kind, loose => $is_loose), low => $node->{op} eq "-" && $x !~ /^\d/);
}

sub step {
  my ($self, $node) = @_;
  my $x = WriteAssignments::target($self, $node->{x});
  my ($up, $down) = $node->{op} eq "++" ? ("+=", "-") : ("-=", "+");
  if (is_kind($x->{type}, "Value") && $node->{is_statement}) {
    return WriteAssignments::counted_value($self, $x, $up, {t => "number", text => 1, type => known("Int")});
  }
  give_up("++ and -- of what is no number") if !is_kind($x->{type}, "Int", "Double");
  my $change = WriteAssignments::changed_text($self, $x, "Int") . " $up 1";
  return written($change) if $node->{is_statement};
  # Within a statement it is done before, if the value is not asked for a second time.
  my $is_alone = $self->{before} && is_alone($self, $node);
  give_up("++ and -- within an expression: x += 1 as a statement of its own") if !$is_alone;
  push @{$self->{before}}, $change;
  my $now = Conversions::converted($self, value($self, $node->{x}), known("Int"));
  $now = "($now)" if Conversions::is_composed($now);
  return written($node->{first} ? $now : "$now $down 1", known("Int"), low => !$node->{first});
}

# Whether a variable, and those of the place that it leads to, are used nowhere else in the statement.
sub is_alone {
  my ($self, $step) = @_;
  my ($uses, $calls) = (0, 0);
  my $place = $step->{x};
  my $base = $place->{base} // $place;
  return 0 if $base->{t} ne "variable";
  Inference::each_node($self->{written}, sub { $uses++ if ($_[0]{symbol} // 0) == $base->{symbol} });
  Inference::each_node($place, sub { $calls++ if $_[0]{t} =~ /^(?:call|method|dynamic|step)$/ });
  return $uses == 1 && !$calls;
}

my %TEXT_COMPARISONS = (eq => "==", ne => "!=", lt => "<", gt => ">", le => "<=", ge => ">=");
my %NEGATIONS = ("==" => "!=", "!=" => "==", "<" => ">=", ">" => "<=", "<=" => ">", ">=" => "<");

sub binary {
  my ($self, $node) = @_;
  my ($operator, $left, $right) = @$node{qw(op left right)};
  if ($operator eq ".") {
    return written(text_of($self, [WriteTexts::joined_parts($node)]), known("String"))
      if !is_kind($node->{type}, "Bytes");
    return written(
      join(" + ", map { Conversions::atom(written(as($self, $_, known("Bytes")), known("Bytes"))) } $left, $right),
      known("Bytes"), low => 1);
  }
  return repetition($self, $node) if $operator eq "x";
  return WriteRegexes::substitution($self, $node)
    if $operator eq "=~" && $node->{is_statement} && $right->{t} =~ /^(?:substitute|transliterate)$/;
  return WriteRegexes::substituted($self, $node) if $right->{t} =~ /^(?:substitute|transliterate)$/;
  return WriteRegexes::all_matches($self, $node) if WriteRegexes::is_global($node);
  if ($operator =~ /^[=!]~$/) {
    push @{$self->{contexts}}, {%{$self->context}, single => 1};
    my ($yes, $no) = map { WriteRegexes::condition($self, $node, $_) } 0, 1;
    pop @{$self->{contexts}};
    return written($yes, known("Bool"), not => $no, low => 1);
  }
  return default_value($self, $node) if $operator =~ m{^(?://|\|\||or)$} && !is_kind($node->{type}, "Bool");
  give_up("\"$operator\" as a value: a ? b : c") if $operator =~ /^(?:&&|and)$/ && !is_kind($node->{type}, "Bool");
  return written(WriteConditions::condition($self, $node, 0), known("Bool"), low => 1)
    if $operator =~ /^(?:&&|\|\||and|or)$/;
  return comparison($self, $node) if $TEXT_COMPARISONS{$operator} || $NEGATIONS{$operator};
  if ($operator =~ /^\.\./) {
    return written(range($self, $left, $right, 1), known("Array", of => known("Int")), low => 1);
  }
  give_up("$operator as a value: sort { … } is .sorted { … }") if $operator =~ /^(?:cmp|<=>)$/;
  return arithmetic($self, $node);
}

# From one number to another one; Swift's own ranges stop the program when the end is before the begin.
sub range {
  my ($self, $from, $to, $has_end) = @_;
  my $first = as($self, $from, known("Int"));
  if ($has_end && $to->{t} eq "last_index") { ($has_end, $to) = (0, $to->{array}) }
  my $last = WriteCalls::counted($to) ? WriteCalls::count($self, $to) : as($self, $to, known("Int"));
  my $is_safe = $first =~ /^\d+$/
    && ($last =~ /^\d+$/ && $last >= $first || !$has_end && $first eq "0" && $last =~ /^[\w.]+\.count$/);
  return $first . ($has_end ? "..." : "..<") . $last if $is_safe;
  return "stride(from: $first, " . ($has_end ? "through" : "to") . ": $last, by: 1)";
}

sub arithmetic {
  my ($self, $node) = @_;
  my $operator = $node->{op};
  my $is_loose = $operator =~ m{^[-+*/]$} && grep { Inference::is_loose($_->{type}) } @$node{qw(left right)};
  my $kind =
    $operator =~ m{^[-+*/]$} && is_kind($node->{type}, "Double") || $operator eq "/" || $is_loose ? "Double" : "Int";
  $kind = "CInt" if $operator eq "|" && is_kind($node->{left}{type}, "CInt");
  give_up("**: Foundation's pow") if $operator eq "**";
  give_up("the operator $operator") if $operator !~ m{^(?:[-+*/%&|^]|<<|>>)$};
  my ($left, $right) = map { operand($self, $_, $kind) } @$node{qw(left right)};
  give_up("% of what may be negative, which Swift rounds the other way: ((a % b) + b) % b")
    if $operator eq "%" && $left =~ /-/;
  $left .= ".0" if $operator eq "/" && "$left $right" =~ /^\d+ \d+$/;
  my $type = known($kind, loose => $is_loose);
  if ($operator eq "+" && $right eq "0") { return written($left, $type, low => scalar($left =~ / /)) }
  return written("$left $operator $right", $type, low => 1);
}

# A part of an expression with operators, in brackets if it has operators itself.
sub operand {
  my ($self, $node, $kind) = @_;
  my $inner = $node->{t} eq "list" && @{$node->{items}} == 1 ? $node->{items}[0] : $node;
  my $is_count = WriteCalls::counted($inner);
  my $text = $is_count ? WriteCalls::count($self, $inner) : as($self, $inner, known($kind));
  $text = "Double($text)" if $is_count && $kind eq "Double";
  return Conversions::is_composed($text) && $text !~ /^\d[\w.]*$/ ? "($text)" : $text;
}

sub comparison {
  my ($self, $node) = @_;
  my $operator = $TEXT_COMPARISONS{$node->{op}} // $node->{op};
  my $kind = $TEXT_COMPARISONS{$node->{op}} ? "String" : undef;
  my ($left, $right) = @$node{qw(left right)};
  if (my $contains = index_comparison($self, $node)) { return $contains }
  give_up("a comparison of what two variables refer to: === of objects of a class")
    if $node->{op} =~ /^[=!]=$/ && grep { is_reference($_) } $left, $right;
  if (!defined $kind) {
    my @kinds = map { WriteCalls::counted($_) ? "Int" : kind_of($_->{type}) } $left, $right;
    # What has come in a message may have a fraction.
    $kind = (grep { /^(?:Double|Value)$/ } @kinds) ? "Double" : $kinds[0] eq "Int32" ? "Int32" : "Int";
  }
  my ($one, $two) = map { compared($self, $_, $kind) } $left, $right;
  my $not = $NEGATIONS{$operator};
  return written("$one $operator $two", known("Bool"), low => 1, not => "$one $not $two");
}

# Whether a variable leads to an array, a hash, a function or an object.
sub is_reference {
  my ($node) = @_;
  return 0 if $node->{t} ne "variable" || $node->{sigil} ne "\$" || !$node->{symbol};
  my $symbol = $node->{symbol};
  return 1 if is_kind($symbol->{type}, qw(Array Dictionary)) || Types::is_object($symbol->{type});
  return $symbol->{changed} || $symbol->{value} && $symbol->{value}{t} =~ /^(?:hash|array)$/;
}

# "index ($x, $y) >= 0" and its like.
sub index_comparison {
  my ($self, $node) = @_;
  my ($left, $right, $operator) = @$node{qw(left right op)};
  return undef if $left->{t} ne "call" || $left->{name} ne "index" || @{$left->{arguments}} != 2 || $left->{function};
  my $number = $right->{t} eq "unary" && $right->{op} eq "-" ? "-$right->{x}{text}" : $right->{text} // "";
  my $is_found = "$operator $number" =~ /^(?:>= 0|!= -1|> -1)$/;
  return undef if !$is_found && "$operator $number" !~ /^(?:< 0|== -1)$/;
  my ($text, $part) = map { as($self, $_, known("String")) } @{$left->{arguments}};
  $text = "($text)" if Conversions::is_composed($text);
  my ($yes, $no) = ("$text.contains($part)", "!$text.contains($part)");
  return written($is_found ? $yes : $no, known("Bool"), not => $is_found ? $no : $yes);
}

# One side of a comparison: nil is equal to nothing, so an optional may stay one where texts are compared.
sub compared {
  my ($self, $node, $kind) = @_;
  my $x = WriteCalls::counted($node) ? written(WriteCalls::count($self, $node), known("Int")) : value($self, $node);
  return Conversions::atom($x) if kind_of($x->{type}) eq $kind && !$x->{opt};
  return Conversions::atom($x) . ".text" if $kind eq "String" && is_kind($x->{type}, "Bytes") && !$x->{opt};
  my $text = Conversions::converted($self, $x, known($kind));
  return $x->{opt} || $text =~ / / && $text !~ /^[("]/ ? "($text)" : $text;
}

# "A // B" and "A || B".
sub default_value {
  my ($self, $node) = @_;
  my $type = settle($node->{type});
  my $left = do { local $self->{is_default} = 1; value($self, $node->{left}) };
  my $from = kind_of($left->{type});
  if ($from =~ /^(?:Bytes|HTTPBody|HandleBuffer)$/) {
    my $bytes = $left->{s} . ($from eq "Bytes" ? "" : $left->{opt} ? "?.bytes" : ".bytes");
    return written($bytes, known("Bytes")) if !$left->{opt} && $node->{op} eq "//";
    my $right = as($self, $node->{right}, known("Bytes"));
    return written("$bytes ?? $right", known("Bytes"), low => 1) if $left->{opt};
    give_up("the first of two that is true: a ? … : …") if $left->{s} =~ /[( ]/;
    return written("!$left->{s}.isEmpty ? $bytes : $right", known("Bytes"), low => 1);
  }
  if ($left->{opt}) {
    $type = $left->{type} if $from ne kind_of($type) && $from ne "";
    return written(Conversions::atom($left) . " ?? " . as($self, $node->{right}, $type), $type, low => 1);
  }
  if ($from eq "Value") {
    my $kind = $node->{right}{t} eq "number" ? "Int" : kind_of($node->{right}{type});
    my %property = (Int => "int", Double => "double", String => "string");
    my $property = $property{$kind} // give_up("a value with a standard: value ?? standard");
    return written(Conversions::atom($left) . ".$property ?? " . as($self, $node->{right}, known($kind)),
      known($kind), low => 1);
  }
  if ($node->{left}{t} eq "element" && $left->{s} =~ /^(.*)\[0\]$/s) {
    my $first = "$1.first";
    $first .= ".flatMap { Int(\$0) }" if $from eq "String" && is_kind($type, "Int");
    return written("$first ?? " . as($self, $node->{right}, $type), $type, low => 1);
  }
  my $is_taken = $node->{left}{t} eq "call" && $node->{left}{name} =~ /^(?:shift|pop)$/;
  if ($is_taken && $left->{s} =~ /^(\w+)\.remove(?:First|Last)\(\)$/) {
    my $list = $1;
    my $taken = Conversions::converted($self, $left, $type);
    return written("$list.isEmpty ? " . as($self, $node->{right}, $type) . " : $taken", $type, low => 1);
  }
  return first_true($self, $node, $left, $type) if $node->{op} ne "//";
  # What is never undefined needs no other value, but for elements that may not be there.
  if ($node->{left}{t} eq "element" && $left->{s} =~ /^(.*)\[(\d+)\]$/s) {
    my $part = "$1.dropFirst($2).first";
    $part .= ".flatMap { Int(\$0) }" if $from eq "String" && is_kind($type, "Int");
    return written("$part ?? " . as($self, $node->{right}, $type), $type, low => 1);
  }
  return $left;
}

sub first_true {
  my ($self, $node, $left, $type) = @_;
  give_up("the first of two that is true: a ? … : …") if $left->{s} =~ /[( ]/;
  return written(WriteConditions::truth($left, 0) . " ? $left->{s} : " . as($self, $node->{right}, $type),
    $left->{type}, low => 1);
}

sub repetition {
  my ($self, $node) = @_;
  my ($left, $right) = @$node{qw(left right)};
  if ($left->{t} eq "list") {
    give_up("several values that are repeated: a loop") if @{$left->{items}} != 1;
    my $of = found($node->{type})->{of};
    return written(
      "Array(repeating: " . as($self, $left->{items}[0], $of) . ", count: " . operand($self, $right, "Int") . ")",
      $node->{type});
  }
  return written(
    "String(repeating: " . as($self, $left, known("String")) . ", count: " . operand($self, $right, "Int") . ")",
    known("String"));
}

sub choice {
  my ($self, $node, $type) = @_;
  $type //= settle($node->{type});
  local $self->{before} = undef;
  if (my $found = WriteRegexes::choice($self, $node, $type)) { return $found }
  my %narrow = %{$self->{narrow}};
  push @{$self->{contexts}}, {%{$self->context}, single => 1};
  my $condition = WriteConditions::condition($self, $node->{condition}, 0);
  pop @{$self->{contexts}};
  my ($then, $else) = map { as($self, $node->{$_}, $type, optional => found($type)->{optional}) } qw(then else);
  $self->{narrow} = \%narrow;
  return written("$condition ? $then : $else", $type, low => 1);
}

# --- Closures.

# A closure whose arguments are those of a type; "names" are those of its parameters.
sub closure {
  my ($self, $node, $type, %how) = @_;
  $type //= $node->{type};
  my $found = found($type);
  my @symbols = @{$node->{params} // []};
  my $count = $how{count} // scalar @{$found->{params}};
  give_up("a closure with a list of arguments: { arguments in … } with an array")
    if defined $node->{rest} && !$how{is_open};
  give_up("a closure that takes more arguments than it gets") if @symbols > $count;
  my @names = map { $symbols[$_] ? parameter_name($symbols[$_], $how{types}) : "_" } 0 .. $count - 1;
  my $head = !@names ? "" : $how{types} ? "(" . join(", ", @names) . ") in" : join(", ", @names) . " in";
  my $returns = kind_of($found->{ret}) && !is_kind($found->{ret}, "Void");
  push @{$self->{contexts}},
    {
    throws => $how{throws},
    closure => 1,
    ret => $returns ? $found->{ret} : undef,
    node => $node,
    block => $how{block},
    optional => $found->{ret}{optional}
    };
  my %narrow = %{$self->{narrow}};
  my @body = ($self->copies($node), @{$node->{body}});
  my $text = $self->block(\@body, $node->{line}, $node->{end});
  $self->{narrow} = \%narrow;
  pop @{$self->{contexts}};
  $text =~ s/^\{\}$/{ }/;
  $text =~ s/^\{/{ $head/ if $head ne "";
  return written($text, $type);
}

sub parameter_name {
  my ($symbol, $has_types) = @_;
  return $symbol->{swift} if !$has_types;
  return "$symbol->{swift}: " . swift_type($symbol->{type}) . ($symbol->{optional} ? "?" : "");
}

# "eval { … }" of one expression that is nil when it fails.
sub attempt {
  my ($self, $node) = @_;
  my $only = @{$node->{body}} == 1 && $node->{body}[0]{t} eq "expression" ? $node->{body}[0]{x} : undef;
  my $text = $only && !$node->{is_statement} ? value($self, $only) : undef;
  return $text if $text && $text->{s} =~ /^\(try\? /;
  left_out($self, "eval");
}

sub result {
  my ($self, $node) = @_;
  my $context = $self->context;
  my $x = $node->{x};
  if (!$x || WriteCalls::is_undef($x) || $x->{t} eq "list" && !@{$x->{items}}) {
    return written("return []") if ($context->{node}{function} // {})->{returns_list};
    return written($context->{ret}
        && ($context->{optional} || kind_of($context->{ret}) eq "Value") ? "return nil" : "return");
  }
  if (!$context->{ret}) {
    my $text = as_statement($self, $x);
    # What a function of Swift's returns is nothing that a callback may return.
    my $result = $x->{plan} ? $x->{plan}{shape}{result} : undef;
    return written("$text; return") if defined $result || $x->{t} eq "choice" || $x->{t} eq "call" && $x->{name} =~ /::log$/;
    return written($text eq "" ? "return" : "return $text");
  }
  if ($x->{t} eq "call" && $x->{name} eq "die") { return written(as_statement($self, $x)) }
  # It may have been tried as a statement.
  delete $x->{is_statement};
  return written("return " . as($self, $x, $context->{ret}, optional => $context->{optional}));
}

# "A ? B : C" as a statement is "if (A) { B } else { C }".
sub branches {
  my ($self, $node) = @_;
  my $body = sub { [{t => "expression", x => $_[0], line => $_[0]{line}, end => $_[0]{end}}] };
  give_up("a choice as a statement: if … { } else { }") if $node->{end} > $node->{line};
  return $self->condition(
    {
      t => "if",
      line => $node->{line},
      end => $node->{end},
      postfix => 1,
      branches => [
        {condition => $node->{condition}, line => $node->{line}, body => $body->($node->{then})},
        {line => $node->{line}, body => $body->($node->{else})}
      ]
    }
  );
}

# An expression whose value nobody wants.
sub as_statement {
  my ($self, $node) = @_;
  $node->{is_statement} = 1;
  if ($node->{t} eq "list" && @{$node->{items}} > 1 && !$node->{parens}) {
    return join "; ", map { as_statement($self, $_) } @{$node->{items}};
  }
  give_up("a value that nobody uses")
    if $node->{t} =~ /^(?:number|single|double|variable|array|hash)$/
    && !($node->{t} eq "number" && $node->{text} eq "1");
  return "" if $node->{t} eq "number";
  if ($node->{t} eq "choice") { return branches($self, $node) }
  return value($self, $node)->{s};
}

1;
