#!/usr/bin/perl
# A name server for a test: "name_server ADDRESS NAME=ADDRESS,ADDRESS...". Other names do not exist.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::DNS;
use AnyEvent::Socket;
use AnyEvent::Handle::UDP;

$| = 1;
my ($address, @names) = @ARGV;
my %known = map { my ($name, $list) = split /=/; ($name => [split /,/, $list]) } @names;

my $udp = AnyEvent::Handle::UDP->new (
   bind => [$address, 53],
   on_recv => sub {
      my ($datagram, $handle, $from) = @_;
      my $request = AnyEvent::DNS::dns_unpack ($datagram) or return;
      my ($name, $type) = @{ $request->{qd}[0] };
      my $found = $known{lc $name};
      my @records = $type eq "a" && $found ? @$found : ();
      # The question is sent back; each record points to its name.
      my $end = 12;
      while (my $length = ord substr $datagram, $end, 1) { $end += $length + 1 }
      my $question = substr $datagram, 12, $end + 5 - 12;
      my $head = pack "nnnnnn", $request->{id}, $found ? 0x8180 : 0x8183, 1, scalar @records, 0, 0;
      my $answers = join "", map { pack "nnnNn/a*", 0xc00c, 1, 1, 60, parse_ipv4 $_ } @records;
      $handle->push_send ("$head$question$answers", $from);
   },
   on_error => sub { die "$_[2]\n" },
);
print "listening on port 53\n";
AE::cv->recv;
