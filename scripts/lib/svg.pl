#!/usr/bin/perl

# Reads an SVG file from standard input, strictly: whatever is not well-formed
# XML ends it with a sentence. Prints a line for each element of class node or
# link, sorted: "node ID" and "link ID ID".

use strict;
use warnings;

binmode STDIN, ":encoding(UTF-8)";
binmode STDOUT, ":encoding(UTF-8)";
$_ = do { local $/; <STDIN> };

my %ENTITY = (amp => "&", lt => "<", gt => ">", quot => '"', apos => "'");
my (@open, @found);
my $roots = 0;

# Text as it was before it was escaped.
sub plain {
   my ($text) = @_;

   $text =~ /[<>]|&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-f]+);)|[\x00-\x08\x0b\x0c\x0e-\x1f]/
      and die "this text is not escaped: $text\n";
   $text =~ s/&#x([0-9a-f]+);/chr hex $1/ge;
   $text =~ s/&(?:#(\d+)|(\w+));/defined $1 ? chr $1 : $ENTITY{$2}/ge;
   $text
}

s/\A<\?xml version="1\.0" encoding="UTF-8"\?>\n//
   or die "there is no XML declaration\n";

while (length) {
   if (s/\A([^<]+)//) {
      my $text = plain ($1);
      @open or $text =~ /\A\s*\z/
         or die "there is text outside of all elements: $text\n";
   } elsif (s{\A</(\w+)>}{}) {
      my $name = pop @open;
      defined $name and $name eq $1
         or die "</$1> ends nothing\n";
   } elsif (s{\A<(\w+)((?:\s+[\w:-]+="[^"<]*")*)\s*(/?)>}{}) {
      my ($name, $attributes, $empty) = ($1, $2, $3);
      my %value;
      while ($attributes =~ /([\w:-]+)="([^"]*)"/g) {
         exists $value{$1} and die "<$name> has two attributes $1\n";
         $value{$1} = plain ($2);
      }

      @open or !$roots++ && $name eq "svg" && $value{xmlns} eq "http://www.w3.org/2000/svg"
         or die "the file is not one svg element\n";
      push @open, $name unless $empty;

      my $class = $value{class} // "";
      push @found, "node $value{'data-node'}" if $class eq "node";
      push @found, "link $value{'data-from'} $value{'data-to'}" if $class eq "link";
   } else {
      die "this is no XML: " . substr ($_, 0, 60) . "\n";
   }
}

@open and die "<$open[-1]> does not end\n";
$roots or die "there is no svg element\n";
print map "$_\n", sort @found;
