package SwiftNames;

# The public declarations of Swift sources, found in their text: functions, properties, cases and types by their full
# names, with the labels of their parameters.

use strict;
use warnings;
use File::Find ();

my $MODIFIER = qr{
  (?: @\w+ (?: \( [^()]* \) )?
    | (?:public|open|internal|package|fileprivate|private) (?: \(set\) )?
    | static | final | indirect | mutating | nonmutating | override | convenience | required | nonisolated | lazy
    | weak | unowned (?: \(\w+\) )? | class (?= \s+ (?:func|var) ) )
  \s+ }x;
my $KEYWORD = qr{func|var|let|init|subscript|case|typealias|class|struct|enum|protocol|actor|extension}x;

# A new table of what the files below a folder declare; each folder in it is a module.
sub new {
  my ($class, $folder) = @_;
  my $self = bless {labels => {}, literals => {}}, $class;
  my @files;
  File::Find::find({no_chdir => 1, wanted => sub { push @files, $_ if /\.swift\z/ }}, $folder);
  for my $file (sort @files) {
    my ($module) = $file =~ m{^\Q$folder\E/([^/]+)/} or next;
    open my $source, "<:encoding(UTF-8)", $file or die "$file cannot be read ($!).\n";
    $self->take($module, do { local $/; <$source> })
      or die "The braces of $file do not match, as scripts/lib/coverage/SwiftNames.pm reads it.\n";
  }
  return $self;
}

# Whether a name is declared, such as "tcp_connect", "Handle.rbuf", "AnyEvent.timer" (of the module AnyEvent),
# "Handle.init(fh:)", or as a literal in the code, such as "\"nolog\"".
sub has {
  my ($self, $name) = @_;
  return exists $self->{literals}{$1} if $name =~ /^"(.*)"\z/;
  return exists $self->{labels}{$name} unless $name =~ /^(.*)\((.*)\)\z/;
  my ($base, @labels) = ($1, split /:/, $2);
  # One overload has all of them.
  return scalar grep {
    my $known = $_;
    !grep { !$known->{$_} } @labels
  } @{$self->{labels}{$base} || []};
}

# Notes what a source declares; false if its text was not understood.
sub take {
  my ($self, $module, $text) = @_;
  $text = $self->code($text);
  # What encloses the present place: the name of a type or undef, and the keyword of one that is public.
  my @scopes;
  while ($text =~ /\G.*?(?:([{}])|(?<![\w.`])((?:$MODIFIER)*)\b($KEYWORD)\b)/gcs) {
    my ($brace, $modifiers, $keyword) = ($1, $2, $3);
    if ($brace) {
      if ($brace eq "{") { push @scopes, [undef, ""] } elsif (!@scopes) { return 0 } else { pop @scopes }
      next;
    }
    my $is_public = $modifiers =~ /\b(?:public|open)\s/;
    if ($keyword =~ /^(?:class|struct|enum|protocol|actor|extension)\z/) {
      next unless $text =~ /\G\s+([\w.]+)([^{}]*)\{/gc;
      my $name = $1;
      $self->note($module, \@scopes, $name, {}) if $is_public && $keyword ne "extension";
      push @scopes, [$name, $is_public ? $keyword : ""];
      next;
    }
    my $around = @scopes ? $scopes[-1] : undef;
    $is_public ||= $around && ($around->[1] eq "protocol" || $around->[1] eq "enum" && $keyword eq "case");
    next if !$is_public || $modifiers =~ /\bunavailable\b/;
    my $name = $keyword;
    if ($keyword !~ /^(?:init|subscript)\z/) {
      next unless $text =~ /\G\s+`?(\w+)`?/gc;
      $name = $1;
    }
    my %labels;
    if ($keyword =~ /^(?:func|init|subscript)\z/ && $text =~ /\G[?!]?\s*(?:<[^()]*?>)?\s*(\((?:[^()]++|(?1))*\))/gc) {
      %labels = labels_of($1);
    }
    $self->note($module, \@scopes, $name, \%labels);
    # Further cases of the same line.
    while ($keyword eq "case" && $text =~ /\G(?:\s*\((?:[^()]++|\([^()]*\))*\))?(?:\s*=\s*[^,\n]+)?,\s*`?(\w+)`?/gc) {
      $self->note($module, \@scopes, $1, {});
    }
  }
  return !@scopes;
}

# The labels in a list of parameters.
sub labels_of {
  my ($list) = @_;
  $list =~ s/^\(|\)\z//g;
  # Functions, tuples and arrays among the types have commas of their own.
  1 while $list =~ s/\([^()]*\)|\[[^\[\]]*\]//g;
  return map { /^\s*`?(\w+)`?(?:\s+\w+)?\s*:/ ? ($1 => 1) : () } split /,/, $list;
}

sub note {
  my ($self, $module, $scopes, $name, $labels) = @_;
  my @types = grep { defined } map { $_->[0] } @$scopes;
  my $full = join ".", @types, $name;
  push @{$self->{labels}{$_}}, $labels for $full, @types ? () : "$module.$full";
}

# The text without comments and what is in literals, which are kept.
sub code {
  my ($self, $text) = @_;
  $text =~ s{
    (?<comment> //[^\n]* | /\*.*?\*/ )
    | (?<hashes>[#]+) (?<mark>"""|") .*? \k<mark>\k<hashes>
    | """ (?: \\(?&group) | \\. | . )*? """
    | (?<string> " (?<literal> (?: \\(?&group) | \\[^(] | [^"\\\n] )* ) " )
    (?(DEFINE) (?<group> \( (?: (?&string) | (?&group) | [^()"] )* \) ) )
  }{
    $self->{literals}{$+{literal}} = 1 if defined $+{literal};
    defined $+{comment} ? "" : '""'
  }gsex;
  return $text;
}

1;
