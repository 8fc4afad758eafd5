package PerlMistakes;
# What is certainly no Perl, by the structure that PPI finds. Perl's grammar depends on what a program's own BEGIN blocks
# do, and nothing of it is run here: so what is in doubt passes.

use strict;
use warnings;
use utf8;
use Exporter "import";
our @EXPORT_OK = qw(mistake);

# Operators behind which something has to follow. Those that PPI may take for something else are not among them: "*",
# "%", "&", "<", "/", "?", "x", and "..." is a statement.
my %INFIX = map { ($_ => 1) } qw(
  = += -= *= **= .= x= ||= &&= //= |= &= ^= <<= >>= == != <=> =~ !~ && || . + eq ne lt gt le ge cmp and or xor
);
my %MODIFIER = map { ($_ => 1) } qw(if unless while until for foreach when isa);

# The sentence about the first mistake of a document whose brackets and quotes are closed; undef if none is found.
sub mistake {
  my ($document) = @_;
  # The pictures of a format are no statements.
  return undef if $document->find_first(sub { is_format($_[1]) });
  my $sentence;
  $document->find_first(
    sub {
      my $element = $_[1];
      return 0 unless $element->isa("PPI::Statement");
      $sentence = mistake_in($element) // return 0;
      return 1;
    }
  );
  return $sentence;
}

sub is_format {
  my ($element) = @_;
  return $element->isa("PPI::Token::Word") && $element->content eq "format" && !$element->sprevious_sibling;
}

sub mistake_in {
  my ($statement) = @_;
  # These have a grammar of their own.
  return undef if $statement->isa("PPI::Statement::Include") || $statement->isa("PPI::Statement::Package");
  my @children = $statement->schildren or return undef;
  return branch($statement, @children) // condition($statement, @children) // operand($statement, @children)
    // neighbours(@children);
}

sub line_is { my ($element, $what) = @_; return "line " . $element->line_number . " is no Perl: $what" }

sub is_word { my ($element, $pattern) = @_; return $element && $element->isa("PPI::Token::Word") && $element->content =~ $pattern }

sub is_bracket { my ($element) = @_; return $element && $element->isa("PPI::Structure") }

# "elsif" and "else" without an "if", and "else if".
sub branch {
  my ($statement, @children) = @_;
  if (ref $statement eq "PPI::Statement" && is_word($children[0], qr/^(?:elsif|else)$/) && is_bracket($children[1])) {
    return line_is($children[0], "\"" . $children[0]->content . "\" has no \"if\" in front of it");
  }
  return undef unless $statement->isa("PPI::Statement::Compound");
  for my $at (1 .. $#children) {
    return line_is($children[$at], "\"else if\" is written \"elsif\"")
      if is_word($children[$at - 1], qr/^else$/) && is_word($children[$at], qr/^if$/);
  }
  return undef;
}

# "if" and its like without a bracket behind them.
sub condition {
  my ($statement, @children) = @_;
  return undef unless $statement->isa("PPI::Statement::Compound");
  shift @children if $children[0]->isa("PPI::Token::Label");
  my $word = $children[0];
  return undef unless is_word($word, qr/^(?:if|unless|while|until)$/);
  my $next = $children[1];
  if (!$next) {
    my $following = $statement->snext_sibling or return undef;
    $next = $following->isa("PPI::Statement") ? $following->schild(0) : undef;
  }
  return undef unless $next && is_term($next);
  return line_is($word, "what \"" . $word->content . "\" asks for stands in brackets");
}

# A statement that ends behind an operator.
sub operand {
  my ($statement, @children) = @_;
  my $end = pop @children;
  my $is_closed = $end->isa("PPI::Token::Structure") && $end->content eq ";";
  my $last = $is_closed ? pop @children : $end;
  return undef unless @children && $last->isa("PPI::Token::Operator") && $INFIX{$last->content};
  # "*+" and "%=" are variables, which PPI takes for two operators.
  return undef if grep { $children[-1]->isa("PPI::Token::$_") } qw(Operator Cast);
  # A statement without a semicolon ends with its block or with the program.
  return undef unless $is_closed || $statement->parent->isa("PPI::Structure::Block") || $statement->parent->isa("PPI::Document");
  return line_is($last, "something is missing behind \"" . $last->content . "\"");
}

# Two terms without an operator or a semicolon in between.
sub neighbours {
  my @children = @_;
  for my $at (1 .. $#children) {
    my ($left, $right) = @children[$at - 1, $at];
    next unless is_start($right) && is_end($left, $at > 1 ? $children[$at - 2] : undef);
    my $is_next_line = $right->line_number > $left->last_token->line_number;
    next unless $is_next_line || !is_bracket($left);
    return line_is($left, "there is no operator between \"" . short($left) . "\" and \"" . short($right) . "\"")
      unless $is_next_line;
    return line_is($left->last_token, "a semicolon is missing behind \"" . short($left) . "\"");
  }
  return undef;
}

sub short {
  my ($element) = @_;
  my $text = $element->content =~ s/\s+/ /gr;
  return length $text > 24 ? substr($text, 0, 10) . "…" . substr($text, -10) : $text;
}

# Whether a term begins: "$x", "@x", a number, a text, or a word that is no operator.
sub is_start {
  my ($element) = @_;
  return is_name($element) if $element->isa("PPI::Token::Symbol");
  return is_term($element);
}

# Whether it is a variable with a name; PPI takes "$$$_" for two.
sub is_name { my ($element) = @_; return !$element->isa("PPI::Token::Magic") && $element->content =~ /^[\$\@]\w/ }

sub is_term {
  my ($element) = @_;
  return 1 if grep { $element->isa("PPI::Token::$_") } qw(Symbol Number Quote);
  return 0 unless $element->isa("PPI::Token::Word");
  my $next = $element->snext_sibling;
  return !$MODIFIER{$element->content} && $element->content !~ /^(?:x\d*|and|or|xor|eq|ne|lt|gt|le|ge|cmp|not)$/
    && !($next && $next->content eq "=>");
}

# Whether a term certainly ends; what stands in front of it says whether it is the object of a call: "print $file 1".
sub is_end {
  my ($element, $before) = @_;
  return 1 if $element->isa("PPI::Token::Number") && !$element->isa("PPI::Token::Number::Version");
  return !is_word($before, qr/^(?!(?:print|say|die|warn|return|and|or|not)$)/) if $element->isa("PPI::Token::Quote");
  return 0 unless $before;
  # "name (LIST)" on a line of its own; what a module has made of a word in front of it is not known.
  return is_word($before, qr/^[a-z]\w*(?:::\w+)*$/i) && is_value_or_first($before) if $element->isa("PPI::Structure::List");
  my $is_value = $before->isa("PPI::Token::Operator") && $INFIX{$before->content};
  return $is_value && is_name($element) if $element->isa("PPI::Token::Symbol");
  return is_word($before, qr/^sub$/) && is_word_of_value($before) if $element->isa("PPI::Structure::Block");
  return 0;
}

# Whether the call of a function is a statement, or the value that an operator takes.
sub is_value_or_first {
  my ($word) = @_;
  return 0 if ref $word->statement ne "PPI::Statement" && !$word->statement->isa("PPI::Statement::Variable");
  my $before = $word->sprevious_sibling or return 1;
  return $before->isa("PPI::Token::Operator") && ($INFIX{$before->content} || $before->content eq "->");
}

# Whether "sub" makes the value that an operator in front of it takes.
sub is_word_of_value {
  my ($word) = @_;
  my $before = $word->sprevious_sibling;
  return $before && $before->isa("PPI::Token::Operator") && $before->content eq "=";
}

1;
