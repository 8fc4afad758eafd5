package AEMPPeer::Scenario;

# What peer.pl can do. Every scenario prints one line per event and ends by
# calling done or fail.

use strict;
use warnings;

use AnyEvent ();
use AnyEvent::Handle ();
use JSON::XS ();

use AEMPPeer ();
use AEMPPeer::Actor ();
use AEMPPeer::Chat ();
use AEMPPeer::DataConn ();
use AEMPPeer::Hostile ();
use AEMPPeer::LogCatcher ();
use AEMPPeer::Observer ();
use AEMPPeer::Pool ();

my $JSON = JSON::XS->new->canonical->allow_nonref->ascii;

my %SCENARIO = (
   sender   => \&sender,
   receiver => \&receiver,
   echo     => \&echo,
   monitor  => \&monitor,
   requests => \&requests,
   tool     => \&tool,
   ping     => \&ping,
   cross    => \&cross,
   global   => \&global,
   observer => \&AEMPPeer::Observer::start,
   worker   => \&AEMPPeer::Pool::worker,
   pool     => \&AEMPPeer::Pool::pool,
   chat               => \&AEMPPeer::Chat::client,
   chat_server        => \&AEMPPeer::Chat::server,
   chat_bridge        => \&AEMPPeer::Chat::bridge_client,
   chat_bridge_server => \&AEMPPeer::Chat::bridge_server,
   data_server => \&AEMPPeer::DataConn::Scenario::server,
   data_client => \&AEMPPeer::DataConn::Scenario::client,
   log_source  => \&AEMPPeer::LogCatcher::source,
   log_catcher => \&AEMPPeer::LogCatcher::catcher,
   actor    => \&AEMPPeer::Actor::actor,
   hostile  => sub { AEMPPeer::Hostile::start (@_) },
);

sub run {
   my ($name, $option, @arg) = @_;

   my $end = AE::cv;
   my $self = bless { option => $option, end => $end }, __PACKAGE__;

   my $start = $SCENARIO{$name};
   my $ok = eval {
      $start or die "there is no scenario '$name', try --help\n";

      $self->{secret} = $self->_secret
         unless ($option->{tls} || "") eq "only";
      $self->{cert} = $self->_cert
         if defined $option->{tls};
      $self->{stop} = [map { AE::signal $_, sub { $self->done ("stopped") } } qw(INT TERM)];
      $start->($self, @arg);
      1
   };
   $ok or $end->(1, $@);

   my ($status, $sentence) = $end->recv;
   $self->{node}->stop if $self->{node};
   $self->{clean}->() if $self->{clean};

   chomp $sentence;
   $status
      ? print STDERR "peer.pl $name: $sentence\n"
      : print "Done: $sentence\n";

   $status
}

sub done { $_[0]{end}->(0, $_[1]) }
sub fail { $_[0]{end}->(1, $_[1]) }

sub event {
   my ($self, $text) = @_;
   print "$text\n";
}

# Fails when the limit is over; scenarios that have no end don't call it.
sub limit {
   my ($self, $what) = @_;

   $self->{limit} = AE::timer $self->{option}{limit}, 0, sub {
      $self->fail ("$what not within $self->{option}{limit} s");
   };
}

sub text {
   my ($value) = @_;

   !defined $value ? "null" : ref $value || $value =~ /[^\x20-\x7e]/ ? $JSON->encode ($value) : $value
}

# The secret never comes by way of the arguments.
sub _secret {
   my ($self) = @_;

   my $option = $self->{option};
   my $secret;

   if (defined (my $file = $option->{rc})) {
      my $rc = eval { JSON::XS->new->utf8->relaxed->decode (_read ($file)) }
         or die "$file: $@";
      $secret = $rc->{secret};
      defined $secret or die "$file holds no secret\n";
      @$option{qw(nodeid bind announce seed eval)} = @$rc{qw(nodeid binds announce seeds eval)}
         if $option->{configured};
      # Who is told by Perl code what to announce does not know the setting.
      delete $option->{announce}
         if defined $option->{eval};
   } elsif (defined ($file = $option->{"secret-file"})) {
      chomp ($secret = $file eq "-" ? do { local $/; <STDIN> } : _read ($file));
      utf8::decode $secret;
   } else {
      die "one of --secret-file and --rc is needed\n";
   }

   utf8::downgrade ($secret, 1)
      or die "the secret has a character above U+00FF\n";

   $secret
}

# The certificate comes from the configuration file, too.
sub _cert {
   my ($self) = @_;

   my $file = $self->{option}{"tls-rc"} || $self->{option}{rc};
   defined $file or die "--tls needs --rc or --tls-rc\n";

   my $rc = eval { JSON::XS->new->utf8->relaxed->decode (_read ($file)) }
      or die "$file: $@";
   defined $rc->{cert} or die "$file holds no certificate\n";

   $rc->{cert}
}

sub _read {
   my ($file) = @_;

   open my $fh, "<:raw", $file
      or die "$file: $!\n";
   local $/;
   <$fh>
}

sub seeds {
   my ($self) = @_;

   my @seeds = @{ $self->{option}{seed} };
   @seeds or die "at least one --seed is needed\n";
   @seeds
}

# Starts the node of this run.
sub node {
   my ($self, %arg) = @_;

   my $option = $self->{option};

   my $node = $self->{node} = AEMPPeer->new (
      map ({ defined $option->{$_} ? ($_ => $option->{$_}) : () } qw(connect_interval monitor_timeout)),
      secret   => $self->{secret},
      (defined $self->{cert} ? (cert => $self->{cert}, tls_version => $option->{"tls-version"}) : ()),
      seeds    => $option->{seed},
      binds    => @{ $option->{bind} } ? $option->{bind} : ["127.0.0.1:0"],
      (defined $option->{framing} ? (framings => [split /,/, $option->{framing}]) : ()),
      (defined $option->{sealed} ? (
         sealed => 1,
         $option->{sealed} eq "only" ? (accept => [@AEMPPeer::Sealed::METHODS]) : (),
         AEMPPeer::Sealed::methods ($option->{sealed}) ? (accept => [$option->{sealed}]) : (),
      ) : ()),
      ($option->{announce}        ? (announce => $option->{announce})             : ()),
      (defined $option->{eval}    ? (eval => $option->{eval})                     : ()),
      (defined $option->{nodeid}  ? (nodeid   => $option->{nodeid})               : ()),
      note     => sub { print STDERR AE::time, " $_[0]\n" if $option->{verbose} },
      on_up    => sub { $self->event ("Up: $_[0]") },
      on_down  => sub { $self->event ("Down: $_[0] ($_[1])") },
      %arg,
   );

   AEMPPeer::Framing->new ($_) for @{ $node->{framings} }; # unknown ones die here

   $node->start;
   return $node if $self->{quiet};

   $self->event ("Node: " . $node->nodeid);
   $self->event ("Listening on: $_") for $node->listens;

   $node
}

# Without a seed this node is one itself.
sub node_or_seed {
   my ($self) = @_;

   my $node = $self->node;
   $node->become_global
      unless @{ $self->{option}{seed} };

   $node
}

# A message that goes to the other node and comes back: whatever was sent to
# it before has arrived then.
sub _echo {
   my ($self, $target, $cb) = @_;

   my $node = $self->{node};
   my $reply = $node->port;
   $node->rcv ($reply, echo => sub {
      $node->kil ($reply);
      $cb->(@_);
   });

   my ($id) = split /#/, $target;
   $node->snd ($id, snd => $reply, "echo", 1);
}

#############################################################################

sub sender {
   my ($self) = @_;

   my $count = $self->{option}{count} || 1;
   my $node = $self->node_or_seed;
   $self->limit ("messages sent:");

   my $reply = $node->port;
   $node->rcv ($reply, sub { $self->event ("Reply: " . join " ", map text ($_), @_) });

   $self->{mon} = $node->database->monitor ($self->{option}{family} => sub {
      my ($family, $added) = @_;

      for my $port (@$added) {
         $self->event ("Found receiver: $port");
         for (1 .. $count) {
            $node->snd ($port, test => $_, $reply);
            $self->event ("Sent: $_");
         }
         $self->_echo ($port, sub { $self->done ("everything sent has arrived") });
      }
   });
}

sub receiver {
   my ($self) = @_;

   my $left = $self->{option}{count};
   my $node = $self->node_or_seed;
   $self->limit ("all messages received:") if $left;

   my $port = $node->port;
   $node->rcv ($port, test => sub {
      my ($data, $reply) = @_;

      $self->event ("Received data: " . text ($data));
      $node->snd ($reply, got => $data) if defined $reply;

      # Stop after the answer has gone out, not with it.
      $left and !--$left
         and defined $reply ? $self->_echo ($reply, sub { $self->done ("all received") })
                            : $self->done ("all received");
   });
   $node->database->set ($self->{option}{family}, $port);
   $self->event ("Port: $port");
}

sub echo {
   my ($self) = @_;

   my $node = $self->node_or_seed;
   my $port = $node->port;
   $node->rcv ($port, echo => sub {
      my ($reply, @value) = @_;

      $self->event ("Echo: " . join " ", map text ($_), @value);
      $node->snd ($reply, echo => @value);
   });
   $node->database->set ($self->{option}{family}, $port);
   $self->event ("Port: $port");
}

sub monitor {
   my ($self) = @_;

   my $kill = $self->{option}{kill};
   my $node = $self->node_or_seed;
   $self->limit ("monitors fired:");

   $self->{mon} = $node->database->monitor ($self->{option}{family} => sub {
      my ($family, $added) = @_;

      for my $port (@$added) {
         $self->event ("Monitoring: $port");
         my ($id) = split /#/, $port;

         # The one that never was fires at once.
         $node->mon ("$id#nonexistent", sub {
            $self->event ("Fired: $id#nonexistent " . join " ", map text ($_), @_);

            return if $_[0] eq "no_such_port";
            $self->fail ("a monitor on a port that never was fired with '@_'");
         });

         $node->mon ($port, sub {
            $self->event ("Fired: $port " . join " ", map text ($_), @_);

            defined $kill && "@_" ne $kill
               ? $self->fail ("the monitor fired with '@_', not with '$kill'")
               : $self->done ("the monitor has fired");
         });
         $node->kil ($port, $kill) if defined $kill;
      }
   });
}

# Calls back with the id of the node behind the first seed, once it is up.
sub _seed_up {
   my ($self, $cb) = @_;

   $self->seeds;
   $self->node (on_up => sub {
      my ($id) = @_;

      $self->event ("Up: $id");
      my $go = $cb; undef $cb;
      $go->($id) if $go;
   });
}

sub requests {
   my ($self) = @_;

   $self->limit ("all answers:");
   $self->_seed_up (sub {
      my ($id) = @_;

      my $node = $self->{node};
      my $reply = $node->port;
      my @expected = (
         # what, request, does the answer hold
         ["snd", [snd => $reply, "a", 1, ["x"]], sub { $JSON->encode (\@_) eq '["a",1,["x"]]' }],
         ["can a request", [can => "mon1", $reply, "a"], sub { $_[0] eq "a" && $_[1] eq "1" }],
         ["can what can't be", [can => "no_such_thing", $reply, "a"], sub { $_[0] eq "a" && $_[1] eq "" }],
         ["time", [time => $reply, "a"], sub { abs ($_[1] - AE::time) < 60 }],
         ["eval", [eval => "1", $reply, "a"], sub { length $_[1] }],
      );

      # None of these is answered, all are survived.
      $node->snd ($id, @$_) for ["devnull", 1, 2], ["no_such_request"], [undef], [{}],
         ["mon0", "never_monitored"], ["mon0", undef], ["mon0", ""], ["kil0", "never_monitored", "x"],
         ["g_found", "nobody", undef], ["g_reply", "zz", 1], ["g_chg2", "nothing", { a => 1 }],
         ["g_chg1", "nothing", undef], ["kil1", "no_such_port"], ["No::Such::function", 1];
      $node->send_packet ($id);
      $node->send_packet ($id, "");
      $node->send_packet ($id, "no_such_port", "test");

      my $next; $next = sub {
         my $item = shift @expected
            or return $self->done ("all answers are right");
         my ($what, $request, $holds) = @$item;

         $node->rcv ($reply, sub {
            $self->event ("Answer to $what: " . $JSON->encode (\@_));
            $holds->(@_) ? $next->() : $self->fail ("the answer to $what is wrong");
         });
         $node->snd ($id, @$request);
      };
      $next->();
   });
}

# What Perl's tool asks a node for: snd, cal, mon, trace, restart.
sub tool {
   my ($self) = @_;

   $self->limit ("all answers:");
   $self->_seed_up (sub {
      my ($id) = @_;

      my $node = $self->{node};

      # restart ends with the node's going down.
      $node->mon ($id, sub {
         $self->event ("Fired: $id " . join " ", map text ($_), @_);
         $self->{restarting} ? $self->done ("the node has restarted") : $self->fail ("the node went down, and restart was not answered");
      });

      $self->_ask ($id, "up_nodes", [eval => "AnyEvent::MP::Kernel::up_nodes"], sub {
         my ($error, @up) = @_;

         $error eq "" && grep $_ eq $node->nodeid, @up
            or return $self->fail ("up_nodes is wrong");

         $self->_ask ($id, "cal", ["time"], sub { $self->_shell ($id) });
      });
   });
}

# What is typed into the tool's shell comes wrapped; restart comes last.
sub _shell {
   my ($self, $id) = @_;

   my $node = $self->{node};
   my $wrap = "package aemp::shell; my \$ECHO = '" . $node->nodeid . "#echo'; ";

   $self->_ask ($id, "shell pid", [eval => "$wrap\$\$"], sub {
      $_[0] eq "" && $_[1] =~ /^[1-9][0-9]*$/
         or return $self->fail ("the shell's \$\$ is answered by '@_'");

      $self->_ask ($id, "shell up_nodes", [eval => "${wrap}up_nodes"], sub {
         my ($error, @up) = @_;

         $error eq "" && grep $_ eq $node->nodeid, @up
            or return $self->fail ("the shell's up_nodes is answered by '@_'");

         $self->_ask ($id, "restart",
            [eval => "require AnyEvent::Watchdog::Util; AnyEvent::Watchdog::Util::restart (); ()"],
            sub {
               $_[0] eq ""
                  ? $self->{restarting} = 1
                  : $self->fail ("restart answers '$_[0]'")
            },
         );
      });
   });
}

# Sends a request with a reply port behind it, as "cal" does.
sub _ask {
   my ($self, $id, $what, $request, $cb) = @_;

   my $node = $self->{node};
   my $reply = $node->port;
   $node->rcv ($reply, sub {
      $self->event ("Answer to $what: " . $JSON->encode (\@_));
      $node->kil ($reply);
      $cb->(@_);
   });
   $node->snd ($id, @$request, $reply);
}

sub ping {
   my ($self) = @_;

   my $count = 0;
   my $last = $self->{option}{count} || 0;
   my $stop;

   $self->limit ("first answer:");
   $self->{stdin} = AE::io *STDIN, 0, sub {
      sysread STDIN, my $dummy, 4096
         and return;
      delete $self->{stdin};
      $stop = 1;
   } unless $last;

   $self->_seed_up (sub {
      my ($id) = @_;

      my $node = $self->{node};
      my $port = $node->port;

      $node->{on_down} = sub { $self->fail ("$_[0] went down ($_[1]) after $count answers") };
      $node->rcv ($port, pong => sub {
         my ($n) = @_;

         $n == $count + 1
            or return $self->fail ("answer $n instead of " . ($count + 1));
         ++$count;
         $self->event ("Answered: $count") if $count == 1;

         return $self->done ("$count answers, none missing")
            if $stop or $last && $last == $count;

         # A new limit for each answer, and no busy loop.
         $self->limit ("answer " . ($count + 1) . ":");
         $self->{again} = AE::timer $last ? 0 : 0.02, 0, sub {
            $node->snd ($id, snd => $port, pong => $count + 1);
         };
      });
      $node->snd ($id, snd => $port, pong => 1);
   });
}

# Both nodes dial each other at the same moment: what comes in is held back
# until the address to dial is there. Both must then agree on one connection.
sub cross {
   my ($self) = @_;

   $self->limit ("answer:");
   my $down;
   my $node = $self->node (
      on_down => sub { $self->event ("Down: $_[0] ($_[1])"); ++$down },
      on_up   => sub {
         my ($id) = @_;

         $self->event ("Up: $id");
         # By then the other connection has come to its end, too.
         my $left = 20;
         my $again; $again = sub {
            --$left and return $self->_echo ($id, $again);
            $down
               ? $self->fail ("the node went down $down times before one connection stayed")
               : $self->done ("one connection stayed");
         };
         $again->();
      },
   );
   $node->hold;
   $node->gate (2) if $self->{option}{late};

   $self->{stdin} = AnyEvent::Handle->new (fh => \*STDIN, on_error => sub { }, on_eof => sub { });
   $self->{stdin}->push_read (line => sub {
      my ($address) = ($_[1]);

      # Theirs must have come in already.
      my $wait; $wait = AE::timer 0, 0.01, sub {
         @{ $node->{held} } or return;
         undef $wait;
         $node->add_seed ($address);
         $node->release;
      };
   });
}

sub global {
   my ($self) = @_;

   my $node = $self->node (on_restart => sub { $self->done ("asked to restart") });
   $node->become_global;

   $node->database->monitor ($self->{option}{family} => sub {
      my ($family, $added, $changed, $deleted) = @_;

      $self->event ("Added: $_")   for @$added;
      $self->event ("Changed: $_") for @$changed;
      $self->event ("Deleted: $_") for @$deleted;
   });
}

1
