# Logging and guards: what happens aside.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Log;
use AnyEvent::Util;

# == Where it goes
$AnyEvent::Log::LOG->fmt_cb (sub {
  my ($time, $ctx, $level, $text) = @_;
  "level $level: $text\n"
});
$AnyEvent::Log::LOG->log_cb (sub { print $_[0]; 1 });
$AnyEvent::Log::FILTER->level ("info");

# == Saying something
AE::log warn => "the disk is nearly full";
AE::log info => "%d of %d done", 3, 7;
AE::log debug => "nobody hears this";

# == What is costly to say
my $trace = AnyEvent::Log::logger trace => \my $is_traced;
$trace->("never computed: " . join ",", 1 .. 1000) if $is_traced;
print $is_traced ? "traced\n" : "not traced\n";

# == A context of one's own
my $ctx = AnyEvent::Log::ctx "My::Module";
$ctx->log (error => "from a module");

$ctx->level ("fatal");
$ctx->log (error => "nobody hears this either");

# == A guard
{
  my $guard = guard { print "cleaned up\n" };
  print "working\n";
}

# == A guard that is kept
my %lock;
$lock{file} = guard { print "unlocked\n" };
print "locked\n";
delete $lock{file};

# == A guard that is taken back
my $guard = guard { print "never printed\n" };
$guard->cancel;
undef $guard;
