package Types;
# The types that variables and values of the Swift program will have. A type is a hash with its kind "k" and its parts;
# one whose kind is not known yet gets it from what flows into it, or at the end from how it is used.
#
# Kinds with parts: Array (of), Dictionary (of, key), Function (params, ret), Tuple (parts), CondVar (of). Others are
# names of Swift's types.

use strict;
use warnings;
use utf8;
use Exporter "import";
our @EXPORT_OK = qw(known fresh found flow unify hint kind_of is_kind swift_type parse_type function_type settle);

# Objects, which are nil when there is none.
my %OBJECTS = map { ($_ => 1) } qw(
  Handle UDPHandle TimerWatcher IOWatcher SignalWatcher ChildWatcher IdleWatcher Guard CondVar DNS TLSContext Function
  PortID HTTPBody FileStatus CookieJar
);

sub fresh { return {} }

sub known { my ($kind, %parts) = @_; return {k => $kind, %parts} }

sub function_type { my ($params, $ret) = @_; return known("Function", params => $params, ret => $ret // fresh()) }

# What a type has become by unification.
sub found {
  my ($type) = @_;
  $type = $type->{link} while $type->{link};
  return $type;
}

sub kind_of { my ($type) = @_; return found($type)->{k} // "" }

sub is_kind {
  my ($type, @kinds) = @_;
  my $kind = kind_of($type);
  return scalar grep { $kind eq $_ } @kinds;
}

sub is_object { my ($type) = @_; return $OBJECTS{kind_of($type)} }

# Both are one type. What cannot be one stays as it is: the writer converts, or gives up.
sub unify {
  my ($one, $other) = (found($_[0]), found($_[1]));
  our $level;
  local $level = ($level // 0) + 1;
  return if $level > 40;
  return if $one == $other;
  if (!defined $one->{k}) { return link_to($one, $other) }
  if (!defined $other->{k}) { return link_to($other, $one) }
  return if $one->{k} ne $other->{k};
  unify_parts($one, $other);
}

sub link_to {
  my ($one, $other) = @_;
  # A type that would contain itself stays unknown.
  return if contains($other, $one);
  push @{$other->{hints}}, @{$one->{hints} // []};
  $other->{$_} ||= $one->{$_} for qw(is_whole from_value loose);
  $other->{is_key} ||= $one->{is_key};
  $other->{standard} //= $one->{standard} if defined $one->{standard};
  $one->{link} = $other;
}

sub contains {
  my ($type, $inner, $depth) = @_;
  my $found = found($type);
  return 1 if $found == $inner;
  return 1 if ($depth // 0) > 20;
  my @parts = (grep({ ref } @$found{qw(of key ret)}), @{$found->{params} // []}, @{$found->{parts} // []});
  for my $part (grep { ref } @parts) {
    return 1 if contains($part, $inner, ($depth // 0) + 1);
  }
  return 0;
}

sub unify_parts {
  my ($one, $other) = @_;
  for my $part (qw(of key ret)) {
    $one->{$part} //= $other->{$part};
    $other->{$part} //= $one->{$part};
    unify($one->{$part}, $other->{$part}) if $one->{$part};
  }
  return unless $one->{k} =~ /^(?:Function|Tuple)$/;
  my $list = $one->{k} eq "Function" ? "params" : "parts";
  my ($mine, $theirs) = ($one->{$list}, $other->{$list});
  my $most = @$mine > @$theirs ? @$mine : @$theirs;
  # What is known to take fewer arguments is wrapped where it gets more.
  if ($list eq "params" && ($one->{has_own} || $other->{has_own})) { $most = @$mine < @$theirs ? @$mine : @$theirs }
  for my $i (0 .. $most - 1) {
    unify($mine->[$i] //= fresh(), $theirs->[$i] //= fresh());
  }
}

# What flows from where nothing is known yet: looked at again when more is.
my @waiting;

# A value of one type goes into a place of another one.
sub flow {
  my ($from, $into, $again) = (found($_[0]), found($_[1]), $_[2]);
  return if $from == $into;
  # A key is a text, whatever it is taken from.
  if ($into->{is_key} && is_kind($from, "Value", "Message")) { return hint($into, "String") }
  if (!defined $from->{k}) {
    if (defined $into->{k} && !is_scalar($into) && $into->{k} ne "Value") { return unify($from, $into) }
    # What goes where a number is may be one with a fraction.
    push @{$from->{hints}}, $into->{k} eq "Int" && !$into->{fixed} && !$into->{is_whole} ? "Number" : $into->{k}
      if defined $into->{k};
    push @waiting, [$from, $into];
    return;
  }
  if (!defined $into->{k}) {
    # What is used as a number or a text is converted where it comes from JSON.
    if ($from->{k} eq "Value" && !$again) { push @waiting, [$from, $into]; return }
    if ($from->{k} eq "Value" && @{$into->{hints} // []}) { comes_in_message($into); return }
    return unify($from, $into) if !is_scalar($from);
    # A number may become one with a fraction, so the place has a type of its own.
    $into->{k} =
        $from->{k} =~ /^(?:Substring|Service)$/ ? "String"
      : $from->{k} eq "Int32" && !$from->{fixed} ? "Int"
      : $from->{k};
    $into->{loose} ||= $from->{loose};
    @$into{qw(k loose)} = ("Double", 1) if $into->{k} eq "Int" && $into->{from_value} && !$into->{is_whole};
    return;
  }
  if ($from->{k} eq "Double" && !$into->{fixed} && $into->{k} =~ /^(?:Int|Double)$/) {
    $into->{k} = "Double";
    $into->{loose} ||= $from->{loose};
    return;
  }
  # What has come in a message may have a fraction, which a variable keeps if it is not known to count.
  if ($into->{k} eq "Int" && $from->{k} eq "Value" && !$into->{fixed}) {
    if (!$again) { push @waiting, [$from, $into]; return }
    @$into{qw(k loose)} = ("Double", 1) if !$into->{is_whole};
    return;
  }
  unify_parts($from, $into) if $from->{k} eq $into->{k};
}

# What comes in a message, and may be used as a number.
my @from_values;

sub comes_in_message {
  my ($type) = @_;
  $type->{from_value} = 1;
  push @from_values, $type;
  @$type{qw(k loose)} = ("Double", 1) if ($type->{k} // "") eq "Int" && !$type->{fixed} && !$type->{is_whole};
}

# Of these, those that are used as numbers get their type.
sub settle_numbers {
  for my $type (map { found($_) } splice @from_values) {
    settle($type) if !defined $type->{k} && grep { $_ eq "Number" } @{$type->{hints} // []};
  }
}

# Looks again at what was not known; the last time what flows is one type.
sub flow_again {
  my ($is_last) = @_;
  for my $pair (splice @waiting) {
    if ($is_last && !defined found($pair->[0])->{k} && !defined found($pair->[1])->{k}) { unify(@$pair) }
    else { flow(@$pair, 1) }
  }
}

# A place that several kinds of values flow into holds any value.
sub widen {
  my ($from, $into) = (found($_[0]), found($_[1]));
  return if $into->{fixed} || !defined $into->{k} || !defined $from->{k} || $from->{k} eq $into->{k};
  my $values = qr/^(?:Int|Double|String|Bool|Array|Dictionary)$/;
  return if $from->{k} !~ $values || $into->{k} !~ $values;
  return if $from->{k} =~ /^(?:Int|Double)$/ && $into->{k} =~ /^(?:Int|Double)$/;
  $into->{k} = "Value";
}

# An array of numbers that gets a text is one of texts, which loses nothing.
sub keep_text {
  my ($from, $into) = (found($_[0]), found($_[1]));
  $into->{k} = "String" if is_kind($from, "String") && is_kind($into, qw(Int Double)) && !$into->{fixed};
}

sub is_scalar { my ($type) = @_; return $type->{k} =~ /^(?:Int|Double|String|Bool|Bytes|Int32|CInt)$/ }

# How a value is used says what it may be, if nothing says what it is: "Number" is one that may have a fraction.
sub hint {
  my ($type, $kind) = @_;
  my $found = found($type);
  $found->{is_whole} = 1 if $kind eq "Int";
  push @{$found->{hints}}, $kind if !defined $found->{k};
}

# The type of what nobody has said more about.
sub settle {
  my ($type) = @_;
  my $found = found($type);
  return $found if defined $found->{k};
  my %count;
  $count{$_}++ for @{$found->{hints} // []};
  # What has come in a message may have a fraction, unless it counts; a number and a text is a Value.
  if (my $numbers = delete $count{Number}) {
    my $is_open = $found->{from_value} && !$found->{is_whole};
    $found->{loose} = $is_open;
    $count{$is_open ? $count{String} ? "Value" : "Double" : "Int"} += $numbers + ($is_open ? 100 : 0);
  }
  my ($most) = sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count;
  $found->{k} = $most // $found->{standard} // "String";
  $found->{of} //= known("Value") if $found->{k} =~ /^(?:Array|Dictionary)$/;
  return $found;
}

# The name in Swift.
sub swift_type {
  my ($type, $is_param) = @_;
  our $depth;
  local $depth = ($depth // 0) + 1;
  Writer::give_up("a type that contains itself: a class") if $depth > 40;
  my $found = settle($type);
  my $kind = $found->{k};
  if ($kind eq "Reference") {
    Writer::give_up("a reference that is kept: an object that has the value") if !$is_param;
    return "inout " . swift_type($found->{of});
  }
  return "[" . swift_type($found->{of}) . "]" if $kind eq "Array";
  if ($kind eq "Dictionary") {
    my $key = swift_type($found->{key} //= known("String"));
    my $of = swift_type($found->{of} //= fresh());
    return $key eq "String" ? "TextDictionary<$of>" : "[$key: $of]";
  }
  return "(" . join(", ", map { swift_type($_) } @{$found->{parts}}) . ")" if $kind eq "Tuple";
  if ($kind eq "Function") {
    my $params = join ", ", map { parameter_type($_) } @{$found->{params}};
    my $ret = is_kind($found->{ret}, "Void") || !kind_of($found->{ret}) ? "Void" : swift_type($found->{ret});
    return ($is_param ? "\@escaping " : "") . "($params) -> $ret";
  }
  if ($kind eq "CondVar") {
    my $of = $found->{of} && kind_of($found->{of}) ? swift_type($found->{of}) : "Void";
    return "CondVar<$of>";
  }
  return $kind eq "Bytes" ? "[UInt8]" : $kind;
}

# The type of a parameter, which may be one that nobody has to give.
sub parameter_type {
  my ($type) = @_;
  my $found = found($type);
  return swift_type($type, 1) if !$found->{optional} || is_kind($found, "Value");
  return is_kind($found, "Function") ? "(" . swift_type($type) . ")?" : swift_type($type) . "?";
}

# A type as the tables write it.
sub parse_type {
  my ($text) = @_;
  $text =~ s/^\s+|\s+$//g;
  my $optional = $text =~ s/\?$//;
  my $type;
  if ($text =~ /^\[String: (.+)\]$/) { $type = known("Dictionary", of => parse_type($1), key => known("String")) }
  elsif ($text =~ /^\[(.+)\]$/) { $type = known("Array", of => parse_type($1)) }
  # Perl has the elements as arguments, Swift an array.
  elsif ($text =~ /^\@(.+)$/) { $type = known("Array", of => parse_type($1), is_arguments => 1) }
  elsif ($text eq "() -> Void") { $type = function_type([], known("Void")) }
  elsif ($text =~ /^\((.+)\)$/) {
    $type = known("Tuple", parts => [map { parse_type($_) } split /,\s*/, $1]);
  } elsif ($text =~ /^CondVar(?:\((\w+)\))?$/) { $type = known("CondVar", of => defined $1 ? known($1) : fresh()) }
  elsif ($text eq "Any" || $text eq "Element") { $type = fresh() }
  elsif ($text eq "Callback") { $type = function_type([], known("Void")) }
  else { $type = known($text, fixed => 1) }
  $type->{optional} = 1 if $optional;
  return $type;
}

1;
