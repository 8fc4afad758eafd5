package AEMPPeer::Crypto;

# BLAKE2b (RFC 7693), X25519 (RFC 7748), the secretbox of NaCl (XSalsa20-Poly1305)
# and ChaCha20-Poly1305 (RFC 8439) in plain Perl: slow, and independent of every
# library that the node under test may use. Needs 64-bit integers.

use strict;
use warnings;
no warnings "portable"; # integers of 64 bits are needed anyway

use Math::BigInt try => "GMP";

# BLAKE2b

my @IV = (
   0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
   0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
);

my @SIGMA = map [split / /], (
   "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15", "14 10 4 8 9 15 13 6 1 12 0 2 11 7 5 3",
   "11 8 12 0 5 2 15 13 10 14 3 6 7 1 9 4", "7 9 3 1 13 12 11 14 2 6 5 10 4 0 15 8",
   "9 0 5 7 2 4 10 15 14 1 11 12 6 8 3 13", "2 12 6 10 0 11 8 3 4 13 7 5 15 14 1 9",
   "12 5 1 15 14 13 4 10 0 7 6 3 9 2 8 11", "13 11 7 14 12 1 3 9 5 0 15 4 8 6 2 10",
   "6 15 14 9 11 3 0 8 12 2 13 7 1 4 10 5", "10 2 8 4 7 6 1 5 15 11 9 14 3 12 13 0",
);
push @SIGMA, @SIGMA[0, 1];

my @MIX = (
   [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
   [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
);

sub _add { use integer; my $sum = 0; $sum += $_ for @_; no integer; $sum | 0 }
sub _ror { my ($x, $n) = @_; ($x >> $n) | ($x << (64 - $n)) }

sub _compress {
   my ($h, $block, $count, $last) = @_;

   my @m = unpack "Q<16", $block;
   my @v = (@$h, @IV);
   $v[12] ^= $count;
   $v[14] = ~$v[14] if $last;

   for my $s (@SIGMA) {
      for my $i (0 .. 7) {
         my ($p, $q, $r, $t) = @{ $MIX[$i] };
         $v[$p] = _add $v[$p], $v[$q], $m[$s->[2 * $i]];
         $v[$t] = _ror $v[$t] ^ $v[$p], 32;
         $v[$r] = _add $v[$r], $v[$t];
         $v[$q] = _ror $v[$q] ^ $v[$r], 24;
         $v[$p] = _add $v[$p], $v[$q], $m[$s->[2 * $i + 1]];
         $v[$t] = _ror $v[$t] ^ $v[$p], 16;
         $v[$r] = _add $v[$r], $v[$t];
         $v[$q] = _ror $v[$q] ^ $v[$r], 63;
      }
   }

   $h->[$_] ^= $v[$_] ^ $v[$_ + 8] for 0 .. 7;
}

# blake2b $data, size => bytes, key => .., personal => ..
sub blake2b {
   my ($data, %arg) = @_;

   my $key = defined $arg{key} ? $arg{key} : "";
   my $parameters = pack "C4 x28 a16 a16",
      $arg{size}, length $key, 1, 1, "", defined $arg{personal} ? $arg{personal} : "";
   my @p = unpack "Q<8", $parameters;
   my @h = map $IV[$_] ^ $p[$_], 0 .. 7;

   $data = pack ("a128", $key) . $data
      if length $key;

   my $length = length $data;
   my $offset = 0;
   while ($length - $offset > 128) {
      _compress \@h, (substr $data, $offset, 128), $offset + 128, 0;
      $offset += 128;
   }
   _compress \@h, (pack "a128", substr $data, $offset), $length, 1;

   substr pack ("Q<8", @h), 0, $arg{size}
}

# X25519

my $P = Math::BigInt->new (2)->bpow (255)->bsub (19);

sub _number { Math::BigInt->from_hex (unpack "H*", scalar reverse $_[0]) }

sub _bytes {
   my ($n, $size) = @_;
   my $hex = substr $n->as_hex, 2;
   scalar reverse pack "H*", "0" x (2 * $size - length $hex) . $hex
}

sub x25519 {
   my ($secret, $public) = @_;

   my @k = unpack "C32", $secret;
   $k[0] &= 248;
   $k[31] = $k[31] & 127 | 64;
   my @bits = split //, unpack "b256", pack "C32", @k;

   my @u = unpack "C32", $public;
   $u[31] &= 127;
   my $x1 = _number (pack "C32", @u)->bmod ($P);

   my ($x2, $z2, $x3, $z3) = map Math::BigInt->new ($_), 1, 0, 0, 1;
   $x3 = $x1->copy;
   my $swapped = 0;

   for my $bit (reverse @bits[0 .. 254]) {
      ($x2, $x3, $z2, $z3) = ($x3, $x2, $z3, $z2)
         if $swapped ^ $bit;
      $swapped = $bit;

      my $a = $x2 + $z2;
      my $b = $x2 - $z2;
      my $da = ($x3 - $z3) * $a % $P;
      my $cb = ($x3 + $z3) * $b % $P;
      my $aa = $a * $a % $P;
      my $bb = $b * $b % $P;
      my $e = $aa - $bb;
      $x3 = ($da + $cb) * ($da + $cb) % $P;
      $z3 = $x1 * (($da - $cb) * ($da - $cb) % $P) % $P;
      $x2 = $aa * $bb % $P;
      $z2 = $e * ($aa + $e * 121665) % $P;
   }
   ($x2, $z2) = ($x3, $z3)
      if $swapped;

   _bytes $x2 * $z2->bmodpow ($P - 2, $P) % $P, 32
}

sub x25519_public { x25519 ($_[0], pack "C32", 9, (0) x 31) }

# XSalsa20-Poly1305

my @QUARTERS = (
   [0, 4, 8, 12], [5, 9, 13, 1], [10, 14, 2, 6], [15, 3, 7, 11],
   [0, 1, 2, 3], [5, 6, 7, 4], [10, 11, 8, 9], [15, 12, 13, 14],
);

sub _rounds {
   my @x = @_;

   for (1 .. 10) {
      for my $quarter (@QUARTERS) {
         my ($a, $b, $c, $d) = @$quarter;
         my $t;
         $t = ($x[$a] + $x[$d]) & 0xffffffff; $x[$b] ^= ($t << 7 | $t >> 25) & 0xffffffff;
         $t = ($x[$b] + $x[$a]) & 0xffffffff; $x[$c] ^= ($t << 9 | $t >> 23) & 0xffffffff;
         $t = ($x[$c] + $x[$b]) & 0xffffffff; $x[$d] ^= ($t << 13 | $t >> 19) & 0xffffffff;
         $t = ($x[$d] + $x[$c]) & 0xffffffff; $x[$a] ^= ($t << 18 | $t >> 14) & 0xffffffff;
      }
   }

   @x
}

sub _state {
   my ($key, $input) = @_;

   my @c = unpack "V4", "expand 32-byte k";
   my @k = unpack "V8", $key;
   my @i = unpack "V4", $input;
   ($c[0], @k[0 .. 3], $c[1], @i, $c[2], @k[4 .. 7], $c[3])
}

sub _xsalsa20 {
   my ($key, $nonce, $length) = @_;

   my @x = _rounds _state $key, substr $nonce, 0, 16;
   my $subkey = pack "V8", @x[0, 5, 10, 15, 6 .. 9];

   my $stream = "";
   for (my $block = 0; length $stream < $length; $block++) {
      my @s = _state $subkey, (substr $nonce, 16, 8) . pack "Q<", $block;
      my @r = _rounds @s;
      $stream .= pack "V16", map +($s[$_] + $r[$_]) & 0xffffffff, 0 .. 15;
   }

   substr $stream, 0, $length
}

my $P1305 = Math::BigInt->new (2)->bpow (130)->bsub (5);

sub _poly1305 {
   my ($key, $text) = @_;

   my $r = _number ((substr $key, 0, 16) & pack "H*", "ffffff0ffcffff0ffcffff0ffcffff0f");
   my $a = Math::BigInt->new (0);
   while (length $text) {
      $a = ($a + _number ((substr $text, 0, 16, "") . "\1")) * $r % $P1305;
   }

   _bytes +($a + _number (substr $key, 16, 16)) % Math::BigInt->new (2)->bpow (128), 16
}

sub secretbox {
   my ($key, $nonce, $text) = @_;

   my $stream = _xsalsa20 $key, $nonce, 32 + length $text;
   my $sealed = $text ^ substr $stream, 32;
   _poly1305 (substr ($stream, 0, 32), $sealed) . $sealed
}

# Returns undef for a box that does not open.
sub secretbox_open {
   my ($key, $nonce, $box) = @_;

   return undef
      if 16 > length $box;
   my $sealed = substr $box, 16;
   my $stream = _xsalsa20 $key, $nonce, 32 + length $sealed;
   return undef
      unless _poly1305 (substr ($stream, 0, 32), $sealed) eq substr $box, 0, 16;
   $sealed ^ substr $stream, 32
}

# ChaCha20-Poly1305

my @LINES = (
   [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
   [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
);

sub _chacha20 {
   my ($key, $nonce, $length) = @_;

   my @start = (unpack ("V4", "expand 32-byte k"), unpack ("V8", $key), 0, unpack "V3", $nonce);
   my $stream = "";

   while ($length > length $stream) {
      my @x = @start;
      for (1 .. 10) {
         for my $line (@LINES) {
            my ($a, $b, $c, $d) = @$line;
            my $t;
            $x[$a] = ($x[$a] + $x[$b]) & 0xffffffff; $t = $x[$d] ^ $x[$a]; $x[$d] = ($t << 16 | $t >> 16) & 0xffffffff;
            $x[$c] = ($x[$c] + $x[$d]) & 0xffffffff; $t = $x[$b] ^ $x[$c]; $x[$b] = ($t << 12 | $t >> 20) & 0xffffffff;
            $x[$a] = ($x[$a] + $x[$b]) & 0xffffffff; $t = $x[$d] ^ $x[$a]; $x[$d] = ($t << 8 | $t >> 24) & 0xffffffff;
            $x[$c] = ($x[$c] + $x[$d]) & 0xffffffff; $t = $x[$b] ^ $x[$c]; $x[$b] = ($t << 7 | $t >> 25) & 0xffffffff;
         }
      }
      $stream .= pack "V16", map +($x[$_] + $start[$_]) & 0xffffffff, 0 .. 15;
      $start[12]++;
   }

   substr $stream, 0, $length
}

# Bytes up to a multiple of sixteen, with zeros.
sub _padded { $_[0] . "\0" x (-length ($_[0]) % 16) }

sub _aead_code {
   my ($stream, $header, $sealed) = @_;

   # RFC 8439 fills the last part with zeros: all are whole.
   _poly1305 (
      substr ($stream, 0, 32),
      _padded ($header) . _padded ($sealed) . pack "Q<2", length $header, length $sealed)
}

# The code of sixteen bytes, and the encrypted text.
sub aead {
   my ($key, $nonce, $header, $text) = @_;

   my $stream = _chacha20 $key, $nonce, 64 + length $text;
   my $sealed = $text ^ substr $stream, 64;
   _aead_code ($stream, $header, $sealed) . $sealed
}

# Returns undef for what does not open.
sub aead_open {
   my ($key, $nonce, $header, $box) = @_;

   return undef
      if 16 > length $box;
   my $sealed = substr $box, 16;
   my $stream = _chacha20 $key, $nonce, 64 + length $sealed;
   return undef
      unless _aead_code ($stream, $header, $sealed) eq substr $box, 0, 16;
   $sealed ^ substr $stream, 64
}

1
