package Translation;
# A program from its text in Perl to that in Swift.

use strict;
use warnings;
use utf8;
use PerlTokens;
use PerlParser;
use Inference;
use Lines;
use Throwing;
use Writer;

sub of {
  my ($source, $table) = @_;
  my ($tokens, $problem) = PerlTokens::read($source);
  return {problem => $problem} if !$tokens;
  my $statements = PerlParser->new($tokens)->statements;
  return {problem => "it has no statement"} if !@$statements;
  my $unread = grep { $_->{t} eq "unknown" } @$statements;
  return {problem => "none of its statements can be read, the first for this: $statements->[0]{why}"}
    if $unread == @$statements;
  my $inference = Inference->new($table);
  $inference->program($statements);
  my $has_ports = grep { $_->{t} eq "use" && ($_->{words}[0] // "") =~ /^AnyEvent::MP\b/ } @$statements;
  my $writer = Writer->new(
    table => $table,
    names => {map { ($_->{swift} => 1) } @{$inference->{symbols}{all}}},
    throwing => Throwing::names($inference->{functions}, $has_ports),
    imported => {AnyEventMP => $has_ports}
  );
  my ($text) = $writer->statements($statements, 0, 0);
  my $head = head($writer, $inference, $source);
  my $swift = eval { Lines::assembled(source => $source, text => $text, ported => $writer->{ported}, head => $head) };
  if (!defined $swift) {
    die $@ if !ref $@;
    return $@;
  }
  my @counted = Lines::counted($source);
  my $through = grep { !$writer->{ported}{$_} } @counted;
  return {
    text => $swift,
    lines => scalar @counted,
    through => $through,
    missing => $writer->{missing},
    unknown => $writer->{unknown}
  };
}

# What Swift needs besides: imports, and the arguments of the program.
sub head {
  my ($writer, $inference, $source) = @_;
  my %imports = %{$writer->{imports}};
  $imports{$writer->{imported}{AnyEventMP} ? "import AnyEventMP" : "import AnyEvent"} = 1;
  if ($imports{"\@preconcurrency import Glibc"} && delete $imports{"import Foundation"}) {
    $imports{"\@preconcurrency import Foundation"} = 1;
  }
  delete $imports{"import Glibc"} if $imports{"\@preconcurrency import Glibc"};
  my @head = sort { $a =~ s/\@preconcurrency //r cmp $b =~ s/\@preconcurrency //r } keys %imports;
  my $arguments = $inference->{arguments};
  if ($source =~ /\@ARGV|\$ARGV\[|\bshift\b/) {
    my $word = $arguments->{changed} || $arguments->{assigned} ? "var" : "let";
    push @head, "$word ARGV = Array(CommandLine.arguments.dropFirst())" if $source =~ /ARGV/ || $word eq "var";
  }
  if ($writer->{helpers}{perl_number}) {
    push @head,
      "// Numbers of messages as Perl has them: whole ones have no fraction.",
      "func perl_number(_ x: Double) -> Value { Int(exactly: x).map { .int(\$0) } ?? .double(x) }";
  }
  return \@head;
}

# What happened, in sentences.
sub summary {
  my ($path, $result) = @_;
  my ($lines, $through) = @$result{qw(lines through)};
  my $share = $lines ? int(100 * $through / $lines) : 100;
  my $left = $lines - $through;
  my $text = "$path: $through of $lines lines went through ($share %)"
    . ($left ? ", $left stand as comments marked PORT.\n" : ".\n");
  my $missing = $result->{missing};
  $text .= "not there: $_, as $missing->{$_}{note}.\n" for sort keys %$missing;
  my @unknown = sort keys %{$result->{unknown} // {}};
  $text .= "nothing is known of: " . join(", ", @unknown) . ".\n" if @unknown;
  return $text;
}

1;
