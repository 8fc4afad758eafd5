#!/usr/bin/perl
# Asks for all pages at once, and prints what has come back in the order of the arguments.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::HTTP;

$AnyEvent::HTTP::MAX_PER_HOST = 8;

my %result;
my $done = AnyEvent->condvar;

for my $url (@ARGV) {
   $done->begin;
   http_get $url,
      timeout => 10,
      headers => { "user-agent" => "eg_http_check" },
      sub {
         my ($body, $hdr) = @_;
         if ($hdr->{Status} =~ /^2/) {
            my $type = $hdr->{"content-type"} || "unknown type";
            $result{$url} = (length $body) . " bytes, $type";
         } else {
            $result{$url} = "error, $hdr->{Status} $hdr->{Reason}";
         }
         $result{$url} .= " (now at $hdr->{URL})" if $hdr->{Redirect};
         $done->end;
      };
}

$done->recv if @ARGV;

print "$_: $result{$_}\n" for @ARGV;
