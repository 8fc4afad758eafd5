package WriteCalls;
# Writes calls in Swift: of the functions and methods that the tables describe, of the program's own, of closures.

use strict;
use warnings;
use utf8;
use Types qw(found kind_of is_kind settle swift_type known);

sub give_up { Writer::give_up(@_) }

sub written { return WriteExpressions::written(@_) }

sub is_undef {
  my ($node) = @_;
  return $node->{t} eq "call" && $node->{name} eq "undef" && !@{$node->{arguments}};
}

# Whether an array stands where one value is wanted.
sub counted {
  my ($node) = @_;
  $node = $node->{items}[0] if $node->{t} eq "list" && @{$node->{items}} == 1;
  return WriteContainers::is_list($node) && !($node->{t} eq "binary");
}

sub count {
  my ($self, $node) = @_;
  $node = $node->{items}[0] if $node->{t} eq "list" && @{$node->{items}} == 1;
  if ($node->{t} eq "call" && $node->{name} eq "keys") { $node = $node->{arguments}[0] }
  give_up("a list where one value is wanted")
    if $node->{t} eq "binary" || $node->{t} eq "call" && $node->{name} =~ /^(?:reverse|gmtime|localtime)$/;
  my $x = WriteExpressions::value($self, $node);
  $x = written("(" . $x->{s} . " ?? [])", $x->{type}) if $x->{opt};
  return Conversions::atom($x) . ".count";
}

sub call {
  my ($self, $node) = @_;
  my $name = $node->{name};
  return own_call($self, $node) if $node->{function};
  if (my $write = WriteBuiltins->can("write_$name")) { return $write->($self, $node) }
  return WriteBuiltins::write_flag($self, $node) if $name =~ /^O_[A-Z]+$/;
  if ($node->{plan}) { return planned($self, $node) }
  return unknown($self, $node, $name);
}

# A function that nothing is known about, or that is not there.
sub unknown {
  my ($self, $node, $name) = @_;
  my $row = $node->{row};
  if ($row && $row->{status} eq "left out") { $self->{missing}{$name} = $row }
  give_up(PortTable::sentence($row)) if $row;
  $self->{unknown}{$name}++;
  give_up("nothing is known of \"$name\"");
}

# --- The program's own functions, and closures.

sub own_call {
  my ($self, $node) = @_;
  my $function = $node->{function};
  my $name = WriteExpressions::function_name($function->{name});
  my $text = applied($self, $node, $name, $function->{type});
  my $ret = found($function->{type})->{ret};
  give_up("several values where one is wanted: let (a, b) = …")
    if found($ret)->{is_list} && !$node->{is_taken_apart} && !$node->{is_statement};
  return tried(
    $self,
    written($text, kind_of($ret) ? $ret : known("Void"), opt => $ret->{optional}),
    $self->{throwing}{$function->{name}}
  );
}

sub dynamic {
  my ($self, $node) = @_;
  my $code = WriteExpressions::value($self, $node->{code});
  give_up("a call of what is no closure") if !is_kind($code->{type}, "Function");
  my $name = Conversions::atom($code) . ($code->{opt} ? "?" : "");
  my $ret = found($code->{type})->{ret};
  return written(applied($self, $node, $name, $code->{type}), kind_of($ret) ? $ret : known("Void"),
    opt => $code->{opt});
}

# Arguments by the types of a function; a closure at the end stands behind the bracket.
sub applied {
  my ($self, $node, $name, $type) = @_;
  my $found = found($type);
  my @arguments = @{$node->{arguments}};
  my @params = @{$found->{params}};
  if (grep { WriteContainers::is_list($_) } @arguments) {
    return spread($self, $name, $found, @arguments);
  }
  my ($text, $at, @written) = ("", $node->{line});
  my $trailing = @arguments && $arguments[-1]{t} eq "closure" && @arguments == @params ? pop @arguments : undef;
  my @items;
  for my $i (0 .. $#arguments) {
    my $place = $params[$i] // give_up("a call with more arguments than the function has");
    if (defined $found->{rest} && $i == $found->{rest}) {
      push @written,
        "[" . join(", ", map { WriteExpressions::as($self, $_, $place->{of}) } @arguments[$i .. $#arguments]) . "]";
      last;
    }
    push @written, WriteExpressions::as($self, $arguments[$i], $place, optional => $place->{optional});
  }
  push @written, "[]" if defined $found->{rest} && @arguments == $found->{rest};
  my $least = @params - (defined $found->{rest} ? 1 : 0);
  for my $i (@arguments + ($trailing ? 1 : 0) .. $least - 1) {
    give_up("a call without the argument " . ($i + 1) . ", which the function has: give it a standard")
      if !found($params[$i])->{optional};
  }
  my $list = $self->brackets($node, \@written, \@arguments);
  return $name . $list if !$trailing;
  my $closure = WriteExpressions::closure($self, $trailing, $params[-1])->{s};
  return $name . ($list eq "()" && $name !~ /\?$/ ? "" : $list) . " $closure";
}

# "f (@list)": each parameter gets its element.
sub spread {
  my ($self, $name, $type, @arguments) = @_;
  my $x = WriteExpressions::value($self, $arguments[0]);
  give_up("a list as arguments: name them one by one")
    if @arguments > 1 || !is_kind($x->{type}, "Array") || $x->{s} !~ /^\w+$/ || !@{$type->{params}};
  my @values;
  for my $i (0 .. $#{$type->{params}}) {
    if (defined $type->{rest} && $i == $type->{rest}) { push @values, "Array($x->{s}.dropFirst($i))"; next }
    push @values, Conversions::converted($self, written("$x->{s}\[$i]", found($x->{type})->{of}), $type->{params}[$i]);
  }
  return "$name(" . join(", ", @values) . ")";
}

# What throws needs a try, and somebody who catches.
sub tried {
  my ($self, $x, $throws) = @_;
  return $x if !$throws;
  my $context = $self->context;
  give_up("it throws, which a callback like this one may not: do { try … } catch { … }, or try?")
    if !$context->{throws};
  return {%$x, s => "try $x->{s}", low => 1};
}

# --- Calls that a table describes.

sub method {
  my ($self, $node) = @_;
  return json($self, $node) if is_kind($node->{object}{type} // known("Void"), "JSONCoder");
  if ($node->{object}{t} eq "class") {
    return planned($self, $node) if $node->{plan};
    return unknown($self, $node, "$node->{object}{name}->$node->{name}");
  }
  if (!$node->{plan}) { return UDP($self, $node) // unknown($self, $node, "->$node->{name}") }
  if ($node->{plan}{form}) { return form($self, $node) }
  return planned($self, $node);
}

# A handle for datagrams is in no table.
sub UDP {
  my ($self, $node) = @_;
  my $x = WriteExpressions::value($self, $node->{object});
  return undef unless is_kind($x->{type}, "UDPHandle");
  give_up("a method of a handle for datagrams") if $node->{name} !~ /^(?:push_send|destroy|fh)$/;
  my @arguments = map { WriteExpressions::value($self, $_) } @{$node->{arguments}};
  @arguments =
    map { is_kind($_->{type}, "String") ? Conversions::converted($self, $_, known("String")) : $_->{s} } @arguments;
  my $name = Conversions::atom($x) . ($x->{opt} ? "?" : "") . ".$node->{name}";
  return written($name, known("CInt"), opt => $x->{opt}) if $node->{name} eq "fh";
  return written("$name(" . join(", ", @arguments) . ")");
}

# Whether "JSON->new->pretty" makes a text of several lines.
sub is_pretty {
  my ($node) = @_;
  $node = $node->{symbol}{value} if $node && $node->{t} eq "variable" && $node->{symbol};
  for (; $node && $node->{t} eq "method"; $node = $node->{object}) {
    return 1 if $node->{name} =~ /^(?:pretty|indent)$/;
  }
  return 0;
}

sub json {
  my ($self, $node) = @_;
  my ($argument) = @{$node->{arguments}};
  if ($node->{name} eq "encode") {
    my $text = WriteExpressions::as($self, $argument, known("Value"));
    $text = "($text as Value)" if $text =~ /^\[/;
    $text = "Value$text" if $text =~ /^\./;
    return written("$text.debugDescription", known("String")) if !is_pretty($node->{object});
    $text = $1 if $text =~ /^\((.*) as Value\)$/s;
    return written("(try? JSON.encode($text, style: .pretty)) ?? \"\"", known("String"), low => 1);
  }
  give_up("a setting of JSON: JSON.encode and JSON.decode take none") if $node->{name} ne "decode";
  my $x = WriteExpressions::value($self, $argument);
  my $text =
      is_kind($x->{type}, "HTTPBody") ? $x->{s} . ($x->{opt} ? "?.bytes ?? []" : ".bytes")
    : is_kind($x->{type}, "Bytes") ? $x->{s}
    : Conversions::converted($self, $x, known("String"));
  return written("(try? JSON.decode($text)) ?? .null", known("Value"), low => 1);
}

# "push_read (line => …)", "push_write (json => …)".
sub form {
  my ($self, $node) = @_;
  my $plan = $node->{plan};
  my $object = WriteExpressions::value($self, $node->{object});
  my @patterns = grep { $_->{t} eq "pattern" } map { $_->{argument} } @{$plan->{positional}};
  my @values =
    map { $_->{argument}{t} eq "pattern" ? WriteRegexes::literal_of($_->{argument}) : argument($self, $_) }
    @{$plan->{positional}};
  my $name = Conversions::atom($object) . ($object->{opt} ? "?" : "") . ".$node->{name}";
  my $shape = $plan->{shape};
  if ($node->{name} eq "push_write") {
    my $kind = $shape->{name} . ($shape->{brackets} ? "(" . shift(@values) . ")" : "");
    return written("$name($kind, " . join(", ", @values) . ")");
  }
  my $kind = $shape->{name} . (@values ? "(" . join(", ", @values) . ")" : "");
  my ($callback) = @{$plan->{callbacks}};
  # What the pattern has found is one more argument, if somebody asks for it.
  my @matches = @{$self->{matches}};
  push @{$self->{matches}}, WriteRegexes::match_of($patterns[0]) if @patterns && $shape->{name} eq ".regex";
  my $closure = callback_text($self, $callback);
  $self->{matches} = \@matches;
  if (@patterns && $closure->{s} =~ /\bmatch\./) {
    give_up("what the pattern has found: { handle, text, match in … }")
      if $closure->{s} !~ s/^\{ ((?:\w+, )*\w+) in/{ $1, match in/;
  }
  # Of what the line is made, Swift asks if nothing but this says it.
  if (@patterns && $shape->{name} eq ".line") {
    $closure->{s} =~ s/^\{ (\w+), (\w+)(?:, (\w+))? in/"{ ($1, $2: String" . (defined $3 ? ", $3: String" : "") . ") in"/e;
  }
  return written($closure->{trailing} ? "$name($kind) $closure->{s}" : "$name($kind, $closure->{s})");
}

sub planned {
  my ($self, $node) = @_;
  my ($plan, $shape) = ($node->{plan}, $node->{plan}{shape});
  give_up("$node->{strange}, which " . ($shape->{name} // "it") . " does not take") if defined $node->{strange};
  my $name = $shape->{name};
  my ($object, $is_optional);
  if ($name =~ /^\./) {
    my $x = WriteExpressions::value($self, $node->{object});
    $object = Conversions::atom($x);
    $is_optional = $x->{opt};
    $name = $object . ($is_optional ? "?" : "") . $name;
  }
  return property($self, $node, $name) if $shape->{property};
  if (my $special = __PACKAGE__->can("plan_" . ($node->{name} =~ s/.*:://r))) {
    my $text = $special->($self, $node, $plan);
    return $text if $text;
  }
  my $text = $shape->{brackets} ? arguments($self, $node, $name) : $name;
  my $type = $node->{type} // known("Void");
  my $is_void = !defined $shape->{result};
  my $x = written($text, $is_void ? known("Void") : $type,
    opt => $is_optional || (($shape->{result} // "") =~ /\?$/ ? 1 : 0));
  return x_of_recv($self, $node, $x) if $node->{name} eq "recv";
  return tried($self, $x, $shape->{throws});
}

# "recv" in a callback whose errors nobody gets.
sub x_of_recv {
  my ($self, $node, $x) = @_;
  return tried($self, $x, 1) if $self->context->{throws};
  give_up("recv throws, and waits: in a callback cv.cb { cv in … try? cv.recv() }") if $node->{is_statement};
  return {%$x, s => "(try? $x->{s})", opt => 1};
}

# "$handle->on_read (sub { … })".
sub property {
  my ($self, $node, $name) = @_;
  my $plan = $node->{plan};
  return written("$name = " . callback_text($self, $plan->{callbacks}[0])->{s}) if @{$plan->{callbacks}};
  my ($value) = @{$plan->{positional}};
  if (!$value) {
    my ($argument) = @{$node->{arguments}};
    return written("$name = nil") if $argument && is_undef($argument);
    return written($name, known($plan->{shape}{arguments}[0] // "Function"));
  }
  return written("$name = nil") if is_undef($value->{argument});
  return written("$name = " . argument($self, $value));
}

# Arguments in their bracket, closures behind it.
sub arguments {
  my ($self, $node, $name) = @_;
  my $plan = $node->{plan};
  my (@texts, @items, @trailing);
  for my $value (@{$plan->{positional}}) { push @texts, argument($self, $value); push @items, $value->{argument} }
  my %order = order($self, $plan, $node);
  for my $option (sort { $order{$a->{key}} <=> $order{$b->{key}} } @{$plan->{options}}) {
    $self->{depth}++;
    push @texts, "$option->{key}: " . option($self, $option);
    $self->{depth}--;
    push @items, $option->{argument};
  }
  my $is_open = 1;
  for my $callback (@{$plan->{callbacks}}) {
    my $closure = callback_text($self, $callback);
    my $label = $callback->{spec}{label} ne "" ? "$callback->{spec}{label}: " : "";
    if ($closure->{trailing}) { push @trailing, (@trailing ? $label : "") . $closure->{s} }
    else { push @texts, "$label$closure->{s}"; push @items, $callback->{argument} }
  }
  # What stands behind a closure in Perl stands in front of it in Swift.
  my ($first) = map { $_->{argument}{line} } grep { $_->{argument}{t} eq "closure" } @{$plan->{callbacks}};
  if (@trailing && defined $first) {
    @items = map { $_->{line} > $first ? {line => $first, end => $first} : $_ } @items;
  }
  my $list = $self->brackets($node, \@texts, \@items);
  $list = "" if $list eq "()" && @trailing;
  return join " ", "$name$list", @trailing;
}

# The places of options in the call.
sub order {
  my ($self, $plan, $node) = @_;
  my @keys = @{$plan->{shape}{order} // []};
  my ($row) = map { $_->{row} } grep { $_->{row} } @{$plan->{options}};
  @keys = $self->{table}->option_order($row->{module}) if $row && !@keys;
  @keys = map { $_->{key} } @{$plan->{options}} if !@keys;
  my %order;
  $order{$keys[$_]} = $_ for 0 .. $#keys;
  return %order;
}

sub option {
  my ($self, $option) = @_;
  my $row = $option->{row};
  if ($row && $row->{status} eq "left out") {
    $self->{missing}{$option->{key}} = $row;
    give_up("$option->{key} is not there: $row->{note}");
  }
  return callback_text($self, $option->{callback})->{s} if $option->{callback};
  my $argument = $option->{argument};
  my $form = $option->{form} // give_up(PortTable::sentence($row));
  return tuple($self, $argument) if $form =~ /^\(/;
  return fields($self, $argument) if $form eq "HTTPFields";
  return WriteExpressions::as($self, $argument, $option->{type}, optional => is_undef($argument));
}

# "[$host, $port]" where Swift has a tuple.
sub tuple {
  my ($self, $argument) = @_;
  give_up("a tuple of a host and a port: (host, port)") if $argument->{t} ne "array" || @{$argument->{items}} != 2;
  my ($host, $port) = @{$argument->{items}};
  return
      "("
    . WriteExpressions::as($self, $host, known("String")) . ", "
    . WriteExpressions::value($self, $port)->{s} . ")";
}

sub fields {
  my ($self, $argument) = @_;
  give_up("headers: var headers: HTTPFields = [:]") if $argument->{t} ne "hash";
  my @items = @{$argument->{items}};
  my @parts;
  while (my ($key, $value) = splice @items, 0, 2) {
    push @parts,
      WriteExpressions::as($self, $key, known("String")) . ": "
      . (is_undef($value) ? "nil" : WriteExpressions::as($self, $value, known("String")));
  }
  return "[" . join(", ", @parts) . "]";
}

my %LEVELS = map { ($_ => 1) } qw(fatal alert critical error warn note info debug trace);

# One argument; some have names of their own in Swift.
sub argument {
  my ($self, $value) = @_;
  my ($node, $form) = @$value{qw(argument form)};
  my $key = $node->{t} =~ /^(?:text|single|double)$/ ? Inference::key_text($node) : undef;
  if ($form eq "Level") {
    return ".$key" if defined $key && $LEVELS{$key};
    give_up("a level of the log: .info, .debug …");
  }
  if ($form eq "Mode") {
    my $text = $node->{t} eq "number" ? $node->{text} : $key // "";
    return
        $text =~ /^(?:0|r)$/ ? ".read"
      : $text =~ /^(?:1|w)$/ ? ".write"
      : give_up("the mode of an io watcher: .read or .write");
  }
  give_up("a pattern: .regex(/…/)") if $form eq "Regex";
  return ".$key" if $form eq "Format" && defined $key && $key =~ /^\w$/;
  if (is_undef($node)) { return "nil" }
  if ($form eq "Any") { return any($self, $node, $value) }
  return "CInt(0)" if $form eq "CInt" && $node->{t} eq "class";
  if ($form =~ /^(?:Data|Service)$/) {
    my $x = WriteExpressions::value($self, $node);
    return Conversions::converted($self, $x, known($form))
      if $x->{opt}
      || kind_of($x->{type}) =~ /^(?:Value|HTTPBody|Double)$/
      || $form eq "Data" && kind_of($x->{type}) eq "Int";
    return $x->{s};
  }
  return WriteExpressions::as($self, $node, $value->{type}, optional => scalar($form =~ /\?$/));
}

# A part of a message: what JSON has, and ports.
sub any {
  my ($self, $node, $value) = @_;
  if (WriteContainers::is_list($node)) {
    give_up("a list as a part of a message: list: values") if !$value->{is_list};
    my $x = WriteExpressions::value($self, $node);
    return "list: $x->{s}";
  }
  if ($node->{t} eq "hash") { return pairs($self, $node) }
  if ($node->{t} eq "array") {
    my @items = @{$node->{items}};
    return WriteContainers::elements($self, $node, \@items, found($node->{type})->{of} // known("Value"))
      if grep { WriteContainers::is_list($_) } @items;
    return "[" . join(", ", map { any($self, $_, {}) } @items) . "]";
  }
  my $x = WriteExpressions::value($self, $node);
  my $kind = kind_of($x->{type});
  give_up("a " . ($kind || "value") . " in a message")
    if $kind =~ /^(?:Handle|Function|CondVar|Guard|Tuple|\w+Watcher)$/;
  return Conversions::perl_number($self, $x) if $kind eq "Double" && found($x->{type})->{loose} && !$x->{opt};
  return $x->{s};
}

# A hash in a message.
sub pairs {
  my ($self, $node) = @_;
  my @items = @{$node->{items}};
  return "[:]" if !@items;
  give_up("a hash of a list") if @items % 2;
  my @parts;
  while (my ($key, $value) = splice @items, 0, 2) {
    push @parts, WriteExpressions::as($self, $key, known("String")) . " => " . any($self, $value, {});
  }
  return "[" . join(", ", @parts) . "]";
}

# A callback: a closure, or what has the value of one.
sub callback_text {
  my ($self, $callback) = @_;
  my ($argument, $spec) = @$callback{qw(argument spec)};
  if (is_undef($argument)) { return written("nil") }
  if ($argument->{t} ne "closure") {
    my $x = WriteExpressions::value($self, $argument);
    my $count = @{found($x->{type})->{params} // []};
    if ($x->{opt}) {
      give_up("a callback that may be nil, with arguments: { … in callback?(…) }") if $count;
      return written("{ $x->{s}?() }", undef, trailing => 1);
    }
    return $x;
  }
  my $used = @{$argument->{params} // []};
  if ($callback->{is_open}) { return open_closure($self, $callback, $argument) }
  my ($count) = grep { $_ >= $used } @{$spec->{counts}};
  $count //= 0 if !@{$spec->{counts}};
  give_up("a callback with $used arguments, which gets fewer") if !defined $count;
  my $throws = $callback->{throws} || $self->{imported}{AnyEventMP} && ($spec->{types}[0] // "") =~ /^(?:Message|\[)/;
  my $x = WriteExpressions::closure($self, $argument, $callback->{type}, count => $count, throws => $throws);
  return {%$x, trailing => 1};
}

# A receiver: its arguments have types, or it gets the whole message.
sub open_closure {
  my ($self, $callback, $argument) = @_;
  my @symbols = @{$argument->{params} // []};
  my $x;
  if (@symbols == 1 && $symbols[0]{sigil} eq "@") {
    give_up("a message as an array: { message in … message[0] … }") if $symbols[0]{assigned} || $symbols[0]{changed};
    my $text = WriteExpressions::closure($self, $argument, $callback->{type}, is_open => 1, throws => 1)->{s};
    return written($text, undef, trailing => 1);
  }
  $x = WriteExpressions::closure($self, $argument, $callback->{type}, types => 1, throws => 1, is_open => 1);
  give_up("a receiver with a list at its end: { message in … }") if defined $argument->{rest};
  return {%$x, trailing => 1};
}

# "rcv $port, a => sub { … }, b => sub { … }".
sub plan_rcv {
  my ($self, $node, $plan) = @_;
  my @arguments = @{$node->{arguments}};
  my ($port, @rest) = @arguments;
  give_up("rcv with tags that are computed: rcv(port, on(tag) { … })") if !@rest || @rest % 2 && @rest > 1;
  return undef if @rest == 1;
  my $to = WriteExpressions::value($self, $port);
  give_up("a port that may be nil") if $to->{opt};
  my @receivers;

  while (my ($tag, $code) = splice @rest, 0, 2) {
    push @receivers, {tag => $tag, code => $code};
  }
  return receiver($self, $to, $receivers[0]) if @receivers == 1;
  my (@texts, @items);
  $self->{depth}++;
  for my $receiver (@receivers) {
    give_up("rcv of several tags of which one is taken away") if $receiver->{code}{t} ne "closure";
    my $tag = WriteExpressions::value($self, $receiver->{tag})->{s};
    push @texts, "on($tag) " . open_closure($self, {type => $receiver->{code}{type}}, $receiver->{code})->{s};
    push @items, {line => $receiver->{tag}{line}, end => $receiver->{code}{end}};
  }
  $self->{depth}--;
  return written("rcv" . $self->brackets($node, [$to->{s}, @texts], [$port, @items]), known("PortID"));
}

sub receiver {
  my ($self, $to, $receiver) = @_;
  my ($tag, $code) = @$receiver{qw(tag code)};
  my $name = WriteExpressions::value($self, $tag)->{s};
  return written("rcv($to->{s}, $name, nil)", known("PortID")) if is_undef($code);
  if ($code->{t} ne "closure") {
    return written("rcv($to->{s}, $name, " . WriteExpressions::value($self, $code)->{s} . ")", known("PortID"));
  }
  return written("rcv($to->{s}, $name) " . open_closure($self, {type => $code->{type}}, $code)->{s}, known("PortID"));
}

# "AE::cv" of a type.
sub plan_cv { my ($self, $node, $plan) = @_; return condvar($self, $node, $plan, "AE.cv") }

sub plan_condvar {
  my ($self, $node, $plan) = @_;
  return condvar($self, $node, $plan, "AnyEvent.condvar");
}

sub condvar {
  my ($self, $node, $plan, $name) = @_;
  my $of = found($node->{type})->{of};
  my $list = $of && kind_of($of) ? "(" . swift_type($of) . ".self)" : "()";
  my $closure = @{$plan->{callbacks}} ? " " . callback_text($self, $plan->{callbacks}[0])->{s} : "";
  return written("$name$list$closure", $node->{type});
}

# "$cv->begin" without a callback, where nobody says what the group sends when it has ended.
sub plan_begin {
  my ($self, $node, $plan) = @_;
  my $type = found($node->{object}{type});
  give_up("a group whose end has a value: cv.begin { cv in cv.send(…) }")
    if !@{$node->{arguments}} && !$type->{has_group} && $type->{of} && kind_of($type->{of}) !~ /^(?:Void)?$/;
  return undef;
}

# "$cv->send": what is sent, if anybody has said what that is.
sub plan_send {
  my ($self, $node, $plan) = @_;
  my $x = WriteExpressions::value($self, $node->{object});
  return undef if @{$node->{arguments}} < 2;
  give_up("several values for a condition variable: a tuple, cv.send((a, b))");
}

sub plan_run_cmd {
  my ($self, $node, $plan) = @_;
  my ($command, @rest) = @{$node->{arguments}};
  my $text =
    $command->{t} eq "array"
    ? WriteExpressions::as($self, $command, known("Array", of => known("String")))
    : WriteExpressions::as($self, $command, known("String"));
  my (@parts, @at, @more);
  while (my ($key, $value) = splice @rest, 0, 2) {
    my $name = Inference::key_text($key) // give_up("a redirection that is computed");
    if ($name eq "\$\$") { push @more, "pid: &$value->{x}{symbol}{swift}"; next }
    if ($name eq "close_all") { push @more, "close_all: " . WriteExpressions::as($self, $value, known("Bool")); next }
    give_up("$name of run_cmd, which is not there: environment: and directory: are") if $name !~ /[<>]$/;
    push @at, {line => $key->{line}, end => $value->{end}};
    push @parts, WriteTexts::quoted($name) . ": " . redirection($self, $name, $value);
  }
  my $list =
    @parts
    ? WriteContainers::bracketed($self, {line => $node->{line}, end => $at[-1]{end}}, "[", \@parts, \@at, "]")
    : ();
  return written("run_cmd(" . join(", ", $text, @parts ? $list : (), sort @more) . ")", $node->{type});
}

# Where output goes and input comes from.
sub redirection {
  my ($self, $name, $value) = @_;
  my $is_input = $name =~ /</;
  if ($value->{t} eq "reference") {
    my $inner = $value->{x};
    return ".from(" . WriteExpressions::as($self, $inner, known("String")) . ")" if $is_input;
    push @{$self->{before}}, "let $inner->{symbol}{swift} = CommandOutput()" if $inner->{declares} && $self->{before};
    return ".to($inner->{symbol}{swift})" if $inner->{symbol} && is_kind($inner->{symbol}{type}, "CommandOutput");
    give_up("output into a variable: let output = CommandOutput(), [\">\": .to(output)], then output.text");
  }
  if ($value->{t} eq "closure") {
    my $closure = WriteExpressions::closure($self, $value, $value->{type});
    return ($is_input ? ".supply " : ".call ") . $closure->{s};
  }
  my $x = WriteExpressions::value($self, $value);
  return ".fd($x->{s})" if kind_of($x->{type}) =~ /^(?:CInt|Int)$/;
  return $x->{s} if is_kind($x->{type}, "String") && Conversions::is_literal($x->{s});
  return ".file($x->{s})" if is_kind($x->{type}, "String");
  give_up("a redirection: .from, .to, .fd, .file, .call, .supply");
}

package Writer;

# Arguments in a bracket, on the lines that they have in Perl.
sub brackets {
  my ($self, $node, $texts, $items) = @_;
  my $at = $node->{line};
  my $text = "";
  my $is_below = 0;
  for my $i (0 .. $#$texts) {
    my $line = $items->[$i]{line} // $at;
    $self->{depth}++;
    $line = $at + 1 if $line < $at && $is_below;
    $text .= $line > $at ? ($i ? "," : "") . $self->line_break($line) : $i ? ", " : "";
    $self->{depth}--;
    $is_below = 1 if $line > $at;
    $text .= Conversions::unbracketed($texts->[$i]);
    $at = $items->[$i]{end} // $at;
  }
  return "($text)";
}

1;
