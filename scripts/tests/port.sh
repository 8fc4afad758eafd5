#!/bin/sh
# scripts/port translates the programs in Perl whose ports are in Examples, and seven that are not: how much of them goes
# through, whether that compiles, and whether what needs nobody's help does the same as the original. What it cannot
# read it refuses with a sentence and a status of its own.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

require_swift
install_packages libppi-perl libanyevent-perl libjson-xs-perl libnet-ssleay-perl libcbor-xs-perl libdigest-sha3-perl
begin
ports=Examples/Ports
recorded=Tests/Translation

# compiles SWIFT
compiles() {
  swiftc -typecheck -suppress-warnings -swift-version 6 -default-isolation MainActor -module-name translated \
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature MemberImportVisibility \
    -enable-upcoming-feature NonisolatedNonsendingByDefault \
    -I "$bin/Modules" -I CLibUV -I CCares -I CCurl -I COpenSSL -I CSodium -I Sources/CAEBasics/include "$1"
}

# --- The guide is what the tables say.

scripts/coverage >"$work/coverage" || fail "the tables, or what is made from them, are wrong."
scripts/port --list >"$work/list"
grep -q 'tcp_server(String?, Service)' "$work/list" || fail "--list does not say how tcp_server is called."
scripts/port --help | grep -q '^SYNOPSIS$' || fail "--help says nothing."

# --- All programs: at least four lines of five go through, and none of Perl's warnings is heard.

mkdir "$work/swift"
for file in "$ports"/*/*.pl "$recorded"/*.pl Examples/eg_http_check/check.pl; do
  name=$(basename "$file" .pl)
  scripts/port -o "$work/swift/$name.swift" "$file" 2>"$work/summary" || fail "$file: $(cat "$work/summary")"
  share=$(sed -n 's/.* lines went through (\([0-9]*\) %).*/\1/p' "$work/summary")
  [ "${share:-0}" -ge 80 ] || fail "of $file only ${share:-0} % go through."
  ! grep -q ' at .* line ' "$work/summary" || fail "$file: $(cat "$work/summary")"
  echo "$name $share" >>"$work/shares"
done
[ "$(wc -l <"$work/shares")" -ge 23 ] || fail "there are too few programs."

# --- What is translated whole compiles as it is: some of it is built further down.

run="irc_bot json_rpc kinds lookup messages numbers port_scanner tls_echo"
whole=0
for file in "$work/swift"/*.swift; do
  if grep -q 'PORT:' "$file"; then continue; fi
  whole=$((whole + 1))
  name=$(basename "$file" .swift)
  case " $run " in *" $name "*) continue ;; esac
  compiles "$file" || fail "the translation of $name does not compile."
done
[ "$whole" -ge 16 ] || fail "only $whole programs are translated whole."

# --- What is not compiles when somebody has written the rest: all that was translated stands in what he wrote.

for file in "$recorded"/*.swift.txt; do
  name=$(basename "$file" .swift.txt)
  diff "$work/swift/$name.swift" "$file" | grep '^<' | grep -v 'PORT: ' >"$work/lost" || true
  [ ! -s "$work/lost" ] || fail "$file has lost lines of the translation: $(head -n 1 "$work/lost")"
  ! grep -q 'PORT: ' "$file" || fail "$file is not written to its end."
  cp "$file" "$work/written.swift"
  [ "$name" = pipeline ] || compiles "$work/written.swift" || fail "$file does not compile."
done

# --- Translations that nobody has touched print what the originals print.

# objects MODULE...
objects() {
  for module in "$@"; do find "Sources/$module" -name '*.swift' -printf "$bin/$module.build/%f.o\n"; done
}

objects="$(objects AnyEvent AEValue AEOpenSSL) $bin/CAEBasics.build/*.o"
of_ports=$(objects AnyEventMP AEMPWire)

# built NAME
# Makes a program of a translation, and sets $program to it.
built() {
  mkdir -p "$work/$1"
  cp "$work/swift/$1.swift" "$work/$1/main.swift"
  more=
  if grep -q '^import AnyEventMP$' "$work/$1/main.swift"; then more="$of_ports -lsodium"; fi
  # shellcheck disable=SC2086 # lists of words
  swiftc -suppress-warnings -swift-version 6 -default-isolation MainActor -module-name translated \
    -I "$bin/Modules" -I CLibUV -I CCares -I COpenSSL -I CSodium -I Sources/CAEBasics/include "$work/$1/main.swift" \
    -o "$work/$1/$1" $objects $more -luv -lcares -lssl -lcrypto || fail "the translation of $1 cannot be built."
  program=$work/$1/$1
}

# listen COMMAND...
# Starts a server that says at which port it listens, and sets $port to that.
listen() {
  start server "$@"
  wait_for server.out '^listening on port ' || fail "\"$*\" does not listen: $(last_words server)"
  port=${lines#listening on port }
}

# same NAME
same() {
  [ -s "$work/$1.perl" ] || fail "$1 printed nothing."
  diff "$work/$1.perl" "$work/$1.swift" >&2 || fail "$1 (<) and its translation (>) differ."
}

# alone NAME ARGUMENT...
alone() {
  subject=$1
  shift
  built "$subject"
  original=$ports/$subject/$subject.pl
  [ -f "$original" ] || original=$recorded/$subject.pl
  timeout "$limit" perl "$original" "$@" >"$work/$subject.perl" || fail "$subject fails."
  timeout "$limit" "$program" "$@" >"$work/$subject.swift" || fail "the translation of $subject fails."
  same "$subject"
}

alone lookup 127.0.0.1 ::1 10.1 ::ffff:10.0.0.2
alone port_scanner 127.0.0.1 3 1 2 3 4 5
alone kinds
head -c 3000 /dev/urandom >"$work/random"
alone numbers "$work/random" '[7.5, 3, 6, 0.25]'
alone numbers "$work/random" '[8, "7.5", 1000]' somebody of several

# What nobody has given is missing, and stops nothing before the program itself says so.
status=0
"$program" 2>"$work/err" || status=$?
[ "$status" = 255 ] || fail "numbers without arguments ends with $status: $(cat "$work/err")"
[ "$(cat "$work/err")" = "usage: numbers FILE JSON [NAME]" ] || fail "numbers says: $(cat "$work/err")"

# Of AnyEvent::MP there is a stand-in. Two ports have an order each, so lines of theirs may change places.
built messages
for command in "perl -I Tests/PerlPeer/standin -I Tests/PerlPeer/lib $recorded/messages.pl" "$program"; do
  case $command in perl*) output=$work/messages.perl ;; *) output=$work/messages.swift ;; esac
  # shellcheck disable=SC2086 # a command and its arguments
  timeout "$limit" $command 7.5 >"$output.lines" || fail "\"$command\" fails."
  sort "$output.lines" >"$output"
done
same messages
for form in 'on("over") { (n: Double) in' 'on("index") { (i: Int) in' 'rcv(closed, "ping") { (n: Int) in'; do
  grep -qF "$form" "$work/swift/messages.swift" || fail "the translation of messages has no \"$form\"."
done

# The translation of pipeline is one that somebody has written the rest of.
cp "$recorded/pipeline.swift.txt" "$work/swift/pipeline.swift"
alone pipeline pear apple fig apple pear apple

# both_ways NAME SERVER-ARGUMENTS CLIENT-ARGUMENTS
# Runs a server, and a client of it, whose arguments have PORT for the port.
both_ways() {
  subject=$1
  built "$subject"
  for command in "perl $ports/$subject/$subject.pl" "$program"; do
    case $command in perl*) output=$work/$subject.perl ;; *) output=$work/$subject.swift ;; esac
    # shellcheck disable=SC2086 # a command and its arguments
    listen $command $2
    # shellcheck disable=SC2086,SC2046
    timeout "$limit" $command $(echo "$3" | sed "s/PORT/$port/") >"$output" || fail "\"$command\" fails as a client."
    stop server
    sed 's/^\(listening on port\) .*/\1/' "$work/server.out" >>"$output"
  done
  same "$subject"
}

both_ways json_rpc "server 0" "client 127.0.0.1 PORT"
both_ways tls_echo "server 0 Tests/Vectors/certificates/ec.pem" \
  "client 127.0.0.1 PORT Tests/Vectors/certificates/ec.pem hello there bye"

built irc_bot
for command in "perl $ports/irc_bot/irc_bot.pl" "$program"; do
  case $command in perl*) output=$work/irc_bot.perl ;; *) output=$work/irc_bot.swift ;; esac
  listen perl Tests/Ports/irc_server.pl
  # shellcheck disable=SC2086
  timeout "$limit" $command 127.0.0.1 "$port" bot '#test' >"$output" || fail "\"$command\" fails."
  stop server
done
same irc_bot

# --- What would be wrong in Swift stands as a comment: each of these lines.

cat >"$work/wrong.pl" <<'TEXT'
my $title = "\u$name and \Q$name\E";
my $padded = sprintf "%*d", 5, $number;
my $swapped = sprintf '%2$s %1$s', "a", "b";
my $version = sprintf "%vd", "1.22";
my $both = $number && "yes";
my $sum = "5 apples" + 2;
my $half = "1.5" * 2;
my $ring = ($number - 1) % 3;
my @by_name = sort by_name @list;
my @kept = split /(,)/, $name;
my $alias = \@list; push @$alias, 1;
my $entry = $by_id{1}; $entry->{x} = 2;
if ($name !~ /(a)/) { print $1 }
my %rows = (a => [1], b => { c => 1 });
$rooms{$name}[0] = 1;
$ENV{PATH} = "/bin";
my @middle = @list[1 .. 2];
my $last = $list[$number++] + $number;
open (my $file, "<", $name) or print "none";
my $found = $name =~ /(b)/ || print "x";
my $agent = "perl/$]";
my $one = both ();
my $client = { id => 1 }; $by_id{1} = $client; $client->{id} = 2;
my $job = shift @jobs; $job->{state} = "taken";
my $object = { x => 1 }; my @others = grep { $_ != $object } @jobs;
my $group = AE::cv { shift->send (5) }; $group->begin;
my $always = [1]; print "always" if $always;
aio_load $name, sub { my ($body) = @_; print length "a$body" };
TEXT
{
  printf 'use AnyEvent;\nmy $name = "a"; my $number = 1; my @list = (1); my (@jobs, %%by_id, %%rooms);\nsub both { return (1, "a") }\n'
  cat "$work/wrong.pl"
} >"$work/wrong_head.pl"
scripts/port -o "$work/wrong.swift" "$work/wrong_head.pl" 2>"$work/summary" || fail "$(cat "$work/summary")"
left=$(grep -c '^// PORT: ' "$work/wrong.swift" || true)
[ "$left" = "$(wc -l <"$work/wrong.pl")" ] ||
  fail "of what is wrong in Swift only $left lines stand as comments: $(grep -v '^// PORT: ' "$work/wrong.swift")"

# --- Nothing is lost where Swift wants another order, whatever stands behind it.

# kept NAME WORD...
# Translates the program NAME.pl, in which each of the words has to be once.
kept() {
  subject=$1
  shift
  scripts/port "$work/$subject.pl" >"$work/$subject.swift" 2>"$work/summary" || fail "$subject: $(cat "$work/summary")"
  for word in "$@"; do
    count=$(grep -cF -- "$word" "$work/$subject.swift" || true)
    [ "$count" = 1 ] || fail "$subject has \"$word\" in $count lines: $(cat "$work/$subject.swift")"
  done
}

number=0
for last in '' 'bless {};' 'print "behind\n";' '# a comment' '
=pod

text

=cut' '__END__
text' 'bless {}; print "behind\n";'; do
  number=$((number + 1))
  cat >"$work/order$number.pl" <<TEXT
use AnyEvent; use AnyEvent::Handle;
my \$h = new AnyEvent::Handle
      on_error => sub {
         print "error\\n";
      },
      rtimeout => 5,
      on_rtimeout => sub { print "late\\n" },
      no_delay => 1,
      connect  => ["localhost", 80];
$last
TEXT
  kept "order$number" 'connect: ("localhost", 80),' 'on_error: {' 'print("error")' ' rtimeout: 5,' \
    'on_rtimeout: { _ in print("late") },' 'no_delay: true)'
  case $last in
    bless*) kept "order$number" '// PORT: bless' ;;
    print*) kept "order$number" 'print("behind")' ;;
    '# '*) kept "order$number" '// a comment' ;;
  esac
  grep -q PORT "$work/order$number.swift" || compiles "$work/order$number.swift" || fail "order$number is no Swift."
done

# A translation that would lose something, or half a pair of brackets, is none: the tool says that it is at fault.
cat >"$work/losing.pl" <<'TEXT'
use strict;
use warnings;
use lib "scripts/lib/port";
use Lines;
sub of { return eval { Lines::assembled(source => $_[0], text => $_[1], ported => {}, head => []) } // $@->{fault} }
my $source = "a\nb\n__END__\nc\n";
print of ($source, "\x{1}1,0\x{2}f(\x{1}9,1\x{2}1)") eq "f(\n  1)\n// c\n" ? "kept\n" : "lost\n";
print of ($source, "\x{1}1,0\x{2}f(\x{1}2,1\x{2}1"), "\n", of ($source, "\x{1}1,0\x{2}f(/[)]/)]"), "\n";
print of ($source, "\x{1}1,0\x{2}f(\"(\\(a[\"}\"])\") // (") eq "f(\"(\\(a[\"}\"])\") // (\n// c\n" ? "kept\n" : "lost\n";
{ no warnings "redefine"; *Lines::documentation = sub { return (9, {}) }; }
print of ($source, "\x{1}1,0\x{2}f(\x{1}9,1\x{2}1)"), "\n";
TEXT
perl "$work/losing.pl" >"$work/losing" || fail "the check of a translation fails."
cat >"$work/expected" <<'TEXT'
kept
the translation would have a bracket without its partner, in "f("
the translation would have a bracket without its partner, in "f(/[)]/)]"
kept
a part of the translation would be missing, "1)"
TEXT
diff "$work/expected" "$work/losing" >&2 || fail "a translation that loses something is taken for a good one."

# --- What cannot be translated at all.

# refused STATUS SENTENCE ARGUMENT...
refused() {
  expected=$1
  sentence=$2
  shift 2
  status=0
  scripts/port "$@" >"$work/out" 2>"$work/err" || status=$?
  [ "$status" = "$expected" ] || fail "port $* ends with $status, not with $expected: $(cat "$work/err")"
  grep -qF -- "$sentence" "$work/err" || fail "port $* says: $(cat "$work/err")"
  [ "$(wc -l <"$work/err")" = 1 ] || fail "port $* says more than one sentence: $(cat "$work/err")"
  [ ! -s "$work/out" ] || fail "port $* prints a program."
}

printf 'use AnyEvent;\nif ($x) {\n   print "open\\n";\n' >"$work/open.pl"
printf 'print "a";\n}\n' >"$work/closed.pl"
printf 'print \000\001\n' >"$work/binary.pl"
printf 'print "\374ber";\n' >"$work/latin.pl"
printf '\n\n' >"$work/empty.pl"
printf 'this is a letter, and no program at all\n' >"$work/letter.pl"
printf 'print "open;\n' >"$work/quote.pl"
printf 'print <<END;\ntext\n' >"$work/here.pl"
printf '# nothing\n__END__\ntext\n' >"$work/comment.pl"
printf '#!/bin/sh\necho hello\n' >"$work/shell.pl"
printf '\357\273\277use AnyEvent;\r\nprint "a";\r\n' >"$work/windows.pl"
refused 1 "there is no file \"$work/none.pl\"" "$work/none.pl"
refused 1 "is a directory: name a program in it" "$work"
refused 1 "is no file" /dev/null
refused 1 "cannot be written" -o "$work/none/x.swift" Examples/eg_http_check/check.pl
refused 2 "one program is translated at a time"
refused 2 "one program is translated at a time" a.pl b.pl
refused 2 "unknown option: x" -x a.pl
refused 2 "--list takes no file" --list a.pl
refused 3 "the bracket in line 2 (\"{\") is never closed" "$work/open.pl"
refused 3 "line 2 closes a bracket" "$work/closed.pl"
refused 3 "is no text: it has bytes of the value zero" "$work/binary.pl"
refused 3 "is no text in UTF-8" "$work/latin.pl"
refused 3 "is empty" "$work/empty.pl"
refused 3 "is no Perl that can be read" "$work/letter.pl"
refused 3 "what begins in line 1 with \" has no end" "$work/quote.pl"
refused 3 "what begins in line 1 with <<END has no end" "$work/here.pl"
refused 3 "it has no statement" "$work/comment.pl"
refused 3 "its first line names another program" "$work/shell.pl"
# mistake LINE SENTENCE PROGRAM
mistake() {
  printf "$3" >"$work/mistake.pl"
  refused 3 "line $1 is no Perl: $2" "$work/mistake.pl"
}

# shellcheck disable=SC2016,SC2059 # Perl's variables; the programs are formats
{
  mistake 2 'something is missing behind "="' 'use AnyEvent;\nmy $x = ;\n'
  mistake 1 'something is missing behind "+"' 'foo { print 1 + };\n'
  mistake 1 'a semicolon is missing behind "5"' 'my $x = 5\nprint "a";\n'
  mistake 1 'a semicolon is missing behind "$y"' 'my $x = $y\nprint "a";\n'
  mistake 2 'a semicolon is missing behind "(1, 2)"' 'use AnyEvent;\nfoo (1, 2)\n$bar->baz;\n'
  mistake 3 'a semicolon is missing behind' 'my $next = sub {\n  print "a";\n}\n$next->();\n'
  mistake 1 'there is no operator between' 'my $x = "a" "b";\n'
  mistake 1 'what "if" asks for stands in brackets' 'if $x { print 1; }\n'
  mistake 1 'what "while" asks for stands in brackets' 'while $x { print 1; }\n'
  mistake 1 '"elsif" has no "if" in front of it' 'elsif (1) { print 1 }\n'
  mistake 1 '"else" has no "if" in front of it' 'else { print 1 }\n'
  mistake 1 '"else if" is written "elsif"' 'if (1) { print 1 } else if (2) { print 2 }\n'
}

# What is Perl, however odd, is none of them.
cat >"$work/odd.pl" <<'TEXT'
use 5.010; use List::Util 1.2 qw(first);
my $n = 3 +* 4; my @k = keys %+; my %h = %-; my $z = $+; my $q = $-; my @a = @+; my $p = $=; my $e = %!; my $l = $#+; *plus = *+; $$$r && $$$r->() for @a;
my $odd = "a" x 3; my $more = 5 x3; push @a, sub { 1 } if 1; my $r = shift || {}; sub later { ... }
my %words = (if => 1, else => 2, elsif => 3, while => 4); my $t = { else => 1 }; $t->{if}; $h{else} = 1;
print STDERR "a"; print $r "b"; print {$r} "c"; my $obj = new Foo (1, 2); my $m = method $obj 1;
my @s = sort by_name @a; my @l = split //, "abc"; my ($u) = -e if -e; foo => "b" if $n and not $z;
LINE: while (my $line = <STDIN>) { next LINE unless $line } continue { $n++ }
do { $n-- } while $n; my $v = <<A . <<B; print "x" unless $n or $z eq "y"; my $w = $n ? "a" : "b";
first
A
second
B
unless ($n) { 1 } elsif ($z) { 2 } else { 3 } for my $i (1 .. 3) { print $i } print "end"
TEXT
perl -c "$work/odd.pl" 2>/dev/null || fail "the odd program is none."
scripts/port -o "$work/odd.swift" "$work/odd.pl" 2>"$work/err" || fail "Perl is taken for none: $(cat "$work/err")"

# The variables that a line declares are there, whatever else of the line nobody can write.
printf 'use AnyEvent;\nmy $cv = AE::cv;\nmy $n; my $next; $next = sub { print "x"; $n++ < 3 ? $next->() : $cv->send };\n$next->();\n' >"$work/next.pl"
scripts/port -o "$work/next.swift" "$work/next.pl" 2>"$work/err" || fail "$(cat "$work/err")"
! grep -q 'PORT:' "$work/next.swift" || fail "my \$next; \$next = sub … on one line is not translated: $(cat "$work/next.swift")"
compiles "$work/next.swift" || fail "my \$next; \$next = sub … on one line does not compile."
printf 'use AnyEvent;\nmy $next; $next = sub { frobnicate (1) };\n$next->();\n' >"$work/next.pl"
scripts/port -o "$work/next.swift" "$work/next.pl" 2>"$work/err" || fail "$(cat "$work/err")"
grep -q '^// PORT: .*frobnicate' "$work/next.swift" || fail "$(cat "$work/next.swift")"
compiles "$work/next.swift" || fail "what a line declares whose rest is not written does not compile."

scripts/port "$work/windows.pl" 2>/dev/null | grep -q '^print("a", terminator: "")$' ||
  fail "a program with a byte order mark and CR LF is not translated."

say "translated: $(sort "$work/shares" | awk '{ printf "%s%s %s %%", (NR > 1 ? ", " : ""), $1, $2 }')"
