package PerlTokens;
# The tokens of a program, by PPI, and what stands between them: comments, empty lines, documentation. A token is a hash
# with its kind, its text and its line.

use strict;
use warnings;
use utf8;
use PPI;
use PerlMistakes qw(mistake);
use Exporter "import";
our @EXPORT_OK = qw(is_text);

# The kinds that the parser knows, by PPI's classes.
my %KINDS = (
  "PPI::Token::Word" => "word",
  "PPI::Token::Symbol" => "symbol",
  "PPI::Token::Magic" => "symbol",
  "PPI::Token::ArrayIndex" => "last_index",
  "PPI::Token::Cast" => "cast",
  "PPI::Token::Operator" => "operator",
  "PPI::Token::Structure" => "structure",
  "PPI::Token::Quote::Single" => "single",
  "PPI::Token::Quote::Literal" => "single",
  "PPI::Token::Quote::Double" => "double",
  "PPI::Token::Quote::Interpolate" => "double",
  "PPI::Token::QuoteLike::Words" => "words",
  "PPI::Token::Regexp::Match" => "match",
  "PPI::Token::QuoteLike::Regexp" => "pattern",
  "PPI::Token::Regexp::Substitute" => "substitute",
  "PPI::Token::Regexp::Transliterate" => "transliterate",
  "PPI::Token::HereDoc" => "heredoc",
  "PPI::Token::QuoteLike::Readline" => "readline",
  "PPI::Token::Label" => "label",
  "PPI::Token::Prototype" => "prototype",
);

# What the parser does not see.
my %SILENT = map { ("PPI::Token::$_" => 1) } qw(Whitespace Comment Pod End Data Separator BOM);

# Reads a text: its tokens, or the sentence about what is wrong with it.
sub read {
  my ($text) = @_;
  # PPI takes "-s _ …" for a substitution.
  $text =~ s/(?<![\w\$])(-[a-z]) _\b/$1(_)/g;
  my $document = PPI::Document->new(\$text) or return (undef, "Perl's grammar cannot be found in it");
  my $open = unclosed($document) // mistake($document);
  return (undef, $open) if defined $open;
  my @tokens;
  for my $element ($document->tokens) {
    my $class = ref $element;
    last if $class eq "PPI::Token::Separator";
    next if $SILENT{$class};
    my $kind = $KINDS{$class} // ($element->isa("PPI::Token::Number") ? "number" : "other");
    my ($content, $line) = ($element->content, $element->line_number);
    my $end = $line + ($content =~ tr/\n//);
    $end += 1 + $element->heredoc if $kind eq "heredoc";
    push @tokens,
      {
      kind => $kind,
      text => $content,
      line => $line,
      end => $end,
      value => value_of($element, $kind)
      };
  }
  return (\@tokens, undef);
}

# What stands between the quotes of a token; PPI's own objects go with the document.
sub value_of {
  my ($element, $kind) = @_;
  return $element->string if $kind eq "double";
  return $element->can("literal") ? $element->literal : $element->string if $kind eq "single";
  return join "", $element->heredoc if $kind eq "heredoc";
  return [$element->literal] if $kind eq "words";
  return undef unless $kind =~ /^(?:match|pattern|substitute)$/;
  return {
    match => $element->get_match_string,
    with => $kind eq "substitute" ? $element->get_substitute_string : undef,
    modifiers => join "",
    sort keys %{{$element->get_modifiers}}
  };
}

# The sentence about a text that has no end, or a bracket without its partner.
sub unclosed {
  my ($document) = @_;
  $document->index_locations;
  my $text = $document->find_first(sub { is_endless($_[1]) });
  return
      "what begins in line "
    . $text->line_number
    . " with "
    . ($text->content =~ /^(<<\S*|\w*\W)/)[0]
    . " has no end"
    if $text;
  my $brace = $document->find_first("PPI::Statement::UnmatchedBrace");
  return "line " . $brace->line_number . " closes a bracket (\"" . $brace->content . "\") that nobody has opened"
    if $brace;
  my $open = $document->find_first(sub { $_[1]->isa("PPI::Structure") && !$_[1]->finish }) or return undef;
  return "the bracket in line " . $open->start->line_number . " (\"" . $open->start->content . "\") is never closed";
}

# Whether a text in quotes of any kind goes on to the end of the program.
sub is_endless {
  my ($element) = @_;
  return $element->{_damaged} if $element->isa("PPI::Token::HereDoc");
  return 0 unless $element->isa("PPI::Token::Quote") || $element->isa("PPI::Token::QuoteLike::Words");
  my ($open, $inner) = $element->content =~ /^(?:q[qw]?\s*)?(.)(.*)$/s or return 1;
  my $close = {"(" => ")", "[" => "]", "{" => "}", "<" => ">"}->{$open} // $open;
  return $inner !~ /(?<!\\)(?:\\\\)*\Q$close\E$/;
}

# Whether a token is this operator, bracket or word.
sub is_text {
  my ($token, $text) = @_;
  return $token->{text} eq $text && $token->{kind} =~ /^(?:operator|structure|word|cast)$/;
}

1;
