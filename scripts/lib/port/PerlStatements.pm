package PerlStatements;
# The statements of a program, as a PerlParser reads them: methods of one.

use strict;
use warnings;
use utf8;
use PerlTokens qw(is_text);

# --- Statements.

sub statements {
  my ($self) = @_;
  my @statements;
  while (my $token = $self->peek) {
    last if is_text($token, "}");
    next if $self->take(";");
    push @statements, $self->statement;
  }
  return \@statements;
}

# One statement, or several of "use constant"; what cannot be read ends where its brackets do.
sub statement {
  my ($self) = @_;
  my $start = $self->{at};
  my $line = $self->peek->{line};
  my @read = eval { $self->known_statement };
  return @read if @read;
  my $problem = ref $@ ? $@->{sentence} : die $@;
  $self->{at} = $start;
  $self->skip_statement;
  return $self->node("unknown", $line, why => $problem);
}

sub skip_statement {
  my ($self) = @_;
  my $depth = 0;
  while (my $token = $self->peek) {
    my $text = $token->{kind} eq "structure" ? $token->{text} : "";
    return if $text eq "}" && $depth == 0;
    $self->next_token;
    $depth++ if $text =~ /^[\{\[\(]$/;
    $depth-- if $text =~ /^[\}\]\)]$/;
    return if $depth == 0 && ($text eq ";" || $text eq "}" && !$self->goes_on);
  }
}

# Whether a statement goes on behind its closing brace.
sub goes_on {
  my ($self) = @_;
  my $token = $self->peek or return 0;
  return $token->{kind} eq "operator" || $token->{text} =~ /^(?:[;,)\]]|else|elsif|if|unless|for|foreach|while)$/;
}

my %STATEMENTS = (
  sub => \&sub_statement,
  package => \&words_statement,
  use => \&use_statement,
  no => \&words_statement,
  if => \&if_statement,
  unless => \&if_statement,
  while => \&while_statement,
  until => \&while_statement,
  for => \&for_statement,
  foreach => \&for_statement,
  BEGIN => \&block_statement,
  END => \&block_statement,
);

sub known_statement {
  my ($self) = @_;
  my $token = $self->peek;
  my $label = $token->{kind} eq "label" ? $self->next_token->{text} : undef;
  $token = $self->peek // $self->fail("a statement is expected");
  my $line = $token->{line};
  my $read = $token->{kind} eq "word" && !$self->is("=>", 1) ? $STATEMENTS{$token->{text}} : undef;
  $read = undef if $token->{text} eq "sub" && $self->is("{", 1);
  $read = \&block_statement if is_text($token, "{");

  if ($read) {
    my @read = $read->($self);
    $read[0]{label} = $label if defined $label;
    return @read;
  }
  my $expression = $self->expression(0);
  my $statement = $self->modified($self->node("expression", $line, x => $expression), $line);
  $self->end_statement;
  $statement->{end} = $self->last_line;
  return $statement;
}

sub end_statement {
  my ($self) = @_;
  return if $self->take(";") || !$self->peek || $self->is("}");
  $self->fail("a semicolon is expected");
}

# "… if X", "… for X" and their like: the same as with a block.
sub modified {
  my ($self, $statement, $line) = @_;
  my $token = $self->peek or return $statement;
  return $statement unless $token->{kind} eq "word" && $token->{text} =~ /^(?:if|unless|while|until|for|foreach)$/;
  my $word = $self->next_token->{text};
  my $condition = $self->expression(0);
  my $body = [$statement];
  return $self->node("for", $line, list => $condition, body => $body, postfix => 1) if $word =~ /^for/;
  if ($word =~ /^(?:while|until)$/) {
    my %parts = (condition => $self->with_topic($condition), body => $body, not => $word eq "until", postfix => 1);
    my $block = $statement->{x}{t} eq "do" ? $statement->{x}{body} : undef;
    return $self->node("while", $line, %parts, $block ? (body => $block, at_end => 1) : ());
  }
  my $branch = {condition => $condition, not => $word eq "unless", body => $body, line => $line};
  return $self->node("if", $line, branches => [$branch], postfix => 1);
}

sub block {
  my ($self) = @_;
  $self->expect("{");
  my $body = $self->statements;
  $self->expect("}");
  return $body;
}

sub sub_statement {
  my ($self) = @_;
  my $line = $self->next_token->{line};
  my $name = $self->next_token->{text};
  my $body = $self->body_of_sub;
  return $self->node("sub", $line, name => $name, body => $body);
}

# The block of a function; "($x, @rest)" in front of it is "my ($x, @rest) = @_" in it.
sub body_of_sub {
  my ($self) = @_;
  my $token = $self->peek;
  return $self->block unless $token && $token->{kind} eq "prototype";
  my ($line, $text) = @{$self->next_token}{qw(line text)};
  my $body = $self->block;
  return $body if $text !~ /\w/;
  my ($inner) = $text =~ /^\(\s*((?:[\$\@]\w+\s*,\s*)*[\$\@]\w+)\s*,?\s*\)$/
    or $self->leave("a parameter with a standard: func f(_ x: Int = 1)");
  my @variables = map { $self->node("variable", $line, sigil => substr($_, 0, 1), name => substr $_, 1) }
    split /\s*,\s*/, $inner;
  my $list = $self->node("my", $line, variables => \@variables, list => 1);
  my $arguments = $self->node("variable", $line, sigil => "@", name => "_");
  my $x = $self->node("assign", $line, op => "=", left => $list, right => $arguments);
  return [{t => "expression", line => $line, end => $line, x => $x}, @$body];
}

# "use constant" declares variables that nobody changes.
sub use_statement {
  my ($self) = @_;
  return $self->words_statement if !$self->is("constant", 1);
  $self->next_token;
  $self->next_token;
  my $given = $self->expression(0);
  $self->end_statement;
  my @items = $given->{t} =~ /^(?:hash|list)$/ ? @{$given->{items}} : $self->leave("a constant without a value");
  $self->leave("a constant with several values: let names = [ … ]") if $given->{t} eq "list" && @items != 2;
  my @statements;
  while (my ($key, $value) = splice @items, 0, 2) {
    my $name = $key->{t} eq "text" ? $key->{text} : $key->{value};
    $self->{constants}{$name} = 1;
    my $line = $key->{line};
    my $variable = $self->node("variable", $line, sigil => "\$", name => $name);
    my $left = $self->node("my", $line, variables => [$variable]);
    my $x = $self->node("assign", $line, op => "=", left => $left, right => $value);
    push @statements, {t => "expression", line => $line, end => $value->{end}, x => $x};
  }
  return @statements;
}

sub words_statement {
  my ($self) = @_;
  my $first = $self->next_token;
  my @words;
  while (my $token = $self->peek) {
    if (is_text($token, "{") && $first->{text} eq "package") {
      return $self->node("block", $first->{line}, body => $self->block, package => "@words");
    }
    $self->next_token;
    last if is_text($token, ";");
    push @words, $token->{text};
  }
  return $self->node($first->{text}, $first->{line}, words => \@words);
}

sub block_statement {
  my ($self) = @_;
  my $line = $self->peek->{line};
  $self->next_token unless $self->is("{");
  return $self->node("block", $line, body => $self->block);
}

sub if_statement {
  my ($self) = @_;
  my $word = $self->next_token;
  my @branches;
  my $branch_line = $word->{line};
  while (1) {
    $self->expect("(");
    my $condition = $self->expression(0);
    $self->expect(")");
    my $opening = $self->last_line;
    my $not = !@branches && $word->{text} eq "unless";
    push @branches,
      {
      condition => $condition,
      not => $not,
      line => $branch_line,
      body => $self->block,
      closing => $self->last_line
      };
    my $next = $self->take("elsif") or last;
    $branch_line = $next->{line};
  }
  if (my $else = $self->take("else")) {
    push @branches, {line => $else->{line}, body => $self->block, closing => $self->last_line};
  }
  return $self->node("if", $word->{line}, branches => \@branches);
}

# "while (<STDIN>)" is "while (my $_ = <STDIN>)".
sub with_topic {
  my ($self, $condition) = @_;
  return $condition if $condition->{t} ne "readline";
  my $line = $condition->{line};
  my $topic = $self->node("my", $line, variables => [$self->topic($line)]);
  return $self->node("assign", $line, op => "=", left => $topic, right => $condition);
}

sub while_statement {
  my ($self) = @_;
  my $word = $self->next_token;
  $self->expect("(");
  my $condition = $self->is(")") ? undef : $self->with_topic($self->expression(0));
  $self->expect(")");
  my $body = $self->block;
  return $self->node("while", $word->{line}, condition => $condition, body => $body, not => $word->{text} eq "until");
}

sub for_statement {
  my ($self) = @_;
  my $line = $self->next_token->{line};
  my $declares = $self->take("my") || $self->take("our");
  my $variable = $self->is("(") ? undef : $self->variable($self->next_token);
  $self->expect("(");
  my $first = $self->is(";") || $self->is(")") ? undef : $self->expression(0);
  if (!$variable && $self->take(";")) {
    my $condition = $self->is(";") ? undef : $self->expression(0);
    $self->expect(";");
    my $step = $self->is(")") ? undef : $self->expression(0);
    $self->expect(")");
    my $body = $self->block;
    return $self->node("loop", $line, first => $first, condition => $condition, step => $step, body => $body);
  }
  $self->expect(")");
  my $list = $first // $self->node("list", $line, items => []);
  my $body = $self->block;
  return $self->node("for", $line, variable => $variable, declares => !!$declares, list => $list, body => $body);
}

1;
