package Conversions;
# Converts what is written where another type is wanted: what Perl does by itself.

use strict;
use warnings;
use utf8;
use Types qw(found kind_of is_kind known);
sub give_up { Writer::give_up(@_) }

# What is written, where a type is wanted.
sub converted {
  my ($self, $x, $type, $may_be_nil) = @_;
  my ($from, $into) = (kind_of($x->{type}), kind_of($type));
  if ( $x->{opt}
    && $from eq "Function"
    && $into eq "Function"
    && @{found($x->{type})->{params}} < @{found($type)->{params}})
  {
    return wrapped(WriteExpressions::written($x->{s} . "?", $x->{type}), $type);
  }
  if ($x->{opt} && $into eq "String" && $from =~ /^(?:Bytes|HTTPBody)$/) { return "($x->{s}?.text ?? \"\")" }
  if ($x->{opt} && $into eq "Bytes" && $from =~ /^(?:HTTPBody|HandleBuffer)$/) { return "($x->{s}?.bytes ?? [])" }
  if ($x->{opt}) {
    return $x->{s} if $may_be_nil || found($type)->{optional};
    if ($into eq "Value" && !found($x->{type})->{loose}) { return "Value($x->{s})" if $from =~ /^(?:String|Int|Double|Bool)$/ }
    my $standard = standard($from) // give_up("\"" . plain($x->{s}) . "\" may be nil: if let, guard let or ?");
    $x = WriteExpressions::written("(" . $x->{s} . " ?? $standard)", $x->{type});
    $x->{s} =~ s/^\((.*)\)$/$1/s, $x->{low} = 1 if $from eq $into;
  }
  return ($x->{s} =~ /^&/ ? "" : "&") . $x->{s} if $from eq "Reference" && $into eq "Reference";
  give_up("a reference to a variable as a value: an object that has it") if $from eq "Reference";
  return wrapped($x, $type) if $from eq "Function" && $into eq "Function";
  return $x->{s} if $from eq $into || $from eq "" || $into eq "";
  if ($from eq "Double" && found($x->{type})->{loose}) {
    my $number = $into eq "Int" ? whole($x) : $into =~ /^(?:Value|String|Data)$/ ? perl_number($self, $x) : undef;
    return $into =~ /^(?:String|Data)$/ ? "\"\\($number)\"" : $number if defined $number;
  }
  my $atom = atom($x);
  my $text =
    $into eq "Value" && $from =~ /^(?:Array|Dictionary)$/
    ? container_value($self, $x, $atom)
    : conversion($from, $into, $x->{s}, $atom);
  return $text // give_up("what is there is of the type $from, and $into is wanted");
}

# A number that may have a fraction, without it.
sub whole {
  my ($x) = @_;
  my $text =
      is_kind($x->{type}, "Value") ? "(" . atom($x) . ".double ?? 0)"
    : is_composed($x->{s}) ? "($x->{s})"
    : $x->{s};
  return "(Int(exactly: $text.rounded(.towardZero)) ?? 0)";
}

# A number that has come in a message, or was computed of such ones, as Perl shows and sends it: 6, not 6.0.
sub perl_number {
  my ($self, $x) = @_;
  $self->{helpers}{perl_number} = 1;
  return "perl_number(" . unbracketed($x->{s}) . ")";
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

# Whether a text has an operator outside of its brackets and literals.
sub is_composed {
  my ($text) = @_;
  $text =~ s/"(?:[^"\\]|\\.)*"/x/g;
  1 while $text =~ s/\([^()]*\)|\[[^\[\]]*\]|(?: ?\{[^{}]*\})//;
  return $text =~ /[ ]|\.\.[.<]/;
}

# What Perl has in place of nothing.
sub standard {
  my ($kind) = @_;
  return {
    Int => "0",
    Int32 => "0",
    Double => "0",
    String => '""',
    Bool => "false",
    Array => "[]",
    Bytes => "[]",
    Dictionary => "[:]",
    Value => ".null",
    CInt => "-1"
  }->{$kind};
}

my %CONVERSIONS = (
  "Int Double" => "Double(%s)",
  "Double Int" => "Int(%s)",
  "Int String" => "String(%s)",
  "Double String" => "String(%s)",
  "String Int" => "(Int(%s) ?? 0)",
  "String Double" => "(Double(%s) ?? 0)",
  "String Int32" => "(Int32(%s) ?? 0)",
  "Int Int32" => "Int32(%s)",
  "Int32 Int" => "Int(%s)",
  "Int CInt" => "CInt(%s)",
  "CInt Int" => "Int(%s)",
  "Int32 String" => "String(%s)",
  "Int Bool" => "%a != 0",
  "Bool Int" => "(%s ? 1 : 0)",
  "String Bool" => "%a != \"\"",
  "Bool String" => "(%s ? \"1\" : \"\")",
  "String Bytes" => "Array(%a.utf8)",
  "Bytes String" => "%a.text",
  "HTTPBody String" => "%a.text",
  "HTTPBody Bytes" => "%a.bytes",
  "HandleBuffer Bytes" => "%a.bytes",
  "HandleBuffer String" => "%a.text",
  "Substring String" => "String(%s)",
  "String Data" => "%s",
  "Bytes Data" => "%s",
  "String Service" => "%s",
  "Int Service" => "%s",
  "Value Int" => "(%a.int ?? 0)",
  "Value Double" => "(%a.double ?? 0)",
  "Value String" => "(%a.string ?? \"\")",
  "Value Bool" => "%a.bool",
  "Value Array" => "%a.elements",
  "Value Dictionary" => "%a.entries",
  "Value Bytes" => "(%a.bytes ?? [])",
  "Int Value" => ".int(%s)",
  "Double Value" => ".double(%s)",
  "String Value" => ".string(%s)",
  "Bool Value" => ".bool(%s)",
  "Bytes Value" => ".bytes(%s)",
  "Array Value" => ".array(%s)",
  "Message Array" => "%a.values",
  "String TLSRole" => "%s",
  "Value Data" => "(%a.string ?? \"\")",
  "String Level" => "%s",
  "PortID String" => "\"\\(%s)\"",
  "String PortID" => "PortID(%s)",
  "Value Service" => "(%a.string ?? \"\")",
  "PortID Value" => "%a.messageValue",
  "Int Data" => "\"\\(%s)\"",
  "Double Data" => "\"\\(%s)\"",
  "HTTPBody Data" => "%a.bytes",
  "CommandOutput Value" => ".string(%a.text)",
  "Value PortID" => "PortID(%a.string ?? \"\")",
  "String HandleBuffer" => "HandleBuffer(%s)",
  "CommandOutput String" => "%a.text",
  "CommandOutput Int" => "(Value(%a.text).int ?? 0)",
);

sub conversion {
  my ($from, $into, $text, $atom) = @_;
  my $form = $CONVERSIONS{"$from $into"} // return undef;
  return number_of($text, $into) if $from eq "String" && $into =~ /^(?:Int|Double|Int32)$/ && is_literal($text);
  # A literal is of any type that has such ones.
  return $text
    if $into =~ /^(?:Value|Double|Int32|CInt|HandleBuffer)$/
    && $from =~ /^(?:Int|Double|String)$/
    && is_literal($text);
  return "[]" if "$from $into" eq "String Bytes" && $text eq '""';
  return "true" if "$from $into" eq "Int Bool" && $text eq "1";
  return "false" if "$from $into" eq "Int Bool" && $text eq "0";
  return "\"$text\"" if "$from $into" eq "Int String" && $text =~ /^\d+$/;
  $form =~ s/%([sa])/$1 eq "s" ? unbracketed($text) : $atom/ge;
  return $form;
}

# A literal as a number.
sub number_of {
  my ($text, $into) = @_;
  my ($number) = $text =~ /^"?(-?\d+(?:\.\d+)?)"?$/ or give_up("$text as a number");
  give_up("$text as a whole number") if $into ne "Double" && $number =~ /\./;
  return $number;
}

# An element of an array or a hash of numbers that may have fractions, as another type.
sub loose_element {
  my ($self, $type, $into) = @_;
  my $of = found($type)->{of};
  return undef if !$of || kind_of($of) ne "Double" || !found($of)->{loose} || $into !~ /^(?:String|Value)$/;
  my $number = perl_number($self, {s => "\$0"});
  return $into eq "String" ? "\"\\($number)\"" : $number;
}

sub container_value {
  my ($self, $x, $atom) = @_;
  my ($kind, $map) = is_kind($x->{type}, "Array") ? ("array", "map") : ("hash", "mapValues");
  my $found = found($x->{type});
  return undef if $kind eq "hash" && kind_of($found->{key} // known("String")) ne "String";
  my $of = kind_of($found->{of} // known("Value"));
  return ".$kind($x->{s})" if $of eq "Value";
  my $form = loose_element($self, $found, "Value") // conversion($of, "Value", "\$0", "\$0") // return undef;
  return ".$kind($atom.$map { $form })";
}

sub is_literal { my ($text) = @_; return $text =~ /^-?\d[\d_]*(?:\.\d+)?$/ || $text =~ /^"(?:[^"\\]|\\[^(])*"$/ }

1;
