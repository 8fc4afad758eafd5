#!/usr/bin/perl
# A server of HTTP/1.1 with a small interface in JSON; connections are kept: "http_server PORT".
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Socket;
use AnyEvent::Handle;
use JSON::XS;

if (@ARGV != 1) {
   print "usage: http_server PORT\n";
   exit 1;
}
$| = 1;
my ($service) = @ARGV;
my $keepalive_timeout = 5;
my $max_requests = 100;
my $max_headers = 30;
my $max_body = 64 * 1024;
my $json = JSON::XS->new->canonical->allow_nonref;
my %connections;
my %notes;
my $next_note = 1;

my %reason = (
   200 => "OK", 201 => "Created", 400 => "Bad Request", 404 => "Not Found",
   405 => "Method Not Allowed", 411 => "Length Required", 413 => "Content Too Large",
   501 => "Not Implemented",
);

# What is known of a request, which is the count-th of its connection.
sub new_request {
   my ($count) = @_;
   return {
      count => $count,
      method => "",
      path => "",
      headers => {},
      body => "",
      keep_alive => 0,
   };
}

sub respond {
   my ($handle, $request, $status, $value) = @_;
   my $body = $json->encode ($value) . "\n";
   my $keep = $request->{keep_alive} && $request->{count} < $max_requests;
   my $head = "HTTP/1.1 $status $reason{$status}\r\n";
   $head .= "Server: example\r\n";
   $head .= "Content-Type: application/json\r\n";
   $head .= "Content-Length: " . (length $body) . "\r\n";
   $head .= "Connection: " . ($keep ? "keep-alive" : "close") . "\r\n";
   $head .= "\r\n";
   print "$request->{method} $request->{path}: $status\n";
   $handle->push_write ($head);
   $handle->push_write ($body) unless $request->{method} eq "HEAD";
   if ($keep) {
      $handle->timeout ($keepalive_timeout);
      read_request ($handle, new_request ($request->{count} + 1));
   } else {
      disconnect ($handle);
   }
}

# Says what is wrong, and closes: what follows may be anything.
sub fail {
   my ($handle, $request, $status, $message) = @_;
   $request->{keep_alive} = 0;
   respond ($handle, $request, $status, { error => $message });
}

# Closes the connection when all is written.
sub disconnect {
   my ($handle) = @_;
   $handle->on_drain (sub {
      my ($handle) = @_;
      delete $connections{$handle};
      $handle->destroy;
   });
}

sub read_request {
   my ($handle, $request) = @_;
   $handle->push_read (line => sub {
      my ($handle, $line) = @_;
      # Empty lines in front of a request are allowed.
      return read_request ($handle, $request) if $line eq "";
      if ($line =~ /^([A-Z]+) (\S+) HTTP\/1\.([01])$/) {
         $request->{method} = $1;
         $request->{path} = $2;
         $request->{keep_alive} = $3 eq "1";
         $handle->timeout (30);
         read_header ($handle, $request);
      } else {
         fail ($handle, $request, 400, "this is no request of HTTP/1");
      }
   });
}

sub read_header {
   my ($handle, $request) = @_;
   $handle->push_read (line => sub {
      my ($handle, $line) = @_;
      if ($line eq "") {
         read_body ($handle, $request);
      } elsif ((keys %{ $request->{headers} }) >= $max_headers) {
         fail ($handle, $request, 400, "there are too many headers");
      } elsif ($line =~ /^([^:\s]+):\s*(.*?)\s*$/) {
         $request->{headers}{lc $1} = $2;
         read_header ($handle, $request);
      } else {
         fail ($handle, $request, 400, "this is no header");
      }
   });
}

sub read_body {
   my ($handle, $request) = @_;
   my $headers = $request->{headers};
   my $connection = lc ($headers->{connection} // "");
   $request->{keep_alive} = 1 if $connection eq "keep-alive";
   $request->{keep_alive} = 0 if $connection eq "close";
   if ($headers->{"transfer-encoding"}) {
      return fail ($handle, $request, 501, "only a Content-Length is understood");
   }
   my $length = $headers->{"content-length"} // "0";
   if ($length !~ /^\d{1,9}$/) {
      return fail ($handle, $request, 400, "the length is no number");
   }
   if ($length > $max_body) {
      return fail ($handle, $request, 413, "the body is too large");
   }
   $handle->push_read (chunk => $length, sub {
      my ($handle, $data) = @_;
      $request->{body} = $data;
      handle_request ($handle, $request);
   });
}

sub handle_request {
   my ($handle, $request) = @_;
   my $method = $request->{method};
   my $path = $request->{path};
   if ($path eq "/notes" && ($method eq "GET" || $method eq "HEAD")) {
      my @ids = sort { $a <=> $b } keys %notes;
      my @list = map { { id => $_ + 0, text => $notes{$_} } } @ids;
      respond ($handle, $request, 200, \@list);
   } elsif ($path eq "/notes" && $method eq "POST") {
      my $note = eval { $json->decode ($request->{body}) };
      unless (defined $note) {
         return respond ($handle, $request, 400, { error => "the body is no JSON" });
      }
      my $id = $next_note++;
      $notes{$id} = $note->{text};
      respond ($handle, $request, 201, { id => $id + 0 });
   } elsif ($path =~ /^\/notes\/(\d{1,9})$/) {
      my $id = $1;
      unless (exists $notes{$id}) {
         return respond ($handle, $request, 404, { error => "there is no note $id" });
      }
      if ($method eq "GET") {
         respond ($handle, $request, 200, { id => $id + 0, text => $notes{$id} });
      } elsif ($method eq "DELETE") {
         delete $notes{$id};
         respond ($handle, $request, 200, undef);
      } else {
         respond ($handle, $request, 405, { error => "a note can be read and deleted" });
      }
   } elsif ($path eq "/slowly") {
      my $timer; $timer = AE::timer 0.1, 0, sub {
         undef $timer;
         respond ($handle, $request, 200, { note => $request->{headers}{"x-note"} });
      };
   } else {
      respond ($handle, $request, 404, { error => "there is nothing at $path" });
   }
}

tcp_server "127.0.0.1", $service, sub {
   my ($fh, $host, $port) = @_;
   my $handle = new AnyEvent::Handle
      fh => $fh,
      on_error => sub {
         my ($handle, $fatal, $message) = @_;
         delete $connections{$handle};
         $handle->destroy;
      },
      on_eof => sub {
         my ($handle) = @_;
         delete $connections{$handle};
         $handle->destroy;
      },
      timeout => $keepalive_timeout,
      on_timeout => sub {
         my ($handle) = @_;
         delete $connections{$handle};
         $handle->destroy;
      },
      rbuf_max => $max_body + 65536,
      no_delay => 1;
   $connections{$handle} = $handle;
   read_request ($handle, new_request (1));
}, sub {
   my ($fh, $host, $port) = @_;
   print "listening on port $port\n";
   return 0;
};

AE::cv->recv;
