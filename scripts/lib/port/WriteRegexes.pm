package WriteRegexes;
# Writes matches and substitutions in Swift: the patterns are literals, and what they have found is "match".

use strict;
use warnings;
use utf8;
use Types qw(kind_of is_kind known);

sub give_up { Writer::give_up(@_) }

sub written { return WriteExpressions::written(@_) }

# "$x =~ /…/" as a condition; its groups are those of "match" from then on.
sub condition {
  my ($self, $node, $not) = @_;
  $not = !$not if $node->{op} eq "!~";
  my ($left, $right) = @$node{qw(left right)};
  return truth_of_substitution($self, $node) if $right->{t} =~ /^(?:substitute|transliterate)$/;
  give_up("a pattern that is computed: try Regex(text)") if $right->{t} !~ /^(?:match|pattern)$/;
  my $text = subject($self, $left);
  return contains($self, $text, $right, $not) if $not || $self->context->{single} || !has_groups($right);
  my $literal = literal_of($right);
  push @{$self->{matches}}, {groups => [optional_groups($right->{value}{match})]};
  return "let match = $text.firstMatch(of: $literal)";
}

sub subject {
  my ($self, $node) = @_;
  my $x = WriteExpressions::value($self, $node);
  my $kind = kind_of($x->{type});
  my $text = $kind eq "Int" && !$x->{opt} ? "String($x->{s})" : Conversions::converted($self, $x, known("String"));
  return $text =~ / / && $text !~ /^["(]/ ? "($text)" : $text;
}

sub contains {
  my ($self, $text, $match, $not) = @_;
  return ($not ? "!" : "") . "$text.contains(" . literal_of($match) . ")";
}

sub has_groups { my ($node) = @_; return $node->{value}{match} =~ /(?<!\\)\((?!\?)/ }

sub literal_of {
  my ($node) = @_;
  my $modifiers = $node->{value}{modifiers};
  give_up("a match of all: text.matches(of: /…/)") if $modifiers =~ /g/;
  return literal($node->{value}{match}, $modifiers);
}

# A pattern as a literal of Swift's.
sub literal {
  my ($pattern, $modifiers) = @_;
  $modifiers //= "";
  give_up("a pattern with a variable in it: try Regex(text)") if $pattern =~ /(?<!\\)[\$\@](?=[A-Za-z_{])/;
  give_up("the modifiers \"$modifiers\": in Swift methods of the pattern") if $modifiers =~ /[egmosx]/;
  give_up("a pattern with an empty part") if $pattern eq "";
  $pattern =~ s{(?<!\\)/}{\\/}g;
  $pattern =~ s/\\z/\$/g;
  $pattern =~ s/\\x\{([0-9a-fA-F]+)\}/\\u{$1}/g;
  give_up("a pattern that looks behind, or that Swift writes in another way")
    if $pattern =~ /\(\?<[=!]|\\[GQE]|\(\?[0-9R&]/;
  my $text = $pattern =~ /^[ \t]|[ \t]$/ ? "#/$pattern/#" : "/$pattern/";
  return $modifiers =~ /i/ ? "$text.ignoresCase()" : $text;
}

# For each group of a pattern whether it may be without a match.
sub optional_groups {
  my ($pattern) = @_;
  my (@groups, @open);
  my $has_choice = 0;
  while ($pattern =~ /\G(?:\\.|\[(?:\\.|[^\]\\])*\]|(\((?:\?[:=!>])?)|(\)(?:[*?]|\{0)?)|(\|)|.)/gcs) {
    my ($opening, $closing, $bar) = ($1, $2, $3);
    if (defined $opening) {
      my $number = $opening eq "(" ? scalar @groups : undef;
      push @groups, 0 if defined $number;
      push @open, {number => $number, inner => scalar @groups};
    } elsif (defined $closing) {
      my $group = pop @open // last;
      if (length $closing > 1 || $group->{has_choice}) {
        my $from = length $closing > 1 && defined $group->{number} ? $group->{number} : $group->{inner};
        $groups[$_] = 1 for $from .. $#groups;
      }
    } elsif (defined $bar) {
      if (@open) { $open[-1]{has_choice} = 1 }
      else { $has_choice = 1 }
    }
  }
  return $has_choice ? map { 1 } @groups : @groups;
}

# "$1".
sub group {
  my ($self, $number) = @_;
  my $match = $self->{matches}[-1] // give_up("\$$number, which belongs to no match that is known here");
  return written("<#group $number#>", known("String")) if $match->{unknown};
  give_up("\$$number, which the pattern does not have") if $number > @{$match->{groups}};
  return written("String(match.$number ?? \"\")", known("String")) if $match->{groups}[$number - 1];
  return written("String(match.$number)", known("String"));
}

# "my ($a, $b) = $x =~ /…/": the values of the variables.
sub groups {
  my ($self, $node, @variables) = @_;
  give_up("the groups of a pattern that is computed") if $node->{right}{t} ne "match";
  my $text = subject($self, $node->{left});
  my @optional = optional_groups($node->{right}{value}{match});
  give_up("more variables than the pattern has groups") if @variables > @optional;
  my $name = $self->temporary("match");
  push @{$self->{before}}, "let $name = $text.firstMatch(of: " . literal_of($node->{right}) . ")";
  my @values;

  for my $i (0 .. $#variables) {
    my $number = $i + 1;
    my $value = $optional[$i] ? "" : "$name.map { String(\$0.$number) }";
    $value = "$name.flatMap { \$0.$number }.map { String(\$0) }" if $optional[$i];
    $value .= " ?? \"\"" if !WriteConditions::is_optional($variables[$i]{symbol});
    push @values, $value;
  }
  return @values;
}

# "$x =~ s/…/…/" as a statement.
sub substitution {
  my ($self, $node) = @_;
  my $right = $node->{right};
  WriteExpressions::left_out($self, "tr") if $right->{t} eq "transliterate";
  my $target = WriteAssignments::target($self, $node->{left});
  give_up("a substitution in what is no variable of text") if !is_kind($target->{type}, "String") || $target->{opt};
  my ($pattern, $with, $modifiers) = @{$right->{value}}{qw(match with modifiers)};
  give_up("a substitution by code: text.replace(/…/) { match in … }")
    if $modifiers =~ /[er]/ || $with =~ /(?<!\\)[\$\@]/;
  my $literal = literal($pattern, $modifiers =~ s/g//r);
  my @parts = @{PerlStrings::interpolated($with, $node->{line})};
  give_up("a substitution by code: text.replace(/…/) { match in … }") if grep { ref } @parts;
  my $text = WriteTexts::quoted(join "", @parts);
  my $most = $modifiers =~ /g/ ? "" : ", maxReplacements: 1";
  return written("$target->{s}.replace($literal, with: $text$most)");
}

sub truth_of_substitution {
  my ($self, $node) = @_;
  WriteExpressions::left_out($self, "tr") if $node->{right}{t} eq "transliterate";
  give_up("a substitution as a condition: replace first, then compare");
}

1;
