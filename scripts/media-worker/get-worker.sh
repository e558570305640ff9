#!/usr/bin/env bash
# Makes mediasoup's worker available and prints its path as the last line of standard output.
#
#   get-worker.sh <node_modules/mediasoup>
#
# In this order: the one in the package; this machine's cache; the official prebuilt binary; a build from the package's
# own sources. npm ci deletes what is inside node_modules, so the cache lives outside: from it this takes 0.3 s.
#
# Environment: LECTERN_NODE (Node >= 22, default: node), MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD (set: do not download),
#              LECTERN_DOWNLOAD_SECONDS (default 120)
set -euo pipefail

[ $# -eq 1 ] || { sed -n '2,10p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
package=$(cd "$1" && pwd)
inside=$package/worker/out/Release/mediasoup-worker
[ -f "$package/worker/meson.build" ] || { echo "no mediasoup package at $package" >&2; exit 2; }

say() { echo "media worker: $*" >&2; }

runs() { # 41 is what a worker answers when it is started by anything but mediasoup
	[ -x "$1" ] || return 1
	local status=0
	env -i "$1" >/dev/null 2>&1 || status=$?
	[ "$status" -eq 41 ]
}

place() { # never half-written: others may start it at any moment
	mkdir -p "$(dirname "$2")" && cp "$1" "$2.$$" && chmod 755 "$2.$$" && mv -f "$2.$$" "$2"
}

finish() { # <binary>: into the package, where mediasoup looks; where that is read-only the cached one serves
	if [ "$1" != "$inside" ] && place "$1" "$inside" 2>/dev/null; then echo "$inside"; else echo "$1"; fi
	exit 0
}

sum() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }

key() { # what a build depends on: recipe, sources, machine, release of the system (its libraries are linked)
	{
		(cd "$here" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 cat | sum)
		(cd "$package/worker" && find src include fbs deps subprojects meson.build meson_options.txt -type f -print0 |
			LC_ALL=C sort -z | xargs -0 cat | sum)
		uname -sm
		if [ -r /etc/os-release ]; then (. /etc/os-release && echo "$ID ${VERSION_ID:-rolling}"); fi
	} | sum | cut -c1-24
}

download() { # the package's own script; PYTHON=/bin/false turns off its fallback, which wants other sites
	[ -z "${MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD:-}" ] || return 1
	local limit=()
	if command -v timeout >/dev/null; then limit=(timeout "${LECTERN_DOWNLOAD_SECONDS:-120}"); fi
	(cd "$package" && env -u MEDIASOUP_WORKER_BIN PYTHON=/bin/false "${limit[@]}" \
		"${LECTERN_NODE:-node}" npm-scripts.mjs postinstall >/dev/null 2>&1) && runs "$inside"
}

if runs "$inside"; then finish "$inside"; fi
folder=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/lectern/mediasoup-worker/$(key)
cached=$folder/mediasoup-worker
mkdir -p "$folder"

# One at a time, or two starts would build twice. The lock ends with the processes that hold it.
if command -v flock >/dev/null; then
	exec 9>"$folder/lock"
	flock -n 9 || { say "another process is getting it, waiting"; flock 9; }
else
	until mkdir "$folder/lock.d" 2>/dev/null; do
		holder=$(cat "$folder/lock.d/pid" 2>/dev/null || echo)
		if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then rm -rf "$folder/lock.d"; else sleep 1; fi
	done
	echo $$ >"$folder/lock.d/pid"
	trap 'rm -rf "$folder/lock.d"' EXIT
	trap 'exit 130' INT TERM HUP
fi

if runs "$inside"; then finish "$inside"; fi
if runs "$cached"; then say "from the cache"; finish "$cached"; fi

say "asking for the official binary"
if download; then
	say "official binary"
	place "$inside" "$cached" || true
	finish "$inside"
fi
rm -f "$inside" 2>/dev/null || true

say "building it from source, 2 to 6 minutes once per machine"
"$here/build-worker.sh" "$package" "$cached" >&2
say "built"
finish "$cached"
