#!/usr/bin/perl
# A server of a chat: everybody gets what somebody says. "chat_server PORT".
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Socket;
use AnyEvent::Handle;
use Getopt::Long;

our $VERSION = "1.0";
my $greeting = <<"EOT";
Welcome to chat_server $VERSION.
Say /nick NAME, /who or /quit.
EOT
my %client;     # by number
my $count = 0;
my @log;
my $port = shift // 5000;
my $quiet = exists $ENV{QUIET};

sub broadcast {
   my ($text, $except) = @_;
   foreach my $id (sort { $a <=> $b } keys %client) {
      next if $id == $except;
      $client{$id}->push_write ("$text\n");
   }
   push @log, $text;
   shift @log while @log > 100;
}

my %nick;

my %commands = (
   nick => sub {
      my ($id, $rest) = @_;
      unless ($rest =~ /^[a-z]\w{0,15}$/i) {
         $client{$id}->push_write ("that is no name\n");
         return;
      }
      my $old = $nick{$id};
      $nick{$id} = $rest;
      broadcast ("$old is now $rest", 0);
   },
   who => sub {
      my ($id) = @_;
      my $list = join ", ", map { "$nick{$_}" } sort keys %nick;
      $client{$id}->push_write (sprintf "%d here: %s\n", scalar keys %nick, $list);
   },
   quit => sub {
      my ($id) = @_;
      $client{$id}->push_shutdown;
   },
);

sub leave {
   my ($id, $reason) = @_;
   my $handle = delete $client{$id} or return;
   $handle->destroy;
   my $name = delete $nick{$id};
   broadcast ("$name has left: $reason", $id);
   printf "%-10s %5.2f\n", $name, AE::now unless $quiet;
}

sub said {
   my ($id, $line) = @_;
   $line =~ s/\s+$//;
   return if $line eq '';
   if ($line =~ m{^/(\w+)\s*(.*)}) {
      my ($name, $rest) = ($1, $2);
      my $code = $commands{lc $name};
      if ($code) {
         $code->($id, $rest);
      } else {
         $client{$id}->push_write ("there is no /$name\n");
      }
   } else {
      broadcast ("<$nick{$id}> $line", $id);
   }
}

my $server = tcp_server undef, $port, sub {
   my ($fh, $host, $port) = @_;
   my $id = ++$count;
   my $handle;
   $handle = AnyEvent::Handle->new (
      fh       => $fh,
      timeout  => 600,
      on_error => sub { leave ($id, $_[2]) },
      on_eof   => sub { leave ($id, "end") },
      on_read  => sub {
         $_[0]->push_read (line => sub { said ($id, $_[1]) });
      },
   );
   $client{$id} = $handle;
   $nick{$id} = "guest$id";
   $handle->push_write ($greeting);
   broadcast ("guest$id has come from $host", $id);
};

my $tick = AnyEvent->timer (after => 60, interval => 60, cb => sub {
   for (values %client) {
      $_->push_write ("-- still here --\n");
   }
});

my $quit = AE::cv;
my $int = AE::signal INT => sub { $quit->send };
$quit->recv;
for (my $i = 0; $i < @log; $i++) {
   print STDERR "$i: $log[$i]\n";
}
warn "bye\n";

__END__

=head1 NAME

chat_server - a small chat

=cut
