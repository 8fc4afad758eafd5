#!/usr/bin/perl

# The other end of Tests/TLS/anyevent-tls-peer, by Perl's AnyEvent::Handle:
#
#    tls.pl connect|accept FILE 1.2|1.3 listen|HOST:PORT

use strict;
use warnings;

use AnyEvent;
use AnyEvent::Handle;
use AnyEvent::Socket;
use AnyEvent::TLS;

my ($role, $file, $version, $where) = @ARGV;
defined $where or die "usage: tls.pl connect|accept FILE 1.2|1.3 listen|HOST:PORT\n";

$| = 1;

my $pem  = do { local $/; open my $fh, "<", $file or die "$file: $!\n"; <$fh> };
my $long = join "", map chr $_ % 251, 0 .. 299_999;
my $done = AE::cv;

my $ctx = AnyEvent::TLS->new (cert => $pem, ca_cert => $pem, verify => 1, verify_require_client_cert => 1);
Net::SSLeay::CTX_set_max_proto_version ($ctx->ctx, $version eq "1.2" ? 0x0303 : 0x0304);

my $handle;

sub talk {
   my (@where) = @_;

   $handle = AnyEvent::Handle->new (
      @where,
      tls      => $role,
      tls_ctx  => $ctx,
      on_error => sub { $done->croak ("error: $_[2]\n") },
   );
   $handle->push_write ("hello from Perl\015\012");
   $handle->push_write (netstring => $long);
   $handle->push_read (line => sub {
      $_[1] eq "hello from Swift" or $done->croak ("the line was $_[1]\n");
      print "cipher ", Net::SSLeay::get_version ($_[0]{tls}), " ", Net::SSLeay::get_cipher ($_[0]{tls}), "\n";
   });
   $handle->push_read (netstring => sub {
      $_[1] eq $long or $done->croak ("the netstring was damaged\n");
      $_[0]->on_read (sub { $done->croak ("more than that was sent\n") });
      $_[0]->on_eof (sub { $_[0]->destroy; $done->send ("ok") });
   });
}

my $server;
if ($where eq "listen") {
   $server = tcp_server "127.0.0.1", undef, sub { talk (fh => $_[0]) }, sub {
      print "listens on 127.0.0.1:$_[2]\n";
      0
   };
} else {
   talk (connect => [parse_hostport $where]);
}

my $result = eval { $done->recv };
print STDERR $@ if $@;
print "$result\n" if defined $result;
exit !defined $result;
