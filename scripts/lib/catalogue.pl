#!/usr/bin/perl
# Makes the links of pages in a catalogue ones that docc knows: those to pages beside them lead there, and of those to
# other files of the repository the text stays.
#
#   catalogue.pl FOLDER

use strict;
use warnings;
use utf8;
use open qw(:std :encoding(UTF-8));

my ($folder) = @ARGV;
my %is_there = map { m{([^/]+)\.md$} ? ($1 => 1) : () } glob "$folder/*.md";

for my $name (keys %is_there) {
  open my $file, "<", "$folder/$name.md" or die "$name.md: $!\n";
  my $in_block;
  my @lines = map { $in_block = !$in_block if /^\s*```/; $in_block ? $_ : links($_) } <$file>;
  open $file, ">", "$folder/$name.md" or die "$name.md: $!\n";
  print $file @lines;
  close $file or die "$name.md: $!\n";
}

sub links {
  my ($line) = @_;
  $line =~ s{\[([^\]]*)\]\(([^():\s]+)\)}{link_to($1, $2)}ge;
  return $line;
}

sub link_to {
  my ($text, $link) = @_;
  my ($page, $part) = $link =~ m{([^/#]*?)(?:\.md)?(#.*)?$};
  return $page ne "" && $is_there{$page} ? "[$text](doc:$page)" : $text;
}
