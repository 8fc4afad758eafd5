#!/bin/sh
# The Debian packages: what is in them, and that the tool runs, and the example and the tutorial are compiled and run,
# where only they are installed, in a root of its own that is this system's with the toolchain hidden.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/libaemp.sh
. scripts/lib/libaemp.sh

if ! (install_packages debhelper dpkg-dev) >/dev/null 2>&1; then
  say "skipped: the packages, because debhelper and dpkg-dev cannot be installed."
  exit 0
fi
require_swift
work=$(mktemp -d) || fail "no temporary directory can be made."
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

scripts/debian --output "$work/made" >"$work/log" 2>&1 || fail "no packages: $(tail -n 5 "$work/log")"
library=$(echo "$work"/made/libaemp0_*.deb)
development=$(echo "$work"/made/libaemp-dev_*.deb)
tool=$(echo "$work"/made/aemp_*.deb)
[ -f "$library" ] && [ -f "$development" ] && [ -f "$tool" ] || fail "there are other packages: $(ls "$work/made")"
[ "$(find "$work/made" -type f | wc -l)" = 3 ] || fail "there are more packages: $(ls "$work/made")"

# holds PACKAGE PATH...: whether these are in a package, of which paths begin with the architecture's folder.
folder=usr/lib/$(dpkg-architecture -q DEB_HOST_MULTIARCH)
holds() {
  dpkg-deb --fsys-tarfile "$1" | tar -t | sed 's|^\./||' >"$work/list"
  shift
  for file in "$@"; do grep -qx "$file" "$work/list" || fail "$file is missing in a package: $(cat "$work/list")"; done
}
holds "$library" "$folder/libaemp.so.0" "$folder/libaemp.so.$aemp_version"
holds "$development" usr/include/aemp.h usr/include/aemp_uv.h "$folder/libaemp.so" "$folder/libaemp.a" \
  "$folder/pkgconfig/aemp.pc" usr/share/doc/libaemp-dev/Embedding.md.gz usr/share/doc/libaemp-dev/examples/hello.c
holds "$tool" usr/bin/aemp usr/share/man/man1/aemp.1.gz usr/share/bash-completion/completions/aemp \
  usr/share/fish/vendor_completions.d/aemp.fish usr/share/zsh/vendor-completions/_aemp
for file in Examples/c/tutorial/*; do
  holds "$development" "usr/share/doc/libaemp-dev/examples/tutorial/${file##*/}"
done
depends=$(dpkg-deb -f "$library" Depends)
for needed in libc6 libc-ares2 libsodium libssl; do
  case $depends in *"$needed"*) ;; *) fail "libaemp0 does not depend on $needed: $depends" ;; esac
done

# In the root nothing of this tree is used, and nothing that is done there is seen here.
mkdir "$work/layer"
cat >"$work/inside" <<'END'
set -eu
layer=$1 made=$2 toolchain=$3
mount -t tmpfs none "$layer"
mkdir "$layer/changes" "$layer/work" "$layer/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$layer/changes,workdir=$layer/work" "$layer/root"
mkdir -p "$layer/root/made"
cp "$made"/*.deb "$layer/root/made"
for mount in dev proc; do mount --rbind "/$mount" "$layer/root/$mount"; done
mount -t tmpfs none "$layer/root$toolchain"
chroot "$layer/root" true
[ -z "${4-}" ] || exit 0
exec timeout -k 5 120 chroot "$layer/root" sh -euc '
  cd /made
  dpkg -i ./*.deb >log 2>&1 || { cat log; exit 1; }
  # The tool, as a node: it prints its id and its address when it is ready.
  printf "%s" "{ \"binds\": [\"127.0.0.1:*\"] }" >rc
  export PERL_ANYEVENT_MP_RC=/made/rc
  aemp gensecret
  aemp help >/dev/null
  mkfifo ready
  aemp run >ready 2>log &
  node=$!
  read -r line <ready || { cat log; exit 1; }
  echo "tool $line"
  aemp --version
  kill $node
  wait $node || { cat log; exit 1; }
  cc /usr/share/doc/libaemp-dev/examples/hello.c $(pkg-config --cflags --libs aemp) -o hello
  cc /usr/share/doc/libaemp-dev/examples/hello.c -o hello_static \
    "$(pkg-config --variable=libdir aemp)/libaemp.a" \
    $(pkg-config --libs libuv libcares libsodium libssl libcrypto) -lstdc++ -lm -lpthread -ldl
  for program in hello hello_static; do
    mkfifo "$program.in"
    "./$program" <"$program.in" >"$program.out" 2>&1 &
    process=$!
    exec 3>"$program.in"
    echo >&3
    exec 3>&-
    wait $process || { cat "$program.out"; exit 1; }
    cat "$program.out"
  done
  # Of the fifth step two programs talk to each other: scripts/tests/embed.sh runs them.
  tutorial=/usr/share/doc/libaemp-dev/examples/tutorial
  for source in "$tutorial"/*.c "$tutorial"/*.cc; do
    step=${source##*/}
    step=${step%.*}
    case $source in *.cc) compiler="c++ -std=c++17" ;; *) compiler=cc ;; esac
    $compiler "$source" $(pkg-config --cflags --libs aemp) -lpthread -o "$step"
    case $step in 5_*) continue ;; esac
    timeout -k 5 30 "./$step" >"$step.out" 2>&1 || { cat "$step.out"; exit 1; }
    diff "$tutorial/$step.out" "$step.out" || exit 1
    echo "tutorial $step"
  done
  dpkg -r aemp libaemp-dev libaemp0 >log 2>&1 || { cat log; exit 1; }
  [ ! -e /usr/include/aemp.h ]
  [ ! -e /usr/bin/aemp ]
'
END
toolchain=$(swift_runtime)
toolchain=${toolchain%/lib/*}
case $toolchain in '' | / | /usr) toolchain=$(swift_runtime) ;; esac
if ! unshare -m sh "$work/inside" "$work/layer" "$work/made" "$toolchain" try 2>/dev/null; then
  say "skipped: installing the packages, because this machine gives no root of its own; what is in them is right."
  exit 0
fi
env -u LD_LIBRARY_PATH -u PKG_CONFIG_PATH unshare -m \
  sh "$work/inside" "$work/layer" "$work/made" "$toolchain" >"$work/out" 2>&1 || fail "in the root: $(cat "$work/out")"
[ "$(grep -c '^hello/[^#]*#' "$work/out")" = 2 ] || fail "the example printed no port: $(cat "$work/out")"
grep -q '^tool .*127\.0\.0\.1:[0-9]' "$work/out" || fail "the tool did not run: $(cat "$work/out")"
[ "$(grep -c '^tutorial ' "$work/out")" = 6 ] || fail "not all of the tutorial was run: $(cat "$work/out")"
say "The packages are whole, and the tool, the example and the tutorial work with them."
