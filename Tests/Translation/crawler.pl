#!/usr/bin/perl
# Fetches the pages of a site one after the other, four at a time, and reports how many there were.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::HTTP;

$AnyEvent::HTTP::MAX_PER_HOST = 4;
$AnyEvent::HTTP::USERAGENT = "crawler/1.0";
my ($start, $limit) = @ARGV;
$limit ||= 20;
my @todo = ($start);
my %done;
my $active = 0;
my $cv = AnyEvent->condvar;
my ($ok, $bytes) = (0, 0);

sub links_of {
   my ($base, $html) = @_;
   my @links;
   while ($html =~ /<a\s+[^>]*href="([^"#]+)/gi) {
      my $link = $1;
      next if $link =~ /^(?:mailto|javascript):/;
      $link = $base . $link if $link =~ m{^/};
      push @links, $link unless $done{$link};
   }
   return @links;
}

sub next_page {
   while ($active < 4 and my $url = shift @todo) {
      next if $done{$url}++;
      last if keys %done > $limit;
      $active++;
      http_get $url,
         timeout => 30,
         headers => { "accept-language" => "en", referer => undef },
         recurse => 2,
         sub {
            my ($body, $hdr) = @_;
            $active--;
            if ($hdr->{Status} =~ /^2/) {
               $ok++;
               $bytes += length $body;
               my ($title) = $body =~ m{<title>\s*(.*?)\s*</title>}is;
               print "$url: ", $title // "untitled", " ($hdr->{'content-type'})\n";
               my ($base) = $hdr->{URL} =~ m{^(https?://[^/]+)}
                  or return next_page ();
               push @todo, links_of ($base, $body);
            } else {
               print STDERR "$url: $hdr->{Status} $hdr->{Reason}\n";
            }
            next_page ();
         };
   }
   $cv->send if !$active;
}

next_page ();
$cv->recv;

http_post "http://localhost:8080/report", "pages=$ok&bytes=$bytes", sub {
   my ($data, $headers) = @_;
   print $headers->{Status} == 200 ? "reported\n" : "not reported\n";
   $cv->send;
};
my $per_page = $ok ? $bytes / $ok : 0;
printf "%d pages, %d bytes, %.1f each, %s\n", $ok, $bytes, $per_page, join " ", map { "<$_>" } sort keys %done;
