package Symbols;
# The variables of a program by their scopes, and their names in Swift. A symbol is a hash: "sigil", "name", "swift",
# "type", and what happens to it: how often it is "assigned" to, whether it is "changed" in place, "cleared" or
# "tested" for being defined.

use strict;
use warnings;
use utf8;
use Types qw(fresh known);

my %KEYWORDS = map { ($_ => 1) } qw(
  as associatedtype break case catch class continue default defer deinit do else enum extension fallthrough false
  fileprivate for func guard if import in init inout internal is let nil operator precedencegroup private protocol
  public repeat rethrows return self Self static struct subscript super switch throw throws true try typealias var
  where while Any Type async await print exit min max abs type match it
);

sub new {
  my ($class, $taken) = @_;
  return bless {scopes => [{}], taken => $taken}, $class;
}

sub enter { my ($self) = @_; push @{$self->{scopes}}, {}; return }

sub leave { my ($self) = @_; pop @{$self->{scopes}}; return }

sub is_global { my ($self) = @_; return @{$self->{scopes}} == 1 }

sub declare {
  my ($self, $sigil, $name, %more) = @_;
  my $type =
      $sigil eq "@" ? known("Array", of => fresh())
    : $sigil eq "%" ? known("Dictionary", of => fresh(), key => fresh())
    : fresh();
  my $symbol = {sigil => $sigil, name => $name, type => $type, assigned => 0, global => $self->is_global, %more};
  $symbol->{swift} = $self->swift_name($sigil, $name);
  push @{$self->{all}}, $symbol;
  $self->{scopes}[-1]{"$sigil$name"} = $symbol;
  return $symbol;
}

sub find {
  my ($self, $sigil, $name) = @_;
  for my $scope (reverse @{$self->{scopes}}) {
    return $scope->{"$sigil$name"} if $scope->{"$sigil$name"};
  }
  return undef;
}

# A name that neither Swift nor the program uses for something else there.
sub swift_name {
  my ($self, $sigil, $name) = @_;
  $name =~ s/^.*:://;
  return "it" if $name eq "_";
  return $name . "_" if $KEYWORDS{$name} || $self->{taken}{$name};
  for my $other (grep { $_ ne $sigil } qw($ @ %)) {
    next unless $self->find($other, $name);
    return $name . ($sigil eq "@" ? "_list" : $sigil eq "%" ? "_by_key" : "_value");
  }
  return $name;
}

1;
