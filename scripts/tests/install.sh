#!/bin/sh
# scripts/install puts tool, manual page and completions where they belong, and
# takes exactly these away again. The compiler is a stand-in.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bin" "$work/built"

cat >"$work/bin/swift" <<'END'
#!/bin/sh
case $* in
  *--version*) echo "Swift version 6.3.1 (swift-6.3.1-RELEASE)" ;;
  *--show-bin-path*) echo "$built" ;;
  *) echo "$*" >>"$calls" ;;
esac
END
printf '#!/bin/sh\nexit 0\n' >"$work/bin/strip"
printf '#!/bin/sh\necho "install ok installed"\n' >"$work/bin/dpkg-query"
chmod +x "$work/bin"/*
printf '#!/bin/sh\necho the tool\n' >"$work/built/aemp"
chmod +x "$work/built/aemp"
PATH=$work/bin:$PATH built=$work/built calls=$work/calls
export PATH built calls
# Where the tests are built must not matter.
unset AE_SCRATCH

expect() {
  [ "$1" = "$2" ] || fail "expected \"$1\" but it is \"$2\"."
}

files() {
  (cd "$1" && find . -type f | sort | tr '\n' ' ')
}

DESTDIR=$work/root scripts/install --tool --prefix /opt/x >"$work/out"
shared='bash-completion/completions/aemp fish/vendor_completions.d/aemp.fish man/man1/aemp.1
zsh/site-functions/_aemp'
expected='./opt/x/bin/aemp '
for file in $shared; do expected="$expected./opt/x/share/$file "; done
expect "$expected" "$(files "$work/root")"
expect "the tool" "$("$work/root/opt/x/bin/aemp")"
expect 755 "$(stat -c %a "$work/root/opt/x/bin/aemp")"
for file in $shared; do
  expect 644 "$(stat -c %a "$work/root/opt/x/share/$file")"
  cmp "scripts/share/$file" "$work/root/opt/x/share/$file"
done
expect "build -c release --product aemp --static-swift-stdlib --scratch-path .build" "$(cat "$calls")"
# shellcheck disable=SC2086 # words
for file in bin/aemp $(printf 'share/%s ' $shared); do
  grep -q "^Installing $work/root/opt/x/$file\$" "$work/out" || fail "it does not say $file."
done

: >"$work/root/opt/x/bin/other"
DESTDIR=$work/root scripts/install --uninstall --prefix=/opt/x >"$work/out"
expect "./opt/x/bin/other " "$(files "$work/root")"
expect 5 "$(grep -c "^Removing " "$work/out")"
DESTDIR=$work/root scripts/install --uninstall --prefix /opt/x >"$work/out"
[ ! -s "$work/out" ] || fail "there was nothing to remove, and it says: $(cat "$work/out")"

DESTDIR=$work/root scripts/install --tool >"$work/out"
[ -x "$work/root/usr/local/bin/aemp" ] || fail "the prefix is not /usr/local when none is given."

for arguments in "--prefix" "--prefix relative" "--frob"; do
  # shellcheck disable=SC2086 # words
  if scripts/install $arguments >"$work/out" 2>"$work/err"; then fail "$arguments: it succeeded."; fi
  expect 1 "$(wc -l <"$work/err")"
done

: >"$work/file"
if scripts/install --tool --prefix "$work/file" >"$work/out" 2>"$work/err"; then
  fail "a prefix that is a file: it succeeded."
fi
grep -q "cannot be written; run this as root, or name another --prefix" "$work/err" ||
  fail "it does not say that it cannot write: $(cat "$work/err")"

# The manual page, by what there is to check it.
page=scripts/share/man/man1/aemp.1
if command -v mandoc >/dev/null 2>&1; then
  problems=$(mandoc -Tlint -W warning "$page" 2>&1 | grep -v 'outdated mandoc.db' || true)
elif command -v groff >/dev/null 2>&1; then
  problems=$(groff -mandoc -ww -Tascii "$page" 2>&1 >/dev/null)
else
  problems=
fi
[ -z "$problems" ] || fail "the manual page: $problems"
