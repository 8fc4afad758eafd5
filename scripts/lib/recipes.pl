#!/usr/bin/perl
# Writes the article "Recipes" of the programs in Swift and of those in Perl beside them, part by part.
#
#   recipes.pl PROGRAM.swift... >Recipes.md
#
# A part begins with "// == Title" in Swift, "# == Title" in Perl. Comments right behind that in Swift are its text. Of
# programs that use AnyEvent::MP the article says what they were run with.

use strict;
use warnings;
use utf8;
use open qw(:std :encoding(UTF-8));

my (@table, @sections);

for my $path (@ARGV) {
  my $original = $path =~ s/swift$/pl/r;
  my ($subject, $what, undef, @swift) = parts($path, "//");
  my ($same, $also, $uses, @perl) = parts($original, "#");
  "$subject: $what" eq "$same: $also" or die "$path and $original begin in different ways\n";
  push @table, "- [$subject](#" . anchor($subject) . "): $what\n";
  push @sections, "\n## $subject\n";
  push @sections, "\nIn Perl this ran with the stand-in that is named above, not with AnyEvent::MP itself.\n"
    if $uses =~ /^use AnyEvent::MP;/m;
  while (@swift || @perl) {
    my ($swift, $perl) = (shift @swift, shift @perl);
    $swift && $perl && $swift->[0] eq $perl->[0]
      or die "$path and $original have different parts: ", join(", ", map { $_ ? $_->[0] : "none" } $swift, $perl), "\n";
    my ($title, $code) = @$swift;
    my $text = $code =~ s{\A((?://[^\n]*\n)+)}{} ? $1 =~ s{^// ?}{}mgr . "\n" : "";
    push @sections, "\n### $title\n\n$text", block("perl", $original, $perl->[1]), "\n", block("swift", $path, $code);
  }
}

print <<"END", @table, @sections;
# Recipes

What programs in Perl are full of, beside the same in Swift.

<!-- This page is made by "scripts/by-example --write" of Examples/Recipes. -->

The parts of a subject are one program in each language. A test compiles and runs both, and what they print has to be the
same, byte by byte. In a clone of the repository, `scripts/by-example closures` does that for one of them, after
`swift build --build-tests`. What each name of AnyEvent's is called in Swift stands in [Porting](../../../Porting.md).

Debian has no package of AnyEvent::MP. What uses it in Perl runs in the test with a stand-in, `Tests/PerlPeer/standin`, which
we have written from its manual. So these programs compile and run, and the two languages do the same as far as we have read
the manual right; that AnyEvent::MP itself does so is not shown. They use nothing but its documented functions.

END

# The subject and sentence of a program's first line, what stands before its parts, and these: title and lines of each.
sub parts {
  my ($path, $comment) = @_;
  open my $file, "<", $path or die "$path: $!\n";
  my $program = do { local $/; <$file> };
  my ($head, @parts) = split /^\Q$comment\E == (.*)\n/m, $program;
  my ($subject, $what) = $head =~ /^\Q$comment\E ([^:\n]+): ([^\n]*)\n/
    or die "$path begins with \"$comment Subject: what is shown\"\n";
  my @result;
  while (my ($title, $code) = splice @parts, 0, 2) { push @result, [$title, $code] }
  return ($subject, $what, $head, @result);
}

sub block {
  my ($language, $path, $code) = @_;
  $code =~ s/\A\n+|\n+\z//g;
  return "<!-- from: $path -->\n```$language\n$code\n```\n";
}

sub anchor { lc $_[0] =~ s/[^\w ]//gr =~ s/ /-/gr }
