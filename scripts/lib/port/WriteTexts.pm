package WriteTexts;
# Writes texts in Swift: literals, what is interpolated in them, and what Perl joins with dots.

use strict;
use warnings;
use utf8;
use Exporter "import";
use Types qw(kind_of is_kind known found);
our @EXPORT_OK = qw(quoted text_of);

my %ESCAPES = ("\n" => "\\n", "\r" => "\\r", "\t" => "\\t", "\0" => "\\0", "\\" => "\\\\", "\"" => "\\\"");

sub escaped {
  my ($text) = @_;
  $text =~ s/([\n\r\t\0\\"])/$ESCAPES{$1}/g;
  $text =~ s/([\x{1}-\x{1f}\x{7f}-\x{9f}])/sprintf "\\u{%x}", ord $1/ge;
  return $text;
}

sub quoted { my ($text) = @_; return "\"" . escaped($text) . "\"" }

# A literal of parts, which are texts and expressions.
sub text_of {
  my ($self, $parts) = @_;
  my @parts = flattened($self, @$parts);
  return '""' if !@parts;
  if (@parts == 1 && ref $parts[0] && is_kind($parts[0]{type}, "String") && !$parts[0]{opt}) { return $parts[0]{s} }
  return "\"" . join("", map { ref $_ ? "\\(" . inner($_) . ")" : escaped($_) } @parts) . "\"";
}

# The same parts as written; a literal among them is a part of the text around it.
sub flattened {
  my ($self, @parts) = @_;
  my @flat;
  for my $part (@parts) {
    if (!ref $part) { push @flat, $part; next }
    if ($part->{t} =~ /^(?:text|single|double|heredoc)$/) {
      push @flat, flattened($self, @{$part->{parts} // PerlStrings::parts($part)});
      next;
    }
    # The elements of a slice have spaces between them.
    if ($part->{t} eq "list" && !$part->{parens} && @{$part->{items}} > 1) {
      my ($first, @others) = @{$part->{items}};
      push @flat, flattened($self, $first, map { (" ", $_) } @others);
      next;
    }
    if ($part->{t} eq "list" && @{$part->{items}} == 1) { push @flat, flattened($self, $part->{items}[0]); next }
    if ($part->{t} eq "binary" && $part->{op} eq ".") { push @flat, flattened($self, joined_parts($part)); next }
    if ($part->{t} eq "joined") {
      my $is_count = WriteCalls::counted($part->{x});
      push @flat,
        $is_count ? {s => WriteCalls::count($self, $part->{x}), type => known("Int")} : flattened($self, $part->{x});
      next;
    }
    if ($part->{t} eq "call" && $part->{name} eq "sprintf" && !$part->{function}) {
      push @flat, WriteBuiltins::formatted($self, $part);
      next;
    }
    if ($part->{t} eq "verbatim") { push @flat, {s => $part->{s}, type => known("String")}; next }
    push @flat, printed($self, $part);
  }
  return @flat;
}

# What dots join; an array among it is the number of its elements.
sub joined_parts {
  my ($node) = @_;
  return map { {t => "joined", x => $_} } @$node{qw(left right)};
}

# An expression as a text shows it: arrays with spaces between their elements.
sub printed {
  my ($self, $part) = @_;
  return {s => "SystemError.last", type => known("Error")} if $part->{t} eq "variable" && $part->{name} eq "!";
  if ($part->{t} eq "choice") {
    my $type = Types::settle($part->{type});
    return WriteExpressions::choice($self, $part, is_kind($type, "String", "Int", "Double") ? $type : known("String"));
  }
  # "@{[ … ]}" is Perl's way to have an expression in a text.
  if ($part->{t} eq "dereference" && $part->{x}{t} eq "array" && @{$part->{x}{items}} == 1) {
    my ($item) = @{$part->{x}{items}};
    return printed($self, $item) if !WriteContainers::is_list($item);
  }
  my $x = WriteExpressions::value($self, $part);
  if ($x->{s} =~ /^"\\\(([^"]*)\)"$/) { return {s => $1, type => known("Value")} }
  my $kind = kind_of($x->{type});
  if ($kind =~ /^(?:Array|Message)$/) {
    my $list = Conversions::atom($x) . ($kind eq "Message" ? ".values" : "");
    my $of = $kind eq "Array" ? kind_of(found($x->{type})->{of} // known("String")) : "Value";
    Writer::give_up("an array of what is no text, in a text") if $of =~ /^(?:Array|Dictionary|Function|Tuple)$/;
    my $is_loose = $of eq "Double" && $kind eq "Array" && found(found($x->{type})->{of})->{loose};
    my $number = $is_loose ? Conversions::perl_number($self, {s => "\$0"}) : "\$0";
    $list .= $of eq "String" ? "" : $of eq "Bytes" ? ".map { \$0.text }" : ".map { \"\\($number)\" }";
    return {s => "$list.joined(separator: \" \")", type => known("String")};
  }
  Writer::give_up("a " . ($kind || "value") . " in a text")
    if $kind =~ /^(?:Function|Dictionary|Tuple|CondVar|Guard)$/ || $kind eq "Void";
  return {s => Conversions::atom($x) . ".text", type => known("String")}
    if $kind =~ /^(?:Bytes|HTTPBody|HandleBuffer|CommandOutput)$/ && !$x->{opt};
  return {s => Conversions::atom($x) . "?.text ?? \"\"", type => known("String")} if $kind =~ /^(?:Bytes|HTTPBody)$/;
  return {s => "$x->{s} ? \"1\" : \"\"", type => known("String")} if $kind eq "Bool" && !$x->{opt};
  if ($kind eq "Double" && found($x->{type})->{loose}) {
    my $there = $x->{opt} ? {s => "$x->{s} ?? 0"} : $x;
    return {s => Conversions::perl_number($self, $there), type => known("Value")};
  }
  return $x;
}

sub inner {
  my ($x) = @_;
  return Conversions::unbracketed($x->{s}) if !$x->{opt};
  my $standard = Conversions::standard(kind_of($x->{type})) // '""';
  return "$x->{s} ?? $standard" if kind_of($x->{type}) =~ /^(?:String|Int|Double)$/;
  Writer::give_up("\"" . Conversions::plain($x->{s}) . "\" may be nil: if let, guard let or ??");
}

1;
