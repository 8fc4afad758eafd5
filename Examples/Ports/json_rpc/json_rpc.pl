#!/usr/bin/perl
# JSON-RPC 2.0 over a connection: "json_rpc server PORT", and "json_rpc client HOST PORT".
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Socket;
use AnyEvent::Handle;
use JSON::XS;

if (@ARGV < 2) {
   print "usage: json_rpc server PORT | json_rpc client HOST PORT\n";
   exit 1;
}
$| = 1;
my $json = JSON::XS->new->canonical->allow_nonref;

# --- The server.

my %method;
my %connections;

$method{add} = sub {
   my ($params, $reply) = @_;
   my $sum = 0;
   $sum += $_ for @$params;
   $reply->(result => $sum);
};

$method{reverse} = sub {
   my ($params, $reply) = @_;
   $reply->(result => scalar reverse $params->[0]);
};

$method{later} = sub {
   my ($params, $reply) = @_;
   my $timer; $timer = AE::timer $params->{seconds}, 0, sub {
      undef $timer;
      $reply->(result => { done => 1, seconds => $params->{seconds} });
   };
};

$method{divide} = sub {
   my ($params, $reply) = @_;
   if ($params->[1] == 0) {
      return $reply->(error => { code => -32000, message => "division by zero" });
   }
   $reply->(result => $params->[0] / $params->[1]);
};

sub request {
   my ($handle, $request) = @_;
   my $name = $request->{method} // "";
   my $id = $request->{id};
   print "request: ", $json->encode ($request), "\n";
   my $reply = sub {
      my ($kind, $value) = @_;
      return unless defined $id;
      $handle->push_write (json => { jsonrpc => "2.0", id => $id, $kind => $value });
   };
   if (my $code = $method{$name}) {
      $code->($request->{params}, $reply);
   } else {
      $reply->(error => { code => -32601, message => "no method \"$name\"" });
   }
}

sub server {
   my ($port) = @_;
   tcp_server "127.0.0.1", $port, sub {
      my ($fh) = @_;
      my $handle = new AnyEvent::Handle
         fh => $fh,
         on_error => sub {
            my ($handle, $fatal, $message) = @_;
            print "error: $message\n";
            delete $connections{$handle} if $fatal;
         },
         on_read => sub {
            my ($handle) = @_;
            $handle->push_read (json => sub {
               my ($handle, $request) = @_;
               request ($handle, $request);
            });
         },
         on_eof => sub {
            my ($handle) = @_;
            print "closed\n";
            delete $connections{$handle};
         };
      $connections{$handle} = $handle;
   }, sub {
      my ($fh, $host, $port) = @_;
      print "listening on port $port\n";
      return 0;
   };
   AE::cv->recv;
}

# --- The client.

sub client {
   my ($host, $port) = @_;
   my $done = AE::cv;
   my $id = 0;
   my %waiting;
   my $handle = new AnyEvent::Handle
      connect => [$host, $port],
      on_error => sub {
         my ($handle, $fatal, $message) = @_;
         $done->croak ($message);
      },
      on_read => sub {
         my ($handle) = @_;
         $handle->push_read (json => sub {
            my ($handle, $response) = @_;
            my $cb = delete $waiting{$response->{id}};
            $cb->($response) if $cb;
         });
      };
   my $call = sub {
      my ($method, $params, $cb) = @_;
      $id++;
      my $request = { jsonrpc => "2.0", id => $id, method => $method, params => $params };
      $handle->push_write (json => $request);
      $waiting{$id} = $cb;
   };
   my $ask = sub {
      my ($method, $params) = @_;
      $done->begin;
      $call->($method, $params, sub {
         my ($response) = @_;
         if ($response->{error}) {
            print "$method: error $response->{error}{code}, $response->{error}{message}\n";
         } else {
            print "$method: ", $json->encode ($response->{result}), "\n";
         }
         $done->end;
      });
   };
   $ask->("later", { seconds => 0.2 });
   $ask->("add", [1, 2, 3]);
   $ask->("add", []);
   $ask->("reverse", ["step on no pets!"]);
   $ask->("divide", [7, 2]);
   $ask->("divide", [1, 0]);
   $ask->("nothing", undef);
   $handle->push_write (json => { jsonrpc => "2.0", method => "add", params => [] });
   $done->recv;
}

my ($role, @where) = @ARGV;
if ($role eq "server") {
   server (@where);
} else {
   client (@where);
}
