#!/usr/bin/perl
# A server that takes files, one after the other, each in steps: a name, pieces, an end.

use strict;
use warnings;
use AnyEvent;
use Coro::MP;

my %files;

my $server = port_async {
  while () {
    # Who comes while a file is written waits in the mailbox.
    my ($name, $client) = get "write_file";
    print "server: $name\n";
    snd $client, "go_on", $SELF;

    my $data = "";
    while () {
      my @message = get_cond { $_[0] eq "piece" || $_[0] eq "end" } 1;
      @message or die "$name has no end";
      last if $message[0] eq "end";
      $data .= $message[1];
    }

    $files{$name} = $data;
    snd $client, "written", $name, length $data;
  }
};

my $done = AnyEvent->condvar;

sub write_file {
  my ($name, @pieces) = @_;
  $done->begin;
  port_async {
    snd $server, "write_file", $name, $SELF;
    my ($writer) = get "go_on";
    snd $writer, "piece", $_ for @pieces;
    snd $writer, "end";
    my ($written, $size) = get "written";
    print "client: $written has $size bytes\n";
    $done->end;
  };
}

write_file "haiku", "an old silent pond\n", "a frog jumps in\n", "the sound of water\n";
write_file "empty";
write_file "letter", "dear reader\n";
$done->recv;

print "$_: " . length ($files{$_}) . "\n" for sort keys %files;

# What is sent to nobody is dropped, and what has no end is given up.
$done = AnyEvent->condvar;
mon $server, sub {
  my ($what, $text) = @_;
  print "$what: $text\n";
  $done->send;
};
snd $server, "write_file", "torso", port;
snd $server, "piece", "the beginning";
$done->recv;
