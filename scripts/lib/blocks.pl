#!/usr/bin/perl
# Takes the code blocks out of pages in Markdown, each as what a compiler or a shell can be given:
#
#   blocks.pl DIRECTORY PAGE.md...
#
#   DIRECTORY/swift/PAGE_LINE.swift      programs in Swift
#   DIRECTORY/manifest/PAGE_LINE.swift   parts of a Package.swift
#   DIRECTORY/c/PAGE_LINE.c              programs in C
#   DIRECTORY/perl/PAGE_LINE.pl          programs in Perl
#   DIRECTORY/parse/PAGE_LINE.sh         lines for a shell that are only looked at
#   DIRECTORY/run/PAGE_LINE.sh           lines for a shell that are run
#
# A block between ``` says its language; one that is indented is for a shell. Comments before a block, which no reader
# sees, say what it needs:
#
#   <!-- with: let p = port() -->        what stands before it, of one line or of several. What of a shell's variables in
#                                        capitals is set there, stands for itself in the block: with: PORT=$(…)
#   <!-- inside: f() { … } -->           what stands around it, in the place of "…"
#   <!-- continues -->                   it goes on where the block before it has ended
#   <!-- from: Examples/x/main.swift --> it stands in that file, which is checked elsewhere
#   <!-- run -->                         lines for a shell that are run
#   <!-- parsed: it needs root -->       lines for a shell that are not, and why; a block for a shell has one of the two

use strict;
use warnings;
use utf8;
use open qw(:std :encoding(UTF-8));
use JSON::PP ();

my ($out, @pages) = @ARGV;
@pages or die "usage: blocks.pl DIRECTORY PAGE.md...\n";
mkdir "$out/$_" for qw(swift manifest c perl parse run);

my %ending = (swift => "swift", manifest => "swift", c => "c", perl => "pl", parse => "sh", run => "sh");
my $failures = 0;

page($_) for @pages;
exit($failures ? 1 : 0);

# A mistake of a page, as a compiler writes it.
sub wrong {
  my ($page, $line, $text) = @_;
  print STDERR "$page:$line: error: $text\n";
  $failures++;
}

sub contents {
  my ($path) = @_;
  open my $file, "<", $path or return;
  local $/;
  return scalar <$file>;
}

# Finds the blocks of a page.
sub page {
  my ($page) = @_;
  my $text = contents($page) // die "$page: $!\n";
  my @lines = split /\n/, $text, -1;
  my (%wish, $last, $in_list);
  for (my $i = 0; $i < @lines; $i++) {
    local $_ = $lines[$i];
    my $number = $i + 1;
    if (/^<!--\s*(with|inside|from|run|parsed|continues)\b:?\s*(.*)$/) {
      my ($key, $value) = ($1, $2);
      $value .= "\n$lines[++$i]" while $value !~ /-->\s*$/ && $i < $#lines;
      $value =~ s/\s*-->\s*$//;
      $wish{$key} = exists $wish{$key} ? "$wish{$key}\n$value" : $value;
      $wish{line} = $number;
    } elsif (/^(\s*)```(\S*)/) {
      my ($indent, $language, @block) = ($1, $2);
      push @block, $lines[$i] =~ s/^\Q$indent\E//r while ++$i < @lines && $lines[$i] !~ /^\s*```\s*$/;
      $i < @lines or wrong($page, $number, "the block never ends");
      $last = block($page, $number + 1, $language, \@block, {%wish}, $last);
      %wish = ();
    } elsif (/^    \S/ && !$in_list && ($i == 0 || $lines[$i - 1] =~ /^\s*$|-->\s*$/)) {
      my @block;
      for (; $i < @lines && $lines[$i] =~ /^    |^\s*$/; $i++) { push @block, $lines[$i] =~ s/^    //r }
      $i--;
      $last = block($page, $number, "sh", \@block, {%wish}, $last);
      %wish = ();
    } elsif (/\S/) {
      $in_list = /^\s*([-*+]|\d+\.)\s/ || ($in_list && /^\s/);
      wrong($page, $wish{line}, "no block follows") if %wish;
      %wish = ();
    }
  }
  wrong($page, $wish{line}, "no block follows") if %wish;
}

# Writes a block to the file of its kind; returns it, for one that continues it.
sub block {
  my ($page, $line, $language, $lines, $wish, $last) = @_;
  my $code = join "", map { "$_\n" } @$lines;

  if (defined $wish->{from}) {
    my $text = contents($wish->{from}) // return wrong($page, $line, "there is no file $wish->{from}");
    stands_in($code, $text) or wrong($page, $line, "this does not stand in $wish->{from}");
    return;
  }
  my $kind = { swift => "swift", c => "c", perl => "perl", sh => "run", json => "json", text => "text" }->{$language}
    // return wrong($page, $line, "a block says its language: swift, c, perl, sh, json or text, not \"$language\"");
  return if $kind eq "text";
  $wish->{inside} //= "";
  if ($kind eq "json") {
    eval { JSON::PP->new->decode($code); 1 } or wrong($page, $line, "this is no JSON: $@" =~ s/ at \S+ line.*//sr);
    return;
  }
  if ($kind eq "run" && !exists $wish->{run}) {
    length($wish->{parsed} // "") or return wrong($page, $line, "say whether this is run, or why it is only parsed");
    $kind = "parse";
  }
  $kind = "manifest" if $kind eq "swift" && "$code $wish->{inside}" =~ /\bPackage\(/;

  my ($before, $after) = split /…/, $wish->{inside}, 2;
  $before = join "\n", grep { defined && length } $wish->{with}, $before;
  if ($kind eq "run") {
    for my $name ($before =~ /^([A-Z]{3,})=/mg) { $code =~ s/(?<![\w\$])$name\b/"\$$name"/g }
  }

  my $place =
      $kind eq "swift" ? "#sourceLocation(file: \"$page\", line: $line)\n"
    : $kind eq "c" || $kind eq "perl" ? ($kind eq "c" ? "#line" : "# line") . " $line \"$page\"\n"
    : "";
  my $end = length($after // "") ? "$after\n" : "";
  my $body = ($before eq "" ? "" : "$before\n") . $place . $code . $end;

  my $result;
  if (exists $wish->{continues}) {
    $last && $last->{kind} eq $kind or return wrong($page, $line, "there is no block that this one can continue");
    $result = { %$last, text => $last->{text} . $body };
  } else {
    my $name = $page =~ s{^Sources/[^/]+/|\.md$}{}gr =~ s/[^A-Za-z0-9]/_/gr;
    my $head =
        $kind eq "swift" ? "import AnyEvent\nimport AnyEventMP\n"
      : $kind eq "manifest" ? "import PackageDescription\n"
      : $kind eq "perl" ? "use strict;\n"
      : $kind eq "c" ? ""
      : "# $page:$line\n";
    $result = { kind => $kind, path => "$out/$kind/${name}_$line.$ending{$kind}", text => $head . $body };
  }
  open my $file, ">", $result->{path} or die "$result->{path}: $!\n";
  print $file $result->{text};
  close $file or die "$result->{path}: $!\n";
  return $result;
}

# Do the lines stand in a text, one after the other, whatever their indentation?
sub stands_in {
  my ($code, $text) = map { join "\n", "", (map { s/^\s+|\s+$//gr } split /\n/), "" } @_;
  $code =~ s/\n+$/\n/;
  return index($text, $code) >= 0;
}
