#!/bin/sh
# The C library as others have it: installed, with the toolchain hidden, in programs that are compiled outside of
# this tree. What it exports and needs; hosts in C and C++, under valgrind and sanitizers; loops without libuv.
# With a word as argument only those hosts run whose names contain it.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/libaemp.sh
. scripts/lib/libaemp.sh

only=${1-}
work=$(mktemp -d) || fail "no temporary directory can be made."
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
prefix=$work/prefix

say "Installing the library"
scripts/install --library --prefix "$prefix" >"$work/log" 2>&1 || fail "it cannot be installed: $(tail -n 5 "$work/log")"
shared=$prefix/lib/libaemp.so.$aemp_version

# What others can call is what the header says, of both libraries.
aemp_functions | sort >"$work/declared"
[ "$(wc -l <"$work/declared")" -gt 60 ] || fail "the header declares only $(wc -l <"$work/declared") functions."
nm -D --defined-only "$shared" | awk '$2 ~ /[B-Z]/ { sub("@.*", "", $3); print $3 }' | sort >"$work/exported"
diff "$work/declared" "$work/exported" >"$work/diff" || fail "libaemp.so exports something else: $(cat "$work/diff")"
nm -g --defined-only "$prefix/lib/libaemp.a" | awk 'NF == 3 { print $3 }' | sort -u >"$work/exported"
diff "$work/declared" "$work/exported" >"$work/diff" || fail "libaemp.a exports something else: $(cat "$work/diff")"
readelf -d "$shared" >"$work/dynamic"
grep -q 'SONAME.*\[libaemp\.so\.0\]' "$work/dynamic" || fail "the soname is wrong: $(cat "$work/dynamic")"
grep -q 'NODELETE' "$work/dynamic" || fail "it may be unloaded."
if grep -E 'RUNPATH|RPATH|NEEDED.*(swift|Foundation|dispatch|libuv)' "$work/dynamic"; then
  fail "it needs what is not on other machines."
fi
readelf -V "$shared" | grep -q 'AEMP_0' || fail "there is no version AEMP_0."
say "$(du -k "$shared" | cut -f 1) KiB shared, $(du -k "$prefix/lib/libaemp.a" | cut -f 1) KiB static"

PKG_CONFIG_PATH=$prefix/lib/pkgconfig LD_LIBRARY_PATH=$prefix/lib
export PKG_CONFIG_PATH LD_LIBRARY_PATH
cp Tests/Hosts/* Tests/AEMPC/CAEMPTesting/*.c Tests/AEMPC/CAEMPTesting/include/*.h Examples/c/*.c Embedding.md "$work"
cp -R Examples/c/tutorial "$work"
sources=$(pwd)
cd "$work"
flags=$(pkg-config --cflags --libs aemp) || fail "pkg-config does not know aemp."

# Runs a command where the toolchain's folder is empty, if this machine lets us, within a time.
toolchain=$(swift_runtime)
toolchain=${toolchain%/lib/*}
# Where the toolchain is the system's, only the folder of the runtime can be hidden.
case $toolchain in '' | / | /usr) toolchain=$(swift_runtime) ;; esac
[ -d "$toolchain" ] || fail "it is not known where the toolchain is."
if unshare -m mount -t tmpfs none "$toolchain" 2>/dev/null; then
  # shellcheck disable=SC2016
  without_toolchain() {
    unshare -m sh -c 'mount -t tmpfs none "$1" && shift && exec timeout -k 5 "$@"' - "$toolchain" 120 "$@"
  }
else
  say "The toolchain cannot be hidden here."
  without_toolchain() { timeout -k 5 120 "$@"; }
fi

wanted() {
  case $1 in *"$only"*) ;; *) return 1 ;; esac
}

# host NAME COMMAND...: runs one; nothing may go to standard error.
host() {
  name=$1
  shift
  wanted "$name" || return 0
  status=0
  without_toolchain "$@" >"$work/out" 2>"$work/said" || status=$?
  [ "$status" = 0 ] || fail "$name ended with $status: $(cat "$work/out" "$work/said")"
  [ ! -s "$work/said" ] || fail "$name wrote to standard error: $(cat "$work/said")"
  say "ok      $name"
  sed 's/^/        /' "$work/out"
}

# compile OUTPUT COMPILER ARGUMENT...: flags come behind.
compile() {
  output=$1
  shift
  # shellcheck disable=SC2086
  "$@" -o "$output" $flags >"$work/log" 2>&1 || fail "$output does not compile: $(cat "$work/log")"
}

for standard in c99 c11; do
  echo '#include <aemp.h>' | cc -std=$standard -Wall -Wextra -pedantic -Werror -I"$prefix/include" -x c - -fsyntax-only ||
    fail "aemp.h is not $standard."
done
for standard in c++11 c++17; do
  echo '#include <aemp.h>' | c++ -std=$standard -Wall -Wextra -pedantic -Werror -I"$prefix/include" -x c++ - -fsyntax-only ||
    fail "aemp.h is not $standard."
done

warnings='-std=gnu99 -O2 -Wall -Wextra -Werror'
for program in host forks starved two stopped names peer server unload hello; do
  # shellcheck disable=SC2086
  compile "$program" cc $warnings "$program.c" -ldl -lpthread
done
# shellcheck disable=SC2086
compile functions cc $warnings functions.c every.c -lpthread
# shellcheck disable=SC2046,SC2086
cc $warnings host.c -I"$prefix/include" "$prefix/lib/libaemp.a" \
  $(pkg-config --libs libuv libcares libsodium libssl libcrypto) -lstdc++ -lm -lpthread -ldl -o host_static ||
  fail "libaemp.a cannot be linked."

host c ./host 1000
host c_static ./host_static 200
host forks ./forks
host starved ./starved
host functions ./functions "$prefix/include/aemp.h"
host two_nodes ./two 1000
host stopped ./stopped
host tcp_server ./server ./peer
host dlopen ./unload "$shared"

# With a name server of its own, which needs a network of its own.
if wanted names; then
  echo 'nameserver 127.0.0.1' >resolv.conf
  if unshare -rmn mount --bind resolv.conf /etc/resolv.conf 2>/dev/null; then
    # shellcheck disable=SC2016
    host names unshare -rmn sh -c 'mount --bind "$1" /etc/resolv.conf && exec ./names' - "$work/resolv.conf"
  else
    say "skipped: names, because this machine allows no network of one's own with another /etc/resolv.conf."
  fi
fi

if wanted example; then
  mkfifo "$work/in"
  AE_VERBOSE=5 without_toolchain ./hello <"$work/in" >"$work/out" 2>"$work/said" &
  process=$!
  exec 3>"$work/in"
  echo >&3
  exec 3>&-
  wait $process || fail "hello: $(cat "$work/out" "$work/said")"
  [ ! -s "$work/said" ] || fail "hello warns of something: $(cat "$work/said")"
  grep -q '^hello/[^#]*#' "$work/out" || fail "hello printed no port: $(cat "$work/out")"
  say "ok      example"
fi

# commands HEADING NUMBER: prints such a block of the page, as it stands there.
commands() {
  awk -v heading="## $1" -v wanted="$2" '
    /^## / { here = $0 == heading; number = 0 }
    here && /^    / { if (!inside) number++; inside = 1; if (number == wanted) print substr($0, 5); next }
    { inside = 0 }' Embedding.md
}

# What the page says is done, with another prefix and with the same one; where the program is to run, it ends when its
# input does.
if wanted commands; then
  {
    commands Installing 2 | sed "s|/opt/aemp|$prefix|g"
    commands 'The smallest program' 1
    commands 'The smallest program' 2 | sed "s|/usr/local|$prefix|g"
  } >commands.sh
  [ "$(grep -c '^\./hello$' commands.sh)" = 2 ] || fail "the page has other commands: $(cat commands.sh)"
  mkdir commands && cp hello.c commands
  : | without_toolchain env -u PKG_CONFIG_PATH -u LD_LIBRARY_PATH sh -euxc 'cd commands && . ../commands.sh' \
    >"$work/out" 2>&1 || fail "the commands of the page: $(cat "$work/out")"
  [ "$(grep -c '^hello/[^#]*#' "$work/out")" = 2 ] || fail "hello printed no port: $(cat "$work/out")"
  say "ok      commands"

  {
    # Nothing that is done there is seen here.
    cat <<'END'
mount -t tmpfs none layer
mkdir layer/changes layer/work
mount -t overlay overlay -o lowerdir=/etc,upperdir=layer/changes,workdir=layer/work /etc
mount -t tmpfs none /usr/local
END
    echo "cd '$sources'"
    commands Installing 1 | sed -n 1p
    echo "cd '$work/commands'"
    commands 'The smallest program' 1
    commands 'The smallest program' 2
    echo "cd '$sources'"
    commands Installing 1 | sed -n 2p
    # shellcheck disable=SC2016
    echo '[ -z "$(find /usr/local -not -type d)" ]'
  } >commands.sh
  mkdir layer
  # The toolchain may be there, or other paths that the compiler needs.
  if unshare -m sh -ec "$(sed 4q commands.sh); swiftc --version && cc --version" >/dev/null 2>&1; then
    : | env -u PKG_CONFIG_PATH -u LD_LIBRARY_PATH unshare -m timeout -k 5 500 sh -eux commands.sh >"$work/out" 2>&1 ||
      fail "the commands of the page: $(cat "$work/out")"
    [ "$(grep -c '^hello/[^#]*#' "$work/out")" = 2 ] || fail "hello printed no port: $(cat "$work/out")"
    say "ok      commands in /usr/local"
  else
    say "skipped: the page's commands in /usr/local, because this machine allows no other one for a while."
  fi
fi

if wanted tutorial; then
  # Its functions have the arguments that their types ask for, whether they need them or not.
  for step in 1_loop 2_node 3_port 4_errors 5_thermometer 5_display 6_threads; do
    # shellcheck disable=SC2086
    compile "$step" cc $warnings -Wno-unused-parameter "tutorial/$step.c" -lpthread
  done
  compile 7_thermometer c++ -std=c++17 -O2 -Wall -Wextra -Werror tutorial/7_thermometer.cc
  for step in 1_loop 2_node 3_port 4_errors 6_threads 7_thermometer; do
    without_toolchain "./$step" >"$work/$step.out" 2>&1 || fail "$step ended with $?: $(cat "$work/$step.out")"
    diff "tutorial/$step.out" "$work/$step.out" >&2 || fail "$step prints something else than the tutorial says."
    say "ok      tutorial $step"
  done

  # holds FILE TEXT: waits until a line of the file has the text.
  holds() {
    tries=0
    until grep -q "$2" "$work/$1" 2>/dev/null; do
      tries=$((tries + 1))
      [ "$tries" -lt 600 ] || fail "$1 lacks \"$2\": $(cat "$work/$1")"
      sleep 0.1
    done
  }
  # In the foreground, since timeout sends its signal twice else, to the program and to its group: the program
  # takes the first one only.
  timeout --foreground -k 5 120 ./5_thermometer >"$work/5_thermometer.out" 2>&1 &
  thermometer=$!
  holds 5_thermometer.out '^listening on '
  timeout --foreground -k 5 120 ./5_display "$(sed -n 's/^listening on //p' "$work/5_thermometer.out")" >"$work/5_display.out" 2>&1 &
  display=$!
  holds 5_display.out ' on an average$'
  kill -TERM "$thermometer"
  wait "$thermometer" || fail "5_thermometer ended with $?: $(cat "$work/5_thermometer.out")"
  wait "$display" || fail "5_display ended with $?: $(cat "$work/5_display.out")"
  diff tutorial/5_display.out "$work/5_display.out" >&2 || fail "5_display prints something else than the tutorial says."
  say "ok      tutorial 5_thermometer, 5_display"
fi

if wanted sanitized_cpp; then
  # The library is loaded behind the sanitizer, which watches the host.
  compile cpp c++ -std=c++17 -g -O1 -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all cpp.cc
  host sanitized_cpp ./cpp
fi

if wanted valgrind; then
  if command -v valgrind >/dev/null 2>&1; then
    # What is read before it is written is an error, and so is what is lost: of one node, of two that connect, and of
    # all functions.
    checked() {
      host "valgrind_$1" valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite \
        --errors-for-leak-kinds=definite --log-fd=1 "./$@"
    }
    checked host 5
    checked two 3
    checked functions "$prefix/include/aemp.h"
  else
    say "skipped: valgrind, because it is not installed."
  fi
fi

# Installs packages if this machine lets us; whether they are there. Where it once did not, it is not asked again.
have() {
  [ -n "$(missing_packages "$@")" ] || return 0
  [ -z "${is_refused-}" ] || return 1
  if (install_packages "$@") >/dev/null 2>&1; then return 0; fi
  is_refused=yes
  return 1
}

if wanted cmake; then
  if have cmake make; then
    { cmake -S . -B cmake && cmake --build cmake; } >"$work/log" 2>&1 || fail "CMake: $(tail -n 20 "$work/log")"
    host cmake_c cmake/cmake_host 20
    host cmake_cpp cmake/cmake_cpp
  else
    say "skipped: cmake, because it cannot be installed."
  fi
fi

# A libuv that is newer than the one that the library was built with; its sources come with uvloop's.
newer_libuv() {
  have cmake make || return 1
  python3 -m venv newer && newer/bin/python -m pip download -q --retries 0 --timeout 10 --no-deps \
    --no-binary uvloop -d newer uvloop || return 1
  tar -xf newer/uvloop-*.tar.gz -C newer || return 1
  cmake -S newer/uvloop-*/vendor/libuv -B newer/built -DBUILD_TESTING=OFF -DLIBUV_BUILD_TESTS=OFF &&
    cmake --build newer/built --target uv
}
if wanted newer_libuv; then
  if newer_libuv >"$work/log" 2>&1; then
    for program in host forks; do
      cc -std=gnu99 -O2 -Wall -Wextra -Werror "$program.c" -I newer/uvloop-*/vendor/libuv/include \
        -I"$prefix/include" -L newer/built -luv -L"$prefix/lib" -laemp -o "newer_$program" ||
        fail "$program.c does not compile with the newer libuv."
    done
    LD_LIBRARY_PATH=$work/newer/built:$prefix/lib
    host newer_libuv ./newer_host 200
    host newer_libuv_forks ./newer_forks
    LD_LIBRARY_PATH=$prefix/lib
    version=$(sed -n 's/^Version: //p' newer/built/libuv.pc)
    say "        libuv $version, and the library was built with $(pkg-config --modversion libuv)"
  else
    say "skipped: newer_libuv, because its sources cannot be had and built here: $(tail -n 1 "$work/log")"
  fi
fi

if wanted glib; then
  if have libglib2.0-dev; then
    # shellcheck disable=SC2046
    cc -Wall -Wextra -Werror glib.c -I"$prefix/include" -L"$prefix/lib" -laemp \
      $(pkg-config --cflags --libs glib-2.0) -o glib || fail "glib.c does not compile."
    host glib ./glib
  else
    say "skipped: glib, because libglib2.0-dev cannot be installed."
  fi
fi

if wanted asyncio || wanted uvloop; then
  # Debian's own has a uvloop that comes as a package.
  if have python3-uvloop; then
    python=/usr/bin/python3
  else
    python=$(python3 -c 'import sys; print(sys.executable)' 2>/dev/null) || python=
  fi
  if [ -n "$python" ]; then
    host asyncio "$python" pump.py "$prefix/lib/libaemp.so.0"
    # uvloops NAME PYTHON LIBUV: on its loop, behind a pump of ours on the system's libuv, and pumped.
    uvloops() {
      host "$1" "$2" uvloop_attach.py "$prefix/lib/libaemp.so.0" "$prefix/include/aemp_uv.h" "$3"
      host "$1_behind_pump" "$2" uvloop_attach.py "$prefix/lib/libaemp.so.0" "$prefix/include/aemp_uv.h" "$3" pump
      host "$1_pump" "$2" pump.py "$prefix/lib/libaemp.so.0" uvloop
    }
    # Debian's uses the system's libuv; the one of the Python Package Index has its own inside.
    if have python3-uvloop; then
      uvloops uvloop /usr/bin/python3 system
    else
      say "skipped: uvloop with the system's libuv, because python3-uvloop cannot be installed."
    fi
    if { "$python" -m venv venv && timeout 60 venv/bin/pip install -q --retries 0 --timeout 10 --only-binary :all: uvloop; } \
      >/dev/null 2>&1; then
      uvloops uvloop_hidden "$work/venv/bin/python" hidden
    else
      say "skipped: uvloop with a libuv of its own, because the one of the Python Package Index cannot be installed."
    fi
  else
    say "skipped: asyncio, because there is no python3."
  fi
fi

if wanted node; then
  headers=$(node -p 'require("path").resolve(process.execPath, "../../include/node")' 2>/dev/null) || headers=
  if [ -n "$headers" ] && [ -f "$headers/node_api.h" ]; then
    cc -Wall -Wextra -Werror -shared -fPIC addon.c -I"$headers" -I"$prefix/include" -L"$prefix/lib" -laemp \
      -o addon.node || fail "addon.c does not compile."
    host node node app.js
  else
    say "skipped: node, because there is no node.js with its headers."
  fi
fi

if wanted lua || wanted neovim; then
  if have lua5.4 liblua5.4-dev lua-luv lua-luv-dev; then
    # shellcheck disable=SC2046
    cc -Wall -Wextra -Werror -shared -fPIC luamodule.c $(pkg-config --cflags lua5.4) -I"$prefix/include" \
      -L"$prefix/lib" -laemp -llua5.4-luv -luv -o luamodule.so || fail "luamodule.c does not compile."
    host lua lua5.4 app.lua
  else
    say "skipped: lua, because lua5.4 and luv cannot be installed."
  fi
  if have neovim libluajit-5.1-dev lua-luv-dev; then
    # shellcheck disable=SC2046
    cc -Wall -Wextra -Werror -shared -fPIC luamodule.c $(pkg-config --cflags luajit) -I"$prefix/include" \
      -L"$prefix/lib" -laemp -llua5.1-luv -luv -o luamodule.so || fail "luamodule.c does not compile for neovim."
    host neovim env HOME="$work" nvim --headless -u NONE --cmd "lua package.cpath = '$work/?.so'" -c "luafile app.lua"
  else
    say "skipped: neovim, because it cannot be installed."
  fi
fi

# And away again.
cd "$sources"
scripts/install --prefix "$prefix" --uninstall >"$work/log"
[ -z "$(find "$prefix" -not -type d)" ] || fail "uninstalling leaves $(find "$prefix" -not -type d)"
say "The library works in all hosts that are here."
