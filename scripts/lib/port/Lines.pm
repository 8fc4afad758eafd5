package Lines;
# Puts what the writer has written on the lines of the program in Perl: comments, documentation and empty lines stay
# where they are, and what could not be written stands as a comment that begins with "PORT:".

use strict;
use warnings;
use utf8;

my $MARK = "// PORT: ";

# The lines of the Swift program, and of how many lines of Perl how many went through.
sub assembled {
  my (%given) = @_;
  my ($source, $text, $ported, $head) = @given{qw(source text ported head)};
  my @source = split /\n/, $source;
  my ($code_end, $documentation) = documentation(@source);
  my %written = by_line($text, \@source);
  my (@lines, $has_head);
  my $depth = 0;
  for my $number (1 .. @source) {
    my $line = $source[$number - 1];
    if ($number == 1 && $line =~ /^#!/) { next }
    if ($number > $code_end && !$documentation->{$number}) { push @lines, comment($line, 0); next }
    if ($documentation->{$number}) {
      next if $line =~ /^=(?:cut|pod|begin|end|over|back)\b|^__(?:END|DATA)__/;
      push @lines, comment($line =~ s/^=\w+\s*//r, 0);
      next;
    }
    if (my $pieces = $written{$number}) {
      if (!$has_head) { push @lines, @$head, ""; $has_head = 1 }
      my @new = map { "  " x $_->[0] . $_->[1] } @$pieces;
      my ($behind) = $ported->{$number} ? () : trailing_comment($line);
      $new[-1] .= "  // $behind" if defined $behind;
      push @lines, @new;
      $depth = $pieces->[-1][0] + ($pieces->[-1][1] =~ /[\{\(\[]$|\bin$/ ? 1 : 0);
    } elsif ($line =~ /^\s*#\s?(.*)/) {
      push @lines, "  " x $depth . ("// $1" =~ s/\s+$//r);
    } elsif ($line =~ /^\s*$/) {
      push @lines, "";
    }
    if (!$has_head && @$head && $line =~ /^\s*use\b/) { push @lines, @$head; $has_head = 1 }
  }
  return join("\n", squeezed(@lines)) . "\n";
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

# The pieces of each line: how deep, and what.
sub by_line {
  my ($text, $source) = @_;
  my %lines;
  my ($number, $depth) = (1, 0);
  for my $part (split /(\x{1}\d+,\d+\x{2}|\x{3}[^\x{4}]*\x{4})/, $text) {
    # What Swift wants in another order stays behind what is there.
    if ($part =~ /^\x{1}(\d+),(\d+)/) {
      ($number, $depth) = ($1 > $number ? $1 : $number, $2);
      push @{$lines{$number}}, [$depth, ""];
    } elsif ($part =~ /^\x{3}(\d+),(\d+),(.*)\x{4}$/s) { ported(\%lines, $source, $depth, $1, $2, $3) }
    elsif ($part ne "") {
      push @{$lines{$number}}, [$depth, ""] if !$lines{$number};
      $lines{$number}[-1][1] .= $part;
    }
  }
  for my $pieces (values %lines) {
    @$pieces = grep { $_->[1] ne "" } @$pieces;
    # A condition that is left open.
    for my $piece (@$pieces) {
      next unless $piece->[1] =~ s/\x{5}(\d+),([^\x{6}]*)\x{6}//;
      my ($at, $reason) = ($1, $2);
      $piece->[1] =~ s/ +$//;
      $piece->[1] .= "  $MARK" . trimmed($source->[$at - 1]) . "  [" . short($reason) . "]";
    }
  }
  delete @lines{grep { !@{$lines{$_}} } keys %lines};
  return %lines;
}

sub ported {
  my ($lines, $source, $depth, $start, $end, $reason) = @_;
  for my $number ($start .. $end) {
    my $line = $source->[$number - 1];
    my $code = trimmed($line);
    next if $code eq "" || $code =~ /^#/;
    my ($own) = $line =~ /^( *)/;
    my ($first) = $source->[$start - 1] =~ /^( *)/;
    my $inner = length $own > length $first ? substr $own, length $first : "";
    # The declarations of the same line stay.
    my @before = $number == $start ? grep { $_->[1] ne "" } @{$lines->{$number} // []} : ();
    $lines->{$number} = [@before, [$depth, $MARK . $inner . $code . ($number == $start ? "  [" . short($reason) . "]" : "")]];
  }
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
