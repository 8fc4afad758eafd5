# HTTP: requests, one after the other and at once.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::HTTP;
use AnyEvent::Handle;
use AnyEvent::Socket;

# A small server, so that nothing depends on the network.
my (%handle, $url);
my $server = tcp_server "127.0.0.1", undef, sub {
  my ($fh) = @_;
  my $handle = $handle{fileno $fh} = new AnyEvent::Handle fh => $fh;
  $handle->push_read (line => sub {
    my ($handle, $request) = @_;
    my ($method, $path) = split / /, $request;
    my ($status, $body) = $path eq "/nothing" ? ("404 Not Found", "") : ("200 OK", "$method of $path");
    $handle->push_write ("HTTP/1.0 $status\r\nContent-Type: text/plain\r\nX-Number: 7\r\n\r\n$body");
    $handle->push_shutdown;
  });
}, sub { $url = "http://127.0.0.1:$_[2]"; 0 };

# == A page
my $done = AE::cv;

http_get "$url/page", timeout => 10, sub {
  my ($body, $hdr) = @_;
  if ($hdr->{Status} =~ /^2/) {
    print "$hdr->{Status} $hdr->{'x-number'}: $body\n";
  } else {
    print "$hdr->{Status} $hdr->{Reason}\n";
  }
  $done->send;
};

$done->recv;

# == Several at once
my %status;
$done = AE::cv;

for my $path (qw(/a /b /nothing)) {
  $done->begin;
  http_get "$url$path", sub {
    my ($body, $hdr) = @_;
    $status{$path} = $hdr->{Status};
    $done->end;
  };
}

$done->recv;
print "$_: $status{$_}\n" for sort keys %status;

# == Sending something
$done = AE::cv;

http_post "$url/form", "name=Joe",
  headers => { "content-type" => "application/x-www-form-urlencoded", "user-agent" => "a recipe" },
  sub {
    my ($body, $hdr) = @_;
    print "$body\n";
    $done->send;
  };

$done->recv;

# == Nobody there
$done = AE::cv;

http_request GET => "http://127.0.0.1:1/", timeout => 10, sub {
  my ($body, $hdr) = @_;
  print defined $body ? "a body" : "no body", ", $hdr->{Status}\n";
  $done->send;
};

$done->recv;

# == A body that comes in parts
$done = AE::cv;
my $length = 0;

http_get "$url/large",
  on_header => sub {
    my ($hdr) = @_;
    print "$hdr->{'content-type'}\n";
    1
  },
  on_body => sub {
    my ($data, $hdr) = @_;
    $length += length $data;
    1
  },
  sub {
    my (undef, $hdr) = @_;
    print "$hdr->{Status}, $length bytes\n";
    $done->send;
  };

$done->recv;

# == Taking a request back
my $request = http_get "$url/never", sub { print "never printed\n" };
undef $request;
