package Inference;
# Finds out which variables a program has, what they hold, and what flows into them, so that the writer knows the types
# that Swift wants. What it finds stands in the nodes: "type", "symbol", "parts", "plan", "params".

use strict;
use warnings;
use utf8;
use PerlStrings;
use Symbols;
use Types qw(known fresh found flow unify hint kind_of is_kind parse_type function_type);
use InferCalls;
use Throwing;
use parent qw(InferAssignments Settling);

sub new {
  my ($class, $table) = @_;
  return bless {table => $table, functions => {}, current => [], accesses => [], literals => [], deferred => []},
    $class;
}

# All statements of a program.
sub program {
  my ($self, $statements) = @_;
  my %called;
  each_node($statements, sub { my ($node) = @_; $called{$node->{name}} = 1 if $node->{t} eq "call" });
  delete @called{
    qw(sort join map grep shift push pop keys values split length scalar defined ref reverse lc uc substr
      undef delete exists sprintf int warn each splice index die)
  };
  each_node($statements, sub { my ($node) = @_; $self->predeclare($node) if $node->{t} eq "sub" });
  $self->{symbols} = Symbols->new({%called, map { ($_ => 1) } keys %{$self->{functions}}});
  $self->{arguments} = $self->{symbols}->declare("@", "ARGV");
  unify($self->{arguments}{type}{of}, known("String"));
  push @{$self->{current}}, {ret => fresh()};
  $self->statements($statements);
  $self->settle;
  $self->find_shared;
}

# Where a node has others.
my @CHILDREN = qw(
  x left right condition then else body branches items arguments code object base key index list variable variables
  first step array parts
);

sub children { return @CHILDREN }

# Calls a function with every node below, outer ones first.
sub each_node {
  my ($tree, $visit) = @_;
  if (ref $tree eq "ARRAY") {
    each_node($_, $visit) for grep { ref } @$tree;
    return;
  }
  $visit->($tree) if exists $tree->{t};
  each_node($_, $visit) for grep { ref } @$tree{@CHILDREN};
}

sub predeclare {
  my ($self, $sub) = @_;
  my $function = {name => $sub->{name}, node => $sub, type => function_type([])};
  $self->{functions}{$sub->{name}} = $function;
  Throwing::outside_closures(
    $sub->{body},
    sub {
      my ($node) = @_;
      my $x = $node->{t} eq "return" ? $node->{x} : undef;
      $function->{returns_list} = 1 if $x && $x->{t} ne "list" && $self->is_plural($x);
    }
  );
}

sub statements {
  my ($self, $statements) = @_;
  $self->statement($_) for @$statements;
}

sub body {
  my ($self, $statements) = @_;
  $self->{symbols}->enter;
  $self->statements($statements);
  $self->{symbols}->leave;
}

my %STATEMENTS = (
  expression => sub { my ($self, $s) = @_; $s->{x}{is_statement} = 1; $self->of($s->{x}) },
  sub => \&function,
  block => sub { my ($self, $s) = @_; $self->body($s->{body}) },
  if => \&condition,
  while => \&while_loop,
  for => \&for_loop,
  loop => \&counting_loop,
);

sub statement {
  my ($self, $statement) = @_;
  my $infer = $statement->{absorbed} ? undef : $STATEMENTS{$statement->{t}};
  return unless $infer;
  # What cannot be read in a text makes a statement one that is not known.
  return if eval { $infer->($self, $statement); 1 };
  die $@ unless ref $@ eq "HASH";
  @$statement{qw(t why)} = ("unknown", $@->{sentence});
}

sub condition {
  my ($self, $statement) = @_;
  for my $branch (@{$statement->{branches}}) {
    $self->{symbols}->enter;
    if ($branch->{condition}) {
      $self->of($branch->{condition});
      $self->tested($branch->{condition});
    }
    $statement->{postfix} ? $self->statements($branch->{body}) : $self->body($branch->{body});
    # Names of a condition are seen by the branches behind it, too, which Swift has no like of.
    $self->{symbols}->leave;
  }
}

# A variable that is asked for as a condition may be undefined.
sub tested {
  my ($self, $node) = @_;
  return $self->tested($node->{x}) if $node->{t} eq "unary" && $node->{op} eq "!";
  return map { $self->tested($_) } @$node{qw(left right)}
    if $node->{t} eq "binary" && $node->{op} =~ /^(?:&&|\|\||and|or)$/;
  $node->{symbol}{asked} = 1 if $node->{t} eq "variable" && $node->{symbol} && $node->{sigil} eq "\$";
}

sub while_loop {
  my ($self, $statement) = @_;
  $self->{symbols}->enter;
  $self->of($statement->{condition}) if $statement->{condition};
  $self->statements($statement->{body});
  $self->{symbols}->leave;
}

sub for_loop {
  my ($self, $statement) = @_;
  my $of = $self->element_of_list($statement->{list});
  $self->{symbols}->enter;
  my $name = $statement->{variable} ? $statement->{variable}{name} : "_";
  my $symbol = $self->{symbols}->declare("\$", $name, loop => 1);
  $symbol->{swift} = "it" if $name eq "_";
  unify($symbol->{type}, $of);
  @$statement{qw(symbol)} = ($symbol);
  $self->statements($statement->{body});
  $self->{symbols}->leave;
}

sub counting_loop {
  my ($self, $statement) = @_;
  $self->{symbols}->enter;
  for my $part (qw(first condition step)) { $self->of($statement->{$part}) if $statement->{$part} }
  $self->statements($statement->{body});
  $self->{symbols}->leave;
}

# What a list has as elements: of one array, of a range, of several values.
sub element_of_list {
  my ($self, $list) = @_;
  my @items = $list->{t} eq "list" ? @{$list->{items}} : ($list);
  my $of = fresh();
  for my $item (@items) {
    my $type = $self->of($item);
    if ($self->is_plural($item)) { unify($self->element_type($type), $of) }
    else { flow($type, $of) }
  }
  return $of;
}

# Whether an expression stands for several values in a list.
sub is_plural {
  my ($self, $node) = @_;
  return 1 if $node->{t} eq "variable" && $node->{sigil} =~ /[\@%]/;
  return 1 if $node->{t} eq "dereference" && $node->{sigil} =~ /[\@%]/;
  return 1 if $node->{t} eq "words" || $node->{t} eq "binary" && $node->{op} =~ /^\.\.\.?$/;
  return 1
    if $node->{t} eq "call"
    && ($node->{name} =~ /^(?:map|grep|sort|keys|values|split|reverse|up_nodes|gmtime|localtime)$/
    || ref $self && ($self->{functions}{$node->{name}} // {})->{returns_list}
    || ($node->{function} // {})->{returns_list});
  return 1 if $node->{t} eq "binary" && $node->{op} eq "x" && $node->{left}{t} eq "list";
  return 1 if $node->{t} eq "list" || WriteRegexes::is_global($node);
  return 0;
}

# The type of the elements of something.
sub element_type {
  my ($self, $type) = @_;
  my $found = found($type);
  return $found->{of} //= fresh() if is_kind($found, "Array");
  return $found if is_kind($found, "Value");
  return known("Value") if is_kind($found, "Message");
  return $found->{of} if is_kind($found, "Dictionary");
  my $of = fresh();
  push @{$self->{accesses}}, {base => $type, how => "element", of => $of};
  return $of;
}

# --- Functions.

sub function {
  my ($self, $statement) = @_;
  my $function = $self->{functions}{$statement->{name}};
  $statement->{function} = $function;
  $self->callable($statement, $function->{type});
}

# The body of a function or a closure, whose type becomes this one.
sub callable {
  my ($self, $node, $type) = @_;
  $self->{symbols}->enter;
  my $context = {ret => found($type)->{ret}, node => $node};
  push @{$self->{current}}, $context;
  $self->parameters($node, $type) unless $node->{block};
  $self->statements($node->{body});
  $self->implicit_result($node, $context);
  my $ret = found($context->{ret});
  $ret->{k} = "Void" if !$context->{returns} && !$context->{has_value} && !defined $ret->{k} && !$ret->{optional};
  pop @{$self->{current}};
  $self->{symbols}->leave;
}

# What stands in the first statements is what Swift has in front of the body.
sub parameters {
  my ($self, $node, $type) = @_;
  my @symbols;
  for my $statement (@{$node->{body}}) {
    my @variables = parameter_variables($statement) or last;
    last if $self->gets_one_list($node, $type) && (($variables[0]{sigil} // "") ne "@" || !$variables[0]{whole});
    for my $variable (@variables) {
      if ($variable->{t} ne "variable") {
        push @symbols, {swift => "_", sigil => "\$", name => "", type => fresh(), assigned => 0, param => 1};
        next;
      }
      my $symbol = $self->{symbols}->declare(@$variable{qw(sigil name)}, param => 1);
      $variable->{symbol} = $symbol;
      push @symbols, $symbol;
    }
    $statement->{absorbed} = 1;
    if ($statement->{x}{t} eq "binary") {
      $symbols[0]{asked} = 1;
      $self->of($statement->{x}{right});
    }
    last if $variables[0]{whole};
  }
  $node->{params} = \@symbols;
  # What asks for the arguments without naming them makes "message" the parameter.
  return if !@symbols && $self->gets_one_list($node, $type);
  my $given = found($type)->{params};
  for my $i (0 .. $#symbols) {
    my $place = $given->[$i] //= fresh();
    my $symbol = $symbols[$i];
    if ($symbol->{sigil} eq "@" && !is_kind($place, qw(Array Message))) {
      $node->{rest} = $i;
      $given->[$i] = $symbol->{type};
      next;
    }
    $symbol->{optional} = 1 if $place->{optional};
    $symbol->{type} = $place, next if is_kind($place, "Message");
    unify($symbol->{type}, $place);
  }
  found($type)->{rest} = $node->{rest} if defined $node->{rest};
}

# Whether a closure gets one message or list, which it takes apart itself: it is "@_" then.
sub gets_one_list {
  my ($self, $node, $type) = @_;
  my $params = found($type)->{params};
  return 0 if $node->{t} ne "closure" || @$params != 1;
  my $is_message = is_kind($params->[0], "Message");
  return 0 if !$is_message && !found($params->[0])->{is_arguments};
  $node->{one_list} //= $self->{symbols}->declare(
    "@", $self->unused_name($is_message ? "message" : "list"),
    param => 1,
    type => $params->[0],
    is_implicit => 1
  );
  return 1;
}

# A name that no variable of the program has there.
sub unused_name {
  my ($self, $name) = @_;
  my @found = grep { $_ && !$_->{is_implicit} } map { $self->{symbols}->find($_, $name) } qw($ @ %);
  return @found ? $self->unused_name("all_$name") : $name;
}

# The variables of "my (…) = @_" and "my $x = shift".
sub parameter_variables {
  my ($statement) = @_;
  my $x = $statement->{t} eq "expression" ? $statement->{x} : return;
  $x = $x->{left} if $x->{t} eq "binary" && $x->{op} eq "or";
  return unless $x->{t} eq "assign" && $x->{op} eq "=" && $x->{left}{t} eq "my";
  my ($left, $right) = @$x{qw(left right)};
  my @variables = @{$left->{variables}};
  return if grep { $_->{t} ne "variable" && !WriteCalls::is_undef($_) || ($_->{sigil} // "") eq "%" } @variables;
  if ($right->{t} eq "variable" && "$right->{sigil}$right->{name}" eq '@_') {
    return if !@variables || !$left->{list} && $variables[0]{sigil} eq "\$";
    $_->{whole} = 1 for @variables;
    return @variables;
  }
  return @variables
    if $right->{t} eq "call"
    && $right->{name} eq "shift"
    && !@{$right->{arguments}}
    && @variables == 1
    && $variables[0]{sigil} eq "\$";
  return;
}

# The last expression is the result, if there is no "return" with a value and it is nothing but a value.
sub implicit_result {
  my ($self, $node, $context) = @_;
  my $last = $node->{body}[-1];
  return if !$last || $last->{t} ne "expression" || $context->{returns};
  my $x = $last->{x};
  return if $x->{t} eq "return";
  return unless $node->{block} || is_value($x);
  $last->{is_result} = 1;
  $context->{has_value} = 1;
  flow($x->{type} // $self->of($x), $context->{ret});
}

# Whether an expression is nothing but a value: one that does something may stand there for that.
sub is_value {
  my ($x) = @_;
  return is_value($x->{then}) || is_value($x->{else}) if $x->{t} eq "choice";
  return $x->{t} =~ /^(?:number|single|double|variable|binary|array|hash|unary|element|entry|test|match)$/
    && !($x->{t} eq "binary" && $x->{op} =~ /^(?:or|and|\|\||&&)$/)
    || $x->{t} eq "call" && $x->{name} =~ /^(?:defined|exists|lc|uc|length|join|sprintf|scalar|map|grep|sort)$/;
}

# --- Expressions.

my %EXPRESSIONS = (
  number => sub { my ($self, $n) = @_; return known($n->{text} =~ /^-?(?:0[xb].*|[\d_]+)$/i ? "Int" : "Double") },
  text => sub { return known("String") },
  single => \&text,
  double => \&text,
  heredoc => \&text,
  words => sub { return known("Array", of => known("String")) },
  variable => \&variable,
  my => \&declaration,
  element => \&element,
  entry => \&entry,
  dereference => \&dereference,
  reference => sub { my ($self, $n) = @_; return $self->reference($n) },
  last_index => sub { my ($self, $n) = @_; $self->of($n->{array}); return known("Int") },
  unary => \&unary,
  step => \&step,
  binary => \&binary,
  local => sub { my ($self, $n) = @_; my $type = $self->of($n->{x}); $self->changed($n->{x}); return $type },
  readline => sub { return known("String") },
  assign => sub { my ($self, $n) = @_; return $self->assign($n) },
  choice => \&choice,
  array => \&array,
  hash => \&hash,
  list => \&list,
  closure => \&closure,
  return => \&result,
  call => \&InferCalls::call,
  method => \&InferCalls::method,
  dynamic => \&InferCalls::dynamic,
  do => sub { my ($self, $n) = @_; $self->body($n->{body}); return fresh() },
  eval => sub {
    my ($self, $n) = @_;
    $self->body($n->{body});
    my $last = $n->{body}[-1];
    return $last && $last->{t} eq "expression" ? $last->{x}{type} // fresh() : fresh();
  },
  test => sub { my ($self, $n) = @_; $self->of($n->{x}); return known($n->{op} eq "-s" ? "Int" : "Bool") },
  match => sub {
    my ($self, $n) = @_;
    $n->{topic} = {t => "variable", sigil => "\$", name => "_", line => $n->{line}, end => $n->{end}};
    $self->of($n->{topic});
    return known("Bool");
  },
  substitute => sub {
    my ($self, $n) = @_;
    my ($with, $is_code) = ($n->{value}{with}, $n->{value}{modifiers} =~ /e/);
    $n->{parts} =
      $is_code ? [PerlStrings::expression($with, $n->{line})] : PerlStrings::interpolated($with, $n->{line});
    $self->of($_) for grep { ref } @{$n->{parts}};
    return known("Bool");
  },
);

# The type of an expression, found once.
sub of {
  my ($self, $node) = @_;
  return $node->{type} if $node->{type};
  my $infer = $EXPRESSIONS{$node->{t}};
  my $type = $infer ? $infer->($self, $node) : fresh();
  return $node->{type} = ref $type ? $type : fresh();
}

sub text {
  my ($self, $node) = @_;
  $node->{parts} = PerlStrings::parts($node);
  for my $part (grep { ref } @{$node->{parts}}) {
    $self->of($part);
  }
  return known("String");
}

sub variable {
  my ($self, $node) = @_;
  my ($sigil, $name) = @$node{qw(sigil name)};
  return known("String") if $sigil eq "\$" && $name =~ /^(?:\d+|!|\@|0)$/;
  if (my $symbol = $self->{symbols}->find($sigil, $name)) {
    $node->{symbol} = $symbol;
    $symbol->{uses}++;
    return $symbol->{type};
  }
  if (my $row = $self->{table}->variable("$sigil$name")) {
    $node->{row} = $row;
    return parse_type($row->{shape}{result}) if $row->{shape} && $row->{shape}{result};
  }
  return known("String") if $sigil eq "\$" && $name eq "NODE";
  return known("Dictionary", of => known("String"), key => known("String")) if "$sigil$name" eq "%ENV";
  if ($sigil eq "&" && $self->{functions}{$name}) {
    $node->{function} = $self->{functions}{$name};
    return $node->{function}{type};
  }
  if ("$sigil$name" eq '@_') {
    my $owner = $self->{current}[-1]{node};
    my $symbol = $owner && $owner->{one_list} or return known("Message");
    $owner->{params} = [$symbol];
    $node->{symbol} = $symbol;
    return $symbol->{type};
  }
  return fresh();
}

sub declaration {
  my ($self, $node) = @_;
  for my $variable (@{$node->{variables}}) {
    next unless $variable->{t} eq "variable";
    my $symbol = $self->{symbols}->declare(@$variable{qw(sigil name)}, line => $node->{line});
    $variable->{symbol} = $symbol;
    $variable->{type} = $symbol->{type};
    $symbol->{bare} = 1;
  }
  return $node->{variables}[0]{type} // fresh();
}

sub element {
  my ($self, $node) = @_;
  my $base = $node->{base};
  if ($base->{t} eq "variable" && "$base->{sigil}$base->{name}" eq '@_' && !$self->{current}[-1]{node}{one_list}) {
    return $self->argument($node);
  }
  hint($self->of($node->{index}), "Int");
  return fresh() if $base->{t} eq "list";
  my $type = $self->of($base);
  return $type if $base->{t} eq "call" && $base->{name} !~ /^(?:split|sort|map|grep|keys|values|reverse|up_nodes)$/;
  return known("String") if is_kind($type, "DNSRecord");
  return $self->element_type($type);
}

# "$_[0]": the closure gets an argument of its own for it.
sub argument {
  my ($self, $node) = @_;
  my $owner = $self->{current}[-1]{node};
  my $number = $node->{index}{t} eq "number" ? $node->{index}{text} : undef;
  return fresh() if !$owner || !defined $number || @{$owner->{params} // []} && !$owner->{implicit};
  $owner->{implicit} = 1;
  my $params = found($owner->{type} // $owner->{function}{type})->{params};
  for my $i (0 .. $number) {
    $owner->{params}[$i] //= do {
      my $symbol = $self->{symbols}->declare("\$", "argument$i", param => 1);
      unify($symbol->{type}, $params->[$i] //= fresh());
      $symbol->{optional} = 1 if $params->[$i]{optional};
      $symbol;
    };
  }
  $node->{symbol} = $owner->{params}[$number];
  return $node->{symbol}{type};
}

sub entry {
  my ($self, $node) = @_;
  my $key = $self->of($node->{key});
  return known("String") if $node->{base}{t} eq "variable" && $node->{base}{name} eq "+";
  my $type = $self->of($node->{base});
  if (is_kind($type, "HTTPHeaders")) {
    return known($node->{key}{t} =~ /^(?:text|single)$/
        && (key_text($node->{key}) // "") eq "Status" ? "Int" : "String");
  }
  return known("HandleBuffer") if is_kind($type, "Handle") && (key_text($node->{key}) // "") =~ /^[rw]buf$/;
  return $self->entry_type($type, $node->{key});
}

sub key_text {
  my ($key) = @_;
  return $key->{text} if $key->{t} eq "text";
  return PerlStrings::parts($key)->[0] // "" if $key->{t} eq "single";
  return undef if $key->{t} ne "double";
  my @parts = @{$key->{parts} // PerlStrings::parts($key)};
  return (grep { ref } @parts) ? undef : join "", @parts;
}

# The type of the values of a hash; the key, if there is one, says what keys it has.
sub entry_type {
  my ($self, $type, $key) = @_;
  my $found = found($type);
  if (is_kind($found, "Dictionary")) {
    $found->{key} //= fresh();
    flow_key($key, $found);
    return $found->{of} //= fresh();
  }
  return $found if is_kind($found, "Value");
  my $of = fresh();
  push @{$self->{accesses}},
    {
    base => $type,
    how => "entry",
    key => $key,
    of => $of,
    is_named => $key && defined key_text($key)
    };
  return $of;
}

# A key is a text, whatever it is taken from.
sub flow_key {
  my ($key, $dictionary) = @_;
  return if !$key;
  my $place = $dictionary->{key} //= fresh();
  found($place)->{is_key} = 1;
  flow($key->{type}, $place);
}

# "map { KEY => VALUE } LIST": key, value and list.
sub pairs_of_map {
  my ($node) = @_;
  $node = $node->{items}[0] if $node->{t} eq "list" && @{$node->{items}} == 1;
  return unless $node->{t} eq "call" && $node->{name} eq "map" && @{$node->{arguments}} > 1;
  my ($block, @list) = @{$node->{arguments}};
  return if $block->{t} ne "closure" || @{$block->{body}} != 1 || $block->{body}[0]{t} ne "expression";
  my $pair = $block->{body}[0]{x};
  return if $pair->{t} ne "list" || @{$pair->{items}} != 2 || WriteBuiltins::has_closure($pair);
  return (@{$pair->{items}}, @list);
}

sub reference {
  my ($self, $node) = @_;
  my $type = $self->of($node->{x});
  return $type if $node->{x}{t} ne "variable" || $node->{x}{sigil} ne "\$";
  $node->{x}{symbol}{assigned}++ if $node->{x}{symbol};
  return known("Reference", of => $type);
}

sub dereference {
  my ($self, $node) = @_;
  my $type = $self->of($node->{x});
  if ($node->{sigil} eq "\$") {
    unify($type, known("Reference", of => fresh())) if !kind_of($type);
    return is_kind($type, "Reference") ? found($type)->{of} : fresh();
  }
  $self->element_type($type) if $node->{sigil} eq "@";
  $self->entry_type($type, undef) if $node->{sigil} eq "%";
  return $type;
}

sub unary {
  my ($self, $node) = @_;
  my $type = $self->of($node->{x});
  return known("Bool") if $node->{op} eq "!";
  $self->number_hint($type);
  return $type if $node->{op} ne "-" || kind_of($type) =~ /^(?:Int|Double)$/;
  my $result = fresh();
  push @{$self->{deferred}}, [$result, $type, known("Int")];
  $self->arithmetic($result, $type, known("Int"));
  return $result;
}

sub step {
  my ($self, $node) = @_;
  my $type = $self->of($node->{x});
  hint($type, "Int") for 1 .. 2;
  $self->changed($node->{x});
  return $type;
}

sub number_hint { my ($self, $type) = @_; hint($type, "Number"); return }

my %COMPARES_TEXT = map { ($_ => 1) } qw(eq ne lt gt le ge);

sub binary {
  my ($self, $node) = @_;
  my $operator = $node->{op};
  my ($left, $right) = ($self->of($node->{left}), $self->of($node->{right}));
  if ($operator eq ".") { return known(is_kind($left, "Bytes") || is_kind($right, "Bytes") ? "Bytes" : "String") }
  if ($operator eq "x") {
    hint($right, "Int");
    return known("String") if $node->{left}{t} ne "list";
    my $of = fresh();
    flow($left, $of);
    return known("Array", of => $of);
  }
  if ($operator =~ /^[=!]~$/) {
    hint($left, "String");
    my $value = $node->{right}{value};
    return known("String") if $node->{right}{t} eq "substitute" && $value->{modifiers} =~ /r/;
    $self->changed($node->{left}) if $node->{right}{t} eq "substitute";
    return known("Array", of => known("String")) if WriteRegexes::is_global($node);
    return known("Bool");
  }
  if ($COMPARES_TEXT{$operator}) { hint($_, "String") for $left, $right; return known("Bool") }
  if ($operator =~ /^(?:==|!=|<|>|<=|>=)$/) { $self->number_hint($_) for $left, $right; return known("Bool") }
  if ($operator =~ /^(?:&&|and)$/) { return is_kind($right, "Bool") ? known("Bool") : $right }
  if ($operator =~ /^(?:\/\/|\|\||or|xor)$/) {
    my $symbol = $node->{left}{symbol};
    $symbol->{asked} = 1 if $symbol && ($operator eq "//" || $node->{left}{t} eq "element");
    return known("Bool") if is_kind($left, "Bool");
    # What a person writes behind the program's name is a number if its standard is one.
    return $right if $node->{right}{t} eq "number" && $self->is_argument($node->{left});
    return known("Bytes") if grep { is_bytes($_) } $left, $right;
    my $result = fresh();
    flow($left, $result);
    flow($right, $result);
    return $result;
  }
  if ($operator =~ /^\.\./) { hint($_, "Int") for $left, $right; return known("Array", of => known("Int")) }
  if ($operator eq "|" && is_kind($left, "CInt")) { return known("CInt") }
  if ($operator =~ /^(?:cmp|<=>)$/) { return known("Int") }
  if ($operator =~ /^(?:[%&|^]|<<|>>)$/) { hint($_, "Int") for $left, $right; return known("Int") }
  $self->number_hint($_) for $left, $right;
  return known("Double", loose => is_loose($left) || is_loose($right)) if $operator eq "/" || $operator eq "**";
  my $result = fresh();
  push @{$self->{deferred}}, [$result, $left, $right];
  $self->arithmetic($result, $left, $right);
  return $result;
}

# Whether a type is that of bytes, of which a standard or another choice makes no text.
sub is_bytes { my ($type) = @_; return is_kind($type, qw(Bytes HTTPBody HandleBuffer)) }

sub is_argument {
  my ($self, $node) = @_;
  my $list = $node->{t} eq "element" ? $node->{base} : $node->{t} eq "call" ? $node->{arguments}[0] : undef;
  return $list && $list->{t} eq "variable" && "$list->{sigil}$list->{name}" eq '@ARGV';
}

# A number of which only its value says whether it has a fraction, as it has come in a message.
sub is_loose { my ($type) = @_; return is_kind($type, "Value") || found($type)->{loose} ? 1 : 0 }

# The result has a fraction if one side has, or may have.
sub arithmetic {
  my ($self, $result, $left, $right) = @_;
  return if is_kind($result, "Double");
  if (grep { is_kind($_, qw(Double Value)) } $left, $right) {
    my $found = found($result);
    return if defined $found->{k} && $found->{k} ne "Int" || $found->{fixed};
    $found->{k} = "Double";
    $found->{loose} = 1 if is_loose($left) || is_loose($right);
  }
  elsif (kind_of($left) && kind_of($right)) { found($result)->{k} = "Int" }
}

sub choice {
  my ($self, $node) = @_;
  $self->of($node->{condition});
  my $result = fresh();
  my @sides = @$node{qw(then else)};
  my $is_list = !grep { !$self->is_plural($_) } @sides;
  return known("Bytes") if grep { is_bytes($self->of($_)) } @sides;
  for my $side (@sides) {
    my $type = $self->of($side);
    # An array beside one value is a number.
    flow(!$is_list && is_counted($side) ? known("Int") : $type, $result);
  }
  return $result;
}

sub is_counted { my ($node) = @_; return $node->{t} eq "variable" && $node->{sigil} eq "@" }

sub array {
  my ($self, $node) = @_;
  my $type = fresh();
  my @types = map { $self->of($_) } @{$node->{items}};
  $self->shares($_) for @{$node->{items}};
  push @{$self->{literals}}, {type => $type, node => $node, types => \@types};
  return $type;
}

sub hash {
  my ($self, $node) = @_;
  my $type = fresh();
  my @types = map { $self->of($_) } @{$node->{items}};
  $self->shares($_) for @{$node->{items}};
  push @{$self->{literals}}, {type => $type, node => $node, types => \@types};
  return $type;
}

sub list {
  my ($self, $node) = @_;
  my @types = map { $self->of($_) } @{$node->{items}};
  return @types == 1 ? $types[0] : fresh();
}

sub closure {
  my ($self, $node) = @_;
  my $type = $node->{wanted} // function_type([]);
  $node->{type} = $type;
  $self->callable($node, $type);
  return $type;
}

sub result {
  my ($self, $node) = @_;
  my $current = $self->{current}[-1];
  if (!$node->{x}) {
    my $function = ($current->{node} // {})->{function};
    no_result($current) if $function && !$function->{returns_list};
    return fresh();
  }
  my $type = $self->of($node->{x});
  $node->{x}{is_statement} = 1;
  return fresh() if $node->{x}{t} eq "call" && $node->{x}{name} =~ /^(?:print|printf|say|die|warn|exit)$/;
  $self->shares($node->{x});
  if ($self->is_undef($node->{x}) || $node->{x}{t} eq "list" && !@{$node->{x}{items}}) {
    no_result($current) if !($current->{node}{function} // {})->{returns_list};
    return fresh();
  }
  $current->{returns} = 1;
  my @items = $node->{x}{t} eq "list" ? @{$node->{x}{items}} : ();
  if (@items > 1 && !grep { $self->is_plural($_) } @items) {
    # Several values are a tuple, whose parts have types of their own.
    $type =
      known("Tuple", is_list => 1, parts => [map { my $part = fresh(); flow($self->of($_), $part); $part } @items]);
  }
  flow($type, $current->{ret});
  no_result($current) if $current->{ret}{optional};
  return fresh();
}

# A function that may return nothing. What a tuple has become is the function's alone; other types are shared.
sub no_result {
  my ($current) = @_;
  $current->{ret}{optional} = 1;
  found($current->{ret})->{optional} = 1 if is_kind($current->{ret}, "Tuple");
}

1;
