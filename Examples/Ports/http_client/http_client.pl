#!/usr/bin/perl
# A client of http_server: "http_client http://HOST:PORT". Writes notes, reads and deletes them.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::HTTP;
use JSON::XS;

if (@ARGV != 1) {
   print "usage: http_client http://HOST:PORT\n";
   exit 1;
}
my ($base) = @ARGV;
my $json = JSON::XS->new->canonical->allow_nonref;

# One request after the other, so that the notes get their numbers in order.
$AnyEvent::HTTP::USERAGENT = "http_client";
$AnyEvent::HTTP::MAX_PER_HOST = 1;

# Prints what has come back.
sub show {
   my ($what, $body, $hdr) = @_;
   if ($hdr->{Status} =~ /^59/) {
      print "$what: no answer, $hdr->{Status}\n";
   } else {
      my $type = $hdr->{"content-type"} // "nothing";
      my $size = length $body;
      print "$what: $hdr->{Status} $hdr->{Reason}, $type, $size bytes\n";
      print "   $body" if $size && $hdr->{Status} < 500;
   }
}

# Each answer has the number of its note.
my $done = AE::cv;
my %number;
for my $text ("bread", "butter", "\x{e4}pfel") {
   $done->begin;
   http_post "$base/notes", $json->utf8->encode ({ text => $text }), sub {
      my ($body, $hdr) = @_;
      my $note = $json->decode ($body);
      $number{$text} = $note->{id};
      $done->end;
   };
}
$done->recv;
print "there are ", (scalar keys %number), " notes\n";

# One after the other, on a connection that is kept.
my @requests = (
   [GET => "/notes/1"],
   [HEAD => "/notes"],
   [GET => "/nothing"],
   [GET => "/notes/77"],
   [PUT => "/notes/1"],
   [DELETE => "/notes/2"],
   [GET => "/notes/2"],
   [GET => "/slowly"],
);

$done = AE::cv;
my $next; $next = sub {
   my $request = shift @requests;
   return $done->send unless $request;
   my ($method, $path) = @$request;
   http_request $method => "$base$path",
      headers => { "x-note" => "one" },
      timeout => 10,
      persistent => 1,
      sub {
         my ($body, $hdr) = @_;
         show ("$method $path", $body, $hdr);
         $next->();
      };
};
$next->();
$done->recv;

# Only the head of an answer, and one that is refused by it.
$done = AE::cv;
$done->begin;
http_get "$base/notes",
   on_header => sub {
      my ($hdr) = @_;
      print "the type is $hdr->{'content-type'}\n";
      return 0;
   },
   sub {
      my ($body, $hdr) = @_;
      print "refused: $hdr->{Status}\n";
      $done->end;
   };
$done->begin;
http_post "$base/notes", "no JSON", sub {
   my ($body, $hdr) = @_;
   show ("POST /notes", $body, $hdr);
   $done->end;
};
$done->recv;

# Nobody listens at the port of nobody.
$done = AE::cv;
http_get "http://127.0.0.1:1/", sub {
   my ($body, $hdr) = @_;
   show ("GET /", $body, $hdr);
   $done->send;
};
$done->recv;
