#!/usr/bin/perl

# A peer for tests: one scenario a run, one line per event on standard output,
# exit status 0 or 1, and the reason as a sentence on standard error.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Getopt::Long ();

use AEMPPeer::Hostile;
use AEMPPeer::Scenario;

my $USAGE = <<"USAGE";
usage: peer.pl SCENARIO [OPTION]...

scenarios
  sender     sends test => <n> to every port found in a family, as the tutorial's sender does
  receiver   puts a port into a family and prints "Received data: ...", as the tutorial's receiver does
  echo       puts a port into a family that answers echo => <reply port>, <value>...
  monitor    monitors the ports of a family, kills them with --kill REASON, and
             monitors a port that never was
  requests   puts every simple request to a node port and checks the answers
  tool       asks a node for all that Perl's tool aemp asks nodes for, at last to
             restart
  ping       sends a message through the other node and back, again and again,
             until standard input ends
  cross      reads an address from standard input and dials it at the same moment
             as it is dialled by the node there
  global     runs a global node, which ends when it is asked to restart
  observer   a member of scripts/cluster, which says what it sees
  worker     offers its node to a worker pool (family eg_workers): others spawn
             MyApp::Worker::init here
  pool       spawns a worker on every node that offers itself, gives it a job and
             then one that kills it, spawns another and kills that, and spawns what
             is not there
  chat, chat_bridge
             the tutorial's chat clients: they say what is on standard input, under
             the name --nick, and print "Heard: ..."
  chat_server, chat_bridge_server
             the servers for them
  data_server, data_client
             the first puts a port into a family and sends back what comes over data
             connections to MyApp::echo, the second makes one to each node in the
             family, sends --count bytes and wants them back
  log_source is asked for its log messages and sends some; it ends when the catcher goes
  log_catcher
             catches the log of the other nodes and provokes an error there
  actor      puts a port into the family of the distributed actors called "Greeter",
             which answers calls, and calls the actor that is called "swift" there
  hostile KIND
             speaks broken protocol on purpose, to the seed or, without one, to
             the first that connects, and reports how the other side reacts.
             Kinds: @{[ AEMPPeer::Hostile::kinds () ]}

options
  --secret-file FILE  the shared secret, - for standard input
  --rc FILE           or take it from a configuration file of the nodes
  --configured        take node id, seeds, and where to listen and what to announce, from it, too;
                      where it has Perl code ("eval"), that says what to announce, as in 2.02
  --seed HOST:PORT    may be repeated; what "ping" and "requests" connect to
  --bind HOST:PORT    where to listen (127.0.0.1, any port)
  --nodeid ID
  --framing LIST      cbor, json or both, most preferred first
  --sealed MODE       encrypt connections where the other node can ("yes"), or accept no
                      others ("only", or the name of the one method to accept); without it we
                      are as AnyEvent::MP 2.02
  --tls MODE          use the certificate of the configuration file ("yes"), and no secret
                      ("only"); --tls-rc FILE takes it from another file, --tls-version 1.2
                      uses no higher version
  --family NAME       (eg_receivers)
  --count N           messages to send, or to receive before stopping (sender 1, others no end)
  --kill REASON       for "monitor"
  --nick NAME         for the chat clients (anonymous)
  --limit SECONDS     how long everything may take; for "hostile" how long the other
                      side may take to hang up (30)
  --global            for "observer": a global node also with a seed
  --connect-interval SECONDS, --monitor-timeout SECONDS
                      (2, 30)
  --late              for "cross": authenticate on both connections when both have been greeted
  --verbose           what the node does, on standard error
USAGE

my %option = (nick => "anonymous", family => "eg_receivers", limit => 30, seed => [], bind => []);

Getopt::Long::GetOptions (\%option,
   qw(secret-file=s rc=s seed=s@ bind=s@ nodeid=s framing=s sealed=s tls=s tls-rc=s tls-version=s family=s count=i kill=s nick=s limit=f
      connect_interval|connect-interval=f monitor_timeout|monitor-timeout=f global late configured verbose help),
) or die $USAGE;

if ($option{help}) {
   print $USAGE;
   exit 0;
}

my ($name, @arg) = @ARGV;
defined $name or die $USAGE;

$| = 1;
$SIG{PIPE} = "IGNORE";

exit AEMPPeer::Scenario::run ($name, \%option, @arg);
