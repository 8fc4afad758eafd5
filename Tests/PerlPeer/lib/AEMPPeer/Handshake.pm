package AEMPPeer::Handshake;

# Greeting, nonce and authentication line, without any input or output: lines
# go in by way of a buffer, actions come out. Both own greeting lines are
# arguments, so that a recorded conversation can be played back.

use strict;
use warnings;

use Digest::SHA3 ();
use MIME::Base64 ();

use AEMPPeer::Sealed ();

our $LINE_LIMIT = 4096;

# What AnyEvent::MP 2.02 says by default.
our @ACCEPT = qw(tls_sha3_512 hmac_sha3_512 tls_anon cleartext);
our @OFFER  = qw(tls_sha3_512 hmac_sha3_512);

sub random_bytes {
   my ($count) = @_;

   open my $fh, "<:raw", "/dev/urandom"
      or die "/dev/urandom: $!\n";
   read ($fh, my $bytes, $count) == $count
      or die "/dev/urandom: short read\n";

   $bytes
}

sub nonce { MIME::Base64::encode_base64 random_bytes (66), "" }

sub _escape   { my ($s) = @_; $s =~ s/([%;])/sprintf "%%%02x", ord $1/ge; $s }
sub _unescape { my ($s) = @_; $s =~ s/%([0-9a-fA-F]{2})/chr hex $1/ge; $s }

# format_greeting nodeid => .., accept => [..], framings => [..], keys => {..}
sub format_greeting {
   my (%arg) = @_;

   my $keys = $arg{keys} || {};

   join ";",
      $arg{protocol} || "aemp",
      defined $arg{version} ? $arg{version} : 1,
      _escape ($arg{nodeid}),
      (join ",", @{ $arg{accept} || \@ACCEPT }),
      (join ",", @{ $arg{framings} }),
      map { "$_=" . _escape ($keys->{$_}) } sort keys %$keys
}

# Returns a hash reference, or nothing for a line that is not a greeting.
sub parse_greeting {
   my ($line) = @_;

   my ($protocol, $version, $nodeid, $accept, $framings, @rest) = split /;/, $line, -1;

   return unless defined $framings and $protocol =~ /\Aaemp(?:-[A-Za-z0-9_]+)?\z/;

   my %keys;
   for (@rest) {
      my ($key, $value) = split /=/, $_, 2;
      $keys{$key} = defined $value ? _unescape ($value) : ""
         if defined $key;
   }

   {
      protocol => $protocol,
      version  => $version,
      nodeid   => _unescape ($nodeid),
      accept   => [split /,/, $accept],
      framings => [split /,/, $framings],
      keys     => \%keys,
   }
}

sub hmac_sha3_512_hex {
   my ($secret, $text) = @_;

   my $block = 72; # rate of SHA3-512 in bytes

   $secret = Digest::SHA3::sha3_512 ($secret)
      if $block < length $secret;
   $secret .= "\0" x ($block - length $secret);

   my $inner = Digest::SHA3::sha3_512 (($secret ^ ("\x36" x $block)) . $text);

   lc Digest::SHA3::sha3_512_hex (($secret ^ ("\x5c" x $block)) . $inner)
}

# The data field of an authentication line whose sender sent the first pair of
# lines and received the second.
sub auth_data {
   my ($method, $secret, $sent, $received, $in_tls) = @_;

   if ($method =~ /^tls_/) {
      return () unless $in_tls;
      return lc Digest::SHA3::sha3_512_hex (join "", map "$_\n", @$sent, @$received)
         if $method eq "tls_sha3_512";
      return ""
         if $method eq "tls_anon";
   }

   return ()
      unless defined $secret;
   return hmac_sha3_512_hex ($secret, join "", map "$_\n", @$sent, @$received)
      if $method eq "hmac_sha3_512";
   return AEMPPeer::Sealed::auth_data ($method, $secret, $sent, $received)
      if AEMPPeer::Sealed::methods ($method);
   return unpack "H*", $secret
      if $method eq "cleartext";

   ()
}

# Handshake->new (lines => [line1, line2], secret => .., framings => [..],
#                 accept => [..], offer => [..], check => sub { reason or undef },
#                 tls => our greeting says that we have a certificate,
#                 wait => send the authentication line only after theirs is good,
#                 secret_key => of the public key in our greeting, if that says that
#                               the connection may be sealed)
sub new {
   my ($class, %arg) = @_;

   bless {
      accept   => \@ACCEPT,
      offer    => \@OFFER,
      check    => sub { undef },
      %arg,
      received => [],
      state    => "greeting",
   }, $class
}

# Takes complete lines off the front of the buffer and returns actions:
#   [greeting => hash], [tls => "connect" or "accept"], [send => bytes], [up => send framing, receive framing, sealed
#   stream or undef], [refuse => reason].
# What follows the authentication line stays in the buffer. Behind "tls" the buffer holds TLS, and
# what is sent goes through it.
sub feed {
   my ($self, $buffer) = @_;

   my @actions;

   while ($self->{state} ne "up" and $self->{state} ne "refused") {
      my $end = index $$buffer, "\n";

      if ($end < 0 ? $LINE_LIMIT <= length $$buffer : $LINE_LIMIT <= $end) {
         push @actions, $self->_refuse ("line too long in the handshake");
         last;
      }
      last if $end < 0;

      my $line = substr $$buffer, 0, $end + 1, "";
      $line =~ s/\r?\n\z//;

      push @actions, $self->_line ($line);
      last if grep $_->[0] eq "tls", @actions;
   }

   @actions
}

sub _refuse {
   my ($self, $reason) = @_;

   $self->{state} = "refused";
   [refuse => $reason]
}

sub _line {
   my ($self, $line) = @_;

   my $received = $self->{received};

   if ($self->{state} eq "greeting") {
      my $greeting = parse_greeting $line
         or return $self->_refuse ("unparsable greeting");

      $self->{greeting} = $greeting;
      push @$received, $line;

      return $self->_refuse ("protocol version mismatch (ours 1, theirs $greeting->{version})")
         if $greeting->{version} ne "1";

      my $reason = $self->{check}->($greeting);
      return $self->_refuse ($reason)
         if defined $reason;

      $self->{state} = "nonce";
      return [greeting => $greeting];
   }

   if ($self->{state} eq "nonce") {
      push @$received, $line;

      return $self->_refuse ("our own nonce came back (echo)")
         if $received->[1] eq $self->{lines}[1];

      if ($self->{tls} and ($self->{greeting}{keys}{tls} || "") =~ /^1\./) {
         $self->{in_tls} = 1;
         $self->{state}  = "auth";
         return ([tls => $self->{lines}[1] lt $line ? "connect" : "accept"], $self->{wait} ? () : $self->_auth_line);
      }

      # Decided by both greetings, whatever the order of the lists.
      @$self{qw(sealing public_key)} = AEMPPeer::Sealed::choice ($self->{greeting}, $self->{accept})
         if defined $self->{secret_key};

      my $ids = $self->{greeting}{keys}{"x-kid"};
      return $self->_refuse ("they don't have our secret")
         if defined $self->{secret_key} and defined $ids
            and not grep $_ eq AEMPPeer::Sealed::secret_id ($self->{secret}, $line), split /,/, $ids;

      $self->{state} = "auth";
      return $self->{wait} ? () : $self->_auth_line;
   }

   my ($method, $data, $framing) = split /;/, $line, 3;

   return $self->_refuse ("unparsable authentication line")
      unless defined $framing;
   return $self->_refuse ("authentication method '$method' is not in our accept list")
      unless grep $_ eq $method, @{ $self->{accept} };

   my $rule = defined $self->{sealing} ? "must be sealed by $self->{sealing}" : "cannot be sealed";
   return $self->_refuse ("the connection $rule, they say '$method'")
      if defined $self->{sealing} ? $method ne $self->{sealing} : AEMPPeer::Sealed::methods ($method);

   my $expected = auth_data $method, $self->{secret}, $received, $self->{lines}, $self->{in_tls};

   return $self->_refuse ("authentication method '$method' is not usable here")
      unless defined $expected;
   return $self->_refuse ("authentication failed, the secrets differ")
      unless $expected eq $data;
   return $self->_refuse ("they announced the framing '$framing', which we don't know")
      unless grep $_ eq $framing, @{ $self->{framings} };

   my @actions = $self->{wait} ? $self->_auth_line : ();
   return @actions
      if $self->{state} eq "refused";

   my $sealed;
   if (defined $self->{public_key}) {
      $sealed = AEMPPeer::Sealed->new (
         method     => $self->{sealing},
         secret     => $self->{secret},
         secret_key => delete $self->{secret_key},
         public_key => $self->{public_key},
         sent       => [@{ $self->{lines} }, $self->{auth_line}],
         received   => [@$received, $line],
      ) or return $self->_refuse ("their public key makes no secret");
   }

   $self->{state} = "up";
   (@actions, [up => $self->{send_framing}, $framing, $sealed])
}

sub _auth_line {
   my ($self) = @_;

   my $theirs = $self->{greeting};

   my @usable = grep $self->{in_tls} || !/^tls_/, @{ $self->{offer} };
   my ($method) = defined $self->{sealing}
      ? $self->{sealing}
      : grep { my $m = $_; grep $_ eq $m, @usable } @{ $theirs->{accept} };
   return $self->_refuse ("no common authentication method")
      unless defined $method;

   my ($framing) = grep { my $f = $_; grep $_ eq $f, @{ $self->{framings} } } @{ $theirs->{framings} };
   return $self->_refuse ("no common framing")
      unless defined $framing;

   $self->{send_framing} = $framing;

   my $data = auth_data $method, $self->{secret}, $self->{lines}, $self->{received}, $self->{in_tls};
   return $self->_refuse ("authentication method '$method' is not usable here")
      unless defined $data;

   $self->{auth_line} = "$method;$data;$framing";
   [send => "$self->{auth_line}\n"]
}

1
