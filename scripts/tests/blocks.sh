#!/bin/sh
# Every code block of the pages is what it says: Swift, C and Perl compile, lines for a shell are run or, where that makes
# no sense, parsed; the commands of the tool that they have exist. scripts/lib/blocks.pl says how a page tells what a
# block needs.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

require_swift
begin
bin=$(cd "$bin" && pwd)
status=0

# What is wrong with a page is said, each time.
cat >"$work/wrong.md" <<'END'
```
no language
```

    ls # neither run nor parsed

<!-- from: LICENSE -->
```text
This does not stand there.
```

<!-- continues -->
```swift
print("nothing before it")
```

```json
{ "no": json }
```

<!-- with: no block -->
END
perl scripts/lib/blocks.pl "$work" "$work/wrong.md" 2>"$work/wrong.err" && fail "a wrong page is taken for a right one."
[ "$(sed -n 's,^[^ ]*wrong.md:\([0-9]*\): error: .*,\1,p' "$work/wrong.err" | xargs)" = "2 5 9 14 18 21" ] ||
  fail "what is wrong with a page is not told: $(cat "$work/wrong.err")"

# What the pages of the bridges' libraries have in Swift is compiled by bridges.sh, where those libraries are.
perl scripts/lib/blocks.pl "$work" README.md ARCHITECTURE.md Porting.md Embedding.md Bridges/README.md \
  Sources/*/*.docc/*.md || status=1

# each KIND COMMAND...: the command for each file of a kind, two at a time; what they say is shown.
each() {
  kind=$1
  shift
  find "$work/$kind" -type f -print0 | xargs -0 -r -n 1 -P 2 "$@" || status=1
}

each swift swiftc -typecheck -suppress-warnings -swift-version 6 -default-isolation MainActor -module-name block \
  -enable-upcoming-feature MemberImportVisibility -enable-upcoming-feature NonisolatedNonsendingByDefault \
  -I "$bin/Modules" -I CLibUV -I CCares -I CCurl -I COpenSSL -I CSodium -I Sources/CAEBasics/include

manifest=$(dirname "$(dirname "$(readlink -f "$(command -v swiftc)")")")/lib/swift/pm/ManifestAPI
each manifest swiftc -typecheck -swift-version 6 -package-description-version 6.2.0 -module-name block -I "$manifest"

each c cc -fsyntax-only -Wall -Wno-unused-function -I Sources/CAEMP/include

each perl perl -c

each parse sh -n

# The tool knows the commands. Of "aemp profile NAME COMMAND" it is the one behind the name that counts.
for block in "$work"/parse/*.sh; do
  sed -n 's/^\([A-Z_]*=[^ ]* \)\{0,1\}aemp \(profile [^ ]* \)\{0,1\}\([a-z_]*\).*/\3/p' "$block" | sort -u >"$work/commands"
  while read -r command; do
    "$bin/aemp" help "$command" >"$work/help" 2>&1 ||
      { say "$(sed -n 's/^# //p;q' "$block"): error: aemp has no command $command." && status=1; }
  done <"$work/commands"
done

# Each is run with a home of its own, and with the programs in the path.
for block in "$work"/run/*.sh; do
  [ -e "$block" ] || continue
  mkdir "$block.d"
  HOME=$block.d PERL_ANYEVENT_MP_RC=$block.d/rc AEMP=$bin/aemp PATH=$bin:$PATH TMPDIR=$block.d \
    timeout 60 sh -eu "$block" >"$block.out" 2>&1 </dev/null ||
    { say "$(sed -n 's/^# //p;q' "$block"): error: this ends with $?: $(tail -n 3 "$block.out")" && status=1; }
done

[ "$status" = 0 ] || fail "there are wrong blocks."
for kind in swift manifest c perl parse run; do
  printf '%s %s, ' "$(find "$work/$kind" -maxdepth 1 -type f ! -name '*.out' | wc -l)" "$kind"
done
echo "all right"
