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
  return substituted($self, $node)->{s} if $right->{t} =~ /^(?:substitute|transliterate)$/;
  give_up("a pattern that is computed: try Regex(text)") if $right->{t} !~ /^(?:match|pattern)$/;
  my $text = subject($self, $left);
  my $is_bound = !$not && !$self->context->{single};
  push @{$self->{matches}}, $is_bound ? match_of($right) : {lost => 1} if has_groups($right);
  return contains($self, $text, $right, $not) if !$is_bound || !has_groups($right);
  return "let match = $text.firstMatch(of: " . literal_of($right) . ")";
}

# What is known of a match: its name, which of its groups may be without one, and how they are called.
sub match_of {
  my ($node, $swift) = @_;
  my ($pattern, $number, %names) = ($node->{value}{match}, 0);
  while ($pattern =~ /\\.|\[(?:\\.|[^\]\\])*\]|\((?!\?)|\(\?<([A-Za-z_]\w*)>/gs) {
    my ($part, $name) = ($&, $1);
    next if $part !~ /^\(/;
    $number++;
    $names{$name} = $number if defined $name;
  }
  return {name => $swift // "match", groups => [optional_groups($pattern)], names => \%names};
}

# "$x =~ /…/ ? … $1 … : …".
sub choice {
  my ($self, $node, $type) = @_;
  my $match = $node->{condition};
  return undef unless $match->{t} eq "binary" && $match->{op} eq "=~" && $match->{right}{t} eq "match";
  return undef if !has_groups($match->{right}) || WriteBuiltins::has_closure($node->{then});
  my $text = subject($self, $match->{left}) . ".firstMatch(of: " . literal_of($match->{right}) . ")";
  push @{$self->{matches}}, match_of($match->{right}, "\$0");
  my $then = WriteExpressions::as($self, $node->{then}, $type);
  pop @{$self->{matches}};
  push @{$self->{matches}}, {lost => 1};
  return undef if $then !~ /\$0\./;
  return written("$text.map { $then } ?? " . WriteExpressions::as($self, $node->{else}, $type), $type, low => 1);
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

sub has_groups { my ($node) = @_; return scalar(my @groups = optional_groups($node->{value}{match})) }

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
  give_up("the modifiers \"$modifiers\", which Swift has no like of") if $modifiers =~ /[^imosx]/;
  if ($modifiers =~ /x/) {
    give_up("a pattern of several lines: #/ … /#") if $pattern =~ /\n/;
    $pattern = "(?x)$pattern";
  }
  give_up("a pattern with an empty part") if $pattern eq "";
  $pattern =~ s{(?<!\\)/}{\\/}g;
  $pattern =~ s/\\z/\$/g;
  $pattern =~ s/\\x\{([0-9a-fA-F]+)\}/\\u{$1}/g;
  $pattern =~ s/\\(0[0-7]{1,2})/sprintf "\\u{%x}", oct $1/ge;
  give_up("a pattern that looks behind, or that Swift writes in another way")
    if $pattern =~ /\(\?<[=!]|\\[GQE]|\(\?[0-9R&]/;
  my $text = $pattern =~ /^[ \t]|[ \t]$/ ? "#/$pattern/#" : "/$pattern/";
  $text .= ".ignoresCase()" if $modifiers =~ /i/;
  $text .= ".dotMatchesNewlines()" if $modifiers =~ /s/;
  $text .= ".anchorsMatchLineEndings()" if $modifiers =~ /m/;
  return $text;
}

# For each group of a pattern whether it may be without a match.
sub optional_groups {
  my ($pattern) = @_;
  my (@groups, @open);
  my $has_choice = 0;
  while ($pattern =~ /\G(?:\\.|\[(?:\\.|[^\]\\])*\]|(\((?:\?(?!<[A-Za-z_]))?)|(\)(?:[*?]|\{0)?)|(\|)|.)/gcs) {
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
  my $match = $self->{matches}[-1];
  give_up("\$$number, which belongs to no match that is known here") if !$match || $match->{lost};
  return written("<#group $number#>", known("String")) if $match->{unknown};
  give_up("\$$number, which the pattern does not have") if $number > @{$match->{groups}};
  return written(group_text("$match->{name}.$number", $match->{groups}[$number - 1]), known("String"));
}

sub group_text { my ($group, $is_optional) = @_; return "String($group" . ($is_optional ? " ?? \"\")" : ")") }

# "$+{name}".
sub named {
  my ($self, $name) = @_;
  my $match = $self->{matches}[-1];
  my $number = $match && $match->{names} ? $match->{names}{$name} : undef;
  return group($self, $number // give_up("\$+{$name}, which belongs to no match that is known here"));
}

# "my ($a, $b) = $x =~ /…/": a tuple of the groups, which is nil without a match.
sub optional_groups_of {
  my ($self, $node, @variables) = @_;
  my $text = subject($self, $node->{left});
  my @optional = optional_groups($node->{right}{value}{match});
  give_up("more variables than the pattern has groups") if @variables > @optional;
  my @values = map {
    my $group = "\$0." . ($_ + 1);
    my $symbol = $variables[$_]{symbol};
    give_up("a list with undef in it: _ in a tuple") if !$symbol || $symbol->{sigil} ne "\$";
    give_up("a group that may be undefined: if let") if $optional[$_] && WriteConditions::is_optional($symbol);
    Conversions::converted($self, written(group_text($group, $optional[$_]), known("String")), $symbol->{type});
  } 0 .. $#variables;
  my $tuple = @values == 1 ? $values[0] : "(" . join(", ", @values) . ")";
  return "$text.firstMatch(of: " . literal_of($node->{right}) . ").map({ $tuple })";
}

# All that "$x =~ /…/g" finds, as texts.
sub all_matches {
  my ($self, $node) = @_;
  my $count = () = optional_groups($node->{right}{value}{match});
  give_up("all matches of several groups: for match in text.matches(of: /…/)") if $count > 1;
  my $text = matches($self, $node);
  my $is_optional = $count && (optional_groups($node->{right}{value}{match}))[0];
  return written("$text.map { " . group_text("\$0.$count", $is_optional) . " }", known("Array", of => known("String")));
}

sub matches {
  my ($self, $node) = @_;
  my %value = %{$node->{right}{value}};
  return subject($self, $node->{left}) . ".matches(of: " . literal($value{match}, $value{modifiers} =~ s/g//r) . ")";
}

sub is_global {
  my ($node) = @_;
  return
       $node->{t} eq "binary"
    && $node->{op} eq "=~"
    && $node->{right}{t} eq "match"
    && $node->{right}{value}{modifiers} =~ /g/;
}

# "my ($a, $b) = $x =~ /…/": the values of the variables.
sub groups {
  my ($self, $node, @variables) = @_;
  give_up("the groups of a pattern that is computed") if $node->{right}{t} ne "match";
  my $text = subject($self, $node->{left});
  give_up("a list with undef in it: _ in a tuple") if grep { !$_->{symbol} } @variables;
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
  WriteExpressions::left_out($self, "tr") if $node->{right}{t} eq "transliterate";
  my $target = WriteAssignments::target($self, $node->{left});
  give_up("a substitution in what is no variable of text") if !is_kind($target->{type}, "String") || $target->{opt};
  return written("$target->{s}.replace" . replacement($self, $node->{right}));
}

# "$x =~ s/…/…/r", and other ones as values.
sub substituted {
  my ($self, $node) = @_;
  WriteExpressions::left_out($self, "tr") if $node->{right}{t} eq "transliterate";
  give_up("a substitution as a condition: replace first, then compare") if $node->{right}{value}{modifiers} !~ /r/;
  return written(subject($self, $node->{left}) . ".replacing" . replacement($self, $node->{right}), known("String"));
}

# What is replaced by what: a text, or a closure if groups of the match are in it.
sub replacement {
  my ($self, $node) = @_;
  my ($pattern, $modifiers) = @{$node->{value}}{qw(match modifiers)};
  my $literal = literal($pattern, $modifiers =~ s/[ger]//gr);
  my $most = $modifiers =~ /g/ ? "" : ", maxReplacements: 1";
  push @{$self->{matches}}, match_of($node);
  push @{$self->{contexts}}, {%{$self->context}, single => 1, throws => 0};
  local $self->{before} = undef;
  my $with = WriteTexts::text_of($self, $node->{parts});
  pop @{$self->{contexts}};
  pop @{$self->{matches}};
  return "($literal$most) { match in $with }" if $with =~ /\bmatch\./;
  return "($literal, with: $with$most)";
}

1;
