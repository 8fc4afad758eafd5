# Handles: what is read next, what is written, and how it ends.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Handle;
use AnyEvent::Util;

# == Two ends of a connection
my ($one, $two) = portable_socketpair;

my $done = AE::cv;
my $writer = new AnyEvent::Handle fh => $one;
my $reader = new AnyEvent::Handle fh => $two,
  on_error => sub {
    my ($handle, $fatal, $message) = @_;
    $handle->destroy;
    $done->croak ($message);
  };

# == One request after the other
$reader->push_read (line => sub {
  my ($handle, $line) = @_;
  my ($length) = $line =~ /^length (\d+)$/;
  $handle->push_read (chunk => $length, sub {
    my ($handle, $data) = @_;
    print "$length bytes: $data\n";
    $done->send;
  });
});

$writer->push_write ("length 5\nhello");
$done->recv;

# == What is read depends on what was read
$done = AE::cv;
my $count = 0;

$reader->on_read (sub {
  my ($handle) = @_;
  $handle->push_read (chunk => 1, sub {
    my ($handle, $kind) = @_;
    $handle->unshift_read ($kind eq "t" ? "line" : (chunk => 2), sub {
      my ($handle, $data) = @_;
      print "$kind: $data\n";
      $done->send if ++$count == 2;
    });
  });
});

$writer->push_write ("tsome text\nbAB");
$done->recv;
$reader->on_read (undef);

# == Taking the bytes oneself
$done = AE::cv;

$reader->push_read (sub {
  my ($handle) = @_;
  my $end = index $handle->{rbuf}, ";";
  return if $end < 0;
  my $part = substr $handle->{rbuf}, 0, $end;
  substr $handle->{rbuf}, 0, $end + 1, "";
  print "up to the semicolon: $part\n";
  $done->send;
  1
});

$writer->push_write ("one");
$writer->push_write (" part;");
$done->recv;

# == Records with their length, and JSON
$done = AE::cv;

$reader->push_read (packstring => "N", sub {
  my ($handle, $data) = @_;
  print "record: $data\n";
});
$reader->push_read (json => sub {
  my ($handle, $data) = @_;
  print "name: $data->{name}\n";
  $done->send;
});

$writer->push_write (packstring => "N", "some bytes");
$writer->push_write (json => { name => "Joe" });
$done->recv;

# == A pattern
$done = AE::cv;

$reader->push_read (regex => qr/\d+\s/, sub {
  my ($handle, $data) = @_;
  print "up to a number: $data\n";
  $done->send;
});

$writer->push_write ("answer 42 ");
$done->recv;

# == Only as much as the other end takes
$done = AE::cv;
my $parts = 4;
my $got = 0;

$writer->on_drain (sub {
  my ($handle) = @_;
  return $handle->on_drain (undef) unless $parts--;
  $handle->push_write ("x" x 100_000);
});

$reader->on_read (sub {
  my ($handle) = @_;
  $got += length $handle->{rbuf};
  $handle->{rbuf} = "";
  $done->send if $got == 400_000;
});

$done->recv;
print "$got bytes\n";
$reader->on_read (undef);

# == A time-out
$done = AE::cv;

$reader->on_rtimeout (sub {
  my ($handle) = @_;
  print "nothing for too long\n";
  $handle->rtimeout (0);
  $done->send;
});
$reader->rtimeout (0.01);
$done->recv;

# == The end
$done = AE::cv;

$reader->on_eof (sub {
  my ($handle) = @_;
  print "the other end has hung up\n";
  $handle->destroy;
  $done->send;
});
$reader->on_read (sub { });

$writer->push_shutdown;
$done->recv;
