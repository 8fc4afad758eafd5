# The database: what all nodes see, and who hears of it.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::MP;

configure nodeid => "recipe", binds => ["127.0.0.1:*"], secret => "a secret for recipes", norc => 1,
  services => ["AnyEvent::MP::Global::"];

# == Setting and asking
db_set rooms => "kitchen", { windows => 1 };
db_set rooms => "hall", { windows => 4 };

my $asked = AE::cv;
db_family rooms => sub {
  my ($family) = @_;
  $asked->send (join ", ", map { "$_ has $family->{$_}{windows}" } sort keys %$family);
};
print $asked->recv, "\n";

# == Only the keys, only the values
my $keys = AE::cv;
db_keys rooms => sub { $keys->send (join " ", sort @{ $_[0] }) };
print $keys->recv, "\n";

my $values = AE::cv;
db_values rooms => sub {
  my $sum = 0;
  $sum += $_->{windows} for @{ $_[0] };
  $values->send ($sum);
};
print $values->recv, "\n";

# == Taking it away
db_del rooms => "kitchen", "hall";

my $emptied = AE::cv;
db_keys rooms => sub { $emptied->send (scalar @{ $_[0] }) };
print $emptied->recv, " rooms\n";

# == An entry as long as its guard
my $lock = db_set locks => "printer", "Joe";
undef $lock;

my $unlocked = AE::cv;
db_keys locks => sub { $unlocked->send (scalar @{ $_[0] }) };
print $unlocked->recv, " locks\n";

# == What changes
my $changed = AE::cv;
my $watch = db_mon weather => sub {
  my ($family, $added, $changed_keys, $deleted) = @_;
  print "new: $_ $family->{$_}\n"     for sort @$added;
  print "changed: $_ $family->{$_}\n" for sort @$changed_keys;
  print "gone: $_\n"                  for sort @$deleted;

  db_set weather => "Berlin", "sun" if @$added;
  db_del weather => "Berlin"        if @$changed_keys;
  $changed->send                    if @$deleted;
};

db_set weather => "Berlin", "rain";
$changed->recv;
undef $watch;

# == A port that others find
my $printed = AE::cv;
my $printer = rcv port, print => sub {
  my ($text) = @_;
  print "on paper: $text\n";
  $printed->send;
};
db_reg printers => $printer, { colour => 1 };

my $search; $search = db_mon printers => sub {
  my ($family) = @_;
  my ($found) = grep { $family->{$_}{colour} } sort keys %$family
    or return;
  undef $search;
  snd $found, print => "a picture";
};
$printed->recv;

# == A port that is gone
my $missed = AE::cv;
my $census = db_mon printers => sub {
  my ($family, $added, undef, $deleted) = @_;
  kil $printer if @$added;
  $missed->send (scalar keys %$family) if @$deleted;
};
print $missed->recv, " printers\n";
