# Connections: servers, clients, and who is connected.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Handle;
use AnyEvent::Socket;

# == A server that knows its clients
my %client;
my $port;
my $last = 0;

my $server = tcp_server "127.0.0.1", undef, sub {
  my ($fh, $host) = @_;
  my $id = ++$last;
  my $gone = sub {
    delete $client{$id};
    to_all ("$id has left");
  };
  my $handle = new AnyEvent::Handle fh => $fh, on_error => $gone, on_eof => $gone;
  $handle->on_read (sub {
    $_[0]->push_read (line => sub {
      my ($handle, $line) = @_;
      to_all ("$id: $line");
    });
  });
  $client{$id} = $handle;
  to_all ("$id is here");
}, sub {
  my ($fh, $host, $listens) = @_;
  $port = $listens;
  0
};

# == To all of them
sub to_all {
  my ($text) = @_;
  $client{$_}->push_write ("$text\n") for sort keys %client;
}

# == A client
my $heard = AE::cv;

my $first; $first = new AnyEvent::Handle
  connect => ["127.0.0.1", $port],
  on_connect_error => sub { $heard->croak ("no connection: $_[1]") },
  on_error => sub { $heard->croak ("error: $_[2]") };

$first->push_read (line => sub {
  my ($handle, $line) = @_;
  print "first hears: $line\n";
  $heard->send;
});
$heard->recv;

# == Below a handle
$heard = AE::cv;
my $second;

tcp_connect "127.0.0.1", $port, sub {
  my ($fh) = @_
    or return $heard->croak ("no connection: $!");
  $second = new AnyEvent::Handle fh => $fh;
  $second->push_write ("hello\n");
};

for my $time (1, 2) {
  $first->push_read (line => sub {
    my ($handle, $line) = @_;
    print "first hears: $line\n";
    $heard->send if $time == 2;
  });
}
$heard->recv;
print scalar keys %client, " clients\n";

# == Hanging up
$heard = AE::cv;
$first->push_read (line => sub {
  my ($handle, $line) = @_;
  print "first hears: $line\n";
  $heard->send;
});
$second->destroy;
$heard->recv;
print scalar keys %client, " client\n";

# == An end to the server
undef $server;
%client = ();

my $refused = AE::cv;
my $guard = tcp_connect "127.0.0.1", $port, sub { $refused->send (@_ ? "connected" : "$!") };
print $refused->recv, "\n";

# == Addresses
my ($host, $service) = parse_hostport "example.org:8080";
print "$host, $service\n";
print format_address (parse_address "127.0.0.1"), " ", format_address (parse_address "0:0::1"), "\n";
print defined parse_address ("nonsense") ? "an address" : "no address", "\n";

# == Looking up a name
my $found = AE::cv;
AnyEvent::Socket::resolve_sockaddr "127.0.0.1", 80, "tcp", 4, undef, sub {
  my ($first) = @_;
  my ($port, $host) = AnyEvent::Socket::unpack_sockaddr $first->[3];
  $found->send (format_address ($host) . ", port $port");
};
print $found->recv, "\n";
