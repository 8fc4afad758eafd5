# Hashes and lists: counting, grouping, and what is nested.
use strict;
use warnings;

# == Counting
my %count;
$count{$_}++ for qw(a b a c a b);
print "$_: $count{$_}\n" for sort { $count{$b} <=> $count{$a} } keys %count;

# == Grouping
my %by_length;
push @{ $by_length{length $_} }, $_ for qw(one two three four);
print "$_: @{ $by_length{$_} }\n" for sort { $a <=> $b } keys %by_length;

# == Whether a key is there
my %port = (http => 80, https => 443);
print exists $port{http} ? "there" : "not there", "\n";
my $ftp = delete $port{ftp} // "none";
print "$ftp\n";

# == Records
my %person = (name => "Joe", age => 30);
$person{age}++;
print "$person{name} is $person{age}\n";

# == Hashes in hashes
my %config;
$config{server}{port} = 80;
$config{server}{host} = "localhost";
$config{client}{port} //= 0;
print join (" ", map { "$_=" . ($config{$_}{host} // "") . ":$config{$_}{port}" } sort keys %config), "\n";

# == Taking out while going through
my %timeout = (a => 1, b => 5, c => 9);
for (keys %timeout) {
  delete $timeout{$_} if $timeout{$_} < 6;
}
print join (" ", keys %timeout), "\n";

# == A set
my %seen;
my @unique = grep { !$seen{$_}++ } qw(b a b c a);
print "@unique\n";

# == The other way round
my %service = reverse %port;
print "$service{443}\n";

# == References that are shared
my $list = [1, 2];
my $same = $list;
push @$same, 3;
print scalar @$list, "\n";

# == Lists
my @queue = (1 .. 5);
push @queue, 6;
my $head = shift @queue;
my $tail = pop @queue;
print "$head $tail @queue[0 .. 1] $#queue\n";

# == map, grep and sort in one
print join (" ", map { $_ * $_ } grep { $_ % 2 } sort { $b <=> $a } 1 .. 5), "\n";

# == Going through with numbers
my @names = qw(a b);
print "$_: $names[$_]\n" for 0 .. $#names;

# == Data without a type
use JSON::PP;

my $data = JSON::PP->new->decode ('{"name":"Joe","tags":["x","y"],"age":null}');
print "$data->{name} $data->{tags}[1] ", $data->{age} // "unknown", "\n";
