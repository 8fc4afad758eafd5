#!/usr/bin/perl
# Says which ports of a host are open: "port_scanner HOST LIMIT PORT...", with so many at a time.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Socket;

if (@ARGV < 2) {
   print "usage: port_scanner HOST LIMIT PORT...\n";
   exit 1;
}
my ($host, $limit, @ports) = @ARGV;
my @waiting = @ports;
my %state;
my $in_flight = 0;
my $most = 0;
my $done = AE::cv;

# Begins to look at ports as long as there is room.
sub scan {
   while ($in_flight < $limit && @waiting) {
      my $port = shift @waiting;
      $in_flight++;
      $most = $in_flight if $in_flight > $most;
      $done->begin;
      tcp_connect $host, $port, sub {
         my ($fh) = @_;
         if ($fh) {
            $state{$port} = "open";
            close $fh;
         } else {
            $state{$port} = "$!";
         }
         $in_flight--;
         scan ();
         $done->end;
      }, sub {
         my ($fh) = @_;
         return 2;
      };
   }
}

$done->begin;
scan ();
$done->end;
$done->recv;

for my $port (@ports) {
   print "$port: $state{$port}\n";
}
my $open = grep { $_ eq "open" } values %state;
print "$open of ", scalar @ports, " are open, $most were looked at at a time\n";
