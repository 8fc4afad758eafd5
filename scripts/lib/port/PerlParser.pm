package PerlParser;
# What the statements of a program are made of. PPI has no tree of expressions, so they are read here by precedence.
# A node is a hash: its type "t", its first and last line "line" and "end", and what belongs to its type. A statement
# that cannot be read is one of the type "unknown".

use strict;
use warnings;
use utf8;
use PerlTokens qw(is_text);
use parent qw(PerlStatements);

# How strong operators bind, as in perlop; those of the second list from right to left.
my %LEFT = (
  "or" => 1,
  "xor" => 1,
  "and" => 2,
  ".." => 8,
  "..." => 8,
  "||" => 9,
  "//" => 9,
  "&&" => 10,
  "|" => 11,
  "^" => 11,
  "&" => 12,
  (map { ($_ => 13) } qw(== != <=> eq ne cmp)), (map { ($_ => 14) } qw(< > <= >= lt gt le ge)),
  "<<" => 16,
  ">>" => 16,
  "+" => 17,
  "-" => 17,
  "." => 17,
  "*" => 18,
  "/" => 18,
  "%" => 18,
  "x" => 18,
  "=~" => 19,
  "!~" => 19,
);
my %RIGHT = ("**" => 21, "?" => 7, map { ($_ => 6) } qw(= += -= *= /= .= x= %= **= ||= //= &&= |= &= ^= <<= >>=));
# What takes one argument when no bracket follows, and what takes none.
my %UNARY = map { ($_ => 1) } qw(
  defined ref scalar lc uc lcfirst ucfirst length exists delete shift pop chr ord int abs close undef keys values each
  hex oct sqrt log exp quotemeta chomp chop exit local lock rand srand gmtime localtime fileno readline caller umask
  sleep require getsockname getpeername
);
my %NULLARY = map { ($_ => 1) } qw(
  AE::now AE::time AnyEvent::now AnyEvent::time time NODE wantarray __PACKAGE__ __FILE__ __LINE__ portable_pipe
  portable_socketpair up_nodes
);
# What takes "$_" when it gets nothing.
my %TOPIC = map { ($_ => 1) } qw(
  print say lc uc lcfirst ucfirst length defined ord chr int abs hex oct sqrt log exp quotemeta chomp chop
);
# What takes a block in front of its arguments.
my %BLOCK = map { ($_ => 1) } qw(map grep sort do eval sub first any all);
# Functions of AnyEvent whose block is a callback.
my %CALLBACK = map { ($_ => 1) } qw(
  guard psub port AE::postpone AnyEvent::postpone AE::cv AE::idle fork_call async AnyEvent::Util::guard
  AnyEvent::post_detect
);

sub new {
  my ($class, $tokens) = @_;
  return bless {tokens => $tokens, at => 0}, $class;
}

sub peek { my ($self, $ahead) = @_; return $self->{tokens}[$self->{at} + ($ahead // 0)] }

sub next_token { my ($self) = @_; return $self->{tokens}[$self->{at}++] }

sub is { my ($self, $text, $ahead) = @_; my $token = $self->peek($ahead); return $token && is_text($token, $text) }

sub take { my ($self, $text) = @_; return $self->is($text) ? $self->next_token : undef }

sub expect {
  my ($self, $text) = @_;
  return $self->take($text) // $self->fail("\"$text\" is expected");
}

sub fail {
  my ($self, $what) = @_;
  my $token = $self->peek;
  die {line => $token ? $token->{line} : 0, sentence => $what . ($token ? " in place of \"$token->{text}\"" : "")};
}

# What can be read, but has to be written by somebody who knows more.
sub leave { my ($self, $why) = @_; die {line => 0, sentence => $why} }

# The line on which what was read last ends.
sub last_line { my ($self) = @_; return $self->{at} ? $self->{tokens}[$self->{at} - 1]{end} : 1 }

sub node {
  my ($self, $type, $line, %rest) = @_;
  return {t => $type, line => $line, end => $self->last_line, %rest};
}

# --- Expressions.

# An expression of operators that bind at least so strong; 5 is that of a comma.
sub expression {
  my ($self, $least) = @_;
  my $left = $self->is("not") ? $self->negation : $self->term;
  while (my $token = $self->peek) {
    my $operator = $token->{kind} =~ /^(?:operator|word)$/ ? $token->{text} : last;
    if ($operator eq "," || $operator eq "=>") {
      last if $least > 5;
      $left = $self->list($left);
    } elsif (my $strength = $LEFT{$operator}) {
      last if $strength < $least;
      $self->next_token;
      my $right = $self->expression($strength + 1);
      $left = copied($left, $right)
        // $self->node("binary", $left->{line}, op => $operator, left => $left, right => $right);
    } elsif ($strength = $RIGHT{$operator}) {
      last if $strength < $least;
      $left = $self->from_right($left, $operator, $strength);
    } else {
      last;
    }
  }
  return $left;
}

# "(my $new = $old) =~ s/…/…/" is "my $new = $old =~ s/…/…/r".
sub copied {
  my ($left, $right) = @_;
  return undef if $right->{t} ne "substitute" || $left->{t} ne "list" || @{$left->{items}} != 1;
  my ($assignment) = @{$left->{items}};
  return undef if $assignment->{t} ne "assign" || $assignment->{op} ne "=";
  $right->{value}{modifiers} .= "r";
  my %text = (t => "binary", op => "=~", left => $assignment->{right}, right => $right);
  return {%$assignment, right => {%text, line => $assignment->{line}, end => $right->{end}}};
}

sub negation {
  my ($self) = @_;
  my $line = $self->next_token->{line};
  return $self->node("unary", $line, op => "!", x => $self->expression(3));
}

sub from_right {
  my ($self, $left, $operator, $strength) = @_;
  $self->next_token;
  if ($operator eq "?") {
    my $then = $self->expression(6);
    $self->expect(":");
    my $else = $self->expression(6);
    return $self->node("choice", $left->{line}, condition => $left, then => $then, else => $else);
  }
  my $right = $self->expression($strength);
  my $type = $operator eq "**" ? "binary" : "assign";
  return $self->node($type, $left->{line}, op => $operator, left => $left, right => $right);
}

# A list from its first element on; "pairs" says which of its commas are "=>".
sub list {
  my ($self, $first) = @_;
  my @items = flat($first);
  my @pairs;
  while (my $comma = $self->take(",") || $self->take("=>")) {
    $pairs[$#items] = 1 if $comma->{text} eq "=>";
    next if $self->is(",");
    my $token = $self->peek;
    last if !$token || $token->{text} =~ /^[)\]};]$/ && $token->{kind} eq "structure" || $self->is_modifier;
    push @items, flat($self->expression(6));
  }
  return $self->node("list", $first->{line}, items => \@items, pairs => \@pairs);
}

# The elements of a slice, which are those of the list around it.
sub flat { my ($node) = @_; return $node->{t} eq "list" && !$node->{parens} ? @{$node->{items}} : $node }

# What stands in brackets of its own.
sub unbracketed { my ($node) = @_; return $node->{t} eq "list" && @{$node->{items}} == 1 ? $node->{items}[0] : $node }

sub is_modifier {
  my ($self, $ahead) = @_;
  my $token = $self->peek($ahead);
  return
       $token->{kind} eq "word"
    && $token->{text} =~ /^(?:if|unless|while|until|for|foreach|or|and)$/
    && !$self->is("=>", 1 + ($ahead // 0));
}

# "sort by_name @list" and "sort $order @list".
sub is_order {
  my ($self) = @_;
  my ($order, $list) = ($self->peek, $self->peek(1)) or return 0;
  return
       $list
    && $list->{kind} =~ /^(?:symbol|cast|word)$/
    && !$self->is("=>", 1)
    && ($order->{kind} eq "symbol" && $order->{text} =~ /^\$/
    || $order->{kind} eq "word" && !$UNARY{$order->{text}} && $order->{text} !~ /^(?:map|grep|reverse|split|uniq)$/)
    && !$self->is_modifier(1);
}

sub topic { my ($self, $line) = @_; return $self->node("variable", $line, sigil => "\$", name => "_") }

# What stands between brackets, as a list without them.
sub items_until {
  my ($self, $closing) = @_;
  return ([], []) if $self->take($closing);
  my $inner = $self->expression(0);
  $self->expect($closing);
  return $inner->{t} eq "list" && !$inner->{parens} ? ($inner->{items}, $inner->{pairs}) : ([$inner], []);
}

sub term {
  my ($self) = @_;
  return $self->postfixed($self->primary);
}

my %PRIMARIES = (
  symbol => sub { my ($self, $token) = @_; return $self->variable($token) },
  number => sub { my ($self, $token) = @_; return $self->node("number", $token->{line}, text => $token->{text}) },
  last_index => sub {
    my ($self, $token) = @_;
    (my $name = $token->{text}) =~ s/^\$#//;
    return $self->node(
      "last_index",
      $token->{line},
      array => $self->node(
        "variable", $token->{line},
        sigil => "@",
        name => $name
      )
    );
  },
  cast => \&cast,
  word => \&word,
  structure => \&bracket,
  operator => \&prefix,
  (
    map {
      my $kind = $_;
      (
        $kind => sub {
          my ($self, $token) = @_;
          return $self->node($kind, $token->{line}, value => $token->{value}, text => $token->{text});
        }
      )
    } qw(single double words match pattern substitute transliterate heredoc readline)
  ),
);

sub primary {
  my ($self) = @_;
  my $token = $self->next_token or $self->fail("an expression is expected");
  my $read = $PRIMARIES{$token->{kind}};
  if (!$read) { $self->{at}--; $self->fail("an expression is expected") }
  return $read->($self, $token);
}

# "$x", "$x[", "$x{", "@x", "%x", "&x": the array or the hash that it is an element of.
sub variable {
  my ($self, $token) = @_;
  return $self->text_node($token) if $token->{text} eq "_";
  if ($token->{text} =~ /^\*STD(IN|OUT|ERR)$/) {
    return $self->node("number", $token->{line}, text => {IN => 0, OUT => 1, ERR => 2}->{$1});
  }
  my ($sigil, $name) = $token->{text} =~ /^([\$\@%&])(.+)$/s or $self->fail("a variable is expected");
  $sigil = "@" if $sigil eq "\$" && $self->is("[");
  $sigil = "%" if $sigil eq "\$" && $self->is("{") && $name =~ /^[\w+]/;
  if ($token->{text} =~ /^\@/ && ($self->is("[") || $self->is("{"))) {
    return $self->slice($self->node("variable", $token->{line}, sigil => $self->is("[") ? "@" : "%", name => $name));
  }
  my $node = $self->node("variable", $token->{line}, sigil => $sigil, name => $name);
  return $node if $token->{text} =~ /^[\@%&]/;
  return $self->subscript($node) if $sigil ne "\$";
  return $node;
}

sub subscript {
  my ($self, $base) = @_;
  if ($self->take("[")) {
    my $index = $self->expression(0);
    $self->expect("]");
    return $self->node("element", $base->{line}, base => $base, index => $index);
  }
  $self->expect("{");
  my $key = $self->key;
  $self->expect("}");
  return $self->node("entry", $base->{line}, base => $base, key => $key);
}

# "@x[1, 2]", "@x{qw(a b)}", "@$x{qw(a b)}": a list of the elements, as far as the program says which.
sub slice {
  my ($self, $base) = @_;
  my $line = $base->{line};
  my $is_array = $self->take("[") || !$self->expect("{");
  my ($places) = $self->items_until($is_array ? "]" : "}");
  my @items = map {
    my $place = $_;
    $place->{t} eq "words"
      ? map({
        { %$place, t => "text", text => $_ }
      } @{$place->{value}})
      : $place;
  } @$places;
  $self->leave("a part of a list, whose elements are not written one by one: Array(list[a...b]), keys.map { … }")
    if grep {
         $_->{t} eq "binary" && $_->{op} =~ /^\.\./
      || $_->{t} eq "variable" && $_->{sigil} ne "\$"
      || $_->{t} =~ /^(?:call|dereference|list)$/
    } @items;
  return $self->node(
    "list", $line,
    items => [
      map {
            $is_array
          ? $self->node("element", $line, base => $base, index => $_)
          : $self->node("entry", $line, base => $base, key => $_)
      } @items
    ],
    pairs => []
  );
}

# The key of a hash: a word stands for itself.
sub key {
  my ($self) = @_;
  my $token = $self->peek;
  if ($token->{kind} eq "word" && $self->is("}", 1)) {
    $self->next_token;
    return $self->text_node($token);
  }
  return $self->expression(0);
}

sub text_node {
  my ($self, $token) = @_;
  return $self->node("text", $token->{line}, text => $token->{text});
}

# "@$x", "%{ … }", "\ …", "$$x", "&$x", "$#$x".
sub cast {
  my ($self, $token) = @_;
  my $sigil = $token->{text};
  if ($sigil eq "\\") {
    my $x = $self->expression(20);
    return $x->{t} eq "number" ? $x : $self->node("reference", $token->{line}, x => $x);
  }
  my $inner;
  if ($self->take("{")) {
    $inner = $self->expression(0);
    $self->expect("}");
  } else {
    $inner = $self->primary_of_cast;
  }
  return $inner->{x} if $sigil eq "\$" && $inner->{t} eq "reference";
  return $self->slice($inner) if $sigil eq "@" && ($self->is("[") || $self->is("{"));
  my $node = $self->node("dereference", $token->{line}, sigil => $sigil eq "\$#" ? "@" : $sigil, x => $inner);
  return $self->node("last_index", $token->{line}, array => $node) if $sigil eq "\$#";
  if ($sigil eq "&" && $self->take("(")) {
    my ($items) = $self->items_until(")");
    return $self->node("dynamic", $token->{line}, code => $inner, arguments => $items);
  }
  return $self->subscript($inner) if $sigil eq "\$" && ($self->is("[") || $self->is("{"));
  return $node;
}

sub primary_of_cast {
  my ($self) = @_;
  my $token = $self->next_token;
  return $self->cast($token) if $token->{kind} eq "cast";
  my ($name) = $token->{text} =~ /^\$(\w+)$/ or $self->fail("a variable is expected");
  return $self->node("variable", $token->{line}, sigil => "\$", name => $name);
}

# A bracket where a value is expected: a list, an array, a hash.
sub bracket {
  my ($self, $token) = @_;
  my $line = $token->{line};
  if ($token->{text} eq "(") {
    my ($items, $pairs) = $self->items_until(")");
    my $list = $self->node("list", $line, items => $items, pairs => $pairs, parens => 1);
    return $self->take("[") ? $self->element_of($list) : $list;
  }
  if ($token->{text} eq "[" || $token->{text} eq "{") {
    my ($items, $pairs) = $self->items_until($token->{text} eq "[" ? "]" : "}");
    return $self->node($token->{text} eq "[" ? "array" : "hash", $line, items => $items, pairs => $pairs);
  }
  $self->{at}--;
  return $self->fail("an expression is expected");
}

# "(LIST)[INDEX]".
sub element_of {
  my ($self, $list) = @_;
  my ($index) = $self->items_until("]");
  $self->leave("a slice of several elements: Array(list.prefix(n))")
    if @$index != 1 || $index->[0]{t} eq "binary" && $index->[0]{op} =~ /^\.\./;
  my $base = @{$list->{items}} == 1 ? $list->{items}[0] : $list;
  return $self->node("element", $list->{line}, base => $base, index => $index->[0]);
}

sub prefix {
  my ($self, $token) = @_;
  my $operator = $token->{text};
  my $line = $token->{line};
  return $self->expression(20) if $operator eq "+";
  return $self->node("unary", $line, op => $operator, x => $self->expression(20)) if $operator =~ /^[!~\\-]$/;
  return $self->node("step", $line, op => $operator, x => $self->expression(22), first => 1)
    if $operator =~ /^(?:\+\+|--)$/;
  return $self->node("test", $line, op => $operator, x => $self->expression(15)) if $operator =~ /^-[a-zA-Z]$/;
  return $self->readline_of if $operator eq "<";
  $self->{at}--;
  return $self->fail("an expression is expected");
}

# "<STDIN>", which PPI takes for operators behind some words.
sub readline_of {
  my ($self) = @_;
  my $handle = $self->next_token;
  $self->leave("reading lines of a file: aio_load of a file") if !$handle || !$self->take(">");
  return $self->node("readline", $handle->{line}, text => "<$handle->{text}>");
}

# What follows a term: subscripts, calls, "++".
sub postfixed {
  my ($self, $node) = @_;
  while (my $token = $self->peek) {
    if (is_text($token, "->")) {
      $self->next_token;
      $node = $self->arrow($node);
    } elsif ($node->{t} =~ /^(?:element|entry|dynamic)$/ && (is_text($token, "[") || is_text($token, "{"))) {
      $node = $self->subscript($node);
    } elsif ($node->{t} =~ /^(?:element|entry|dynamic)$/ && is_text($token, "(")) {
      $self->next_token;
      my ($items) = $self->items_until(")");
      $node = $self->node("dynamic", $node->{line}, code => $node, arguments => $items);
    } elsif ($token->{kind} eq "operator" && $token->{text} =~ /^(?:\+\+|--)$/) {
      $self->next_token;
      $node = $self->node("step", $node->{line}, op => $token->{text}, x => $node);
    } else {
      last;
    }
  }
  return $node;
}

sub arrow {
  my ($self, $node) = @_;
  return $self->subscript($node) if $self->is("[") || $self->is("{");
  if ($self->take("(")) {
    my ($items) = $self->items_until(")");
    return $self->node("dynamic", $node->{line}, code => $node, arguments => $items);
  }
  my $token = $self->next_token;
  if ($token->{kind} eq "cast" || $token->{text} =~ /^[\@%\$]\*$/) {
    my ($sigil) = $token->{text} =~ /^(.)/;
    $self->take("*");
    return $self->node("dereference", $node->{line}, sigil => $sigil, x => $node);
  }
  $self->leave("a method of a name that is not written") if $token->{kind} ne "word";
  my ($items, $pairs) = $self->take("(") ? $self->items_until(")") : ([], []);
  return $self->node(
    "method", $node->{line},
    object => $node,
    name => $token->{text},
    arguments => $items,
    pairs => $pairs
  );
}

# A word: a text in front of "=>", a class, a declaration, a call.
sub word {
  my ($self, $token) = @_;
  my $name = $token->{text};
  my $line = $token->{line};
  return $self->text_node($token) if $self->is("=>");
  return $self->node("variable", $line, sigil => "\$", name => $name) if $self->{constants}{$name};
  return $self->declaration($token) if $name =~ /^(?:my|our|local|state)$/;
  return $self->anonymous_sub($line) if $name eq "sub";
  return $self->node("return", $line, x => $self->is_argument ? $self->expression(5) : undef) if $name eq "return";
  if ($name =~ /^(?:last|next|redo)$/) {
    my $label = $self->peek && $self->peek->{kind} eq "word" && !$self->is_modifier ? $self->next_token->{text} : undef;
    return $self->node("jump", $line, name => $name, label => $label);
  }
  return $self->new_object($line) if $name eq "new" && $self->peek && $self->peek->{kind} eq "word";
  return $self->node("class", $line, name => $name)
    if $self->is("->")
    && $name =~ /^(?:[A-Z]\w*::)*[A-Z]\w*$/
    && !$NULLARY{$name};
  return $self->print_call($token) if $name =~ /^(?:print|printf|say)$/;
  my $in_bracket = $self->is("(") && $self->is("{", 1) && $name =~ /^(?:map|grep|sort|first)$/;
  return $self->block_call($token) if $in_bracket || $self->is("{") && ($BLOCK{$name} || $CALLBACK{$name});
  return $self->call($token);
}

sub declaration {
  my ($self, $token) = @_;
  my $line = $token->{line};
  if ($token->{text} eq "local") {
    return $self->node("local", $line, x => $self->expression(20));
  }
  if ($self->take("(")) {
    my ($items) = $self->items_until(")");
    return $self->node("my", $line, variables => $items, list => 1);
  }
  my $variable = $self->variable($self->next_token);
  return $self->node("my", $line, variables => [$variable]);
}

sub anonymous_sub {
  my ($self, $line) = @_;
  my $body = $self->body_of_sub;
  return $self->node("closure", $line, body => $body);
}

# "new Class ARGUMENTS".
sub new_object {
  my ($self, $line) = @_;
  my $class = $self->next_token;
  my ($items, $pairs) = $self->take("(") ? $self->items_until(")") : $self->open_arguments;
  my $object = $self->node("class", $class->{line}, name => $class->{text});
  return $self->node("method", $line, object => $object, name => "new", arguments => $items, pairs => $pairs);
}

# Whether an argument follows.
sub is_argument {
  my ($self) = @_;
  my $token = $self->peek or return 0;
  return 0 if $token->{kind} eq "structure" && $token->{text} =~ /^[)\]};:]$/ || $self->is_modifier;
  return 1 if $token->{kind} ne "operator";
  return 1 if $token->{text} eq "+" && $self->peek(1) && $self->peek(1)->{text} =~ /^[(\{]$/;
  return $token->{text} =~ /^(?:!|\\|-[a-zA-Z]|\+\+|--|-|<)$/;
}

# Arguments without brackets around them.
sub open_arguments {
  my ($self) = @_;
  return ([], []) unless $self->is_argument;
  my $inner = $self->expression(5);
  return $inner->{t} eq "list" && !$inner->{parens} ? ($inner->{items}, $inner->{pairs}) : ([$inner], []);
}

sub print_call {
  my ($self, $token) = @_;
  my $parens = $self->is("(") && $self->take("(");
  my $to;
  if ($self->peek && $self->peek->{kind} eq "word" && $self->peek->{text} =~ /^(?:STDERR|STDOUT)$/) {
    $to = $self->next_token->{text};
  } elsif ($self->is("{")
    || $self->peek
    && $self->peek->{kind} eq "symbol"
    && $self->peek(1)
    && $self->peek(1)->{kind} =~ /^(?:double|single|symbol|heredoc)$/)
  {
    $self->leave("printing to a handle");
  }
  my ($items) = $parens ? $self->items_until(")") : $self->open_arguments;
  $items = [$self->topic($token->{line})] if !@$items && $TOPIC{$token->{text}};
  return $self->node("call", $token->{line}, name => $token->{text}, arguments => $items, pairs => [], to => $to);
}

# "map { … } LIST" and what else begins with a block.
sub block_call {
  my ($self, $token) = @_;
  my $name = $token->{text};
  my $in_bracket = $self->take("(");
  my $body = $self->looks_like_hash ? [$self->hash_statement] : $self->block;
  my $block = $self->node("closure", $token->{line}, body => $body, block => $BLOCK{$name});
  return $self->node($name, $token->{line}, body => $body) if $name =~ /^(?:do|eval)$/;
  $self->take(",");
  my ($items, $pairs) = $in_bracket ? $self->items_until(")") : $self->open_arguments;
  return $self->node(
    "call", $token->{line},
    name => $name,
    arguments => [$block, @$items],
    pairs => [undef, @{$pairs // []}]
  );
}

# "map { { … } } @list" has a hash in its block.
sub looks_like_hash {
  my ($self) = @_;
  return $self->is("{", 1) && $self->is("=>", 3);
}

sub hash_statement {
  my ($self) = @_;
  $self->expect("{");
  my $line = $self->peek->{line};
  my $hash = $self->expression(6);
  $self->expect("}");
  return $self->node("expression", $line, x => $hash);
}

sub call {
  my ($self, $token) = @_;
  my $name = $token->{text};
  my $line = $token->{line};
  my ($items, $pairs) = ([], []);
  my $parens = 0;
  if ($self->take("(")) {
    $parens = 1;
    ($items, $pairs) = $self->items_until(")");
  } elsif ($NULLARY{$name}) {
  } elsif ($UNARY{$name}) {
    $items = [$self->expression(16)] if $self->is_argument && (!$self->is("<") || $self->is(">", 2)) && !$self->is("-");
  } elsif ($name =~ /^(?:map|grep|sort|join|push|unshift|die|warn)$/
    || $self->is_argument && !$self->is("<") && !$self->is("-"))
  {
    $self->leave("an order that is a function: list.sorted { … \$0 … \$1 … }") if $name eq "sort" && $self->is_order;
    ($items, $pairs) = $self->open_arguments;
  }
  $items = [$self->topic($line)] if !@$items && $TOPIC{$name};
  return $self->node("call", $line, name => $name, arguments => $items, pairs => $pairs, parens => $parens);
}

1;
