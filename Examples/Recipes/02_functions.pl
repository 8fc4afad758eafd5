# Functions: arguments, results, and what is changed for a while.
use strict;
use warnings;

# == Arguments that may be left out
sub greet {
  my ($name, $greeting) = @_;
  $greeting //= "hello";
  return "$greeting, $name";
}

print greet ("Joe"), "; ", greet ("Joe", "good morning"), "\n";

# == Arguments with names
sub connection {
  my (%arg) = (port => 80, timeout => 30, @_);
  return "$arg{host}:$arg{port}, $arg{timeout} s";
}

print connection (host => "example.org"), "\n";
print connection (host => "example.org", timeout => 5), "\n";

# == As many as there are
sub total {
  my ($name, @numbers) = @_;
  my $sum = 0;
  $sum += $_ for @numbers;
  return "$name: $sum";
}

my @more = (3, 4);
print total ("sum", 1, 2, @more), "\n";

# == Taking arguments one after the other
sub command {
  my $verb = shift // "help";
  return "$verb (" . join (", ", @_) . ")";
}

print command ("get", "a", "b"), "; ", command (), "\n";

# == Several results
sub minmax {
  my @sorted = sort { $a <=> $b } @_;
  return @sorted[0, -1];
}

my ($min, $max) = minmax (3, 1, 2);
print "from $min to $max\n";

# == wantarray
sub lines {
  my @lines = split /\n/, shift;
  return wantarray ? @lines : scalar @lines;
}

my @lines = lines ("a\nb");
my $count = lines ("a\nb");
print "$count lines: @lines\n";

# == A callback at the end
sub twice (&) {
  my ($code) = @_;
  $code->($_) for 1, 2;
}

twice { print "time $_[0]\n" };

# == local
our $indent = 0;

sub show {
  my ($text, @below) = @_;
  print " " x $indent, "$text\n";
  local $indent = $indent + 2;
  show (@$_) for @below;
}

show ("root", ["left", ["leaf"]], ["right"]);

# == state
use feature "state";

sub ticket {
  state $last = 0;
  return ++$last;
}

print ticket (), " ", ticket (), "\n";

# == A function that changes its argument
sub strip { $_[0] =~ s/^\s+|\s+$//g }

my $text = "  some text ";
strip ($text);
print "[$text]\n";
