package WriteExpressions;
# Writes expressions in Swift. What is written is a hash: its text "s", its "type", whether it may be nil "opt", and
# whether it wants brackets as a part of something else "low".

use strict;
use warnings;
use utf8;
use Types qw(found kind_of is_kind settle swift_type known);
use WriteTexts qw(quoted text_of literal);
use WriteAssignments;
use WriteCalls;
use WriteBuiltins;
use WriteRegexes;

sub give_up { Writer::give_up(@_) }

# What the table of Perl's own functions says about one that Swift does not have.
sub left_out {
  my ($self, $name) = @_;
  my $row = $self->{table}->function($name);
  $self->{missing}{$name} = $row;
  give_up(PortTable::sentence($row));
}

sub written { my ($s, $type, %more) = @_; return {s => $s, type => $type // known("Void"), %more} }

my %EXPRESSIONS = (
  number => \&number, text => \&text, single => \&text, double => \&text, heredoc => \&text,
  words => sub { my ($self, $n) = @_; return written("[" . join(", ", map { quoted($_) } @{$n->{value}}) . "]", $n->{type}) },
  variable => \&variable, element => \&element, entry => \&entry, dereference => \&dereference, reference => \&reference,
  last_index => sub { my ($self, $n) = @_; return written(value($self, $n->{array})->{s} . ".count - 1", known("Int"), low => 1) },
  unary => \&unary, step => \&step, binary => \&binary, assign => \&WriteAssignments::assign, choice => \&choice,
  array => \&array, hash => \&hash, list => \&list, closure => \&closure, my => \&WriteAssignments::declaration,
  call => \&WriteCalls::call, method => \&WriteCalls::method, dynamic => \&WriteCalls::dynamic,
  match => sub { give_up('a match of $_: name the loop\'s variable, and ask name.contains(/…/)') },
  substitute => sub { give_up('a substitution in $_: name the loop\'s variable, and use name.replace(/…/, with: …)') },
  eval => \&attempt, test => sub { give_up("a test of a file: the status of aio_stat has isFile, isDirectory, size") },
  do => sub { give_up("do as a value: a closure that is called, { … }()") },
  local => sub { left_out($_[0], "local") },
  readline => sub { give_up("reading lines of a file: readLine() of the standard input, aio_load of a file") },
  transliterate => sub { left_out($_[0], "tr") },
  pattern => sub { give_up("a pattern as a value: let pattern = /…/") },
  jump => sub { my ($self, $n) = @_; return written(($n->{name} eq "last" ? "break" : $n->{name} eq "next" ? "continue"
    : give_up("redo")) . (defined $n->{label} ? " " . lc $n->{label} : "")) },
  return => \&result, class => sub { my ($self, $n) = @_; give_up("the class $n->{name}") },
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
  if ($node->{t} eq "hash" && $kind =~ /^(?:Value|Dictionary)$/) { return hash_text($self, $node, $type) }
  if ($node->{t} eq "array" && $kind =~ /^(?:Value|Array|Tuple)$/) { return array_text($self, $node, $type) }
  if ($node->{t} eq "choice") { return choice($self, $node, $type)->{s} }
  if ($kind eq "Bool" && $node->{t} eq "number") { return $node->{text} =~ /^[0.]+$/ ? "false" : "true" }
  if ($kind eq "Bool") { return condition($self, $node, 0) }
  if ($node->{t} eq "number" && $kind eq "Double") { return $node->{text} }
  return converted($self, value($self, $node), $type, $place{optional});
}

# What is written, where a type is wanted.
sub converted {
  my ($self, $x, $type, $may_be_nil) = @_;
  my ($from, $into) = (kind_of($x->{type}), kind_of($type));
  if ($x->{opt} && $from eq "Function" && $into eq "Function" && @{found($x->{type})->{params}} < @{found($type)->{params}}) {
    return wrapped(written($x->{s} . "?", $x->{type}), $type);
  }
  if ($x->{opt}) {
    return $x->{s} if $may_be_nil || found($type)->{optional};
    if ($into eq "Value") { return "Value($x->{s})" if $from =~ /^(?:String|Int|Double|Bool)$/ }
    my $standard = standard($into eq $from || $into eq "" ? $from : $from) // give_up(
      "\"" . plain($x->{s}) . "\" may be nil: if let, guard let or ?");
    $x = written("(" . $x->{s} . " ?? $standard)", $x->{type});
    $x->{s} =~ s/^\((.*)\)$/$1/s, $x->{low} = 1 if $from eq $into;
  }
  return ($x->{s} =~ /^&/ ? "" : "&") . $x->{s} if $from eq "Reference" && $into eq "Reference";
  give_up("a reference to a variable as a value: an object that has it") if $from eq "Reference";
  return wrapped($x, $type) if $from eq "Function" && $into eq "Function";
  return $x->{s} if $from eq $into || $from eq "" || $into eq "";
  my $atom = atom($x);
  my $text = "$from $into" eq "Array Value" ? array_value($x, $atom) : conversion($from, $into, $x->{s}, $atom);
  return $text // give_up("what is there is of the type $from, and $into is wanted");
}

# A function that takes fewer arguments than it will get.
sub wrapped {
  my ($x, $type) = @_;
  my ($takes, $gets) = map { scalar @{found($_)->{params}} } $x->{type}, $type;
  return $x->{s} if $takes == $gets;
  give_up("a function of $takes arguments where one gets $gets") if $takes > $gets;
  my @names = map { $_ < $takes ? "argument$_" : "_" } 0 .. $gets - 1;
  return "{ " . join(", ", @names) . " in $x->{s}(" . join(", ", @names[0 .. $takes - 1]) . ") }";
}

# A text without brackets that are around all of it.
sub unbracketed {
  my ($text) = @_;
  my ($inner) = $text =~ /^\(((?:[^()]++|(\((?:[^()]++|(?2))*\)))*)\)$/s or return $text;
  return $inner =~ / / && $inner !~ /^[^()]*,/ ? $inner : $text;
}

sub plain { my ($text) = @_; $text =~ s/\x{1}.*?\x{2}/ /g; return $text =~ s/\s+/ /gr }

sub atom { my ($x) = @_; return $x->{low} ? "($x->{s})" : $x->{s} }

# What Perl has in place of nothing.
sub standard {
  my ($kind) = @_;
  return {Int => "0", Int32 => "0", Double => "0", String => '""', Bool => "false", Array => "[]", Bytes => "[]",
    Dictionary => "[:]", Value => ".null", CInt => "-1"}->{$kind};
}

my %CONVERSIONS = (
  "Int Double" => "Double(%s)", "Double Int" => "Int(%s)", "Int String" => "String(%s)", "Double String" => "String(%s)",
  "String Int" => "(Int(%s) ?? 0)", "String Double" => "(Double(%s) ?? 0)", "String Int32" => "(Int32(%s) ?? 0)",
  "Int Int32" => "Int32(%s)", "Int32 Int" => "Int(%s)", "Int CInt" => "CInt(%s)", "CInt Int" => "Int(%s)",
  "Int32 String" => "String(%s)", "Int Bool" => "%a != 0", "Bool Int" => "(%s ? 1 : 0)", "String Bool" => "%a != \"\"",
  "Bool String" => "(%s ? \"1\" : \"\")", "String Bytes" => "Array(%a.utf8)", "Bytes String" => "%a.text",
  "HTTPBody String" => "%a.text", "HTTPBody Bytes" => "%a.bytes", "HandleBuffer Bytes" => "%a.bytes",
  "HandleBuffer String" => "%a.text", "Substring String" => "String(%s)", "String Data" => "%s", "Bytes Data" => "%s",
  "String Service" => "%s", "Int Service" => "%s", "Value Int" => "(%a.int ?? 0)", "Value Double" => "(%a.double ?? 0)",
  "Value String" => "(%a.string ?? \"\")", "Value Bool" => "%a.bool", "Value Array" => "%a.elements",
  "Value Dictionary" => "%a.entries", "Value Bytes" => "(%a.bytes ?? [])", "Int Value" => ".int(%s)",
  "Double Value" => ".double(%s)", "String Value" => ".string(%s)", "Bool Value" => ".bool(%s)",
  "Bytes Value" => ".bytes(%s)", "Array Value" => ".array(%s)", "Message Array" => "%a.values", "String TLSRole" => "%s",
  "Value Data" => "(%a.string ?? \"\")", "String Level" => "%s", "PortID String" => "\"\\(%s)\"",
  "String PortID" => "PortID(%s)", "Value Service" => "(%a.string ?? \"\")", "PortID Value" => "%a.messageValue", "Int Data" => "\"\\(%s)\"", "Double Data" => "\"\\(%s)\"", "HTTPBody Data" => "%a.bytes",
  "CommandOutput String" => "%a.text", "CommandOutput Int" => "(Value(%a.text).int ?? 0)",
);

sub conversion {
  my ($from, $into, $text, $atom) = @_;
  my $form = $CONVERSIONS{"$from $into"} // return undef;
  # A literal is of any type that has such ones.
  return $text if $into =~ /^(?:Value|Double|Bytes|Int32)$/ && $from =~ /^(?:Int|Double|String)$/ && is_literal($text)
    && "$from $into" ne "String Bytes";
  return "true" if "$from $into" eq "Int Bool" && $text eq "1";
  return "false" if "$from $into" eq "Int Bool" && $text eq "0";
  return "\"$text\"" if "$from $into" eq "Int String" && $text =~ /^\d+$/;
  $form =~ s/%([sa])/$1 eq "s" ? unbracketed($text) : $atom/ge;
  return $form;
}

sub array_value {
  my ($x, $atom) = @_;
  my $of = kind_of(found($x->{type})->{of} // known("Value"));
  return ".array($x->{s})" if $of eq "Value";
  my $form = conversion($of, "Value", "\$0", "\$0") // return undef;
  return ".array($atom.map { $form })";
}

sub is_literal { my ($text) = @_; return $text =~ /^-?\d[\d_]*(?:\.\d+)?$/ || $text =~ /^"(?:[^"\\]|\\[^(])*"$/ }

# --- Conditions.

# An expression as a condition of Swift's.
sub condition {
  my ($self, $node, $not) = @_;
  if ($node->{t} eq "unary" && $node->{op} eq "!") { return condition($self, $node->{x}, !$not) }
  if ($node->{t} eq "list" && @{$node->{items}} == 1) { return condition($self, $node->{items}[0], $not) }
  if ($node->{t} eq "binary" && $node->{op} =~ /^(?:&&|\|\||and|or)$/) { return junction($self, $node, $not) }
  if ($node->{t} eq "assign" && !$not) { return binding($self, $node) }
  if ($node->{t} eq "binary" && $node->{op} =~ /^[=!]~$/) { return WriteRegexes::condition($self, $node, $not) }
  if (my $variable = asked_variable($node)) {
    if (is_nilable($self, $variable->{symbol})) { return asked($self, $variable->{symbol}, $not) }
  }
  return WriteBuiltins::defined_text($self, $node->{arguments}[0], $not) if $node->{t} eq "call" && $node->{name} eq "defined";
  my $x = value($self, $node);
  return truth($x, $not);
}

# Whether what is written is true for Perl.
sub truth {
  my ($x, $not) = @_;
  my $kind = kind_of($x->{type});
  my $atom = atom($x);
  return "$atom " . ($not ? "==" : "!=") . " nil" if $x->{opt} && $kind !~ /^(?:Bool|Int|Double|String)$/;
  if ($x->{opt}) { $atom = "($x->{s} ?? " . standard($kind) . ")" }
  if ($kind eq "Bool") { return $not ? $x->{not} // "!$atom" : $x->{opt} ? $atom : $x->{s} }
  return "$atom " . ($not ? "==" : "!=") . " 0" if $kind =~ /^(?:Int|Double|Int32|CInt)$/;
  return "$atom " . ($not ? "==" : "!=") . ' ""' if $kind eq "String";
  return ($not ? "" : "!") . "$atom.isEmpty" if $kind =~ /^(?:Array|Dictionary|Bytes|HTTPBody)$/;
  return ($not ? "!" : "") . "$atom.bool" if $kind eq "Value";
  give_up("\"" . plain($x->{s}) . "\" is always there") if Types::is_object($x->{type});
  give_up("a condition of which it is unknown when it is true");
}

# "A && B": a name that A binds is there in B.
sub junction {
  my ($self, $node, $not) = @_;
  my $is_and = $node->{op} =~ /^(?:&&|and)$/;
  my $first = condition($self, $node->{left}, $not);
  my $second = condition($self, $node->{right}, $not);
  my $operator = ($is_and xor $not) ? "&&" : "||";
  my $binds = $first =~ /^let / || $second =~ /^let /;
  give_up("a condition that binds a name, and another one") if $binds && $operator eq "||";
  return "$first, $second" if $binds;
  for ([\$first, $node->{left}], [\$second, $node->{right}]) {
    my ($text, $side) = @$_;
    my $inner = $side->{t} eq "list" && @{$side->{items}} == 1 ? $side->{items}[0] : $side;
    $$text = "($$text)" if $inner->{t} eq "binary" && $inner->{op} =~ /^(?:&&|\|\||and|or)$/
      && ($inner->{op} =~ /^(?:&&|and)$/ xor $is_and) || $inner->{t} eq "choice";
  }
  return "$first $operator $second";
}

# "if (my $x = …)".
sub binding {
  my ($self, $node) = @_;
  give_up("an assignment as a condition: assign first") if $node->{left}{t} ne "my" || $node->{left}{list};
  my $symbol = $node->{left}{variables}[0]{symbol};
  my $x = value($self, $node->{right});
  give_up("a condition that assigns what is never nil: assign first") if !$x->{opt};
  $self->{narrow}{$symbol} = 1;
  return "let $symbol->{swift} = $x->{s}";
}

# The variable that "$x", "defined $x" ask for.
sub asked_variable {
  my ($node) = @_;
  $node = $node->{arguments}[0] if $node->{t} eq "call" && $node->{name} eq "defined" && @{$node->{arguments}} == 1;
  return $node->{t} eq "variable" && $node->{symbol} && $node->{sigil} eq "\$" ? $node : undef;
}

sub asked {
  my ($self, $symbol, $not) = @_;
  return "$symbol->{swift} == nil" if $not;
  return "$symbol->{swift} != nil" if $self->{narrow}{$symbol} || $self->context->{single};
  $self->{narrow}{$symbol} = 1 if $symbol->{assigned} <= 1;
  return $symbol->{assigned} <= 1 ? "let $symbol->{swift}" : "$symbol->{swift} != nil";
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
    || $symbol->{asked_match} && $symbol->{asked};
}

# What is taken from a list without being asked for is there.
sub takes_always {
  my ($symbol) = @_;
  my $value = $symbol->{value} // return 0;
  return $value->{t} eq "call" && $value->{name} =~ /^(?:shift|pop)$/ && !$symbol->{asked};
}

# --- Values.

sub number {
  my ($self, $node) = @_;
  my $text = $node->{text};
  $text =~ s/^0([0-7]+)$/0o$1/;
  $text = "0$text" if $text =~ /^\./;
  return written($text, $node->{type});
}

sub text { my ($self, $node) = @_; return written(text_of($self, $node->{parts} // PerlStrings::parts($node)), known("String")) }

my %MAGIC = (
  "\$!" => '"\(SystemError.last)"', "\$0" => "CommandLine.arguments[0]",
);

sub variable {
  my ($self, $node) = @_;
  my ($sigil, $name) = @$node{qw(sigil name)};
  if ($sigil eq "\$" && $name =~ /^[1-9]\d*$/) { return WriteRegexes::group($self, $name) }
  if (defined $MAGIC{"$sigil$name"}) { return written($MAGIC{"$sigil$name"}, known("String")) }
  if (my $symbol = $node->{symbol}) {
    return written($symbol->{swift}, $symbol->{type}, opt => is_nilable($self, $symbol));
  }
  return written("NODE", known("String")) if "$sigil$name" eq "\$NODE";
  if ($node->{row}) { return table_variable($self, $node) }
  return written("ARGV", $node->{type}) if "$sigil$name" eq '@ARGV';
  give_up('@_: name the arguments, { a, b in … }') if $name eq "_" && $sigil eq "@";
  give_up('$@: catch, where the error is called error') if $name eq "@";
  give_up("\$\$: getpid()") if $name eq "\$";
  if ($sigil eq "&" && $node->{function}) { return written(function_name($node->{function}{name}), $node->{function}{type}) }
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
  if ($node->{symbol}) { return written($node->{symbol}{swift}, $node->{symbol}{type}, opt => is_nilable($self, $node->{symbol})) }
  my $x = value($self, $base);
  my $kind = kind_of($x->{type});
  my $at = as($self, $index, known("Int"));
  if ($kind eq "Tuple") {
    give_up("an element of a tuple by a number that is computed") if $at !~ /^\d+$/;
    return written(atom($x) . ".$at", found($x->{type})->{parts}[$at]);
  }
  return written("\"\\(" . atom($x) . "[$at])\"", known("String")) if $kind eq "DNSRecord";
  my $type = $kind eq "Array" ? found($x->{type})->{of} : $kind =~ /^(?:Value|Message)$/ ? known("Value") : undef;
  give_up("an element of what is no array") if !$type;
  $x = written("(" . $x->{s} . " ?? [])", $x->{type}) if $x->{opt};
  $at = atom($x) . ".count - $1" if $at =~ /^-(\d+)$/;
  return written(atom($x) . "[$at]", $type);
}

sub entry {
  my ($self, $node) = @_;
  my $key = Inference::key_text($node->{key});
  if ("$node->{base}{t}" eq "variable" && $node->{base}{name} eq "ENV") {
    my $name = as($self, $node->{key}, known("String"));
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
  if ($kind eq "Value") { return written(atom($x) . "[" . as($self, $node->{key}, known("String")) . "]", known("Value")) }
  give_up("an entry of what is no hash of Swift's: the object has properties") if $kind ne "Dictionary";
  $x = written("(" . $x->{s} . " ?? [:])", $x->{type}) if $x->{opt};
  my $type = found($x->{type});
  return written(atom($x) . "[" . as($self, $node->{key}, settle($type->{key})) . "]", $type->{of}, opt => 1);
}

sub dereference {
  my ($self, $node) = @_;
  if ($node->{sigil} eq "\$") {
    give_up("a reference to a variable: inout, or an object that has it") if !is_kind($node->{x}{type}, "Reference") || !$node->{x}{symbol};
    return written($node->{x}{symbol}{swift}, found($node->{x}{type})->{of});
  }
  my $x = value($self, $node->{x});
  my $kind = kind_of($x->{type});
  return written(atom($x) . ($node->{sigil} eq "@" ? ".elements" : ".entries"), known($node->{sigil} eq "@" ? "Array" : "Dictionary",
    of => known("Value"), key => known("String"))) if $kind eq "Value";
  return written(atom($x) . ".values", known("Array", of => known("Value"))) if $kind eq "Message";
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
  if ($node->{op} eq "!") { return written(condition($self, $node->{x}, 1), known("Bool"), low => 1) }
  give_up("the operator $node->{op}") if $node->{op} !~ /^[-~]$/;
  my $kind = is_kind($node->{type}, "Double") ? "Double" : "Int";
  my $x = as($self, $node->{x}, known($kind));
  return written("$node->{op}$x", known($kind), low => $node->{op} eq "-" && $x !~ /^\d/);
}

sub step {
  my ($self, $node) = @_;
  give_up("++ and -- within an expression: x += 1 as a statement of its own") if !$node->{is_statement};
  my $x = WriteAssignments::target($self, $node->{x});
  return written($x->{s} . ($node->{op} eq "++" ? " += 1" : " -= 1"));
}

my %TEXT_COMPARISONS = (eq => "==", ne => "!=", lt => "<", gt => ">", le => "<=", ge => ">=");
my %NEGATIONS = ("==" => "!=", "!=" => "==", "<" => ">=", ">" => "<=", "<=" => ">", ">=" => "<");

sub binary {
  my ($self, $node) = @_;
  my ($operator, $left, $right) = @$node{qw(op left right)};
  if ($operator eq ".") {
    return written(text_of($self, [WriteTexts::joined_parts($node)]), known("String")) if !is_kind($node->{type}, "Bytes");
    return written(join(" + ", map { atom(written(as($self, $_, known("Bytes")), known("Bytes"))) } $left, $right), known("Bytes"), low => 1);
  }
  return repetition($self, $node) if $operator eq "x";
  return WriteRegexes::substitution($self, $node) if $operator eq "=~" && $node->{is_statement} && $right->{t} =~ /^(?:substitute|transliterate)$/;
  return written(WriteRegexes::condition($self, $node, 0), known("Bool"), not => WriteRegexes::condition($self, $node, 1), low => 1)
    if $operator =~ /^[=!]~$/;
  return default_value($self, $node) if $operator =~ m{^(?://|\|\||or)$} && !is_kind($node->{type}, "Bool");
  return written(condition($self, $node, 0), known("Bool"), low => 1) if $operator =~ /^(?:&&|\|\||and|or)$/;
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
  my $last = WriteCalls::counted($to) ? WriteCalls::count($self, $to) : as($self, $to, known("Int"));
  my $is_safe = $first =~ /^\d+$/ && ($last =~ /^\d+$/ && $last >= $first || !$has_end && $first eq "0" && $last =~ /^[\w.]+\.count$/);
  return $first . ($has_end ? "..." : "..<") . $last if $is_safe;
  return "stride(from: $first, " . ($has_end ? "through" : "to") . ": $last, by: 1)";
}

sub arithmetic {
  my ($self, $node) = @_;
  my $operator = $node->{op};
  my $kind = $operator =~ /^(?:[-+*]|\/)$/ && is_kind($node->{type}, "Double") || $operator eq "/" ? "Double" : "Int";
  $kind = "CInt" if $operator eq "|" && is_kind($node->{left}{type}, "CInt");
  give_up("**: Foundation's pow") if $operator eq "**";
  give_up("the operator $operator") if $operator !~ m{^(?:[-+*/%&|^]|<<|>>)$};
  my ($left, $right) = map { operand($self, $_, $kind) } @$node{qw(left right)};
  if ($operator eq "+" && $right eq "0") { return written($left, known($kind), low => scalar($left =~ / /)) }
  return written("$left $operator $right", known($kind), low => 1);
}

# A part of an expression with operators, in brackets if it has operators itself.
sub operand {
  my ($self, $node, $kind) = @_;
  my $inner = $node->{t} eq "list" && @{$node->{items}} == 1 ? $node->{items}[0] : $node;
  my $text = as($self, $inner, known($kind));
  return $inner->{t} =~ /^(?:binary|choice|assign)$/ && $text =~ /[ ]/ && $text !~ /^\([^()]*\)$/ ? "($text)" : $text;
}

sub comparison {
  my ($self, $node) = @_;
  my $operator = $TEXT_COMPARISONS{$node->{op}} // $node->{op};
  my $kind = $TEXT_COMPARISONS{$node->{op}} ? "String" : undef;
  my ($left, $right) = @$node{qw(left right)};
  if (!defined $kind) {
    my @kinds = map { WriteCalls::counted($_) ? "Int" : kind_of($_->{type}) } $left, $right;
    $kind = (grep { $_ eq "Double" } @kinds) ? "Double" : $kinds[0] eq "Int32" ? "Int32" : "Int";
  }
  my ($one, $two) = map { compared($self, $_, $kind) } $left, $right;
  my $not = $NEGATIONS{$operator};
  return written("$one $operator $two", known("Bool"), low => 1, not => "$one $not $two");
}

# One side of a comparison: nil is equal to nothing, so an optional may stay one where texts are compared.
sub compared {
  my ($self, $node, $kind) = @_;
  my $x = WriteCalls::counted($node) ? written(WriteCalls::count($self, $node), known("Int")) : value($self, $node);
  return atom($x) if kind_of($x->{type}) eq $kind && !$x->{opt};
  return "$x->{s}.text" if $kind eq "String" && is_kind($x->{type}, "Bytes") && !$x->{opt};
  my $text = converted($self, $x, known($kind));
  return $x->{opt} || $text =~ / / && $text !~ /^[("]/ ? "($text)" : $text;
}

# "A // B" and "A || B".
sub default_value {
  my ($self, $node) = @_;
  my $type = settle($node->{type});
  my $left = value($self, $node->{left});
  my $from = kind_of($left->{type});
  if ($left->{opt} && $from =~ /^(?:Bytes|HTTPBody)$/ && kind_of($node->{right}{type}) eq "String") {
    return written("$left->{s}?.text ?? " . as($self, $node->{right}, known("String")), known("String"), low => 1);
  }
  if ($left->{opt}) {
    $type = $left->{type} if $from ne kind_of($type) && $from ne "";
    return written(atom($left) . " ?? " . as($self, $node->{right}, $type), $type, low => 1);
  }
  if ($from eq "Value") {
    my $kind = $node->{right}{t} eq "number" ? "Int" : kind_of($node->{right}{type});
    my %property = (Int => "int", Double => "double", String => "string");
    my $property = $property{$kind} // give_up("a value with a standard: value ?? standard");
    return written(atom($left) . ".$property ?? " . as($self, $node->{right}, known($kind)), known($kind), low => 1);
  }
  if ($node->{left}{t} eq "element" && $left->{s} =~ /^(.*)\[0\]$/s) {
    return written("$1.first ?? " . as($self, $node->{right}, $type), $type, low => 1);
  }
  return first_true($self, $node, $left, $type) if $node->{op} ne "//";
  # What is never undefined needs no other value, but for elements that may not be there.
  if ($node->{left}{t} eq "element" && $left->{s} =~ /^(.*)\[(\d+)\]$/s) {
    return written("$1.dropFirst($2).first ?? " . as($self, $node->{right}, $type), $type, low => 1);
  }
  if ($node->{left}{t} eq "call" && $node->{left}{name} =~ /^(?:shift|pop)$/ && $left->{s} =~ /^(\w+)\.remove(First|Last)\(\)$/) {
    return written("$1.isEmpty ? " . as($self, $node->{right}, $type) . " : $left->{s}", $type, low => 1);
  }
  return $left;
}

sub first_true {
  my ($self, $node, $left, $type) = @_;
  give_up("the first of two that is true: a ? … : …") if $left->{s} =~ /[( ]/;
  return written(truth($left, 0) . " ? $left->{s} : " . as($self, $node->{right}, $type), $left->{type}, low => 1);
}

sub repetition {
  my ($self, $node) = @_;
  my ($left, $right) = @$node{qw(left right)};
  give_up("a list that is repeated: Array(repeating: …, count: …)") if $left->{t} eq "list" && @{$left->{items}} > 1;
  return written("String(repeating: " . as($self, $left, known("String")) . ", count: " . as($self, $right, known("Int")) . ")",
    known("String"));
}

sub choice {
  my ($self, $node, $type) = @_;
  $type //= settle($node->{type});
  my %narrow = %{$self->{narrow}};
  push @{$self->{contexts}}, {%{$self->context}, single => 1};
  my $condition = condition($self, $node->{condition}, 0);
  pop @{$self->{contexts}};
  give_up("a choice by a match: if let match = …") if $condition =~ /^let /;
  my ($then, $else) = map { as($self, $node->{$_}, $type, optional => found($type)->{optional}) } qw(then else);
  $self->{narrow} = \%narrow;
  return written("$condition ? $then : $else", $type, low => 1);
}

# --- Arrays and hashes.

sub array { my ($self, $node) = @_; return written(array_text($self, $node, $node->{type}), $node->{type}) }

sub hash { my ($self, $node) = @_; return written(hash_text($self, $node, $node->{type}), $node->{type}) }

sub array_text {
  my ($self, $node, $type) = @_;
  my $found = settle($type);
  my @items = @{$node->{items}};
  if ($found->{k} eq "Tuple") {
    my @parts = map { as($self, $items[$_], $found->{parts}[$_]) } 0 .. $#items;
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
    my @written = map { as($self, $_, $of) } @$items;
    return bracketed($self, $node, "[", \@written, $items, "]");
  }
  my ($text, @single) = ("");
  for my $item (@$items, undef) {
    if (defined $item && !is_list($item)) { push @single, as($self, $item, $of); next }
    if (@single) { $text .= ($text eq "" ? "" : " + ") . "[" . join(", ", splice @single) . "]" }
    $text .= ($text eq "" ? "" : " + ") . list_text($self, $item, $of) if defined $item;
  }
  return $text;
}

sub is_list { my ($node) = @_; return Inference->is_plural($node) && $node->{t} ne "list" }

# A list of Perl's as an array of this type.
sub list_text {
  my ($self, $node, $of) = @_;
  my $x = value($self, $node);
  give_up("a list of a hash") if is_kind($x->{type}, "Dictionary");
  my $text = atom($x);
  return "Array($x->{s})" if $node->{t} eq "binary";
  my ($from, $into) = (kind_of(found($x->{type})->{of} // known("Value")), kind_of($of));
  return $text if $from eq $into || $into eq "";
  my $form = conversion($from, $into, "\$0", "\$0") // give_up("a list of ${from}s where ${into}s are wanted");
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
  return $is_value ? "[:]" : "[:]" if !@items;
  give_up("a hash of a list: for the elements, dictionary[key] = value") if @items % 2 || grep { is_list($_) } @items;
  my (@parts, @at);
  for (my $i = 0; $i < @items; $i += 2) {
    my ($key, $value) = @items[$i, $i + 1];
    give_up("a hash with objects or functions in it: a struct or a class with properties")
      if $is_value && (Types::is_object($value->{type}) || $value->{t} eq "closure");
    my $name = as($self, $key, $is_value ? known("String") : settle($found->{key} //= known("String")));
    $self->{depth}++;
    push @parts, "$name: " . as($self, $value, $is_value ? known("Value") : $found->{of});
    $self->{depth}--;
    push @at, {line => $key->{line}, end => $value->{end}};
  }
  return bracketed($self, $node, "[", \@parts, \@at, "]");
}

sub list {
  my ($self, $node) = @_;
  my @items = @{$node->{items}};
  return value($self, $items[0]) if @items == 1;
  give_up("a list of several values: an array or a tuple");
}

# What a loop goes through.
sub sequence {
  my ($self, $node) = @_;
  my @items = $node->{t} eq "list" ? @{$node->{items}} : ($node);
  if (@items == 1) {
    my $x = value($self, $items[0]);
    my $kind = kind_of($x->{type});
    return "$x->{s}.elements" if $kind eq "Value";
    return "$x->{s}.values" if $kind eq "Message";
    give_up("a loop over a hash: for (key, value) in …") if $kind eq "Dictionary";
    return $kind eq "Array" ? $x->{s} =~ s/^Array\((\w[\w.]*\.(?:keys|values))\)$/$1/r : "[$x->{s}]";
  }
  return elements($self, {line => $node->{line}, end => $node->{line}}, \@items, settle($items[0]{type})->{k} eq "Array"
    && is_list($items[0]) ? found($items[0]{type})->{of} : $items[0]{type});
}

# "while (my ($k, $v) = each %h)", "while (my $x = shift @list)".
sub taking_loop {
  my ($self, $condition) = @_;
  return unless $condition->{t} eq "assign" && $condition->{left}{t} eq "my";
  my $right = $condition->{right};
  if ($right->{t} eq "call" && $right->{name} eq "each" && @{$condition->{left}{variables}} == 2) {
    my $x = value($self, $right->{arguments}[0]);
    my $text = $x->{s} . (is_kind($x->{type}, "Value") ? ".entries" : "");
    my $names = join ", ", map { $_->{symbol}{swift} } @{$condition->{left}{variables}};
    return {loop => "for ($names) in $text"};
  }
  return unless $right->{t} eq "call" && $right->{name} =~ /^(?:shift|pop)$/ && @{$right->{arguments}};
  my $symbol = $condition->{left}{variables}[0]{symbol};
  my $array = value($self, $right->{arguments}[0])->{s};
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

# --- Closures.

# A closure whose arguments are those of a type; "names" are those of its parameters.
sub closure {
  my ($self, $node, $type, %how) = @_;
  $type //= $node->{type};
  my $found = found($type);
  my @symbols = @{$node->{params} // []};
  my $count = $how{count} // scalar @{$found->{params}};
  give_up("a closure with a list of arguments: { arguments in … } with an array") if defined $node->{rest} && !$how{is_open};
  give_up("a closure that takes more arguments than it gets") if @symbols > $count;
  my @names = map { $symbols[$_] ? parameter_name($symbols[$_], $how{types}) : "_" } 0 .. $count - 1;
  my $head = !@names ? "" : $how{types} ? "(" . join(", ", @names) . ") in" : join(", ", @names) . " in";
  my $returns = kind_of($found->{ret}) && !is_kind($found->{ret}, "Void");
  push @{$self->{contexts}}, {throws => $how{throws}, closure => 1, ret => $returns ? $found->{ret} : undef, node => $node,
    block => $how{block}, optional => $found->{ret}{optional}};
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
    return written($context->{ret} && ($context->{optional} || kind_of($context->{ret}) eq "Value") ? "return nil" : "return");
  }
  if (!$context->{ret}) {
    my $text = as_statement($self, $x);
    # What a function of Swift's returns is nothing that a callback may return.
    my $result = $x->{plan} ? $x->{plan}{shape}{result} : undef;
    return written("$text; return") if defined $result || $x->{t} eq "call" && $x->{name} =~ /::log$/;
    return written("return $text");
  }
  if ($x->{t} eq "call" && $x->{name} eq "die") { return written(as_statement($self, $x)) }
  return written("return " . as($self, $x, $context->{ret}, optional => $context->{optional}));
}

# An expression whose value nobody wants.
sub as_statement {
  my ($self, $node) = @_;
  $node->{is_statement} = 1;
  if ($node->{t} eq "list" && @{$node->{items}} > 1 && !$node->{parens}) {
    return join "; ", map { as_statement($self, $_) } @{$node->{items}};
  }
  give_up("a value that nobody uses") if $node->{t} =~ /^(?:number|single|double|variable|array|hash)$/
    && !($node->{t} eq "number" && $node->{text} eq "1");
  return "" if $node->{t} eq "number";
  if ($node->{t} eq "choice") { give_up("a choice as a statement: if … { } else { }") }
  return value($self, $node)->{s};
}

1;
