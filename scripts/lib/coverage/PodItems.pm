package PodItems;

# The names that a Perl module documents: the items of its pod, as text without formatting.

use strict;
use warnings;

# Sections whose items name nothing: answers, advice, numbers.
my %PROSE = map { $_ => 1 } (
  "BENCHMARKS", "DESCRIPTION/AnyEvent::Loop", "EXAMPLES", "NONFREQUENTLY ASKED QUESTIONS", "OTHER MODULES",
  "RECOMMENDED/OPTIONAL MODULES", "SIGNALS", "SUPPORTED EVENT LOOPS/BACKENDS",
);

# The file of a module, or undef where it is not installed.
sub file_of {
  my ($module) = @_;
  (my $path = $module) =~ s{::}{/}g;
  for my $directory (grep { !ref } @INC) {
    return "$directory/$path.pm" if -e "$directory/$path.pm";
  }
  return undef;
}

# The documented names of a module, in the order of its pod, each once.
sub of {
  my ($module) = @_;
  my $file = file_of($module);
  open my $source, "<:encoding(UTF-8)", $file or die "$file cannot be read ($!).\n";
  my @items;
  my ($is_pod, $section, $open) = (0, "", undef);
  while (my $line = <$source>) {
    chomp $line;
    $is_pod = $line !~ /^=cut\b/ if $line =~ /^=[a-z]/;
    next unless $is_pod;
    # A heading of an item ends with an empty line.
    if (defined $open) {
      if ($line =~ /\S/) { $open .= " $line"; next }
      push @items, plain($open);
      undef $open;
    }
    if ($line =~ /^=head1\s+(.*)/) { $section = plain($1) }
    next if $PROSE{$section} || $PROSE{"$section/$module"};
    # An item with a star is a sentence of a list.
    if ($line =~ /^=item\s+([^*\s].*)/) { $open = $1 }
    # Watchers are documented by paragraphs, whose examples begin with the call; "type" stands for all of them.
    elsif ($section eq "WATCHERS" && $line =~ /^\s.*?(\Q$module\E->(?!type\b)\w+)/) { push @items, $1 }
  }
  # What documents no names is used as a whole.
  @items = "use $module" unless @items;
  my %seen;
  return grep { !$seen{$_}++ } @items;
}

# Text without the codes of pod.
sub plain {
  my ($text) = @_;
  1 while $text =~ s/[BCFIL]<<+\s(.*?)\s>+>/$1/;
  1 while $text =~ s/\b[BCFIL]<([^<>]*)>/$1/;
  $text =~ s/E<gt>/>/g;
  $text =~ s/E<lt>/</g;
  $text =~ s/\s+/ /g;
  $text =~ s/^ | $//g;
  return $text;
}

1;
