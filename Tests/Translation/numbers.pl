#!/usr/bin/perl
# Numbers that come from elsewhere, and may have a fraction; bytes of a file that are no text; descriptors that are not
# there yet; arguments that nobody has given; data that is cut by patterns.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Handle;
use AnyEvent::IO;
use AnyEvent::Util;
use JSON::XS;

my ($path, $text, @others) = @ARGV;
die "usage: numbers FILE JSON [NAME]\n" unless defined $path && defined $text;
my $name = $ARGV[2];
print "hello ", defined $name ? $name : "nobody", ", $ARGV[3], @others\n" if $ARGV[2];

sub grade {
   my ($points) = @_;
   return $points >= 7.5 ? "good" : "bad";
}

my $values = decode_json $text;
my $sum = 0;
my $most = 0;
my $count = 0;
my $total = 0;
for my $value (@$values) {
   my $next = $value + 1;
   my $doubled = $value * 2;
   print "$value, then $next, and $doubled\n";
   print "more than 5\n" if $value > 5;
   print "whole: ", int ($value), "\n";
   printf "%d and %.2f\n", $value, $value / 2;
   $sum += $value;
   $most = $value if $value > $most;
   $count++;
   $total += 2;
}
print "$count values, $sum in all, at most $most, $total\n";
print grade ($values->[0]), " ", grade ($sum), "\n";
print "the same\n" if $values->[0] == $values->[0];
my %total;
$total{$_ > 5 ? "much" : "little"} += $_ for @$values;
print "much: $total{much}\n";
my @more = map { $_ + 1 } @$values;
print "@more, ", join (", ", map { -$_ } @$values), "\n";
print "sorted: @{[sort { $a <=> $b } @$values]}\n";
print encode_json ([$values->[0] + 1, $sum, $values->[1] - 1]), "\n";

my $loaded = AE::cv;
$loaded->begin (sub { shift->send (5) });
aio_load $path, sub {
   my ($body) = @_;
   print length ($body // ""), " ", length ($body || ""), " ", length (defined $body ? $body : ""), "\n";
   my $data = $body // "";
   print length ($data), " ", length "$data", "\n";
   print "something\n" if $body;
   $loaded->end;
};
print "loaded: ", $loaded->recv, "\n";

$loaded = AE::cv;
$loaded->begin (sub { $_[0]->send (6) });
aio_load "/dev/null", sub {
   my ($body) = @_;
   print length ($body // "none"), "\n";
   print "something\n" if $body;
   print "nothing\n" if !$body;
   $loaded->end;
};
print "loaded: ", $loaded->recv, "\n";

my $sent = AE::cv { print "sent: ", shift->recv, "\n" };
$sent->send (7);

my $connecting = new AnyEvent::Handle
      connect => ["127.0.0.1", 1],
      on_connect_error => sub { };
print "no descriptor\n" unless $connecting->fh;
print $connecting->fh ? "connected\n" : "not connected\n";
$connecting->destroy;

my $done = AE::cv;
my ($one, $two) = portable_socketpair;
my $reader = new AnyEvent::Handle fh => $one, on_error => sub { };
my $writer = new AnyEvent::Handle fh => $two, on_error => sub { };
print "a descriptor\n" if $reader->fh;
my $late;
print "still none\n" unless $late && $late->fh;
$late = new AnyEvent::Handle connect => ["127.0.0.1", 1], on_connect_error => sub { };
print $late->fh ? "connected\n" : "still none\n";
$late->destroy;
$reader->push_read (line => qr/;\s*/, sub {
   my ($handle, $line) = @_;
   print "line $line\n";
});
$reader->push_read (line => qr/[,;]/, sub {
   my ($handle, $line, $end) = @_;
   print "line $line until $end\n";
});
$reader->push_read (line => qr/\015?\012/, sub { print "line $_[1]\n" });
$reader->push_read (regex => qr/(\w+)=(\d+)\n/, sub {
   my ($handle, $data) = @_;
   print "$1 is $2, in ", length ($data), " bytes\n";
   $done->send;
});
$writer->push_write ("first; second,a third\015\012x=12\n");
$done->recv;
