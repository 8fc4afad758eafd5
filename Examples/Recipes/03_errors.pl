# Errors: the system's, thrown ones, and those of callbacks.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::IO;
use AnyEvent::Socket;

# == $!
my $loaded = AE::cv;

aio_load "/does/not/exist", sub {
  my ($data) = @_
    or return $loaded->send ("not loaded: $!");
  $loaded->send (length $data);
};

print $loaded->recv, "\n";

# == No connection
my $connected = AE::cv;

tcp_connect "127.0.0.1", 1, sub {
  my ($fh) = @_
    or return $connected->send ("no connection: $!");
  $connected->send ("connected");
};

print $connected->recv, "\n";

# == eval, die and $@
sub half {
  my ($number) = @_;
  die "$number is odd\n" if $number % 2;
  return $number / 2;
}

for my $number (4, 5) {
  my $half = eval { half ($number) };
  print $@ ? "failed: $@" : "half of it is $half\n";
}

# == An error with more than a text
sub fetch {
  my ($path) = @_;
  die { status => 404, path => $path } if $path ne "/";
  return "the page";
}

eval { fetch ("/nothing"); 1 } or do {
  die $@ unless ref $@;
  print "$@->{status}: $@->{path}\n";
};

# == Whether it works, and no more
my $half = eval { half (7) } // 0;
print "$half\n";

# == What is done in both cases
use AnyEvent::Util;

sub work {
  my ($number) = @_;
  my $end = guard { print "the end of $number\n" };
  return half ($number);
}

eval { work (2) };
eval { work (3) };

# == An error that comes later
my $cv = AE::cv;
my $w = AE::timer 0.01, 0, sub { $cv->croak ("it took too long") };

eval { $cv->recv };
print "failed: ", $@ =~ /^(it took too long)/, "\n";

# == An error in a callback
my $ended = AE::cv;

AE::postpone {
  eval {
    half (9);
    1;
  } or print "in the callback: $@";
  $ended->send;
};

$ended->recv;
