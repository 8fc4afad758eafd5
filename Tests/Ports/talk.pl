#!/usr/bin/perl
# Sends what stands in standard input to a port of this machine, and prints what comes until the other end closes.
use strict;
use warnings;
use IO::Socket::INET;

my ($port) = @ARGV;
my $socket = IO::Socket::INET->new (PeerAddr => "127.0.0.1", PeerPort => $port, Timeout => 10)
   or die "no connection: $@\n";
print $socket do { local $/; <STDIN> };
$socket->flush;
print while <$socket>;
