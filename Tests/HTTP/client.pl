#!/usr/bin/perl
# The same requests as those of anyevent-http-client, with Perl's AnyEvent::HTTP, for scripts/tests/http.sh:
#
#     client.pl URL FILE
#
# FILE has a request a line: method, path, header fields as NAME=VALUE, and after a "|" the body.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::HTTP;

my ($base, $file) = @ARGV;
my $jar = {};

sub show {
   my ($indent, $body, $hdr) = @_;
   (my $url = $hdr->{URL}) =~ s/^\Q$base\E//;
   # What is wrong on this side each says in its own words.
   my $reason = $hdr->{Status} =~ /^59/ ? "" : $hdr->{Reason};
   print "$indent$hdr->{Status} $reason $url\n";
   for (qw(HTTPVersion OrigStatus content-type content-length content-range location x-one allow)) {
      (my $value = $hdr->{$_} // next) =~ s/^\Q$base\E//;
      print "$indent  $_: $value\n";
   }
   print "$indent  ", (defined $body ? "body of " . (length $body) . ": " . (substr $body, 0, 60) : "no body"), "\n";
   show ("$indent    ", @{ $hdr->{Redirect} }) if $hdr->{Redirect};
}

open my $requests, "<", $file or die "$file: $!";
while (<$requests>) {
   chomp;
   my ($line, $body) = split /\|/, $_, 2;
   my ($method, $path, @fields) = split / /, $line;
   my %headers = map { split /=/, $_, 2 } @fields;
   my $cv = AE::cv;
   print "$_\n";
   http_request $method => ($path =~ /^\// ? "$base$path" : $path),
      headers => \%headers, body => $body // "", cookie_jar => $jar, recurse => 3,
      sub {
         show ("  ", @_);
         $cv->send;
      };
   $cv->recv;
}
