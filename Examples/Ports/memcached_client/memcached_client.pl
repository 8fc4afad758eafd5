#!/usr/bin/perl
# A client of memcached: many requests at once on one connection, answered in order.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Handle;

if (@ARGV != 2) {
   print "usage: memcached_client HOST PORT\n";
   exit 1;
}

my ($host, $port) = @ARGV;
my $done = AE::cv;

my $handle = new AnyEvent::Handle
   connect => [$host, $port],
   on_error => sub {
      my ($handle, $fatal, $message) = @_;
      $done->croak ("memcached: $message");
   };

# Sends a line, and calls back with the line of the answer.
sub ask {
   my ($line, $cb) = @_;
   $done->begin;
   $handle->push_write ("$line\r\n");
   $handle->push_read (line => sub {
      my ($handle, $answer) = @_;
      $cb->($answer);
      $done->end;
   });
}

sub store {
   my ($command, $key, $value) = @_;
   my $size = length $value;
   ask ("$command $key 0 0 $size\r\n$value", sub {
      my ($answer) = @_;
      print "$command $key: $answer\n";
   });
}

# Gets several keys; the callback has those that are there.
sub get {
   my ($keys, $cb) = @_;
   my %values;
   $done->begin;
   $handle->push_write ("get @$keys\r\n");
   $handle->push_read (line => sub {
      my ($handle, $line) = @_;
      value ($line, \%values, $cb);
   });
}

# A line in the answer to get: one of a value, which follows it, or the last one.
sub value {
   my ($line, $values, $cb) = @_;
   if ($line =~ /^VALUE (\S+) \d+ (\d+)$/) {
      my $key = $1;
      my $size = $2;
      $handle->unshift_read (chunk => $size + 2, sub {
         my ($handle, $data) = @_;
         $values->{$key} = substr $data, 0, $size;
         $handle->unshift_read (line => sub {
            my ($handle, $line) = @_;
            value ($line, $values, $cb);
         });
      });
   } else {
      $cb->($values);
      $done->end;
   }
}

sub show {
   my ($values) = @_;
   for my $key (sort keys %$values) {
      print "   $key = $values->{$key}\n";
   }
}

store ("set", "fruit", "apple");
store ("add", "fruit", "pear");
store ("append", "fruit", "s and\r\npears");
store ("set", "number", "41");
store ("replace", "none", "x");
ask ("incr number 1", sub {
   my ($answer) = @_;
   print "incr: $answer\n";
});
ask ("incr fruit 1", sub {
   my ($answer) = @_;
   print "incr: $answer\n";
});
get (["fruit", "none", "number"], sub {
   my ($values) = @_;
   print "found ", (scalar keys %$values), "\n";
   show ($values);
   ask ("delete number", sub {
      my ($answer) = @_;
      print "delete: $answer\n";
   });
   get (["fruit", "number"], \&show);
});
ask ("nonsense", sub {
   my ($answer) = @_;
   print "nonsense: $answer\n";
});
$done->recv;
