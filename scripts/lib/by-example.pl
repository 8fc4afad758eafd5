#!/usr/bin/perl
# Writes the article "AEMP by example" of the programs and of what they print.
#
#   by-example.pl PROGRAM.swift... >ByExample.md

use strict;
use warnings;
use utf8;
use open qw(:std :encoding(UTF-8));

my (@table, @sections);

for my $path (@ARGV) {
  my $program = contents($path);
  $program =~ s{^// ([^:\n]+): ([^\n]*)\n}{} or die "$path begins with \"// Subject: what is shown\"\n";
  my ($title, $what) = ($1, $2);
  my $output = contents($path =~ s/swift$/out/r);
  my $anchor = lc $title =~ s/[^\w ]//gr =~ s/ /-/gr;
  push @table, "- [$title](#$anchor): $what\n";
  push @sections, <<"END";

## $title

\u$what

<!-- from: $path -->
```swift
$program```

prints

```text
$output```
END
}

print <<"END", @table, @sections;
# AEMP by example

Short programs, each with what it prints.

<!-- This page is made by "scripts/by-example --write" of Examples/ByExample. -->

Each is a whole `main.swift`, of a target as [Getting started](GettingStarted.md#a-package) has it, with the products that
the program imports. A test compiles and runs them, and compares what they print with what stands here. In a clone of the
repository, `scripts/by-example timers` does that for one of them, after `swift build --build-tests`.

END

sub contents {
  my ($path) = @_;
  open my $file, "<", $path or die "$path: $!\n";
  local $/;
  return scalar <$file>;
}
