#!/bin/sh
# What Guarantees.md promises names tests: they must be there, under these names, and none may be turned off. So must those
# that would notice the faults that others had, each of which says where it can be read about.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh

page=${1:-Sources/AnyEventMP/AnyEventMP.docc/Guarantees.md}
work=$(mktemp -d) || fail "no temporary directory can be made."
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Each link to a file of tests has a test's name as its text.
grep -oE '\[[^]]+\]\(\.\./\.\./\.\./Tests/[^)]+\)' "$page" |
  sed -E 's/^\[(.*)\]\(\.\.\/\.\.\/\.\.\/(.*)\)$/\2	\1/' >"$work/tests"
[ -s "$work/tests" ] || fail "$page names no test."

# problem FILE NAME: prints what is wrong with a test, if anything is.
problem() {
  perl -e '
    my ($file, $name) = @ARGV;
    open my $in, "<", $file or do { print "is in $file, which is not there"; exit };
    my $text = do { local $/; <$in> };
    while ($text =~ /\@Test(\((?:[^()"]|"(?:[^"\\]|\\.)*"|(?1))*\))/g) {
      my $attribute = $1;
      next if $attribute !~ /^\(\s*"\Q$name\E"/;
      $attribute =~ s/"(?:[^"\\]|\\.)*"//g;
      print "is turned off in $file" if $attribute =~ /\.(?:disabled|enabled)\b/;
      print "is in a suite of $file that is turned off" if $text =~ /\@Suite\([^\n{]*\.(?:disabled|enabled)\b/;
      exit;
    }
    print "is not in $file";
  ' "$1" "$2"
}

tab=$(printf '\t')
while IFS=$tab read -r file name; do
  problem=$(problem "$file" "$name")
  [ -z "$problem" ] || fail "$page names the test \"$name\", which $problem."
done <"$work/tests"

# A promise without a test is none.
awk -F'|' '/^## Faults that others had/ { exit } /^\| / && $2 !~ /^ (promise|---)/ && $3 !~ /Tests\// { print; bad = 1 } END { exit bad }' \
  "$page" || fail "$page promises this without a test."

# A fault has a test, and a place whose name is that of its address.
awk '/^## /{ there = /^## Faults that others had/ } there && /^\| / && !/^\| fault /' "$page" >"$work/faults"
perl -ne '
  my (undef, $fault, $where, $test) = split /\s*\|\s*/;
  my $count = () = $where =~ m{\[([\w.-]+/[\w.-]+)#(\d+)\]\(https://github\.com/\g1/(?:issues|pull)/\g2\)}g;
  my $links = () = $where =~ m{\]\(}g;
  next if $test =~ m{Tests/} && $count && $count == 2 * $links;
  print; $bad = 1;
  END { exit($bad // 0) }
' "$work/faults" || fail "$page has this fault without a test, or without a place whose name is that of its address."
[ "$(wc -l <"$work/faults")" -ge 20 ] || fail "$page has only $(wc -l <"$work/faults") faults of others."
say "$(wc -l <"$work/tests") tests hold what is promised, $(wc -l <"$work/faults") faults of others among it"
