package InferCalls;
# The calls of a program: which function of the tables, of the program or of Perl it is, and which argument is what. A
# "plan" says what stands where in the call in Swift.

use strict;
use warnings;
use utf8;
use InferBuiltins;
use Types qw(known fresh found flow unify hint kind_of is_kind parse_type function_type);

# What Perl's own functions return.
my %RESULTS = (
  (map { ($_ => "Int") } qw(length scalar int index rindex ord time hex oct fileno)),
  (map { ($_ => "String") } qw(lc uc lcfirst ucfirst join sprintf substr chr ref encode_json)),
  (map { ($_ => "Bool") } qw(defined exists)),
  decode_json => "Value",
  sqrt => "Double",
  rand => "Double",
  pack => "Bytes",
);
my %TEXT = map { ($_ => 1) } qw(lc uc lcfirst ucfirst substr index split ord);
my %CLASSES = (
  "AnyEvent::Handle::UDP" => "UDPHandle",
  "JSON::XS" => "JSONCoder",
  "JSON" => "JSONCoder",
  "JSON::PP" => "JSONCoder"
);
# The module whose options a function has.
my %OPTIONS = (
  "AnyEvent::Handle->new" => "AnyEvent::Handle",
  "AnyEvent::DNS->new" => "AnyEvent::DNS",
  "AnyEvent::TLS->new" => "AnyEvent::TLS",
  configure => "AnyEvent::MP",
  (map { ($_ => "AnyEvent::HTTP") } qw(http_get http_head http_post http_request))
);
# The modules of the methods of types.
my %MODULES = (Handle => "AnyEvent::Handle", CondVar => "AnyEvent", DNS => "AnyEvent::DNS", Guard => "AnyEvent::Util");

sub call {
  my ($self, $node) = @_;
  my ($name, $arguments) = @$node{qw(name arguments)};
  if (my $function = $self->{functions}{$name}) { return own_call($self, $node, $function) }
  if (my $own = InferBuiltins->can("call_$name")) { return $own->($self, $node) }
  return known("CInt") if $name =~ /^O_[A-Z]+$/ && !@$arguments;
  # The log takes a text that is made already.
  if ($name =~ /^(?:AE|AnyEvent)::log$/ && @$arguments > 2) {
    my ($level, @format) = @$arguments;
    my %at = (line => $format[0]{line}, end => $format[-1]{end});
    $node->{arguments} = $arguments =
      [$level, {%at, t => "call", name => "sprintf", arguments => \@format, pairs => []}];
  }
  if (exists $RESULTS{$name}) {
    $node->{row} = $self->{table}->function($name);
    $self->of($_) for @$arguments;
    hint($arguments->[0]{type}, "String") if $TEXT{$name} && $arguments->[0];
    hint($_->{type}, "Int") for $name eq "substr" ? @$arguments[1 .. $#$arguments] : ();
    return known($RESULTS{$name});
  }
  my $row = row_of($self, $node);
  return planned($self, $node, $row) if $row && $row->{shape};
  $node->{row} = $row;
  $self->of($_) for @$arguments;
  return fresh();
}

# The row of a function: of several that with a form for these arguments.
sub row_of {
  my ($self, $node) = @_;
  my @rows = grep { $_->{shape} && $_->{table} ne "perl" } $self->{table}->functions($node->{name});
  my @arguments = @{$node->{arguments}};
  my $has_callback = grep { is_code($_) } @arguments;
  my ($best) = grep { fits($_->{shape}, scalar @arguments, $has_callback) } @rows;
  return $best // $rows[0] // $self->{table}->function($node->{name});
}

sub is_code {
  my ($node) = @_;
  return $node->{t} eq "closure" || $node->{t} eq "reference" && ($node->{x}{sigil} // "") eq "&";
}

sub fits {
  my ($shape, $count, $has_callback) = @_;
  return 0 if $has_callback && !@{$shape->{callbacks}};
  my $least = grep { !/\.\.\.$|\?$/ } @{$shape->{arguments}};
  my $most = grep({ /\.\.\.$/ } @{$shape->{arguments}}) ? 99 : @{$shape->{arguments}};
  my $given = $count - ($has_callback ? 1 : 0);
  return
       $given >= $least
    && ($given <= $most || keys %{$shape->{options}} || $shape->{callbacks}[1])
    && !(@{$shape->{callbacks}} && !$has_callback && $count <= $least);
}

# A call of a function of the program.
sub own_call {
  my ($self, $node, $function) = @_;
  $node->{function} = $function;
  my $count = grep({ $self->is_plural($_) } @{$node->{arguments}}) ? undef : @{$node->{arguments}};
  my $least = $function->{least_arguments};
  $function->{least_arguments} = $count if defined $count && (!defined $least || $count < $least);
  pass($self, $function->{type}, $node->{arguments});
  return found($function->{type})->{ret};
}

# Arguments flow into the parameters of a function; a closure gets their types.
sub pass {
  my ($self, $type, $arguments) = @_;
  my $params = found($type)->{params};
  for my $i (0 .. $#$arguments) {
    my $argument = $arguments->[$i];
    if ($self->is_plural($argument)) { $self->of($argument); last }
    my $rest = found($type)->{rest};
    if (defined $rest && $i >= $rest) { flow($self->of($argument), $params->[$rest]{of}); next }
    my $place = $params->[$i] //= fresh();
    $argument->{wanted} = found($place) if $argument->{t} eq "closure" && is_kind($place, "Function");
    if ($self->is_undef($argument)) { $place->{optional} = 1; next }
    my $given = $self->of($argument);
    found($place)->{k} = "Value" if $argument->{t} eq "hash" && @{$argument->{items}} && !kind_of($place);
    flow($given, $place);
    Types::widen($given, $place);
    found($place)->{k} = "Value" if $argument->{t} eq "hash" && kind_of($place) =~ /^(?:Int|Double|String|Bool)$/;
  }
}

sub dynamic {
  my ($self, $node) = @_;
  my $type = $self->of($node->{code});
  if (!kind_of($type)) { unify($type, function_type([])) }
  return fresh() if !is_kind($type, "Function");
  pass($self, $type, $node->{arguments});
  return found($type)->{ret};
}

# --- Methods.

sub method {
  my ($self, $node) = @_;
  my ($object, $name) = @$node{qw(object name)};
  if ($object->{t} eq "class") { return class_method($self, $node) }
  my $type = $self->of($object);
  if (is_kind($type, "JSONCoder")) {
    $self->of($_) for @{$node->{arguments}};
    hint($node->{arguments}[0]{type}, $name eq "decode" ? "String" : "Value") if $node->{arguments}[0];
    return known($name eq "encode" ? "String" : $name eq "decode" ? "Value" : "JSONCoder");
  }
  if (!kind_of($type)) {
    my $of = object_of($name);
    unify($type, $of eq "CondVar" ? known("CondVar", of => fresh()) : known($of)) if $of;
  }
  if ($name eq "rbuf" && is_kind($type, "Handle") && !@{$node->{arguments}}) {
    my %at = (line => $node->{line}, end => $node->{end});
    %$node = (%at, t => "entry", base => $object, key => {%at, t => "text", text => "rbuf"});
    return $self->of($node);
  }
  my $row = method_row($self, $type, $name);
  if ($name =~ /^(?:push_read|unshift_read|push_write)$/ && is_kind($type, "Handle")) {
    $node->{row} = $row;
    return handle_method($self, $node) if @{$node->{arguments}} && $node->{arguments}[0]{t} eq "text";
  }
  return planned($self, $node, $row, $type) if $row && $row->{shape};
  $node->{row} = $row;
  $self->of($_) for @{$node->{arguments}};
  return fresh();
}

# The type that alone has such a method.
sub object_of {
  my ($name) = @_;
  return "CondVar" if $name =~ /^(?:send|recv|croak|begin|end|ready|cb)$/;
  return "UDPHandle" if $name eq "push_send";
  return "Handle"
    if $name =~ /^(?:push_\w+|unshift_read|on_(?:read|error|eof|drain|timeout|starttls)|destroy|destroyed|
    timeout|starttls|stoptls|stop_read|start_read|rbuf|no_delay|keepalive|low_water_mark|rbuf_max|wbuf_max)$/x;
  return undef;
}

sub method_row {
  my ($self, $type, $name) = @_;
  my $module = $MODULES{kind_of($type)} // ($type ? "" : undef);
  my @rows = @{$self->{table}{methods}{$name} // []};
  @rows = grep { $_->{module} eq $module } @rows if $module;
  return PortTable::best(@rows);
}

sub class_method {
  my ($self, $node) = @_;
  my $class = $node->{object}{name};
  if ($CLASSES{$class} && $node->{name} eq "new") {
    udp_arguments($self, $node) if $CLASSES{$class} eq "UDPHandle";
    return known($CLASSES{$class});
  }
  my $name = "$class->$node->{name}";
  $name = "AE::$node->{name}" if $class eq "AE";
  my $row = $self->{table}->function($name);
  if (!$row && $node->{name} eq "new") { $row = $self->{table}->function("$class->new") }
  return planned($self, $node, $row) if $row && $row->{shape};
  $node->{row} = $row;
  $self->of($_) for @{$node->{arguments}};
  return fresh();
}

my %UDP = (
  bind => "(String, Service)",
  connect => "(String, Service)",
  timeout => "Double",
  rtimeout => "Double",
  wtimeout => "Double",
  on_recv => "{ Bytes, UDPHandle, SocketAddress? }",
  on_error => "{ UDPHandle, Bool, String }",
  (map { ($_ => "{ UDPHandle }") } qw(on_drain on_timeout on_rtimeout on_wtimeout)),
);

sub udp_arguments {
  my ($self, $node) = @_;
  my %plan = (
    row => undef,
    shape => {name => "UDPHandle", brackets => 1, result => "UDPHandle"},
    positional => [],
    callbacks => [],
    options => []
  );
  my @arguments = @{$node->{arguments}};
  if (@arguments % 2) { $node->{strange} = "an option without a value"; pop @arguments }
  while (my ($key, $value) = splice @arguments, 0, 2) {
    my $form = $UDP{$key->{text} // ""} // do { $node->{strange} = $key->{text}; next };
    option($self, \%plan, $key->{text}, $value, PortTable::parse_call($form));
  }
  $node->{plan} = \%plan;
}

# "push_read (line => …, sub { … })", "push_write (json => …)".
sub handle_method {
  my ($self, $node) = @_;
  my ($kind, @arguments) = @{$node->{arguments}};
  my @rows = grep { $_->{shape} } @{$self->{table}{options}{"AnyEvent::Handle"}{$kind->{text}} // []};
  my $is_write = $node->{name} eq "push_write";
  my ($row) = grep { !!$_->{shape}{written} == !!$is_write } @rows;
  if (!$row) { $self->of($_) for @arguments; return fresh() }
  my $callback = !$is_write && @arguments ? pop @arguments : undef;
  my $shape = $row->{shape};
  my @types = $is_write ? (@{$shape->{arguments}}, $shape->{written}) : @{$shape->{arguments}};
  my %plan = (row => $row, shape => $shape, positional => [], callbacks => [], form => 1, options => []);
  for my $argument (@arguments) {
    # Patterns to be accepted, rejected and skipped.
    positional($self, \%plan, $argument, $argument->{t} eq "pattern" ? "Regex" : shift(@types) // "Any");
  }
  callback($self, \%plan, $callback, $shape->{callbacks}[0]) if $callback;
  $node->{plan} = \%plan;
  return fresh();
}

# --- Calls that a table describes.

# Which argument is which of the row's call.
sub planned {
  my ($self, $node, $row, $object_type) = @_;
  my $shape = $row->{shape};
  my %plan = (row => $row, shape => $shape, positional => [], options => [], callbacks => []);
  $node->{row} = $row;
  $node->{plan} = \%plan;
  return receivers($self, $node) if $node->{t} eq "call" && $node->{name} eq "rcv" && @{$node->{arguments}} > 2;
  push @{$self->{messages}}, $node if $node->{t} eq "call" && $node->{name} =~ /^(?:snd|cal)$/;
  return command($self, $node) if $node->{t} eq "call" && $node->{name} =~ /(?:^|::)run_cmd$/;
  my @arguments = @{$node->{arguments}};
  my @pairs = @{$node->{pairs} // []};
  my @types = @{$shape->{arguments}};
  my @callbacks = @{$shape->{callbacks}};
  my $module = $OPTIONS{$node->{t} eq "method"
      && $node->{object}{t} eq "class" ? "$node->{object}{name}->$node->{name}" : $node->{name}};

  for (my $i = 0; $i < @arguments; $i++) {
    my $argument = $arguments[$i];
    my $key = $pairs[$i] && $argument->{t} =~ /^(?:text|single)$/ ? Inference::key_text($argument) : undef;
    if (defined $key && $i < $#arguments && (my $form = option_form($self, $shape, $module, $key, !@types))) {
      option($self, \%plan, $key, $arguments[++$i], $form);
    } elsif (defined $key && $key eq "cb" && @callbacks) {
      callback($self, \%plan, $arguments[++$i], shift @callbacks);
    } elsif (
      @callbacks
      && ( is_code($argument)
        || !@types
        || $i == $#arguments && $types[0] =~ /\.\.\.$/ && is_kind($self->of($argument), "Function"))
      )
    {
      callback($self, \%plan, $argument, shift @callbacks);
    } elsif (@types && !(@{$shape->{callbacks}} && !@callbacks && %{$shape->{options}})) {
      my $type = $types[0] =~ /\.\.\.$/ ? $types[0] : shift @types;
      positional($self, \%plan, $argument, $type =~ s/\.\.\.$//r, $object_type, $type =~ /\.\.\.$/);
    } elsif (%{$shape->{options}}) {
      my ($label) = @{$shape->{order}};
      option($self, \%plan, $label, $argument, PortTable::parse_call($shape->{options}{$label}));
    } else {
      $self->of($argument);
      $node->{strange} = "one more argument";
    }
  }
  # The callback of a condition variable gets the variable. That of "begin" sends the value of the group.
  found($object_type)->{has_group} = 1 if $node->{name} eq "begin" && $object_type && @arguments;
  if (is_kind($object_type // known("Void"), "CondVar")) {
    for my $callback (@{$plan{callbacks}}) {
      unify($_, $object_type) for grep { is_kind($_, "CondVar") } @{$callback->{type}{params}};
    }
  }
  my $result = result_of($self, $node, $object_type);
  # "AE::cv { shift->send (5) }": the callback gets the variable that is made.
  if (is_kind($result, "CondVar") && !defined $object_type) {
    for my $place (grep { is_kind($_, "CondVar") } map { @{$_->{type}{params}} } @{$plan{callbacks}}) {
      unify($place, $result);
    }
  }
  return $result;
}

# "rcv": a port, and tags with their callbacks.
sub receivers {
  my ($self, $node) = @_;
  my ($port, @rest) = @{$node->{arguments}};
  my %plan = (callbacks => [], positional => []);
  positional($self, \%plan, $port, "PortID");
  while (my ($tag, $code) = splice @rest, 0, 2) {
    $self->of($tag);
    next if !$code;
    push @{$self->{receivers}}, {tag => $tag, code => $code} if $code->{t} eq "closure";
    $self->is_undef($code)
      ? $self->of($code)
      : callback($self, \%plan, $code, {label => "", types => ["Any..."], counts => [], returns => undef});
  }
  return known("PortID");
}

# "run_cmd": variables that output goes into are objects in Swift.
sub command {
  my ($self, $node) = @_;
  my ($command, @rest) = @{$node->{arguments}};
  my $type = $self->of($command);
  unify($type, known("Array", of => known("String"))) if $command->{t} eq "array";
  if (@rest % 2) { $node->{strange} = "a redirection without a value"; pop @rest }
  while (my ($key, $value) = splice @rest, 0, 2) {
    my $name = Inference::key_text($key) // "";
    if ($value->{t} eq "closure") {
      my $bytes = known("Bytes");
      $value->{wanted} = $name =~ /</ ? function_type([], $bytes) : function_type([$bytes], known("Void"));
      $bytes->{optional} = 1;
    }
    $self->of($value);
    my $variable = $value->{t} eq "reference" ? $value->{x} : next;
    $variable = $value->{x} = {%{$variable->{variables}[0]}, declares => 1} if $variable->{t} eq "my";
    my $symbol = $variable->{symbol};
    next if !$symbol || $name =~ /</;
    my $kind = found($symbol->{type});
    %$kind = (k => $name =~ />/ ? "CommandOutput" : "Int32", fixed => 1);
  }
  return result_of($self, $node);
}

# What an option takes; 0 if it is none.
sub option_form {
  my ($self, $shape, $module, $key, $are_all_there) = @_;
  return PortTable::parse_call($shape->{options}{$key}) if $shape->{options}{$key};
  return undef unless $module && ($are_all_there || $module ne "AnyEvent::HTTP");
  my $row = $self->{table}->option($module, $key) or return undef;
  return {%{$row->{shape} // {}}, row => $row};
}

sub positional {
  my ($self, $plan, $argument, $form, $object_type, $is_list) = @_;
  my $type = parse_type($form);
  my $given = $self->of($argument);
  if ($form eq "Element" && $object_type) { $type = found($object_type)->{of} //= fresh() }
  if ($form =~ /^(?:PortID|Handle|TLSContext|CookieJar|Guard)$/) { hint($given, $form) for 1 .. 3 }
  elsif ($form =~ /^(?:String|Int|Double|Value|Bool)\??$/) { hint($given, $form =~ s/\?//r) }
  elsif ($form =~ /^(?:Data|Service|Bytes)$/) { hint($given, "String") }
  flow($given, $type) if $form !~ /^(?:Data|Service|Level|Mode|Command|Redirections|Regex|Format)/;
  push @{$self->{sent}}, $type if $form eq "Element" && $object_type;
  found($given)->{standard} //= "Value" if !kind_of($given) && $form eq "Any";
  unify($given, $type) if $form eq "Value" && !kind_of($given) && $argument->{t} =~ /^(?:hash|array)$/;
  push @{$plan->{positional}}, {argument => $argument, type => $type, form => $form, is_list => $is_list};
}

sub option {
  my ($self, $plan, $key, $argument, $form) = @_;
  my %entry = (key => $key, argument => $argument, row => $form->{row}, form => $form->{type});
  if (my $spec = $form->{callbacks} && $form->{callbacks}[0]) {
    my %inner = (callbacks => []);
    callback($self, \%inner, $argument, $spec);
    $entry{callback} = $inner{callbacks}[0];
  } else {
    $entry{type} = parse_type($form->{type} // "Any");
    my $given = $self->of($argument);
    if (($form->{type} // "") =~ /^(?:String|Int|Double|Bool|TLSContext|CookieJar)$/) {
      hint($given, $form->{type}) for 1 .. 2;
    }
    if ($argument->{t} eq "array" && is_kind($entry{type}, "Array")) { unify($given, $entry{type}) }
  }
  push @{$plan->{options}}, \%entry;
}

# A callback gets the types that the table has for it.
sub callback {
  my ($self, $plan, $argument, $spec) = @_;
  my $is_open = grep { /\.\.\.$/ } @{$spec->{types}};
  my @params = $is_open ? () : map { parse_type($_) } @{$spec->{types}};
  my $type = function_type(\@params, known($spec->{returns} // "Void"));
  if ($argument->{t} eq "closure") {
    $argument->{wanted} = $type;
    $self->of($argument);
    for my $place ($is_open ? map { found($_) } @{$type->{params}} : ()) {
      $place->{standard} //= "Value";
      Types::comes_in_message($place);
    }
    # A variable of a message with one list of its values.
  } else {
    my $given = $self->of($argument);
    unify($given, $type) if !$is_open;
  }
  push @{$plan->{callbacks}}, {argument => $argument, spec => $spec, is_open => $is_open, type => $type};
}

sub result_of {
  my ($self, $node, $object_type) = @_;
  my $result = $node->{plan}{shape}{result} // return fresh();
  if ($result eq "Element") {
    my $of = found($object_type)->{of} //= fresh();
    return $of;
  }
  if ($result eq "Callback") {
    my $closure = $node->{arguments}[0];
    return function_type($closure && $closure->{type} ? found($closure->{type})->{params} : [], known("Void"));
  }
  my $type = parse_type($result);
  return is_kind($type, "Int32") ? known("Int32") : $type;
}

1;
