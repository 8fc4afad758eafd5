#!/usr/bin/perl
# AMQP 0-9-1 with RabbitMQ: logs in, makes a queue, publishes to it and gets back what was published.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Handle;

if (@ARGV < 3) {
   print "usage: rabbitmq_client HOST PORT QUEUE TEXT...\n";
   exit 1;
}

my ($host, $port, $queue, @texts) = @ARGV;
my $done = AE::cv;
my $received = 0;
my $body_left = 0;
my $body = "";

# --- The parts of frames.

sub octet {
   my ($number) = @_;
   return pack "C", $number;
}

sub short {
   my ($number) = @_;
   return pack "n", $number;
}

sub long {
   my ($number) = @_;
   return pack "N", $number;
}

sub longlong {
   my ($number) = @_;
   return pack "Q>", $number;
}

sub shortstr {
   my ($text) = @_;
   return octet (length $text) . $text;
}

sub longstr {
   my ($text) = @_;
   return long (length $text) . $text;
}

# Takes a number of so many bytes from the front.
sub take_number {
   my ($bytes, $count) = @_;
   my $number = 0;
   for my $byte (unpack "C*", substr $$bytes, 0, $count, "") {
      $number = $number << 8 | $byte;
   }
   return $number;
}

sub take_shortstr {
   my ($bytes) = @_;
   my $count = take_number ($bytes, 1);
   return substr $$bytes, 0, $count, "";
}

# --- The connection.

my $handle = new AnyEvent::Handle
   connect => [$host, $port],
   on_error => sub {
      my ($handle, $fatal, $message) = @_;
      $done->croak ("rabbitmq: $message");
   };

sub send_frame {
   my ($type, $channel, $payload) = @_;
   $handle->push_write (octet ($type) . short ($channel) . long (length $payload));
   $handle->push_write ($payload . octet (0xCE));
}

sub send_method {
   my ($channel, $class, $method, $arguments) = @_;
   send_frame (1, $channel, short ($class) . short ($method) . $arguments);
}

sub publish {
   my ($text) = @_;
   send_method (1, 60, 40, short (0) . shortstr ("") . shortstr ($queue) . octet (0));
   my $properties = short (0x8000) . shortstr ("text/plain");
   send_frame (2, 1, short (60) . short (0) . longlong (length $text) . $properties);
   send_frame (3, 1, $text);
}

# What is answered to the methods of the server, by class and method.
my %on = (
   "10.10" => sub {
      print "connection.start\n";
      my $login = shortstr ("PLAIN") . longstr ("\0guest\0guest") . shortstr ("en_US");
      send_method (0, 10, 11, long (0) . $login);
   },
   "10.30" => sub {
      my ($arguments) = @_;
      my $channels = take_number ($arguments, 2);
      my $frame = take_number ($arguments, 4);
      print "connection.tune: $channels channels, frames of $frame bytes\n";
      send_method (0, 10, 31, short ($channels) . long ($frame) . short (0));
      send_method (0, 10, 40, shortstr ("/") . shortstr ("") . octet (0));
   },
   "10.41" => sub {
      print "connection.open-ok\n";
      send_method (1, 20, 10, shortstr (""));
   },
   "20.11" => sub {
      print "channel.open-ok\n";
      send_method (1, 50, 10, short (0) . shortstr ($queue) . octet (4 | 8) . long (0));
   },
   "50.11" => sub {
      my ($arguments) = @_;
      my $name = take_shortstr ($arguments);
      my $messages = take_number ($arguments, 4);
      print "queue.declare-ok: $name with $messages messages\n";
      publish ($_) for @texts;
      send_method (1, 60, 20, short (0) . shortstr ($queue) . shortstr ("me") . octet (2) . long (0));
   },
   "60.21" => sub {
      my ($arguments) = @_;
      my $tag = take_shortstr ($arguments);
      print "basic.consume-ok: $tag\n";
   },
   "60.60" => sub {
      my ($arguments) = @_;
      my $tag = take_shortstr ($arguments);
      my $number = take_number ($arguments, 8);
      print "basic.deliver: $number to $tag\n";
   },
   "20.41" => sub {
      print "channel.close-ok\n";
      send_method (0, 10, 50, short (200) . shortstr ("bye") . short (0) . short (0));
   },
   "10.51" => sub {
      print "connection.close-ok\n";
      $done->send;
   },
   "10.50" => sub {
      my ($arguments) = @_;
      my $code = take_number ($arguments, 2);
      my $text = take_shortstr ($arguments);
      $done->croak ("the server says $code, $text");
   },
);

sub delivered {
   print "   $body\n";
   $body = "";
   $received++;
   return if $received < @texts;
   send_method (1, 20, 40, short (200) . shortstr ("bye") . short (0) . short (0));
}

sub received_frame {
   my ($type, $payload) = @_;
   if ($type == 1) {
      my $class = take_number (\$payload, 2);
      my $method = take_number (\$payload, 2);
      my $code = $on{"$class.$method"};
      return print "method $class.$method\n" unless $code;
      $code->(\$payload);
   } elsif ($type == 2) {
      take_number (\$payload, 4);
      $body_left = take_number (\$payload, 8);
      delivered () if $body_left == 0;
   } elsif ($type == 3) {
      $body .= $payload;
      $body_left -= length $payload;
      delivered () if $body_left == 0;
   }
}

$handle->on_read (sub {
   my ($handle) = @_;
   $handle->push_read (chunk => 7, sub {
      my ($handle, $head) = @_;
      my $type = take_number (\$head, 1);
      my $channel = take_number (\$head, 2);
      my $size = take_number (\$head, 4);
      $handle->unshift_read (chunk => $size + 1, sub {
         my ($handle, $payload) = @_;
         received_frame ($type, substr $payload, 0, $size) if $channel <= 1;
      });
   });
});

$handle->push_write ("AMQP\0\0\x09\x01");
$done->recv;
