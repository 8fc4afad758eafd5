# The same works with Perl's AnyEvent on EV: toolkit.pl timers COUNT | echo | http URL COUNT
use strict;
use warnings;
use EV;
use AnyEvent;
use AnyEvent::Handle;
use AnyEvent::Socket;
use Time::HiRes 'time';

$| = 1;
my ($work, @args) = @ARGV;
if ($work eq "timers") {
   my $begun = time;
   my @timers;
   push @timers, AE::timer 1000 + $_, 0, sub { } for 1 .. $args[0];
   undef $_ for @timers;
   printf "%f\n", time - $begun;
} elsif ($work eq "echo") {
   my %handles;
   tcp_server "127.0.0.1", 0, sub {
      my ($fh) = @_;
      my $handle; $handle = AnyEvent::Handle->new (
         fh       => $fh,
         on_error => sub { delete $handles{$_[0]} },
         on_eof   => sub { delete $handles{$_[0]} },
         on_read  => sub {
            $_[0]->push_read (line => sub { $_[0]->push_write ("$_[1]\n") });
         },
      );
      $handles{$handle} = $handle;
   }, sub { my (undef, undef, $port) = @_; AE::postpone { print "port $port\n" }; 1024 };
   AE::cv->recv;
} elsif ($work eq "http") {
   require AnyEvent::HTTP;
   my ($url, $left) = @args;
   my $done = AE::cv;
   my $begun = time;
   my $next; $next = sub {
      AnyEvent::HTTP::http_get ($url, persistent => 1, sub {
         my ($body, $hdr) = @_;
         die "$hdr->{Status} $hdr->{Reason}\n" if $hdr->{Status} != 200;
         --$left ? $next->() : $done->send;
      });
   };
   $next->();
   $done->recv;
   printf "%f\n", time - $begun;
} else {
   die "usage: toolkit.pl timers COUNT | echo | http URL COUNT\n";
}
