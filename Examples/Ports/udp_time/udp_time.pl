#!/usr/bin/perl
# Tells the time by datagrams: "udp_time server PORT", and "udp_time client HOST PORT".
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Handle::UDP;
use AnyEvent::Socket;
use JSON::XS;

if (@ARGV < 2) {
   print "usage: udp_time server PORT | udp_time client HOST PORT\n";
   exit 1;
}
$| = 1;
my $json = JSON::XS->new->canonical->allow_nonref;
my $udp;

# A question is "time", "date SECONDS", or "echo TEXT".
sub answer {
   my ($question) = @_;
   my ($word, $rest) = split / /, $question, 2;
   if ($word eq "time") {
      return { time => int (AE::now) };
   } elsif ($word eq "date") {
      my @date = gmtime $rest;
      return { year => $date[5] + 1900, month => $date[4] + 1, day => $date[3] };
   } elsif ($word eq "echo") {
      return { echo => $rest };
   } else {
      return { error => "unknown question" };
   }
}

sub server {
   my ($port) = @_;
   my $asked = 0;
   $udp = AnyEvent::Handle::UDP->new (
      bind => ["127.0.0.1", $port],
      on_recv => sub {
         my ($datagram, $handle, $from) = @_;
         $asked++;
         print "$asked: $datagram\n";
         $handle->push_send ($json->encode (answer ($datagram)), $from);
      },
      on_error => sub {
         my ($handle, $fatal, $message) = @_;
         print "error: $message\n";
      },
   );
   my ($bound) = AnyEvent::Socket::unpack_sockaddr (getsockname $udp->fh);
   print "listening on port $bound\n";
   AE::cv->recv;
}

sub client {
   my ($host, $port) = @_;
   my $done = AE::cv;
   my @questions = ("date 0", "date 951782400", "echo hello, world", "time", "what");
   my $question = shift @questions;
   $udp = AnyEvent::Handle::UDP->new (
      connect => [$host, $port],
      rtimeout => 1,
      on_recv => sub {
         my ($datagram, $handle, $from) = @_;
         my $value = $json->decode ($datagram);
         if (defined $value->{time}) {
            my $near = abs ($value->{time} - AE::now) < 5;
            print "$question: ", ($near ? "our clocks agree" : "our clocks differ"), "\n";
         } else {
            print "$question: ", $json->encode ($value), "\n";
         }
         $question = shift @questions;
         return $done->send unless defined $question;
         $handle->push_send ($question);
      },
      on_rtimeout => sub {
         my ($handle) = @_;
         print "asking again\n";
         $handle->push_send ($question);
      },
      on_error => sub {
         my ($handle, $fatal, $message) = @_;
         $done->croak ($message);
      },
   );
   $udp->push_send ($question);
   $done->recv;
}

my ($role, @where) = @ARGV;
if ($role eq "server") {
   server (@where);
} else {
   client (@where);
}
