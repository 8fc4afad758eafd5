#!/usr/bin/perl
# A client of Redis: sends commands without waiting for replies, then listens to a channel.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Handle;
use JSON::XS;

if (@ARGV != 2) {
   print "usage: redis_client HOST PORT\n";
   exit 1;
}
my ($host, $port) = @ARGV;
my $json = JSON::XS->new->canonical->allow_nonref;
my $done = AE::cv;
my @receivers;

# A connection that ends the program when it fails.
sub connection {
   return new AnyEvent::Handle
      connect => [$host, $port],
      on_error => sub {
         my ($handle, $fatal, $message) = @_;
         $done->croak ("redis: $message");
      };
}

# Sends a command; the callback gets the reply.
sub command {
   my ($handle, $words, $cb) = @_;
   $handle->push_write ("*" . @$words . "\r\n");
   for my $word (@$words) {
      $handle->push_write ("\$" . (length $word) . "\r\n$word\r\n");
   }
   $handle->push_read (line => sub {
      my ($handle, $line) = @_;
      reply ($handle, $line, $cb);
   });
}

# Reads the rest of the reply that begins with this line.
sub reply {
   my ($handle, $line, $cb) = @_;
   my $type = substr $line, 0, 1;
   my $rest = substr $line, 1;
   if ($type eq "-") {
      $cb->("error: $rest");
   } elsif ($type eq "+") {
      $cb->($rest);
   } elsif ($type eq ":") {
      $cb->($rest + 0);
   } elsif ($rest < 0) {
      $cb->(undef);
   } elsif ($type eq "\$") {
      $handle->unshift_read (chunk => $rest + 2, sub {
         my ($handle, $data) = @_;
         $cb->(substr $data, 0, -2);
      });
   } else {
      items ($handle, $rest, [], $cb);
   }
}

# Reads the elements of an array behind those that are there already.
sub items {
   my ($handle, $count, $list, $cb) = @_;
   return $cb->($list) if @$list == $count;
   $handle->unshift_read (line => sub {
      my ($handle, $line) = @_;
      reply ($handle, $line, sub {
         my ($item) = @_;
         items ($handle, $count, [@$list, $item], $cb);
      });
   });
}

my @commands = (
   [qw(FLUSHALL)],
   ["SET", "greeting", "hello, world\r\n"],
   [qw(GET greeting)],
   [qw(GET nothing)],
   [qw(INCR counter)],
   [qw(INCRBY counter 41)],
   [qw(RPUSH list a b c)],
   [qw(LRANGE list 0 -1)],
   [qw(LPOP greeting)],
   ["SET", "name", "J\xc3\xbcrgen"],
   [qw(STRLEN name)],
   ["EVAL", "return {1, {2, 'three', false}, {}}", "0"],
);

my $client = connection ();
for my $words (@commands) {
   $done->begin;
   command ($client, $words, sub {
      my ($value) = @_;
      print "$words->[0]: ", $json->encode ($value), "\n";
      $done->end;
   });
}
$done->recv;

# Another connection gets what is published, until it is told to stop.
$done = AE::cv;
my $listener = connection ();
$done->begin;
command ($listener, [qw(SUBSCRIBE news)], sub {
   my ($value) = @_;
   print "subscribed: $value->[1]\n";
   $listener->on_read (sub {
      my ($handle) = @_;
      $handle->push_read (line => sub {
         my ($handle, $line) = @_;
         reply ($handle, $line, sub {
            my ($message) = @_;
            print "$message->[1]: $message->[2]\n";
            $done->end if $message->[2] eq "stop";
         });
      });
   });
   for my $text ("first", "second", "stop") {
      $done->begin;
      command ($client, ["PUBLISH", "news", $text], sub {
         my ($count) = @_;
         push @receivers, $count;
         $done->end;
      });
   }
});
$done->recv;
print "published to: ", (join " ", @receivers), "\n";
