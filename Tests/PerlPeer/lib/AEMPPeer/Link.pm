package AEMPPeer::Link;

# One connection to another node: greeting, handshake, then packets.

use strict;
use warnings;

use AnyEvent ();
use AnyEvent::Handle ();

use AEMPPeer::Handshake ();
use AEMPPeer::Framing ();

# Link->new (node => AEMPPeer, fh => .., peer => "host:port", seed => "host:port" or undef)
# The node is told by link_greeting, link_up, link_packet and link_down.
sub new {
   my ($class, %arg) = @_;

   my $self = bless { %arg }, $class;
   my $node = $self->{node};

   my $keys = {
      provider => "AEMPPeer-1",
      mproto   => 1,
      gproto   => 1,
      peeraddr => $self->{peer},
   };

   $keys = { provider => "AEMPPeer-1", dataconn_id => $self->{data}{id}, peeraddr => $self->{peer} }
      if $self->{data};
   $keys->{tls} = "1.0"
      if $node->{tls_ctx};

   my $nonce = AEMPPeer::Handshake::nonce ();
   my $secret_key;
   if ($node->{sealed}) {
      $secret_key = AEMPPeer::Handshake::random_bytes (32);
      $keys = { %$keys, AEMPPeer::Sealed::greeting_keys ($secret_key, $node->{secret}, $nonce) };
   }

   my @lines = (
      AEMPPeer::Handshake::format_greeting (
         ($self->{data} ? (protocol => $AEMPPeer::DataConn::PROTOCOL) : ()),
         nodeid   => $node->{nodeid},
         accept   => $node->{accept},
         framings => $node->{framings},
         keys     => $keys,
      ),
      $nonce,
   );

   $self->{handshake} = AEMPPeer::Handshake->new (
      lines    => \@lines,
      secret_key => $secret_key,
      secret   => $node->{secret},
      framings => $node->{framings},
      accept   => $node->{accept},
      tls      => $node->{tls_ctx},
      wait     => $node->{wait_auth} && !$self->{dialled},
      check    => sub { $node->check_greeting ($self, $_[0]) },
   );

   $self->{handle} = AnyEvent::Handle->new (
      fh        => delete $self->{fh},
      no_delay  => 1,
      keepalive => 1,
      on_error  => sub { $self->close ($_[2]) },
      on_eof    => sub { $self->close ("unexpected end-of-file") },
      on_read   => sub { $self->_read },
   );

   $self->{timer} = AE::timer $node->{monitor_timeout}, 0, sub {
      $self->close ("handshake timeout");
   };

   $self->{handle}->push_write (join "", map "$_\n", @lines);

   $self
}

sub _read {
   my ($self) = @_;

   my $node = $self->{node};

   return if $self->{starting}; # TLS, which may have something to read at once

   unless ($self->{up}) {
      for ($self->{handshake}->feed (\$self->{handle}{rbuf})) {
         my ($what, @arg) = @$_;

         if ($what eq "send") {
            $node->when_open (sub { $self->{handle}->push_write ($arg[0]) if $self->{handle} });

         } elsif ($what eq "tls") {
            local $self->{starting} = 1;
            $self->{handle}->starttls ($arg[0], $node->{tls_ctx});

         } elsif ($what eq "greeting") {
            $self->{nodeid} = $arg[0]{nodeid};
            $node->link_greeting ($self, $arg[0]);

         } elsif ($what eq "refuse") {
            $node->note ("refused " . $self->name . ": $arg[0]");
            return $self->close ($arg[0]);

         } elsif ($what eq "up") {
            $node->open_gate; # nothing may overtake our authentication line
            delete $self->{timer};
            $self->{up} = 1;
            $self->{sealed} = $arg[2];
            return $node->link_up ($self)
               if $self->{data};
            $self->{encoder} = AEMPPeer::Framing->new ($arg[0]);
            $self->{decoder} = AEMPPeer::Framing->new ($arg[1]);
            $node->note ($self->name . " is sealed by $arg[2]{method}")
               if $arg[2];
            if (my $tls = $self->{handle}{tls}) {
               $node->note ($self->name . " is in TLS: "
                  . Net::SSLeay::get_version ($tls) . " " . Net::SSLeay::get_cipher ($tls));
            }
            $node->link_up ($self);
         }

         return if $self->{closed};
      }

      # What TLS has read meanwhile.
      return $self->_read
         if $self->{handle}{tls} and !$self->{up} and $self->{handle}{rbuf} =~ /\n/;

      return unless $self->{up};
   }

   my $bytes = $self->{handle}{rbuf};
   $self->{handle}{rbuf} = "";
   return unless length $bytes;

   eval {
      $bytes = $self->{sealed}->open ($bytes)
         if $self->{sealed};
      $self->{decoder}->feed ($bytes, sub {
         $node->link_packet ($self, $_[0]);
         !$self->{closed}
      });
      $self->close ("the other node has ended the sealed stream")
         if $self->{sealed} and $self->{sealed}{ended};
      1
   } or do {
      chomp (my $reason = $@);
      $self->close ($reason);
   };
}

sub name {
   my ($self) = @_;

   $self->{peer} . (defined $self->{nodeid} ? " ($self->{nodeid})" : "")
}

# Gives the handle away, with what was read and is not ours; the link is over.
sub detach {
   my ($self) = @_;

   $self->{closed}++;
   delete $self->{node}{started}{$self};

   my $handle = delete $self->{handle};
   $handle->on_read (undef);
   $handle
}

sub send {
   my ($self, @packet) = @_;

   my $bytes = $self->{encoder}->encode (@packet);
   $self->{handle}->push_write ($self->{sealed} ? $self->{sealed}->seal ($bytes) : $bytes);
}

sub close {
   my ($self, $reason) = @_;

   return if $self->{closed}++;

   delete $self->{timer};
   if (my $handle = delete $self->{handle}) {
      $handle->destroy;
   }

   $self->{node}->link_down ($self, $reason);
   $self->{node}->open_gate;
}

1
