#!/usr/bin/env bash
# Builds mediasoup's worker from the installed npm package, with Debian's packages only.
#
#   build-worker.sh <node_modules/mediasoup> <target>
#
# Environment: JOBS (default: one per core).
# What a build needs and does not find is installed when root runs it on a system with apt-get; otherwise it is named.
set -euo pipefail

[ $# -eq 2 ] || { sed -n '2,7p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
package=$(cd "$1" && pwd)
target=$2
needed=(g++ pkg-config meson ninja-build python3 binutils libssl-dev libuv1-dev libsrtp2-dev libabsl-dev
	libflatbuffers-dev flatbuffers-compiler)

missing() {
	local tool library
	for tool in g++ pkg-config meson ninja flatc python3 strip; do
		command -v "$tool" >/dev/null || { echo "$tool"; return; }
	done
	for library in openssl libuv libsrtp2 absl_strings flatbuffers; do
		pkg-config --exists "$library" || { echo "$library"; return; }
	done
}

[ "$(uname -s)" = Linux ] || { echo "the media worker can only be built on Linux" >&2; exit 3; }
lack=$(missing)
if [ -n "$lack" ] && ! "$here/../lib/apt-install.sh" "${needed[@]}"; then
	echo "cannot build the media worker: $lack is missing. Install ${needed[*]}" >&2
	exit 3
fi

build=$(mktemp -d "${TMPDIR:-/tmp}/lectern-media-worker.XXXXXX")
trap 'rm -rf "$build"' EXIT
trap 'exit 130' INT TERM HUP
source=$build/worker
cp -r "$package/worker" "$source"
rm -rf "$source/out" "$source/prebuild"

# Each wrap file names a folder. When that exists Meson downloads nothing, so ours stand in with the system's libraries.
for shim in "$here"/shims/*/; do
	name=$(basename "$shim")
	[ "$name" != pch ] || continue
	folder=$(sed -n 's/^directory *= *//p' "$source/subprojects/$name.wrap")
	[ -n "$folder" ] || { echo "subprojects/$name.wrap names no folder" >&2; exit 4; }
	mkdir -p "$source/subprojects/$folder"
	cp -r "$shim." "$source/subprojects/$folder/"
done
cp -r "$here/shims/pch" "$source/pch"

# Exactly one place, or the recipe does not fit this version of mediasoup and has to be looked at.
replace() { # <file> <text> <replacement>
	python3 - "$@" <<'PY'
import sys
path, old, new = sys.argv[1:]
text = open(path).read()
if text.count(old) != 1:
    sys.exit(f'{path}: expected one occurrence of {old!r}, found {text.count(old)}')
open(path, 'w').write(text.replace(old, new))
PY
}

# Debian 12 has Meson 1.0.1; the package asks for 1.1 but uses nothing of it.
sed -i "s/meson_version: *'>= *1\.1\.0'/meson_version: '>= 1.0.0'/" "$source/meson.build"

# OpenSSL calls mediasoup's BIO callback before and after each operation and ors a flag into the number for "after".
# Compared with ==, the answer to "does the kernel encrypt?" is always yes. An OpenSSL with kernel TLS, as Debian's,
# believes it, allocates no buffer and crashes in the first DTLS handshake of a browser.
replace "$source/src/RTC/DtlsTransport.cpp" '(operationType == BIO_CB_RETURN) ?' '((operationType & BIO_CB_RETURN) != 0) ?'

replace "$source/meson.build" "  sources: common_sources + ['src/main.cpp']," \
	"  sources: common_sources + ['src/main.cpp'],
  cpp_pch: 'pch/worker_pch.hpp',"

# Six sources are compiled as one, which halves the time. What two of them call by the same name and keep to themselves gets
# a name of its own in one of the two; a pair that is missing here is a compiler error, not another worker.
apart() { # <source> <name>...
	python3 - "$source/$1" "${@:2}" <<'PY'
import pathlib, re, sys
path, names = pathlib.Path(sys.argv[1]), sys.argv[2:]
text = path.read_text()
for name in names:
    if not re.search(rf'\b{name}\b', text):
        sys.exit(f'{path}: no {name}')
tag = re.sub(r'\W', '_', path.stem)
before = ''.join(f'#define {name} {name}_of_{tag}\n' for name in names)
after = ''.join(f'#undef {name}\n' for name in names)
path.write_text(f'{before}{text}\n{after}')
PY
}
apart src/handles/TcpServerHandle.cpp onCloseTcp
apart src/handles/UnixStreamSocketHandle.cpp onAlloc
apart src/RTC/WebRtcTransport.cpp \
	IceCandidateDefaultLocalPriority IceTypePreference IceComponent generateIceCandidatePriority
apart src/RTC/BWE/TargetRateController.cpp CongestionControllerMinBitrate
apart src/RTC/RTP/RtxStream.cpp MaxDropout MaxMisorder RtpSeqMod
apart src/RTC/TransportCongestionControlServer.cpp PacketLossHistogramLength
apart deps/libwebrtc/libwebrtc/modules/congestion_controller/goog_cc/trendline_estimator.cc kDeltaCounterMax

meson setup --wrap-mode=nodownload --buildtype=release -Db_ndebug=true --unity=on --unity-size=6 "$build/out" "$source"
meson compile -C "$build/out" flatbuffers-generator # the precompiled header reads what it generates
compile() { ninja -C "$build/out" -j "${JOBS:-$(nproc)}" mediasoup-worker; }
# Another compiler may find another pair.
compile || { meson configure --unity=off "$build/out" && compile; }
strip -o "$build/mediasoup-worker" "$build/out/mediasoup-worker"

# mediasoup's own check: started without MEDIASOUP_VERSION a worker that runs here exits with status 41.
status=0
env -i "$build/mediasoup-worker" >/dev/null 2>&1 || status=$?
[ "$status" -eq 41 ] || { echo "the worker was built but does not run here (exit status $status)" >&2; exit 4; }

mkdir -p "$(dirname "$target")"
install -m 755 "$build/mediasoup-worker" "$target.$$"
mv -f "$target.$$" "$target"
