#!/usr/bin/perl
# Looks names up, all at once: "lookup NAME...", or "lookup --server ADDRESS NAME..." for a name server of one's own.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Socket;
use AnyEvent::DNS;

if (@ARGV < 1) {
   print "usage: lookup [--server ADDRESS] NAME...\n";
   exit 1;
}

my @names = @ARGV;
my $dns;
if ($names[0] eq "--server") {
   shift @names;
   my $server = shift @names;
   $dns = new AnyEvent::DNS server => [parse_address ($server)], timeout => [1, 2];
}

my %found;
my $done = AE::cv;

# Notes the addresses of a name, in an order that is the same each time.
sub found {
   my ($name, $addresses) = @_;
   my @list = sort @$addresses;
   $found{$name} = \@list;
   $done->end;
}

$done->begin (sub {
   my ($cv) = @_;
   my @known = grep { @{ $found{$_} } } @names;
   $cv->send (scalar @known);
});
for my $name (@names) {
   $done->begin;
   if ($dns) {
      $dns->resolve ($name, "a", sub {
         my (@records) = @_;
         found ($name, [map { $_->[4] } @records]);
      });
   } else {
      inet_aton $name, sub {
         my (@addresses) = @_;
         found ($name, [map { format_address ($_) } @addresses]);
      };
   }
}
$done->end;

my $count = $done->recv;
for my $name (@names) {
   my $addresses = $found{$name};
   print "$name: ", (@$addresses ? (join ", ", @$addresses) : "unknown"), "\n";
}
print "$count of ", (scalar @names), " are known\n";
