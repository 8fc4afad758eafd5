package Writer;
# Writes the statements of a program in Swift, line by line as they stand in Perl. What cannot be written stands as a
# comment with the reason: whoever writes a part gives up by "give_up", and the statement around it becomes the comment.
# In what is being written, "\x{1}LINE,DEPTH\x{2}" begins a line.

use strict;
use warnings;
use utf8;
use Types qw(found kind_of is_kind swift_type known);
use WriteExpressions;

sub new {
  my ($class, %parts) = @_;
  return bless {
    %parts,
    depth => 0,
    contexts => [{throws => 1, top => 1}],
    narrow => {},
    ported => {},
    missing => {},
    imports => {},
    matches => []
  }, $class;
}

# Nobody can write this without knowing more.
sub give_up { my ($reason) = @_; die {port => $reason} }

sub line_break { my ($self, $line) = @_; return "\x{1}$line,$self->{depth}\x{2}" }

# A name that the scope does not have yet.
sub temporary {
  my ($self, $name) = @_;
  my $number = ++$self->context->{temporaries}{$name};
  return $number > 1 ? "$name$number" : $name;
}

sub context { my ($self) = @_; return $self->{contexts}[-1] }

# The statements of a block that stands between two lines.
sub statements {
  my ($self, $statements, $opening, $closing) = @_;
  my $text = "";
  my $last = $opening;
  for my $group (groups(@$statements)) {
    my ($start, $end) = ($group->[0]{line}, $group->[-1]{end});
    my $piece = $self->group($group, $start == $opening || $end == $closing && $closing != $opening);
    next if $piece eq "";
    $text .= $start > $last || $piece =~ /^\x{3}/ ? $self->line_break($start) : $text eq "" ? " " : "; ";
    $text .= $piece;
    $last = $end;
  }
  return ($text, $last);
}

# Statements that share a line belong together.
sub groups {
  my @groups;
  for my $statement (@_) {
    if (@groups && $statement->{line} <= $groups[-1][-1]{end}) { push @{$groups[-1]}, $statement }
    else { push @groups, [$statement] }
  }
  return @groups;
}

# A comment cannot stand within a line that goes on, so what is around it has to give up then, too.
sub group {
  my ($self, $group, $is_within_line) = @_;
  my %state = (
    depth => $self->{depth},
    narrow => {%{$self->{narrow}}},
    contexts => [@{$self->{contexts}}],
    matches => [@{$self->{matches}}]
  );
  my $text = eval {
    join "; ", grep { $_ ne "" } map { $self->statement($_) } @$group;
  };
  return $text if defined $text;
  my $problem = $@;
  die $problem if !ref $problem || $is_within_line;
  @$self{keys %state} = values %state;
  return $self->ported($group->[0]{line}, $group->[-1]{end}, $problem->{port} // $problem->{sentence});
}

# The lines as comments; the reason stands behind the first one.
sub ported {
  my ($self, $start, $end, $reason) = @_;
  $self->{ported}{$_} = 1 for $start .. $end;
  return "\x{3}$start,$end,$reason\x{4}";
}

# --- Statements.

my %STATEMENTS = (
  expression => \&expression_statement,
  sub => \&function,
  if => \&condition,
  while => \&while_loop,
  for => \&for_loop,
  loop => \&counting_loop,
  block => \&bare_block,
  package => sub {
    my ($self, $s) = @_;
    return "" if "@{$s->{words}}" eq "main";
    give_up("a package is a type of Swift: struct, class or enum");
  },
  use => \&use_statement,
  no => sub { return "" },
  unknown => sub { my ($self, $s) = @_; give_up($s->{why}) },
);

sub statement {
  my ($self, $statement) = @_;
  return $self->unwrapped($statement) if $statement->{absorbed};
  my $text = $STATEMENTS{$statement->{t}}->($self, $statement);
  return defined $statement->{label} && $text ne "" ? lc($statement->{label}) . " $text" : $text;
}

# "my ($x) = @_ or …": the parameter is asked for.
sub unwrapped {
  my ($self, $statement) = @_;
  return "" if $statement->{x}{t} ne "binary";
  my ($symbol) = map { $_->{symbol} } @{$statement->{x}{left}{left}{variables}};
  give_up("a function whose parameter may be missing: declare it as optional") if !$symbol->{optional};
  my $else = $self->statement(
    {
      t => "expression",
      x => $statement->{x}{right},
      line => $statement->{line},
      end => $statement->{end}
    }
  );
  $self->{narrow}{$symbol} = 1;
  my $break =
    $statement->{x}{right}{line} > $statement->{line} ? $self->line_break($statement->{x}{right}{line}) : " ";
  return "guard let $symbol->{swift}${break}else { $else }";
}

# Imports stand together, in place of the first "use".
sub use_statement {
  my ($self, $statement) = @_;
  my ($module) = @{$statement->{words}};
  $self->{imports}{"import AnyEventHTTP"} = 1 if ($module // "") eq "AnyEvent::HTTP";
  return "";
}

sub expression_statement {
  my ($self, $statement) = @_;
  my $x = $statement->{x};
  $x = {%$x, is_result => 1} if $statement->{is_result};
  return $self->result_text($x) if $statement->{is_result} && !$self->context->{single};
  if ($x->{t} eq "binary" && $x->{op} =~ /^(?:or|and|\|\||&&)$/) { return $self->short_circuit($x) }
  return WriteExpressions::as_statement($self, $x);
}

# The last value of a body.
sub result_text {
  my ($self, $x) = @_;
  my $ret = $self->context->{ret};
  my $text = $ret && kind_of($ret) ? WriteExpressions::as($self, $x, $ret) : WriteExpressions::value($self, $x)->{s};
  return $self->context->{block} ? $text : "return $text";
}

# "A or B" as a statement.
sub short_circuit {
  my ($self, $x) = @_;
  my $left = $x->{left};
  if ($x->{op} =~ /^(?:or|\|\|)$/ && $left->{t} eq "assign" && $left->{left}{t} eq "my" && !$left->{left}{list}) {
    my $symbol = $left->{left}{variables}[0]{symbol};
    my $text = WriteAssignments::optional_value($self, $symbol, $left->{right}, 1);
    my $else = $self->statement({t => "expression", x => $x->{right}, line => $x->{line}, end => $x->{end}});
    $self->{narrow}{$symbol} = 1;
    return "guard let $symbol->{swift} = $text else { $else }";
  }
  my $branch = {
    condition => $x->{left},
    not => scalar($x->{op} =~ /^(?:or|\|\|)$/),
    line => $x->{line},
    body => [{t => "expression", x => $x->{right}, line => $x->{line}, end => $x->{end}}]
  };
  return $self->condition({t => "if", branches => [$branch], postfix => 1, line => $x->{line}, end => $x->{end}});
}

# "if", with what Swift has for a condition that binds a name.
sub condition {
  my ($self, $statement) = @_;
  my @branches = @{$statement->{branches}};
  if (@branches == 1 && (my $guard = $self->guard_text($statement, $branches[0]))) { return $guard }
  my $text = "";
  my $at = $statement->{line};
  for my $i (0 .. $#branches) {
    my $branch = $branches[$i];
    my %narrow = %{$self->{narrow}};
    my @matches = @{$self->{matches}};
    $text .= $i ? " else " : "";
    my $head = "";
    if ($branch->{condition}) {
      $head = $self->head("if", $branch->{condition}, $branch->{not}, $statement->{postfix});
    }
    my $block = $self->block(
      $branch->{body}, $branch->{line},
      $branch->{closing} // $branch->{line},
      $branch->{condition} && $branch->{condition}{end}
    );
    # What a match has found is named only if somebody asks for it.
    $head =~ s/let match = (.*)\.firstMatch\(of: /$1.contains(/s if $block !~ /\bmatch\./;
    $text .= "$head$block";
    $self->{narrow} = \%narrow;
    $self->{matches} = \@matches;
  }
  return $text;
}

# The words in front of a block; a condition that cannot be written is left open, so that its block can stand.
sub head {
  my ($self, $word, $condition, $not, $is_postfix) = @_;
  my $text = eval { WriteConditions::condition($self, $condition, $not) };
  if (defined $text) { return "$word " . ($text =~ /\{ / && $text !~ /^let / ? "($text)" : $text) . " " }
  my $problem = $@;
  die $problem if !ref $problem || $is_postfix || $condition->{end} > $condition->{line};
  $self->{ported}{$condition->{line}} = 1;
  push @{$self->{matches}}, {unknown => 1};
  return "$word <#condition#> \x{5}$condition->{line},$problem->{port}\x{6}";
}

# A block in its braces.
sub block {
  my ($self, $body, $opening, $closing, $head_end) = @_;
  $opening = $head_end if $head_end && $head_end > $opening && $head_end < $closing;
  $self->{depth}++;
  my ($text, $last) = $self->statements($body, $opening, $closing);
  $self->{depth}--;
  return "{}" if $text eq "" && $closing == $opening;
  return "{$text" . ($closing > $last ? $self->line_break($closing) : " ") . "}";
}

# "return … unless $x" makes the variable one that is there.
sub guard_text {
  my ($self, $statement, $branch) = @_;
  my $only = @{$branch->{body}} == 1 ? $branch->{body}[0] : return;
  return unless $only->{t} eq "expression" && $only->{x}{t} =~ /^(?:return|jump)$/;
  my $condition = $branch->{condition};
  my $not = $branch->{not};
  if ($condition->{t} eq "unary" && $condition->{op} eq "!") { $condition = $condition->{x}; $not = !$not }
  my $variable = WriteConditions::asked_variable($condition);
  return unless $not && $variable && WriteConditions::is_nilable($self, $variable->{symbol});
  my $symbol = $variable->{symbol};
  return if $symbol->{global} || $symbol->{assigned} > 1 || $self->{narrow}{$symbol};
  my $else = $self->statement($only);
  $self->{narrow}{$symbol} = 1;
  return "guard let $symbol->{swift} else { $else }" if $branch->{line} == $statement->{end};
  return
      "guard let $symbol->{swift} else {"
    . $self->deeper_line($only->{line}, $else)
    . $self->line_break($statement->{end}) . "}";
}

sub deeper_line {
  my ($self, $line, $text) = @_;
  $self->{depth}++;
  my $break = $self->line_break($line);
  $self->{depth}--;
  return $break . $text;
}

sub while_loop {
  my ($self, $statement) = @_;
  my $condition = $statement->{condition};
  my %narrow = %{$self->{narrow}};
  my $taken = $condition && WriteContainers::taking_loop($self, $condition);
  my $head =
      $taken && $taken->{loop} ? "$taken->{loop} "
    : $taken ? "while $taken->{head} "
    : $condition ? $self->head("while", $condition, $statement->{not}, $statement->{postfix})
    : "while true ";
  my $block = $self->block($statement->{body}, $statement->{line}, $statement->{end});
  $block =~ s/^\{/{ $taken->{first}/ if $taken && $taken->{first};
  $self->{narrow} = \%narrow;
  return "$head$block";
}

sub for_loop {
  my ($self, $statement) = @_;
  my $symbol = $statement->{symbol};
  give_up("a loop that changes the elements of its list: for i in list.indices { list[i] = … }")
    if $symbol->{assigned};
  my $list = WriteContainers::sequence($self, $statement->{list});
  my $name =
    $statement->{variable} || WriteContainers::uses_symbol($statement->{body}, $symbol) ? $symbol->{swift} : "_";
  $list = "($list)" if $list =~ /\{ /;
  my $block = $self->block($statement->{body}, $statement->{line}, $statement->{end});
  return "for $name in $list $block";
}

# "for (my $i = 0; $i < N; $i++)".
sub counting_loop {
  my ($self, $statement) = @_;
  my ($first, $condition, $step) = @$statement{qw(first condition step)};
  give_up("a loop with three parts: while, with the step at the end of the block")
    unless $first
    && $first->{t} eq "assign"
    && $first->{left}{t} eq "my"
    && $condition
    && $condition->{t} eq "binary"
    && $condition->{op} =~ /^<=?$/
    && $step
    && $step->{t} eq "step"
    && $step->{op} eq "++";
  my $symbol = $first->{left}{variables}[0]{symbol};
  give_up("a loop whose counter is changed in it: while") if $symbol->{assigned} > 1;
  my $range = WriteExpressions::range($self, $first->{right}, $condition->{right}, $condition->{op} eq "<=");
  return "for $symbol->{swift} in $range " . $self->block($statement->{body}, $statement->{line}, $statement->{end});
}

sub bare_block {
  my ($self, $statement) = @_;
  give_up("a package is a type of Swift: struct, class or enum") if $statement->{package};
  return "do " . $self->block($statement->{body}, $statement->{line}, $statement->{end});
}

# --- Functions.

sub function {
  my ($self, $statement) = @_;
  my $function = $statement->{function} // give_up("a function that cannot be read");
  my $type = found($function->{type});
  my @params = map { $self->parameter($_, $statement) } @{$statement->{params}};
  my $is_named = $statement->{name} =~ /::/;
  give_up("a function of a package: a static func of a type, or sub(\"$statement->{name}\") { … } for other nodes")
    if $is_named && !$self->{imported}{AnyEventMP};
  my $returns = $self->returned_type($type);
  my %context = (
    throws => 1,
    ret => $returns ne "" ? $type->{ret} : undef,
    node => $statement,
    optional => $type->{ret}{optional}
  );
  push @{$self->{contexts}}, \%context;
  my %narrow = %{$self->{narrow}};
  my $body = $self->block([$self->copies($statement), @{$statement->{body}}], $statement->{line}, $statement->{end});
  $self->{narrow} = \%narrow;
  pop @{$self->{contexts}};
  my $throws = $self->{throwing}{$function->{name}} ? " throws" : "";

  if ($is_named) {
    my $head = @params ? "(" . join(", ", map { s/^_ //r } @params) . ") in" : "";
    $body =~ s/^\{/{ $head/ if $head ne "";
    return "sub(\"$statement->{name}\") $body";
  }
  my $name = WriteExpressions::function_name($function->{name});
  return "func $name(" . join(", ", @params) . ")$throws$returns $body";
}

sub parameter {
  my ($self, $symbol, $node) = @_;
  my $type = swift_type($symbol->{type}, 1);
  return "_ $symbol->{swift}: Value" . (found($symbol->{type})->{optional} ? " = nil" : "") if $type eq "Value";
  my $place = found($symbol->{type});
  my $is_optional = $symbol->{optional} || $place->{optional} && kind_of($place) ne "Value";
  $symbol->{optional} = 1 if $is_optional;
  $type = "(" . ($type =~ s/^\@escaping //r) . ")?" if $is_optional && is_kind($place, "Function");
  $type .= "?" if $is_optional && !is_kind($place, "Function");
  return "_ $symbol->{swift}: $type" . ($is_optional ? " = nil" : "");
}

# Parameters that are assigned to are variables with a copy.
sub copies {
  my ($self, $node) = @_;
  my @lines;
  for my $symbol (grep { $_->{assigned} || $_->{changed} } @{$node->{params} // []}) {
    $symbol->{copied} = 1;
    my ($first) = grep { $_->{absorbed} } @{$node->{body}};
    my $line = $first ? $first->{line} : $node->{line};
    # What is behind a reference is the caller's.
    $symbol->{is_foreign} = 1
      if $symbol->{changed}
      && !$symbol->{assigned}
      && $symbol->{sigil} eq "\$"
      && !Types::is_object($symbol->{type});
    next if is_kind($symbol->{type}, "Reference");
    push @lines, {t => "copy", line => $line, end => $line, symbol => $symbol} unless $symbol->{is_foreign};
  }
  return @lines;
}

$STATEMENTS{copy} = sub { my ($self, $s) = @_; return "var $s->{symbol}{swift} = $s->{symbol}{swift}" };

sub returned_type {
  my ($self, $type) = @_;
  my $ret = found($type->{ret});
  return "" if !defined $ret->{k} && !$ret->{hints} || ($ret->{k} // "") eq "Void";
  return " -> " . swift_type($ret) . ($ret->{optional} && !is_kind($ret, "Value") ? "?" : "");
}

1;
