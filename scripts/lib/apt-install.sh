#!/usr/bin/env bash
# Installs Debian packages when it can: root, on a system with apt-get. Several may run at once; they take turns.
#
#   apt-install.sh <package>...
set -euo pipefail

[ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || exit 1
if command -v flock >/dev/null; then
	exec 8>/run/lectern-apt.lock
	flock 8
fi
# Services that a package starts must not inherit our locks, this one or a caller's: they would hold them for good.
apt() { "$@" 8>&- 9>&- >&2; }
export DEBIAN_FRONTEND=noninteractive
install=(apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=600)
echo "installing $*" >&2
# The package lists of a container image are gone or old; those of a machine that was just updated are not.
if [ -n "$(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -mmin -60 2>/dev/null | head -n 1)" ] &&
	apt "${install[@]}" "$@"; then
	exit 0
fi
apt apt-get update -qq
apt "${install[@]}" "$@"
