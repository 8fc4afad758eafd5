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
    helpers => {},
    matches => []
  }, $class;
}

# Nobody can write this without knowing more.
sub give_up { my ($reason) = @_; die {port => $reason} }

sub line_break { my ($self, $line) = @_; return "\x{1}$line,$self->{depth}\x{2}" }

# A name that the scope does not have yet.
sub temporary {
  my ($self, $name) = @_;
  while (1) {
    my $number = ++$self->context->{temporaries}{$name};
    my $candidate = $number > 1 ? "$name$number" : $name;
    return $candidate if !$self->{names}{$candidate};
  }
}

sub context { my ($self) = @_; return $self->{contexts}[-1] }

# The statements of a block that stands between two lines.
sub statements {
  my ($self, $statements, $opening, $closing) = @_;
  my $text = "";
  my $last = $opening;
  $statements->[-1]{is_last} = 1 if @$statements;
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
  my $declared = $self->declared(@$group);
  my $reason = $problem->{port} // $problem->{sentence};
  $reason .= "; what it declares stands in front" if $declared ne "";
  return $declared . $self->ported($group->[0]{line}, $group->[-1]{end}, $reason);
}

# The variables that the first statements of a line declare and no more: other lines use them.
sub declared {
  my ($self, @group) = @_;
  my @first;
  for my $statement (@group) {
    last if $statement->{t} ne "expression" || $statement->{x}{t} ne "my" || defined $statement->{label};
    push @first, $statement;
  }
  return "" if !@first || @first == @group;
  my $text = eval {
    join "; ", grep { $_ ne "" } map { $self->statement($_) } @first;
  };
  return $text // "";
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
  local $self->{before} = $statement->{t} =~ /^(?:expression|if)$/ ? [] : undef;
  local $self->{written} = $statement;
  my $text = $STATEMENTS{$statement->{t}}->($self, $statement);
  $text = join "; ", grep { $_ ne "" } @{$self->{before} // []}, $text;
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
  if ($x->{op} =~ /^(?:or|\|\|)$/ && $left->{t} eq "assign" && $left->{left}{t} eq "my") {
    my @variables = @{$left->{left}{variables}};
    my $descriptor = $left->{left}{list} ? undef : $self->descriptor($variables[0]{symbol}, $left->{right});
    my $text =
      defined $descriptor
      ? $descriptor
      : $left->{left}{list}
      ? WriteConditions::optional_list($self, $left->{right}, @variables)
      : WriteAssignments::optional_value($self, $variables[0]{symbol}, $left->{right}, 1);
    give_up("a list that is asked for: assign first") if !defined $text;
    give_up("\"or\" behind a declaration, with what goes on behind it: if let … { } else { }") if !leaves($x->{right});
    my $right = $x->{right};
    my $else = $self->statement({t => "expression", x => $right, line => $right->{line}, end => $right->{end}});
    $self->{narrow}{$_->{symbol}} = 1 for @variables;
    $text .= WriteConditions::true_text($variables[0]{symbol}, $variables[0]{symbol}{swift})
      if !$left->{left}{list} && !defined $descriptor;
    my $word = (grep { WriteAssignments::word($_) eq "var" } @variables) ? "var" : "let";
    $word = "case $word" if defined $descriptor;
    my $break = $right->{line} > $x->{line} ? $self->line_break($right->{line}) : " ";
    return "guard $word " . WriteAssignments::names(@variables) . " = $text${break}else { $else }";
  }
  my $branch = {
    condition => $x->{left},
    not => scalar($x->{op} =~ /^(?:or|\|\|)$/),
    line => $x->{line},
    body => [{t => "expression", x => $x->{right}, line => $x->{line}, end => $x->{end}}]
  };
  return $self->condition({t => "if", branches => [$branch], postfix => 1, line => $x->{line}, end => $x->{end}});
}

# "my $fd = $handle->fh or …": a descriptor is there from 0 on.
sub descriptor {
  my ($self, $symbol, $right) = @_;
  return undef if !is_kind($symbol->{type}, "CInt") || $right->{t} ne "method";
  my $x = WriteExpressions::value($self, $right);
  return $x->{opt} ? undef : "$x->{s}, $symbol->{swift} >= 0";
}

# Whether nothing behind an expression is done any more.
sub leaves {
  my ($node) = @_;
  return $node->{t} =~ /^(?:return|jump)$/ || $node->{t} eq "call" && $node->{name} =~ /^(?:die|exit)$/;
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
    local $self->{before} = $i ? undef : $self->{before};
    if ($branch->{condition}) {
      $head = $self->head("if", $branch->{condition}, $branch->{not}, $statement->{postfix});
    }
    my $block = $self->block(
      $branch->{body}, $branch->{line},
      $branch->{closing} // $branch->{line},
      $branch->{condition} && $branch->{condition}{end}
    );
    # What a match has found is named only if somebody asks for it.
    $head =~ s/let match = (.*)\.firstMatch\(of: /$1.contains(/s if $block !~ /\bmatch\./ && $head !~ /\bmatch\./;
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
  if (defined $text) {
    return "$word " . ($text =~ /(?<!\() ?\{ / && !WriteConditions::is_binding($text) ? "($text)" : $text) . " ";
  }
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
  my @matches = @{$self->{matches}};
  my ($text, $last) = $self->statements($body, $opening, $closing);
  $self->{matches} = \@matches;
  $self->{depth}--;
  return "{}" if $text eq "" && $closing == $opening;
  return "{$text" . ($closing > $last ? $self->line_break($closing) : " ") . "}";
}

# "return … unless $x" makes the variable one that is there.
sub guard_text {
  my ($self, $statement, $branch) = @_;
  my $only = @{$branch->{body}} == 1 ? $branch->{body}[0] : return;
  return unless $only->{t} eq "expression" && leaves($only->{x});
  my $condition = $branch->{condition};
  my $not = $branch->{not};
  if ($condition->{t} eq "unary" && $condition->{op} eq "!") { $condition = $condition->{x}; $not = !$not }
  if (my $match = $self->guarded_match($condition, $not)) {
    my $else = $self->statement($only);
    push @{$self->{matches}}, $match;
    return $self->guard($statement, $branch, "let $match->{name} = $match->{text}", $else);
  }
  my $variable = WriteConditions::asked_variable($condition);
  return unless $not && $variable && WriteConditions::is_nilable($self, $variable->{symbol});
  my $symbol = $variable->{symbol};
  return if $symbol->{global} || $symbol->{assigned} > 1 || $self->{narrow}{$symbol};
  my $else = $self->statement($only);
  $self->{narrow}{$symbol} = 1;
  my $truth = $variable == $condition ? WriteConditions::true_text($symbol, $symbol->{swift}) : "";
  return $self->guard($statement, $branch, "let $symbol->{swift}$truth", $else);
}

sub guard {
  my ($self, $statement, $branch, $condition, $else) = @_;
  return "guard $condition else { $else }" if $branch->{line} == $statement->{end};
  return
      "guard $condition else {"
    . $self->deeper_line($branch->{body}[0]{line}, $else)
    . $self->line_break($statement->{end}) . "}";
}

# "return unless $x =~ /…(…)…/", behind which $1 is known.
sub guarded_match {
  my ($self, $condition, $not) = @_;
  return undef if $condition->{t} ne "binary" || $condition->{op} !~ /^[=!]~$/ || $condition->{right}{t} ne "match";
  $not = !$not if $condition->{op} eq "!~";
  my $pattern = $condition->{right};
  return undef if !$not || !WriteRegexes::has_groups($pattern) || $self->context->{single};
  my $text =
    WriteRegexes::subject($self, $condition->{left}) . ".firstMatch(of: " . WriteRegexes::literal_of($pattern) . ")";
  return {%{WriteRegexes::match_of($pattern, $self->temporary("match"))}, text => $text};
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
  my @matches = @{$self->{matches}};
  return $self->repeat($statement) if $statement->{at_end};
  my $taken = $condition && WriteContainers::taking_loop($self, $condition);
  my $head =
      $taken && $taken->{loop} ? "$taken->{loop} "
    : $taken ? "while $taken->{head} "
    : $condition ? $self->head("while", $condition, $statement->{not}, $statement->{postfix})
    : "while true ";
  my $block = $self->block($statement->{body}, $statement->{line}, $statement->{end});
  $block =~ s/^\{/{ $taken->{first}/ if $taken && $taken->{first};
  $self->{narrow} = \%narrow;
  $self->{matches} = \@matches;
  return "$head$block";
}

# "do { … } while …".
sub repeat {
  my ($self, $statement) = @_;
  my $block = $self->block($statement->{body}, $statement->{line}, $statement->{condition}{line});
  my $condition = WriteConditions::condition($self, $statement->{condition}, $statement->{not});
  give_up("a condition that binds a name behind its loop") if WriteConditions::is_binding($condition);
  return "repeat $block while $condition";
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
    && $condition->{op} =~ /^[<>]=?$/
    && $step
    && (my $by = $self->step_of($step, $condition->{op}));
  my $symbol = $first->{left}{variables}[0]{symbol};
  give_up("a loop whose counter is changed in it: while") if $symbol->{assigned} > 1;
  give_up("a loop that does not ask for its counter: while") if ($condition->{left}{symbol} // 0) != $symbol;
  my $has_end = $condition->{op} =~ /=/;
  my $range =
    $by eq "1"
    ? WriteExpressions::range($self, $first->{right}, $condition->{right}, $has_end)
    : "stride(from: "
    . WriteExpressions::as($self, $first->{right}, known("Int")) . ", "
    . ($has_end ? "through: " : "to: ")
    . WriteExpressions::as($self, $condition->{right}, known("Int"))
    . ", by: $by)";
  return "for $symbol->{swift} in $range " . $self->block($statement->{body}, $statement->{line}, $statement->{end});
}

# How far a loop goes each time, in the direction of its condition.
sub step_of {
  my ($self, $step, $operator) = @_;
  my $is_up = $operator =~ /</;
  return $is_up ? "1" : "-1" if $step->{t} eq "step" && $step->{op} eq ($is_up ? "++" : "--");
  return undef if $step->{t} ne "assign" || $step->{op} ne ($is_up ? "+=" : "-=") || $step->{right}{t} ne "number";
  return ($is_up ? "" : "-") . $step->{right}{text};
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
