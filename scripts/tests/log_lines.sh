#!/bin/sh
# The table of log lines in Operating.md: the words of each line that are always the same are in the sources.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh

page=${1:-Sources/AnyEventMP/AnyEventMP.docc/Operating.md}
find Sources -name '*.swift' | perl -CSD -Mutf8 -e '
  my ($page) = @ARGV;
  my $text = "";
  while (my $file = <STDIN>) {
    chomp $file;
    open my $in, "<:encoding(UTF-8)", $file or die "$file: $!\n";
    my $source = do { local $/; <$in> };
    # The lines of a text that goes on, and what is put into it.
    $source =~ s/\\\n\s*//g;
    $source =~ s/\\(\((?:[^()]|(?1))*\))/\x{1}/g;
    $source =~ s/\\"/"/g;
    $source =~ s/\s+/ /g;
    $text .= $source . "\n";
  }
  open my $in, "<:encoding(UTF-8)", $page or die "$page: $!\n";
  my ($is_table, $lines, $bad) = (0, 0, 0);
  while (my $row = <$in>) {
    $is_table = 1 if $row =~ /^\| line \|/;
    last if $is_table && $row !~ /^\|/;
    next unless $is_table;
    my (undef, $cell) = split /\s*(?<!\\)\|\s*/, $row;
    for my $line ($cell =~ /`([^`]+)`/g) {
      $lines++;
      # "…", and one letter for the name of a node.
      my @words = grep { /\w{2}/ } split /\s*…\s*|\b[XY]\b/, $line;
      for my $words (@words) {
        (my $plain = $words) =~ s/^[\s,;:.\[\])("]+|[\s,;:("\[]+$//g;
        next if $plain !~ /\w{3}/ || index($text, $plain) >= 0;
        print "$plain  (of \"$line\")\n";
        $bad = 1;
      }
    }
  }
  print "there is no table\n" if !$lines;
  exit($bad || !$lines);
' "$page" || fail "$page lists these words of log lines, which the sources do not have."
say "$(sed -n '/^| line |/,/^$/p' "$page" | grep -c '^| [^*l-]') rows of log lines are as the sources write them"
