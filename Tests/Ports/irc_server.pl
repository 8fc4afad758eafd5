#!/usr/bin/perl
# The part of an IRC server that a bot meets, with some users who talk to it; each word of theirs waits for what the
# bot has to say before.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Socket;
use AnyEvent::Handle;

$| = 1;
my $done = AE::cv;
my $connection;

# What the server sends, and the beginning of the line that it waits for then.
my @script = (
   ["", "USER "],
   [":irc.test 433 * bot :Nickname is already in use", "NICK bot_"],
   [":irc.test 001 bot_ :Welcome", "JOIN #test"],
   [":bot_!bot\@host JOIN #test", ""],
   ["PING :12345", "PONG :12345"],
   [":ann!a\@host PRIVMSG #test :!add 1 2 39 x", "PRIVMSG"],
   [":ann!a\@host PRIVMSG #test :h\xc3\xa4llo: all", ""],
   [":bob!b\@host PRIVMSG #test :!seen ANN", "PRIVMSG"],
   [":bob!b\@host PRIVMSG #test :!seen eve", "PRIVMSG"],
   [":bob!b\@host PRIVMSG bot_ :!add 1 1", ""],
   [":bob!b\@host PRIVMSG #test :!nonsense", "PRIVMSG"],
   [":bob!b\@host PRIVMSG #test :!later", "PRIVMSG"],
   [":irc.test NOTICE #test", ""],
   [":ann!a\@host PRIVMSG #test :!quit", "QUIT"],
);

sub step {
   my $step = shift @script;
   return finish () unless $step;
   my ($line, $wanted) = @$step;
   $connection->push_write ("$line\r\n") if length $line;
   return step () unless length $wanted;
   wait_for ($wanted);
}

sub wait_for {
   my ($wanted) = @_;
   $connection->push_read (line => sub {
      my ($handle, $line) = @_;
      return wait_for ($wanted) unless $wanted eq substr $line, 0, length $wanted;
      step ();
   });
}

sub finish {
   $connection->push_shutdown;
   $connection->on_drain (sub { $done->send });
}

tcp_server "127.0.0.1", 0, sub {
   my ($fh) = @_;
   $connection = new AnyEvent::Handle
      fh => $fh,
      on_error => sub { $done->send };
   step ();
}, sub {
   my ($fh, $host, $port) = @_;
   print "listening on port $port\n";
   return 0;
};
$done->recv;
