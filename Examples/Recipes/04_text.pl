# Text: patterns, formats, lists.
use strict;
use warnings;

# == A pattern with parts
for my $line ("name = value", "no sign") {
  if ($line =~ /^(\w+)\s*=\s*(.*)$/) {
    print "$1 is $2\n";
  } else {
    print "what is \"$line\"?\n";
  }
}

# == Parts with names
if ("2026-11-28" =~ /(?<year>\d+)-(?<month>\d+)/) {
  print "month $+{month} of $+{year}\n";
}

# == All that match
my @numbers = "3 apples, 12 pears" =~ /\d+/g;
print "@numbers\n";

while ("a=1 b=2" =~ /(\w)=(\d)/g) {
  print "$1: $2\n";
}

# == Substitution
my $path = "/a//b///c";
$path =~ s{/+}{/}g;
print "$path\n";

my $text = "so much: 3, 4";
$text =~ s/(\d+)/$1 * 2/ge;
print "$text\n";

# == A pattern that is made while the program runs
my $word = "a.b";
print "found\n" if "x a.b y" =~ /\b\Q$word\E\b/;

# == split and join
my ($name, $rest) = split /:\s*/, "Host: example.org: 80", 2;
print "$name -> $rest\n";
print join ("|", split /,/, "a,,b"), "\n";
print join (" ", map { ucfirst } split " ", "  some   words "), "\n";

# == sprintf
printf "%5.2f|%-6s|%6s|%03d|%x\n", 3.14159, "left", "right", 7, 255;

# == A number from text
for my $text ("12", "12 apples") {
  if ($text =~ /^\d+$/) { print $text + 1, "\n" } else { print "no number\n" }
}

# == Several lines
my $who = "Joe";
print <<"END";
Dear $who,
  this is "text".
END

# == Counting and replacing characters
my $sequence = "GATTACA";
(my $other = $sequence) =~ tr/ACGT/TGCA/;
print "$other ", $sequence =~ tr/A//, "\n";

# == Parts of a text
my $date = "2026-11-28";
print substr ($date, 0, 4), " ", substr ($date, -2), " ", index ($date, "-"), "\n";

# == Sorting
my @files = (["b", 10], ["a", 10], ["c", 9]);
print join (" ", map { $_->[0] } sort { $b->[1] <=> $a->[1] || $a->[0] cmp $b->[0] } @files), "\n";

# == A text again and again
print "-" x 10, " ", "=" x 3, "\n";
