#!/usr/bin/perl
# Asks pages again and again, and says which have changed or are gone. "http_checker SECONDS URL..."
use strict;
use warnings;
use AnyEvent;
use AnyEvent::HTTP;
use AnyEvent::IO;
use JSON::XS;

my $interval = shift @ARGV or die "usage: http_checker SECONDS URL...\n";
my @urls = grep { m{^https?://} } @ARGV;
my $state_file = "/tmp/http_checker.json";
my (%status, %seen, @failed);
my ($ok, $bad) = (0, 0);
my $timeout = $interval / 2;
my $cv = AnyEvent->condvar;

$AnyEvent::HTTP::USERAGENT = "http_checker";
$AnyEvent::HTTP::TIMEOUT = 20;

sub note {
   my ($url, $text) = @_;
   my $time = AE::time;
   printf "%.1f %-40s %s\n", $time, $url, $text;
}

sub check {
   my ($url) = @_;
   $cv->begin;
   my $started = AE::now;
   http_get $url, timeout => $timeout, recurse => 3, sub {
      my ($body, $hdr) = @_;
      my $took = AE::now - $started;
      my $status = $hdr->{Status};
      if ($status =~ /^2/) {
         $ok++;
         my $size = length $body;
         note ($url, "changed: $seen{$url} to $size bytes") if defined $seen{$url} && $seen{$url} != $size;
         $seen{$url} = $size;
      } elsif ($status == 304) {
         note ($url, "as before");
      } else {
         $bad++;
         push @failed, $url;
         note ($url, "failed with $status " . ($hdr->{Reason} // "") . " after ${took}s");
      }
      $status{$url} = { code => $status, type => $hdr->{"content-type"}, size => length ($body // "") };
      $cv->end;
   };
}

sub save {
   my ($cb) = @_;
   my $text = encode_json { ok => $ok, bad => $bad, urls => \@urls };
   aio_open $state_file, O_WRONLY | O_CREAT, 0644, sub {
      my ($fh) = @_ or return AE::log error => "$state_file: $!";
      aio_write $fh, $text, sub {
         my ($length) = @_;
         close $fh;
         $cb->($length);
      };
   };
}

my $rounds = 0;
my $w; $w = AnyEvent->timer (after => 0, interval => $interval, cb => sub {
   $rounds++;
   undef $w, return $cv->send if $rounds > 10;
   check ($_) for @urls;
});

aio_load "$state_file", sub {
   my ($data) = @_
      or return print "no state\n";
   my $old = decode_json $data;
   while (my ($key, $value) = each %$old) {
      print "$key: $value\n";
   }
   local $_ = 5;
};

$cv->cb (sub {
   my ($cv) = @_;
   print "all done: ", join (" ", reverse sort @failed), "\n";
});
$cv->recv;
my $total = $ok + $bad;
print "ok: " . "#" x $ok . "\n";
print "no pages\n" unless $total;
exit ($bad ? 1 : 0);
