#!/usr/bin/perl
# Checks what pages in Markdown point to: files of links, headings of links to a part of a page, and the files and folders
# that stand in the text as `scripts/test`. Links with a scheme are not looked at.
#
#   links.pl PAGE.md...        from the top of the package

use strict;
use warnings;
use utf8;
use open qw(:std :encoding(UTF-8));
use File::Basename qw(dirname);

my $failures = 0;
my %anchors;

for my $page (@ARGV) {
  my $in_block;
  my $number = 0;
  for (lines($page)) {
    $number++;
    $in_block = !$in_block if /^\s*```/;
    next if $in_block || /^    /;
    my $text = $_;
    while ($text =~ s/(`+[^`]*`+)/ /) { path($page, $number, $1) }
    while ($text =~ /\]\(([^()\s]+)\)/g) { target($page, $number, $1) }
  }
}
exit($failures ? 1 : 0);

sub lines {
  my ($path) = @_;
  open my $file, "<", $path or die "$path: $!\n";
  return <$file>;
}

sub wrong {
  my ($page, $line, $text) = @_;
  print "$page:$line: error: $text\n";
  $failures++;
}

# A link, relative to its page.
sub target {
  my ($page, $line, $link) = @_;
  return if $link =~ /^[a-z]+:/;
  my ($path, $anchor) = $link =~ /^([^#]*)(?:#(.*))?$/;
  my $file = $path eq "" ? $page : dirname($page) . "/$path";
  1 while $file =~ s{(^|/)(?!\.\.?/)[^/]+/\.\./}{$1};
  -e $file or return wrong($page, $line, "there is no $file, which $link stands for");
  return unless defined $anchor;
  $anchors{$file} //= { map { $_ => 1 } headings($file) };
  $anchors{$file}{$anchor} or wrong($page, $line, "$file has no heading \"$anchor\"");
}

# The anchors that a web page of the repository gives to the headings of a page.
sub headings {
  my ($file) = @_;
  my (@anchors, $in_block, %seen);
  for (lines($file)) {
    $in_block = !$in_block if /^\s*```/;
    next if $in_block || !/^#+\s+(.*?)\s*$/;
    my $anchor = lc $1;
    $anchor =~ s/\[([^\]]*)\]\([^)]*\)/$1/g;
    $anchor =~ s/[^\w\- ]//g;
    $anchor =~ s/ /-/g;
    push @anchors, $seen{$anchor}++ ? "$anchor-" . ($seen{$anchor} - 1) : $anchor;
  }
  return @anchors;
}

# A path of the repository, or a pattern of such.
sub path {
  my ($page, $line, $code) = @_;
  my ($path) = $code =~ m{^`+((?:\.ci|CLibUV|Sources|Tests|Examples|Benchmarks|Documentation|scripts)/[\w./+*-]*)}
    or return;
  my @found = glob $path;
  @found && -e $found[0] or wrong($page, $line, "there is no $path");
}
