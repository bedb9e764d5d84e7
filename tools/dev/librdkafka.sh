#!/usr/bin/env bash
# Builds librdkafka 2.8.0 from Debian 13's source package into build/deps/librdkafka, where the system's is older
# than 2.6.1. apt checks the archive's signature. Takes a minute once; says nothing when there is nothing to do.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
target=$root/build/deps/librdkafka
version=2.8.0
least=2.6.1

if [ -e "$target/.version" ] && [ "$(cat "$target/.version")" = "$version" ]; then exit 0; fi
if pkg-config --atleast-version=$least rdkafka 2>/dev/null; then exit 0; fi

mirror=$(awk '
  /^URIs:/ { print $2; exit }                                                        # deb822
  /^deb / { for (i = 2; i <= NF; i++) if ($i ~ /^[a-z+]+:/) { print $i; exit } }     # one line
' $(ls /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list.d/*.sources /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null))
[ -n "$mirror" ] || { echo "setup: no Debian mirror in /etc/apt" >&2; exit 1; }

work=$root/build/deps/librdkafka.work
rm -rf "$work" "$target"
mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
cd "$work"
# A list of our own, so that nothing else of the newer release can ever be installed.
cat > trixie.sources <<SOURCES
Types: deb-src
URIs: $mirror
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
apt=(apt-get -q -q -o "Dir::Etc::sourcelist=$work/trixie.sources" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$work/lists"
  -o "Dir::Cache=$work/cache" -o APT::Get::List-Cleanup=0 -o APT::Sandbox::User= -o Acquire::Retries=3)
{
  "${apt[@]}" update
  "${apt[@]}" source --only-source "librdkafka=$version-1"
  cd "librdkafka-$version"
  # Threads by pthreads, not C11's thrd_create: ThreadSanitizer does not see the latter and crashes.
  sed -i '/try_compile\/rdkafka_setup.cmake/a set(WITH_C11THREADS OFF)' CMakeLists.txt
  launcher=()
  if command -v ccache >/dev/null; then launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
  CCACHE_BASEDIR=$work CCACHE_NOHASHDIR=1 cmake -S . -B b -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo "${launcher[@]}" \
    -DRDKAFKA_BUILD_STATIC=ON -DRDKAFKA_BUILD_TESTS=OFF -DRDKAFKA_BUILD_EXAMPLES=OFF -DWITH_CURL=OFF \
    -DWITH_SSL=ON -DWITH_SASL=ON -DWITH_ZSTD=ON -DWITH_ZLIB=ON -DENABLE_LZ4_EXT=ON \
    -DCMAKE_INSTALL_PREFIX="$target" -DCMAKE_INSTALL_LIBDIR=lib
  CCACHE_BASEDIR=$work CCACHE_NOHASHDIR=1 ninja -C b install
} > build.log 2>&1 || { tail -20 build.log >&2; echo "setup: librdkafka $version could not be built ($work/build.log)" >&2; exit 1; }
echo "$version" > "$target/.version"
rm -rf "$work"
