# shellcheck shell=sh
# Makes the C library from a release build. To be sourced, behind packages.sh, in the package's folder.

aemp_version=0.1

# Prints the functions that aemp.h declares.
aemp_functions() {
  sed -nE 's/^(const )?[a-z0-9_]+ \*?(aemp_[a-z0-9_]+) \(.*/\2/p' Sources/CAEMP/include/aemp.h
}

# Prints where the toolchain has what programs need of it when they carry the runtime inside.
swift_runtime() {
  swiftc -print-target-info -static-stdlib | sed -n 's/^ *"runtimeResourcePath": "\(.*\)",\{0,1\}$/\1/p'
}

# objects_of MODULE DIRECTORY: prints the objects of the module's sources; those of sources that are gone stay
# in the build's directory.
objects_of() {
  find "Sources/$1" -name '*.swift' -o -name '*.c' | while read -r source; do
    object=$(find "$2" -name "${source##*/}.o")
    [ -n "$object" ] || return 1
    printf '%s\n' "$object"
  done
}

# make_libaemp SCRATCH DIRECTORY: builds libaemp.so.0.1 and libaemp.a into the directory.
make_libaemp() {
  made=$2
  # As the tool is built: with other flags the modules that both have would be compiled twice.
  swift build -c release --target AEMPC --static-swift-stdlib --scratch-path "$1" || return 1
  release=$(swift build -c release --target AEMPC --static-swift-stdlib --scratch-path "$1" --show-bin-path) || return 1
  objects=
  for module in CAEBasics AEValue AEOpenSSL AnyEvent AEMPWire AnyEventMP CAEMP AEMPC; do
    found=$(objects_of "$module" "$release/$module.build") && [ -n "$found" ] ||
      fail "the build lacks objects of $module."
    objects="$objects $found"
  done
  runtime=$(swift_runtime)/linux
  [ -f "$runtime/libswiftCore.a" ] ||
    fail "this toolchain has no runtime that can be linked into a library: $runtime/libswiftCore.a is missing."

  {
    echo 'AEMP_0 {'
    echo '  global:'
    aemp_functions | sed 's/.*/    &;/'
    echo '  local: *;'
    echo '};'
  } >"$made/aemp.map"
  aemp_functions >"$made/functions"

  # All in one object, with the runtime.
  libraries=
  for library in swiftCore swift_Concurrency swift_StringProcessing swift_RegexParser swiftSynchronization \
    swiftGlibc swiftDispatch dispatch BlocksRuntime swiftRuntime; do
    [ ! -f "$runtime/lib$library.a" ] || libraries="$libraries $runtime/lib$library.a"
  done
  # shellcheck disable=SC2086 # lists of words
  ld -r --force-group-allocation -o "$made/all.o" $objects "$runtime/$(uname -m)/swiftrt.o" \
    --start-group $libraries --end-group || return 1

  # The shared library calls libuv through the host's table, and stays when it is unloaded, because threads have
  # keys of it. It carries what it needs of the C++ library, of which few pages are used, and its relative relocations
  # are packed: both make it smaller in memory.
  cc -std=gnu11 -O2 -fPIC -ISources/CAEMP/include -c scripts/lib/uv_redirect.c -o "$made/redirect.o" || return 1
  cc -shared -o "$made/libaemp.so.$aemp_version" "$made/all.o" "$made/redirect.o" \
    -Wl,-soname=libaemp.so.0 -Wl,--version-script="$made/aemp.map" -Wl,--gc-sections -Wl,--as-needed \
    -Wl,-z,nodelete -Wl,-z,defs -Wl,-z,pack-relative-relocs -static-libgcc -Wl,-Bstatic -lstdc++ -Wl,-Bdynamic \
    -lcares -lsodium -lssl -lcrypto -lm -lpthread -ldl || return 1
  strip --strip-unneeded "$made/libaemp.so.$aemp_version"

  # Of the names in the static one only those of the header are seen.
  objcopy --keep-global-symbols="$made/functions" --strip-debug "$made/all.o" "$made/aemp.o" || return 1
  rm -f "$made/libaemp.a"
  ar rcs "$made/libaemp.a" "$made/aemp.o" || return 1
  rm -f "$made/all.o" "$made/aemp.o" "$made/redirect.o"
}

# Prints what pkg-config is told, for a prefix.
aemp_pc() {
  cat <<END
prefix=$1
libdir=\${prefix}/lib
includedir=\${prefix}/include

Name: aemp
Description: Nodes that pass messages, in a program with an event loop of its own
Version: $aemp_version.0
Requires: libuv
Requires.private: libcares libsodium libssl libcrypto
Libs: -L\${libdir} -laemp
Libs.private: -lstdc++ -lm -lpthread -ldl
Cflags: -I\${includedir}
END
}
