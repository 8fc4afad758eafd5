#!/usr/bin/perl
# A bot that answers in a channel of IRC: "irc_bot HOST PORT NICK CHANNEL".
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Handle;

if (@ARGV != 4) {
   print "usage: irc_bot HOST PORT NICK CHANNEL\n";
   exit 1;
}

$| = 1;
my ($host, $port, $nick, $channel) = @ARGV;
my $done = AE::cv;
my %seen;
my $lines = 0;

my $irc = new AnyEvent::Handle
   connect => [$host, $port],
   on_connect => sub {
      my ($handle, $host, $port) = @_;
      send_line ("NICK $nick");
      send_line ("USER $nick 0 * :a bot");
   },
   on_connect_error => sub {
      my ($handle, $message) = @_;
      $done->croak ($message);
   },
   on_error => sub {
      my ($handle, $fatal, $message) = @_;
      print "error: $message\n";
      $done->send;
   },
   on_read => sub {
      my ($handle) = @_;
      $handle->push_read (line => sub {
         my ($handle, $line) = @_;
         received ($line);
      });
   },
   on_eof => sub {
      my ($handle) = @_;
      print "end of connection\n";
      $done->send;
   };

sub send_line {
   my ($line) = @_;
   print "> $line\n";
   $irc->push_write ("$line\r\n");
}

sub say_to {
   my ($target, $text) = @_;
   send_line ("PRIVMSG $target :$text");
}

# What can be asked for in the channel, by its name.
my %command = (
   add => sub {
      my ($from, $words) = @_;
      my $sum = 0;
      $sum += $_ for grep { /^-?\d+$/ } @$words;
      say_to ($channel, "$from: $sum");
   },
   seen => sub {
      my ($from, $words) = @_;
      my $who = $words->[0] // "";
      if (exists $seen{lc $who}) {
         say_to ($channel, "$from: $who said \"$seen{lc $who}\"");
      } else {
         say_to ($channel, "$from: I have not seen $who");
      }
   },
   later => sub {
      my ($from, $words) = @_;
      my $timer; $timer = AE::timer 0.05, 0, sub {
         undef $timer;
         say_to ($channel, "$from: now");
      };
   },
   quit => sub {
      my ($from, $words) = @_;
      send_line ("QUIT :$from told me to go");
   },
);

sub received {
   my ($line) = @_;
   $lines++;
   print "< $line\n";
   my ($prefix, $name, $rest) = $line =~ /^(?::(\S+) )?(\S+)(?: (.*))?$/;
   return unless defined $name;
   my ($arguments, $text) = split /\s?:/, $rest // "", 2;
   if ($name eq "PING") {
      send_line ("PONG :$text");
   } elsif ($name eq "001") {
      send_line ("JOIN $channel");
   } elsif ($name eq "433") {
      $nick .= "_";
      send_line ("NICK $nick");
   } elsif ($name eq "PRIVMSG" && $arguments eq $channel) {
      my $from = (split /!/, $prefix)[0];
      if ($text =~ /^!(\w+) ?(.*)$/) {
         my @words = split / /, $2;
         my $code = $command{$1};
         return say_to ($channel, "$from: what is $1?") unless $code;
         $code->($from, \@words);
      } else {
         $seen{lc $from} = $text;
      }
   }
}

$done->recv;
print "$lines lines\n";
