#!/usr/bin/perl
# What Perl's own statements do: scripts/port translates all of it, and the translation prints the same.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Socket;
use List::Util qw(any all max min sum);
use constant MAX => 3;
use constant { NAME => "Kinds", HALF => 0.5 };

# --- Texts.

my $name = NAME;
my @list = (10, 9, 2, 33);
print "\x41\102\N{U+43} \U$name\E \L$name\E last $#list, sum @{[ $list[0] + 1 ]}, @list\n";
print "=" x 5, "\n", scalar reverse ($name), "\n";
printf "%-8s|%8s|%03d %s%%\n", $name, lc $name, 7, "x";
my $word = "word";
print ucfirst $word, " ", index ($word, "or") >= 0 ? "has or" : "has no or", "\n";
my $line = "a line\n";
chomp $line;
print "[$line]\n";

# --- Numbers.

my $third = 7 / 2;
print "$third ", int (7 / 2), " ", @list + 1, " ", MAX * 2, "\n";
my $count = 0;
$count += $_ for @list;
my $limit = 0;
$limit ||= 20;
print "$count $limit\n";
my @row = (0) x 3;
my $at = 0;
$row[$at++] = 5;
print "@row $at\n";
my @times;
my $spent = 0;
push @times, 0.5, 1.25;
$spent += $_ for @times;
print "$spent ", sum (@list), " ", max (@list), " ", min (@list, 4), "\n";

# --- Lists and hashes.

print join (",", sort @list), " ", join (",", sort { $a <=> $b } @list), " ", join ("-", 1 .. 3, @list), "\n";
my %age = (ann => 30, bob => 25, cid => 30);
print "$_ " for sort { $age{$b} <=> $age{$a} || $a cmp $b } keys %age;
print "\n";
my ($ann, $bob) = @age{qw(ann bob)};
my ($first, undef, $third_one) = split /,/, "x,y,z";
print "$ann $bob $first $third_one @list[0, 1]\n" if $third_one;
my %known = map { $_ => 1 } qw(ann zoe);
my %seen;
my @names = grep { !$seen{$_}++ } qw(b a b c a);
print "@names ", join (" ", sort keys %known), "\n";
my %group;
push @{$group{length $_}}, $_ for sort keys %age;
my %tree;
$tree{a}{$_}++ for @names;
print scalar @{$group{3}}, " ", join (",", map { "$_=$tree{a}{$_}" } sort keys %{$tree{a}}), "\n";
delete @age{qw(ann bob)};
splice @list, 1, 1;
print join (",", keys %age), " @list ", (any { $_ > 30 } @list) ? "any" : "none", "\n";
my %met;
for my $x (qw(a b a)) {
   next if $met{$x}++;
   print "first $x\n";
}
$met{c} ||= 7;
my $job = { id => 1, tries => 0 };
$job->{tries}++;
$job->{tries} += 2;
print "$job->{tries} $met{c}\n";

# --- Patterns.

my $text = "key=12, other=7";
my @numbers = $text =~ /(\d+)/g;
my $total = 0;
while ($text =~ /=(\d+)/g) {
   $total += $1;
}
(my $loud = $text) =~ s/(\w+)=/uc ($1) . ":"/ge;
my $short = $text =~ s/,.*//r;
my @lines = split /\015\012/, "one\r\ntwo";
my ($key, $value) = $text =~ /^(\w+)=(\d+)/;
my $digit = $text =~ /other=(\d)/ ? $1 : "none";
print "@numbers $total $loud [$short] $key $value $digit @lines\n";
if ($text =~ /^(?<left>\w+) = (?<right>\d+)/x) {
   print "$+{left} is $+{right}\n";
}
if (my ($one, $two) = $text =~ /(\d)(\d)/) {
   print "$one and $two\n";
}
$text =~ s/(\d+)/<$1>/;
print "$text\n";

# --- Functions and loops.

sub parts_of {
   my ($text) = @_;
   return if $text eq "";
   return split /;/, $text;
}

sub described {
   my ($text) = @_;
   my ($left, $right) = $text =~ /^(\w+):(.*)$/
      or return "no pair: $text";
   return "no number: $right" unless $right =~ /^(\d+)$/;
   return "$left has $1";
}

sub second_of {
   my (undef, $second) = @_;
   my ($any) = sort keys %known or return "none";
   return "$second $any";
}

sub ends_of {
   my (@numbers) = @_;
   return unless @numbers;
   my @sorted = sort { $a <=> $b } @numbers;
   return ($sorted[0], "to $sorted[-1]");
}

sub framed {
   my ($text, $mark, $count) = @_;
   $mark = "*" unless defined $mark;
   $count ||= 1;
   return $mark x $count . $text . $mark x $count;
}

print framed ("a"), framed ("b", "-"), framed ("c", "+", 2), "\n";
my ($low, $high) = ends_of (3, 1, 2)
   or die "no numbers\n";
if (my $next = shift @lines) {
   print "$low $high $next\n";
}
if (my $size = length $high) {
   print "$size bytes\n" if $job->{tries};
}
my $commas = () = $text =~ /,/g;
my @parts = ("x", parts_of ("y;z"), parts_of (""));
print "@parts ", described ("a:5"), ", ", described ("a:b"), ", ", described ("a"), " $commas ", second_of ("p", "q"), "\n";
for (my $i = 4; $i > 0; $i -= 2) {
   print "down $i\n";
}
do {
   $count -= 30;
} while ($count > 0);
my @queue = (1 .. 4);
my $taken = 0;
while ($taken < 3 and my $next = shift @queue) {
   $taken += $next;
}
print "$count $taken @queue\n";
my ($host, $port) = parse_hostport "127.0.0.1:80"
   or die "no host\n";
print "$host $port\n" if all { $_ > 0 } @queue;
my $cv = AE::cv;
$cv->begin (sub { shift->send (HALF) });
my $timer = AE::timer 0, 0, sub { $cv->end };
print $cv->recv + 1, "\n";
