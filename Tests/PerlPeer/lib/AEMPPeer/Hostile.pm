package AEMPPeer::Hostile;

# Broken protocol on purpose. Each kind connects to the seed, or without one
# waits for somebody to connect, does its worst, and reports whether the other
# side hung up within the limit.

use strict;
use warnings;

use AnyEvent ();
use AnyEvent::Handle ();
use AnyEvent::Socket ();
use CBOR::XS ();

use AEMPPeer ();
use AEMPPeer::Handshake ();

# The steps of a conversation:
#   start    once connected: what to send first (ours is true: the good greeting)
#   greeting they sent their two lines: what to send then, instead of an
#            authentication line ("auth": a good one first)
#   arg      changes to our greeting and secret
#   framing  the only one that we understand and speak
#   drip     what to send a byte at a time after the greeting, without end
#   reflect  send back the authentication line that comes
#   replay   a good handshake first, then the same bytes on a fresh connection
my %KIND = (
   "silent"          => { start => sub { } },
   "garbled"         => { start => sub { AEMPPeer::Handshake::random_bytes (2000) . "\n" } },
   "http"            => { start => sub { "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" } },
   "empty-lines"     => { start => sub { "\n\n\n" } },
   "oversized"       => { start => sub { "aemp;1;big;" . ("x" x (1 << 20)) } },
   "oversized-line"  => { start => sub { "aemp;1;big;hmac_sha3_512;json;x-pad=" . ("x" x 4096) . "\nnonce\n" } },
   "oversized-nonce" => { ours => 0, start => sub { $_[0]{lines}[0] . "\n" . ("n" x 8192) . "\n" } },
   "half"            => { start => sub { substr $_[0]{lines}[0], 0, 20 } },
   "half-then-end"   => { start => sub { substr $_[0]{lines}[0], 0, 20 }, shutdown => 1 },
   "no-auth"         => { start => "ours", greeting => sub { } },
   "slow"            => { start => sub { "" }, slow => sub { join "", map "$_\n", @{ $_[0]{lines} } } },
   "repeated"        => { start => "ours", greeting => sub { join "", map "$_\n", @{ $_[0]{lines} } } },
   "wrong-version"   => { start => "ours", arg => { version => 2 } },
   "no-node-id"      => { start => "ours", arg => { nodeid => "" } },
   "bad-protocol"    => { start => "ours", arg => { protocol => "aemp-nothing" } },
   "echo"            => { echo => 1 },
   "echo-nonce"      => { greeting => sub { "$_[0]{lines}[0]\n$_[0]{their}[1]\n" } },
   "own-node-id"     => { greeting => sub {
      my ($self) = @_;
      my $id = AEMPPeer::Handshake::parse_greeting ($self->{their}[0])->{nodeid};
      $self->prepare (nodeid => $id);
      (join "", map "$_\n", @{ $self->{lines} }) . $self->auth
   } },
   "wrong-secret"    => { start => "ours", greeting => sub { $_[0]{secret} .= "x"; $_[0]->auth } },
   "replayed-auth"   => { start => "ours", greeting => sub {
      # what a listener would have sent: computed over the lines the wrong way round
      my ($self) = @_;
      "hmac_sha3_512;" . AEMPPeer::Handshake::auth_data ("hmac_sha3_512", $self->{secret},
         $self->{their}, $self->{lines}) . ";cbor\n"
   } },
   "upper-case-auth" => { start => "ours", greeting => sub {
      (my $line = $_[0]->auth) =~ s/;([0-9a-f]+);/;\U$1;/;
      $line
   } },
   "cleartext"       => { start => "ours", greeting => sub {
      "cleartext;" . (unpack "H*", $_[0]{secret}) . ";cbor\n"
   } },
   "anonymous"       => { start => "ours", greeting => sub { "tls_anon;;cbor\n" } },
   "unknown-framing" => { start => "ours", greeting => sub {
      (my $line = $_[0]->auth) =~ s/;\w+\n/;storable\n/;
      $line
   } },
   "no-common-method" => { start => "ours", arg => { accept => ["tls_other"] } },
   "only-cleartext"  => { start => "ours", arg => { accept => ["cleartext"] } },
   "only-anonymous"  => { start => "ours", arg => { accept => ["tls_anon"] } },
   "cleartext-first" => { start => "ours", greeting => sub { },
                          arg => { accept => [qw(cleartext tls_anon hmac_sha3_512)] } },
   "hidden-methods"  => { start => "ours", arg => { accept => [qw(cleartext)] }, greeting => sub { $_[0]->auth } },
   "greeting-then-end" => { start => "ours", shutdown => 1 },
   "slow-auth"       => { start => "ours", drip => "hmac_sha3_512;" },
   "reflected-auth"  => { start => "ours", greeting => sub { }, reflect => 1 },
   "replayed-handshake" => { start => "ours", greeting => sub { $_[0]->auth }, replay => 1 },
   "no-common-framing" => { start => "ours", arg => { framings => ["storable"] } },

   "broken-json"     => { framing => "json", data => sub { '["","devnull"]["",}' } },
   "broken-utf8"     => { framing => "json", data => sub { qq(["","devnull","\xff\xfe"]) } },
   "json-object"     => { framing => "json", data => sub { '{"a":1}' } },
   "json-scalar"     => { framing => "json", data => sub { '"text"' } },
   "json-garbage"    => { framing => "json", data => sub { "]" } },
   "deep-json"       => { framing => "json", data => sub { '["","devnull",' . ("[" x 100_000) } },
   "large-json"      => { framing => "json", data => sub { '["","devnull","' }, flood => sub { "x" x 65536 } },

   "broken-cbor"     => { framing => "cbor", data => sub { "\x82\x40\x1c" } },
   "cbor-break"      => { framing => "cbor", data => sub { "\xff" } },
   "cbor-map"        => { framing => "cbor", data => sub { "\xa1\x41a\x01" } },
   "cbor-scalar"     => { framing => "cbor", data => sub { "\x18\x7b" } },
   "deep-cbor"       => { framing => "cbor", data => sub { "\x83\x40\x47devnull" . ("\x81" x 100_000) . "\x01" } },
   "large-cbor"      => { framing => "cbor", data => sub { "\x83\x40\x47devnull\x5b\x00\x00\x01\x00\x00\x00\x00\x00" } },
   "flood-cbor"      => { framing => "cbor", data => sub { "\x83\x40\x47devnull\x5f" },
                          flood => sub { "\x59\xff\xff" . ("x" x 65535) } },
   "huge-array"      => { framing => "cbor", data => sub { "\x9b\x7f\xff\xff\xff\xff\xff\xff\xff" } },

   "second-connection" => { second => 1 },
);

sub kinds { sort keys %KIND }

sub start {
   my ($scenario, $kind) = @_;

   my $how = defined $kind && $KIND{$kind}
      or die "hostile needs one of these kinds: @{[ kinds ]}\n";

   my $self = bless {
      %$how,
      scenario => $scenario,
      kind     => $kind,
      secret   => $scenario->{secret},
   }, __PACKAGE__;

   $scenario->{hostile} = $self;
   $self->prepare;

   $self->{second}                   ? $self->_first
   : @{ $scenario->{option}{seed} } ? $self->_connect
   :                                  $self->_listen;
}

# Our own two lines, with changes.
sub prepare {
   my ($self, %arg) = @_;

   my $framing = $self->{framing};
   my $nodeid = $self->{scenario}{option}{nodeid};

   $self->{framings} = [$framing ? $framing : qw(cbor json)];
   $self->{lines} = [
      AEMPPeer::Handshake::format_greeting (
         nodeid   => defined $nodeid ? $nodeid : "hostile/$$",
         framings => $self->{framings},
         keys     => { provider => "AEMPPeer-1", mproto => 1, gproto => 1 },
         %{ $self->{arg} || {} },
         %arg,
      ),
      AEMPPeer::Handshake::nonce (),
   ];
}

sub auth {
   my ($self) = @_;

   "hmac_sha3_512;"
      . AEMPPeer::Handshake::auth_data ("hmac_sha3_512", $self->{secret}, $self->{lines}, $self->{their})
      . ";" . ($self->{framing} || "cbor") . "\n"
}

# For a second connection of the same node: a good one comes first and stays.
sub _first {
   my ($self) = @_;

   my $scenario = $self->{scenario};
   $scenario->{option}{nodeid} = "hostile/$$"
      unless defined $scenario->{option}{nodeid};

   my $started;
   my $node = $scenario->node (on_up => sub {
      my ($id) = @_;

      $self->{first} = $id;
      $scenario->event ("Up: $id");
      $self->prepare;
      $self->{start} = "ours";
      $self->{greeting} = sub { $_[0]->auth };
      $self->_connect unless $started++;
   }, on_down => sub {
      $scenario->fail ("the first connection was closed ($_[1])");
   });
}

sub _connect {
   my ($self) = @_;

   my $scenario = $self->{scenario};
   my ($seed) = $scenario->seeds;
   my ($host, $port) = AnyEvent::Socket::parse_hostport ($seed);
   defined $port or die "$seed is not host:port\n";

   AnyEvent::Socket::tcp_connect ($host, $port, sub {
      my ($fh) = @_;

      $fh ? $self->_connected ($fh) : $scenario->fail ("$seed can't be reached: $!");
   });
}

# The other side will come again and again; the first time counts.
sub _listen {
   my ($self) = @_;

   my $scenario = $self->{scenario};
   my ($bind) = (@{ $scenario->{option}{bind} }, "127.0.0.1:0");
   my ($host, $port) = AnyEvent::Socket::parse_hostport ($bind);
   defined $port or die "$bind is not host:port\n";

   $scenario->limit ("somebody connected:");
   $self->{server} = AnyEvent::Socket::tcp_server ($host, $port || undef, sub {
      my ($fh) = @_;

      delete $self->{server}
         unless $self->{replay};
      delete $scenario->{limit};
      $self->_connected ($fh);
   }, sub {
      my ($fh, $host, $port) = @_;

      $scenario->event ("Listening on: " . AnyEvent::Socket::format_hostport ($host, $port));
      0
   });
}

sub _connected {
   my ($self, $fh) = @_;

   my $scenario = $self->{scenario};
   my $limit = $scenario->{option}{limit};
   my $since = AE::time;

   my $closed = sub {
      my ($how) = @_;

      $self->{handle}->destroy;
      delete @$self{qw(timer slow_timer)};
      $scenario->event (sprintf "Closed: after %.2f s (%s)", AE::time - $since, $how);
      $self->_finish;
   };

   $self->{timer} = AE::timer $limit, 0, sub {
      $self->{handle}->destroy;
      $scenario->fail ("'$self->{kind}': the other side did not hang up within $limit s");
   };

   $self->{handle} = AnyEvent::Handle->new (
      fh       => $fh,
      no_delay => 1,
      on_eof   => sub { $closed->("end of file") },
      on_error => sub { $closed->($_[2]) },
      on_read  => sub { $self->_read },
   );

   # The bytes of a good handshake, to somebody who has chosen another nonce since.
   return $self->_send ($self->{recorded})
      if defined $self->{recorded};

   $self->_send (join "", map "$_\n", @{ $self->{lines} })
      if $self->{data} or ($self->{start} || "") eq "ours";
   $self->_send ($self->{start}->($self))
      if ref $self->{start};
   shutdown $fh, 1
      if $self->{shutdown};

   if ($self->{slow}) {
      my @byte = split //, $self->{slow}->($self);
      $self->{slow_timer} = AE::timer 0, 0.25, sub {
         $self->_send (shift @byte) if @byte;
      };
   }
}

sub _send {
   my ($self, $bytes) = @_;

   $self->{handle}->push_write ($bytes)
      if defined $bytes and length $bytes and $self->{handle};
}

sub _read {
   my ($self) = @_;

   my $rbuf = \$self->{handle}{rbuf};

   if ($self->{echo}) {
      my $bytes = $$rbuf;
      $$rbuf = "";
      return $self->_send ($bytes);
   }

   return $self->_read_on
      if $self->{answered};

   while ($$rbuf =~ s/\A([^\n]*)\n//) {
      (my $line = $1) =~ s/\r\z//;
      push @{ $self->{their} }, $line;

      next unless @{ $self->{their} } == 2;

      $self->{scenario}->event ("Their greeting: $self->{their}[0]");
      $self->{answered} = 1;

      if ($self->{data}) {
         # A good handshake first. Nothing wrong so far, so that it is the data they see.
         $self->_send ($self->auth);
         $self->_send ($self->{data}->($self));
         $self->_flood if $self->{flood};
      } elsif ($self->{greeting}) {
         $self->_send ($self->{recorded} = $self->{greeting}->($self));
         delete $self->{recorded}
            unless $self->{replay};
      } elsif (defined $self->{drip}) {
         my @byte = split //, $self->{drip};
         $self->{slow_timer} = AE::timer 0, 0.25, sub { $self->_send (@byte ? shift @byte : "0") };
      }
      return $self->_read_on;
   }
}

# What comes behind their greeting: at most an authentication line is of interest.
sub _read_on {
   my ($self) = @_;

   my $rbuf = \$self->{handle}{rbuf};

   $self->{rest} .= substr $$rbuf, 0, 4096
      if length ($self->{rest} || "") < 4096;
   $$rbuf = "";
   $self->{rest} =~ s/\A([^\n]*)\n//
      or return;
   my $line = $1;
   # What follows is not of interest any more.
   delete $self->{rest};

   my $scenario = $self->{scenario};
   return if $self->{data} or $self->{second};

   return $scenario->fail ("'$self->{kind}': the other side sent $1")
      if $line =~ /^(cleartext|tls_anon);/;

   # A node of ours that listens shows nothing of it before we have proved to know the secret.
   $scenario->event ("Their authentication line: $line")
      unless $self->{replay};

   $self->_send ("$line\n")
      if $self->{reflect};

   if (my $auth = delete $self->{recorded}) {
      # Now without knowing the secret.
      my $recorded = (join "", map "$_\n", @{ $self->{lines} }) . $auth;
      $self->{handle}->destroy;
      delete @$self{qw(handle timer their answered rest replay greeting start)};
      $self->{recorded} = $recorded;
      $self->_connect
         if @{ $scenario->{option}{seed} };
   }
}

# As much as they take.
sub _flood {
   my ($self) = @_;

   $self->{handle}->on_drain (sub { $_[0]->push_write ($self->{flood}->()) });
}

# They hung up. A node that refused a second connection must still serve the first.
sub _finish {
   my ($self) = @_;

   my $scenario = $self->{scenario};

   return $scenario->done ("'$self->{kind}': the other side hung up")
      unless defined $self->{first};

   $self->{timer} = AE::timer $scenario->{option}{limit}, 0, sub {
      $scenario->fail ("the first connection is not answered any more");
   };
   $scenario->_echo ($self->{first}, sub {
      $scenario->done ("'$self->{kind}': the other side hung up, and serves the first connection");
   });
}

1
