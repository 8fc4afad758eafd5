package PerlStrings;
# Texts of Perl: what "\n" and its like stand for, and the expressions that are interpolated.

use strict;
use warnings;
use utf8;
use PerlTokens;
use PerlParser;

my %ESCAPES = (n => "\n", r => "\r", t => "\t", e => "\e", a => "\a", f => "\f", b => "\b");
my $CODES = qr/x\{[0-9a-fA-F]+\}|x[0-9a-fA-F]{0,2}|[0-7]{1,3}|o\{[0-7]+\}|N\{U\+[0-9a-fA-F]+\}|c./;

# The parts of a node with a text: plain texts and nodes of expressions.
sub parts {
  my ($node) = @_;
  return [$node->{text}] if $node->{t} eq "text";
  return [$node->{value}] if $node->{t} eq "single" || $node->{t} eq "heredoc" && $node->{text} =~ /'/;
  return interpolated($node->{value}, $node->{line});
}

sub interpolated {
  my ($text, $line) = @_;
  my @parts = ("");
  while ($text =~ /\G(?:\\($CODES|.)|(\$\{|\@\{|[\$\@])|([^\\\$\@]+))/gcs) {
    my ($escape, $sigil, $plain) = ($1, $2, $3);
    if (defined $plain) { $parts[-1] .= $plain; next }
    if (defined $escape && $escape =~ /^[UL]$/) {
      my $inner = $text =~ /\G(.*?)(?:\\E|\z)/gcs ? $1 : "";
      push @parts, in_case($escape, $inner, $line), "";
      next;
    }
    if (defined $escape) { $parts[-1] .= escaped($escape); next }
    my $start = pos($text) - length $sigil;
    my $code = variable_at($text, $start);
    if (!defined $code) {
      die {sentence => "the variable \"$1\" in a text"} if substr($text, $start) =~ /^(\$[^\s\w"{\$])/;
      $parts[-1] .= $sigil;
      next;
    }
    pos($text) = $start + length $code;
    push @parts, expression($code, $line), "";
  }
  return [grep { ref || $_ ne "" } map { ref $_ ? $_ : text_of_bytes($_, $text) } @parts];
}

# Bytes that are written as "\xc3\xbc" and make a text in UTF-8 are that text.
sub text_of_bytes {
  my ($part, $source) = @_;
  return $part if $source !~ /\\x[89a-fA-F]/ || $part =~ /[^\x{0}-\x{ff}]/;
  my $decoded = $part;
  return utf8::decode($decoded) ? $decoded : $part;
}

# "\U … \E" and "\L … \E".
sub in_case {
  my ($letter, $text, $line) = @_;
  my %at = (line => $line, end => $line);
  my $inner = {%at, t => "double", value => $text};
  return {%at, t => "call", name => $letter eq "U" ? "uc" : "lc", arguments => [$inner], pairs => []};
}

sub escaped {
  my ($escape) = @_;
  return chr hex $1 if $escape =~ /^(?:x\{?|N\{U\+)([0-9a-fA-F]+)/;
  return chr oct $1 if $escape =~ /^(?:o\{)?([0-7]+)/;
  return chr(64 ^ ord uc $1) if $escape =~ /^c(.)/s;
  return "\0" if $escape eq "x";
  die {sentence => "\\$escape in a text, which changes what is behind it: a method of the text"}
    if $escape =~ /^[ulQFE]$/;
  return $ESCAPES{$escape} // $escape;
}

# The code of the variable that begins there, with its subscripts.
sub variable_at {
  my ($text, $start) = @_;
  my $rest = substr $text, $start;
  my ($code) = $rest =~ /^(
    \$\+ (?=\{\w+\})
    | (?: \$\#? | \@ ) \$* (?: \w+ (?: ::\w+ )* | [!&\@] (?=\W|$) )
    | (?: \$\#? | \@ ) \$* (\{ (?: [^{}]++ | (?2) )* \})
  )/x or return undef;
  return undef if $code =~ /^\@/ && $code !~ /^\@(?:\$|\{|[A-Za-z_])/;
  return undef if $code eq '@@' || $code =~ /^\@[!&]/;
  while (1) {
    my $behind = substr $rest, length $code;
    my ($subscript) = $behind =~ /^((?:->)?(?:(\{(?:[^{}]++|(?2))*\})|(\[(?:[^\[\]]++|(?3))*\])))/ or last;
    last
      if $subscript =~ /^\[/
      && $subscript !~ ($code =~ /^\@/ ? qr/^\[[-\d\s,.\$\w#]+\]$/ : qr/^\[(?:-?\d+|\$[\w#]+.*)\]$/);
    $code .= $subscript;
  }
  return $code;
}

sub expression {
  my ($code, $line) = @_;
  $code =~ s/^([\$\@])\{(\w+)\}/$1$2/;
  my ($tokens, $problem) = PerlTokens::read($code);
  die {line => $line, sentence => "\"$code\" cannot be read"} if !$tokens;
  $_->{line} = $_->{end} = $line for @$tokens;
  my $parser = PerlParser->new($tokens);
  my $expression = $parser->expression(0);
  die {line => $line, sentence => "\"$code\" in a text"} if $parser->peek;
  return $expression;
}

1;
