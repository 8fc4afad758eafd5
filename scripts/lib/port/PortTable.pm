package PortTable;
# The tables in Documentation/Coverage, as the translation needs them: what Perl calls something, whether it is there,
# and how it is called in Swift. The column "call" says the latter:
#
#   try tcp_server(String?, Service) { CInt, String, Int } prepare: { CInt, String, Int -> Int } -> Guard
#
# are the name, the types of arguments (those with a label are options, "Any..." is a list), the callbacks with the
# types of what they get ("A; B" may be left out from B on, "->" is what they return), and the type of the result. A
# name that begins with a dot is a method's; ".name = Type" is a property. A row of an option has a type alone.

use strict;
use warnings;
use utf8;

my @COLUMNS = qw(module item status names note call);

sub new {
  my ($class, $folder) = @_;
  my $self = bless {rows => [], functions => {}, methods => {}, options => {}}, $class;
  $self->read_table($_) for sort glob "$folder/*.tsv";
  return $self;
}

sub read_table {
  my ($self, $path) = @_;
  open my $file, "<:encoding(UTF-8)", $path or die "$path cannot be read ($!).\n";
  my ($name) = $path =~ m{([^/]+)\.tsv$};
  while (my $line = <$file>) {
    chomp $line;
    next if $. == 1;
    my %row = (table => $name);
    @row{@COLUMNS} = split /\t/, $line, -1;
    $row{call} //= "";
    push @{$self->{rows}}, \%row;
    $self->enter(\%row);
  }
  close $file or die "$path cannot be read ($!).\n";
}

# Enters a row under what a program says.
sub enter {
  my ($self, $row) = @_;
  my ($module, $item) = @$row{qw(module item)};
  $row->{shape} = parse_call($row->{call}) if $row->{call} ne "";
  if ($module ne "Perl" && $item =~ /^("?[\w>\$<']+"?) => / || $item =~ /^configure (\w+) => /) {
    (my $key = $1) =~ s/["']//g;
    push @{$self->{options}{$module}{$key}}, $row;
    push @{$self->{order}{$module}}, $key unless grep { $_ eq $key } @{$self->{order}{$module} // []};
    return;
  }
  my ($class) = $item =~ /\bnew ([\w:]+)/;
  if (defined $class) { push @{$self->{functions}{"$class->new"}}, $row; return }
  if ($item =~ /(?<![\w>])(AnyEvent)->(\w+)/) { push @{$self->{functions}{"$1->$2"}}, $row; return }
  if ($item =~ /\$(\w+)->(\w+)/ && $module ne "Perl" && $item !~ /^\w+ /) {
    push @{$self->{methods}{$2}}, $row;
    return;
  }
  if ($item =~ /^[\$\@%][\w:]+/ && $item !~ /=/) {
    push @{$self->{variables}{$_}}, $row for $item =~ /([\$\@%][\w:]+)/g;
  }
  push @{$self->{functions}{$_}}, $row for names_of($item, $module);
}

# The functions that a row is about: by their short and their full names.
sub names_of {
  my ($item, $module) = @_;
  (my $text = $item) =~ s/^(?:\([^)]*\)|[\$\@%]\w+) = //;
  return map { s/\s//gr } split /,/, $text if $module eq "Perl";
  my ($name) = $text =~ /^([\w:]+)/ or return;
  return if $name =~ /^[A-Z_]+$/ && $name ne "NODE";
  return $name =~ /::/ ? $name : ($name, "${module}::$name");
}

# A call, taken apart.
sub parse_call {
  my ($text) = @_;
  my %shape = (text => $text, arguments => [], options => {}, order => [], callbacks => []);
  $shape{throws} = 1 if $text =~ s/^try //;
  if ($text =~ /^\{|^[\[(]|^[A-Z]\w*\??$/) {
    if ($text =~ /^\{/) { $shape{callbacks} = [callback("", $text)] }
    else { $shape{type} = $text }
    return \%shape;
  }
  $shape{result} = $1 if $text =~ s/ -> ([^{}]+)$//;
  if ($text =~ s/^(\.\w+) = (.*)$/$1/) {
    my $type = $2;
    $shape{property} = 1;
    if ($type =~ /^\{/) { $shape{callbacks} = [callback("", $type)] }
    else { $shape{arguments} = [$type] }
  }
  while ($text =~ s/\s*(?:(\w+): )?(\{[^{}]*\})\s*$//) {
    unshift @{$shape{callbacks}}, callback($1 // "", $2);
  }
  if ($text =~ s/, (\w+)$//) { $shape{written} = $1 }
  if ($text =~ s/\((.*)\)$//) {
    $shape{brackets} = 1;
    for my $argument (split /,\s*/, $1) {
      if ($argument =~ /^(\w+): (.+)$/) { $shape{options}{$1} = $2; push @{$shape{order}}, $1 }
      else { push @{$shape{arguments}}, $argument }
    }
  }
  $shape{name} = $text;
  return \%shape;
}

# A callback: its label, the types of its arguments, how many there must be, and what it returns.
sub callback {
  my ($label, $text) = @_;
  my ($inner) = $text =~ /^\{\s*(.*?)\s*\}$/;
  my $returns = $inner =~ s/(?:^|\s)-> (\w+)$// ? $1 : undef;
  my (@types, @counts);
  for my $group (split /;\s*/, $inner) {
    push @types, grep { $_ ne "" } split /,\s*(?![^()]*\))/, $group;
    push @counts, scalar @types;
  }
  return {label => $label, types => [map { s/\s+$//r } @types], counts => \@counts, returns => $returns};
}

# The rows of a function, a method or a variable, those that can be called first.
sub function { my ($self, $name) = @_; return best(@{$self->{functions}{$name} // []}) }

sub method { my ($self, $name) = @_; return best(@{$self->{methods}{$name} // []}) }

sub functions { my ($self, $name) = @_; return @{$self->{functions}{$name} // []} }

sub variable { my ($self, $name) = @_; return best(@{$self->{variables}{$name} // []}) }

sub best {
  my (@rows) = @_;
  my ($called) = grep { $_->{call} ne "" } @rows;
  return $called // $rows[0];
}

# The row of an option of a module.
sub option { my ($self, $module, $key) = @_; return best(@{$self->{options}{$module}{$key} // []}) }

# The options of a module in the order of the documentation, which is that of Swift.
sub option_order { my ($self, $module) = @_; return @{$self->{order}{$module} // []} }

sub rows { my ($self) = @_; return @{$self->{rows}} }

# What a comment says about a row.
sub sentence {
  my ($row) = @_;
  my $names = join ", ", split / /, $row->{names};
  return "not there: $row->{note}" if $row->{status} eq "left out";
  my $how = $row->{call} ne "" && $row->{table} ne "perl" ? $row->{call} : $names;
  return $row->{note} eq "" ? $how : "$how; $row->{note}";
}

1;
