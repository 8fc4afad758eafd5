#!/usr/bin/perl
# Passes lines on between clients and a server, and shows them: "line_proxy PORT HOST PORT".
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Socket;
use AnyEvent::Handle;

if (@ARGV != 3) {
   print "usage: line_proxy PORT HOST PORT\n";
   exit 1;
}
$| = 1;
my ($service, $to_host, $to_port) = @ARGV;
my $high_water = 64 * 1024;
my $number = 0;
my %pairs;

# Ends both connections of a pair; what was read before is still written.
sub finish {
   my ($id, $reason) = @_;
   my $pair = delete $pairs{$id};
   return unless $pair;
   print "$id: $reason\n";
   for my $handle (@$pair) {
      $handle->on_error (undef);
      $handle->on_eof (undef);
      $handle->push_shutdown;
      $handle->destroy;
   }
}

# Passes the lines of one connection on to another one, as fast as that takes them.
sub forward {
   my ($id, $arrow, $from, $to) = @_;
   $from->on_error (sub {
      my ($handle, $fatal, $message) = @_;
      finish ($id, "error: $message");
   });
   $from->on_eof (sub {
      my ($handle) = @_;
      finish ($id, "$arrow end");
   });
   $from->on_read (sub {
      my ($handle) = @_;
      $handle->push_read (line => sub {
         my ($handle, $line, $eol) = @_;
         print "$id: $arrow $line\n";
         $to->push_write ("$line$eol");
         $handle->stop_read if (length $to->{wbuf}) > $high_water;
      });
   });
   $to->on_drain (sub {
      my ($handle) = @_;
      $from->start_read;
   });
}

tcp_server "127.0.0.1", $service, sub {
   my ($fh, $host, $port) = @_;
   $number++;
   my $id = $number;
   my $client = new AnyEvent::Handle fh => $fh, no_delay => 1;
   my $server = new AnyEvent::Handle
      connect => [$to_host, $to_port],
      no_delay => 1,
      on_connect_error => sub {
         my ($handle, $message) = @_;
         finish ($id, "no connection: $message");
      };
   $pairs{$id} = [$client, $server];
   print "$id: begin\n";
   forward ($id, ">", $client, $server);
   forward ($id, "<", $server, $client);
}, sub {
   my ($fh, $host, $port) = @_;
   print "listening on port $port\n";
   return 0;
};

AE::cv->recv;
