package SwiftBrackets;
# Looks for a bracket without its partner in lines of Swift: those in texts, patterns and comments are none.

use strict;
use warnings;
use utf8;

my %PARTNERS = (")" => "(", "]" => "[", "}" => "{");

# The line of the first bracket without a partner, or undef.
sub open_one {
  my @open;
  my $pattern_may_begin = qr/(?:^|[(\[{,:=])\s*\z/;
  for my $line (@_) {
    pos($line) = 0;
    my $so_far = "";
    while (pos $line < length $line) {
      my $in_text = @open && $open[-1]{bracket} eq '"';
      if ($in_text) {
        if ($line =~ /\G\\\(/gc) { push @open, {bracket => "(", line => $line} }
        elsif ($line =~ /\G"/gc) { pop @open }
        else { $line =~ /\G(?:\\.|[^\\"]|\\)/gcs }
        next;
      }
      last if $line =~ m{\G//};
      my $from = pos $line;
      if ($line =~ /\G"/gc) { push @open, {bracket => '"', line => $line} }
      elsif ($line =~ m{\G#/.*?/#}gc) { }
      elsif ($so_far =~ $pattern_may_begin && $line =~ m{\G/(?:\\.|[^\\/])+/}gc) { }
      elsif ($line =~ /\G([(\[{])/gc) { push @open, {bracket => $1, line => $line} }
      elsif ($line =~ /\G([)\]}])/gc) {
        my $partner = pop @open;
        return $line if !$partner || $partner->{bracket} ne $PARTNERS{$1};
      } else {
        $line =~ /\G./gcs;
      }
      $so_far .= substr $line, $from, pos($line) - $from;
    }
  }
  return @open ? $open[-1]{line} : undef;
}

1;
