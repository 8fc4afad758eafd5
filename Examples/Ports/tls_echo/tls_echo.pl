#!/usr/bin/perl
# Lines come back over TLS: "tls_echo server PORT CERT", and "tls_echo client HOST PORT CA LINE...".
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Socket;
use AnyEvent::Handle;
use AnyEvent::TLS;

if (@ARGV < 3) {
   print "usage: tls_echo server PORT CERT | tls_echo client HOST PORT CA LINE...\n";
   exit 1;
}
$| = 1;

sub server {
   my ($port, $cert) = @_;
   my %connections;
   my $tls = new AnyEvent::TLS cert_file => $cert;
   tcp_server "127.0.0.1", $port, sub {
      my ($fh) = @_;
      my $handle = new AnyEvent::Handle
         fh => $fh,
         on_error => sub {
            my ($handle, $fatal, $message) = @_;
            delete $connections{$handle};
         },
         on_read => sub {
            my ($handle) = @_;
            $handle->push_read (line => sub {
               my ($handle, $line) = @_;
               print "line: $line\n";
               $handle->push_write ("you said: $line\n");
               $handle->push_shutdown if $line eq "bye";
            });
         },
         on_eof => sub {
            my ($handle) = @_;
            delete $connections{$handle};
         },
         tls => "accept",
         tls_ctx => $tls;
      $connections{$handle} = $handle;
   }, sub {
      my ($fh, $host, $port) = @_;
      print "listening on port $port\n";
      return 0;
   };
   AE::cv->recv;
}

sub client {
   my ($host, $port, $ca, @lines) = @_;
   my $done = AE::cv;
   my $tls = new AnyEvent::TLS ca_file => $ca, verify => 1;
   my $handle = new AnyEvent::Handle
      connect => [$host, $port],
      on_connect_error => sub {
         my ($handle, $message) = @_;
         print "no connection: $message\n";
         $done->send;
      },
      on_error => sub {
         my ($handle, $fatal, $message) = @_;
         print "error\n";
         $done->send;
      },
      on_eof => sub {
         my ($handle) = @_;
         print "the server has closed\n";
         $done->send;
      },
      timeout => 5,
      tls => "connect",
      tls_ctx => $tls,
      on_starttls => sub {
         my ($handle, $success, $message) = @_;
         return print "encrypted\n" if $success;
         print "the server is not trusted\n";
         $handle->destroy;
         $done->send;
      };
   for my $line (@lines) {
      $handle->push_write ("$line\n");
      $handle->push_read (line => sub {
         my ($handle, $answer) = @_;
         print "$answer\n";
      });
   }
   $done->recv;
}

my ($role, @rest) = @ARGV;
if ($role eq "server") {
   server (@rest);
} else {
   client (@rest);
}
