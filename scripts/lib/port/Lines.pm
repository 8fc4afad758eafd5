package Lines;
# Puts what the writer has written on the lines of the program in Perl: comments, documentation and empty lines stay
# where they are, and what could not be written stands as a comment that begins with "PORT:".

use strict;
use warnings;
use utf8;
use SwiftBrackets;

my $MARK = "// PORT: ";

# The lines of the Swift program. Nothing of what was written may be missing there: that would be a fault of the
# translation, about which it dies.
sub assembled {
  my (%given) = @_;
  my ($source, $text, $ported, $head) = @given{qw(source text ported head)};
  my @source = split /\n/, $source;
  my ($code_end, $documentation) = documentation(@source);
  my @all = pieces($text, \@source, $documentation->{$code_end} ? $code_end - 1 : $code_end);
  my %written;
  push @{$written{$_->{line}}}, $_ for @all;
  my (@lines, @printed, $has_head);
  my $depth = 0;
  for my $number (1 .. @source) {
    my $line = $source[$number - 1];
    if (my $pieces = $written{$number}) {
      if (!$has_head) { push @lines, @$head, ""; $has_head = 1 }
      my @new = map { "  " x $_->{depth} . $_->{text} } @$pieces;
      my ($behind) = $ported->{$number} ? () : trailing_comment($line);
      $new[-1] .= "  // $behind" if defined $behind;
      push @lines, @new;
      push @printed, @$pieces;
      $depth = $pieces->[-1]{depth} + ($pieces->[-1]{text} =~ /[\{\(\[]$|\bin$/ ? 1 : 0);
    }
    if ($number == 1 && $line =~ /^#!/) { next }
    if ($documentation->{$number}) {
      next if $line =~ /^=(?:cut|pod|begin|end|over|back)\b|^__(?:END|DATA)__/;
      push @lines, comment($line =~ s/^=\w+\s*//r, 0);
    } elsif ($number > $code_end) {
      push @lines, comment($line, 0);
    } elsif ($line =~ /^\s*#\s?(.*)/) {
      push @lines, "  " x $depth . ("// $1" =~ s/\s+$//r);
    } elsif ($line =~ /^\s*$/) {
      push @lines, "";
    }
    if (!$has_head && @$head && $line =~ /^\s*use\b/) { push @lines, @$head; $has_head = 1 }
  }
  checked(\@all, \@printed, \@lines);
  return join("\n", squeezed(@lines)) . "\n";
}

# What was written is what is printed, in this order, and has its brackets.
sub checked {
  my ($all, $printed, $lines) = @_;
  my @missing = grep { $all->[$_] != ($printed->[$_] // 0) } 0 .. $#$all;
  die {fault => "a part of the translation would be missing, \"$all->[$missing[0]]{text}\""} if @missing;
  my $bracket = SwiftBrackets::open_one(@$lines);
  die {fault => "the translation would have a bracket without its partner, in \"$bracket\""} if defined $bracket;
}

sub comment { my ($line, $depth) = @_; return $line =~ /\S/ ? "// $line" : "//" }

# Where the code ends, and which lines are documentation.
sub documentation {
  my (@source) = @_;
  my ($end, $is_inside, %lines) = (scalar @source, 0);
  for my $number (1 .. @source) {
    my $line = $source[$number - 1];
    $is_inside = 1 if $line =~ /^=[a-zA-Z]/;
    if ($line =~ /^__(?:END|DATA)__/ && $end == @source) { $end = $number; $lines{$number} = 1 }
    $lines{$number} = 1 if $is_inside;
    $is_inside = 0 if $line =~ /^=cut\b/;
  }
  return ($end, \%lines);
}

# What a line has behind its code.
sub trailing_comment {
  my ($line) = @_;
  return $line =~ /[;{}),]\s+#\s+(.*\S)\s*$/ ? $1 : undef;
}

# The pieces of the text in their order, each with the line of the program that it stands on, and how deep it is.
# What Swift wants in another order stays behind what is there, and nothing stands behind the last line.
sub pieces {
  my ($text, $source, $last) = @_;
  my @pieces;
  my ($number, $depth, $is_open) = (1, 0, 0);
  my $add = sub {
    my ($line, $piece) = @_;
    $number = $line if $line > $number && $line <= $last;
    push @pieces, {line => $number, depth => $depth, text => $piece};
  };
  for my $part (split /(\x{1}\d+,\d+\x{2}|\x{3}[^\x{4}]*\x{4})/, $text) {
    if ($part =~ /^\x{1}(\d+),(\d+)/) {
      $depth = $2;
      $add->($1, "");
      $is_open = 1;
    } elsif ($part =~ /^\x{3}(\d+),(\d+),(.*)\x{4}$/s) {
      $add->(@$_) for ported($source, $1, $2, $3);
      # Nothing goes on in a comment.
      $is_open = 0;
    } elsif ($part ne "") {
      $add->($number, "") if !$is_open;
      $pieces[-1]{text} .= $part;
      $is_open = 1;
    }
  }
  @pieces = grep { $_->{text} ne "" } @pieces;
  # Conditions that are left open.
  for my $piece (@pieces) {
    my $behind = "";
    while ($piece->{text} =~ s/\x{5}(\d+),([^\x{6}]*)\x{6}//) {
      $behind .= "  $MARK" . trimmed($source->[$1 - 1]) . "  [" . short($2) . "]";
    }
    $piece->{text} =~ s/ *$/$behind/ if $behind ne "";
  }
  return @pieces;
}

# The lines of the program that stand as comments, with their numbers.
sub ported {
  my ($source, $start, $end, $reason) = @_;
  my ($first) = $source->[$start - 1] =~ /^( *)/;
  my @lines;
  for my $number ($start .. $end) {
    my $line = $source->[$number - 1];
    my $code = trimmed($line);
    next if $code eq "" || $code =~ /^#/;
    my ($own) = $line =~ /^( *)/;
    my $inner = length $own > length $first ? substr $own, length $first : "";
    push @lines, [$number, $MARK . $inner . $code . ($number == $start ? "  [" . short($reason) . "]" : "")];
  }
  return @lines;
}

sub trimmed { my ($line) = @_; return $line =~ s/^\s+|\s+$//gr }

sub short { my ($reason) = @_; $reason =~ s/[\x{1}-\x{7}]//g; return $reason =~ s/\s+/ /gr }

# No empty lines in a row, at the begin and at the end.
sub squeezed {
  my @lines;
  for my $line (@_) {
    my $plain = $line =~ s/\s+$//r;
    next if $plain eq "" && (!@lines || $lines[-1] eq "");
    push @lines, $plain;
  }
  pop @lines while @lines && $lines[-1] eq "";
  return @lines;
}

# The numbers of the lines that say something: neither empty, nor a comment, nor brackets alone, nor "use".
sub counted {
  my ($source) = @_;
  my @source = split /\n/, $source;
  my ($end, $documentation) = documentation(@source);
  return grep {
    !$documentation->{$_} && $source[$_ - 1] =~ /\w/ && $source[$_ - 1] !~ /^\s*(?:#|use\b|no\b|package\s+main\b)/
  } 1 .. $end;
}

1;
